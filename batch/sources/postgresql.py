"""PostgreSQL, by ADBC or, without it, by psycopg.

ADBC copies binary straight into Arrow, psycopg copies CSV.
"""

from __future__ import annotations

import io
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.csv

from batch import input_tables as tables
from batch.input_tables import TIME_ZONE
from batch.sources.base import Binds
from batch.sources.databases import DatabaseSource, driver_missing, statement_refused, unavailable
from batch.sources.sql import PLAIN_DATE, within

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

SESSION = (
    "SET client_encoding = 'UTF8'",
    f"SET TIME ZONE '{TIME_ZONE}'",
    "SET DateStyle = 'ISO, YMD'",
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    "SAVEPOINT begun",
)
# A statement that fails aborts the transaction: without this every later one would be refused for no fault of its own.
RESUME = "ROLLBACK TO SAVEPOINT begun"
NAMES = """
    SELECT c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'v', 'm', 'f', 'p') AND pg_catalog.pg_table_is_visible(c.oid)
      AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%' ORDER BY 1
"""
BATCH_BYTES = 8 << 20
INSTANTS = ("timestamp", "timestamptz")
_AS_THEY_ARE = (
    "text",
    "varchar",
    "name",
    "bool",
    "float4",
    "float8",
    "date",
    *INSTANTS,
)  # the values' parser judges them
_NUMBERS = ("numeric", "int2", "int4", "int8", "float4", "float8", "text", "varchar")


class PostgreSQLSource(DatabaseSource):
    """PostgreSQL database, read in one REPEATABLE READ transaction."""

    def __init__(self, url: URL, queries: Mapping[str, str]) -> None:
        super().__init__(url, queries)
        self._link = _connect(self.name, _uri(url))

    def close(self) -> None:
        self._link.close()

    def quoted(self, name: str) -> str:
        return '"' + name.replace('"', '""') + '"'

    def list_names(self) -> Sequence[str]:
        return self._link.names()

    def describe(self, relation: str) -> dict[str, str]:
        return self._link.types(f"SELECT * FROM {relation} LIMIT 0")

    def expression(self, column: tables.Column, name: str, kind: str) -> str:
        if column.kind in ("text", "code", "period", "flag"):
            return name if kind in _AS_THEY_ARE else f"CAST({name} AS text)"  # CHAR(n) loses its padding
        if column.kind in ("fixed", "count"):
            return (
                name if kind in _NUMBERS else f"CAST({name} AS numeric)" if kind == "money" else f"CAST({name} AS text)"
            )
        if kind == "timestamptz":
            name = f"({name} AT TIME ZONE '{TIME_ZONE}')"
        if kind in INSTANTS:
            name = f"CAST({name} AS date)"
        if kind in ("date", *INSTANTS) and column.kind != "day":
            return f"CAST({name} AS text)"  # 'infinity' is a word in an interval and no number
        return name if kind in _AS_THEY_ARE or kind.startswith("int") else f"CAST({name} AS text)"

    def relevant(self, day: str, kind: str, reverses: str, binds: Binds) -> str:
        reversing = f"octet_length(CAST({reverses} AS text)) > 0"
        if kind in ("date", *INSTANTS):
            return f"{reversing} OR {within(day, binds)}"
        if kind in ("text", "varchar"):
            outside = f"""({day} COLLATE "C" < '{binds.year_start}' OR {day} COLLATE "C" >= '{binds.next_period}')"""
            return f"{reversing} OR NOT coalesce({outside} AND {day} ~ '^{PLAIN_DATE}$', false)"
        return ""

    def month(self, day: str, kind: str) -> str:
        return f"substr({day}, 1, 7)" if kind in ("text", "varchar") else f"to_char({day}, 'YYYY-MM')"

    def stream(self, statement: str, kinds: Sequence[str]) -> Iterator[pa.RecordBatch]:
        return self._link.stream(statement, len(kinds))


class _Link(ABC):
    """Connection in its transaction."""

    @abstractmethod
    def names(self) -> list[str]: ...

    @abstractmethod
    def types(self, statement: str) -> dict[str, str]: ...

    @abstractmethod
    def stream(self, statement: str, width: int) -> Iterator[pa.RecordBatch]: ...

    @abstractmethod
    def close(self) -> None: ...


def _uri(url: URL) -> str:
    """Write a URL for libpq, which takes a blank as %20 only."""
    place, mark, options = url.set(drivername="postgresql").render_as_string(hide_password=False).partition("?")
    return place.replace(" ", "%20") + mark + options.replace("+", "%20")


def _connect(name: str, uri: str) -> _Link:
    try:
        return _Adbc(name, uri)
    except ImportError:
        pass
    try:
        return _Psycopg(name, uri)
    except ImportError:
        raise driver_missing(name, "postgresql") from None


class _Adbc(_Link):
    def __init__(self, name: str, uri: str) -> None:
        import adbc_driver_postgresql.dbapi as adbc

        self._name = name
        self._error = adbc.Error
        try:
            self._connection = adbc.connect(uri, autocommit=True)
        except adbc.Error as error:
            raise unavailable(name, error) from error
        try:
            with self._connection.cursor() as cursor:
                for statement in SESSION:
                    cursor.execute(statement)
        except adbc.Error as error:
            self._connection.close()
            raise unavailable(name, error) from error

    def close(self) -> None:
        self._connection.close()

    def names(self) -> list[str]:
        with self._connection.cursor() as cursor:
            cursor.execute(NAMES)
            return [str(name) for (name,) in cursor.fetchall()]

    def types(self, statement: str) -> dict[str, str]:
        with self._connection.cursor() as cursor:
            try:
                cursor.execute(statement)
                described = cursor.fetch_record_batch().schema
            except self._error as error:
                raise self._failed(error) from error
        return {field.name: (field.metadata or {}).get(b"POSTGRESQL:type", b"").decode() for field in described}

    def stream(self, statement: str, width: int) -> Iterator[pa.RecordBatch]:
        with self._connection.cursor() as cursor:
            cursor.adbc_statement.set_options(**{"adbc.postgresql.batch_size_hint_bytes": str(BATCH_BYTES)})
            try:
                cursor.execute(statement)
                yield from cursor.fetch_record_batch()
            except (self._error, OSError, pa.ArrowException) as error:  # Arrow's for what fails in a later batch
                raise self._failed(error) from error

    def _failed(self, error: Any) -> Exception:
        answers = False
        with suppress(self._error), self._connection.cursor() as cursor:  # the connection may be gone
            cursor.execute(RESUME)
            answers = True
        if not isinstance(error, self._error):  # without an SQLSTATE
            return (statement_refused if answers else unavailable)(self._name, error)
        return _failed(self._name, error, error.sqlstate or "")


class _Psycopg(_Link):
    def __init__(self, name: str, uri: str) -> None:
        import psycopg

        self._name = name
        self._error = psycopg.Error
        try:
            self._connection = psycopg.connect(uri, autocommit=True)
        except psycopg.Error as error:
            raise unavailable(name, error) from error
        try:
            for statement in SESSION:
                self._connection.execute(statement)  # type: ignore[arg-type, unused-ignore]
        except psycopg.Error as error:
            self._connection.close()
            raise unavailable(name, error) from error

    def close(self) -> None:
        self._connection.close()

    def names(self) -> list[str]:
        return [str(name) for (name,) in self._connection.execute(NAMES)]

    def types(self, statement: str) -> dict[str, str]:
        try:
            described = self._connection.execute(statement).description or []  # type: ignore[call-overload, unused-ignore]
        except self._error as error:
            raise self._failed(error) from error
        known = self._connection.adapters.types
        types = {}
        for entry in described:
            info = known.get(entry.type_code)
            types[entry.name] = info.name if info is not None else ""
        return types

    def stream(self, statement: str, width: int) -> Iterator[pa.RecordBatch]:
        """Everything as text: of a double, PostgreSQL writes the shortest form by itself."""
        names = [f"c{position}" for position in range(width)]
        texts = ", ".join(f"CAST({name} AS text)" for name in names)
        options = pyarrow.csv.ReadOptions(block_size=BATCH_BYTES, use_threads=False, column_names=names)
        parsing = pyarrow.csv.ParseOptions(newlines_in_values=True)
        convert = pyarrow.csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False)
        try:
            with (
                self._connection.cursor() as cursor,
                cursor.copy(f"COPY (SELECT {texts} FROM ({statement}) AS fetched) TO STDOUT (FORMAT csv)") as copy,  # type: ignore[arg-type, unused-ignore]
            ):
                text = io.BufferedReader(_Copied(copy))
                if text.peek(1):
                    with pyarrow.csv.open_csv(text, options, parsing, convert) as reader:
                        yield from reader
        except self._error as error:
            raise self._failed(error) from error

    def _failed(self, error: Any) -> Exception:
        with suppress(self._error):  # the connection may be gone
            self._connection.execute(RESUME)
        return _failed(self._name, error, error.sqlstate or "")


class _Copied(io.RawIOBase):
    """File over the bytes that COPY sends."""

    def __init__(self, copy: Any) -> None:
        self._copy = copy
        self._waiting = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not len(self._waiting):
            chunk = self._copy.read()
            if not chunk:
                return 0
            self._waiting = memoryview(chunk)
        size = min(len(buffer), len(self._waiting))
        buffer[:size] = self._waiting[:size]
        self._waiting = self._waiting[size:]
        return size


def _failed(name: str, error: Exception, state: str) -> Exception:
    """Make the error by SQLSTATE: a wrong statement, or a server that is gone.

    A statement may be wrong in syntax, names, values or rights.
    """
    if state[:2] in ("42", "22", "0A", "21", "3D", "3F", "25", "P0"):
        return statement_refused(name, error)
    return unavailable(name, error)
