"""SQLite files, read by ADBC.

ADBC infers a column's type from the first rows of a result, and SQLite has a type per value: so values are fetched as
text, made by SQLite itself. A column of a table that holds nothing but numbers is fetched as doubles, which takes half
the time; one look at the types of its values tells.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import adbc_driver_sqlite.dbapi as adbc
import pyarrow as pa

from batch import input_tables as tables
from batch.sources.base import BATCH_ROWS, Binds
from batch.sources.databases import DatabaseSource, database_file, statement_refused, unavailable

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

TEXT, NUMBERS, ANYTHING = "text", "numbers", ""  # what a column holds, as far as that is known
EMPTY = sys.float_info.max  # stands for NULL among doubles: a NULL in the first rows would spoil the type


class SQLiteSource(DatabaseSource):
    """SQLite file, opened read-only."""

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
                names = [entry[0] for entry in cursor.description or ()]
            except adbc.Error as error:
                raise statement_refused(self.name, error) from error
        return dict.fromkeys(names, ANYTHING) | self._held(relation)

    def _held(self, relation: str) -> dict[str, str]:
        """Find the kinds of values in a table's columns.

        Nothing is known of a view, a query or a virtual table.

        SQLite turns what enters a TEXT column into text (but for a blob), and what enters a column of numbers into a
        number if it can: so a look at the types of the values is needed there.
        """
        tables_here = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
        name = next((str(name) for (name,) in self._rows(tables_here) if self.quoted(str(name)) == relation), None)
        if name is None:
            return {}
        literal = name.replace("'", "''")
        columns = self._rows(f"SELECT name, type FROM pragma_table_xinfo('{literal}') WHERE hidden <> 1")
        affinities = {str(column): _affinity(str(declared)) for column, declared in columns}
        maybe = [column for column, affinity in affinities.items() if affinity == NUMBERS]
        if maybe:
            other = [f"max(typeof({self.quoted(column)}) NOT IN ('real', 'integer', 'null'))" for column in maybe]
            [answers] = self._rows(f"SELECT {', '.join(other)} FROM {relation}")
            affinities |= {column: ANYTHING for column, found in zip(maybe, answers, strict=True) if found}
        return affinities

    def expression(self, column: tables.Column, name: str, kind: str) -> str:
        text = f"CAST({name} AS TEXT)"
        if kind == TEXT:
            return f"coalesce({text}, '')"
        if kind == NUMBERS and column.kind in ("fixed", "count"):
            return f"coalesce(CAST({name} AS REAL), {EMPTY!r})"
        # 15 digits name every decimal number of up to 15 digits; a real that needs more is written with 17, and is
        # refused later: no column has room for so many.
        real = f"CASE WHEN CAST({text} AS REAL) = {name} THEN {text} ELSE printf('%!.17g', {name}) END"
        if column.kind in ("text", "code", "period"):  # a code of digits that was stored as a number
            whole = f"CAST({name} AS INTEGER)"
            real = f"WHEN {whole} = {name} THEN CAST({whole} AS TEXT) ELSE {real}"
            real = f"CASE WHEN abs({name}) >= 1e15 THEN printf('%!.17e', {name}) {real} END"  # digits were lost already
        return f"coalesce(CASE typeof({name}) WHEN 'text' THEN {name} WHEN 'real' THEN {real} ELSE {text} END, '')"

    def relevant(self, day: str, kind: str, reverses: str, binds: Binds) -> str:
        # `date(x) = x` holds only for a valid date written as 2026-10-03; all else is read, and judged later.
        exact = f"{day} COLLATE BINARY"
        wanted = f"{exact} >= '{binds.year_start}' AND {exact} < '{binds.next_period}'"
        return f"{wanted} OR length(CAST({reverses} AS BLOB)) > 0 OR {day} IS NULL OR {exact} IS NOT date({day})"

    def number_of_rows(self, table: str) -> int | None:
        [(rows,)] = self._rows(f"SELECT count(*) FROM {self.quoted(self.spelled(table))}")  # walks the smallest tree
        return int(str(rows))

    def month(self, day: str, kind: str) -> str:
        return f"substr({day}, 1, 7)"

    def stream(self, statement: str, kinds: Sequence[str]) -> Iterator[pa.RecordBatch]:
        with self._connection.cursor() as cursor:
            cursor.adbc_statement.set_options(**{"adbc.sqlite.query.batch_rows": str(BATCH_ROWS)})
            try:
                cursor.execute(statement)
                for batch in cursor.fetch_record_batch():
                    yield _with_nulls(batch)
            except (adbc.Error, OSError, pa.ArrowException) as error:  # Arrow's for what fails in a later batch
                raise statement_refused(self.name, error) from error

    def _rows(self, statement: str) -> list[tuple[object, ...]]:
        with self._connection.cursor() as cursor:
            cursor.execute(statement)
            rows: list[tuple[object, ...]] = cursor.fetchall()
            return rows


def _affinity(declared: str) -> str:
    """Tell which values a column declared so can hold (sqlite.org/datatype3.html, 3.1)."""
    declared = declared.upper()
    if "INT" in declared:
        return NUMBERS
    if any(part in declared for part in ("CHAR", "CLOB", "TEXT")):
        return TEXT
    return ANYTHING if not declared or "BLOB" in declared else NUMBERS


def _with_nulls(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Turn the doubles that stand for NULL into nulls."""
    columns = []
    for column in batch.columns:
        if pa.types.is_floating(column.type):
            numbers = column.to_numpy(zero_copy_only=False)
            column = pa.array(numbers, mask=numbers == EMPTY)
        columns.append(column)
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)
