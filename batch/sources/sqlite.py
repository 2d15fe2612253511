"""SQLite files, read by ADBC.

ADBC infers a column's type from the first rows of a result, and SQLite has a type per value: so every value is
fetched as text, made by SQLite itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import adbc_driver_sqlite.dbapi as adbc
import pyarrow as pa

from batch import tables
from batch.sources.base import BATCH_ROWS, Binds
from batch.sources.databases import DatabaseSource, database_file, statement_refused, unavailable

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

_TEXTS = ("text", "code", "period")


class SQLiteSource(DatabaseSource):
    """A SQLite file, opened read-only."""

    def __init__(self, url: URL, queries: Mapping[str, str], base: Path) -> None:
        super().__init__(url, queries)
        path = database_file(url, base)
        try:
            self._connection = adbc.connect(path.absolute().as_uri() + "?mode=ro")
        except adbc.Error as error:
            raise unavailable(self.name, error) from error
        try:
            self._rows("SELECT count(*) FROM sqlite_master")  # takes the read lock: one moment for everything
        except adbc.Error as error:
            self._connection.close()
            raise unavailable(self.name, error) from error

    def close(self) -> None:
        self._connection.close()

    def quoted(self, name: str) -> str:
        return '"' + name.replace('"', '""') + '"'

    def list_names(self) -> Sequence[str]:
        found = self._rows("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")
        return [str(name) for (name,) in found if not str(name).startswith("sqlite_")]

    def describe(self, relation: str) -> dict[str, str]:
        with self._connection.cursor() as cursor:
            try:
                cursor.execute(f"SELECT * FROM {relation} LIMIT 0")
                return {entry[0]: "" for entry in cursor.description or ()}
            except adbc.Error as error:
                raise statement_refused(self.name, error) from error

    def expression(self, column: tables.Column, name: str, kind: str) -> str:
        # 15 digits name every decimal number of up to 15 digits; a real that needs more is written with 17, and is
        # refused later: no column has room for so many.
        text = f"CAST({name} AS TEXT)"
        real = f"CASE WHEN CAST({text} AS REAL) = {name} THEN {text} ELSE printf('%!.17g', {name}) END"
        if column.kind in _TEXTS:  # a code of digits that was stored as a number
            whole = f"CAST({name} AS INTEGER)"
            real = f"WHEN {whole} = {name} THEN CAST({whole} AS TEXT) ELSE {real}"
            real = f"CASE WHEN abs({name}) >= 1e15 THEN printf('%!.17e', {name}) {real} END"  # digits were lost already
        return f"coalesce(CASE typeof({name}) WHEN 'text' THEN {name} WHEN 'real' THEN {real} ELSE {text} END, '')"

    def relevant(self, day: str, kind: str, reverses: str, binds: Binds) -> str:
        # `date(x) = x` holds only for a valid date written as 2026-10-03; all else is read, and judged later.
        outside = f"({day} < '{binds.year_start}' OR {day} >= '{binds.next_period}') AND date({day}) = {day}"
        return f"length(CAST({reverses} AS BLOB)) > 0 OR NOT coalesce({outside}, 0)"

    def stream(self, statement: str, kinds: Sequence[str]) -> Iterator[pa.RecordBatch]:
        with self._connection.cursor() as cursor:
            cursor.adbc_statement.set_options(**{"adbc.sqlite.query.batch_rows": str(BATCH_ROWS)})
            try:
                cursor.execute(statement)
                yield from cursor.fetch_record_batch()
            except adbc.Error as error:
                raise statement_refused(self.name, error) from error

    def _rows(self, statement: str) -> list[tuple[object, ...]]:
        with self._connection.cursor() as cursor:
            cursor.execute(statement)
            rows: list[tuple[object, ...]] = cursor.fetchall()
            return rows
