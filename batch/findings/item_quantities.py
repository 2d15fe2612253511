"""Findings in the quantities of services: far beyond the median of their item."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from batch.findings.finding import MOST_SHOWN, Finding
from batch.findings.kinds import KINDS, QUANTITY
from batch.findings.material import Material
from batch.findings.work import Quantities, quantities, quantities_of
from batch.snapshot.snapshot import Snapshot
from payengine.errors import IntegrityBroken
from payengine.exact.amounts import decimal_text
from payengine.kernels.arrays import Int64
from payengine.policy import ONE
from payengine.texts import joined, say

FEWEST_ROWS = 20  # of an item, so that its median says something
MOST_PAST = 2  # last published months that are read for items of fewer rows


@dataclass(frozen=True)
class _Item:
    """Quantities of one item, ascending, with their rows."""

    quantity: Int64
    rows: Int64

    @property
    def total(self) -> int:
        return int(self.rows.sum())

    @property
    def middle(self) -> int:
        return int(self.quantity[np.searchsorted(np.cumsum(self.rows), (self.total + 1) // 2)])

    def with_rows(self, other: _Item) -> _Item:
        quantity, place = np.unique(np.concatenate([self.quantity, other.quantity]), return_inverse=True)
        rows = np.zeros(len(quantity), np.int64)
        np.add.at(rows, place, np.concatenate([self.rows, other.rows]))
        return _Item(quantity, rows)


def item_quantities(material: Material) -> Iterator[Finding]:
    """Find quantities beyond so many times the median of their item.

    Where an item has few rows, its rows of the last published months count; where it had none, the median of all items.
    """
    assert material.snapshot is not None
    factor = material.rules.threshold(QUANTITY)
    found = quantities(material.snapshot, factor, FEWEST_ROWS)
    items = _by_item(material.snapshot, found)
    few = {code for code, its in items.items() if its.total < FEWEST_ROWS}
    before = _before(material, few) if few else {}
    for code, its in sorted(items.items()):
        if code not in few:
            middle = its.middle
        elif code in before:
            middle = before[code].middle
        else:
            middle = found.usual
        far = its.quantity[its.quantity > (factor * middle) // ONE]
        if not far.size:
            continue
        rows = int(its.rows[its.quantity > (factor * middle) // ONE].sum())
        largest = joined(decimal_text(int(each), 2, least=0) for each in far[::-1][:MOST_SHOWN])
        told = {"n": f"{rows:,}", "item": code, "factor": decimal_text(factor, 4, least=0),
                "median": decimal_text(middle, 2, least=0)}  # fmt: skip
        if code not in few:
            what = say("service_record: {n} quantities of {item} beyond {factor} times the median of {median}", **told)
        elif code in before:
            what = say("service_record: {n} quantities of {item} beyond {factor} times its median of {median} in the "
                       "last published months", **told)  # fmt: skip
        else:
            what = say("service_record: {n} quantities of {item}, which has few rows, beyond {factor} times the median "
                       "of all items, {median}", **told)  # fmt: skip
        yield Finding(
            QUANTITY, KINDS[QUANTITY].severity, rows, what, (say("the largest: {quantities}", quantities=largest),),
            say("Look for a digit too many, or another unit than the item's."), code,
        )  # fmt: skip


def _by_item(snapshot: Snapshot, found: Quantities) -> dict[str, _Item]:
    """Collect the quantities of each item by its code; it may have several rows."""
    codes = snapshot.coding.item_rows["code"].to_pylist()
    bounds = np.append(np.flatnonzero(np.diff(found.item, prepend=-1)), found.item.size).tolist()
    items: dict[str, _Item] = {}
    for start, stop in pairwise(bounds):
        code, its = codes[int(found.item[start])], _Item(found.quantity[start:stop], found.rows[start:stop])
        items[code] = items[code].with_rows(its) if code in items else its
    return items


def _before(material: Material, codes: Collection[str]) -> dict[str, _Item]:
    """Collect the quantities that items had in the last published months."""
    items: dict[str, _Item] = {}
    for past in material.past[-MOST_PAST:]:
        if past.snapshot is None:
            continue
        try:
            its = _by_item(past.snapshot, quantities_of(past.snapshot, codes))
        except (IntegrityBroken, OSError):
            continue
        for code, more in its.items():
            items[code] = items[code].with_rows(more) if code in items else more
    return items
