"""Floor of a ledger: the database's own bulk write of the same rows, without keys.

The rows are read from a ledger that was published, whatever its tables are, and wait in the form that the database
takes fastest: Python tuples for SQLite's `executemany`, the text of COPY for PostgreSQL.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCHEMA = "bulk_write"  # of the tables without keys on PostgreSQL, beside the ledger's


@dataclass(frozen=True)
class SQLiteRows:
    """Rows of a ledger in SQLite, by table: the DDL of a bare table, the statement, the rows."""

    tables: Sequence[tuple[str, str, Sequence[Sequence[Any]]]]

    @classmethod
    def of(cls, ledger: Path) -> SQLiteRows:
        """Read a ledger whole."""
        tables = []
        with closing(sqlite3.connect(ledger)) as database:
            names = "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'"
            for (name,) in database.execute(names).fetchall():
                columns = [(row[1], row[2]) for row in database.execute(f'pragma table_info("{name}")')]
                typed = ", ".join(f'"{column}" {kind}' for column, kind in columns)
                insert = f'insert into "{name}" values ({", ".join("?" * len(columns))})'
                rows = database.execute(f'select * from "{name}"').fetchall()
                tables.append((f'create table "{name}" ({typed})', insert, rows))
        return cls(tables)

    @property
    def count(self) -> int:
        """Count all rows."""
        return sum(len(rows) for _, _, rows in self.tables)

    def write(self, path: Path) -> None:
        """Write the rows into a new file, in one transaction, as safely as a ledger is written."""
        with closing(sqlite3.connect(path, isolation_level=None)) as database:
            database.execute("pragma journal_mode = wal")
            database.execute("pragma synchronous = full")
            database.execute("begin immediate")
            for create, insert, rows in self.tables:
                database.execute(create)
                database.executemany(insert, rows)
            database.execute("commit")


@dataclass(frozen=True)
class PostgreSQLRows:
    """Rows of a ledger in PostgreSQL, by table, as COPY writes them."""

    url: str
    tables: Sequence[tuple[str, bytes]]

    @classmethod
    def of(cls, url: str) -> PostgreSQLRows:
        """Read the ledger in a database whole."""
        import psycopg

        tables = []
        with psycopg.connect(url) as database, database.cursor() as cursor:
            cursor.execute("select tablename from pg_tables where schemaname = 'public'")
            for (name,) in cursor.fetchall():
                with cursor.copy(f'copy public."{name}" to stdout'.encode()) as copy:
                    tables.append((str(name), b"".join(bytes(part) for part in copy)))
        return cls(url, tables)

    def write(self) -> None:
        """Write the rows into bare tables of their own, in one transaction."""
        import psycopg

        with psycopg.connect(self.url) as database, database.cursor() as cursor:
            cursor.execute(f"create schema {SCHEMA}".encode())
            for name, text in self.tables:
                cursor.execute(f'create table {SCHEMA}."{name}" (like public."{name}")'.encode())
                with cursor.copy(f'copy {SCHEMA}."{name}" from stdin'.encode()) as copy:
                    copy.write(text)

    def clear(self) -> None:
        """Drop what `write` wrote."""
        import psycopg

        with psycopg.connect(self.url) as database:
            database.execute(f"drop schema if exists {SCHEMA} cascade".encode())
