"""Checks of a whole graph before anything is computed.

One report tells every problem, with the nearest name.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from payengine.errors import PayengineError, Refused
from payengine.exact import FEN, Exact
from payengine.graph import (
    CONSORTIUM,
    ENGAGEMENT,
    INSTITUTION,
    POINTS,
    RATIO,
    STAFF,
    YUAN,
    Formula,
    Graph,
    Rules,
    divide,
    formula,
)
from tests.support.graph_toy import OCTOBER, SPECS, ToyData, ToyPolicy, graph, texts, toy


@toy(INSTITUTION, POINTS)
def institution_points(points):
    return points.sum()


@toy(ENGAGEMENT, YUAN, gives="workload_pay", component=True)
def by_price(points, price):
    return (points * price).round(FEN)


@toy(ENGAGEMENT, YUAN, gives="workload_pay", component=True)
def by_pool(points, finance):
    return divide(finance["pool"].round(FEN), points)


PRICE = {"price": ("yuan per point", {"": 42000})}


def report(
    *problems_of: Formula, outputs: list[str] | None = None, policy: ToyPolicy | None = None, **choices: str
) -> str:
    """Return the report of a graph that cannot be used, without its first line."""
    names = outputs or [one.gives for one in problems_of]
    problems = graph(problems_of, names, choices, policy or ToyPolicy(PRICE)).check(OCTOBER)
    return "\n".join(PayengineError("refused", problems).report().splitlines()[1:])


def test_a_sound_graph_has_no_problems() -> None:
    assert not graph(
        [institution_points, by_price], ["institution_points", "workload_pay"], policy=ToyPolicy(PRICE)
    ).check(OCTOBER)


def test_an_unknown_name_is_told_with_the_nearest() -> None:
    @toy(ENGAGEMENT, POINTS)
    def weighted(pionts, post_coefficient, nonsense):
        return pionts

    assert report(weighted) == (
        "formulas: 2 problem(s)\n"
        "  weighted  pionts is no formula, input or parameter (did you mean points?)\n"
        "  weighted  nonsense is no formula, input or parameter"
    )


def test_an_unknown_output_and_unknown_choices() -> None:
    text = report(by_price, by_pool, outputs=["workload_pey", "workload_pay"], workload_pay="by_pol", quality="x")
    assert text == (
        "policy toy: 3 problem(s)\n"
        "  quality  no formula gives quality\n"
        "  workload_pay  by_pol is no formula for workload_pay; there are: by_pool, by_price (did you mean by_pool?)\n"
        "  workload_pey  no formula gives the output workload_pey (did you mean workload_pay?)"
    )


def test_a_name_that_several_formulas_give_needs_a_choice() -> None:
    assert report(by_price, by_pool) == (
        "policy toy: 1 problem(s)\n"
        "  workload_pay  several formulas give workload_pay: by_pool, by_price; "
        "choose one under [formulas.month], [formulas.quarter], [formulas.half_year] or [formulas.year]"
    )


def test_a_cycle_is_printed_as_a_path() -> None:
    @toy(STAFF)
    def first(second):
        return second

    @toy(STAFF)
    def second(third, points):
        return third

    @toy(STAFF)
    def third(first):
        return first

    assert report(first, second, third) == (
        "formulas: 1 problem(s)\n"
        "  first  these formulas need each other: first -> second -> third -> first; "
        "choose another formula for one of them, or take one out of what it is calculated from"
    )


def test_levels_that_do_not_meet_name_the_formula_and_the_argument() -> None:
    @toy(INSTITUTION, POINTS)
    def too_low(points, price):
        return (points * price * 0 + points).round(POINTS)

    @toy(ENGAGEMENT, POINTS)
    def too_high(points):
        return points.sum()

    @toy(STAFF, POINTS)
    def by_key(points_by_category):
        return points_by_category.sum()

    policy = ToyPolicy({"price": ("ratio", {"": 42000})})
    assert report(too_low, too_high, by_key, policy=policy) == (
        "formulas: 3 problem(s)\n"
        "  too_low  it is of level institution, but points has one value for each engagement; "
        "bring points up: .sum(), .mean(), .count(), .latest() or .where(...).sum()\n"
        "  too_high  points is of level engagement already, so it cannot be brought up to engagement; "
        "Leave the sum, mean or count out, or name a higher level: .sum(INSTITUTION).\n"
        '  by_key  it gives a figure for each category; declare axis="category", or add the figures up with .total()'
    )


def test_a_parameter_by_post_cannot_be_one_of_the_institution() -> None:
    @toy(INSTITUTION, YUAN)
    def allowance(rate):
        return rate.round(FEN)

    policy = ToyPolicy({"rate": ("yuan", {"": 10000, "department_class=nursing": 20000})})
    assert "allowance  it is of level institution, but rate has one value for each engagement" in report(
        allowance, policy=policy
    )


def test_units_and_rounding_are_declared_and_kept() -> None:
    @toy(ENGAGEMENT, YUAN)
    def points_as_yuan(points):
        return points

    @toy(ENGAGEMENT, YUAN, component=True)
    def too_fine(points, price):
        return (points * price).round(4)

    @toy(ENGAGEMENT, YUAN)
    def unrounded(points, price):
        return points * price

    @toy(ENGAGEMENT, YUAN)
    def mixed(points, finance):
        return points + finance["pool"]

    assert report(points_as_yuan, too_fine, unrounded, mixed) == (
        "formulas: 4 problem(s)\n"
        "  points_as_yuan  it is declared in yuan, but gives points\n"
        "  too_fine  it is paid, but has 4 decimals; round it to the fen: .round(FEN)\n"
        "  unrounded  it gives a product or a ratio that is not rounded; "
        "say where it is rounded: .round(FEN), .round(COEFFICIENT)\n"
        "  mixed  points (points) and finance[pool] (yuan) are of different units"
    )


def test_a_line_that_the_policy_does_not_know() -> None:
    @toy(INSTITUTION, YUAN)
    def bonus(finance):
        return finance["pol"]

    assert report(bonus) == "formulas: 1 problem(s)\n  bonus  no line is called 'pol' (did you mean pool?)"


def test_a_formula_that_is_written_wrongly_is_a_problem_and_no_traceback() -> None:
    @toy(STAFF)
    def mistaken(points):
        return points.summ()

    @toy(STAFF)
    def decides(points):
        return 1 if points.sum() > 0 else 0

    @toy(STAFF)
    def gives_nothing(points):
        return None

    assert report(mistaken, decides, gives_nothing) == (
        "formulas: 3 problem(s)\n"
        "  mistaken  AttributeError: 'Column' object has no attribute 'summ'\n"
        "  decides  points has one value for each staff, so it is neither true nor false; "
        "Choose row by row with where(flags, this, that).\n"
        "  gives_nothing  it gives NoneType, which is no figure"
    )


def test_a_parameter_without_a_value_is_told_by_the_policy_and_tried_no_further() -> None:
    policy = ToyPolicy({"price": ("yuan per point", {})}, lacking=["price"])
    assert report(by_price, policy=policy) == "policy: 1 problem(s)\n  price  2026-10-01  no value"


def test_a_parameter_has_one_axis_at_most() -> None:
    policy = ToyPolicy({"price": ("yuan per point", {"category=basic,task=x": 1})})
    assert "price  the values of price are keyed by category, task; one of these is the most" in report(
        by_price, policy=policy
    )


def test_a_name_means_one_thing() -> None:
    @toy(ENGAGEMENT, POINTS)
    def points(post_coefficient):
        return post_coefficient

    assert "workload_pay (by_price)  points is a formula and an input at once" in report(
        points, by_price, outputs=["workload_pay"]
    )


def test_everything_is_told_at_once_and_nothing_is_computed() -> None:
    @toy(STAFF)
    def uses_unknown(nobody_gives_it):
        return nobody_gives_it

    @toy(STAFF)
    def stands_on_it(uses_unknown, institution_points):
        return uses_unknown

    @toy(INSTITUTION, POINTS)
    def too_low(points):
        return points

    made = graph([uses_unknown, stands_on_it, too_low, institution_points], ["stands_on_it", "too_low", "nothing"])
    assert [problem.column for problem in made.check(OCTOBER)] == ["uses_unknown", "nothing", "too_low"]
    data = ToyData()
    with pytest.raises(Refused, match="2026-10 cannot be computed"):
        made.evaluate(data, OCTOBER)
    assert data.asked == []


def test_only_what_the_outputs_need_is_checked_and_computed() -> None:
    @toy(STAFF)
    def broken(nobody_gives_it):
        return nobody_gives_it

    made = graph([broken, institution_points], ["institution_points"])
    assert not made.check(OCTOBER)
    data = ToyData()
    assert texts(made.evaluate(data, OCTOBER).values["institution_points"]) == ["60.000000", "90.000000", "0.000000"]
    assert data.asked == ["points"]


def test_formulas_say_what_they_are() -> None:
    said = {"unit": RATIO, "label": "x", "source": "toy"}
    wrong = {
        "a component of the payslip is of level ENGAGEMENT or STAFF": {
            **said,
            "level": INSTITUTION,
            "unit": YUAN,
            "component": True,
        },
        "a line of the statement is of level INSTITUTION": {**said, "level": STAFF, "unit": YUAN, "statement": True},
        "one amount in yuan": {**said, "level": STAFF, "component": True},
        "reports are of level STAFF and above": {**said, "level": ENGAGEMENT, "report": True},
        "has a label and a source": {**said, "level": CONSORTIUM, "source": ""},
    }
    for message, marks in wrong.items():
        with pytest.raises(TypeError, match=message):
            formula(**marks)(lambda points: points)
    with pytest.raises(TypeError, match="points has a default"):
        toy(STAFF)(lambda points=1: points)
    with pytest.raises(TypeError, match=r"\*points names no figure"):
        toy(STAFF)(lambda *points: points)


def test_two_formulas_cannot_be_one_variant() -> None:
    other = toy(ENGAGEMENT, YUAN, gives="workload_pay")(by_price.function)
    with pytest.raises(TypeError, match="two formulas by_price give workload_pay"):
        Rules([by_price, other])


def test_modules_give_the_formulas_that_they_define() -> None:
    import formulas

    rules = Rules.of_package(formulas)
    assert {"by_point_price", "by_point_value"} <= set(rules.variants["workload_pay"])
    here = Rules.of({"__name__": __name__, "by_price": by_price, "Exact": Exact})
    assert list(here) == [by_price]
    assert Graph(here, ["workload_pay"], {}, SPECS, ToyPolicy(PRICE)).parameters_used == ("price",)


RULE = """
from payengine.graph import INSTITUTION, YUAN, formula


@formula(level=INSTITUTION, unit=YUAN, label="{name}", source="none", statement=True)
def {name}(money):
    return money
"""


@pytest.fixture
def county_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Write a package of rules with packages in it and return its folder."""
    folder = tmp_path / "county_rules"
    for place in ("", "hospitals", "hospitals/maternal"):
        (folder / place).mkdir(parents=True)
        (folder / place / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    yield folder
    for name in [name for name in sys.modules if name.partition(".")[0] == "county_rules"]:
        del sys.modules[name]


def test_formulas_of_packages_in_a_package_are_found(county_rules: Path) -> None:
    (county_rules / "bonus.py").write_text(RULE.format(name="bonus"))
    (county_rules / "hospitals" / "__init__.py").write_text(RULE.format(name="base"))
    (county_rules / "hospitals" / "shifts.py").write_text(
        RULE.format(name="night_shifts") + "\nfrom county_rules.bonus import bonus\n"
    )
    (county_rules / "hospitals" / "maternal" / "deliveries.py").write_text(RULE.format(name="deliveries"))
    package = importlib.import_module("county_rules")
    assert [one.name for one in Rules.of_package(package)] == ["bonus", "base", "deliveries", "night_shifts"]


def test_a_package_of_formulas_that_cannot_be_imported_is_not_passed_over(county_rules: Path) -> None:
    (county_rules / "hospitals" / "__init__.py").write_text("import county_rules.nothing\n")
    (county_rules / "hospitals" / "shifts.py").write_text(RULE.format(name="night_shifts"))
    package = importlib.import_module("county_rules")
    with pytest.raises(ModuleNotFoundError, match=r"county_rules\.nothing"):
        Rules.of_package(package)
