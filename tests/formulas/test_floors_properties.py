"""Properties of floors whatever the people: drawn counties, checked from the final pay.

The figures come from the product's graph.
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.support import cases_runner

FEN = 100
PUBLIC_HEALTH, GP = "public_health", "gp"
LINE = 600_00  # the comparator's mean, in fen


def yuan(fen: int) -> str:
    return f"{'-' if fen < 0 else ''}{abs(fen) // FEN}.{abs(fen) % FEN:02}"


def fen(text: str) -> int:
    return int(text.replace(".", ""))


@st.composite
def people(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Draw the people of one to three institutions."""
    person = st.fixed_dictionaries(
        {
            "institution": st.sampled_from("ABC"),
            "fixed": st.integers(0, 900_00) | st.sampled_from([500_00, LINE]),
            "variable": st.integers(0, 400_00) | st.just(0),
            "department": st.sampled_from([PUBLIC_HEALTH, PUBLIC_HEALTH, "clinical", "nursing"]),
            "role": st.sampled_from(["", "", GP]),
            "head": st.sampled_from([True, True, True, False]),
            "months": st.integers(0, 120_000),
        }
    )
    drawn = draw(st.lists(person, min_size=1, max_size=9))
    ordered = sorted(drawn, key=lambda one: str(one["institution"]))
    return [{**one, "staff": f"S{number:02}"} for number, one in enumerate(ordered)]


ways = st.fixed_dictionaries(
    {name: st.booleans() for name in ("each", "inside", "gp_each", "gp_inside", "by_months", "gp_first")}
)


def flag(value: bool) -> dict[str, Any]:
    return {"unit": "flag", "values": [{"value": value}]}


def county(staff: list[dict[str, Any]], way: dict[str, bool]) -> dict[str, Any]:
    """Build a case of these people with both floors.

    The floors come in one order or the other, paid from inside or outside.
    """
    first, then = ("gp_parity", "public_health_floor") if way["gp_first"] else ("public_health_floor", "gp_parity")
    ratio = {"unit": "ratio", "values": [{"value": "1"}]}
    expected = ("public_health_floor_pay", "gp_parity_pay", "public_health_floor_lacking", "gp_parity_lacking",
                "gp_line_after_floors", "pay_after_floors")  # fmt: skip
    return {
        "name": "drawn",
        "institutions": dict.fromkeys("ABC", "township_center"),
        "engagements": [f"{one['institution']}/{one['staff']}" for one in staff],
        "names": {"tenure": {"all": "不限"}},
        "components": {
            "post_pay": {"class": "fixed"}, "merit_pay": {"class": "variable"},
            "gp_parity_pay": {"class": "variable"}, "public_health_floor_pay": {"class": "variable"},
        },
        "totals": {
            "pay_before_floors": {"components": ["post_pay", "merit_pay"]},
            f"pay_before_{first}": {"components": ["pay_before_floors"]},
            f"pay_before_{then}": {"components": [f"pay_before_{first}", _component(first)]},
            f"variable_pay_before_{first}": {"components": ["variable_pay_before_floors"]},
            f"variable_pay_before_{then}": {"components": [f"variable_pay_before_{first}", _component(first)]},
            "pay_before_village_parity": {"components": [f"pay_before_{then}", _component(then)]},
        },
        "choices": {
            "public_health_payers_keep": _keep("public_health_payers_keep", "gp_floor", way["gp_first"]),
            "gp_payers_keep": _keep("gp_payers_keep", "public_health_floor", not way["gp_first"]),
        },
        "given": {
            "department_class": [one["department"] for one in staff],
            "role": [one["role"] for one in staff],
            "head": [one["head"] for one in staff],
            "person_months": [f"{one['months'] // 10_000}.{one['months'] % 10_000:04}" for one in staff],
            "pay_component": {
                "post_pay": [yuan(one["fixed"]) for one in staff],
                "merit_pay": [yuan(one["variable"]) for one in staff],
            },
            "comparator_mean": {"|all|": [yuan(LINE)]},
        },
        "expect": dict.fromkeys(expected),
        "parameters": {
            "public_health_floor": ratio, "gp_parity_rate": ratio,
            "public_health_floor_each_person": flag(way["each"]), "public_health_floor_inside": flag(way["inside"]),
            "gp_parity_each_person": flag(way["gp_each"]), "gp_parity_inside": flag(way["gp_inside"]),
            "floor_by_person_months": flag(way["by_months"]),
            "tenure_from": {"unit": "count", "values": [{"where": {"tenure": "all"}, "value": "0"}]},
            "general_practitioner": {
                "unit": "flag", "values": [{"value": False}, {"where": {"role": GP}, "value": True}],
            },
        },
    }  # fmt: skip


def _component(floor: str) -> str:
    return "gp_parity_pay" if floor == "gp_parity" else "public_health_floor_pay"


def _keep(figure: str, own: str, chosen: bool) -> str:
    return f"{figure}_{own if chosen else 'fixed_pay'}"


class Final:
    """One institution after floors: pay in fen and weight of everybody who counts."""

    def __init__(self, staff: list[dict[str, Any]], found: dict[str, Any], code: str, by_months: bool) -> None:
        self.rows = [row for row, one in enumerate(staff) if one["institution"] == code]
        self.people = {row: staff[row] for row in self.rows}
        self.pay = {row: fen(found["pay_after_floors"][row]) for row in self.rows}
        self.weight = {
            row: Fraction(one["months"], 10_000) if by_months else Fraction(one["head"])
            for row, one in self.people.items()
        }

    def counted(self, **keys: str) -> list[int]:
        return [
            row
            for row, one in self.people.items()
            if self.weight[row] and all(one[key] == value for key, value in keys.items())
        ]

    def lacking(self, rows: list[int], line: Fraction, each: bool) -> int:
        """Compute what rows lack to a line per unit of weight: each of them, or together."""
        if each:
            return sum(max(ceil(line * self.weight[row] - self.pay[row]), 0) for row in rows)
        return max(ceil(line * sum(self.weight[row] for row in rows)) - sum(self.pay[row] for row in rows), 0)

    def mean(self) -> Fraction:
        rows = self.counted()
        return Fraction(sum(self.pay[row] for row in rows)) / sum(self.weight[row] for row in rows)


@given(people(), ways)
@settings(max_examples=120, deadline=None)
@example(
    [
        {"institution": "A", "staff": "S0", "fixed": 100_00, "variable": 400_00, "department": "clinical", "role": GP,
         "head": True, "months": 10_000},
        {"institution": "A", "staff": "S1", "fixed": 0, "variable": 0, "department": PUBLIC_HEALTH, "role": "",
         "head": True, "months": 10_000},
    ],
    {"each": True, "inside": True, "gp_each": True, "gp_inside": True, "by_months": False, "gp_first": True},
)  # fmt: skip
def test_a_floor_holds_or_says_what_it_lacks(staff: list[dict[str, Any]], way: dict[str, bool]) -> None:
    found = cases_runner.compute(county(staff, way))
    for place, code in enumerate(sorted({"A", "B", "C"})):
        final = Final(staff, found, code, way["by_months"])
        group, everybody = final.counted(department=PUBLIC_HEALTH), final.counted()
        compared = bool(group) and len(group) < len(everybody)
        lacks = final.lacking(group, final.mean(), way["each"]) if compared else 0
        assert fen(found["public_health_floor_lacking"][place]) == lacks
        if not way["inside"] and way["gp_first"]:
            assert lacks == 0, "money from outside fills the gap, and nothing moves the mean after it"
        practitioners, line = final.counted(role=GP), Fraction(LINE)
        owed = [ceil(line * final.weight[row]) for row in practitioners]
        short = [max(due - final.pay[row], 0) for due, row in zip(owed, practitioners, strict=True)]
        together = max(
            ceil(line * sum(final.weight[row] for row in practitioners)) - sum(final.pay[row] for row in practitioners),
            0,
        )
        assert fen(found["gp_parity_lacking"][place]) == (sum(short) if way["gp_each"] else together)
        if not way["gp_inside"] and not way["gp_first"]:
            assert not (sum(short) if way["gp_each"] else together)


@given(people(), ways)
@settings(max_examples=120, deadline=None)
def test_inside_money_is_conserved_and_payers_keep_theirs(staff: list[dict[str, Any]], way: dict[str, bool]) -> None:
    found = cases_runner.compute(county(staff, way))
    first = ("gp_parity_pay", "gp_inside") if way["gp_first"] else ("public_health_floor_pay", "inside")
    paid = {name: [fen(text) for text in found[name]] for name in ("gp_parity_pay", "public_health_floor_pay")}
    for name, inside in (("gp_parity_pay", way["gp_inside"]), ("public_health_floor_pay", way["inside"])):
        for code in "ABC":
            rows = [row for row, one in enumerate(staff) if one["institution"] == code]
            assert not inside or sum(paid[name][row] for row in rows) == 0
        for row, one in enumerate(staff):
            assert inside or paid[name][row] >= 0
            assert paid[name][row] >= -one["variable"], "never more than variable pay, never fixed pay"
            own = (one["department"] == PUBLIC_HEALTH) if name == "public_health_floor_pay" else one["role"] == GP
            assert paid[name][row] <= 0 or own
    for row, one in enumerate(staff):
        given_up = sum(min(paid[name][row], 0) for name in paid)
        assert given_up >= -one["variable"], "two floors together take no more than there is"
    later = "public_health_floor_pay" if way["gp_first"] else "gp_parity_pay"
    for row, one in enumerate(staff):  # the second floor does not take what the first gave
        if paid[first[0]][row] > 0:
            weight = Fraction(one["months"], 10_000) if way["by_months"] else Fraction(one["head"])
            after = one["fixed"] + one["variable"] + paid[first[0]][row] + min(paid[later][row], 0)
            if way["gp_first"] and way["gp_each"] and not way["gp_inside"]:
                assert after >= LINE * weight
            if not way["gp_first"] or not way["gp_each"]:
                assert paid[later][row] >= 0


def _tied() -> list[dict[str, Any]]:
    """Build two practitioners who lack the same, one of the public-health group."""
    person = {"institution": "A", "fixed": 0, "variable": 0, "department": PUBLIC_HEALTH, "role": "", "head": True,
              "months": 0}  # fmt: skip
    drawn = [person, person, person, {**person, "role": GP}, person]
    drawn += [{**person, "department": "clinical", "role": GP}, {**person, "department": "clinical", "fixed": 1}]
    return [{**one, "staff": f"S{number:02}"} for number, one in enumerate(drawn)]


@given(people(), ways)
@example(_tied(), dict.fromkeys(("each", "inside", "gp_each", "gp_inside", "by_months", "gp_first"), False))
@settings(max_examples=40, deadline=None)
def test_results_do_not_depend_on_the_order_of_institutions_or_staff(
    staff: list[dict[str, Any]], way: dict[str, bool]
) -> None:
    """Results do not depend on codes or order, but for a fen that a tie decides.

    Institutions have the same figures; only a person's pay may differ by that fen.
    """
    turned = dict(zip("ABC", "CBA", strict=True))
    other = [
        {**one, "institution": turned[one["institution"]], "staff": f"T{len(staff) - number:02}"}
        for number, one in enumerate(staff)
    ]
    place = sorted(range(len(other)), key=lambda row: (other[row]["institution"], other[row]["staff"]))
    one, two = (cases_runner.compute(county(order, way)) for order in (staff, [other[row] for row in place]))
    # A floor that divides a sum gives the fen of a tie to somebody of the other floor's group, or to another: what that
    # floor then pays differs. Nothing does where both compare each person and pay from outside.
    exact = way["each"] and way["gp_each"] and not (way["inside"] or way["gp_inside"])
    for name in ("public_health_floor_lacking", "gp_parity_lacking"):
        for first, second in zip(one[name], reversed(two[name]), strict=True):
            assert first == second or (not exact and abs(fen(first) - fen(second)) <= 2 * len(staff))
    for row, before in enumerate(place):
        difference = fen(two["pay_after_floors"][row]) - fen(one["pay_after_floors"][before])
        assert abs(difference) <= (1 if exact else 2)
    for code in "ABC":
        sums = [
            sum(fen(found["pay_after_floors"][row]) for row, person in enumerate(order) if person["institution"] == at)
            for found, order, at in ((one, staff, code), (two, [other[row] for row in place], turned[code]))
        ]
        assert abs(sums[0] - sums[1]) <= (0 if exact else len(staff))
