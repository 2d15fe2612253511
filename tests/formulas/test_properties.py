"""Properties that hold of any people, amounts and work, across formulas and runs.

Inputs are drawn and computed by the product's formulas and runs. The families' own tests hold the properties of one
formula; here is what goes across them.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batch.ledger import Ledger
from batch.run import Outcome
from tests.support import cases_runner
from tests.support.evaluate import APPROVED, Ready, keyed, month_of, parameter, written
from tests.support.freeze_case import Tables
from tests.support.settled_county import Office, pay
from tests.support.settled_rules import KINDS, drawn_county, drawn_rules, policy_of

CENTRE = {"A": "township_center"}
FEN = Decimal("0.01")
Make = Callable[[str, str, str], Ready]


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Make policies over the national one, once for all examples of a test."""

    def made(code: str, text: str, period: str = "2026-10") -> Ready:
        return Ready(written(tmp_path_factory.mktemp("policy"), code, text), period)

    return made


def yuan(fen: int) -> str:
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02}"


def fen(text: str) -> int:
    return int(Decimal(text) * 100)


def micro(number: int) -> str:
    return str(Decimal(number).scaleb(-6))


MONEY = st.integers(0, 10**9)
POINTS = st.sampled_from([0, 10**6, 10**8, 250 * 10**6]) | st.integers(0, 10**9)
SCORE = st.sampled_from([60, 70, 85, 90]) | st.integers(0, 100)


def each(draw: st.DrawFn, values: st.SearchStrategy[Any], rows: int) -> list[Any]:
    return draw(st.lists(values, min_size=rows, max_size=rows))


# --- pay for work: every way and every coefficient ----------------------------------------------------------------

WEIGHT = '[names.indicator]\nquality = "质量"\nsatisfaction = "满意度"\n' + keyed(
    "appraisal_weight", "indicator", {"quality": "1", "satisfaction": "0"}
)
BANDS = (
    keyed("band_floor", "grade", {"excellent": "85", "good": "70", "pass": "60", "fail": "0"})
    + keyed("band_coefficient", "grade", {"excellent": "1.5", "good": "1.2", "pass": "1.0", "fail": "0.8"})
    + parameter("best_band_share", 'value = "0.4"')
)
STEPS = '[names.step]\nfirst = "1"\nsecond = "2"\nthird = "3"\n' + (
    keyed("tariff_floor", "step", {"first": "0", "second": "100", "third": "250"})
    + keyed("tariff_price", "step", {"first": "4", "second": "5.5", "third": "0.0333"})
)
PARTS = keyed("workload_part_share", "part", {"by_post": "0.2", "by_points": "0.8"}) + keyed(
    "workload_part_weight", "part", {"by_post": "post_coefficient", "by_points": "weighted_points"}
)
WAYS = {
    "by_point_price": parameter("staff_point_price", 'value = "4.20"'),
    "by_point_value": "",
    "by_split_pool": PARTS,
    "by_stepped_price": STEPS,
}
COEFFICIENTS = {
    "staff_weighted_score": ("", ""),
    "staff_hard_gate": ("", parameter("gate_rate", 'value = "0.85"')),
    "staff_pass_mark": ("", parameter("pass_mark", 'value = "75"')),
    "staff_band, ties out": ('best_grade = "best_ties_out"', BANDS),
    "staff_band, ties in": ('best_grade = "best_ties_in"', BANDS),
    "staff_band, ties by points": ('best_grade = "best_ties_by_points"', BANDS),
}


@pytest.fixture(scope="module", params=WAYS)
def way(request: pytest.FixtureRequest, make: Make) -> dict[str, Ready]:
    """Make one way of paying for work, with every way of appraising."""
    name = request.param
    found = {}
    for number, (coefficient, (choice, parameters)) in enumerate(COEFFICIENTS.items()):
        chosen = f'workload_pay = "{name}"\nquality_coefficient = "{coefficient.partition(",")[0]}"\n{choice}'
        text = month_of("workload_pay quality_coefficient", chosen) + WEIGHT + WAYS[name] + parameters
        found[coefficient] = make(f"p{number}", text)
    return found


@st.composite
def crews(draw: st.DrawFn) -> dict[str, Any]:
    """Draw one to seven people of a centre.

    Equal ones are likely, so that ties and limits occur.
    """
    people = draw(st.integers(1, 7))
    return {
        "points": each(draw, POINTS, people),
        "score": each(draw, SCORE, people),
        "satisfied": each(draw, st.sampled_from([100, 100, 90]) | st.integers(0, 100), people),
        "post": each(draw, st.sampled_from(["1", "1", "1.2", "0"]), people),
        "pool": draw(MONEY),
    }


def paid(ready: Ready, crew: dict[str, Any]) -> list[int]:
    """Return each person's pay for work, in fen."""
    people = len(crew["points"])
    found, _ = ready.evaluate(
        CENTRE,
        [f"A/S{who}" for who in range(people)],
        points=[micro(points) for points in crew["points"]],
        post_coefficient=crew["post"],
        score={"quality": [*map(str, crew["score"])], "satisfaction": [*map(str, crew["satisfied"])]},
        full_score={"quality": ["100"] * people, "satisfaction": ["100"] * people},
        finance={"workload_pool": [yuan(crew["pool"])]},
        heads=[str(people)],
    )
    return [fen(amount) for amount in found["workload_pay"]]


@settings(max_examples=60)
@given(crew=crews(), coefficient=st.sampled_from([*COEFFICIENTS]), data=st.data())
def test_more_work_or_a_better_score_never_lowers_the_own_pay(
    way: dict[str, Ready], crew: dict[str, Any], coefficient: str, data: st.DataObject
) -> None:
    """More work or better work never lowers a person's own pay (多劳多得, 优绩优酬).

    It holds in every way of paying, with every coefficient.
    """
    ready, who = way[coefficient], data.draw(st.integers(0, len(crew["points"]) - 1))
    before = paid(ready, crew)
    more = {name: [*crew[name]] for name in ("points", "score", "satisfied")}
    more["points"][who] += data.draw(st.integers(1, 10**9))
    for name in ("score", "satisfied"):
        more[name][who] = data.draw(st.integers(more[name][who], 100))
    for name, raised in more.items():
        assert paid(ready, {**crew, name: raised})[who] >= before[who]


@settings(max_examples=40)
@given(crew=crews(), coefficient=st.sampled_from([*COEFFICIENTS]), data=st.data())
def test_who_works_the_same_is_paid_the_same(
    way: dict[str, Ready], crew: dict[str, Any], coefficient: str, data: st.DataObject
) -> None:
    """Equal work is paid equally (同工同酬), whatever the code.

    Only the fen that cannot be halved may differ, part by part.
    """
    ready, people = way[coefficient], len(crew["points"])
    twin, other = data.draw(st.integers(0, people - 1)), data.draw(st.integers(0, people - 1))
    same = {**crew, **{name: [*crew[name]] for name in ("points", "score", "satisfied", "post")}}
    for name in ("points", "score", "satisfied", "post"):
        same[name][twin] = same[name][other]
    amounts = paid(ready, same)
    assert abs(amounts[twin] - amounts[other]) <= (
        2 if ready.policy.formulas("month")[1]["workload_pay"] == "by_split_pool" else 1
    )


@settings(max_examples=40)
@given(crew=crews(), coefficient=st.sampled_from([*COEFFICIENTS]), data=st.data())
def test_people_in_another_order_are_paid_the_same(
    way: dict[str, Ready], crew: dict[str, Any], coefficient: str, data: st.DataObject
) -> None:
    ready = way[coefficient]
    order = data.draw(st.permutations(range(len(crew["points"]))))
    turned = {**crew, **{name: [crew[name][row] for row in order] for name in ("points", "score", "satisfied", "post")}}
    one, two = paid(ready, crew), paid(ready, turned)
    assert sum(one) == sum(two)
    assert all(abs(one[row] - two[place]) <= 2 for place, row in enumerate(order)), "a fen for each part"


# --- purchase: a budget is a budget -------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=["redistribute", "withhold"])
def capped(request: pytest.FixtureRequest, make: Make) -> Ready:
    chosen = f'service_purchase = "{request.param}"\ninstitution_coefficient = "institution_weighted_score"'
    text = month_of("service_purchase purchase_withheld", chosen) + WEIGHT
    return make(request.param, text + parameter("purchase_budget_amount", 'value = "700000.01"'))


@settings(max_examples=60)
@given(data=st.data(), places=st.integers(1, 6))
def test_a_budget_is_paid_or_reported_and_order_is_nothing(capped: Ready, data: st.DataObject, places: int) -> None:
    """A whole budget is paid or reported as withheld.

    More points never buy less, and codes decide only the last fen.
    """
    points = data.draw(st.lists(POINTS, min_size=places, max_size=places))
    scores = data.draw(st.lists(SCORE, min_size=places, max_size=places))

    def buy(points: list[int], scores: list[int]) -> tuple[list[int], int]:
        found, _ = capped.evaluate(
            {f"I{place}": "township_center" for place in range(places)},
            own_points=[micro(one) for one in points],
            own_points_by_category={"basic_medical": [micro(one) for one in points]},
            points_by_category={"basic_medical": []},
            institution_score={"quality": [str(score) for score in scores]},
            institution_full_score={"quality": ["100"] * places},
        )
        return [fen(one) for one in found["service_purchase"]], fen(found["purchase_withheld"][0])

    bought, withheld = buy(points, scores)
    assert sum(bought) + withheld == 70_000_001
    assert min(*bought, withheld) >= 0
    if capped.policy.code == "redistribute":
        assert withheld in (0, 70_000_001)
    order = data.draw(st.permutations(range(places)))
    turned, _ = buy([points[row] for row in order], [scores[row] for row in order])
    assert all(abs(bought[row] - turned[place]) <= 1 for place, row in enumerate(order))
    row = data.draw(st.integers(0, places - 1))
    more = [*points]
    more[row] += data.draw(st.integers(1, 10**9))
    assert buy(more, scores)[0][row] >= bought[row]


@settings(max_examples=40)
@given(
    owed=st.integers(-(10**9), 10**9),
    prepaid=st.integers(-(10**9), 10**9),
    overpaid=st.integers(0, 10**8),
    carried=st.booleans(),
)
def test_months_and_settlement_are_the_year(owed: int, prepaid: int, overpaid: int, carried: bool) -> None:
    """Months, settlement and balances carried add up to what the year owes.

    Overpaid before + paid in the months + settled = owed + carried on.
    """
    flag = {"unit": "flag", "optional": True, "values": [{"value": carried}]}
    found = cases_runner.compute(
        {
            "name": "drawn",
            "period": "2026",
            "institutions": CENTRE,
            "given": {
                "reported_in_period": {"service_purchase_owed": [yuan(owed)]},
                "statements_in_period": {"service_purchase_advance": [yuan(prepaid)]},
                "opening_balance_in_period": {"service_purchase_overpaid": [yuan(overpaid)]},
            },
            "parameters": {"overpaid_is_carried": flag},
            "expect": dict.fromkeys(("service_purchase_settlement", "service_purchase_overpaid")),
        }
    )
    settled, left = fen(found["service_purchase_settlement"][0]), fen(found["service_purchase_overpaid"][0])
    assert overpaid + prepaid + settled == owed + left
    assert left >= 0
    assert settled >= 0 if carried else left == 0


# --- the fixed share: nobody's total ------------------------------------------------------------------------------

LINES = '[components.allowance]\nclass = "variable"\nfunding = "fiscal"\n'
HISTORY = ("fixed_paid_before", "variable_paid_before")


def share_policy(action: str, outputs: str, floor: str) -> str:
    listed = f"post_pay allowance {outputs} fixed_share_to_date fixed_share_lacking"
    text = month_of(listed) + LINES + parameter("fixed_share_floor", f'value = "{floor}"')
    return text + parameter(action, f"value = true, {APPROVED}")


@st.composite
def payrolls(draw: st.DrawFn) -> dict[str, Any]:
    """Draw people with fixed and variable pay of a month, some of it recovered.

    What the year paid before is drawn too.
    """
    people = draw(st.integers(1, 6))
    return {
        "fixed": each(draw, st.integers(0, 10**6), people),
        "variable": each(draw, st.integers(-(10**5), 10**6) | st.just(0), people),
        **{name: draw(st.just(0) | st.integers(0, 10**7)) for name in HISTORY},
    }


def share(ready: Ready, payroll: dict[str, Any]) -> dict[str, Any]:
    people = len(payroll["fixed"])
    found, _ = ready.evaluate(
        CENTRE,
        [f"A/S{who}" for who in range(people)],
        pay_component={
            "post_pay": [yuan(one) for one in payroll["fixed"]],
            "allowance": [yuan(one) for one in payroll["variable"]],
        },
        **{name: [yuan(payroll[name])] for name in HISTORY},
    )
    return dict(found)


@pytest.fixture(scope="module", params=["0.6", "0.7", "0.9999", "1", "0"])
def converting(request: pytest.FixtureRequest, make: Make) -> tuple[Ready, Fraction]:
    text = share_policy("fixed_share_convert", "converted_to_fixed converted_from_variable", request.param)
    return make("convert", text), Fraction(request.param)


@settings(max_examples=40)
@given(payroll=payrolls())
def test_nobodys_total_changes_under_convert(converting: tuple[Ready, Fraction], payroll: dict[str, Any]) -> None:
    """A conversion changes nobody's total: each person's two lines cancel.

    The least is moved, and never more than variable pay that is there.
    """
    ready, least = converting
    found = share(ready, payroll)
    to_fixed = [fen(one) for one in found["converted_to_fixed"]]
    assert [fen(one) for one in found["converted_from_variable"]] == [-one for one in to_fixed]
    for moved, variable in zip(to_fixed, payroll["variable"], strict=True):
        assert 0 <= moved <= max(variable, 0)
    fixed = sum(payroll["fixed"]) + payroll["fixed_paid_before"]
    gross = fixed + sum(payroll["variable"]) + payroll["variable_paid_before"]
    lacked = max(ceil(least * gross - fixed), 0)
    most = sum(max(one, 0) for one in payroll["variable"])
    assert sum(to_fixed) == min(lacked, most)
    assert fen(found["fixed_share_lacking"][0]) == lacked - sum(to_fixed), "what is still lacking is reported"


@pytest.fixture(scope="module", params=["0.6", "0.75", "1"])
def limiting(request: pytest.FixtureRequest, make: Make) -> tuple[Ready, Fraction]:
    text = share_policy("fixed_share_cap", "variable_pay_over_cap variable_pay_retained", request.param)
    return make("cap", text), Fraction(request.param)


@settings(max_examples=40)
@given(payroll=payrolls())
def test_a_cap_retains_what_is_over_and_no_fen_more(limiting: tuple[Ready, Fraction], payroll: dict[str, Any]) -> None:
    ready, least = limiting
    found = share(ready, payroll)
    taken = [-fen(one) for one in found["variable_pay_over_cap"]]
    assert sum(taken) == fen(found["variable_pay_retained"][0]), "what is retained is reported"
    for one, variable in zip(taken, payroll["variable"], strict=True):
        assert 0 <= one <= max(variable, 0)
    fixed = sum(payroll["fixed"]) + payroll["fixed_paid_before"]
    variable = sum(payroll["variable"]) + payroll["variable_paid_before"]
    allowed = floor(fixed * (1 - least) / least)
    most = sum(max(one, 0) for one in payroll["variable"])
    assert sum(taken) == min(max(variable - allowed, 0), most)


# --- whole runs ---------------------------------------------------------------------------------------------------


def runs(seed: int, *counties: Callable[[Tables], Tables], period: str = "2026-05") -> list[Outcome]:
    """Publish the same month of one county and of its variations, under one policy."""
    draw = random.Random(seed)
    rules, tables = drawn_rules(draw), drawn_county(draw)
    found = []
    for change in (lambda same: same, *counties):
        with TemporaryDirectory() as name:
            folder = Path(name)
            with Ledger.open("sqlite:///ledger.sqlite", folder) as ledger:
                office = Office(folder / "snapshots", ledger, policy_of(rules, folder), change(tables))
                found.append(office.publish(period))
    return found


def renamed(tables: Tables, code: Callable[[str], str]) -> Tables:
    """Return the county with other codes of institutions and staff."""
    columns = {"engagement": ("institution", "staff"), "institution": ("code",), "staff": ("code",)}
    return {
        table: [
            {
                name: code(value) if value and name in columns.get(table, ("institution", "staff")) else value
                for name, value in row.items()
            }
            for row in rows
        ]
        for table, rows in tables.items()
    }


@settings(max_examples=4)
@given(seed=st.integers(0, 10**6))
def test_rows_in_any_order_are_the_same_run(seed: int) -> None:
    """The order of input rows does not change a run or its id.

    That holds for staff, institutions, records and scores.
    """
    order = random.Random(seed + 1)
    one, two = runs(seed, lambda tables: {name: order.sample(rows, len(rows)) for name, rows in tables.items()})
    assert one.run == two.run
    assert one.results.pay_lines.equals(two.results.pay_lines)
    assert one.results.reports.equals(two.results.reports)


@settings(max_examples=4)
@given(seed=st.integers(0, 10**6))
def test_codes_in_the_same_order_pay_the_same(seed: int) -> None:
    """Other codes that sort alike change only the codes, not even the last fen."""
    one, two = runs(seed, lambda tables: renamed(tables, lambda code: f"甲{code}"))
    assert {(f"甲{at}", f"甲{who}", line): fen for (at, who, line), fen in pay(one).items()} == pay(two)


@settings(max_examples=4)
@given(seed=st.integers(0, 10**6), gone=st.sampled_from([*KINDS]))
def test_an_institution_is_paid_the_same_without_the_others(seed: int, gone: str) -> None:
    """Without common money, an institution's figures depend on no other institution.

    They are what it pays and what it is paid.
    """

    def without(tables: Tables) -> Tables:
        left = {name: [row for row in rows if row.get("institution") != gone] for name, rows in tables.items()}
        left["institution"] = [row for row in tables["institution"] if row["code"] != gone]
        return left

    one, two = runs(seed, without)
    assert {line: amount for line, amount in pay(one).items() if line[0] != gone} == pay(two)
    kept = [row for row in one.results.statement_lines.to_pylist() if row["institution"] != gone]
    assert kept == two.results.statement_lines.to_pylist()


@settings(max_examples=4)
@given(seed=st.integers(0, 10**6))
def test_every_pool_of_a_run_is_shared_or_retained(seed: int) -> None:
    """Every pool that a run reports equals its shares and what is retained.

    The shares are what people are paid.
    """
    (made,) = runs(seed)
    figures: dict[str, dict[tuple[str, str], int]] = {}
    for row in made.results.reports.to_pylist():
        name, _, part = row["name"].rpartition(".")
        if part in ("pool", "shared", "retained"):
            figures.setdefault(name, {})[row["institution"], part] = row["value"]
    assert set(figures) >= {"workload_pay"}
    paid_out: dict[str, int] = {}
    for (at, _, line), amount in pay(made).items():
        if line == "workload_pay":
            paid_out[at] = paid_out.get(at, 0) + amount
    for name, of_pool in figures.items():
        for at in {place for place, _ in of_pool}:
            assert of_pool[at, "pool"] == of_pool[at, "shared"] + of_pool[at, "retained"], (name, at)
            if name == "workload_pay":
                assert of_pool[at, "shared"] == paid_out.get(at, 0), at
