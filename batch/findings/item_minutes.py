"""Findings in the minutes of services: more of one person on one day than a day has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from batch.arrow_columns import numbers
from batch.findings.finding import MOST_SHOWN, Finding
from batch.findings.kinds import KINDS, MINUTES_OF_A_DAY
from batch.findings.material import Material
from batch.findings.work import part_batches, single_rows
from batch.snapshot.snapshot import Snapshot
from payengine.exact.amounts import decimal_text
from payengine.kernels.arrays import Int64
from payengine.kernels.compile import compiled
from payengine.periods import Period, day_number, from_day_number
from payengine.policy import ONE
from payengine.texts import say

COLUMN = "minutes"  # of the table of items
NO_DAY = -1
SERVICE = 10**6  # one whole service, as amounts are kept: hundredths x ten-thousandths
MOST_OF_A_ROW = 10**6  # minutes: as many as a row counts for, so that the sums of 9,000,000 rows fit 63 bits


def item_minutes(material: Material) -> Iterator[Finding]:
    """Find persons whose services of a day take more minutes than a day has.

    Only items that give their minutes count; without any, no record is read.
    """
    assert material.snapshot is not None
    items = material.snapshot.coding.item_rows
    if COLUMN not in items.column_names or material.snapshot.period.kind != "month":
        return
    limit = material.rules.threshold(MINUTES_OF_A_DAY)
    minutes = minutes_of_days(material.snapshot, np.maximum(items[COLUMN].to_numpy(), 0))
    # In millionths of a minute against ten-thousandths: the limit is raised, so that nothing is rounded.
    staff, day = np.nonzero(minutes > limit * (SERVICE // ONE))
    if not staff.size:
        return
    codes = material.snapshot.coding.staff.values
    first_day = day_number(material.snapshot.period.first_day)
    order = np.lexsort((day, staff, -minutes[staff, day]))[:MOST_SHOWN]
    first = tuple(
        say("{staff} on {day}: {minutes} minutes", staff=codes[int(staff[at])].as_py(),
            day=from_day_number(first_day + int(day[at])),
            minutes=f"{-(-int(minutes[staff[at], day[at]]) // SERVICE):,}")
        for at in order
    )  # fmt: skip
    yield Finding(
        MINUTES_OF_A_DAY, KINDS[MINUTES_OF_A_DAY].severity, int(staff.size),
        say("service_record: {n} day(s) of {persons} person(s) take more than {limit} minutes by the minutes of their "
            "items", n=f"{staff.size:,}", persons=f"{np.unique(staff).size:,}", limit=decimal_text(limit, 4, least=0)),
        first, say("Look for services entered for another person or another day, and for wrong minutes of an item."),
    )  # fmt: skip


def minutes_of_days(snapshot: Snapshot, minutes: Int64) -> Int64:
    """Add up minutes x quantity x share by person and day, in millionths of a minute.

    `minutes` are those of each item row, 0 where it gives none. Work of institutions is nobody's; refunds are taken
    off. Rows of limited items count, though a run may refuse some.
    """
    coding, period = snapshot.coding, snapshot.period
    person = coding.staff.index(coding.engagements["staff"]).astype(np.int64)
    sums = np.zeros((len(coding.staff), days_of(period)), np.int64)
    for parts, records in (
        (snapshot.hot_parts(), snapshot.records_parts()),
        (snapshot.limited_parts(), snapshot.limited_records_parts()),
    ):
        for part, path in zip(parts, records, strict=True):
            if not part.rows:
                continue
            with pq.ParquetFile(path) as file:
                days = file.read(["service_date"])["service_date"].to_numpy() - day_number(period.first_day)
            single = single_rows(snapshot, path)
            if single is not None:
                days[~single] = NO_DAY  # what a summary counts was done on all days of the month
            begin = 0
            for batch in part_batches(part):
                columns = [numbers(batch, name).astype(np.int64) for name in ("engagement", "item_row", "amount")]
                of_batch = days[begin : begin + batch.num_rows].astype(np.int64)
                begin += batch.num_rows
                if "counting_only" in batch.schema.names:
                    columns[0] = np.where(numbers(batch, "counting_only") == 0, columns[0], len(person))  # nobody's
                add_minutes(*columns, of_batch, person, minutes, sums)
    return sums


def days_of(period: Period) -> int:
    """Count the days of a period."""
    return day_number(period.next_first_day) - day_number(period.first_day)


@compiled(
    "void(readonly_int64, readonly_int64, readonly_int64, readonly_int64, readonly_int64, readonly_int64, "
    "int64[:, ::1])"
)
def add_minutes(owner: Any, item: Any, amount: Any, day: Any, person: Any, minutes: Any, sums: Any) -> None:
    """Add each row's minutes to its person's day; an owner beyond `person` is no person.

    A day outside the month is left out. A row counts for 10**6 minutes at most, in millionths: 10**12.
    """
    most = 10**12
    for row in range(owner.size):
        each = minutes[item[row]]
        if each > 0 and owner[row] < person.size and 0 <= day[row] < sums.shape[1]:
            bounded = min(max(amount[row], -most), most) * each  # at most 10**12 x 10**5
            sums[person[owner[row]], day[row]] += min(max(bounded, -most), most)
