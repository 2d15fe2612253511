"""Whole years drawn month by month: months and settlement pay what the year owes.

The settlement reads what the months really came to, as a run reads it from the ledger. Contract fees, which are earned
day by day, are drawn in `test_contracts`; bought services, which are given as sums, in `test_purchase`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.evaluate import Ready, V, keyed, month_of, parameter, written

MONTHS = [f"2026-{month:02}" for month in range(1, 13)]
QUARTERS = [f"2026-Q{number}" for number in range(1, 5)]
Make = Callable[[str, str], Ready]


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Make policies over the national one for a period, once for all examples of a test."""

    def made(text: str, period: str) -> Ready:
        return Ready(written(tmp_path_factory.mktemp("policy"), "county", text), period)

    return made


def yuan(fen: int) -> str:
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02}"


def fen(texts: Sequence[str]) -> list[int]:
    return [int(Decimal(text) * 100) for text in texts]


def micro(number: int) -> str:
    return str(Decimal(number).scaleb(-6))


def half_up(number: Fraction) -> int:
    return int(number + Fraction(1, 2))


def summed(columns: Sequence[Sequence[int]], rows: int) -> list[int]:
    """Add up columns row by row."""
    return [sum(column[row] for column in columns) for row in range(rows)]


POINTS = st.sampled_from([0, 10**6, 250_333_333]) | st.integers(0, 10**10)
SCORES = st.sampled_from([0, 90, 100]) | st.integers(0, 100)

# --- public-health money ------------------------------------------------------------------------------------------

STANDARD, SHARE = "93.7", "0.6"
ADVANCED = ("0.8", "0.9333")  # of each month's money, from July on the second
SETTLING = ("public_health_settlement", "public_health_overpaid", "public_health_owed")
OWED = ("public_health_budget", "public_health_money_left")
WAYS = [
    (way, carried) for way in ("public_health_redistributed", "public_health_withheld") for carried in (True, False)
]


def public_health(way: str, carried: bool) -> str:
    listed = ", ".join(f'"{one}"' for one in (*SETTLING, *OWED))
    settling = f'outputs = [{listed}]\npublic_health_purchase = "{way}"\n'
    settling += 'institution_coefficient = "institution_weighted_score"\n'
    since = 'source = "test 1"'
    return (
        month_of("public_health_advance")
        + f"[formulas.quarter]\n{settling}[formulas.year]\n{settling}"
        + '[names]\nindicator = { quality = "质量" }\ncategory = { public_health = "公卫" }\n'
        + keyed("appraisal_weight", "indicator", {"quality": "1"})
        + parameter("public_health_standard", f'value = "{STANDARD}"')
        + parameter("public_health_share", f'where = {{ kind = "township_center" }}, value = "{SHARE}"')
        + "[parameters.public_health_advance_share]\nvalues = [\n"
        + f'{{ from = 2020-01-01, until = 2026-07-01, value = "{ADVANCED[0]}", {since} }},\n'
        + f'{{ from = 2026-07-01, continues = "test", value = "{ADVANCED[1]}", {since} }},\n]\n'
        + parameter("overpaid_is_carried", f"value = {str(carried).lower()}")
    )


@pytest.fixture(scope="module", params=WAYS, ids=lambda way: f"{way[0]}, {'carried' if way[1] else 'recovered'}")
def health(request: pytest.FixtureRequest, make: Make) -> tuple[str, bool, dict[str, Ready]]:
    """Return how points are bought, whether overpayments are carried, and policies by period."""
    way, carried = request.param
    text = public_health(way, carried)
    return way, carried, {period: make(text, period) for period in (*MONTHS, *QUARTERS, "2026")}


@st.composite
def served(draw: st.DrawFn) -> dict[str, Any]:
    """Draw one to three centres: people by month, work by quarter, opening balances."""
    places = draw(st.integers(1, 3))

    def each(values: st.SearchStrategy[int]) -> list[int]:
        return draw(st.lists(values, min_size=places, max_size=places))

    people = each(st.sampled_from([0, 1, 12_345]) | st.integers(0, 50_000))
    moved = {month: each(st.integers(0, 500)) for month in draw(st.sets(st.sampled_from(MONTHS), max_size=3))}
    return {
        "people": {month: moved.get(month, people) for month in MONTHS} | dict.fromkeys([*QUARTERS, "2026"], people),
        "points": {quarter: each(POINTS) for quarter in QUARTERS},
        "scores": {period: each(SCORES) for period in (*QUARTERS, "2026")},
        "overpaid": each(st.just(0) | st.integers(0, 10**7)),
        "quarters": draw(st.sets(st.sampled_from(QUARTERS))),  # those that are settled by themselves
    }


def money_of(people: Sequence[int], parts: int) -> list[int]:
    """Return the per-head money of a year, or of one of its parts, in fen."""
    return [half_up(one * Fraction(STANDARD) * Fraction(SHARE) / parts * 100) for one in people]


def worth(budget: int, points: Sequence[int], scores: Sequence[int], way: str) -> list[Fraction]:
    """Work out what the points are worth before rounding to fen.

    It is all of the budget, or what appraisal leaves of it.
    """
    if way == "public_health_withheld":
        return [
            Fraction(budget * one * score, 100 * (sum(points) or 1)) for one, score in zip(points, scores, strict=True)
        ]
    weights = [half_up(Fraction(one * score, 100)) for one, score in zip(points, scores, strict=True)]
    return [Fraction(budget * weight, sum(weights) or 1) for weight in weights]


@settings(max_examples=60)
@given(year=served())
def test_advances_and_settlements_are_the_public_health_money_of_the_year(
    health: tuple[str, bool, dict[str, Ready]], year: dict[str, Any]
) -> None:
    """Advances and settlements are the worth of the year's public-health points.

    Prepaid by months + settled by quarters + overpaid the year before + paid by the settlement - carried on is what the
    year's points are worth. All institutions' part and what is left are the budget of the year.
    """
    way, carried, ready = health
    places = len(year["overpaid"])
    codes = {f"A{place}": "township_center" for place in range(places)}

    def settle(period: str, paid: dict[str, list[str]], opening: Sequence[int]) -> dict[str, list[int]]:
        quarters = [period] if period in QUARTERS else QUARTERS
        work = summed([year["points"][quarter] for quarter in quarters], places)
        found, _ = ready[period].evaluate(
            codes,
            measure={"population": [*map(str, year["people"][period])]},
            points_by_category={"public_health": []},
            own_points_by_category={"public_health": [*map(micro, work)]},
            institution_score={"quality": [*map(str, year["scores"][period])]},
            institution_full_score={"quality": ["100"] * places},
            statements_in_period=paid,
            opening_balance_in_period={"public_health_overpaid": [*map(yuan, opening)]},
        )
        return {name: fen(found[name]) for name in (*SETTLING, *OWED)}

    advances: dict[str, list[int]] = {}
    for month in MONTHS:
        measure = {"population": [*map(str, year["people"][month])]}
        advances[month] = fen(ready[month].evaluate(codes, measure=measure)[0]["public_health_advance"])
        part = Fraction(ADVANCED[month >= "2026-07"])
        assert advances[month] == [half_up(one * part) for one in money_of(year["people"][month], 12)]

    settled: list[list[int]] = []
    for number, quarter in enumerate(QUARTERS):
        if quarter in year["quarters"]:
            prepaid = summed([advances[month] for month in MONTHS[3 * number : 3 * number + 3]], places)
            found = settle(quarter, {"public_health_advance": [*map(yuan, prepaid)]}, [0] * places)
            settled.append(found["public_health_settlement"])

    prepaid, between = summed([*advances.values()], places), summed(settled, places)
    paid = {"public_health_advance": prepaid, "public_health_settlement": between}
    found = settle("2026", {name: [*map(yuan, sums)] for name, sums in paid.items()}, year["overpaid"])
    settlement, left, owed = (found[name] for name in SETTLING)
    for row in range(places):
        assert year["overpaid"][row] + prepaid[row] + between[row] + settlement[row] - left[row] == owed[row]
        assert (min(settlement[row], left[row]) == 0 <= max(settlement[row], left[row])) if carried else left[row] == 0
    budget = sum(money_of(year["people"]["2026"], 1))
    assert found["public_health_budget"] == [budget]
    points = summed([*year["points"].values()], places)
    exact = worth(budget, points, year["scores"]["2026"], way)
    assert all(2 * abs(one - whole) < 3 for one, whole in zip(owed, exact, strict=True)), "divided, then weighed"
    assert [sum(owed) + found["public_health_money_left"][0]] == [budget]


# --- rewards ------------------------------------------------------------------------------------------------------

REWARDS = (
    month_of("reward_advance advance_pool")
    + '[formulas.year]\noutputs = ["reward_pay", "reward_due", "reward_pool", "reward_not_payable", '
    '"reward_advance_carried"]\nceiling_room = "without_ceiling"\n%s\n[names.part]\nby_points = "按当量"\n'
    'by_post = "按岗位"\n'
    + keyed("surplus_income", "line", {"medical_service_income": "1"})
    + keyed("surplus_costs", "line", {"service_costs": "1"})
    + parameter("reward_staff_share", 'value = "0.6"')
    + keyed("reward_part_share", "part", {"by_points": "0.7", "by_post": "0.3"})
    + keyed("reward_part_weight", "part", {"by_points": "points", "by_post": "post_coefficient"})
    + parameter("director_in_reward_pool", "value = false")
    + f"[parameters.equal_sharing_refused]\nvalues = [{{ {V}, value = true }}]\n"
)
HOSPITALS = {"A": "county_hospital", "B": "county_hospital"}


@pytest.fixture(scope="module", params=["recover_advances", "carry_advances"])
def rewarding(request: pytest.FixtureRequest, make: Make) -> tuple[bool, Ready, Ready]:
    """Return whether excess advances are carried, and the policy of a month and of the year."""
    text = REWARDS % f'reward_pay = "{request.param}"'
    return request.param == "carry_advances", make(text, "2026-05"), make(text, "2026")


@st.composite
def worked(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a year of two hospitals: engagements from one month to another.

    Some are of one person, at one place or at both.
    """
    engagement = st.tuples(st.sampled_from("AAB"), st.integers(0, 3), st.integers(1, 12))
    lines = draw(st.lists(engagement, max_size=7, unique=True).map(sorted))
    money = st.sampled_from([0, 1, 100_00]) | st.integers(0, 10**7)
    staff = len({line[:2] for line in lines})
    return {
        "lines": lines,
        "until": [draw(st.integers(start, 12)) for _, _, start in lines],  # the last month there
        "points": [draw(st.lists(POINTS, min_size=12, max_size=12)) for _ in lines],
        "post": [draw(st.sampled_from(["1", "1", "1.5", "0"])) for _ in lines],
        "director": [draw(st.sampled_from([False, False, True])) for _ in lines],
        "pools": draw(st.lists(st.tuples(money, money), min_size=12, max_size=12)),
        "income": draw(st.tuples(money, money)),
        "costs": draw(st.tuples(*[st.just(0) | money] * 2)),
        "opening": draw(st.lists(st.just(0) | money, min_size=staff, max_size=staff)),
    }


def codes(year: dict[str, Any], rows: Sequence[int]) -> dict[str, Any]:
    """Return the engagements of some rows, with the inputs that do not change."""
    return {
        "institutions": HOSPITALS,
        "engagements": ["{}/S{}/{}".format(*year["lines"][row]) for row in rows],
        "post_coefficient": [year["post"][row] for row in rows],
        "director": [year["director"][row] for row in rows],
    }


@settings(max_examples=40)
@given(year=worked(), later=worked())
def test_advances_and_the_year_are_what_everybody_is_due(
    rewarding: tuple[bool, Ready, Ready], year: dict[str, Any], later: dict[str, Any]
) -> None:
    """Advances and the year's settlement come to what each person is due.

    Recovered: advances, what an earlier year carried over and the settlement are what is due, person by person, with
    those who left. Carried: nobody is charged, and what was too much stands in the next year's opening balance; so two
    years together are what two years owe.
    """
    carried = rewarding[0]
    found, advanced = a_year(rewarding, year, year["opening"])
    due, paid, left = (found[name] for name in ("due", "paid", "left"))
    for row, opening in enumerate(year["opening"]):
        assert opening + advanced[row] + paid[row] - left[row] == due[row]
        assert (min(paid[row], left[row]) == 0 <= max(paid[row], left[row])) if carried else left[row] == 0
    if carried:  # the same people in the next year, with other money
        after = {**year, **{name: later[name] for name in ("pools", "income", "costs")}}
        again, anew = a_year(rewarding, after, left)
        for row, opening in enumerate(year["opening"]):
            months, settled = advanced[row] + anew[row], paid[row] + again["paid"][row]
            assert opening + months + settled - again["left"][row] == due[row] + again["due"][row]


def a_year(
    rewarding: tuple[bool, Ready, Ready], year: dict[str, Any], opening: Sequence[int]
) -> tuple[dict[str, list[int]], list[int]]:
    """Compute what is due, paid and carried by the year's run, and what its months advanced."""
    _, of_month, of_year = rewarding
    people = sorted({line[:2] for line in year["lines"]})
    advanced: Counter[tuple[str, int]] = Counter()
    for month in range(1, 13):
        rows = [row for row, line in enumerate(year["lines"]) if line[2] <= month <= year["until"][row]]
        pools = year["pools"][month - 1]
        found, _ = of_month.evaluate(
            **codes(year, rows),
            points=[micro(year["points"][row][month - 1]) for row in rows],
            finance={"reward_advance_pool": [*map(yuan, pools)]},
        )
        amounts = fen(found["reward_advance"])
        for place, at in enumerate(HOSPITALS):
            there = [amount for row, amount in zip(rows, amounts, strict=True) if year["lines"][row][0] == at]
            assert sum(there) <= pools[place]
        for row, amount in zip(rows, amounts, strict=True):
            advanced[year["lines"][row][:2]] += amount
    before = [advanced[person] for person in people]
    found, _ = of_year.evaluate(
        **codes(year, range(len(year["lines"]))),
        points=[micro(sum(points)) for points in year["points"]],
        finance={
            "medical_service_income": [*map(yuan, year["income"])],
            "service_costs": [*map(yuan, year["costs"])],
        },
        paid_before={"reward_advance": [*map(yuan, before)]},
        staff_opening_balance={"reward_advance": [*map(yuan, opening)]},
    )
    due: Counter[tuple[str, int]] = Counter()
    for line, amount in zip(year["lines"], fen(found["reward_due"]), strict=True):
        due[line[:2]] += amount
    for place, at in enumerate(HOSPITALS):
        unpaid = sum(fen(amounts)[place] for amounts in found["reward_not_payable"].values())
        assert sum(due[person] for person in people if person[0] == at) + unpaid == fen(found["reward_pool"])[place]
    figures = {"paid": fen(found["reward_pay"]), "left": fen(found["reward_advance_carried"])}
    return {"due": [due[person] for person in people], **figures}, before
