"""Version 4: the source texts that computed the runs, each file's text once.

A run of before has no rows here: its sources were not kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from batch.ledger.migrations import v0001_first_tables
from batch.ledger.migrations.steps import MARIADB, MYSQL, POSTGRESQL, SQLITE, Migration, Step, create_table

_SQLITE = {
    "source_text": """
    CREATE TABLE source_text (
        digest TEXT NOT NULL,
        text TEXT NOT NULL,
        PRIMARY KEY (digest)
    )""",
    "source_file": """
    CREATE TABLE source_file (
        set_digest TEXT NOT NULL,
        path TEXT NOT NULL,
        text_digest TEXT NOT NULL,
        PRIMARY KEY (set_digest, path),
        FOREIGN KEY(text_digest) REFERENCES source_text (digest)
    )""",
}
_POSTGRESQL = {
    "source_text": """
    CREATE TABLE source_text (
        digest TEXT COLLATE "C" NOT NULL,
        text TEXT COLLATE "C" NOT NULL,
        PRIMARY KEY (digest)
    )""",
    "source_file": """
    CREATE TABLE source_file (
        set_digest TEXT COLLATE "C" NOT NULL,
        path TEXT COLLATE "C" NOT NULL,
        text_digest TEXT COLLATE "C" NOT NULL,
        PRIMARY KEY (set_digest, path),
        FOREIGN KEY(text_digest) REFERENCES source_text (digest)
    )""",
}
_MYSQL = {
    "source_text": """
    CREATE TABLE source_text (
        digest VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        text LONGTEXT CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        PRIMARY KEY (digest)
    ) ENGINE=InnoDB""",
    "source_file": """
    CREATE TABLE source_file (
        set_digest VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        path VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        text_digest VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        PRIMARY KEY (set_digest, path),
        FOREIGN KEY(text_digest) REFERENCES source_text (digest)
    ) ENGINE=InnoDB""",
}
_COLLATIONS = {MARIADB: "utf8mb4_nopad_bin", MYSQL: "utf8mb4_0900_bin"}


def steps(dialect: str) -> Sequence[Step]:
    """Create the tables of sources."""
    definitions = {SQLITE: _SQLITE, POSTGRESQL: _POSTGRESQL}.get(dialect, _MYSQL)
    collation = _COLLATIONS.get(dialect)
    return [create_table(table, text.format(collation=collation)) for table, text in definitions.items()]


def views(dialect: str) -> Mapping[str, str]:
    """Define the views as before."""
    return v0001_first_tables.views(dialect)


MIGRATION = Migration(4, "source texts of formulas and engine", steps, views)
