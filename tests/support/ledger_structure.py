"""Structure of a database: its tables, columns, keys, checks, references, indexes, views.

It is read from the database's own catalogue. What does not matter is left out: the order of columns, and how a
statement was laid out.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect

from batch.ledger.connect import connect

Structure = dict[str, list[str]]


def structure_of(url: str) -> Structure:
    """List the parts of every table and view, by name, sorted."""
    with connect(url, Path()).reading() as connection:
        told = {"sqlite": _of_sqlite, "postgresql": _of_postgresql}.get(connection.dialect.name, _of_mysql)
        return {name: sorted(parts) for name, parts in told(connection).items()}


def _of_sqlite(connection: Connection) -> Structure:
    found: Structure = {}
    entries = connection.exec_driver_sql(
        "SELECT type, name, sql FROM sqlite_master WHERE type IN ('table', 'view')"
    ).all()
    for kind, name, statement in entries:
        if kind == "view":
            found[name] = [_plain(statement)]
            continue
        parts = ["without rowid"] if statement.rstrip().upper().endswith("WITHOUT ROWID") else []
        for _, column, type_, required, default, key, hidden in _rows(connection, f"PRAGMA table_xinfo({name})"):
            parts.append(f"column {column} {type_} required={required} default={default} key={key} hidden={hidden}")
        for reference in _rows(connection, f"PRAGMA foreign_key_list({name})"):
            parts.append(f"reference {reference[2:]}")  # without its number
        for check in inspect(connection).get_check_constraints(name):
            parts.append(f"check {check['name']} {check['sqltext']}")
        for _, index, unique, origin, partial in _rows(connection, f"PRAGMA index_list({name})"):
            columns = [tuple(row[2:]) for row in _rows(connection, f"PRAGMA index_xinfo({index})") if row[5]]
            columns = columns if origin == "c" else [column[:2] for column in columns]
            called = index if origin == "c" else origin
            parts.append(f"index {called} unique={unique} partial={partial} {columns}")
        for trigger, text in _rows(
            connection, f"SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = '{name}'"
        ):
            parts.append(f"trigger {trigger} {text}")
        found[name] = parts
    return found


def _of_postgresql(connection: Connection) -> Structure:
    found: Structure = {}
    for name, *column in _rows(
        connection,
        "SELECT table_name, column_name, data_type, collation_name, is_nullable, column_default"
        " FROM information_schema.columns WHERE table_schema = 'public'",
    ):
        found.setdefault(name, []).append(f"column {column}")
    for name, *constraint in _rows(
        connection,
        "SELECT conrelid::regclass::text, conname, contype::text, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace",
    ):
        found[name].append(f"constraint {constraint}")
    for name, definition in _rows(connection, "SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'"):
        found[name].append(f"index {definition}")
    for name, definition in _rows(connection, "SELECT viewname, definition FROM pg_views WHERE schemaname = 'public'"):
        found[name].append(f"view {_plain(definition)}")
    return found


def _of_mysql(connection: Connection) -> Structure:
    found: Structure = {}
    for name, kind in _rows(connection, "SHOW FULL TABLES"):
        shown = connection.exec_driver_sql(f"SHOW CREATE TABLE `{name}`").one()[1]
        if kind == "VIEW":
            found[name] = [_plain(re.sub(r"DEFINER=\S+ ", "", shown))]
        else:
            found[name] = [line.strip().rstrip(",") for line in shown.splitlines()[1:]]
    return found


def _rows(connection: Connection, query: str) -> list[Any]:
    return [tuple(row) for row in connection.exec_driver_sql(query)]


def _plain(statement: str) -> str:
    return " ".join(statement.split())
