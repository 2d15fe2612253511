"""Paid work of everybody by item, and what is known of the rows that are not paid.

One pass over a snapshot's records, summed exactly; the points are as exact as those of `paid_work`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from batch.input_tables import REASONS
from batch.pricing.limits import decide
from batch.pricing.price_snapshot import held_owners
from batch.pricing.summaries import services_beyond_rows
from batch.snapshot.codes import Coding
from batch.snapshot.snapshot import Snapshot
from payengine.kernels.arrays import Int64
from payengine.periods import from_day_number

_HALF = 2**31  # amounts are summed in two halves, so that no sum leaves 64 bits
_COLUMNS = ("engagement", "item_row", "difficulty_row", "amount")
_COLUMNS_SUMMED = 4  # services, refunds, amounts in two halves
_ROWS_APART = 500_000


@dataclass(frozen=True)
class ItemTotal:
    """Paid work of one item row and difficulty; of an institution itself `staff` is ''.

    `services` are rows, a summary's row as many as it counts. `quantity` is quantity x share in millionths, refunds
    taken off; `points` are exact, in units of 10**-14.
    """

    institution: str
    staff: str
    engaged_from: date | None
    category: str
    item: str
    item_name: str
    equivalents: int
    difficulty: int
    services: int
    refunds: int
    quantity: int
    points: int


class ItemTotals:
    """Paid work of a snapshot by institution, staff, first day, category and item."""

    def __init__(self, coding: Coding, owners: Int64, items: Int64, difficulties: Int64, sums: list[Int64]) -> None:
        self.coding = coding
        self.owners, self.items, self.difficulties = owners, items, difficulties
        self.services, self.refunds, self.high, self.low = sums

    def of(self, institution: str = "") -> Iterator[ItemTotal]:
        """Give the work at an institution, or at all."""
        coding = self.coding
        first, last = 0, len(self.owners)
        if institution:
            code = int(coding.institutions.index(pa.array([institution]))[0])
            of_rows = coding.institution_of_owner[self.owners]
            first, last = (int(np.searchsorted(of_rows, code, side)) for side in ("left", "right"))
        engagements = coding.engagements.num_rows
        institutions, people = coding.institutions.values.to_pylist(), coding.staff.values.to_pylist()
        for row in range(first, last):
            owner, item, difficulty = (int(each[row]) for each in (self.owners, self.items, self.difficulties))
            name, title, category = self._item_texts[item]
            quantity = int(self.high[row]) * _HALF + int(self.low[row])
            price, coefficient = int(coding.priced_equivalents[item]), int(coding.coefficient[difficulty])
            yield ItemTotal(
                institutions[int(coding.institution_of_owner[owner])],
                people[int(coding.staff_of_owner[owner])] if owner < engagements else "",
                from_day_number(int(coding.engagement_from[owner])) if owner < engagements else None,
                category, name, title, price, coefficient, int(self.services[row]), int(self.refunds[row]),
                quantity, quantity * price * coefficient,
            )  # fmt: skip

    @cached_property
    def _item_texts(self) -> list[tuple[str, str, str]]:
        rows = self.coding.item_rows
        return list(zip(*(rows[name].to_pylist() for name in ("code", "name", "category")), strict=True))


def item_totals(snapshot: Snapshot, holds: Collection[str] = ()) -> ItemTotals:
    """Add up the paid rows of a snapshot by owner, item row and difficulty, but for `holds`.

    The caller has compared the snapshot with its digest.
    """
    coding = snapshot.coding
    wide, deep = max(coding.item_rows.num_rows, 1), coding.difficulty_rows.num_rows + 1
    held = held_owners(coding, holds) if holds else None
    found = _Sums()
    for columns in _paid(snapshot, coding):
        owner, item, difficulty, amount = (np.asarray(column, np.int64) for column in columns)
        if held is not None:
            kept = ~held[owner]
            owner, item, difficulty, amount = owner[kept], item[kept], difficulty[kept], amount[kept]
        key = (owner * wide + item) * deep + difficulty
        services, refunds = (amount >= 0).astype(np.int64), (amount < 0).astype(np.int64)
        found.add(key, services, refunds, amount // _HALF, amount % _HALF)
    key, *whole = found.whole()
    owner, rest = np.divmod(key, wide * deep)
    item, difficulty = np.divmod(rest, deep)
    order = np.lexsort((
        difficulty, item, coding.category_of_row[item], _first_days(coding)[owner], coding.staff_of_owner[owner],
        coding.institution_of_owner[owner],
    ))  # fmt: skip
    sums = [each[order] for each in whole]
    more = services_beyond_rows(snapshot)
    if more:
        pairs = zip(owner[order].tolist(), item[order].tolist(), strict=True)
        sums[0] = sums[0] + np.array([more.get(pair, 0) for pair in pairs], np.int64)
    return ItemTotals(coding, owner[order], item[order], difficulty[order], sums)


class _Sums:
    """Sums of columns by a key; later rows are kept apart until they are as many."""

    def __init__(self) -> None:
        self._parts: list[list[Int64]] = [[np.zeros(0, np.int64) for _ in range(1 + _COLUMNS_SUMMED)]]
        self._later = 0

    def add(self, *columns: Int64) -> None:
        """Take in the next rows, the key first."""
        self._parts.append(_summed(list(columns)))
        self._later += len(self._parts[-1][0])
        if self._later > max(len(self._parts[0][0]), _ROWS_APART):
            self.whole()

    def whole(self) -> list[Int64]:
        """Give the keys and the sums of all columns."""
        self._parts = [_summed([np.concatenate(columns) for columns in zip(*self._parts, strict=True)])]
        self._later = 0
        return self._parts[0]


def _summed(columns: list[Int64]) -> list[Int64]:
    """Add up columns by the first one, by sorting: it takes less memory than hashing."""
    if not len(columns[0]):
        return columns
    order = np.argsort(columns[0])
    key = columns[0][order]
    starts = np.flatnonzero(np.concatenate([[True], key[1:] != key[:-1]]))
    return [key[starts], *(np.add.reduceat(column[order], starts) for column in columns[1:])]


def _first_days(coding: Coding) -> Int64:
    own_work = np.zeros(len(coding.institutions), np.int64)
    return np.concatenate([np.asarray(coding.engagement_from, np.int64), own_work])


def _paid(snapshot: Snapshot, coding: Coding) -> Iterator[tuple[Int64, ...]]:
    """Give owner, item row, difficulty row and amount of the paid rows, some at a time."""
    for part in snapshot.hot_parts():
        with part.open() as reader:
            for number in range(reader.num_record_batches):
                batch = reader.get_batch(number)
                yield tuple(batch.column(name).to_numpy() for name in _COLUMNS)
    for part in snapshot.limited_parts():
        yield decide(part, coding).paid()


@dataclass(frozen=True)
class RejectedRow:
    """Facts of a row that is not paid, as the snapshot has them."""

    item: str
    day: date | None
    quantity: int | None


def rejected_rows(snapshot: Snapshot) -> dict[tuple[str, str, str, str], list[RejectedRow]]:
    """Find the rows not paid by (record id, staff, institution, reason), in order of copies."""
    found: dict[tuple[str, str, str, str], list[RejectedRow]] = {}
    for batch in snapshot.rejected():
        for row in batch.to_pylist():
            key = (row["record_id"], row["staff"], row["institution"], row["reason"])
            found.setdefault(key, []).append(
                RejectedRow(row["item"], from_day_number(row["service_date"]), row["quantity"])
            )
    items = snapshot.coding.item_rows["code"].to_pylist()
    for part, beside in zip(snapshot.limited_parts(), snapshot.limited_records_parts(), strict=True):
        decisions = decide(part, snapshot.coding)
        rows = np.flatnonzero(decisions.outcome >= 0)
        if rows.size:
            texts = pq.read_table(beside).take(pa.array(rows)).to_pylist()
            for row, text in zip(rows.tolist(), texts, strict=True):
                reason = REASONS[int(decisions.outcome[row])]
                key = (text["record_id"], text["staff"], text["institution"], reason)
                item = items[int(decisions.columns["item_row"][row])]
                told = RejectedRow(item, from_day_number(text["service_date"]), text["quantity"])
                found.setdefault(key, []).append(told)
    return found
