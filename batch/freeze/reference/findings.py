"""Findings in the reference tables: what is implausible without being wrong."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pyarrow as pa
import pyarrow.compute as pc

from payengine.exact.amounts import decimal_text
from payengine.periods import Period, day_number, from_day_number
from payengine.suggest import listed
from payengine.texts import say

WHOLE_POST = 10_000  # an fte of 1, in its smallest units
MOST_TOLD = 20  # persons or contracts named; the rest is counted


def more_than_a_post(engagement: pa.Table, period: Period) -> Iterator[str]:
    """Warn of persons whose engagements on one day add up to more than a full post."""
    first, end = day_number(period.first_day), day_number(period.next_first_day)
    here = engagement.filter(pc.and_(pc.less(engagement["from"], end), pc.greater(engagement["until"], first)))
    counted = here["staff"].value_counts().to_pylist()
    several = pa.array([one["values"] for one in counted if one["counts"] > 1], pa.string())
    rows = here.filter(pc.is_in(here["staff"], value_set=several))
    of_person: dict[str, list[dict[str, object]]] = {}
    for row in rows.select(["staff", "institution", "fte", "from", "until"]).to_pylist():
        of_person.setdefault(row["staff"], []).append(row)
    told = [text for staff, posts in sorted(of_person.items()) if (text := _too_much(staff, posts, first, end))]
    if told:
        yield say("engagement: more than a full post: {persons}", persons=listed(told, MOST_TOLD))


def _too_much(staff: str, posts: list[dict[str, object]], first: int, end: int) -> str:
    spans = [(max(int(str(one["from"])), first), min(int(str(one["until"])), end), one) for one in posts]
    cuts = sorted({day for start, until, _ in spans for day in (start, until)})
    for start, until in pairwise(cuts):
        there = [one for begin, stop, one in spans if begin <= start and until <= stop]
        total = sum(int(str(one["fte"])) for one in there)
        if total > WHOLE_POST:
            places = dict.fromkeys(str(one["institution"]) for one in there)
            return say(
                "{staff} fte {fte} at {institutions} from {day}",
                staff=staff, fte=decimal_text(total, 4, least=0), institutions=" + ".join(places),
                day=from_day_number(start),
            )  # fmt: skip
    return ""


def ended_by_cancellation(contract: pa.Table, period: Period) -> Iterator[str]:
    """Question contracts cancelled in the period whose term ends on that very day.

    A fee is earned over the whole term and refunded for what is left of it. Who writes the day of cancellation into
    `until` makes the term shorter: each day earns more, and nothing is refunded.
    """
    first, end = day_number(period.first_day), day_number(period.next_first_day)
    day = contract["cancelled_on"]
    now = pc.and_(pc.greater_equal(day, first), pc.less(day, end))
    found = contract.filter(pc.fill_null(pc.and_(now, pc.equal(day, contract["until"])), False))
    codes = sorted(set(found["contract"].to_pylist()), key=str.encode)
    if codes:
        yield say(
            "contract: until is the day of cancellation, so nothing is refunded; give the end of the term that was "
            "signed: {contracts}",
            contracts=listed(codes, MOST_TOLD),
        )
