"""Trace of a computation: every operand that a formula read for its subject."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from payengine.graph import COUNT, ENGAGEMENT, INSTITUTION, POINTS, RATIO, STAFF, YUAN, Formula, Subject, Trace
from tests.support.graph_toy import FRAME, OCTOBER, ToyData, ToyPolicy, graph, toy

PRICE = ToyPolicy({"price": ("yuan per point", {"": 10000})})


@toy(ENGAGEMENT, YUAN)
def pay(points, price):
    """Points at a price."""
    return (points * price).round(2)


@toy(INSTITUTION, POINTS)
def work(points):
    """Points of the institution."""
    return points.sum()


@toy(ENGAGEMENT, RATIO, unrounded=True)
def own_share(points, work):
    """Part of an engagement in the institution's points."""
    return points / work


@toy(STAFF, COUNT)
def engagements(points):
    """Engagements of a person."""
    return (points >= 0).count()


def traced(subject: Subject, *formulas: Formula, outputs: Sequence[str] = ()) -> Trace:
    trace = Trace(FRAME, subject)
    graph(list(formulas), outputs or [formulas[-1].gives], policy=PRICE).evaluate(ToyData(), OCTOBER, trace)
    return trace


def values(cells: Any) -> list[tuple[int, str, str | None]]:
    return [(cell.row, cell.key, cell.value) for cell in cells]


def test_a_person_has_a_value_for_each_engagement_and_none_of_others() -> None:
    trace = traced(Subject.of_staff(FRAME, 0), pay)
    step = trace.steps["pay"]
    assert values(step.cells) == [(0, "", "10.00"), (1, "", "20.00")]
    points, price = step.operands
    assert (points.name, values(points.cells)) == ("points", [(0, "", "10.000000"), (1, "", "20.000000")])
    assert (price.name, values(price.cells)) == ("price", [(0, "", "1.0000")])


def test_every_argument_of_every_formula_is_an_operand_of_its_step() -> None:
    trace = traced(Subject.of_staff(FRAME, 0), engagements, pay, outputs=["pay", "engagements"])
    assert set(trace.steps) == {"pay", "engagements"}
    for step in trace.steps.values():
        assert tuple(one.name for one in step.operands) == step.formula.arguments


def test_what_is_added_up_over_others_is_told_by_number_and_sum() -> None:
    """The weights of a pool are other people's: their sum explains, their rows are not shown."""
    trace = traced(Subject.of_staff(FRAME, 0), work)
    (points,) = trace.steps["work"].operands
    assert values(points.cells) == [(0, "", "10.000000"), (1, "", "20.000000")]
    assert [(one.rows, one.value) for one in points.totals] == [(3, "60.000000")]
    assert values(trace.steps["work"].cells) == [(0, "", "60.000000")]


def test_an_institution_shows_its_people_added_up() -> None:
    trace = traced(Subject.of_institution(FRAME, 1), pay, work, outputs=["pay", "work"])
    assert trace.steps["pay"].cells == ()
    assert [(one.rows, one.value) for one in trace.steps["pay"].totals] == [(2, "90.00")]
    assert values(trace.steps["work"].cells) == [(1, "", "90.000000")]


def test_a_figure_that_no_decimal_states_is_told_as_a_fraction() -> None:
    @toy(ENGAGEMENT, RATIO)
    def rounded(own_share):
        return own_share.round(4)

    made = traced(Subject.of_staff(FRAME, 0), work, own_share, rounded)
    first, second = made.steps["own_share"].cells
    assert (first.value, first.exact) == ("0.16666666", "1/6")
    assert (second.value, second.exact) == ("0.33333333", "1/3")
    assert values(made.steps["rounded"].cells) == [(0, "", "0.1667"), (1, "", "0.3333")]


def test_of_an_input_by_key_only_what_was_read_is_told() -> None:
    @toy(INSTITUTION, YUAN)
    def money(finance):
        return finance["pool"].or_else(0).round(2)

    trace = traced(Subject.of_institution(FRAME, 0), money)
    (finance,) = trace.steps["money"].operands
    assert {cell.key for cell in finance.cells} == {"pool"}
    assert trace.given["finance"].cells == finance.cells


def test_the_one_row_that_is_not_given_is_no_sum_of_0() -> None:
    @toy(INSTITUTION, COUNT)
    def scored(score):
        return score["quality"].is_set().count()

    trace = traced(Subject.of_institution(FRAME, 1), scored)
    (score,) = trace.steps["scored"].operands
    assert [(one.key, one.value) for one in score.totals] == [("quality", None)]
