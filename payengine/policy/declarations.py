"""Declarations that something counts or is paid twice, each with its reason.

`[counted_twice.LINE]` names a coefficient that is multiplied twice into a line, `[paid_twice.AXIS]` an event that two
lines pay from one source of funding. Neither changes a figure: without it the policy is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from payengine.errors import Problem
from payengine.policy.keys import NAMED_BY
from payengine.policy.model import Policy
from payengine.policy.toml import KeyPath, Section
from payengine.suggest import hint
from payengine.texts import in_quotes, say

COUNTED, PAID = "counted_twice", "paid_twice"
EVENT_AXES = {"task": "directed tasks", "measure": "measures"}  # the axes whose names are events

Reasons = dict[str, dict[str, str]]


def read_reasons(file: Section, table: str) -> Reasons:
    """Read the tables of one kind of declaration.

    Each key's text is its reason and may not be empty.
    """
    return {
        name: {key: section.text(key, required=True) for key in section.table}
        for name, section in file.section(table).named_sections()
    }


def check_declarations(policy: Policy, places: Mapping[tuple[str, str], KeyPath]) -> Iterator[Problem]:
    """Check that declarations name lines of the policy, and events that input may carry."""
    lines = [*policy.components, *policy.statements]
    for line in policy.counted_twice:
        if line not in lines:
            what = say("{name} is no component or statement", name=in_quotes(line)) + hint(line, lines)
            yield places[COUNTED, line].problem(what)
    for axis, events in policy.paid_twice.items():
        place = places[PAID, axis]
        if axis not in EVENT_AXES:
            yield place.problem(say("{name} has no events", name=in_quotes(axis)) + hint(axis, EVENT_AXES))
            continue
        for name in events:
            if name not in policy.known(axis):
                what = say("{name} is not under [names.{axis}]", name=in_quotes(name), axis=NAMED_BY.get(axis, axis))
                yield place.at(name).problem(what + hint(name, policy.known(axis)))
