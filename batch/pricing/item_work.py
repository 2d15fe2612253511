"""Work priced by other equivalents of some items, from one pass over the records.

A record's points are in proportion to its item's equivalents, and limits do not look at them. So the records of an item
are added up apart, by owner and category, as if its equivalents were one ten-thousandth; any equivalents of it are then
a product and a sum of whole numbers, exact before they are stated. Rows of the category `directed` have no points.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from batch.pricing.price_snapshot import PricedWork, points_too_large, price_tables, sum_work
from batch.snapshot.codes import DIRECTED, Coding
from batch.snapshot.snapshot import Snapshot
from payengine.errors import ExactOverflow
from payengine.exact import ratios
from payengine.exact.points import UNIT_SCALE
from payengine.exact.rounding import HALF_UP, POINTS
from payengine.exact.wide import Wide
from payengine.kernels.arrays import Int64

ONE_UNIT = 1  # equivalents of one ten-thousandth


@dataclass(frozen=True)
class ItemRows:
    """Rows of one item in the table of items that have one category and the same equivalents."""

    item: str
    category: int
    equivalents: int  # ten-thousandths


@dataclass(frozen=True)
class ItemWork:
    """Priced work of a period, and the sums from which it is priced anew.

    `rest` are the exact sums of all other items by category (columns of owners), `apart` those of each of `rows` at
    equivalents of one ten-thousandth.
    """

    priced: PricedWork
    coding: Coding
    rows: Sequence[ItemRows]
    rest: Sequence[Wide]
    apart: Sequence[Wide]

    def points_micro(self, equivalents: Mapping[str, int]) -> Int64:
        """State the points with these equivalents of items, in ten-thousandths.

        They are owners x categories, in millionths.
        Items that are not named have their own. `ExactOverflow` for points beyond 64 bits of millionths.
        """
        changed = {row.category for row in self.rows if row.item in equivalents}
        points = self.priced.points_micro
        if changed:
            points = points.copy()
        for category in sorted(changed):
            points[:, category] = self._stated(category, equivalents)
        return points

    def _stated(self, category: int, equivalents: Mapping[str, int]) -> Int64:
        total = self.rest[category]
        for row, units in zip(self.rows, self.apart, strict=True):
            if row.category == category:
                price = np.array([equivalents.get(row.item, row.equivalents)], np.int64)
                total = total.plus(units.times(Wide.of(price)))
        try:
            return ratios.rounded(total, None, POINTS - UNIT_SCALE, HALF_UP)
        except ExactOverflow as error:
            owner = (error.problems[0].row or 1) - 1
            cell = owner * len(self.coding.categories) + category + 1
            problem = replace(error.problems[0], row=cell)
            raise points_too_large(self.coding, ExactOverflow(error.what, [problem])) from error


def price_items(
    snapshot: Snapshot, items: Collection[str], holds: Collection[str] = (), threads: int | None = None
) -> ItemWork:
    """Price a snapshot's rows with the sums of some items apart; raises as `price_snapshot`."""
    coding, tables = snapshot.coding, price_tables(snapshot)
    of_row = _groups(coding, items)
    rows = list(dict.fromkeys(of_row.values()))
    categories = len(coding.categories)
    equivalents, category = tables.equivalents.copy(), tables.category.copy()
    for place, group in of_row.items():
        # A row that exceeds its bounds only at its own equivalents is met when the sum is stated.
        equivalents[place] = ONE_UNIT
        category[place] = categories + rows.index(group)
    apart = replace(tables, equivalents=equivalents, category=category, categories=categories + len(rows))
    work = sum_work(snapshot, apart, holds, threads)
    cells, width = work.sums.cells, categories + len(rows)
    columns = [cells.take(np.arange(column, len(cells), width)) for column in range(width)]
    counts = []
    for counted in (work.sums.services, work.sums.refunds):
        own = np.ascontiguousarray(counted[:, :categories])
        for number, group in enumerate(rows):
            own[:, group.category] += counted[:, categories + number]
        counts.append(own)
    unpriced = work.stated(counts[0], counts[1], np.zeros_like(counts[0]))
    found = ItemWork(unpriced, coding, rows, columns[:categories], columns[categories:])
    points = np.zeros_like(counts[0])
    for number in range(categories):
        points[:, number] = found._stated(number, {})
    return replace(found, priced=replace(unpriced, points_micro=points))


def _groups(coding: Coding, items: Collection[str]) -> dict[int, ItemRows]:
    """Group the rows of the items that can earn points, by their place in the table of items."""
    found = {}
    codes, categories = coding.item_rows["code"].to_pylist(), coding.item_rows["category"].to_pylist()
    for place, (code, category) in enumerate(zip(codes, categories, strict=True)):
        if code in items and category != DIRECTED:
            found[place] = ItemRows(code, int(coding.category_of_row[place]), int(coding.equivalents[place]))
    return found
