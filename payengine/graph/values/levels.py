"""The five levels on which figures stand, and their order.

A person and a department both stand above engagements and below their institution, and neither above the other: a
person may have engagements in two departments. What they have in common is told for each engagement.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from payengine.texts import say


class Level(IntEnum):
    """Level of a figure; a greater one gathers rows of a lower one, but DEPARTMENT no STAFF."""

    ENGAGEMENT = 0  # one row of the table `engagement`
    STAFF = 1  # one person at one institution: the sum of that person's engagements there
    DEPARTMENT = 2  # one department of one institution: the engagements there
    INSTITUTION = 3
    CONSORTIUM = 4  # the whole run

    def __str__(self) -> str:
        """Write the level in the glossary's word of the language in use; `name` is the constant's."""
        return {
            "ENGAGEMENT": say("engagement"), "STAFF": say("staff"), "DEPARTMENT": say("department"),
            "INSTITUTION": say("institution"), "CONSORTIUM": say("consortium"),
        }[self.name]  # fmt: skip

    def is_below(self, other: Level) -> bool:
        """Tell if each row of the other level gathers rows of this one."""
        return self < other and (self, other) != (Level.STAFF, Level.DEPARTMENT)


ENGAGEMENT, STAFF, DEPARTMENT, INSTITUTION, CONSORTIUM = Level


def lowest(levels: Iterable[Level]) -> Level:
    """Return the level on which values of several levels meet; CONSORTIUM of none."""
    found = set(levels)
    return ENGAGEMENT if {STAFF, DEPARTMENT} <= found else min(found, default=CONSORTIUM)
