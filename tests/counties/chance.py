"""Chance in the making of a county: days, intervals and spellings likely to go wrong."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

Row = dict[str, str]
Tables = dict[str, list[Row]]

COLUMNS = {
    "institution": "code name kind parent public_class from until",
    "staff": "code name first_worked",
    "engagement": "staff institution employer department department_class role title education employment pay_scheme "
    "director fte post_coefficient from until",
    "license": "staff kind from until",
    "absence": "staff kind blocks_service from until",
    "team_member": "team staff share from until",
    "service_item": "code name category equivalents license limit_count limit_period from until shares joint",
    "difficulty": "institution item coefficient from until",
    "service_record": "record_id service_date institution staff item quantity share patient reverses",
    "patient": "patient died",
    "appraisal": "institution staff indicator score full_score period",
    "finance": "institution line amount period",
    "pay_component": "staff institution component amount period",
    "directed_task": "institution staff task count period",
    "measure": "institution name value period",
    "contract": "contract institution team package source amount from until cancelled_on",
    "comparator": "cell mean heads period",
}
OPTIONAL = (
    "license", "absence", "team_member", "difficulty", "patient", "pay_component", "directed_task", "measure",
    "contract",
)  # fmt: skip
LONG_AGO = date(2015, 3, 1)


def row(table: str, *values: str) -> Row:
    return dict(zip(COLUMNS[table].split(), values, strict=True))


def written(day: date | None) -> str:
    return day.isoformat() if day else ""


def decimal(value: Fraction, decimals: int) -> str:
    """A number as it is usually written, cut to so many decimals."""
    scaled = int(abs(value) * 10**decimals)
    whole, part = divmod(scaled, 10**decimals)
    tail = f".{part:0{decimals}}".rstrip("0").rstrip(".") if part else ""
    return f"{'-' if value < 0 and scaled else ''}{whole}{tail}"


@dataclass
class Chance:
    """A source of chance and the tables that it fills."""

    rng: random.Random
    tables: Tables = field(default_factory=lambda: {name: [] for name in COLUMNS})
    month: str = ""
    first_day: date = date.min
    next_first_day: date = date.min

    def begin(self, month: str) -> None:
        self.month = month
        self.first_day = date.fromisoformat(f"{month}-01")
        self.next_first_day = (self.first_day + timedelta(days=31)).replace(day=1)

    def often(self, chance: float) -> bool:
        return self.rng.random() < chance

    def mid_month(self) -> date:
        return self.first_day + timedelta(days=self.rng.randint(1, 26))

    def around(self) -> date:
        """Draw a day on which a change may fall.

        It is mostly within the month, else before it in the year, or at its edges.
        """
        edges = (self.first_day, self.next_first_day, self.first_day - timedelta(days=self.rng.randint(1, 120)))
        return self.mid_month() if self.often(0.65) else self.rng.choice(edges)

    def spans(self, change: float, gap: float = 0.2, until: float = 0.1) -> list[tuple[date, date | None]]:
        """Draw intervals that do not overlap, cut around the month.

        There is one open one, or several, some with gaps.
        """
        starts = [LONG_AGO, *sorted({self.around() for _ in range(1 + self.often(0.3))} if self.often(change) else ())]
        spans: list[tuple[date, date | None]] = []
        for start, following in zip(starts, [*starts[1:], None], strict=True):
            end = following
            if following is not None and self.often(gap):
                end = max(start + timedelta(days=1), following - timedelta(days=self.rng.randint(1, 9)))
            spans.append((start, end))
        if self.often(until):
            last = self.next_first_day + timedelta(days=self.rng.randint(-20, 40))
            if last > spans[-1][0]:
                spans[-1] = (spans[-1][0], last)
        return spans

    def spelled(self, number: str, decimals: int) -> str:
        """The same number in another spelling, with no more decimals than the column allows."""
        if not number or self.often(0.6):
            return number
        part = len(number.partition(".")[2])
        zeros = self.rng.randint(0, decimals - part)
        return number + ("." if part == 0 and zeros else "") + "0" * zeros

    def add(self, table: str, *values: str) -> Row:
        made = row(table, *values)
        self.tables[table].append(made)
        return made
