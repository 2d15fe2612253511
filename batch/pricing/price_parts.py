"""Pricing of a snapshot by tasks of any processes, whose exact sums are merged.

The result is that of `price_snapshot`, bit for bit, whoever did the tasks and however the parts were cut.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from batch.pricing.limits import Refusals
from batch.pricing.part_sums import BATCHES_OF_TASK, LIMITED_PART, PartSums, PartTask, tasks_of
from batch.pricing.price_snapshot import PricedWork, held_owners, price_tables, stated, summed
from batch.snapshot.snapshot import Snapshot
from payengine.errors import IntegrityBroken
from payengine.exact.points import PointSums
from payengine.texts import say

DoTasks = Callable[[Sequence[PartTask]], Iterable[PartSums]]


def price_parts(
    snapshot: Snapshot, holds: Collection[str], do_tasks: DoTasks, batches: int = BATCHES_OF_TASK
) -> PricedWork:
    """Price a snapshot as `price_snapshot` does, by tasks.

    `do_tasks` does them, in any order.

    `batches` is the number of record batches of a task. `IntegrityBroken` where tasks are missing or were done twice.
    """
    held_owners(snapshot.coding, holds)
    sums = PointSums(price_tables(snapshot))
    tasks = list(tasks_of(snapshot, batches))
    left = set(tasks)
    records, parts = snapshot.limited_records_parts(), snapshot.limited_parts()
    refused: list[Refusals] = []
    counted_only = rows = 0
    for found in do_tasks(tasks):
        if found.task not in left:
            raise IntegrityBroken(say("a part of {path} was priced twice", path=snapshot.path))
        left.remove(found.task)
        sums.add_cells(found.cells)
        counted_only += found.counted_only
        rows += found.rows
        if found.task.kind == LIMITED_PART:
            number = found.task.number
            outcome = found.refused_rows, found.refused_reason, found.refused_owner
            refused.append(Refusals(records[number], parts[number].rows, *outcome))
    told = sum(part.rows for part in (*snapshot.hot_parts(), *parts))
    if left or rows != told:
        rows_told = {"found": f"{rows:,}", "told": f"{told:,}"}
        raise IntegrityBroken(say("{found} rows of {path} were priced, not {told}", path=snapshot.path, **rows_told))
    refused.sort(key=lambda refusals: refusals.records)
    return stated(summed(snapshot, holds, sums, refused, counted_only))
