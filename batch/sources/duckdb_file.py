"""DuckDB files, read through Arrow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from batch import input_tables as tables
from batch.input_tables import TIME_ZONE
from batch.sources.base import BATCH_ROWS, Binds
from batch.sources.databases import DatabaseSource, database_file, statement_refused, unavailable
from batch.sources.sql import PLAIN_DATE, within

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

INSTANTS = ("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "TIMESTAMP WITH TIME ZONE")
MEMORY = "256MB"


class DuckDBSource(DatabaseSource):
    """DuckDB file, opened read-only.

    Its lock keeps every writer out, so that all is read as of one moment.
    """

    def __init__(self, url: URL, queries: Mapping[str, str], base: Path) -> None:
        super().__init__(url, queries)
        path = database_file(url, base)
        try:
            self._connection = duckdb.connect(str(path), read_only=True, config={"memory_limit": MEMORY})
        except duckdb.Error as error:
            raise unavailable(self.name, error) from error

    def close(self) -> None:
        self._connection.close()

    def quoted(self, name: str) -> str:
        return '"' + name.replace('"', '""') + '"'

    def list_names(self) -> Sequence[str]:
        names = "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() ORDER BY 1"
        return [str(name) for (name,) in self._connection.execute(names).fetchall()]

    def describe(self, relation: str) -> dict[str, str]:
        try:
            found = self._connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()
        except duckdb.Error as error:
            raise statement_refused(self.name, error) from error
        return {str(name): str(kind) for name, kind, *_ in found}

    def expression(self, column: tables.Column, name: str, kind: str) -> str:
        if column.kind in ("text", "code", "period", "flag"):
            judged = ("VARCHAR", "BOOLEAN", "FLOAT", "DOUBLE", "DATE", *INSTANTS)
            return name if kind in judged else f"CAST({name} AS VARCHAR)"
        if column.kind in ("fixed", "count"):
            plain = kind in ("VARCHAR", "FLOAT", "DOUBLE", "BOOLEAN", "DATE", "HUGEINT", *INSTANTS)
            return (
                name
                if plain or kind.startswith("DECIMAL") or kind.endswith("INT") or kind == "INTEGER"
                else f"CAST({name} AS VARCHAR)"
            )
        if kind in INSTANTS:
            name = f"CAST({name} AS DATE)"
        if kind in ("DATE", *INSTANTS) and column.kind != "day":
            return f"CAST({name} AS VARCHAR)"  # 'infinity' is a word in an interval and no number
        return name if kind in ("VARCHAR", "DATE", "INTEGER", "BIGINT", *INSTANTS) else f"CAST({name} AS VARCHAR)"

    def relevant(self, day: str, kind: str, reverses: str, binds: Binds) -> str:
        reversing = f"CAST({reverses} AS VARCHAR) <> ''"
        if kind in ("DATE", *INSTANTS):
            return f"{reversing} OR {within(day, binds)}"
        if kind == "VARCHAR":
            outside = f"({day} < '{binds.year_start}' OR {day} >= '{binds.next_period}')"
            return f"{reversing} OR NOT coalesce({outside} AND regexp_full_match({day}, '{PLAIN_DATE}'), false)"
        return ""

    def month(self, day: str, kind: str) -> str:
        return f"substr({day}, 1, 7)" if kind == "VARCHAR" else f"strftime({day}, '%Y-%m')"

    def stream(self, statement: str, kinds: Sequence[str]) -> Iterator[pa.RecordBatch]:
        with self._connection.cursor() as cursor:
            try:
                cursor.execute(f"SET TimeZone = '{TIME_ZONE}'")  # a cursor has settings of its own
                yield from cursor.sql(statement).to_arrow_reader(BATCH_ROWS)
            except (duckdb.Error, OSError, pa.ArrowException) as error:  # Arrow's for what fails in a later batch
                raise statement_refused(self.name, error) from error
