"""Continuation of values past their printed end, as the county recorded it (延续执行)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from payengine.policy.checks import with_where
from payengine.policy.layer import ContinuationEntry
from payengine.policy.model import Continuation, DatedValue, Layer, Parameter
from payengine.policy.timeline import end_of
from payengine.texts import joined, say


def continued_values(parameter: Parameter, continued: ContinuationEntry, layer: Layer) -> Iterator[DatedValue | str]:
    """Yield the values that go on, or what is wrong with the record.

    Wrong: nothing ends that day, or a new value stands there.
    """
    ended = [
        value for value in parameter.values if value.until == continued.start and continued.keyed in (None, value.keyed)
    ]
    if not ended:
        yield _nothing_ends(parameter, continued)
    record = Continuation(continued.document, continued.day, layer.code)
    for value in ended:
        going_on = replace(
            value,
            start=continued.start,
            until=continued.until,
            continued=record,
            continues="",
            lapses="",
            layer=layer.code,
            illustrative=value.illustrative or layer.illustrative,
        )
        following = [
            other.start for other in parameter.values if other.keyed == value.keyed and other.start >= going_on.start
        ]
        if following and min(following) < end_of(going_on):
            what = say("{name} has a value of its own from {day}", name=parameter.name, day=min(following))
            yield with_where(what, value.keyed)
        else:
            yield going_on


def _nothing_ends(parameter: Parameter, continued: ContinuationEntry) -> str:
    what = say("no value of {name} ends on {day}", name=parameter.name, day=continued.start)
    ends = sorted({value.until for value in parameter.values if value.until is not None})
    if ends:
        what += " " + say("(they end on {days})", days=joined(day.isoformat() for day in ends))
    return with_where(what, continued.keyed or ())
