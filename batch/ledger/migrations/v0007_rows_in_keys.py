"""Version 7: rows of runs stand in their key on SQLite, and refer to no run on PostgreSQL.

Nearly all columns of these tables are in the key. SQLite kept them twice, in the table and in the key's index, which
made a ledger twice as large. PostgreSQL looked for the run once for every row that came in, which took longer than
storing it. MariaDB and MySQL do neither. Every row is kept.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, inspect

from batch.ledger.migrations.run_keys_of_v0006 import COLUMNS, SQLITE_TABLES
from batch.ledger.migrations.steps import POSTGRESQL, SQLITE, Effect, Migration, Step, rebuild_table
from batch.ledger.migrations.v0006_payments import views


def steps(dialect: str) -> Sequence[Step]:
    """Rebuild the tables of rows on SQLite; take their references away on PostgreSQL."""
    if dialect == SQLITE:
        return [step for table in COLUMNS for step in _in_key(table)]
    if dialect == POSTGRESQL:
        return [_without_reference(table) for table in COLUMNS]
    return []


def _in_key(table: str) -> list[Step]:
    names = f"run_key, {COLUMNS[table]}"
    filling = f"INSERT INTO {{new}} ({names}) SELECT {names} FROM {{old}} ORDER BY {names}"
    return rebuild_table(SQLITE, table, f"{SQLITE_TABLES[table]} WITHOUT ROWID", filling, _is_in_key(table))


def _is_in_key(table: str) -> Effect:
    query = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ? AND sql LIKE '% WITHOUT ROWID'"
    return lambda connection: bool(connection.exec_driver_sql(query, (table,)).scalar_one())


def _without_reference(table: str) -> Step:
    name = f"{table}_run_key_fkey"

    def is_gone(connection: Connection) -> bool:
        return name not in {each["name"] for each in inspect(connection).get_foreign_keys(table)}

    return Step(f"{table} refers to no run", (f"ALTER TABLE {table} DROP CONSTRAINT {name}",), is_gone)


MIGRATION = Migration(7, "rows in their keys", steps, views)
