"""Posts of persons: engagements that add up to more than a full one on a day."""

from __future__ import annotations

from itertools import pairwise

import pyarrow as pa
import pyarrow.compute as pc

from payengine.exact.amounts import decimal_text
from payengine.periods import Period, day_number, from_day_number
from payengine.texts import say

WHOLE_POST = 10_000  # an fte of 1, in its smallest units


def posts_beyond(engagement: pa.Table, period: Period, most: int = WHOLE_POST) -> list[str]:
    """Name in words the persons whose engagements of one day add up to more than `most`."""
    first, end = day_number(period.first_day), day_number(period.next_first_day)
    here = engagement.filter(pc.and_(pc.less(engagement["from"], end), pc.greater(engagement["until"], first)))
    beyond = here.filter(pc.greater(here["fte"], most))["staff"]  # one engagement may be enough
    counted = here["staff"].value_counts().to_pylist()
    several = {one["values"] for one in counted if one["counts"] > 1} | set(beyond.to_pylist())
    rows = here.filter(pc.is_in(here["staff"], value_set=pa.array(sorted(several), pa.string())))
    of_person: dict[str, list[dict[str, object]]] = {}
    for row in rows.select(["staff", "institution", "fte", "from", "until"]).to_pylist():
        of_person.setdefault(row["staff"], []).append(row)
    return [text for staff, posts in sorted(of_person.items()) if (text := _too_much(staff, posts, first, end, most))]


def _too_much(staff: str, posts: list[dict[str, object]], first: int, end: int, most: int) -> str:
    spans = [(max(int(str(one["from"])), first), min(int(str(one["until"])), end), one) for one in posts]
    cuts = sorted({day for start, until, _ in spans for day in (start, until)})
    for start, until in pairwise(cuts):
        there = [one for begin, stop, one in spans if begin <= start and until <= stop]
        total = sum(int(str(one["fte"])) for one in there)
        if total > most:
            places = dict.fromkeys(str(one["institution"]) for one in there)
            return say(
                "{staff} fte {fte} at {institutions} from {day}",
                staff=staff, fte=decimal_text(total, 4, least=0), institutions=" + ".join(places),
                day=from_day_number(start),
            )  # fmt: skip
    return ""
