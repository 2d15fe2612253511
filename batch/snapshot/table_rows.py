"""Rows of an input table: read from the source, of the period, and kept in the snapshot.

A row that counts is a row of the period: a table of ten rows, none of this month, pays nobody. The counts are facts of
the freeze. They stand beside the digest, because two sources that give the same content may hold different other rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from batch.input_tables import RECORD, SUMMARY, Table
from payengine.periods import Period, day_number
from payengine.texts import say, word

if TYPE_CHECKING:
    import pyarrow as pa

ABSENT, HEADER_ONLY, NOT_OF_PERIOD, FILLED = "absent", "header_only", "not_of_period", "filled"


@dataclass(frozen=True)
class TableRows:
    """Numbers of rows of one table that the source has."""

    read: int
    of_period: int
    used: int

    @property
    def state(self) -> str:
        """Say whether there are rows of the period, only other ones, or none."""
        return FILLED if self.of_period else NOT_OF_PERIOD if self.read else HEADER_ONLY

    def as_json(self) -> dict[str, int]:
        return {"read": self.read, "of_period": self.of_period, "used": self.used}


LongerRows = tuple[str, str, str, int]  # table, name, period, number of rows


def rows_of_longer_periods(table: Table, data: pa.Table, period: Period) -> list[LongerRows]:
    """Count, by name, the rows of longer periods around this one, which its run does not read.

    A row of 2026-H2 pays nothing in October; whether any run reads it is the policy's to say.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if not table.axis_column or not data.num_rows:
        return []
    texts = pc.unique(data["period"]).to_pylist()
    longer = [text for text in texts if text and text != str(period) and period.within(Period.parse(text))]
    if not longer:
        return []
    rows = data.filter(pc.is_in(data["period"], value_set=pa.array(longer, pa.string())))
    counted = rows.group_by([table.axis_column, "period"], use_threads=False).aggregate([([], "count_all")])
    return sorted((table.name, row[table.axis_column], row["period"], row["count_all"]) for row in counted.to_pylist())


def rows_of_period(table: Table, data: pa.Table, period: Period) -> int:
    """Count the rows of a typed table that concern a period.

    Rows of an interval that meets it, of the period itself or one inside it (a balance: of the year so far), of a day
    in it. A table without any of these (staff, patient) concerns every period with all its rows.
    """
    import numpy as np

    first, end = day_number(period.first_day), day_number(period.next_first_day)
    if table.dated:
        meets = (data["from"].to_numpy() < end) & (data["until"].to_numpy() > first)
        return int(np.count_nonzero(meets))
    if any(column.kind == "period" for column in table.columns):
        counted = data["period"].combine_chunks().value_counts().to_pylist()
        return sum(each["counts"] for each in counted if _concerns(table, each["values"], period))
    if table.name == "calendar":
        days = data["day"].fill_null(first - 1).to_numpy()
        return int(np.count_nonzero((days >= first) & (days < end)))
    return int(data.num_rows)


def _concerns(table: Table, text: str, period: Period) -> bool:
    if not text:
        return False
    other = Period.parse(text)
    if table.name == "opening_balance":
        return other.year_start == period.year_start and other.first_day <= period.last_day
    return other.within(period)


def state_of(name: str, absent: Sequence[str], rows: Mapping[str, TableRows]) -> str:
    """Tell the state of a table; one of which a freeze noted nothing counts as filled.

    Counts of services become records, so that with them the table of records is not empty.
    """
    if name in absent:
        return ABSENT
    if name == RECORD.name and SUMMARY.name in rows and rows[SUMMARY.name].state == FILLED:
        return FILLED
    return rows[name].state if name in rows else FILLED


def state_text(name: str, absent: Sequence[str], rows: Mapping[str, TableRows], period: Period) -> str:
    """Say in words why a table gives the period nothing; '' where it gives rows."""
    match state_of(name, absent, rows):
        case "absent":
            return say("no table {table}", table=word(name))
        case "header_only":
            return say("{table}: a header and no row", table=word(name))
        case "not_of_period":
            return say("{table}: {n} rows, none of {period}", table=word(name), n=f"{rows[name].read:,}", period=period)
    return ""
