"""Base of all sources of input.

A source gives the input tables one after another as Arrow record batches with canonical column names and whatever
physical types it stores, the office's own names and codes turned into ours where its settings state them;
`batch.values.parse` turns those into typed columns. It never reads a column that is not asked for, so that the names of
patients, their telephone numbers and the like never enter.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import PurePath
from types import TracebackType
from typing import TYPE_CHECKING, Self

from batch import input_tables as tables
from batch.sources.column_names import ColumnNames, spelled_columns
from batch.sources.value_map import ValueMap
from payengine.characters import escaped
from payengine.errors import Problem, Refused
from payengine.periods import Period
from payengine.suggest import did_you_mean, listed, nearest
from payengine.texts import say, word, word_and_code

if TYPE_CHECKING:
    import pyarrow as pa

    from batch.sources.table_parts import TableParts

OTHER_WORKBOOKS = (".et", ".xlsb")  # which are not read
MOST_NAMED = 10  # of what a source has, where a table is missing; of more, what holds none
BATCH_ROWS = 65_536
DATE_SYSTEMS = ("1900", "1904")


@dataclass(frozen=True)
class Binds:
    """Dates that a query may name: `:first_day`, `:next_period` and `:year_start`.

    The end of the period is exclusive.
    """

    first_day: date
    next_period: date
    year_start: date

    @classmethod
    def of(cls, period: Period) -> Binds:
        return cls(period.first_day, period.next_first_day, period.year_start)

    def named(self) -> dict[str, date]:
        return {"first_day": self.first_day, "next_period": self.next_period, "year_start": self.year_start}


@dataclass(frozen=True)
class Place:
    """Place of a row, in words for a message; `row` is None where rows have no numbers.

    In a database they have none. `letters` are what a sheet calls the columns, so that a row of it has cells.
    """

    where: str
    row: int | None = None
    letters: Mapping[str, str] = field(default_factory=dict)


class Source(ABC):
    """Open source: a context manager that reads all input tables as of one moment.

    `name` is how messages call it (a folder, or a URL without its password); `queries` are the SQL texts that stand
    for tables. `date_system` says from which day a spreadsheet counted its day numbers; `column_names` and `value_map`
    are what the settings state of the office's own names and codes.
    """

    name: str
    date_system: str = DATE_SYSTEMS[0]
    column_names = ColumnNames()
    value_map = ValueMap()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @abstractmethod
    def close(self) -> None:
        """Let go of connections and files; safe to call twice."""

    @abstractmethod
    def found(self) -> Sequence[str]:
        """List everything here that could be a table, for `present` and for nearest names."""

    @abstractmethod
    def columns(self, table: str) -> Sequence[str]:
        """List the columns of a present table, as the source spells them."""

    @abstractmethod
    def batches(self, table: tables.Table, spelled: Mapping[str, str], binds: Binds) -> Iterator[pa.RecordBatch]:
        """Read a present table; `spelled` gives the source's spelling of each column."""

    @abstractmethod
    def place(self, table: str, index: int) -> Place:
        """Locate row `index` of a table, counted from 0 in the order of reading."""

    def parts(self, table: str) -> TableParts | None:
        """Cut a present table into parts that other processes can read.

        None where the source has no parts: it is read as a whole. `Refused` as `read`, before it gives a row.
        """
        return None

    def rows_found(self, table: str) -> int | None:
        """Count the rows of a present table by another way than reading them, once it is read.

        None where there is none, as in a database.
        """
        return None

    def months_passed_over(self, binds: Binds, delivered: int) -> dict[str, int] | None:
        """Count the service records that `read` does not deliver, by month (`2026-09`).

        It delivered so many. None where nobody knows them, because a query stands for the table.
        """
        return {}

    def query_facts(self, table: str) -> Mapping[str, object]:
        """Describe the query that stands for a table by its text, as `sql.query_facts`.

        Nothing where there is none.
        """
        return {}

    def warnings(self) -> list[str]:
        """Tell what of the tables read so far may not be whole."""
        return []

    def notes(self) -> list[str]:
        """Tell how the tables read so far were read, where that is not plain."""
        return []

    def written_otherwise(self) -> Mapping[str, Mapping[str, int]]:
        """Count the values that this source brought to their plain form, by table and column.

        They are words in the place of codes and what only cells of sheets hold; the parser counts its own.
        """
        return {}

    def last_days(self) -> Mapping[str, int]:
        """Count by table the values of `until` that were given as the last day inside."""
        return {}

    def last_day_heading(self, table: str) -> str:
        """Give the heading of `until` where it is the last day inside, which is converted; else ''."""
        return ""

    def missing_rows(self, table: str, read: int) -> list[Problem]:
        """Compare the rows of a present table that arrived with those that the source has."""
        found = self.rows_found(table)
        if found is None or found == read:
            return []
        what = say("has {n} rows, but {read} were read", n=found, read=read)
        return [Problem(what, self.where(table), remedy=say("do not pay by it; report this file as a defect"))]

    def where(self, table: str) -> str:
        """Name a table of this source in a message."""
        return self.place(table, 0).where

    def present(self) -> frozenset[str]:
        """Name the input tables that this source has."""
        return frozenset(self._spelled_tables())

    def unread(self) -> list[str]:
        """Name everything here that could be a table and is no input table."""
        read = set(self._spelled_tables().values())
        return [name for name in self.found() if name not in read]

    def called(self, name: str) -> str:
        """Give what an unread entry is called, which may be nearly a table's name."""
        return PurePath(name).stem

    def problems(self, wanted: Iterable[tables.Table] = tables.TABLES) -> list[Problem]:
        """List missing tables and columns, with the names there are and the nearest one."""
        found = self.found()
        spelled = self._spelled_tables()
        problems: list[Problem] = []
        told = ""
        for table in wanted:
            if table.name in spelled:
                try:
                    found_columns = self.columns(table.name)
                    problems += self.column_names.problems(table.name, found_columns, self.where(table.name))
                    problems += self._missing_columns(table, found_columns)
                except Refused as refused:  # a file that cannot be read
                    problems += refused.problems or [Problem(refused.what, self.name)]
            elif not table.optional:
                near = nearest(table.name, [name for name in found if name not in spelled.values()])
                what = say("table {table} is missing{near}", table=word_and_code(table.name), near=did_you_mean(near))
                there = "" if told else self._there(found, spelled, table)
                told = told or there
                unread = self.unread()
                workbooks = [name for name in unread if is_workbook_of(name, table.name)]
                named = [name for name in unread if PurePath(name).stem.casefold() == table.name]
                remedy = save_as_xlsx(workbooks[0]) if workbooks else self.remedy_of(named) or there
                problems.append(Problem(what, self.name, remedy=remedy))
        return problems

    def _there(self, found: Sequence[str], spelled: Mapping[str, str], table: tables.Table) -> str:
        """Tell what there is in the place of a missing table: what holds none, else everything."""
        others = [name for name in found if name not in spelled.values()]
        if spelled and others and len(found) > MOST_NAMED:
            return say("of what is here, this is not read: {names}; call what holds the table {table}",
                       names=listed(others), table=word(table.name))  # fmt: skip
        return say("the source has: {names}", names=listed(found))

    def read(self, table: str, binds: Binds) -> Iterator[pa.RecordBatch]:
        """Read a table in batches: canonical names in canonical order, types as stored.

        The office's own names and codes, as the settings state them, are ours here; a column with stated codes comes
        as a dictionary of texts. A missing optional table gives no batch, a missing optional column its default in
        every row. `Refused` for a missing table or column, or what cannot be read; `Unavailable` if the source goes
        away.
        """
        import pyarrow as pa

        described = tables.SOURCE_BY_NAME[table]
        missing = self.problems([described])
        if missing:
            raise Refused(say("{table} cannot be read", table=word(table)), missing)
        if table not in self._spelled_tables():
            return
        names = [column.name for column in described.columns]
        spelled = self.spelled_columns(table, self.columns(table))
        absent = [column for column in described.columns if column.name not in spelled]
        asked = replace(described, columns=_without(described, absent)) if absent else described
        for batch in self.batches(asked, spelled, binds):
            renamed = self.value_map.apply(table, batch.rename_columns([column.name for column in asked.columns]))
            for column in absent:
                renamed = renamed.append_column(column.name, pa.repeat(column.default, batch.num_rows))
            renamed = self.in_codes(described, renamed.select(names))
            for begin in range(0, batch.num_rows, BATCH_ROWS):
                yield renamed.slice(begin, BATCH_ROWS)

    def spelled(self, table: str) -> str:
        """Give the source's own spelling of a present table's name."""
        return self._spelled_tables()[table]

    def spelled_columns(self, table: str, found: Sequence[str]) -> dict[str, str]:
        """Find the source's spelling of each column of a table, among the columns found."""
        return self.column_names.spelled(table, tables.SOURCE_BY_NAME[table].column_names, found)

    def labelled(self, table: str, column: str, found: Sequence[str]) -> str:
        """Write a missing column's name as whoever spelled the columns found would know it."""
        return column

    def in_codes(self, table: tables.Table, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Bring what a source may write in words to codes; `batch` has all columns of the table."""
        return batch

    def _spelled_tables(self) -> dict[str, str]:
        return spelled_columns([table.name for table in tables.SOURCE_TABLES], self.found())

    def remedy_of(self, named: Sequence[str]) -> str:
        """Write what is wrong with entries named like a missing table; '' if nothing is known."""
        return ""

    def _missing_columns(self, table: tables.Table, found: Sequence[str]) -> list[Problem]:
        spelled = self.spelled_columns(table.name, found)
        stated = self.column_names.stated.get(table.name, {})  # whose absence is told under the office's own name
        problems: list[Problem] = []
        for name in (column.name for column in table.required_columns):
            if name not in spelled and name not in stated:
                near = nearest(name, [other for other in found if other not in spelled.values()])
                what = say(
                    "column {column} is missing{near}",
                    column=self.labelled(table.name, name, found),
                    near=did_you_mean(escaped(near)),
                )
                names = [" ".join(other.split()) for other in found]
                remedy = "" if problems else say("the columns are: {names}", names=escaped(listed(names)))
                problems.append(Problem(what, self.where(table.name), remedy=remedy))
        return problems


def is_workbook_of(name: str, table: str) -> bool:
    """Tell if a file is a table in a kind of workbook that is not read."""
    path = PurePath(name)
    return path.suffix.lower() in OTHER_WORKBOOKS and path.stem.casefold() == table


def save_as_xlsx(name: str) -> str:
    """Write what to do with such a workbook."""
    return say("save {name} as .xlsx", name=name)


def _without(table: tables.Table, absent: Sequence[tables.Column]) -> tuple[tables.Column, ...]:
    return tuple(column for column in table.columns if column not in absent)
