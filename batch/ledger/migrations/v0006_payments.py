"""Version 6: integer keys of runs, payments, and the views of what is paid and outstanding.

A ledger of before has paid nothing. Views name runs by their id.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from batch.ledger.migrations import run_keys_of_v0006
from batch.ledger.migrations.steps import (
    MARIADB,
    MYSQL,
    POSTGRESQL,
    SQLITE,
    Migration,
    Step,
    create_index,
    create_table,
)

_SQLITE = {
    "payment": """
    CREATE TABLE payment (
        number INTEGER NOT NULL,
        kind TEXT NOT NULL,
        period TEXT NOT NULL,
        scope TEXT NOT NULL,
        pay_date TEXT NOT NULL,
        reason TEXT NOT NULL,
        details TEXT NOT NULL,
        digest TEXT NOT NULL,
        made_at TEXT NOT NULL,
        made_by TEXT NOT NULL,
        PRIMARY KEY (number),
        CONSTRAINT payment_number_integer CHECK (typeof(number) = 'integer')
    )""",
    "payment_line": """
    CREATE TABLE payment_line (
        payment INTEGER NOT NULL,
        period TEXT NOT NULL,
        institution TEXT NOT NULL,
        staff TEXT NOT NULL,
        component TEXT NOT NULL,
        funding TEXT NOT NULL,
        revision INTEGER NOT NULL,
        previous_revision INTEGER NOT NULL,
        amount_fen INTEGER NOT NULL,
        cause TEXT NOT NULL,
        PRIMARY KEY (payment, period, institution, staff, component, funding),
        CONSTRAINT payment_line_payment_integer CHECK (typeof(payment) = 'integer'),
        CONSTRAINT payment_line_revision_integer CHECK (typeof(revision) = 'integer'),
        CONSTRAINT payment_line_previous_revision_integer CHECK (typeof(previous_revision) = 'integer'),
        CONSTRAINT payment_line_amount_fen_integer CHECK (typeof(amount_fen) = 'integer'),
        FOREIGN KEY(payment) REFERENCES payment (number)
    )""",
    "payment_carried": """
    CREATE TABLE payment_carried (
        payment INTEGER NOT NULL,
        period TEXT NOT NULL,
        institution TEXT NOT NULL,
        staff TEXT NOT NULL,
        component TEXT NOT NULL,
        funding TEXT NOT NULL,
        amount_fen INTEGER NOT NULL,
        PRIMARY KEY (payment, period, institution, staff, component, funding),
        CONSTRAINT payment_carried_payment_integer CHECK (typeof(payment) = 'integer'),
        CONSTRAINT payment_carried_amount_fen_integer CHECK (typeof(amount_fen) = 'integer'),
        FOREIGN KEY(payment) REFERENCES payment (number)
    )""",
    "payment_step": """
    CREATE TABLE payment_step (
        payment INTEGER NOT NULL,
        position INTEGER NOT NULL,
        action TEXT NOT NULL,
        institution TEXT NOT NULL,
        staff TEXT NOT NULL,
        reason TEXT NOT NULL,
        made_at TEXT NOT NULL,
        made_by TEXT NOT NULL,
        PRIMARY KEY (payment, action, institution, staff),
        UNIQUE (payment, position),
        CONSTRAINT payment_step_payment_integer CHECK (typeof(payment) = 'integer'),
        CONSTRAINT payment_step_position_integer CHECK (typeof(position) = 'integer'),
        FOREIGN KEY(payment) REFERENCES payment (number)
    )""",
}
_POSTGRESQL = {
    "payment": """
    CREATE TABLE payment (
        number BIGINT NOT NULL,
        kind TEXT COLLATE "C" NOT NULL,
        period TEXT COLLATE "C" NOT NULL,
        scope TEXT COLLATE "C" NOT NULL,
        pay_date TEXT COLLATE "C" NOT NULL,
        reason TEXT COLLATE "C" NOT NULL,
        details TEXT COLLATE "C" NOT NULL,
        digest TEXT COLLATE "C" NOT NULL,
        made_at TEXT COLLATE "C" NOT NULL,
        made_by TEXT COLLATE "C" NOT NULL,
        PRIMARY KEY (number)
    )""",
    "payment_line": """
    CREATE TABLE payment_line (
        payment BIGINT NOT NULL,
        period TEXT COLLATE "C" NOT NULL,
        institution TEXT COLLATE "C" NOT NULL,
        staff TEXT COLLATE "C" NOT NULL,
        component TEXT COLLATE "C" NOT NULL,
        funding TEXT COLLATE "C" NOT NULL,
        revision BIGINT NOT NULL,
        previous_revision BIGINT NOT NULL,
        amount_fen BIGINT NOT NULL,
        cause TEXT COLLATE "C" NOT NULL,
        PRIMARY KEY (payment, period, institution, staff, component, funding),
        FOREIGN KEY(payment) REFERENCES payment (number)
    )""",
    "payment_carried": """
    CREATE TABLE payment_carried (
        payment BIGINT NOT NULL,
        period TEXT COLLATE "C" NOT NULL,
        institution TEXT COLLATE "C" NOT NULL,
        staff TEXT COLLATE "C" NOT NULL,
        component TEXT COLLATE "C" NOT NULL,
        funding TEXT COLLATE "C" NOT NULL,
        amount_fen BIGINT NOT NULL,
        PRIMARY KEY (payment, period, institution, staff, component, funding),
        FOREIGN KEY(payment) REFERENCES payment (number)
    )""",
    "payment_step": """
    CREATE TABLE payment_step (
        payment BIGINT NOT NULL,
        position BIGINT NOT NULL,
        action TEXT COLLATE "C" NOT NULL,
        institution TEXT COLLATE "C" NOT NULL,
        staff TEXT COLLATE "C" NOT NULL,
        reason TEXT COLLATE "C" NOT NULL,
        made_at TEXT COLLATE "C" NOT NULL,
        made_by TEXT COLLATE "C" NOT NULL,
        PRIMARY KEY (payment, action, institution, staff),
        UNIQUE (payment, position),
        FOREIGN KEY(payment) REFERENCES payment (number)
    )""",
}
_MYSQL = {
    "payment": """
    CREATE TABLE payment (
        number BIGINT NOT NULL,
        kind VARCHAR(16) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        `period` VARCHAR(7) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        scope VARCHAR(16) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        pay_date VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        reason LONGTEXT CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        details LONGTEXT CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        digest VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        made_at VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        made_by VARCHAR(128) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        PRIMARY KEY (number)
    ) ENGINE=InnoDB""",
    "payment_line": """
    CREATE TABLE payment_line (
        payment BIGINT NOT NULL,
        `period` VARCHAR(7) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        institution VARCHAR(128) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        staff VARCHAR(128) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        component VARCHAR(128) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        funding VARCHAR(64) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        revision BIGINT NOT NULL,
        previous_revision BIGINT NOT NULL,
        amount_fen BIGINT NOT NULL,
        cause VARCHAR(16) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        PRIMARY KEY (payment, `period`, institution, staff, component, funding),
        FOREIGN KEY(payment) REFERENCES payment (number)
    ) ENGINE=InnoDB""",
    "payment_carried": """
    CREATE TABLE payment_carried (
        payment BIGINT NOT NULL,
        `period` VARCHAR(7) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        institution VARCHAR(128) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        staff VARCHAR(128) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        component VARCHAR(128) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        funding VARCHAR(64) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        amount_fen BIGINT NOT NULL,
        PRIMARY KEY (payment, `period`, institution, staff, component, funding),
        FOREIGN KEY(payment) REFERENCES payment (number)
    ) ENGINE=InnoDB""",
    "payment_step": """
    CREATE TABLE payment_step (
        payment BIGINT NOT NULL,
        `position` BIGINT NOT NULL,
        action VARCHAR(16) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        institution VARCHAR(128) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        staff VARCHAR(128) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        reason LONGTEXT CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        made_at VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        made_by VARCHAR(128) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        PRIMARY KEY (payment, action, institution, staff),
        UNIQUE (payment, `position`),
        FOREIGN KEY(payment) REFERENCES payment (number)
    ) ENGINE=InnoDB""",
}
_COLLATIONS = {MARIADB: "utf8mb4_nopad_bin", MYSQL: "utf8mb4_0900_bin"}
_INDEX = "ix_payment_line_origin"

# Yuan as the database can say it exactly: DECIMAL, on SQLite (which has none) text.
_YUAN_OF_SQLITE = "(CASE WHEN {fen} < 0 THEN '-' ELSE '' END || printf('%d.%02d', abs({fen}) / 100, abs({fen}) % 100))"
_YUAN = {SQLITE: _YUAN_OF_SQLITE, POSTGRESQL: "CAST(({fen}) * 0.01 AS NUMERIC(21, 2))"}
_YUAN_OF_MYSQL = "CAST(({fen}) * 0.01 AS DECIMAL(21, 2))"
_WHOLE = {SQLITE: "INTEGER", POSTGRESQL: "BIGINT"}
_WHOLE_OF_MYSQL = "SIGNED"
# The place of an institution among the holds of a run, which are a JSON object in its one canonical form; 0: not held.
_QUOTED = "'\"' || replace(replace(t.institution, '\\', '\\\\'), '\"', '\\\"') || '\":'"
_HELD = {SQLITE: f"instr(r.holds, {_QUOTED})", POSTGRESQL: f"strpos(r.holds, {_QUOTED})"}
_HELD_OF_MYSQL = "LOCATE(CONCAT(JSON_QUOTE(t.institution), ':'), r.holds)"

# Lines of payments that are not discarded, less the transfers that came back.
_EFFECTIVE = """
        FROM payment p JOIN payment_line l ON l.payment = p.number JOIN payment_step s ON s.payment = p.number
        WHERE s.position = (SELECT max(m.position) FROM payment_step m
                            WHERE m.payment = p.number AND m.action <> 'returned')
          AND s.action <> 'discarded'
          AND NOT EXISTS (SELECT 1 FROM payment_step b WHERE b.payment = l.payment AND b.action = 'returned'
                          AND b.institution = l.institution AND b.staff = l.staff)"""
_DUE_PAY = """
        CREATE VIEW due_pay AS
        SELECT p.period, p.revision, p.run, l.institution, l.staff, l.engagement_from, l.component, l.funding,
               l.amount_fen, {paid_yuan} AS amount_yuan
        FROM publication p JOIN run k ON k.id = p.run JOIN pay_line l ON l.run_key = k.{key}
        WHERE p.revision = (SELECT max(n.revision) FROM publication n WHERE n.period = p.period)"""
_PAID = (
    """
        CREATE VIEW paid AS
        SELECT p.number AS payment, p.pay_date, s.action AS state, l.period, l.revision, l.institution, l.staff,
               l.component, l.funding, l.cause, l.amount_fen, {paid_yuan} AS amount_yuan"""
    + _EFFECTIVE
    + """
          AND p.kind = 'payment'"""
)
_CURRENT = """
            FROM publication c JOIN run k ON k.id = c.run JOIN {table} l ON l.run_key = k.{key}
            WHERE c.revision = (SELECT max(n.revision) FROM publication n WHERE n.period = c.period)"""
_OUTSTANDING = (
    """
        CREATE VIEW outstanding AS
        SELECT t.period, t.institution, t.staff, t.component, t.funding, t.due_fen, t.paid_fen, t.closed_fen,
               t.due_fen - t.paid_fen - t.closed_fen AS outstanding_fen, {outstanding_yuan} AS outstanding_yuan
        FROM (
          SELECT u.period, u.institution, u.staff, u.component, u.funding, u.due_fen, u.paid_fen,
                 CASE WHEN u.due_fen >= u.paid_fen THEN 0
                      WHEN u.due_fen - u.paid_fen > u.closed_fen THEN u.due_fen - u.paid_fen
                      ELSE u.closed_fen END AS closed_fen
          FROM (
            SELECT a.period, a.institution, a.staff, a.component, a.funding, CAST(sum(a.due_fen) AS {whole}) AS due_fen,
                   CAST(sum(a.paid_fen) AS {whole}) AS paid_fen, CAST(sum(a.closed_fen) AS {whole}) AS closed_fen
            FROM (
            SELECT c.period, l.institution, l.staff, l.component, l.funding, l.amount_fen AS due_fen, 0 AS paid_fen,
                   0 AS closed_fen"""
    + _CURRENT.format(table="pay_line", key="{key}")
    + """
            UNION ALL
            SELECT c.period, l.institution, '' AS staff, l.component, l.funding, l.amount_fen AS due_fen, 0 AS paid_fen,
                   0 AS closed_fen"""
    + _CURRENT.format(table="statement_line", key="{key}")
    + """
            UNION ALL
            SELECT l.period, l.institution, l.staff, l.component, l.funding, 0 AS due_fen,
                   CASE WHEN p.kind = 'payment' THEN l.amount_fen ELSE 0 END AS paid_fen,
                   CASE WHEN p.kind = 'payment' THEN 0 ELSE l.amount_fen END AS closed_fen"""
    + _EFFECTIVE
    + """
            ) a
            GROUP BY a.period, a.institution, a.staff, a.component, a.funding
          ) u
        ) t
        WHERE t.due_fen - t.paid_fen - t.closed_fen <> 0
          AND NOT EXISTS (
            SELECT 1 FROM publication c JOIN run r ON r.id = c.run
            WHERE c.period = t.period AND {held} > 0
              AND c.revision = (SELECT max(n.revision) FROM publication n WHERE n.period = c.period))"""
)


def steps(dialect: str) -> Sequence[Step]:
    """Give runs their keys, then create the tables of payments."""
    definitions = {SQLITE: _SQLITE, POSTGRESQL: _POSTGRESQL}.get(dialect, _MYSQL)
    collation = _COLLATIONS.get(dialect)
    made = [create_table(table, text.format(collation=collation)) for table, text in definitions.items()]
    period = "`period`" if dialect in _COLLATIONS else "period"
    statement = f"CREATE INDEX {_INDEX} ON payment_line ({period}, institution, staff)"
    return [*run_keys_of_v0006.steps(dialect), *made, create_index("payment_line", _INDEX, statement)]


def views(dialect: str) -> Mapping[str, str]:
    """Define the view of what is due as before, and those of what is paid and outstanding."""
    yuan = _YUAN.get(dialect, _YUAN_OF_MYSQL)
    parts = {
        "paid_yuan": yuan.format(fen="l.amount_fen"),
        "outstanding_yuan": yuan.format(fen="(t.due_fen - t.paid_fen - t.closed_fen)"),
        "whole": _WHOLE.get(dialect, _WHOLE_OF_MYSQL),
        "held": _HELD.get(dialect, _HELD_OF_MYSQL),
        "key": "`key`" if dialect in _COLLATIONS else "key",
    }
    texts = {"due_pay": _DUE_PAY, "paid": _PAID, "outstanding": _OUTSTANDING}
    return {name: text.format(**parts) for name, text in texts.items()}


MIGRATION = Migration(6, "keys of runs, payments", steps, views)
