"""Person-months, and money by them: a person's rows add up, however a post is cut."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from batch.inputs.absences import Absences
from batch.inputs.catalogue import BY_NAME
from batch.inputs.roster import Roster, build_roster
from formulas.subsidies import tcm_subsidy
from payengine.exact import FEN, Exact
from payengine.graph import COUNT, ENGAGEMENT, STAFF, YUAN, Column, Scope
from payengine.periods import OPEN, Period, day_number
from tests.support.compute_toy import LONG_AGO, ToySnapshot, county, table

ROWS = tuple[str, str, int, int, int]  # institution, staff, first day and day after the last of the month, fte


def roster(rows: Sequence[ROWS], month: str, period: str = "", held: Sequence[str] = ()) -> Roster:
    """Build a roster by days of a month, from 1; 0 is long before, 99 is open."""
    first = day_number(Period.parse(month).first_day) - 1
    engagements = [
        {
            "institution": institution, "staff": staff, "fte": fte,
            "from": first + start if start else LONG_AGO, "until": first + until if until < 99 else OPEN,
        }
        for institution, staff, start, until, fte in rows
    ]  # fmt: skip
    tables = {
        **county(),
        "engagement": engagements,
        "institution": [{"code": "I1"}, {"code": "I2"}, {"code": "I3"}],
    }
    snapshot = ToySnapshot(tables, period=Period.parse(period or month))
    return build_roster(snapshot.coding, snapshot.tables()["institution"], snapshot.period, held)


def cut(institution: str, *days: int, fte: int = 10_000) -> list[ROWS]:
    """Cut a post of A at some days into rows that follow one another."""
    return [(institution, "A", start, until, fte) for start, until in pairwise(days)]


@pytest.mark.parametrize(
    ("month", "rows", "expected"),
    [
        ("2026-04", cut("I1", 0, 11, 21, 99), [3333, 3334, 3333]),  # 30 days: a whole month, not 0.9999
        ("2026-03", cut("I1", 0, 11, 21, 99), [3226, 3226, 3548]),  # 10, 10 and 11 of 31
        ("2026-04", cut("I1", 0, 11, 21, 99, fte=5000), [1667, 1666, 1667]),  # half a post: 0.5, not 0.5001
        # 10/30 of a full post and 20/30 of 0.7: 0.3333... + 0.4666... = 0.8
        ("2026-04", [*cut("I1", 0, 11), *cut("I1", 11, 99, fte=7000)], [3333, 4667]),
        # Ten days at each of three institutions
        ("2026-04", [*cut("I1", 0, 11), *cut("I2", 11, 21), *cut("I3", 21, 99)], [3333, 3334, 3333]),
        # Away and back: I1 has its 20 days, 0.6667, whatever I2 has
        ("2026-04", [*cut("I1", 0, 11), *cut("I1", 21, 99), *cut("I2", 11, 21)], [3333, 3334, 3333]),
        ("2026-02", cut("I1", 0, 10, 20, 99), [3214, 3572, 3214]),  # 9, 10 and 9 of 28: 0.6786 after 19
        ("2028-02", cut("I1", 0, 10, 20, 99), [3103, 3449, 3448]),  # 9, 10 and 10 of 29: 0.6552 after 19
    ],
)
def test_the_rows_of_a_person_add_up_to_the_month(month: str, rows: list[ROWS], expected: list[int]) -> None:
    found = roster(rows, month)
    assert found.person_months.tolist() == expected
    assert sum(expected) in (10_000, 5_000, 8_000)


def test_a_year_adds_up_its_months() -> None:
    """Three rows in April, one before and one after: twelve months of the year."""
    found = roster(cut("I1", 0, 11, 21, 99), "2026-04", "2026")
    assert found.person_months.tolist() == [33_333, 3334, 83_333]
    assert found.person_months_to_date.tolist() == [120_000]


def test_people_do_not_move_each_other_and_a_held_institution_moves_nobody() -> None:
    rows = [*cut("I1", 0, 11), *cut("I2", 11, 21), *cut("I3", 21, 99), ("I2", "B", 11, 21, 10_000)]
    assert roster(rows, "2026-04").person_months.tolist() == [3333, 3334, 3333, 3333]
    assert roster(rows, "2026-04", held=["I1"]).person_months.tolist() == [3334, 3333, 3333]


def test_who_is_away_the_whole_month_is_away_for_all_person_months_of_it() -> None:
    """Three rows, three kinds that end on other days: nothing is left of work."""
    found = roster(cut("I1", 0, 11, 21, 99), "2026-04")
    first = day_number(Period.parse("2026-04").first_day) - 1
    kinds = {"maternity_leave": (1, 6), "training": (6, 26), "other": (26, 31)}
    absent = [
        {"staff": "A", "kind": kind, "from": first + start, "until": first + until, "blocks_service": True}
        for kind, (start, until) in kinds.items()
    ]
    scope = Scope(found.frame, STAFF, "test")
    absences = Absences(found, table("absence", absent), list(kinds))
    given = absences.person_months(BY_NAME["absent_person_months"], scope)
    away = {kind: sum(given[kind].data.values.tolist()) for kind in kinds}
    # In the order of their names: 5, 5 and 20 of 30 days.
    assert away == {"maternity_leave": 1667, "other": 1666, "training": 6667}


ends = some.lists(some.integers(2, 31), max_size=6, unique=True).map(sorted)
posts = some.lists(
    some.tuples(some.sampled_from(["I1", "I2", "I3"]), some.sampled_from(["A", "B"]), some.integers(0, 20),
                some.sampled_from([10_000, 5000, 3333, 7500]), ends),
    min_size=1, max_size=6, unique_by=lambda post: post[:2],
)  # fmt: skip
months = some.sampled_from(["2026-02", "2028-02", "2026-03", "2026-04"])


def _cut(post: tuple[str, str, int, int, list[int]], ends: list[int]) -> list[ROWS]:
    institution, staff, start, fte, _ = post
    days = [start, *(end for end in ends if end > start), 99]
    return [(institution, staff, one, other, fte) for one, other in pairwise(days)]


def _sums(found: Roster, values: Any) -> dict[tuple[str, str], int]:
    total: dict[tuple[str, str], int] = defaultdict(int)
    for row, value in enumerate(values):
        total[found.frame.code(ENGAGEMENT, row)] += value
    return dict(total)


def _subsidy(found: Roster, standard: str) -> list[int]:
    scope = Scope(found.frame, ENGAGEMENT, "test")
    time = Column(scope, ENGAGEMENT, Exact(found.person_months, 4), COUNT)
    price = Column(scope, ENGAGEMENT, Exact.of([standard] * len(found.engagement), 2), YUAN)
    values: list[int] = tcm_subsidy.function(price, time).data.values.tolist()
    return values


def _by_days(found: Roster, standard: str) -> list[int]:
    """Pay a standard by the exact share of days, as a line of a policy that is prorated does."""
    scope = Scope(found.frame, ENGAGEMENT, "test")
    share = Column(scope, ENGAGEMENT, Exact(found.days, 0), COUNT) / found.period.days
    price = Column(scope, ENGAGEMENT, Exact.of([standard] * len(found.engagement), 2), YUAN)
    values: list[int] = (price * share).round_parts(FEN).data.values.tolist()
    return values


@given(posts, months, some.sampled_from(["3100.00", "0.01", "777.77", "3100.05"]))
@settings(max_examples=200, deadline=None)
def test_no_cut_of_an_engagement_moves_person_months_or_money(
    drawn: list[tuple[str, str, int, int, list[int]]], month: str, standard: str
) -> None:
    whole = roster([row for post in drawn for row in _cut(post, [])], month)
    parts = roster([row for post in drawn for row in _cut(post, post[4])], month)
    assert _sums(parts, parts.person_months) == _sums(whole, whole.person_months)
    assert parts.person_months_to_date.tolist() == whole.person_months_to_date.tolist()
    for paid in (_subsidy, _by_days):
        assert _sums(parts, paid(parts, standard)) == _sums(whole, paid(whole, standard))


@given(posts, months)
@settings(max_examples=200, deadline=None)
def test_a_persons_month_is_the_rounding_of_its_exact_sum(
    drawn: list[tuple[str, str, int, int, list[int]]], month: str
) -> None:
    """No row is a unit from its own exact value; a person's sum is rounded once."""
    rows = [row for post in drawn for row in _cut(post, post[4])]
    found, days = roster(rows, month), Period.parse(month).days
    exact: dict[str, Fraction] = defaultdict(Fraction)
    total: dict[str, int] = defaultdict(int)
    by_row = {
        (institution, staff, start): Fraction(fte * (min(until, days + 1) - max(start, 1)), days)
        for institution, staff, start, until, fte in rows
        if max(start, 1) < min(until, days + 1)
    }
    first = day_number(Period.parse(month).first_day) - 1
    for row, months in enumerate(found.person_months.tolist()):
        institution, staff = found.frame.code(ENGAGEMENT, row)
        start = max(int(found.frame.engaged_from[row]) - first, 0)
        own = by_row[institution, staff, start]
        assert abs(months - own) < 1
        exact[staff] += own
        total[staff] += months
    assert total == {staff: int((2 * value + 1) // 2) for staff, value in exact.items()}
