"""Rules of `service_summary`, where nothing finer than a month's count exists.

A count names no patients and no days. So an item with a limit, and one that needs a licence on the day, has to be
recorded service by service.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from batch.freeze.records.item_map import ItemMap
from batch.freeze.reference.rows import Rows
from batch.input_tables import NO_LIMIT
from payengine.errors import Problem
from payengine.kernels.arrays import Flags
from payengine.periods import MONTH, Period, day_number
from payengine.texts import say


def with_items(rows: Rows, item_map: ItemMap, period: Period) -> None:
    """Turn the office's own codes of services into items, as of the last day of the month."""
    days = {text: _last_day(text) for text in pc.unique(rows.data["period"]).to_pylist()}
    day = np.array([days[text] for text in rows.data["period"].to_pylist()], np.int32)
    [batch] = rows.data.combine_chunks().to_batches() or [pa.RecordBatch.from_pylist([], rows.data.schema)]
    places = item_map.places(batch["item"], day)
    item_map.count(places, of_month(rows, period))
    rows.data = pa.Table.from_batches([item_map.apply(batch, places)])


def of_month(rows: Rows, period: Period) -> Flags:
    """Flag the rows of a month that count something."""
    here = pc.equal(rows.data["period"], str(period)).to_numpy()
    return np.asarray(here & (rows.data["quantity"].to_numpy() > 0), bool)


def months_only(rows: Rows) -> list[Problem]:
    """Check that a row is of a month: what it counts is paid with that month."""
    longer = [text for text in pc.unique(rows.data["period"]).to_pylist() if text and not _is_month(text)]
    wrong = np.flatnonzero(
        pc.is_in(rows.data["period"], value_set=pa.array(longer, pa.string())).to_numpy() & rows.sound("period")
    )

    def what(row: int) -> str:
        return say("{period} is not a month", period=rows.shown(row, "period"))

    return _with_remedy(rows.each(wrong, "period", what), say("give a row for each month"))


def counted_items(rows: Rows, items: Rows, period: Period) -> list[Problem]:
    """Refuse rows of the month whose items cannot be paid by a count."""
    chosen = of_month(rows, period) & rows.sound("item", "period", "quantity")
    limited = items.data.filter(pc.not_equal(items.data["limit_count"], NO_LIMIT))["code"]
    first, end = day_number(period.first_day), day_number(period.next_first_day)
    in_force = pc.and_(pc.less(items.data["from"], end), pc.greater(items.data["until"], first))
    licensed = items.data.filter(pc.and_(in_force, pc.not_equal(items.data["license"], "")))["code"]

    def over_limit(row: int) -> str:
        return say("{item} has a limit, which counts by patient and day", item=rows.shown(row, "item"))

    def unlicensed(row: int) -> str:
        return say("{item} needs a licence, which counts on the day", item=rows.shown(row, "item"))

    problems = []
    for codes, what in ((limited, over_limit), (licensed, unlicensed)):
        named = pc.is_in(rows.data["item"], value_set=codes.combine_chunks()).to_numpy()
        problems += rows.each(np.flatnonzero(chosen & named), "item", what)
    return _with_remedy(problems, say("record these services one by one in service_record"))


def _with_remedy(problems: list[Problem], remedy: str) -> list[Problem]:
    return [replace(problem, remedy=remedy) for problem in problems]


def _is_month(text: str) -> bool:
    return Period.parse(text).kind == MONTH


def _last_day(text: str) -> int:
    return day_number(Period.parse(text).last_day) if text else 0
