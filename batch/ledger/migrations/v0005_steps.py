"""Version 5: steps of a run before its publication, and a log of who looked at records.

A run of before has no steps. The log is only added to: on SQLite two triggers see to that, on a server the rights.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from batch.ledger.migrations import v0001_first_tables
from batch.ledger.migrations.steps import (
    MARIADB,
    MYSQL,
    POSTGRESQL,
    SQLITE,
    Migration,
    Step,
    create_index,
    create_table,
    create_trigger,
)

_SQLITE = {
    "run_step": """
    CREATE TABLE run_step (
        number INTEGER NOT NULL,
        run TEXT NOT NULL,
        step TEXT NOT NULL,
        digest TEXT NOT NULL,
        days INTEGER NOT NULL,
        answers INTEGER NOT NULL,
        document TEXT NOT NULL,
        reason TEXT NOT NULL,
        made_at TEXT NOT NULL,
        made_by TEXT NOT NULL,
        PRIMARY KEY (number),
        CONSTRAINT run_step_number_integer CHECK (typeof(number) = 'integer'),
        CONSTRAINT run_step_days_integer CHECK (typeof(days) = 'integer'),
        CONSTRAINT run_step_answers_integer CHECK (typeof(answers) = 'integer'),
        FOREIGN KEY(run) REFERENCES run (id)
    )""",
    "access_log": """
    CREATE TABLE access_log (
        number INTEGER NOT NULL,
        accessed_at TEXT NOT NULL,
        accessed_by TEXT NOT NULL,
        action TEXT NOT NULL,
        period TEXT NOT NULL,
        run TEXT NOT NULL,
        institution TEXT NOT NULL,
        staff TEXT NOT NULL,
        detail TEXT NOT NULL,
        PRIMARY KEY (number),
        CONSTRAINT access_log_number_integer CHECK (typeof(number) = 'integer')
    )""",
}
_POSTGRESQL = {
    "run_step": """
    CREATE TABLE run_step (
        number BIGINT NOT NULL,
        run TEXT COLLATE "C" NOT NULL,
        step TEXT COLLATE "C" NOT NULL,
        digest TEXT COLLATE "C" NOT NULL,
        days BIGINT NOT NULL,
        answers BIGINT NOT NULL,
        document TEXT COLLATE "C" NOT NULL,
        reason TEXT COLLATE "C" NOT NULL,
        made_at TEXT COLLATE "C" NOT NULL,
        made_by TEXT COLLATE "C" NOT NULL,
        PRIMARY KEY (number),
        FOREIGN KEY(run) REFERENCES run (id)
    )""",
    "access_log": """
    CREATE TABLE access_log (
        number BIGINT NOT NULL,
        accessed_at TEXT COLLATE "C" NOT NULL,
        accessed_by TEXT COLLATE "C" NOT NULL,
        action TEXT COLLATE "C" NOT NULL,
        period TEXT COLLATE "C" NOT NULL,
        run TEXT COLLATE "C" NOT NULL,
        institution TEXT COLLATE "C" NOT NULL,
        staff TEXT COLLATE "C" NOT NULL,
        detail TEXT COLLATE "C" NOT NULL,
        PRIMARY KEY (number)
    )""",
}
_MYSQL = {
    "run_step": """
    CREATE TABLE run_step (
        number BIGINT NOT NULL,
        run VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        step VARCHAR(32) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        digest VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        days BIGINT NOT NULL,
        answers BIGINT NOT NULL,
        document LONGTEXT CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        reason LONGTEXT CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        made_at VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        made_by VARCHAR(128) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        PRIMARY KEY (number),
        INDEX ix_run_step_run (run),
        FOREIGN KEY(run) REFERENCES run (id)
    ) ENGINE=InnoDB""",
    "access_log": """
    CREATE TABLE access_log (
        number BIGINT NOT NULL,
        accessed_at VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        accessed_by VARCHAR(128) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        action VARCHAR(32) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        `period` VARCHAR(7) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        run VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        institution VARCHAR(128) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        staff VARCHAR(128) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        detail LONGTEXT CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        PRIMARY KEY (number)
    ) ENGINE=InnoDB""",
}
_COLLATIONS = {MARIADB: "utf8mb4_nopad_bin", MYSQL: "utf8mb4_0900_bin"}
_TRIGGERS = {
    "access_log_not_updated": (
        "CREATE TRIGGER access_log_not_updated BEFORE UPDATE ON access_log"
        " BEGIN SELECT RAISE(ABORT, 'access_log is only added to'); END"
    ),
    "access_log_not_deleted": (
        "CREATE TRIGGER access_log_not_deleted BEFORE DELETE ON access_log"
        " BEGIN SELECT RAISE(ABORT, 'access_log is only added to'); END"
    ),
}


def steps(dialect: str) -> Sequence[Step]:
    """Create the tables of steps and of accesses.

    And on SQLite the triggers that keep the log from being changed.
    """
    definitions = {SQLITE: _SQLITE, POSTGRESQL: _POSTGRESQL}.get(dialect, _MYSQL)
    collation = _COLLATIONS.get(dialect)
    made = [create_table(table, text.format(collation=collation)) for table, text in definitions.items()]
    if dialect in (SQLITE, POSTGRESQL):
        made.append(create_index("run_step", "ix_run_step_run", "CREATE INDEX ix_run_step_run ON run_step (run)"))
    if dialect == SQLITE:
        made += [create_trigger(name, statement) for name, statement in _TRIGGERS.items()]
    return made


def views(dialect: str) -> Mapping[str, str]:
    """Define the views as before."""
    return v0001_first_tables.views(dialect)


MIGRATION = Migration(5, "steps before a publication, log of accesses", steps, views)
