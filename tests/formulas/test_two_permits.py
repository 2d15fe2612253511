"""Two permits: worked cases, regions from TOML alone, and properties of any amounts."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payengine.errors import Refused
from payengine.policy import Policy
from tests.support import cases_runner
from tests.support.evaluate import Ready, V, written

CASES = cases_runner.cases("two_permits", "two_permits_rewards")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_worked_case(case: dict[str, Any]) -> None:
    cases_runner.check(case)


# Regions: surplus splits as rows of a policy, nothing else. Income 1,000,000, costs 900,000: a surplus of 100,000.

SURPLUS = f"""
[formulas.year]
outputs = ["surplus", "fund_set_aside", "reward_base", "reward_pool", "surplus_split", "reward_payable", "reward_due"]
ceiling_room = "without_ceiling"
[names.part]
by_points = "按当量"
[parameters.surplus_income]
values = [{{ {V}, where = {{ line = "medical_income" }}, value = "1" }}]
[parameters.surplus_costs]
values = [{{ {V}, where = {{ line = "service_costs" }}, value = "1" }}]
[parameters.reward_part_share]
values = [{{ {V}, where = {{ part = "by_points" }}, value = "1" }}]
[parameters.reward_part_weight]
values = [{{ {V}, where = {{ part = "by_points" }}, value = "points" }}]
"""


def share(value: str) -> str:
    return f'[parameters.reward_staff_share]\nvalues = [{{ {V}, value = "{value}" }}]\n'


def uses(**shares: str) -> str:
    entries = "".join(
        f'  {{ {V}, where = {{ fund = "{fund}" }}, value = "{value}" }},\n' for fund, value in shares.items()
    )
    return f"[parameters.surplus_split_share]\nvalues = [\n{entries}]\n"


def funds(**funds: tuple[str, str]) -> str:
    """Write each fund's rate and base."""
    row = f'  {{{{ {V}, where = {{{{ fund = "{{}}" }}}}, value = "{{}}" }}}},\n'
    rates = "".join(row.format(fund, rate) for fund, (rate, _) in funds.items())
    bases = "".join(row.format(fund, base) for fund, (_, base) in funds.items())
    return f"[parameters.fund_rate]\nvalues = [\n{rates}]\n[parameters.fund_base]\nvalues = [\n{bases}]\n"


# The staff share, too, is a share of the surplus and not of what the funds leave.
OF_SURPLUS = f'[parameters.reward_pool_base]\nvalues = [{{ {V}, value = "surplus" }}]\n'


FEIXI = """
[parameters.equal_sharing_refused]
values = [{ %s, value = true }]
[parameters.director_in_reward_pool]
values = [{ %s, value = false }]
""" % (V, V)  # noqa: UP031

REGIONS = {
    # huadu-2018 [S]: 60 % performance, 40 % development
    "huadu": (
        share("0.6") + uses(development_fund="0.4"),
        {"reward_pool": "60000.00", "development_fund": "40000.00", "unallocated": "0.00"},
    ),
    # yixian-2016 [S]: 50 % reward, 30 % costs, 20 % development
    "yixian": (
        share("0.5") + uses(operating_fund="0.3", development_fund="0.2"),
        {
            "reward_pool": "50000.00",
            "operating_fund": "30000.00",
            "development_fund": "20000.00",
            "unallocated": "0.00",
        },
    ),
    # yunnan [S]: incentive fund about 40 %, welfare about 10 % of the surplus; nothing is said of the rest
    "yunnan": (
        OF_SURPLUS + share("0.4") + funds(welfare_fund=("0.1", "surplus")),
        {"welfare_fund": "10000.00", "reward_pool": "40000.00", "unallocated": "50000.00"},
    ),
    # feixi [S]: risk fund 1 % of income = 10,000; of the surplus of 100,000 30 % welfare, 30 % reward, 20 % debt
    "feixi": (
        OF_SURPLUS
        + funds(
            risk_fund=("0.01", "finance[medical_income]"), welfare_fund=("0.3", "surplus"), debt_fund=("0.2", "surplus")
        )
        + share("0.3")
        + FEIXI,
        {
            "risk_fund": "10000.00",
            "welfare_fund": "30000.00",
            "debt_fund": "20000.00",
            "reward_pool": "30000.00",
            "unallocated": "10000.00",
        },
    ),
    # sichuan-hospitals [S]: after the risk fund (3 per mille of medical income = 3,000) 60 : 10 : 30 of 97,000
    "sichuan": (
        funds(risk_fund=("0.003", "finance[medical_income]"))
        + share("0.3")
        + uses(operating_fund="0.6", welfare_fund="0.1"),
        {
            "risk_fund": "3000.00",
            "reward_pool": "29100.00",
            "operating_fund": "58200.00",
            "welfare_fund": "9700.00",
            "unallocated": "0.00",
        },
    ),
}


@pytest.mark.parametrize("code", REGIONS)
def test_a_region_is_rows_of_a_policy(tmp_path: Path, code: str) -> None:
    """A surplus split of a new region needs a TOML file and no Python."""
    text, expected = REGIONS[code]
    rules = SURPLUS
    if OF_SURPLUS in text:
        rules = rules.replace("[names.part]", 'reward_pool = "share_of_named_base"\n[names.part]')
    found, _ = Ready(written(tmp_path, code, rules + text)).evaluate(
        {"A": "township_center"},
        ["A/S1", "A/S2"],
        finance={"medical_income": ["1000000"], "service_costs": ["900000"]},
        points=["3", "1"],
        director=[False, code == "feixi"],
    )
    told = {**found["fund_set_aside"], "reward_pool": found["reward_pool"], **found["surplus_split"]}
    amounts = {name: amounts[0] for name, amounts in told.items() if amounts[0] != "0.00" or name in expected}
    assert amounts == expected
    first, second = (Decimal(amount) for amount in found["reward_due"])
    assert first + second == Decimal(expected["reward_pool"])
    assert (second == 0) == (code == "feixi"), "the director is excluded there and nowhere else"


def test_mainly_for_staff_can_be_a_floor_of_the_policy(tmp_path: Path) -> None:
    """A county's layer below the policy's staff share is refused when it is loaded.

    henan-2020 [S]: at least 60 %.
    """
    text = SURPLUS + '[parameters.reward_staff_share]\nminimum = "0.60"\n' + f'values = [{{ {V}, value = "0.5999" }}]\n'
    with pytest.raises(Refused, match=r"refused") as refused:
        written(tmp_path, "henan", text)
    assert "0.5999 is below the least allowed, 0.60" in refused.value.report()


# Properties of any amounts.


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Ready:
    """Make a policy with every step of the waterfall.

    Two funds, a ceiling, two parts, a director outside, advances.
    """
    folder = tmp_path_factory.mktemp("policy")
    return Ready(_everything(folder))


def _everything(folder: Path) -> Policy:
    text = SURPLUS.replace('ceiling_room = "without_ceiling"', 'performance_granted = "granted_as_reported"').replace(
        '"reward_due"]',
        '"reward_due", "reward_pay", "reward_distributed", "reward_not_payable", "distributable", "fund_due", '
        '"reward_advances_paid", "reward_divided", "performance_ceiling"]',
    )
    text = text.replace('by_points = "按当量"', 'by_points = "按当量"\nby_post = "按岗位"')
    text = text.replace('{ part = "by_points" }, value = "1" }', '{ part = "by_points" }, value = "0.7" },'
                        f' {{ {V}, where = {{ part = "by_post" }}, value = "0.3" }}')  # fmt: skip
    text = text.replace('value = "points" }', f'value = "points" }}, {{ {V}, where = {{ part = "by_post" }},'
                        ' value = "post_coefficient" }')  # fmt: skip
    text += share("0.6") + uses(development_fund="0.25") + FEIXI
    funds = (("risk_fund", "0.002", "finance[medical_income]"), ("welfare_fund", "0.1", "surplus"))
    for name, place in (("fund_rate", 1), ("fund_base", 2)):
        entries = ", ".join(f'{{ {V}, where = {{ fund = "{row[0]}" }}, value = "{row[place]}" }}' for row in funds)
        text += f"[parameters.{name}]\nvalues = [{entries}]\n"
    for name, value in (("wage_control_level", "2000000"), ("ceiling_multiple", "1.3")):
        text += f'[parameters.{name}]\nvalues = [{{ {V}, value = "{value}" }}]\n'
    line = 'where = { line = "earlier_losses" }'
    text += f'[parameters.surplus_deductions]\nvalues = [{{ {V}, {line}, value = "1" }}]\n'
    return written(folder, "everything", text)


MONEY = st.integers(0, 10**9).map(lambda fen: f"{fen // 100}.{fen % 100:02}")
SMALL = st.integers(0, 10**7).map(lambda fen: f"{fen // 100}.{fen % 100:02}")
POINTS = st.sampled_from(["5", "5", "0"]) | st.integers(0, 10**9).map(lambda micro: str(Decimal(micro).scaleb(-6)))
POST = st.sampled_from(["1", "1"]) | st.integers(0, 30000).map(lambda number: str(Decimal(number).scaleb(-4)))


@st.composite
def counties(draw: st.DrawFn) -> dict[str, Any]:
    """Draw institutions of up to six people, with amounts from a loss to a pool."""
    sizes = draw(st.lists(st.integers(0, 6), min_size=1, max_size=4))
    lines = [f"I{place}/S{who}" for place, size in enumerate(sizes) for who in range(size)]
    amounts = {
        "medical_income": MONEY,
        "service_costs": MONEY,
        "earlier_losses": st.just("0") | SMALL,
        "performance_pay_granted": SMALL | MONEY,
    }
    money = {name: draw(st.lists(one, min_size=len(sizes), max_size=len(sizes))) for name, one in amounts.items()}

    def each(values: st.SearchStrategy[Any]) -> list[Any]:
        return draw(st.lists(values, min_size=len(lines), max_size=len(lines)))

    return {
        "institutions": {f"I{place}": "township_center" for place in range(len(sizes))},
        "engagements": lines,
        "finance": money,
        "heads": [str(size) for size in sizes],
        "points": each(POINTS),
        "post_coefficient": each(POST),
        "director": each(st.booleans()),
        "paid_before": {"reward_advance": each(MONEY)},
    }


def by_institution(found: Any, county: dict[str, Any], name: str) -> list[Decimal]:
    """Add up a figure of persons or engagements by institution."""
    place = [line.split("/")[0] for line in county["engagements"]]
    return [
        sum((Decimal(value) for where, value in zip(place, found[name], strict=True) if where == code), Decimal(0))
        for code in county["institutions"]
    ]


def numbers(values: list[str]) -> list[Decimal]:
    return [Decimal(value) for value in values]


@settings(deadline=None, max_examples=60)
@given(county=counties())
def test_no_fen_is_lost_between_income_and_payslips(ready: Ready, county: dict[str, Any]) -> None:
    found, _ = ready.evaluate(**county)
    for row, code in enumerate(county["institutions"]):
        at = {
            name: Decimal(value[row]) for name, value in found.items() if isinstance(value, list) and len(value) > row
        }
        funds = {name: Decimal(amounts[row]) for name, amounts in found["fund_set_aside"].items()}
        split = {name: Decimal(amounts[row]) for name, amounts in found["surplus_split"].items()}
        unpaid = {name: Decimal(amounts[row]) for name, amounts in found["reward_not_payable"].items()}
        assert sum(funds.values()) + at["reward_base"] == at["distributable"], code
        assert at["reward_pool"] + sum(split.values()) == max(at["reward_base"], Decimal(0)), code
        assert by_institution(found, county, "reward_due")[row] + sum(unpaid.values()) == at["reward_pool"], code
        assert min(*funds.values(), *split.values(), *unpaid.values(), at["reward_payable"]) >= 0
        paid = at["reward_payable"] + numbers(county["finance"]["performance_pay_granted"])[row]
        assert at["reward_payable"] == 0 or paid <= at["performance_ceiling"], "payable beyond the ceiling"
        settled = by_institution(found, county, "reward_pay")[row]
        assert settled + by_institution(found, county, "reward_advances_paid")[row] == at["reward_distributed"]


@settings(deadline=None, max_examples=40)
@given(county=counties(), data=st.data())
def test_another_institution_changes_nothing_here(ready: Ready, county: dict[str, Any], data: st.DataObject) -> None:
    """Institutions in another order, under other codes, have the same results."""
    codes = list(county["institutions"])
    renamed = dict(zip(codes, data.draw(st.permutations(codes)), strict=True))
    order = sorted(range(len(codes)), key=lambda row: renamed[codes[row]])
    lines = county["engagements"]
    people = sorted(range(len(lines)), key=lambda row: (renamed[lines[row].split("/")[0]], lines[row].split("/")[1]))
    moved = {
        "institutions": county["institutions"],
        "engagements": [renamed[lines[row].split("/")[0]] + "/" + lines[row].split("/")[1] for row in people],
        "finance": {name: [values[row] for row in order] for name, values in county["finance"].items()},
        "heads": [county["heads"][row] for row in order],
        "paid_before": {"reward_advance": [county["paid_before"]["reward_advance"][row] for row in people]},
        **{name: [county[name][row] for row in people] for name in ("points", "post_coefficient", "director")},
    }
    found, _ = ready.evaluate(**county)
    again, _ = ready.evaluate(**moved)
    assert [found["reward_pool"][row] for row in order] == again["reward_pool"]
    assert [found["reward_due"][row] for row in people] == again["reward_due"]
    assert [found["reward_pay"][row] for row in people] == again["reward_pay"]


@settings(deadline=None, max_examples=60)
@given(county=counties(), data=st.data(), more=st.integers(1, 10**8))
def test_more_points_never_lower_a_reward(ready: Ready, county: dict[str, Any], data: st.DataObject, more: int) -> None:
    """More points never lower a reward, but for one case that is meant.

    A person who makes all equal by it has nothing where equal sharing is refused.
    """
    if not county["engagements"]:
        return
    who = data.draw(st.integers(0, len(county["engagements"]) - 1))
    raised = [*county["points"]]
    raised[who] = str(Decimal(raised[who]) + Decimal(more).scaleb(-6))
    before, _ = ready.evaluate(**county)
    after, _ = ready.evaluate(**{**county, "points": raised})
    row = list(county["institutions"]).index(county["engagements"][who].split("/")[0])
    if Decimal(after["reward_not_payable"]["equal_sharing"][row]) == 0:
        assert Decimal(after["reward_pay"][who]) >= Decimal(before["reward_pay"][who])
