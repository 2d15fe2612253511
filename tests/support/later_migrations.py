"""Migrations that a later version could bring, for tests: the program never applies them.

Version 2 numbers the runs (a column, filled, with a unique index) and adds a table and a view. Version 3 replaces the
key of a table by one of integers, changes a view and leaves another out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from batch.ledger.migrations.migrate import MIGRATIONS
from batch.ledger.migrations.steps import (
    MARIADB,
    MYSQL,
    POSTGRESQL,
    SQLITE,
    Migration,
    Step,
    add_column,
    create_index,
    create_table,
    has_key,
    rebuild_table,
    rewrite,
)

_INTEGER = {SQLITE: "INTEGER", POSTGRESQL: "BIGINT", MARIADB: "BIGINT", MYSQL: "BIGINT"}
_DIGEST = {
    SQLITE: "TEXT",
    POSTGRESQL: 'TEXT COLLATE "C"',
    MARIADB: "VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin",
    MYSQL: "VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin",
}
_TEXT = {
    SQLITE: "TEXT",
    POSTGRESQL: 'TEXT COLLATE "C"',
    MARIADB: "VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin",
    MYSQL: "VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin",
}
_SHORT = {SQLITE: "key", POSTGRESQL: "key", MARIADB: "`key`", MYSQL: "`key`"}
_NUMBERED = "(SELECT id, row_number() OVER (ORDER BY staged_at, id) AS place FROM run) AS numbered"
_KEY = ("run_number", "institution", "staff", "engagement_from", "category")


def _second(dialect: str) -> Sequence[Step]:
    filled = f"UPDATE run SET number = numbered.place FROM {_NUMBERED} WHERE numbered.id = run.id"
    if dialect in (MARIADB, MYSQL):
        filled = f"UPDATE run JOIN {_NUMBERED} ON numbered.id = run.id SET run.number = numbered.place"
    return [
        add_column("run", "number", _INTEGER[dialect]),
        rewrite("runs numbered", filled),
        create_index("run", "ix_run_number", "CREATE UNIQUE INDEX ix_run_number ON run (number)"),
        create_table(
            "note",
            f"CREATE TABLE note (number {_INTEGER[dialect]} NOT NULL, run {_DIGEST[dialect]} NOT NULL,"
            f" words {_TEXT[dialect]} NOT NULL, PRIMARY KEY (number), FOREIGN KEY (run) REFERENCES run (id))",
        ),
    ]


def _views_of_second(dialect: str) -> Mapping[str, str]:
    return {**MIGRATIONS[-1].views(dialect), "noted": "CREATE VIEW noted AS SELECT n.run, n.words FROM note n"}


def _third(dialect: str) -> Sequence[Step]:
    whole, text = _INTEGER[dialect], _TEXT[dialect]
    columns = "run_key, institution, staff, engagement_from, category, services, points_micro"
    checks = "".join(
        f", CONSTRAINT workload_{name}_integer CHECK (typeof({name}) = 'integer')"
        for name in ("services", "points_micro")
        if dialect == SQLITE
    )
    definition = (
        f"CREATE TABLE {{new}} (run_key {whole} NOT NULL, run_number {whole} NOT NULL,"
        f" institution {text} NOT NULL, staff {text} NOT NULL, engagement_from {text} NOT NULL,"
        f" category {text} NOT NULL, services {whole} NOT NULL, points_micro {whole} NOT NULL,"
        f" PRIMARY KEY ({', '.join(_KEY)}){checks}, FOREIGN KEY (run_number) REFERENCES run (number))"
    )
    filling = (
        f"INSERT INTO {{new}} ({columns}, run_number)"
        f" SELECT o.{columns.replace(', ', ', o.')}, r.number"
        f" FROM {{old}} o JOIN run r ON r.{_SHORT[dialect]} = o.run_key"
    )
    return [
        *rebuild_table(dialect, "workload", definition, filling, has_key("workload", *_KEY)),
        create_index("workload", "ix_workload_run", "CREATE INDEX ix_workload_run ON workload (run_key)"),
    ]


def _views_of_third(dialect: str) -> Mapping[str, str]:
    due_pay = MIGRATIONS[-1].views(dialect)["due_pay"].replace("SELECT p.period,", "SELECT 3 AS version, p.period,")
    return {"due_pay": due_pay}


LATER = (
    *MIGRATIONS,
    Migration(MIGRATIONS[-1].number + 1, "runs numbered, notes", _second, _views_of_second),
    Migration(MIGRATIONS[-1].number + 2, "workload by number", _third, _views_of_third),
)
