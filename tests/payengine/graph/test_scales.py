"""Scales: grades over floors, ranks among colleagues, tariffs by slices.

Sums for another institution and default variants are tested here too.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given as examples
from hypothesis import strategies as some

from payengine.exact import Exact
from payengine.graph import (
    CONSORTIUM,
    ENGAGEMENT,
    INSTITUTION,
    POINTS,
    STAFF,
    Absence,
    Codes,
    Column,
    Flags,
    FormulaError,
    Frame,
    Keyed,
    Level,
    Origin,
    Rules,
    Scope,
    gather,
    grade,
    outside,
    pick,
    rank,
    tariff,
)
from tests.support.graph_toy import FRAME, OCTOBER, ToyData, ToyPolicy, column, exact, given, graph, scope, texts, toy


def steps(axis: str, **floors: str) -> Keyed:
    return Keyed(scope(), axis, {name: column(CONSORTIUM, [floor], 4) for name, floor in floors.items()})


GRADES = steps("grade", excellent="85", good="70", fair="60", poor="0")


def told(codes: Codes) -> list[str]:
    return [codes.labels[code] for code in codes.codes.tolist()]


def test_a_floor_is_reached_exactly() -> None:
    scores = column(STAFF, ["85", "84.9999", "60", "0"], 4)
    assert told(grade(scores, GRADES)) == ["excellent", "good", "fair", "poor"]


def test_a_grade_compares_the_figure_before_it_is_rounded() -> None:
    """A grade compares the figure before it is rounded.

    255 / 3 = 85 reaches the floor; 254.9999 / 3 = 84.99996... would only reach it rounded to 4 decimals.
    """
    scores = column(STAFF, ["255", "254.9999", "210", "180"], 4) / 3
    assert told(grade(scores, GRADES)) == ["excellent", "good", "good", "fair"]


def test_who_is_below_every_grade_is_told() -> None:
    floors = steps("grade", excellent="85", good="70")
    with pytest.raises(FormulaError, match=r"value is below every grade at I1/B, I2/C[^,]*\nGive the lowest grade"):
        grade(column(STAFF, ["85", "69.99", "70", "1"], 4), floors)


def test_floors_that_do_not_fall_are_refused() -> None:
    with pytest.raises(FormulaError, match="the floor of 'good' is not above that of 'excellent'"):
        grade(column(STAFF, ["1"] * 4), steps("grade", good="70", excellent="85", poor="0"))


def test_a_grade_without_a_floor_at_an_institution_does_not_exist_there() -> None:
    floors = given(
        "grade", INSTITUTION, {"high": ["90", None, None], "low": ["50", "40", None], "least": ["0", "0", None]}
    )
    codes = grade(column(STAFF, ["95", "60", "95", "39"]), Keyed(scope(), "grade", dict(floors.items())))
    assert told(codes) == ["high", "low", "low", "least"]
    assert codes.absent == ()


def test_without_any_floor_a_grade_is_missing_and_not_the_lowest() -> None:
    floors = given("grade", INSTITUTION, {"high": ["90", None, "9"], "low": ["50", None, "0"]})
    codes = grade(column(STAFF, ["95", "60", "95", "39"]), Keyed(scope(), "grade", dict(floors.items())))
    assert told(codes)[:2] == ["high", "low"]
    assert {row for mark in codes.absent for row in np.flatnonzero(mark.rows)} == {2, 3}


def test_of_a_grade_only_its_own_value_is_needed() -> None:
    worth = given(
        "grade", INSTITUTION, {"excellent": ["1.5"] * 3, "good": ["1.2"] * 3, "fair": [None] * 3, "poor": ["0.8"] * 3}
    )
    picked = pick(grade(column(STAFF, ["90", "70", "84", "3"]), GRADES), Keyed(scope(), "grade", dict(worth.items())))
    assert texts(picked) == ["1.50", "1.20", "1.20", "0.80"]
    assert picked.absent == ()
    with pytest.raises(FormulaError, match="there is no value for grade 'fair'"):
        pick(grade(column(STAFF, ["90"] * 4), GRADES), steps("grade", excellent="1", good="1", poor="1"))


SLICES = steps("step", first="0", second="100", third="250")
PRICES = steps("step", first="2", second="1.5", third="1")


def test_each_slice_has_its_own_price() -> None:
    """Each slice of an amount is paid at its own price.

    100 x 2 = 200; 250: 200 + 150 x 1.5 = 425; 250.5: 425.5; at a floor the next slice has not begun.
    """
    amounts = column(STAFF, ["100", "250", "250.50", "0"])
    assert texts(tariff(amounts, SLICES, PRICES).round(2)) == ["200.00", "425.00", "425.50", "0.00"]


def test_a_negative_total_is_taken_back_as_it_would_be_paid() -> None:
    amounts = column(STAFF, ["-100", "-250", "-250.50", "-0.01"])
    assert texts(tariff(amounts, SLICES, PRICES).round(2)) == ["-200.00", "-425.00", "-425.50", "-0.02"]


@examples(some.lists(some.integers(-60_000, 60_000), min_size=4, max_size=4))
def test_a_tariff_is_the_sum_over_every_unit(amounts: list[int]) -> None:
    def by_hand(cents: int) -> int:
        """Price cents slice by slice, in ten-thousandths of a yuan."""
        size = abs(cents)
        total = min(size, 10_000) * 200 + max(min(size, 25_000) - 10_000, 0) * 150 + max(size - 25_000, 0) * 100
        return total if cents >= 0 else -total

    found = tariff(Column(scope(), STAFF, Exact(np.array(amounts, np.int64), 2)), SLICES, PRICES).round(4)
    assert found.data.values.tolist() == [by_hand(amount) for amount in amounts]


def test_slices_begin_at_nothing_and_rise() -> None:
    with pytest.raises(FormulaError, match="the first step 'first' begins above 0"):
        tariff(column(STAFF, ["1"] * 4), steps("step", first="1", second="2"), steps("step", first="1", second="2"))
    with pytest.raises(FormulaError, match="the floor of 'first' is not below that of 'second'"):
        tariff(column(STAFF, ["1"] * 4), steps("step", first="0", second="0"), steps("step", first="1", second="2"))


def people(*by_institution: int) -> Frame:
    """Build institutions with so many persons each."""
    rows = [(place, number) for place, count in enumerate(by_institution) for number in range(count)]
    codes = [f"S{number}" for number in range(max(by_institution, default=0))]
    columns = [np.array([row[at] for row in rows], np.int32) for at in (0, 1)]
    names = [f"I{number}" for number in range(len(by_institution))]
    return Frame.build(names, codes, (columns[0], columns[1], np.zeros(len(rows), np.int32)))


def of_staff(frame: Frame, values: list[int]) -> Column:
    return Column(Scope(frame), STAFF, exact([str(value) for value in values], 0))


def test_places_are_counted_in_the_institution() -> None:
    scores = of_staff(people(3, 2), [5, 9, 5, 1, 7])
    assert texts(rank(scores)) == ["2", "1", "2", "2", "1"]
    assert texts(rank(scores, tied="last")) == ["3", "1", "3", "2", "1"]


def test_ties_go_by_the_next_figure() -> None:
    frame = people(3)
    assert texts(rank(of_staff(frame, [5, 9, 5]), of_staff(frame, [1, 0, 2]))) == ["3", "1", "2"]


def test_those_who_do_not_take_part_take_no_place() -> None:
    scores = of_staff(people(4), [9, 8, 8, 1])
    among = Flags(scores.scope, STAFF, np.array([False, True, True, True]))
    assert texts(rank(scores, among=among)) == ["1", "1", "1", "3"]
    assert texts(rank(scores, among=among, tied="last")) == ["1", "2", "2", "3"]


@examples(some.lists(some.lists(some.tuples(some.integers(0, 3), some.booleans()), max_size=5), min_size=1, max_size=3))
def test_places_agree_with_counting(rows: list[list[tuple[int, bool]]]) -> None:
    frame = people(*(len(each) for each in rows))
    flat = [one for each in rows for one in each]
    among = Flags(Scope(frame), STAFF, np.array([one[1] for one in flat], bool))
    values = of_staff(frame, [one[0] for one in flat])
    first, last = [], []
    for each in rows:
        taking = [value for value, there in each if there]
        for value, there in each:
            greater = sum(other > value for other in taking)
            first.append(greater + 1)
            last.append(greater + taking.count(value) + (not there))
    assert rank(values, among=among).data.values.tolist() == first
    assert rank(values, among=among, tied="last").data.values.tolist() == last


def test_a_place_needs_a_level_above() -> None:
    with pytest.raises(FormulaError, match="so it has no places within institution"):
        rank(column(INSTITUTION, ["1", "2", "3"]))


def codes(level: Level, rows: list[str]) -> Codes:
    labels = tuple(dict.fromkeys(rows))
    return Codes(scope(INSTITUTION), level, np.array([labels.index(row) for row in rows], np.int32), labels)


def test_sums_for_the_employer() -> None:
    pay = column(ENGAGEMENT, ["1", "2", "3", "4", "5"], target=INSTITUTION)
    employer = codes(ENGAGEMENT, ["I1", "I2", "I3", "X", "I2"])
    assert texts(gather(pay, employer)) == ["1.00", "7.00", "3.00"]
    assert outside(employer).rows.tolist() == [False, False, False, True, False]


@examples(
    some.lists(some.tuples(some.sampled_from(["I1", "I2", "I3", "X"]), some.integers(-9, 9)), min_size=5, max_size=5)
)
def test_nothing_is_lost_but_what_is_outside(rows: list[tuple[str, int]]) -> None:
    wanted: dict[str, int] = defaultdict(int)
    for code, amount in rows:
        wanted[code] += amount
    pay = Column(scope(INSTITUTION), ENGAGEMENT, exact([str(amount) for _, amount in rows], 0))
    found = gather(pay, codes(ENGAGEMENT, [code for code, _ in rows]))
    assert found.data.values.tolist() == [wanted[code] for code in ("I1", "I2", "I3")]


def test_an_amount_per_person_stands_on_the_latest_engagement() -> None:
    assert texts(column(STAFF, ["1", "2", "3", "4"]).on_latest()) == ["0.00", "1.00", "2.00", "3.00", "4.00"]
    assert FRAME.rows(ENGAGEMENT) == 5
    with pytest.raises(FormulaError, match="value is of level institution, not of level staff"):
        column(INSTITUTION, ["1"] * 3).on_latest()


# The variant that holds where the policy chooses none; figures that are passed on unrounded.


@toy(STAFF, POINTS, gives="rate", unrounded=True, default=True)
def exact_rate(points):
    return points.sum() / POINTS_EACH


@toy(STAFF, POINTS, gives="rate")
def no_rate(points):
    return points.sum() - points.sum()


@toy(STAFF, POINTS, report=True)
def passed(rate):
    return (10 * rate).round(4)


POINTS_EACH = 30


@pytest.mark.parametrize(
    ("choices", "expected"),
    [
        ({}, ["10.0000", "10.0000", "13.3333", "16.6667"]),  # 10 x 30/30, 10 x 30/30, 10 x 40/30, 10 x 50/30
        ({"rate": "no_rate"}, ["0.0000"] * 4),
    ],
)
def test_the_default_holds_until_the_policy_chooses(choices: dict[str, str], expected: list[str]) -> None:
    """The default variant holds until the policy chooses, and passes on unrounded figures.

    Rounded in between, 10 x 1.3333 would be 13.3330.
    """
    made = graph([exact_rate, no_rate, passed], ["passed"], choices, ToyPolicy())
    assert not made.check(OCTOBER)
    assert texts(made.evaluate(ToyData(), OCTOBER).values["passed"]) == expected


def test_there_is_one_default_and_nothing_paid_or_reported_is_unrounded() -> None:
    def another(points):
        return points.sum()

    with pytest.raises(TypeError, match="is a second default for rate"):
        Rules([exact_rate, toy(STAFF, POINTS, gives="rate", default=True)(another)])
    with pytest.raises(TypeError, match="what is paid or reported is rounded"):
        toy(STAFF, POINTS, report=True, unrounded=True)(another)


def test_an_optional_flag_that_is_not_set_is_what_the_formula_says() -> None:
    origin = Absence(Origin("parameter", "strict", INSTITUTION), np.array([False, True, False]))
    some_flags = Flags(scope(), INSTITUTION, np.array([True, False, False]), (origin,))
    assert some_flags.or_else(True).rows.tolist() == [True, True, False]
    assert some_flags.or_else(False).rows.tolist() == [True, False, False]
    assert some_flags.or_else(True).absent == ()
