"""Cases of the faults at named points: all of them, and the sample of every run.

A case is a point, a database, a fault, and the period that is worked on. The sample is every point killed on SQLite,
and of every other database and fault a few that are drawn, the same on every machine. With PAYENGINE_FAULTS=all the
tests take all cases, and the races run 50 rounds:

    PAYENGINE_FAULTS=all python -m pytest tests/reliability/test_faults.py tests/reliability/test_races.py
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from dataclasses import dataclass

from batch import failpoints
from tests.reliability.phases import MONTH, PHASES
from tests.support import ledgers

ALL = os.environ.get("PAYENGINE_FAULTS") == "all"
ROUNDS = 50 if ALL else 2  # of a race
KILL, CUT, FULL = "kill", "cut", "full"
FAULTS = (KILL, CUT, FULL)
FREEZE, REVISE = "freeze", "revise"
FILE = "sqlite"  # of a freeze: the tables come from an SQLite file
DRAWN = 2  # cases of every other database and fault in the sample
SEED = 2026


@dataclass(frozen=True, order=True)
class Case:
    """Fault at a point while a phase works on a period.

    `database` is the ledger's, of a freeze the source's.
    """

    phase: str
    point: str
    database: str
    fault: str
    period: str = MONTH

    def __str__(self) -> str:
        return f"{self.database}-{self.fault}-{self.point}-{self.period}"


def all_cases() -> list[Case]:
    """List every case.

    A file has no connection that could be cut. A freeze writes files only: they are the same whatever the source, so
    that other sources are cut only.
    """
    return [
        case
        for case in _product()
        if (case.database, case.fault) != (FILE, CUT)
        and (case.phase != FREEZE or (case.database == FILE) == (case.fault != CUT))
    ]


def _product() -> Iterator[Case]:
    for phase, points in failpoints.PHASES.items():
        periods = PHASES[phase].periods if phase in PHASES else (MONTH,)
        for database in ledgers.KINDS:
            for fault in FAULTS:
                yield from (Case(phase, point, database, fault, period) for point in points for period in periods)


def sampled() -> list[Case]:
    """List the cases of the sample: each point killed on SQLite, a few of all else."""
    whole = all_cases()
    whole = [case for case in whole if case.phase != REVISE]  # whose kills `tests/batch/test_revise.py` makes
    chosen = list(_each_point([case for case in whole if (case.database, case.fault) == (FILE, KILL)]))
    dice = random.Random(SEED)
    for database in ledgers.KINDS:
        for fault in FAULTS:
            of_both = [case for case in whole if (case.database, case.fault) == (database, fault)]
            if of_both and (database, fault) != (FILE, KILL):
                freezes = [case for case in of_both if case.phase == FREEZE]
                chosen += dice.sample([case for case in of_both if case.phase != FREEZE], DRAWN)
                chosen += dice.sample(freezes, min(1, len(freezes)))
    return chosen


def _each_point(killed: list[Case]) -> Iterator[Case]:
    """Choose each point once, with a month and a year in turn where there are both."""
    for number, point in enumerate(dict.fromkeys(case.point for case in killed)):
        of_point = [case for case in killed if case.point == point]
        yield of_point[number % len(of_point)]


def cases() -> list[Case]:
    """List the cases that this run of the tests takes."""
    return all_cases() if ALL else sampled()
