"""Version 3: findings of plausibility that a publication saw, and their acceptance.

A publication of before has no rows here, and its entry in the audit chain names no digest of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from batch.ledger.migrations import v0001_first_tables
from batch.ledger.migrations.steps import MARIADB, MYSQL, POSTGRESQL, SQLITE, Migration, Step, create_table

_SQLITE = {
    "published_finding": """
    CREATE TABLE published_finding (
        period TEXT NOT NULL,
        revision INTEGER NOT NULL,
        kind TEXT NOT NULL,
        subject TEXT NOT NULL,
        severity TEXT NOT NULL,
        found INTEGER NOT NULL,
        told TEXT NOT NULL,
        PRIMARY KEY (period, revision, kind, subject),
        CONSTRAINT published_finding_revision_integer CHECK (typeof(revision) = 'integer'),
        CONSTRAINT published_finding_found_integer CHECK (typeof(found) = 'integer'),
        FOREIGN KEY(period, revision) REFERENCES publication (period, revision)
    )""",
    "finding_acceptance": """
    CREATE TABLE finding_acceptance (
        period TEXT NOT NULL,
        revision INTEGER NOT NULL,
        kind TEXT NOT NULL,
        subject TEXT NOT NULL,
        reason TEXT NOT NULL,
        accepted_at TEXT NOT NULL,
        accepted_by TEXT NOT NULL,
        PRIMARY KEY (period, revision, kind, subject),
        CONSTRAINT finding_acceptance_revision_integer CHECK (typeof(revision) = 'integer'),
        FOREIGN KEY(period, revision) REFERENCES publication (period, revision)
    )""",
}
_POSTGRESQL = {
    "published_finding": """
    CREATE TABLE published_finding (
        period TEXT COLLATE "C" NOT NULL,
        revision BIGINT NOT NULL,
        kind TEXT COLLATE "C" NOT NULL,
        subject TEXT COLLATE "C" NOT NULL,
        severity TEXT COLLATE "C" NOT NULL,
        found BIGINT NOT NULL,
        told TEXT COLLATE "C" NOT NULL,
        PRIMARY KEY (period, revision, kind, subject),
        FOREIGN KEY(period, revision) REFERENCES publication (period, revision)
    )""",
    "finding_acceptance": """
    CREATE TABLE finding_acceptance (
        period TEXT COLLATE "C" NOT NULL,
        revision BIGINT NOT NULL,
        kind TEXT COLLATE "C" NOT NULL,
        subject TEXT COLLATE "C" NOT NULL,
        reason TEXT COLLATE "C" NOT NULL,
        accepted_at TEXT COLLATE "C" NOT NULL,
        accepted_by TEXT COLLATE "C" NOT NULL,
        PRIMARY KEY (period, revision, kind, subject),
        FOREIGN KEY(period, revision) REFERENCES publication (period, revision)
    )""",
}
_MYSQL = {
    "published_finding": """
    CREATE TABLE published_finding (
        `period` VARCHAR(7) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        revision BIGINT NOT NULL,
        kind VARCHAR(64) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        subject VARCHAR(255) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        severity VARCHAR(32) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        found BIGINT NOT NULL,
        told LONGTEXT CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        PRIMARY KEY (`period`, revision, kind, subject),
        FOREIGN KEY(`period`, revision) REFERENCES publication (`period`, revision)
    ) ENGINE=InnoDB""",
    "finding_acceptance": """
    CREATE TABLE finding_acceptance (
        `period` VARCHAR(7) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        revision BIGINT NOT NULL,
        kind VARCHAR(64) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        subject VARCHAR(255) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        reason LONGTEXT CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        accepted_at VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        accepted_by VARCHAR(128) CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL,
        PRIMARY KEY (`period`, revision, kind, subject),
        FOREIGN KEY(`period`, revision) REFERENCES publication (`period`, revision)
    ) ENGINE=InnoDB""",
}
_COLLATIONS = {MARIADB: "utf8mb4_nopad_bin", MYSQL: "utf8mb4_0900_bin"}


def steps(dialect: str) -> Sequence[Step]:
    """Create the tables of findings and acceptances."""
    definitions = {SQLITE: _SQLITE, POSTGRESQL: _POSTGRESQL}.get(dialect, _MYSQL)
    collation = _COLLATIONS.get(dialect)
    return [create_table(table, text.format(collation=collation)) for table, text in definitions.items()]


def views(dialect: str) -> Mapping[str, str]:
    """Define the views as before."""
    return v0001_first_tables.views(dialect)


MIGRATION = Migration(3, "findings and their acceptance", steps, views)
