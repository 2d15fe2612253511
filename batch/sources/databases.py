"""Databases as sources: by which reader a URL is read, and what all these readers share."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from batch import input_tables as tables
from batch.sources.base import Binds, Place, Source
from batch.sources.sql import query_facts, with_dates
from batch.url_secrets import HIDDEN, hidden_in, secrets_of
from payengine.errors import Problem, Refused, Unavailable, UsageError
from payengine.texts import say, word_and_code

if TYPE_CHECKING:
    from sqlalchemy.engine import URL


# What a message quotes, and bare words with three digits and more.
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|`[^`]*`|\b\w*\d{3}\w*\b")
_ANY_DATES = Binds(date(2000, 1, 1), date(2000, 2, 1), date(2000, 1, 1))  # to describe a query without running it


class SourceName(str):
    """Name of a database in messages: its URL without what is private, which `secrets` holds."""

    __slots__ = ("secrets",)
    secrets: tuple[str, ...]

    @classmethod
    def of(cls, url: URL) -> SourceName:
        """Write a URL without password and options: these may hold a password too."""
        name = cls(url.set(query={}).render_as_string(hide_password=True))
        name.secrets = secrets_of(url)
        return name


class DatabaseSource(Source):
    """Database read in one read-only transaction; queries may stand for its tables.

    A reader for one kind of database says how it lists tables, describes a relation, writes an expression for a
    column and streams a statement.
    """

    def __init__(self, url: URL, queries: Mapping[str, str]) -> None:
        self.name = SourceName.of(url)
        self.queries = queries
        self._found: list[str] | None = None
        self._described: dict[str, dict[str, str]] = {}

    @abstractmethod
    def list_names(self) -> Sequence[str]:
        """List the tables and views of the schema that an unqualified name means."""

    @abstractmethod
    def describe(self, relation: str) -> dict[str, str]:
        """Map the columns of `select * from <relation>` to the database's type names."""

    @abstractmethod
    def stream(self, statement: str, kinds: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Stream a select in batches; `kinds` are the database's types of its columns."""

    @abstractmethod
    def quoted(self, name: str) -> str:
        """Quote a name as this database does."""

    @abstractmethod
    def expression(self, column: tables.Column, name: str, kind: str) -> str:
        """Write the SQL that fetches a column (quoted `name`, of type `kind`) exactly."""

    @abstractmethod
    def relevant(self, day: str, kind: str, reverses: str, binds: Binds) -> str:
        """Write a condition true for every service row that the period may read.

        It may be true for others; '' reads all.

        It must hold whatever the collation, for rows whose date cannot be read, and for every reversing row.
        """

    @abstractmethod
    def month(self, day: str, kind: str) -> str:
        """Write the SQL that gives the month of a date column, as `2026-10`.

        `day` is its quoted name, `kind` its type. It is asked for only where `relevant` leaves rows out.
        """

    def number_of_rows(self, table: str) -> int | None:
        """Count a table's rows, where that is much quicker than to look at each; else None."""
        return None

    def months_passed_over(self, binds: Binds, delivered: int) -> dict[str, int] | None:
        """Count by the database, grouped by month, the rows of which `relevant` is not true."""
        table = tables.RECORD.name
        if table in self.queries:
            return None
        if table not in self.present() or self.number_of_rows(table) == delivered:
            return {}
        types = self._types(table)
        spelled = self.spelled_columns(table, list(types))
        day, kind = self.quoted(spelled["service_date"]), types[spelled["service_date"]]
        condition = self.relevant(day, kind, self.quoted(spelled["reverses"]), binds)
        if not condition:
            return {}
        statement = (
            f"SELECT {self.month(day, kind)} AS c0, count(*) AS c1 FROM {self._relation(table, binds)} "
            f"WHERE CASE WHEN ({condition}) THEN 0 ELSE 1 END = 1 GROUP BY 1"  # true also where the condition is NULL
        )
        found: dict[str, int] = {}
        with self._told_of(table):
            for batch in self.stream(statement, ["", ""]):
                for month, count in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                    found[month.decode() if isinstance(month, bytes) else month or ""] = int(count)
        return found

    def query_facts(self, table: str) -> Mapping[str, object]:
        return query_facts(self.queries[table]) if table in self.queries else {}

    def found(self) -> Sequence[str]:
        if self._found is None:
            names = list(self.list_names())
            self._found = names + [name for name in self.queries if name not in names]
        return self._found

    def columns(self, table: str) -> Sequence[str]:
        return list(self._types(table))

    def place(self, table: str, index: int) -> Place:
        if table in self.queries:
            return Place(say("query {table} on {source}", table=word_and_code(table), source=self.name))
        return Place(say("table {table} of {source}", table=word_and_code(table), source=self.name))

    def batches(self, table: tables.Table, spelled: Mapping[str, str], binds: Binds) -> Iterator[pa.RecordBatch]:
        types = self._types(table.name)
        names = {column: self.quoted(name) for column, name in spelled.items()}
        fetched = ", ".join(
            f"{self.expression(column, names[column.name], types[spelled[column.name]])} AS c{position}"
            for position, column in enumerate(table.columns)
        )
        statement = f"SELECT {fetched} FROM {self._relation(table.name, binds)}"
        if table is tables.RECORD and table.name not in self.queries:
            day = spelled["service_date"]
            condition = self.relevant(names["service_date"], types[day], names["reverses"], binds)
            statement += f" WHERE {condition}" if condition else ""
        with self._told_of(table.name):
            yield from self.stream(statement, [types[spelled[column.name]] for column in table.columns])

    def _relation(self, table: str, binds: Binds) -> str:
        if table in self.queries:
            query = with_dates(self.queries[table], binds, self.where(table))
            return f"(\n{query}\n) AS source_query"
        return self.quoted(self.spelled(table))

    def _types(self, table: str) -> dict[str, str]:
        if table not in self._described:
            with self._told_of(table):
                self._described[table] = self.describe(self._relation(table, _ANY_DATES))
        return self._described[table]

    @contextmanager
    def _told_of(self, table: str) -> Iterator[None]:
        """Name the table or query in the refusal of a statement."""
        try:
            yield
        except Refused as refused:
            known = self._words_known(table) if _is_private(table) else None
            problems = [
                replace(
                    one, where=self.where(table), what=one.what if known is None else without_values(one.what, known)
                )
                for one in refused.problems
            ]
            raise Refused(refused.what, problems, refused.remedy) from (refused if known is None else None)

    def _words_known(self, table: str) -> str:
        """Join what a message about a table may quote: its query and the names of its columns."""
        return " ".join((self.queries.get(table, ""), table, *tables.SOURCE_BY_NAME[table].column_names,
                         *self._described.get(table, ())))  # fmt: skip


def _is_private(table: str) -> bool:
    return any(column.private for column in tables.SOURCE_BY_NAME[table].columns)


def without_values(message: str, known: str) -> str:
    """Hide what a driver's message quotes of a table's rows: a number of a patient, above all.

    Names and literals that stand in the statement itself (`known`) stay, so that the message still says what is wrong.
    """
    words = known.casefold()

    def shown(found: re.Match[str]) -> str:
        inner = found[0].strip("\"'`")
        return (
            found[0] if inner and inner.casefold() in words else found[0].replace(inner, HIDDEN) if inner else found[0]
        )

    return _QUOTED.sub(shown, message)


def database_file(url: URL, base: Path) -> Path:
    """Find the file of a `sqlite:///` or `duckdb:///` URL, relative to `base`.

    `Unavailable` if it is not there.
    """
    if not url.database or url.database == ":memory:":
        raise UsageError(say("{url} names no file", url=url.render_as_string(hide_password=True)))
    path = base / url.database
    if not path.is_file():
        raise Unavailable(say("{path} is not there", path=path), remedy=say("Check the url in payengine.toml."))
    return path


def unavailable(name: str, error: Exception) -> Unavailable:
    """Make the error of a database that cannot be reached, or that went away."""
    return Unavailable(
        say("the source {name} cannot be reached: {error}", name=name, error=_hidden(name, first_line(error))),
        remedy=say("Check the url in payengine.toml and that the server is running."),
    )


def driver_missing(name: str, extra: str = "") -> UsageError:
    """Make the error of a missing driver package, which an `extra` of payengine may bring."""
    if extra:
        remedy = say("Install it: pip install 'payengine[{extra}]'", extra=extra)
    else:
        remedy = say("Check the beginning of the url, or install the package that gives SQLAlchemy this driver.")
    return UsageError(say("no driver for {name} is installed", name=name), remedy=remedy)


def statement_refused(name: str, error: Exception) -> Refused:
    """Make the refusal of a statement, most often a query of the settings."""
    problem = Problem(
        say("the database refuses it: {error}", error=_hidden(name, first_line(error))), name,
        remedy=say("correct the query under [source.queries], or the rights of the database's user"),
    )  # fmt: skip
    return Refused(say("the source cannot be read"), [problem])


def option_refused(name: str) -> UsageError:
    """Make the error of an option of the URL, or a value of one, that its driver does not take."""
    return UsageError(
        say("the driver of the source {name} does not take an option of the URL", name=name),
        remedy=say("Check what is written behind the question mark."),
    )


def _hidden(name: str, text: str) -> str:
    return hidden_in(text, name.secrets) if isinstance(name, SourceName) else text


def first_line(error: Exception) -> str:
    """Shorten a driver's message to its first line, without error numbers."""
    text = str(error.args[-1] if error.args else error).strip()
    line = text.splitlines()[0] if text else type(error).__name__
    return re.sub(r"^(.*?(ERROR|FATAL):|[A-Z_]+: (Failed to \w+ query: )?)\s*", "", line).strip()
