"""The four levels on which figures stand."""

from __future__ import annotations

from enum import IntEnum


class Level(IntEnum):
    """Level of a figure; a greater level gathers many rows of a lower one."""

    ENGAGEMENT = 0  # one row of the table `engagement`
    STAFF = 1  # one person at one institution: the sum of that person's engagements there
    INSTITUTION = 2
    CONSORTIUM = 3  # the whole run

    def __str__(self) -> str:
        return self.name


ENGAGEMENT, STAFF, INSTITUTION, CONSORTIUM = Level
