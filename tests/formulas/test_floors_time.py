"""Floors compare a year's money with a year's time: properties of who works how long.

Everybody has a rate of pay a month; nobody asks for person-months, which is the default.
"""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.formulas.test_floors_properties import FEN, GP, LINE, PUBLIC_HEALTH, county, fen, ways
from tests.support import cases_runner

RATES = st.integers(1, 900).map(lambda yuan: yuan * FEN)


@st.composite
def rates(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Draw the people of one institution: their rates and their months of the year."""
    person = st.fixed_dictionaries(
        {
            "fixed": RATES,
            "variable": st.integers(0, 400).map(lambda yuan: yuan * FEN),
            "department": st.sampled_from([PUBLIC_HEALTH, "clinical"]),
            "role": st.sampled_from(["", "", GP]),
            "worked": st.integers(1, 11),
        }
    )
    return draw(st.lists(person, min_size=2, max_size=6))


def paid(people: list[dict[str, Any]], way: dict[str, bool]) -> dict[str, list[int]]:
    """Compute pay after floors and the floors' money, in fen."""
    staff = [
        {
            **one, "institution": "A", "staff": f"S{row}", "head": True, "months": one["worked"] * 10_000,
            "fixed": one["fixed"] * one["worked"], "variable": one["variable"] * one["worked"],
        }
        for row, one in enumerate(people)
    ]  # fmt: skip
    case = county(staff, way)
    del case["parameters"]["floor_by_person_months"]
    case["institutions"] = {"A": "township_center"}
    found = cases_runner.compute(case)
    return {
        name: [fen(text) for text in found[name]]
        for name in ("pay_after_floors", "public_health_floor_pay", "gp_parity_pay")
    }


@given(rates(), ways, st.integers(0, 5), st.integers(1, 11))
@settings(max_examples=120, deadline=None)
def test_more_work_never_lowers_pay_and_nobody_gains_from_joining_late(
    people: list[dict[str, Any]], way: dict[str, bool], who: int, more: int
) -> None:
    """More months of the year at the same rate never lower one's own pay.

    So nobody who joins late has more than he would have had from January on, whatever the floors.
    """
    row = who % len(people)
    longer = [dict(one) for one in people]
    longer[row]["worked"] = min(people[row]["worked"] + more, 12)
    assert paid(longer, way)["pay_after_floors"][row] >= paid(people, way)["pay_after_floors"][row]


@given(rates(), ways)
@settings(max_examples=60, deadline=None)
def test_the_same_rate_for_everybody_leaves_nothing_to_pay(people: list[dict[str, Any]], way: dict[str, bool]) -> None:
    """Nothing is paid for months that nobody worked: all have the same rate, at the line."""
    level = [{**one, "fixed": LINE, "variable": 0} for one in people]
    found = paid(level, way)
    assert not any([*found["public_health_floor_pay"], *found["gp_parity_pay"]])
