"""Floor of a ledger: all of its rows, written again."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from benchmarks.bulk_write import SQLiteRows


def rows_of(file: Path, table: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(file)) as database:
        return database.execute(f"select * from {table}").fetchall()


def test_every_row_of_every_table_is_written_without_a_key(tmp_path: Path) -> None:
    ledger, again = tmp_path / "ledger.sqlite", tmp_path / "again.sqlite"
    with closing(sqlite3.connect(ledger)) as database, database:
        database.execute("create table run (id text primary key, key integer)")
        key = "primary key (run_key, staff)"
        database.execute(f"create table pay_line (run_key integer, staff text, fen integer, {key}) without rowid")
        database.execute("insert into run values ('a', 1)")
        database.executemany("insert into pay_line values (1, ?, ?)", [("S2", 20), ("S1", 10)])
    rows = SQLiteRows.of(ledger)
    rows.write(again)
    assert rows.count == 3
    for table in ("run", "pay_line"):
        assert rows_of(again, table) == rows_of(ledger, table)
    with closing(sqlite3.connect(again)) as database:
        assert database.execute("select count(*) from sqlite_master where type = 'index'").fetchone() == (0,)
