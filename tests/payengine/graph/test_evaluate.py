"""Evaluation of the graph: parameters by their keys, choices by policy, recording.

Missing values are told together.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from payengine.errors import Refused
from payengine.exact import COEFFICIENT, FEN
from payengine.graph import (
    CONSORTIUM,
    COUNT,
    ENGAGEMENT,
    INSTITUTION,
    POINTS,
    STAFF,
    YUAN,
    Codes,
    Formula,
    where,
)
from payengine.graph.parameters import _numbered
from tests.support.graph_toy import (
    FRAME,
    OCTOBER,
    ToyData,
    ToyPolicy,
    column,
    exact,
    flags,
    given,
    graph,
    scope,
    texts,
    toy,
)


def value(one: Formula, policy: ToyPolicy | None = None, data: ToyData | None = None) -> Any:
    """Evaluate one formula and return its figure as texts."""
    made = graph([one], [one.gives], policy=policy)
    assert not made.check(OCTOBER)
    return texts(made.evaluate(data or ToyData(), OCTOBER).values[one.gives])


@toy(ENGAGEMENT, YUAN)
def pay(points, price):
    return (points * price).round(FEN)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"": 10000}, ["10.00", "20.00", "30.00", "40.00", "50.00"]),
        ({"": 10000, "kind=clinic": 20000}, ["10.00", "20.00", "30.00", "80.00", "100.00"]),
        ({"": 10000, "institution=I2": 30000, "kind=hospital": 5000}, ["5.00", "10.00", "15.00", "120.00", "150.00"]),
        ({"public_class=1": 10000, "public_class=2": 20000}, ["10.00", "20.00", "30.00", "80.00", "100.00"]),
        ({"": 10000, "department_class=nursing": 20000}, ["10.00", "40.00", "60.00", "40.00", "50.00"]),
        (
            {"": 10000, "department_class=nursing,kind=hospital": 20000, "kind=clinic": 30000},
            ["10.00", "40.00", "60.00", "120.00", "150.00"],
        ),
    ],
)
def test_a_parameter_stands_on_the_level_of_its_keys(values: Mapping[str, int], expected: list[str]) -> None:
    assert value(pay, ToyPolicy({"price": ("yuan per point", values)})) == expected


def test_a_value_is_looked_up_once_for_each_combination_that_occurs() -> None:
    policy = ToyPolicy({"price": ("yuan per point", {"": 10000, "department_class=nursing,kind=clinic": 1})})
    value(pay, policy)
    real = [keys for keys in policy.asked if keys]
    assert sorted(map(sorted, (keys.values() for keys in real))) == [
        ["clinic", "clinical"],
        ["clinical", "hospital"],
        ["hospital", "nursing"],
    ]


def test_many_combinations_are_numbered_as_few_are() -> None:
    packed = np.array([70, 3, 70, 5], np.int64)
    for size in (100, 10**9):
        distinct, rows = _numbered(packed, size)
        assert (distinct.tolist(), rows.tolist()) == ([3, 5, 70], [2, 0, 2, 1])


def test_a_parameter_keyed_by_an_axis_is_a_column_by_key() -> None:
    @toy(ENGAGEMENT, YUAN)
    def priced_apart(points_by_category, price):
        return (points_by_category * price).total().round(FEN)

    by_category = {"price": ("yuan per point", {"category=basic": 10000, "category=public": 20000})}
    assert value(priced_apart, ToyPolicy(by_category)) == ["10.00", "40.00", "30.00", "80.00", "50.00"]
    general = {"price": ("yuan per point", {"": 10000, "category=public,kind=clinic": 30000})}
    assert value(priced_apart, ToyPolicy(general)) == ["10.00", "20.00", "30.00", "120.00", "50.00"]
    one = {"price": ("yuan per point", {"": 10000})}
    assert value(priced_apart, ToyPolicy(one)) == ["10.00", "20.00", "30.00", "40.00", "50.00"]


def test_a_category_without_a_price_is_not_left_out_in_silence() -> None:
    @toy(ENGAGEMENT, YUAN)
    def priced_apart(points_by_category, price):
        return (points_by_category * price).total().round(FEN)

    policy = ToyPolicy({"price": ("yuan per point", {"category=basic": 10000})})
    with pytest.raises(Refused, match="one side has no value for category 'public'"):
        graph([priced_apart], ["priced_apart"], policy=policy).evaluate(ToyData(), OCTOBER)


def test_a_flag_of_the_policy_chooses_row_by_row() -> None:
    @toy(STAFF, POINTS)
    def counted(points, clinics_count):
        return where(clinics_count, points.sum(), 0)

    policy = ToyPolicy({"clinics_count": ("flag", {"": 0, "kind=clinic": 1})})
    assert value(counted, policy) == ["0.000000", "0.000000", "40.000000", "50.000000"]


def test_a_value_scoped_to_some_kinds_is_missing_for_the_others() -> None:
    @toy(INSTITUTION)
    def floor(rate):
        return rate

    @toy(INSTITUTION)
    def floor_where_there_is_one(rate):
        return where(rate.is_set(), rate, 0)

    policy = ToyPolicy({"rate": ("ratio", {"kind=hospital": 6000})})
    assert value(floor_where_there_is_one, policy) == ["0.6000", "0.0000", "0.0000"]
    with pytest.raises(Refused) as refused:
        graph([floor], ["floor"], policy=policy).evaluate(ToyData(), OCTOBER)
    assert refused.value.report() == (
        "2026-10 cannot be computed\n"
        "policy: 1 problem(s)\n"
        "  rate  2026-10-31  no value where {'kind': 'clinic'}; "
        "floor needs it for 2 row(s) of level institution: I2, I3; write one"
    )


def test_all_that_is_missing_is_told_at_once_and_by_institution() -> None:
    @toy(STAFF)
    def quality(score, indicator_weight):
        return (indicator_weight * score).total().round(COEFFICIENT)

    @toy(INSTITUTION, YUAN)
    def money(finance):
        return finance["pool"] + finance["budget"]

    policy = ToyPolicy({"indicator_weight": ("ratio", {"indicator=quality": 5000, "indicator=ethics": 5000})})
    lines = {"pool": ["1.00", None, "1.00"], "budget": [None, None, "1.00"]}
    data = ToyData({"finance": given("line", INSTITUTION, lines)})
    with pytest.raises(Refused) as refused:
        graph([quality, money], ["quality", "money"], policy=policy).evaluate(data, OCTOBER)
    assert refused.value.report() == (
        "2026-10 cannot be computed\n"
        "appraisal: 3 problem(s)\n"
        "  quality  quality needs it; no row for 1 of the staff of I2: C\n"
        "  ethics  quality needs it; no row for 2 of the staff of I1: A, B\n"
        "  ethics  quality needs it; no row for 2 of the staff of I2: A, C\n"
        "finance: 2 problem(s)\n"
        "  pool  money needs it; no row for 1 institution(s): I2\n"
        "  budget  money needs it; no row for 2 institution(s): I1, I2\n"
        "Pay depends on these rows: add them to the input, and compute the period again."
    )


def test_a_figure_that_does_not_fit_is_told_with_its_formula() -> None:
    @toy(INSTITUTION)
    def rate(finance):
        return (1 / (finance["pool"] - 7)).round(4)

    with pytest.raises(Refused, match=r"rate  division by zero: finance\[pool\] is 0 at I3"):
        graph([rate], ["rate"]).evaluate(ToyData(), OCTOBER)


def test_the_policy_chooses_among_variants() -> None:
    @toy(STAFF, POINTS, gives="weight")
    def plain(points):
        return points.sum()

    @toy(STAFF, POINTS, gives="weight")
    def doubled(points):
        return points.sum() + points.sum()

    for choice, first in (("plain", "30.000000"), ("doubled", "60.000000")):
        made = graph([plain, doubled], ["weight"], {"weight": choice})
        assert texts(made.evaluate(ToyData(), OCTOBER).values["weight"])[0] == first


def test_figures_keep_the_level_that_the_formula_declares() -> None:
    @toy(STAFF)
    def one():
        return 1

    @toy(INSTITUTION, COUNT)
    def people(one):
        return one.sum()

    made = graph([one, people], ["people"])
    assert texts(made.evaluate(ToyData(), OCTOBER).values["people"]) == ["2", "2", "0"]


def test_a_recorder_is_told_of_every_figure_and_what_it_was_made_of() -> None:
    class Recorder:
        def __init__(self) -> None:
            self.told: list[tuple[str, Any]] = []

        def formula(self, formula: Formula, arguments: Mapping[str, Any], result: Any) -> None:
            self.told.append((formula.gives, (sorted(arguments), texts(result))))

        def input(self, name: str, value: Any) -> None:
            self.told.append((name, value.level))

    recorder = Recorder()
    policy = ToyPolicy({"price": ("yuan per point", {"": 10000})})
    graph([pay], ["pay"], policy=policy).evaluate(ToyData(), OCTOBER, recorder)
    assert recorder.told == [
        ("points", ENGAGEMENT),
        ("price", CONSORTIUM),
        ("pay", (["points", "price"], ["10.00", "20.00", "30.00", "40.00", "50.00"])),
    ]


def test_texts_are_compared_across_levels() -> None:
    names = Codes(scope(), ENGAGEMENT, np.array([0, 1, 0, 1, 1], np.int32), ("I2", "I1"))
    here = Codes(scope(), INSTITUTION, np.arange(3, dtype=np.int32), ("I1", "I2", "I3"))
    assert (names == here).rows.tolist() == [False, True, False, False, False]
    assert (names != here).rows.tolist() == [True, False, True, True, True]
    assert here.isin(["I1", "I3", "nowhere"]).rows.tolist() == [True, False, True]
    assert names.latest().at(STAFF).tolist() == [1, 0, 1, 1]


def test_flags_combine_across_levels() -> None:
    both = flags(STAFF, [1, 0, 1, 0]) & flags(INSTITUTION, [1, 0, 1])
    assert both.rows.tolist() == [True, False, False, False]
    assert (both | ~both).rows.all()
    assert (flags(ENGAGEMENT, [0, 1, 1, 1, 0]).latest() ^ both).rows.tolist() == [False, True, True, False]


def test_a_run_without_a_single_engagement_is_computed() -> None:
    from payengine.graph import Column, Frame

    frame = Frame.build(("I1",), (), (np.zeros(0, int), np.zeros(0, int), np.zeros(0, int)))
    nothing = Column(scope(CONSORTIUM, frame), ENGAGEMENT, exact([], 6), POINTS)
    policy = ToyPolicy({"price": ("yuan per point", {"": 10000})})

    @toy(INSTITUTION, YUAN)
    def total(pay):
        return pay.sum()

    made = graph([pay, total], ["total"], policy=policy)
    assert texts(made.evaluate(ToyData({"points": nothing}, frame), OCTOBER).values["total"]) == ["0.00"]
    assert column(STAFF, ["1"] * 4).scope.frame is FRAME
