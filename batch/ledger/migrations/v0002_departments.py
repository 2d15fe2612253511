"""Version 2: figures of departments, by position of their names.

A run of before has no rows here, and names no digest of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from batch.ledger.migrations import v0001_first_tables
from batch.ledger.migrations.steps import MARIADB, MYSQL, POSTGRESQL, SQLITE, Migration, Step, create_table

_SQLITE = """
    CREATE TABLE department_line (
        run TEXT NOT NULL,
        position INTEGER NOT NULL,
        institution TEXT NOT NULL,
        department TEXT NOT NULL,
        value INTEGER NOT NULL,
        PRIMARY KEY (run, position, institution, department),
        CONSTRAINT department_line_position_integer CHECK (typeof(position) = 'integer'),
        CONSTRAINT department_line_value_integer CHECK (typeof(value) = 'integer'),
        FOREIGN KEY(run) REFERENCES run (id)
    )"""
_POSTGRESQL = """
    CREATE TABLE department_line (
        run TEXT COLLATE "C" NOT NULL,
        position BIGINT NOT NULL,
        institution TEXT COLLATE "C" NOT NULL,
        department TEXT COLLATE "C" NOT NULL,
        value BIGINT NOT NULL,
        PRIMARY KEY (run, position, institution, department),
        FOREIGN KEY(run) REFERENCES run (id)
    )"""
_MYSQL = """
    CREATE TABLE department_line (
        run VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        `position` BIGINT NOT NULL,
        institution VARCHAR(128) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        department VARCHAR(128) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        value BIGINT NOT NULL,
        PRIMARY KEY (run, `position`, institution, department),
        FOREIGN KEY(run) REFERENCES run (id)
    ) ENGINE=InnoDB"""
_COLLATIONS = {MARIADB: "utf8mb4_nopad_bin", MYSQL: "utf8mb4_0900_bin"}


def steps(dialect: str) -> Sequence[Step]:
    """Create the table of departments' figures."""
    definition = {SQLITE: _SQLITE, POSTGRESQL: _POSTGRESQL}.get(dialect, _MYSQL)
    return [create_table("department_line", definition.format(collation=_COLLATIONS.get(dialect)))]


def views(dialect: str) -> Mapping[str, str]:
    """Define the views as before."""
    return v0001_first_tables.views(dialect)


MIGRATION = Migration(2, "figures of departments", steps, views)
