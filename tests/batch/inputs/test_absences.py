"""Days away: counted while in post, once a day, by the policy's order of kinds."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from batch.inputs.absences import Absences
from batch.inputs.catalogue import BY_NAME
from batch.inputs.provider import InputProvider
from payengine.graph import Scope
from payengine.periods import OPEN, Period
from tests.support.compute_toy import FIRST, LONG_AGO, MID, POLICY, ToySnapshot, county, policy, prepared

KINDS = """
[names.absence]
maternity_leave = "产假"
training = "脱产培训"
"""


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return policy(tmp_path_factory.mktemp("policy"), POLICY + KINDS)


def provided(toy: Any, rows: list[dict[str, Any]], period: str = "2026-10") -> InputProvider:
    tables = {**county(), "absence": [{"blocks_service": True, **row} for row in rows]}
    snapshot = ToySnapshot(tables, period=Period.parse(period))
    run = prepared(toy, snapshot)
    return InputProvider(run.tables, run.history, snapshot.priced, run.known)


def days(data: InputProvider, kind: str) -> list[int]:
    values: list[int] = data.value("absence_days")[kind].data.values.tolist()
    return values


def months(data: InputProvider, kind: str) -> list[str]:
    return data.value("absent_person_months")[kind].data.text()


# Engagements of the county in October: I1/A until the 16th and from it, I1/B until the 16th (half a post), I2/A, I2/C.


def test_days_away_are_counted_in_every_engagement_in_force(toy: Any) -> None:
    """A is away from the 12th to the 20th: 4 days until the 16th, 5 from it at I1, all 9 at I2."""
    data = provided(toy, [{"staff": "A", "kind": "training", "from": FIRST + 11, "until": FIRST + 20}])
    assert days(data, "training") == [4, 5, 0, 9, 0]
    assert months(data, "training") == ["0.1290", "0.1613", "0.0000", "0.2903", "0.0000"]  # of 31 days
    assert list(data.value("absence_days")) == ["training"]


def test_absences_outside_the_period_and_those_that_block_nothing_do_not_count(toy: Any) -> None:
    rows = [
        {"staff": "C", "kind": "training", "from": LONG_AGO, "until": FIRST},
        {"staff": "C", "kind": "training", "from": FIRST + 31, "until": OPEN},
        {"staff": "C", "kind": "meeting", "blocks_service": False},
    ]
    data = provided(toy, rows)
    assert days(data, "training") == [0, 0, 0, 0, 0]
    assert days(data, "meeting") == [0, 0, 0, 0, 0]


def test_an_open_absence_goes_on_to_the_end_and_the_post_weighs_it(toy: Any) -> None:
    """B has half a post until the 16th: 15 days / 31 x 0.5 = 0.24193... -> 0.2419."""
    data = provided(toy, [{"staff": "B", "kind": "maternity_leave", "from": LONG_AGO, "until": OPEN}])
    assert days(data, "maternity_leave") == [0, 0, 15, 0, 0]
    assert months(data, "maternity_leave") == ["0.0000", "0.0000", "0.2419", "0.0000", "0.0000"]


def test_a_day_of_two_kinds_counts_once_for_the_kind_that_the_policy_names_first(toy: Any) -> None:
    """Maternity leave stands before training, both before a kind that the policy does not name."""
    rows = [
        {"staff": "C", "kind": "a_kind_of_its_own", "from": FIRST, "until": FIRST + 31},
        {"staff": "C", "kind": "training", "from": FIRST + 5, "until": FIRST + 25},
        {"staff": "C", "kind": "maternity_leave", "from": FIRST + 10, "until": FIRST + 15},
    ]
    data = provided(toy, rows)
    assert days(data, "maternity_leave")[-1] == 5
    assert days(data, "training")[-1] == 15
    assert days(data, "a_kind_of_its_own")[-1] == 11


def test_a_year_adds_up_its_months(toy: Any) -> None:
    """A year adds up the person-months away of its months.

    C is away in the first 10 days of February (28 days) and on 31 December: 10/28 + 1/31 = 0.3571 + 0.0323.
    """
    rows = [
        {"staff": "C", "kind": "training", "from": FIRST - 242, "until": FIRST - 232},
        {"staff": "C", "kind": "training", "from": FIRST + 91, "until": OPEN},
    ]
    data = provided(toy, rows, "2026")
    assert days(data, "training")[-1] == 11
    assert months(data, "training")[-1] == "0.3894"


intervals = some.tuples(some.sampled_from("ABC"), some.integers(0, 2), some.integers(-5, 35), some.integers(1, 20))


@settings(max_examples=40, deadline=None)
@given(rows=some.lists(intervals, max_size=8))
def test_days_agree_with_counting_day_by_day(toy: Any, rows: list[tuple[str, int, int, int]]) -> None:
    names = ["maternity_leave", "training", "zeta"]
    tables = county()
    tables["absence"] = [
        {
            "staff": who,
            "kind": names[kind],
            "from": FIRST + start,
            "until": FIRST + start + length,
            "blocks_service": True,
        }
        for who, kind, start, length in rows
    ]
    snapshot = ToySnapshot(tables)
    run = prepared(toy, snapshot)
    found = Absences(run.roster, snapshot.tables()["absence"], names[:2])
    columns = found.days(BY_NAME["absence_days"], Scope(run.roster.frame))
    engagements = [("A", FIRST, MID), ("A", MID, FIRST + 31), ("B", FIRST, MID), ("A", FIRST, FIRST + 31)]
    engagements.append(("C", FIRST, FIRST + 31))
    counted: dict[str, list[int]] = defaultdict(lambda: [0] * len(engagements))
    for place, (person, start, until) in enumerate(engagements):
        for day in range(start, until):
            kinds = [kind for who, kind, a, n in rows if who == person and FIRST + a <= day < FIRST + a + n]
            if kinds:
                counted[names[min(kinds)]][place] += 1
    for kind in names:
        assert columns[kind].data.values.tolist() == counted[kind], kind
