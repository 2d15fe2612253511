"""Version 1: the first tables, and the view of what is due.

This text is published: a ledger that was made by it must be made the same again. A change is a new version.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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

# The collations of each that compare text by its bytes and do not pad it.
_COLLATIONS = {MARIADB: "utf8mb4_nopad_bin", MYSQL: "utf8mb4_0900_bin"}

_SQLITE = {
    "ledger_schema": """
        CREATE TABLE ledger_schema (
            version INTEGER NOT NULL,
            engine TEXT NOT NULL,
            applied_at TEXT NOT NULL,
            PRIMARY KEY (version),
            CONSTRAINT ledger_schema_version_integer CHECK (typeof(version) = 'integer')
        )""",
    "policy_text": """
        CREATE TABLE policy_text (
            digest TEXT NOT NULL,
            text TEXT NOT NULL,
            PRIMARY KEY (digest)
        )""",
    "run": """
        CREATE TABLE run (
            id TEXT NOT NULL,
            period TEXT NOT NULL,
            snapshot TEXT NOT NULL,
            policy TEXT NOT NULL,
            formulas TEXT NOT NULL,
            engine TEXT NOT NULL,
            holds TEXT NOT NULL,
            details TEXT NOT NULL,
            digests TEXT NOT NULL,
            complete INTEGER NOT NULL,
            staged_at TEXT NOT NULL,
            staged_by TEXT NOT NULL,
            PRIMARY KEY (id),
            CONSTRAINT run_complete_integer CHECK (typeof(complete) = 'integer'),
            FOREIGN KEY(policy) REFERENCES policy_text (digest)
        )""",
    "proposal": """
        CREATE TABLE proposal (
            run TEXT NOT NULL,
            revises TEXT NOT NULL,
            revision INTEGER NOT NULL,
            reason TEXT NOT NULL,
            PRIMARY KEY (run),
            CONSTRAINT proposal_revision_integer CHECK (typeof(revision) = 'integer'),
            FOREIGN KEY(run) REFERENCES run (id),
            FOREIGN KEY(revises) REFERENCES run (id)
        )""",
    "pay_line": """
        CREATE TABLE pay_line (
            run TEXT NOT NULL,
            institution TEXT NOT NULL,
            staff TEXT NOT NULL,
            engagement_from TEXT NOT NULL,
            component TEXT NOT NULL,
            funding TEXT NOT NULL,
            amount_fen INTEGER NOT NULL,
            PRIMARY KEY (run, institution, staff, engagement_from, component, funding),
            CONSTRAINT pay_line_amount_fen_integer CHECK (typeof(amount_fen) = 'integer'),
            FOREIGN KEY(run) REFERENCES run (id)
        )""",
    "statement_line": """
        CREATE TABLE statement_line (
            run TEXT NOT NULL,
            institution TEXT NOT NULL,
            component TEXT NOT NULL,
            funding TEXT NOT NULL,
            amount_fen INTEGER NOT NULL,
            PRIMARY KEY (run, institution, component, funding),
            CONSTRAINT statement_line_amount_fen_integer CHECK (typeof(amount_fen) = 'integer'),
            FOREIGN KEY(run) REFERENCES run (id)
        )""",
    "workload": """
        CREATE TABLE workload (
            run TEXT NOT NULL,
            institution TEXT NOT NULL,
            staff TEXT NOT NULL,
            engagement_from TEXT NOT NULL,
            category TEXT NOT NULL,
            services INTEGER NOT NULL,
            points_micro INTEGER NOT NULL,
            PRIMARY KEY (run, institution, staff, engagement_from, category),
            CONSTRAINT workload_services_integer CHECK (typeof(services) = 'integer'),
            CONSTRAINT workload_points_micro_integer CHECK (typeof(points_micro) = 'integer'),
            FOREIGN KEY(run) REFERENCES run (id)
        )""",
    "rejection": """
        CREATE TABLE rejection (
            run TEXT NOT NULL,
            record_id TEXT NOT NULL,
            staff TEXT NOT NULL,
            institution TEXT NOT NULL,
            copy INTEGER NOT NULL,
            reason TEXT NOT NULL,
            PRIMARY KEY (run, record_id, staff, copy),
            CONSTRAINT rejection_copy_integer CHECK (typeof(copy) = 'integer'),
            FOREIGN KEY(run) REFERENCES run (id)
        )""",
    "run_component": """
        CREATE TABLE run_component (
            run TEXT NOT NULL,
            position INTEGER NOT NULL,
            component TEXT NOT NULL,
            kind TEXT NOT NULL,
            pay_class TEXT NOT NULL,
            label TEXT NOT NULL,
            PRIMARY KEY (run, position),
            CONSTRAINT run_component_position_integer CHECK (typeof(position) = 'integer'),
            FOREIGN KEY(run) REFERENCES run (id)
        )""",
    "run_report": """
        CREATE TABLE run_report (
            run TEXT NOT NULL,
            position INTEGER NOT NULL,
            level TEXT NOT NULL,
            name TEXT NOT NULL,
            label TEXT NOT NULL,
            unit TEXT NOT NULL,
            scale INTEGER NOT NULL,
            PRIMARY KEY (run, position),
            CONSTRAINT run_report_position_integer CHECK (typeof(position) = 'integer'),
            CONSTRAINT run_report_scale_integer CHECK (typeof(scale) = 'integer'),
            FOREIGN KEY(run) REFERENCES run (id)
        )""",
    "report_line": """
        CREATE TABLE report_line (
            run TEXT NOT NULL,
            position INTEGER NOT NULL,
            institution TEXT NOT NULL,
            staff TEXT NOT NULL,
            value INTEGER NOT NULL,
            PRIMARY KEY (run, position, institution, staff),
            CONSTRAINT report_line_position_integer CHECK (typeof(position) = 'integer'),
            CONSTRAINT report_line_value_integer CHECK (typeof(value) = 'integer'),
            FOREIGN KEY(run) REFERENCES run (id)
        )""",
    "publication": """
        CREATE TABLE publication (
            period TEXT NOT NULL,
            revision INTEGER NOT NULL,
            run TEXT NOT NULL,
            previous TEXT,
            reason TEXT NOT NULL,
            published_at TEXT NOT NULL,
            published_by TEXT NOT NULL,
            PRIMARY KEY (period, revision),
            CONSTRAINT publication_revision_integer CHECK (typeof(revision) = 'integer'),
            FOREIGN KEY(run) REFERENCES run (id),
            FOREIGN KEY(previous) REFERENCES run (id)
        )""",
    "audit_entry": """
        CREATE TABLE audit_entry (
            number INTEGER NOT NULL,
            entry TEXT NOT NULL,
            previous TEXT NOT NULL,
            hash TEXT NOT NULL,
            PRIMARY KEY (number),
            UNIQUE (previous),
            CONSTRAINT audit_entry_number_integer CHECK (typeof(number) = 'integer')
        )""",
}
_POSTGRESQL = {
    "ledger_schema": """
        CREATE TABLE ledger_schema (
            version BIGINT NOT NULL,
            engine TEXT COLLATE "C" NOT NULL,
            applied_at TEXT COLLATE "C" NOT NULL,
            PRIMARY KEY (version)
        )""",
    "policy_text": """
        CREATE TABLE policy_text (
            digest TEXT COLLATE "C" NOT NULL,
            text TEXT COLLATE "C" NOT NULL,
            PRIMARY KEY (digest)
        )""",
    "run": """
        CREATE TABLE run (
            id TEXT COLLATE "C" NOT NULL,
            period TEXT COLLATE "C" NOT NULL,
            snapshot TEXT COLLATE "C" NOT NULL,
            policy TEXT COLLATE "C" NOT NULL,
            formulas TEXT COLLATE "C" NOT NULL,
            engine TEXT COLLATE "C" NOT NULL,
            holds TEXT COLLATE "C" NOT NULL,
            details TEXT COLLATE "C" NOT NULL,
            digests TEXT COLLATE "C" NOT NULL,
            complete BIGINT NOT NULL,
            staged_at TEXT COLLATE "C" NOT NULL,
            staged_by TEXT COLLATE "C" NOT NULL,
            PRIMARY KEY (id),
            FOREIGN KEY(policy) REFERENCES policy_text (digest)
        )""",
    "proposal": """
        CREATE TABLE proposal (
            run TEXT COLLATE "C" NOT NULL,
            revises TEXT COLLATE "C" NOT NULL,
            revision BIGINT NOT NULL,
            reason TEXT COLLATE "C" NOT NULL,
            PRIMARY KEY (run),
            FOREIGN KEY(run) REFERENCES run (id),
            FOREIGN KEY(revises) REFERENCES run (id)
        )""",
    "pay_line": """
        CREATE TABLE pay_line (
            run TEXT COLLATE "C" NOT NULL,
            institution TEXT COLLATE "C" NOT NULL,
            staff TEXT COLLATE "C" NOT NULL,
            engagement_from TEXT COLLATE "C" NOT NULL,
            component TEXT COLLATE "C" NOT NULL,
            funding TEXT COLLATE "C" NOT NULL,
            amount_fen BIGINT NOT NULL,
            PRIMARY KEY (run, institution, staff, engagement_from, component, funding),
            FOREIGN KEY(run) REFERENCES run (id)
        )""",
    "statement_line": """
        CREATE TABLE statement_line (
            run TEXT COLLATE "C" NOT NULL,
            institution TEXT COLLATE "C" NOT NULL,
            component TEXT COLLATE "C" NOT NULL,
            funding TEXT COLLATE "C" NOT NULL,
            amount_fen BIGINT NOT NULL,
            PRIMARY KEY (run, institution, component, funding),
            FOREIGN KEY(run) REFERENCES run (id)
        )""",
    "workload": """
        CREATE TABLE workload (
            run TEXT COLLATE "C" NOT NULL,
            institution TEXT COLLATE "C" NOT NULL,
            staff TEXT COLLATE "C" NOT NULL,
            engagement_from TEXT COLLATE "C" NOT NULL,
            category TEXT COLLATE "C" NOT NULL,
            services BIGINT NOT NULL,
            points_micro BIGINT NOT NULL,
            PRIMARY KEY (run, institution, staff, engagement_from, category),
            FOREIGN KEY(run) REFERENCES run (id)
        )""",
    "rejection": """
        CREATE TABLE rejection (
            run TEXT COLLATE "C" NOT NULL,
            record_id TEXT COLLATE "C" NOT NULL,
            staff TEXT COLLATE "C" NOT NULL,
            institution TEXT COLLATE "C" NOT NULL,
            copy BIGINT NOT NULL,
            reason TEXT COLLATE "C" NOT NULL,
            PRIMARY KEY (run, record_id, staff, copy),
            FOREIGN KEY(run) REFERENCES run (id)
        )""",
    "run_component": """
        CREATE TABLE run_component (
            run TEXT COLLATE "C" NOT NULL,
            position BIGINT NOT NULL,
            component TEXT COLLATE "C" NOT NULL,
            kind TEXT COLLATE "C" NOT NULL,
            pay_class TEXT COLLATE "C" NOT NULL,
            label TEXT COLLATE "C" NOT NULL,
            PRIMARY KEY (run, position),
            FOREIGN KEY(run) REFERENCES run (id)
        )""",
    "run_report": """
        CREATE TABLE run_report (
            run TEXT COLLATE "C" NOT NULL,
            position BIGINT NOT NULL,
            level TEXT COLLATE "C" NOT NULL,
            name TEXT COLLATE "C" NOT NULL,
            label TEXT COLLATE "C" NOT NULL,
            unit TEXT COLLATE "C" NOT NULL,
            scale BIGINT NOT NULL,
            PRIMARY KEY (run, position),
            FOREIGN KEY(run) REFERENCES run (id)
        )""",
    "report_line": """
        CREATE TABLE report_line (
            run TEXT COLLATE "C" NOT NULL,
            position BIGINT NOT NULL,
            institution TEXT COLLATE "C" NOT NULL,
            staff TEXT COLLATE "C" NOT NULL,
            value BIGINT NOT NULL,
            PRIMARY KEY (run, position, institution, staff),
            FOREIGN KEY(run) REFERENCES run (id)
        )""",
    "publication": """
        CREATE TABLE publication (
            period TEXT COLLATE "C" NOT NULL,
            revision BIGINT NOT NULL,
            run TEXT COLLATE "C" NOT NULL,
            previous TEXT COLLATE "C",
            reason TEXT COLLATE "C" NOT NULL,
            published_at TEXT COLLATE "C" NOT NULL,
            published_by TEXT COLLATE "C" NOT NULL,
            PRIMARY KEY (period, revision),
            FOREIGN KEY(run) REFERENCES run (id),
            FOREIGN KEY(previous) REFERENCES run (id)
        )""",
    "audit_entry": """
        CREATE TABLE audit_entry (
            number BIGINT NOT NULL,
            entry TEXT COLLATE "C" NOT NULL,
            previous TEXT COLLATE "C" NOT NULL,
            hash TEXT COLLATE "C" NOT NULL,
            PRIMARY KEY (number),
            UNIQUE (previous)
        )""",
}
_MYSQL = {
    "ledger_schema": """
        CREATE TABLE ledger_schema (
            version BIGINT NOT NULL,
            engine VARCHAR(128) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
            applied_at VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
            PRIMARY KEY (version)
        ) ENGINE=InnoDB""",
    "policy_text": """
        CREATE TABLE policy_text (
            digest VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
            text LONGTEXT CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
            PRIMARY KEY (digest)
        ) ENGINE=InnoDB""",
    "run": """
        CREATE TABLE run (
            id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
            `period` VARCHAR(7) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
            snapshot VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
            policy VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
            formulas VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
            engine VARCHAR(128) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
            holds LONGTEXT CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
            details LONGTEXT CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
            digests LONGTEXT CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
            complete BIGINT NOT NULL,
            staged_at VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
            staged_by VARCHAR(128) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
            PRIMARY KEY (id),
            FOREIGN KEY(policy) REFERENCES policy_text (digest)
        ) ENGINE=InnoDB""",
    "proposal": """
        CREATE TABLE proposal (
            run VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
            revises VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
            revision BIGINT NOT NULL,
            reason LONGTEXT CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
            PRIMARY KEY (run),
            FOREIGN KEY(run) REFERENCES run (id),
            FOREIGN KEY(revises) REFERENCES run (id)
        ) ENGINE=InnoDB""",
    "pay_line": """
        CREATE TABLE pay_line (
            run VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
            institution VARCHAR(128) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
            staff VARCHAR(128) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
            engagement_from VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
            component VARCHAR(128) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
            funding VARCHAR(64) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
            amount_fen BIGINT NOT NULL,
            PRIMARY KEY (run, institution, staff, engagement_from, component, funding),
            FOREIGN KEY(run) REFERENCES run (id)
        ) ENGINE=InnoDB""",
    "statement_line": """
        CREATE TABLE statement_line (
            run VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
            institution VARCHAR(128) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
            component VARCHAR(128) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
            funding VARCHAR(64) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
            amount_fen BIGINT NOT NULL,
            PRIMARY KEY (run, institution, component, funding),
            FOREIGN KEY(run) REFERENCES run (id)
        ) ENGINE=InnoDB""",
    "workload": """
        CREATE TABLE workload (
            run VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
            institution VARCHAR(128) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
            staff VARCHAR(128) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
            engagement_from VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
            category VARCHAR(128) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
            services BIGINT NOT NULL,
            points_micro BIGINT NOT NULL,
            PRIMARY KEY (run, institution, staff, engagement_from, category),
            FOREIGN KEY(run) REFERENCES run (id)
        ) ENGINE=InnoDB""",
    "rejection": """
        CREATE TABLE rejection (
            run VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
            record_id VARCHAR(255) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
            staff VARCHAR(128) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
            institution VARCHAR(128) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
            copy BIGINT NOT NULL,
            reason VARCHAR(32) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
            PRIMARY KEY (run, record_id, staff, copy),
            FOREIGN KEY(run) REFERENCES run (id)
        ) ENGINE=InnoDB""",
    "run_component": """
        CREATE TABLE run_component (
            run VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
            `position` BIGINT NOT NULL,
            component VARCHAR(128) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
            kind VARCHAR(32) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
            pay_class VARCHAR(32) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
            label LONGTEXT CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
            PRIMARY KEY (run, `position`),
            FOREIGN KEY(run) REFERENCES run (id)
        ) ENGINE=InnoDB""",
    "run_report": """
        CREATE TABLE run_report (
            run VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
            `position` BIGINT NOT NULL,
            level VARCHAR(32) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
            name VARCHAR(128) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
            label LONGTEXT CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
            unit VARCHAR(32) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
            scale BIGINT NOT NULL,
            PRIMARY KEY (run, `position`),
            FOREIGN KEY(run) REFERENCES run (id)
        ) ENGINE=InnoDB""",
    "report_line": """
        CREATE TABLE report_line (
            run VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
            `position` BIGINT NOT NULL,
            institution VARCHAR(128) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
            staff VARCHAR(128) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
            value BIGINT NOT NULL,
            PRIMARY KEY (run, `position`, institution, staff),
            FOREIGN KEY(run) REFERENCES run (id)
        ) ENGINE=InnoDB""",
    "publication": """
        CREATE TABLE publication (
            `period` VARCHAR(7) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
            revision BIGINT NOT NULL,
            run VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
            previous VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin,
            reason LONGTEXT CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
            published_at VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
            published_by VARCHAR(128) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
            PRIMARY KEY (`period`, revision),
            FOREIGN KEY(run) REFERENCES run (id),
            FOREIGN KEY(previous) REFERENCES run (id)
        ) ENGINE=InnoDB""",
    "audit_entry": """
        CREATE TABLE audit_entry (
            number BIGINT NOT NULL,
            entry LONGTEXT CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
            previous VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
            hash VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
            PRIMARY KEY (number),
            UNIQUE (previous)
        ) ENGINE=InnoDB""",
}

# Yuan as the database can say it exactly: DECIMAL, on SQLite (which has none) text.
_YUAN_OF_SQLITE = (
    "(CASE WHEN l.amount_fen < 0 THEN '-' ELSE '' END"
    " || printf('%d.%02d', abs(l.amount_fen) / 100, abs(l.amount_fen) % 100))"
)
_YUAN = {SQLITE: _YUAN_OF_SQLITE, POSTGRESQL: "CAST(l.amount_fen * 0.01 AS NUMERIC(21, 2))"}
_YUAN_OF_MYSQL = "CAST(l.amount_fen * 0.01 AS DECIMAL(21, 2))"
_DUE_PAY = """
        CREATE VIEW due_pay AS
        SELECT p.period, p.revision, p.run, l.institution, l.staff, l.engagement_from, l.component, l.funding,
               l.amount_fen, {yuan} AS amount_yuan
        FROM publication p JOIN pay_line l ON l.run = p.run
        WHERE p.revision = (SELECT max(n.revision) FROM publication n WHERE n.period = p.period)"""


def steps(dialect: str) -> Sequence[Step]:
    """Create the tables one after another, each with its index."""
    definitions = {SQLITE: _SQLITE, POSTGRESQL: _POSTGRESQL}.get(dialect, _MYSQL)
    made = []
    for table, definition in definitions.items():
        made.append(create_table(table, definition.format(collation=_COLLATIONS.get(dialect))))
        if table == "run":
            period = "`period`" if dialect in _COLLATIONS else "period"
            made.append(create_index("run", "ix_run_period", f"CREATE INDEX ix_run_period ON run ({period})"))
    return made


def views(dialect: str) -> Mapping[str, str]:
    """Define the view `due_pay`: the pay lines of current revisions."""
    return {"due_pay": _DUE_PAY.format(yuan=_YUAN.get(dialect, _YUAN_OF_MYSQL))}


MIGRATION = Migration(1, "first tables", steps, views)
