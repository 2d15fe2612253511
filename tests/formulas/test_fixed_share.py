"""Fixed part of pay: reported as it is, and changed only by a recorded approval.

A conversion changes no total.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from math import ceil
from math import floor as floor_of
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import cases_runner


@pytest.mark.parametrize("case", cases_runner.cases("fixed_share"), ids=lambda case: case["name"])
def test_worked_case(case: dict[str, Any]) -> None:
    cases_runner.check(case)


# Properties of any people: drawn pay, computed by the product's graph.

APPROVED = {
    "unit": "flag",
    "approvals": ["health"],
    "values": [
        {
            "value": True,
            "cause": "first_setting",
            "approvals": [{"body": "health", "document": "d", "date": date(2025, 12, 1)}],
        }
    ],
}
ACTIONS = {
    "fixed_share_convert": {"converted_to_fixed": "fixed", "converted_from_variable": "variable"},
    "fixed_share_cap": {"variable_pay_over_cap": "variable"},
}
amounts = st.integers(0, 999_99) | st.sampled_from([0, 400_00, 600_00, 33_33])
person = st.tuples(st.sampled_from("AB"), amounts, st.integers(-50_00, 999_99) | amounts)
before = st.tuples(amounts, amounts)


def text(fen: int) -> str:
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02}"


def fen(figures: list[str]) -> list[int]:
    return [int(figure.replace(".", "")) for figure in figures]


def county(
    people: list[tuple[str, int, int]], earlier: list[tuple[int, int]], action: str, floor: str
) -> dict[str, Any]:
    """Build a case of two institutions that convert or cap."""
    parts = {"post_pay": "fixed", "merit_pay": "variable", **ACTIONS[action]}
    expected = ["gross_pay", "fixed_pay", "variable_pay", "fixed_share_lacking", *ACTIONS[action]]
    expected.append("converted_pay" if action == "fixed_share_convert" else "variable_pay_retained")
    return {
        "name": "drawn",
        "institutions": {"A": "county_hospital", "B": "county_hospital"},
        "engagements": [f"{place}/S{number}" for number, (place, _, _) in enumerate(people)],
        "components": {name: {"class": pay_class} for name, pay_class in parts.items()},
        "given": {
            "pay_component": {
                "post_pay": [text(fixed) for _, fixed, _ in people],
                "merit_pay": [text(variable) for _, _, variable in people],
            },
            "fixed_paid_before": [text(fixed) for fixed, _ in earlier],
            "variable_paid_before": [text(variable) for _, variable in earlier],
        },
        "expect": dict.fromkeys(expected),
        "parameters": {"fixed_share_floor": {"unit": "ratio", "values": [{"value": floor}]}, action: APPROVED},
    }


counties = st.tuples(
    st.lists(person, min_size=1, max_size=8).map(sorted), st.tuples(before, before).map(list),
    st.sampled_from(["0.60", "0.7001", "0.5", "1"]),
)  # fmt: skip


@given(counties)
@settings(max_examples=80, deadline=None)
def test_conversion_changes_nobodys_total_and_moves_the_least(drawn: Any) -> None:
    people, earlier, floor = drawn
    found = cases_runner.compute(county(people, earlier, "fixed_share_convert", floor))
    assert fen(found["gross_pay"]) == [fixed + variable for _, fixed, variable in people]
    assert [-one for one in fen(found["converted_to_fixed"])] == fen(found["converted_from_variable"])
    for place, code in enumerate("AB"):
        own = [row for row, one in enumerate(people) if one[0] == code]
        fixed = earlier[place][0] + sum(people[row][1] for row in own)
        gross = fixed + earlier[place][1] + sum(people[row][2] for row in own)
        movable = sum(max(people[row][2], 0) for row in own)
        moved = fen(found["converted_pay"])[place]
        assert moved == sum(fen(found["converted_to_fixed"])[row] for row in own)
        if fixed + moved >= Fraction(floor) * gross:
            assert not moved or fixed + moved - 1 < Fraction(floor) * gross, "a fen less would not do"
            assert found["fixed_share_lacking"][place] == "0.00"
        else:
            assert moved == movable, "all that there is"
            assert fen(found["fixed_share_lacking"])[place] == ceil(Fraction(floor) * gross) - fixed - moved
        assert all(0 <= fen(found["converted_to_fixed"])[row] <= max(people[row][2], 0) for row in own)


@given(counties)
@settings(max_examples=80, deadline=None)
def test_what_a_cap_takes_is_what_is_retained(drawn: Any) -> None:
    people, earlier, floor = drawn
    found = cases_runner.compute(county(people, earlier, "fixed_share_cap", floor))
    taken = fen(found["variable_pay_over_cap"])
    paid = [fixed + variable + over for (_, fixed, variable), over in zip(people, taken, strict=True)]
    assert fen(found["gross_pay"]) == paid
    for place, code in enumerate("AB"):
        own = [row for row, one in enumerate(people) if one[0] == code]
        fixed = earlier[place][0] + sum(people[row][1] for row in own)
        variable = earlier[place][1] + sum(people[row][2] for row in own)
        retained = fen(found["variable_pay_retained"])[place]
        assert retained == -sum(taken[row] for row in own)
        allowed = Fraction(fixed) * (1 - Fraction(floor)) / Fraction(floor)
        movable = sum(max(people[row][2], 0) for row in own)
        assert retained == min(max(variable - floor_of(allowed), 0), movable)
        if retained < movable:
            assert found["fixed_share_lacking"][place] == "0.00"
        assert all(0 <= -taken[row] <= max(people[row][2], 0) for row in own)
