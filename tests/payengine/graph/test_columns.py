"""Columns: values of different levels meet on the lower one.

Going up is written, and missing values stay flagged as missing.
"""

from __future__ import annotations

import pytest
from hypothesis import given as examples
from hypothesis import strategies as some

from payengine.exact import DOWN, FEN, Exact
from payengine.graph import (
    CONSORTIUM,
    ENGAGEMENT,
    INSTITUTION,
    POINTS,
    RATIO,
    STAFF,
    YUAN,
    YUAN_PER_POINT,
    Column,
    FormulaError,
    Frame,
    Keyed,
    maximum,
    minimum,
    unit_of,
    where,
)
from tests.support.graph_toy import FRAME, column, exact, flags, given, scope, texts


def test_a_value_of_the_institution_holds_for_each_of_its_people() -> None:
    pay = column(ENGAGEMENT, ["1", "2", "3", "4", "5"]) * column(INSTITUTION, ["10", "20", "30"])
    assert pay.level is ENGAGEMENT
    assert texts(pay.round(FEN)) == ["10.00", "20.00", "30.00", "80.00", "100.00"]


def test_a_value_of_the_person_holds_for_each_engagement_and_one_of_the_run_for_all() -> None:
    pay = column(STAFF, ["1", "2", "3", "4"]) + column(ENGAGEMENT, ["0.10"] * 5) + column(CONSORTIUM, ["100"])
    assert texts(pay) == ["101.10", "101.10", "102.10", "103.10", "104.10"]


def test_sums_go_to_the_level_of_the_formula() -> None:
    points = ["1", "2", "3", "4", "5"]
    assert texts(column(ENGAGEMENT, points, target=STAFF).sum()) == ["3.00", "3.00", "4.00", "5.00"]
    assert texts(column(ENGAGEMENT, points, target=INSTITUTION).sum()) == ["6.00", "9.00", "0.00"]
    assert texts(column(ENGAGEMENT, points, target=CONSORTIUM).sum()) == ["15.00"]


def test_a_level_can_be_named_and_comes_down_again() -> None:
    points = column(ENGAGEMENT, ["1", "2", "3", "4", "5"], target=ENGAGEMENT)
    assert texts((points / points.sum(INSTITUTION)).round(4)) == ["0.1667", "0.3333", "0.5000", "0.4444", "0.5556"]


def test_means_counts_and_extremes_are_of_the_chosen_rows() -> None:
    pay = column(STAFF, ["10", "20", "30", "5"], target=INSTITUTION)
    heads = flags(STAFF, [1, 0, 1, 1], target=INSTITUTION)
    assert texts(pay.where(heads).sum()) == ["10.00", "35.00", "0.00"]
    assert texts(pay.where(heads).mean(otherwise=0).round(FEN)) == ["10.00", "17.50", "0.00"]
    assert texts(pay.where(heads).count()) == ["1", "2", "0"]
    assert texts(pay.max(otherwise=0)) == ["20.00", "30.00", "0.00"]
    assert texts(pay.where(heads).min(otherwise=-1)) == ["10.00", "5.00", "-1.00"]
    assert heads.any().rows.tolist() == [True, True, False]
    assert heads.all().rows.tolist() == [False, True, True]
    assert texts(heads.count()) == ["1", "2", "0"]


def test_the_mean_of_nobody_is_told_by_institution() -> None:
    with pytest.raises(FormulaError, match=r"value has no rows at I3[^,]*\nSay what holds then: \.mean\(otherwise=0\)"):
        column(STAFF, ["1"] * 4, target=INSTITUTION).mean()


def test_going_up_to_the_own_level_is_an_error() -> None:
    with pytest.raises(FormulaError, match="value is of level institution already"):
        column(INSTITUTION, ["1"] * 3, target=INSTITUTION).sum()


def test_the_latest_engagement_is_the_last_one_of_the_person_there() -> None:
    assert texts(column(ENGAGEMENT, ["1", "2", "3", "4", "5"]).latest()) == ["2.00", "3.00", "4.00", "5.00"]
    with pytest.raises(FormulaError, match="only a value of each engagement has a latest one"):
        column(STAFF, ["1"] * 4).latest()


def test_products_are_rounded_once_and_as_the_formula_says() -> None:
    product = column(ENGAGEMENT, ["0.05"] * 5) * column(STAFF, ["0.50"] * 4)
    assert product.data.pending
    assert texts(product.round(FEN))[0] == "0.03"
    assert texts(product.round(FEN, DOWN))[0] == "0.02"
    assert texts((column(CONSORTIUM, ["2"]) * 3).round(POINTS)) == ["6.000000"]


def test_parts_of_a_person_add_up_and_people_do_not_move_each_other() -> None:
    """A at I1 has two engagements: 0.05 x 0.5 is 0.025, twice that is 0.05 and not 0.06."""
    halves = column(ENGAGEMENT, ["0.05"] * 5) * column(STAFF, ["0.50"] * 4)
    assert texts(halves.round_parts(FEN)) == ["0.03", "0.02", "0.03", "0.03", "0.03"]
    chosen = flags(ENGAGEMENT, [0, 1, 1, 0, 1])
    assert texts(halves.round_parts(FEN, chosen)) == ["0.00", "0.03", "0.03", "0.00", "0.03"]
    with pytest.raises(FormulaError, match="only figures of engagements are parts of a person's"):
        column(STAFF, ["1"] * 4).round_parts(FEN)


def test_no_column_is_true_or_false_and_no_float_is_taken() -> None:
    money = column(STAFF, ["1"] * 4)
    with pytest.raises(FormulaError, match="neither true nor false"):
        bool(money > 0)
    with pytest.raises(FormulaError, match=r"0\.5 is not an exact number"):
        money * 0.5


def test_choice_row_by_row() -> None:
    money = column(STAFF, ["10", "-20", "30", "5"])
    assert texts(where(money > 9, money, 0)) == ["10.00", "0.00", "30.00", "0.00"]
    assert texts(minimum(money, column(INSTITUTION, ["7", "8", "9"]))) == ["7.00", "-20.00", "8.00", "5.00"]
    assert texts(maximum(0, money)) == texts(money.positive_part())
    assert texts(abs(-money)) == ["10.00", "20.00", "30.00", "5.00"]
    assert (money == column(STAFF, ["10", "20", "30", "5"])).rows.tolist() == [True, False, True, True]


def test_units_that_differ_are_neither_added_nor_compared() -> None:
    yuan, points = column(STAFF, ["1"] * 4, unit=YUAN), column(STAFF, ["1"] * 4, unit=POINTS)
    with pytest.raises(FormulaError, match=r"value \(yuan\) and value \(points\) are of different units"):
        yuan + points
    with pytest.raises(FormulaError, match="different units"):
        where(yuan > points, 1, 0)
    assert (points * column(CONSORTIUM, ["4.20"], unit=unit_of("yuan per equivalent"))).unit is YUAN
    assert (yuan / points).unit is YUAN_PER_POINT
    assert (yuan / yuan).unit is RATIO
    assert (1 - yuan / yuan).unit is RATIO
    assert unit_of("yuan per head").agrees(YUAN)


def test_what_does_not_fit_is_told_with_the_codes_of_the_row() -> None:
    money = column(STAFF, ["1", "0", "1", "0"])
    with pytest.raises(FormulaError, match="division by zero: value is 0 at I1 B, I2 C") as refused:
        1 / money
    assert "among in the policy" in refused.value.remedy
    large = Column(scope(INSTITUTION), ENGAGEMENT, exact(["1", "92233720368547758.07", "1", "1", "1"], 2))
    with pytest.raises(FormulaError, match="does not fit 64 bits, first at I1 A"):
        large + large


def test_a_missing_value_is_not_needed_where_it_is_not_chosen() -> None:
    line = given("line", INSTITUTION, {"pool": ["5.00", None, "7.00"]})["pool"]
    hospital = flags(INSTITUTION, [1, 0, 1])
    assert where(hospital, 10 / line, 0).round(FEN).absent == ()
    assert [mark.rows.tolist() for mark in (line * 2).absent] == [[False, True, False]]
    assert [mark.rows.tolist() for mark in (line + column(STAFF, ["1"] * 4)).absent] == [[False, False, True, True]]
    assert texts(line.or_else(3)) == ["5.00", "3.00", "7.00"]
    assert line.is_set().rows.tolist() == [True, False, True]


def test_a_missing_value_that_is_summed_is_noted() -> None:
    inside = scope(CONSORTIUM)
    line = given("line", INSTITUTION, {"pool": ["5.00", None, None]})["pool"].used_in(inside, "finance")
    line.where(flags(INSTITUTION, [1, 1, 0])).sum()
    assert [(origin.key, rows) for origin, rows in inside.notes.missing.items()] == [("pool", {1})]


def test_keyed_columns_meet_key_by_key() -> None:
    price = Keyed(scope(), "category", {"a": column(CONSORTIUM, ["2"]), "b": column(CONSORTIUM, ["3"])})
    work = Keyed(scope(), "category", {"b": column(STAFF, ["1"] * 4), "a": column(STAFF, ["10"] * 4)})
    assert texts((work * price).total().round(FEN)) == ["23.00"] * 4
    assert texts(where(work > 5, price, 0)["a"]) == ["2.00"] * 4
    assert (work * price).without("a").keys() == ("b",)
    with pytest.raises(FormulaError, match="one side has no value for category 'b'"):
        work * price.only(["a"])
    with pytest.raises(FormulaError, match="columns by category and by task do not meet"):
        work * Keyed(scope(), "task", {"a": column(CONSORTIUM, ["1"])})
    with pytest.raises(FormulaError, match=r"no category is called 'aa' \(did you mean a\?\)"):
        price["aa"]


def test_a_table_follows_the_keys_of_the_parameter() -> None:
    weight = Keyed(
        scope(), "indicator", {"quality": column(CONSORTIUM, ["0.5"]), "ethics": column(CONSORTIUM, ["0.5"])}
    )
    table = given("indicator", STAFF, {"quality": ["1", "1", "1", "1"], "other": ["9"] * 4})
    score = (weight * table).total().round(FEN)
    assert [(mark.origin.key, mark.rows.tolist()) for mark in score.absent] == [("ethics", [True] * 4)]


@examples(
    some.lists(some.tuples(some.integers(0, 3), some.integers(0, 4), some.integers(0, 9)), unique=True, max_size=12)
)
def test_every_way_up_gives_the_same_total(rows: list[tuple[int, int, int]]) -> None:
    """Sums by way of persons and institutions, or at once, add up the same rows."""
    ordered = sorted(rows)
    columns = ([row[place] for row in ordered] for place in range(3))
    frame = Frame.build(("I1", "I2", "I3", "I4"), ("A", "B", "C", "D", "E"), tuple(columns))  # type: ignore[arg-type]
    value = Column(scope(CONSORTIUM, frame), ENGAGEMENT, Exact(range(len(rows)), 2))
    total = sum(range(len(rows)))
    assert value.sum().data.values.tolist() == [total]
    assert value.sum(STAFF).sum(INSTITUTION).sum().data.values.tolist() == [total]
    assert len({row[:2] for row in rows}) == frame.rows(STAFF)


def test_rows_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="not in the order of institution, staff, from"):
        Frame.build(("I1",), ("A", "B"), ([0, 0], [1, 0], [1, 1]))
    assert [FRAME.rows(level) for level in (ENGAGEMENT, STAFF, INSTITUTION, CONSORTIUM)] == [5, 4, 3, 1]
