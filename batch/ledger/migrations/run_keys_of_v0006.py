"""Tables of runs by an integer key, as version 6 makes them of those by the run's id.

A run gets a number within the ledger, `run.key`. The tables that hold rows of runs name it by that: eight bytes instead
of 64 digits in every row and every key. Every row is kept. No digest covers the key, so none changes.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from batch.ledger.migrations.steps import (
    MARIADB,
    MYSQL,
    POSTGRESQL,
    SQLITE,
    Effect,
    Step,
    create_index,
    has_column,
    rebuild_table,
    rewrite,
)

SQLITE_TABLES = {
    "pay_line": """
    CREATE TABLE {new} (
        run_key INTEGER NOT NULL,
        institution TEXT NOT NULL,
        staff TEXT NOT NULL,
        engagement_from TEXT NOT NULL,
        component TEXT NOT NULL,
        funding TEXT NOT NULL,
        amount_fen INTEGER NOT NULL,
        PRIMARY KEY (run_key, institution, staff, engagement_from, component, funding),
        CONSTRAINT pay_line_run_key_integer CHECK (typeof(run_key) = 'integer'),
        CONSTRAINT pay_line_amount_fen_integer CHECK (typeof(amount_fen) = 'integer'),
        FOREIGN KEY(run_key) REFERENCES run ("key")
    )""",
    "statement_line": """
    CREATE TABLE {new} (
        run_key INTEGER NOT NULL,
        institution TEXT NOT NULL,
        component TEXT NOT NULL,
        funding TEXT NOT NULL,
        amount_fen INTEGER NOT NULL,
        PRIMARY KEY (run_key, institution, component, funding),
        CONSTRAINT statement_line_run_key_integer CHECK (typeof(run_key) = 'integer'),
        CONSTRAINT statement_line_amount_fen_integer CHECK (typeof(amount_fen) = 'integer'),
        FOREIGN KEY(run_key) REFERENCES run ("key")
    )""",
    "workload": """
    CREATE TABLE {new} (
        run_key INTEGER NOT NULL,
        institution TEXT NOT NULL,
        staff TEXT NOT NULL,
        engagement_from TEXT NOT NULL,
        category TEXT NOT NULL,
        services INTEGER NOT NULL,
        points_micro INTEGER NOT NULL,
        PRIMARY KEY (run_key, institution, staff, engagement_from, category),
        CONSTRAINT workload_run_key_integer CHECK (typeof(run_key) = 'integer'),
        CONSTRAINT workload_services_integer CHECK (typeof(services) = 'integer'),
        CONSTRAINT workload_points_micro_integer CHECK (typeof(points_micro) = 'integer'),
        FOREIGN KEY(run_key) REFERENCES run ("key")
    )""",
    "rejection": """
    CREATE TABLE {new} (
        run_key INTEGER NOT NULL,
        record_id TEXT NOT NULL,
        staff TEXT NOT NULL,
        institution TEXT NOT NULL,
        copy INTEGER NOT NULL,
        reason TEXT NOT NULL,
        PRIMARY KEY (run_key, record_id, staff, copy),
        CONSTRAINT rejection_run_key_integer CHECK (typeof(run_key) = 'integer'),
        CONSTRAINT rejection_copy_integer CHECK (typeof(copy) = 'integer'),
        FOREIGN KEY(run_key) REFERENCES run ("key")
    )""",
    "run_component": """
    CREATE TABLE {new} (
        run_key INTEGER NOT NULL,
        position INTEGER NOT NULL,
        component TEXT NOT NULL,
        kind TEXT NOT NULL,
        pay_class TEXT NOT NULL,
        label TEXT NOT NULL,
        PRIMARY KEY (run_key, position),
        CONSTRAINT run_component_run_key_integer CHECK (typeof(run_key) = 'integer'),
        CONSTRAINT run_component_position_integer CHECK (typeof(position) = 'integer'),
        FOREIGN KEY(run_key) REFERENCES run ("key")
    )""",
    "run_report": """
    CREATE TABLE {new} (
        run_key INTEGER NOT NULL,
        position INTEGER NOT NULL,
        level TEXT NOT NULL,
        name TEXT NOT NULL,
        label TEXT NOT NULL,
        unit TEXT NOT NULL,
        scale INTEGER NOT NULL,
        PRIMARY KEY (run_key, position),
        CONSTRAINT run_report_run_key_integer CHECK (typeof(run_key) = 'integer'),
        CONSTRAINT run_report_position_integer CHECK (typeof(position) = 'integer'),
        CONSTRAINT run_report_scale_integer CHECK (typeof(scale) = 'integer'),
        FOREIGN KEY(run_key) REFERENCES run ("key")
    )""",
    "report_line": """
    CREATE TABLE {new} (
        run_key INTEGER NOT NULL,
        position INTEGER NOT NULL,
        institution TEXT NOT NULL,
        staff TEXT NOT NULL,
        value INTEGER NOT NULL,
        PRIMARY KEY (run_key, position, institution, staff),
        CONSTRAINT report_line_run_key_integer CHECK (typeof(run_key) = 'integer'),
        CONSTRAINT report_line_position_integer CHECK (typeof(position) = 'integer'),
        CONSTRAINT report_line_value_integer CHECK (typeof(value) = 'integer'),
        FOREIGN KEY(run_key) REFERENCES run ("key")
    )""",
    "department_line": """
    CREATE TABLE {new} (
        run_key INTEGER NOT NULL,
        position INTEGER NOT NULL,
        institution TEXT NOT NULL,
        department TEXT NOT NULL,
        value INTEGER NOT NULL,
        PRIMARY KEY (run_key, position, institution, department),
        CONSTRAINT department_line_run_key_integer CHECK (typeof(run_key) = 'integer'),
        CONSTRAINT department_line_position_integer CHECK (typeof(position) = 'integer'),
        CONSTRAINT department_line_value_integer CHECK (typeof(value) = 'integer'),
        FOREIGN KEY(run_key) REFERENCES run ("key")
    )""",
}
_POSTGRESQL = {
    "pay_line": """
    CREATE TABLE {new} (
        run_key BIGINT NOT NULL,
        institution TEXT COLLATE "C" NOT NULL,
        staff TEXT COLLATE "C" NOT NULL,
        engagement_from TEXT COLLATE "C" NOT NULL,
        component TEXT COLLATE "C" NOT NULL,
        funding TEXT COLLATE "C" NOT NULL,
        amount_fen BIGINT NOT NULL,
        PRIMARY KEY (run_key, institution, staff, engagement_from, component, funding),
        FOREIGN KEY(run_key) REFERENCES run (key)
    )""",
    "statement_line": """
    CREATE TABLE {new} (
        run_key BIGINT NOT NULL,
        institution TEXT COLLATE "C" NOT NULL,
        component TEXT COLLATE "C" NOT NULL,
        funding TEXT COLLATE "C" NOT NULL,
        amount_fen BIGINT NOT NULL,
        PRIMARY KEY (run_key, institution, component, funding),
        FOREIGN KEY(run_key) REFERENCES run (key)
    )""",
    "workload": """
    CREATE TABLE {new} (
        run_key BIGINT NOT NULL,
        institution TEXT COLLATE "C" NOT NULL,
        staff TEXT COLLATE "C" NOT NULL,
        engagement_from TEXT COLLATE "C" NOT NULL,
        category TEXT COLLATE "C" NOT NULL,
        services BIGINT NOT NULL,
        points_micro BIGINT NOT NULL,
        PRIMARY KEY (run_key, institution, staff, engagement_from, category),
        FOREIGN KEY(run_key) REFERENCES run (key)
    )""",
    "rejection": """
    CREATE TABLE {new} (
        run_key BIGINT NOT NULL,
        record_id TEXT COLLATE "C" NOT NULL,
        staff TEXT COLLATE "C" NOT NULL,
        institution TEXT COLLATE "C" NOT NULL,
        copy BIGINT NOT NULL,
        reason TEXT COLLATE "C" NOT NULL,
        PRIMARY KEY (run_key, record_id, staff, copy),
        FOREIGN KEY(run_key) REFERENCES run (key)
    )""",
    "run_component": """
    CREATE TABLE {new} (
        run_key BIGINT NOT NULL,
        position BIGINT NOT NULL,
        component TEXT COLLATE "C" NOT NULL,
        kind TEXT COLLATE "C" NOT NULL,
        pay_class TEXT COLLATE "C" NOT NULL,
        label TEXT COLLATE "C" NOT NULL,
        PRIMARY KEY (run_key, position),
        FOREIGN KEY(run_key) REFERENCES run (key)
    )""",
    "run_report": """
    CREATE TABLE {new} (
        run_key BIGINT NOT NULL,
        position BIGINT NOT NULL,
        level TEXT COLLATE "C" NOT NULL,
        name TEXT COLLATE "C" NOT NULL,
        label TEXT COLLATE "C" NOT NULL,
        unit TEXT COLLATE "C" NOT NULL,
        scale BIGINT NOT NULL,
        PRIMARY KEY (run_key, position),
        FOREIGN KEY(run_key) REFERENCES run (key)
    )""",
    "report_line": """
    CREATE TABLE {new} (
        run_key BIGINT NOT NULL,
        position BIGINT NOT NULL,
        institution TEXT COLLATE "C" NOT NULL,
        staff TEXT COLLATE "C" NOT NULL,
        value BIGINT NOT NULL,
        PRIMARY KEY (run_key, position, institution, staff),
        FOREIGN KEY(run_key) REFERENCES run (key)
    )""",
    "department_line": """
    CREATE TABLE {new} (
        run_key BIGINT NOT NULL,
        position BIGINT NOT NULL,
        institution TEXT COLLATE "C" NOT NULL,
        department TEXT COLLATE "C" NOT NULL,
        value BIGINT NOT NULL,
        PRIMARY KEY (run_key, position, institution, department),
        FOREIGN KEY(run_key) REFERENCES run (key)
    )""",
}
_MYSQL = {
    "pay_line": """
    CREATE TABLE {new} (
        run_key BIGINT NOT NULL,
        institution VARCHAR(128) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        staff VARCHAR(128) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        engagement_from VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        component VARCHAR(128) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        funding VARCHAR(64) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        amount_fen BIGINT NOT NULL,
        PRIMARY KEY (run_key, institution, staff, engagement_from, component, funding),
        FOREIGN KEY(run_key) REFERENCES run (`key`)
    ) ENGINE=InnoDB""",
    "statement_line": """
    CREATE TABLE {new} (
        run_key BIGINT NOT NULL,
        institution VARCHAR(128) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        component VARCHAR(128) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        funding VARCHAR(64) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        amount_fen BIGINT NOT NULL,
        PRIMARY KEY (run_key, institution, component, funding),
        FOREIGN KEY(run_key) REFERENCES run (`key`)
    ) ENGINE=InnoDB""",
    "workload": """
    CREATE TABLE {new} (
        run_key BIGINT NOT NULL,
        institution VARCHAR(128) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        staff VARCHAR(128) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        engagement_from VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        category VARCHAR(128) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        services BIGINT NOT NULL,
        points_micro BIGINT NOT NULL,
        PRIMARY KEY (run_key, institution, staff, engagement_from, category),
        FOREIGN KEY(run_key) REFERENCES run (`key`)
    ) ENGINE=InnoDB""",
    "rejection": """
    CREATE TABLE {new} (
        run_key BIGINT NOT NULL,
        record_id VARCHAR(255) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        staff VARCHAR(128) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        institution VARCHAR(128) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        copy BIGINT NOT NULL,
        reason VARCHAR(32) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        PRIMARY KEY (run_key, record_id, staff, copy),
        FOREIGN KEY(run_key) REFERENCES run (`key`)
    ) ENGINE=InnoDB""",
    "run_component": """
    CREATE TABLE {new} (
        run_key BIGINT NOT NULL,
        `position` BIGINT NOT NULL,
        component VARCHAR(128) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        kind VARCHAR(32) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        pay_class VARCHAR(32) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        label LONGTEXT CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        PRIMARY KEY (run_key, `position`),
        FOREIGN KEY(run_key) REFERENCES run (`key`)
    ) ENGINE=InnoDB""",
    "run_report": """
    CREATE TABLE {new} (
        run_key BIGINT NOT NULL,
        `position` BIGINT NOT NULL,
        level VARCHAR(32) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        name VARCHAR(128) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        label LONGTEXT CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        unit VARCHAR(32) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        scale BIGINT NOT NULL,
        PRIMARY KEY (run_key, `position`),
        FOREIGN KEY(run_key) REFERENCES run (`key`)
    ) ENGINE=InnoDB""",
    "report_line": """
    CREATE TABLE {new} (
        run_key BIGINT NOT NULL,
        `position` BIGINT NOT NULL,
        institution VARCHAR(128) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        staff VARCHAR(128) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        value BIGINT NOT NULL,
        PRIMARY KEY (run_key, `position`, institution, staff),
        FOREIGN KEY(run_key) REFERENCES run (`key`)
    ) ENGINE=InnoDB""",
    "department_line": """
    CREATE TABLE {new} (
        run_key BIGINT NOT NULL,
        `position` BIGINT NOT NULL,
        institution VARCHAR(128) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        department VARCHAR(128) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        value BIGINT NOT NULL,
        PRIMARY KEY (run_key, `position`, institution, department),
        FOREIGN KEY(run_key) REFERENCES run (`key`)
    ) ENGINE=InnoDB""",
}
_COLLATIONS = {MARIADB: "utf8mb4_nopad_bin", MYSQL: "utf8mb4_0900_bin"}
_ADDED = {
    SQLITE: "INTEGER DEFAULT 0 NOT NULL CONSTRAINT run_key_integer CHECK (typeof(key) = 'integer')",
    POSTGRESQL: "BIGINT DEFAULT 0 NOT NULL",
}
_ADDED_OF_MYSQL = "BIGINT NOT NULL DEFAULT 0"
_NUMBERED = "(SELECT id, row_number() OVER (ORDER BY staged_at, id) AS place FROM run) AS numbered"
# The columns of each table behind the run, in the order in which they are copied.
COLUMNS = {
    "pay_line": "institution, staff, engagement_from, component, funding, amount_fen",
    "statement_line": "institution, component, funding, amount_fen",
    "workload": "institution, staff, engagement_from, category, services, points_micro",
    "rejection": "record_id, staff, institution, copy, reason",
    "run_component": "position, component, kind, pay_class, label",
    "run_report": "position, level, name, label, unit, scale",
    "report_line": "position, institution, staff, value",
    "department_line": "position, institution, department, value",
}


def steps(dialect: str) -> Sequence[Step]:
    """Number the runs, then make each table of their rows anew by that number."""
    is_mysql = dialect in _COLLATIONS
    key = "`key`" if is_mysql else "key"
    filled = f"UPDATE run SET {key} = numbered.place FROM {_NUMBERED} WHERE numbered.id = run.id"
    if is_mysql:
        filled = f"UPDATE run JOIN {_NUMBERED} ON numbered.id = run.id SET run.{key} = numbered.place"
    added = f"ALTER TABLE run ADD COLUMN {key} {_ADDED.get(dialect, _ADDED_OF_MYSQL)}"
    made = [
        Step("run.key", (added,), has_column("run", "key")),
        rewrite("runs numbered", filled, has_effect=_all_numbered(key)),
        create_index("run", "ix_run_key", f"CREATE UNIQUE INDEX ix_run_key ON run ({key})"),
    ]  # fmt: skip
    definitions = {SQLITE: SQLITE_TABLES, POSTGRESQL: _POSTGRESQL}.get(dialect, _MYSQL)
    for table, columns in COLUMNS.items():
        definition = definitions[table].replace("{collation}", _COLLATIONS.get(dialect, ""))
        filling = (
            f"INSERT INTO {{new}} (run_key, {columns})"
            f" SELECT r.{key}, o.{columns.replace(', ', ', o.')} FROM {{old}} o JOIN run r ON r.id = o.run"
        )
        made += rebuild_table(dialect, table, definition, filling, has_column(table, "run_key"))
    return made


def _all_numbered(key: str) -> Effect:
    """Test that every run has its number: none is left at 0."""
    return lambda connection: _zeros(connection, key) == 0


def _zeros(connection: Connection, key: str) -> int:
    return int(connection.exec_driver_sql(f"SELECT count(*) FROM run WHERE {key} = 0").scalar_one())
