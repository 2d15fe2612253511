"""Persons without a department beside others who have one, under rules of departments."""

from __future__ import annotations

from collections.abc import Iterator

from batch.inputs.roster import Roster
from payengine.graph import DEPARTMENT, Graph
from payengine.suggest import listed
from payengine.texts import say

MOST_TOLD = 20  # persons named; the rest is counted


def without_department(graph: Graph, roster: Roster) -> Iterator[str]:
    """Warn of who would form a department of their own, with its own share and its own mean.

    An institution of which nobody has a department is one department on purpose.
    """
    if not any(formula.level is DEPARTMENT for formula in graph.order):
        return
    frame, places = roster.frame, roster.engagement
    departments = roster.coding.engagements["department"].to_pylist()
    lacking: dict[str, set[str]] = {}
    named = set()
    for place in places.tolist():
        institution = roster.coding.institutions.values[int(roster.coding.engagement_institution[place])].as_py()
        if departments[place]:
            named.add(institution)
        else:
            person = frame.staff_codes[int(roster.coding.engagement_staff[place])]
            lacking.setdefault(institution, set()).add(person)
    persons = [
        f"{institution} {one}" for institution in sorted(named & set(lacking)) for one in sorted(lacking[institution])
    ]
    if persons:
        yield say(
            "engagement: {n} person(s) without a department form one of their own, beside the departments of their "
            "institution: {persons}",
            n=len(persons), persons=listed(persons, MOST_TOLD),
        )  # fmt: skip
