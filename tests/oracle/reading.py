"""Rows of `service_record` that a month's snapshot reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from tests.oracle.values import Row, Tables, day, number


@dataclass(frozen=True)
class Month:
    """A calendar month M."""

    year: int
    month: int

    @classmethod
    def of(cls, text: str) -> Month:
        year, month = text.split("-")
        return cls(int(year), int(month))

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"

    @property
    def first_day(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def next_first_day(self) -> date:
        return date(self.year + self.month // 12, self.month % 12 + 1, 1)

    def contains(self, on: date) -> bool:
        return (on.year, on.month) == (self.year, self.month)

    def meets(self, row: Row) -> bool:
        """A dated row is in force on at least one day of the month."""
        return day(row["from"]) < self.next_first_day and (not row["until"] or day(row["until"]) > self.first_day)


@dataclass(frozen=True)
class Record:
    """One row of `service_record` as typed values, all nine columns."""

    record_id: str
    service_date: date
    institution: str
    staff: str
    item: str
    quantity: Fraction | None
    share: Fraction | None
    patient: str
    reverses: str


def typed(row: Row) -> Record:
    """A row as typed values ("1" is "1.00"); empty text is `''`."""
    return Record(
        row["record_id"], day(row["service_date"]), row["institution"], row["staff"], row["item"],
        number(row["quantity"]), number(row["share"]), row["patient"], row["reverses"],
    )  # fmt: skip


def limited_items(tables: Tables) -> set[str]:
    """Items that have a limit in any of their rows."""
    return {row["code"] for row in tables["service_item"] if row["limit_count"] != ""}


@dataclass
class ReadRows:
    """The rows read for a month, and the three reasons for which a row is read."""

    in_month: list[Record]
    counting_only: list[Record]
    late_reversals: list[Record]

    @property
    def rows(self) -> list[Record]:
        return self.in_month + self.counting_only + self.late_reversals


def rows_read(tables: Tables, month: Month) -> ReadRows:
    """Find the rows that the month reads.

    These are rows dated in M; of limited items the rows since 1 January, counting only; and every row that `reverses`
    one of these, whatever its own date (one level: what reverses such a row in turn is not read for that reason).
    """
    limited = limited_items(tables)
    new_year = date(month.year, 1, 1)
    records = [typed(row) for row in tables["service_record"]]
    in_month = [record for record in records if month.contains(record.service_date)]
    counting_only = [
        record for record in records if new_year <= record.service_date < month.first_day and record.item in limited
    ]
    named = {record.record_id for record in in_month + counting_only}
    others = [
        record
        for record in records
        if not month.contains(record.service_date)
        and not (new_year <= record.service_date < month.first_day and record.item in limited)
    ]
    return ReadRows(in_month, counting_only, [record for record in others if record.reverses in named])
