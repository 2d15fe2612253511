"""Paid work of many owners by item, read in one pass over a snapshot.

`batch.explain.paid_work` lists each record of one owner; here the records of everybody are added up where they stand.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from batch.explain.paid_work import AMOUNT_SCALE, FACTOR_SCALE, ItemWork, summary_services
from batch.pricing.limits import decide
from batch.snapshot.codes import Coding
from batch.snapshot.snapshot import Snapshot
from payengine.kernels.arrays import Int64

SPLIT = 31  # bits: sums of the halves of an amount cannot leave int64
Rows = tuple[npt.NDArray[np.integer], ...]  # owner, item row, difficulty row, amount (quantity x share) of paid rows


def work_by_item(snapshot: Snapshot, owners: Int64) -> dict[int, list[ItemWork]]:
    """Add up the paid rows of each of `owners` (see `Coding`) by item.

    Each item by its equivalents and difficulty, in the order of category and item.
    """
    totals: dict[tuple[int, int, int], list[int]] = {}
    for rows in _paid_rows(snapshot):
        mine = np.isin(rows[0], owners)
        if mine.any():
            _add(totals, tuple(column[mine] for column in rows))
    counted = summary_services(snapshot)
    for (owner, item, _), total in totals.items():
        total[0] += counted.get((owner, item), 0)
    return _items(snapshot.coding, totals)


def _paid_rows(snapshot: Snapshot) -> Iterator[Rows]:
    names = ("engagement", "item_row", "difficulty_row", "amount")
    for part in snapshot.hot_parts():
        with part.open() as reader:
            for number in range(reader.num_record_batches):
                batch = reader.get_batch(number)
                yield tuple(batch.column(name).to_numpy() for name in names)
    for part in snapshot.limited_parts():
        yield decide(part, snapshot.coding).paid()


def _add(totals: dict[tuple[int, int, int], list[int]], rows: Rows) -> None:
    """Add rows to [services, refunds, amount] of their owner, item row and difficulty row."""
    keys, place = np.unique(np.stack([column.astype(np.int64) for column in rows[:3]]), axis=1, return_inverse=True)
    place = place.reshape(-1)
    amount = rows[3].astype(np.int64)
    groups = keys.shape[1]
    refunds = np.bincount(place[amount < 0], minlength=groups)
    rows_of_key = np.bincount(place, minlength=groups)
    high, low = np.zeros(groups, np.int64), np.zeros(groups, np.int64)
    np.add.at(high, place, amount >> SPLIT)
    np.add.at(low, place, amount & ((1 << SPLIT) - 1))
    for number, key in enumerate(keys.T.tolist()):
        total = totals.setdefault((key[0], key[1], key[2]), [0, 0, 0])
        total[0] += int(rows_of_key[number]) - int(refunds[number])
        total[1] += int(refunds[number])
        total[2] += (int(high[number]) << SPLIT) + int(low[number])


def _items(coding: Coding, totals: dict[tuple[int, int, int], list[int]]) -> dict[int, list[ItemWork]]:
    """Describe the totals, put together where item, equivalents and difficulty are the same."""
    codes, names, categories = (coding.item_rows[name].to_pylist() for name in ("code", "name", "category"))
    found: dict[tuple[int, str, str, int, int], ItemWork] = {}
    for (owner, item, difficulty_row), (services, refunds, units) in totals.items():
        equivalents, difficulty = int(coding.priced_equivalents[item]), int(coding.coefficient[difficulty_row])
        key = (owner, categories[item], codes[item], equivalents, difficulty)
        before = found.get(key)
        amount = Fraction(units, 10**AMOUNT_SCALE)
        points = Fraction(units * equivalents * difficulty, 10 ** (AMOUNT_SCALE + 2 * FACTOR_SCALE))
        found[key] = ItemWork(
            int(coding.engagement_from[owner]) if owner < coding.engagements.num_rows else None,
            categories[item], codes[item], names[item], equivalents, difficulty,
            services + (before.rows if before else 0), refunds + (before.refunds if before else 0),
            amount + (before.amount if before else 0), points + (before.points if before else 0),
        )  # fmt: skip
    work: dict[int, list[ItemWork]] = {}
    for key in sorted(found):
        work.setdefault(key[0], []).append(found[key])
    return work


def points_by_category(work: Sequence[ItemWork]) -> dict[str, Fraction]:
    """Add up the points of some work by category."""
    totals: dict[str, Fraction] = {}
    for one in work:
        totals[one.category] = totals.get(one.category, Fraction(0)) + one.points
    return totals
