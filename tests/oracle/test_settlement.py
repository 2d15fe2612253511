"""Whole years of drawn counties, by the product's commands and by the oracle: to the fen.

Months and settlements are compared.
"""

from __future__ import annotations

import os
import random
import sqlite3
from contextlib import closing
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from batch.demo.county import write_county
from batch.ledger import Ledger
from batch.workspace import Workspace
from payengine.periods import Period
from tests.oracle import two_permits
from tests.oracle.settlement import Year
from tests.oracle.two_permits import Fund, Permits
from tests.oracle.values import Row, Tables, adding_up, half_up, in_force
from tests.support.settled_county import Office, pay, reported
from tests.support.settled_rules import KINDS, MONTHS, YEAR, drawn_county, drawn_rules, policy_of
from tests.support.settlement_against_oracle import differences

SEEDS = (0, 1, 2, 3, 8, 14)  # between them every reason, sign and choice: see test_what_the_drawn_years_hold


def seeds() -> list[int]:
    """A few years; PAYENGINE_ORACLE_SEEDS=1000-1100 for others."""
    first, _, last = os.environ.get("PAYENGINE_ORACLE_SEEDS", "").partition("-")
    return list(range(int(first), int(last or first) + 1)) if first else [*SEEDS]


@pytest.mark.parametrize("seed", seeds())
def test_a_year_as_the_oracle_has_it(seed: int, tmp_path: Path) -> None:
    draw = random.Random(seed)
    rules, tables = drawn_rules(draw), drawn_county(draw)
    expected = Year(tables, rules, YEAR)
    with Ledger.open("sqlite:///ledger.sqlite", tmp_path) as ledger:
        office = Office(tmp_path / "snapshots", ledger, policy_of(rules, tmp_path), tables)
        for month, of_month in zip(MONTHS, expected.months, strict=True):
            assert differences(office.publish(month), of_month) == [], month
        assert differences(office.publish(str(YEAR)), expected.year) == []


def test_what_the_drawn_years_hold() -> None:
    """The seeds above reach every reason against paying a reward, both signs, and the floor.

    The signs are those of a settlement.
    """
    reached: set[str] = set()
    for seed in SEEDS:
        draw = random.Random(seed)
        rules = drawn_rules(draw)
        year = Year(drawn_county(draw), rules, YEAR).year
        reached |= {name for (_, name), value in year.reports.items() if value}
        for (_, _, component), fen in year.pay.items():
            reached.add(f"{component} {'up' if fen > 0 else 'down' if fen < 0 else 'none'}")
    reasons = ("no_surplus", "earlier_losses", "funds", "ceiling", "equal_sharing", "nobody")
    assert {f"reward_reason[{one}]" for one in reasons} <= reached
    assert {"reward_pay up", "reward_pay down", "public_health_floor_pay up", "converted_to_fixed up"} <= reached
    assert {"fund_set_aside[risk_fund]", "fund_set_aside[development_fund]", "surplus_split[unallocated]"} <= reached


def test_months_and_settlement_are_what_the_year_owes() -> None:
    """The oracle's months and settlement add up to what the year owes.

    Its sums are the reward pool that each institution pays out, and the purchase from it.
    """
    for seed in range(20):
        draw = random.Random(seed)
        rules = drawn_rules(draw)
        made = Year(drawn_county(draw), rules, YEAR)
        for at in KINDS:
            bought = sum(made.months[place].statements[at, "service_purchase_advance"] for place in range(12))
            due = made.year.reports[at, "service_purchase_due"]
            assert bought + made.year.statements[at, "service_purchase_settlement"] == due
            if rules.advances_recovered and (at, "reward_distributed") in made.year.reports:
                paid = made.before(at, "reward_advance")
                paid += sum(fen for line, fen in made.year.pay.items() if (line[0], line[2]) == (at, "reward_pay"))
                assert paid == made.year.reports[at, "reward_distributed"]


def test_pay_of_a_person_taken_off_the_table_stays_granted(tmp_path: Path) -> None:
    """Pay of a person taken off the table stays granted.

    Even if an engagement is found to be a mistake after the months were published, they have paid it: the ceiling
    counts what the months paid, so that it cannot be exceeded by taking a row out of a table.
    """
    draw = random.Random(3)
    rules, tables = drawn_rules(draw), drawn_county(draw)
    with Ledger.open("sqlite:///ledger.sqlite", tmp_path) as ledger:
        office = Office(tmp_path / "snapshots", ledger, policy_of(rules, tmp_path), tables)
        office.publish_all(MONTHS)
        before = reported(office.publish(str(YEAR)), "performance_granted")
        mistaken = "S1"
        office.tables["engagement"] = [row for row in tables["engagement"] if row["staff"] != mistaken]
        office.freeze(str(YEAR))
        after = office.run(str(YEAR), revise="S1 was never engaged")
    assert ("H", mistaken, "reward_pay") not in pay(after)
    assert reported(after, "performance_granted") == before


# A shipped policy, from its source's tables.

XINING = {
    "control_level": {"county_hospital": 120_000_00, "tcm_hospital": 120_000_00},  # all others 98,000
    "multiples": [(95, "1.5"), (85, "1.3"), (60, "1.1"), (0, "1.0")],  # score of the year, multiple of its grade
    "weights": {"workload": "0.4", "quality": "0.3", "ethics": "0.1", "satisfaction": "0.2"},
    "permits_for": ("county_hospital", "tcm_hospital", "township_center", "community_center"),
}
PERFORMANCE = (  # what xining-example pays in months and its policy charges to the total
    "basic_performance_pay", "workload_pay", "first_contact_pay", "multi_site_pay",
    "contract_pay_fiscal", "contract_pay_public_health", "contract_pay_insurance", "contract_pay_resident",
)  # fmt: skip


def test_two_permits_of_an_example_county_as_the_oracle_has_them(tmp_path: Path) -> None:
    """The demo county under xining-example comes out as the oracle has it, step by step.

    The steps lead from the source's tables to what each institution may pay.
    """
    period, source = Period.parse(str(YEAR)), tmp_path / "w" / "source.sqlite"
    workspace = Workspace.create(
        tmp_path / "w", "xining-example", source='url = "sqlite:///source.sqlite"', patient="as given"
    )
    write_county(source, records=100, staff=40, institutions=8, period=period, seed=8, policy=workspace.policy())
    granted: dict[str, int] = {}
    advanced: dict[str, int] = {}
    for month in period.months():
        workspace.freeze(month)
        made = workspace.run(month)
        workspace.publish(made.run)
        for (at, _, component), fen in pay(made).items():
            if component in PERFORMANCE:
                granted[at] = granted.get(at, 0) + fen
            elif component == "reward_advance":
                advanced[at] = advanced.get(at, 0) + fen
    workspace.freeze(period)
    year = workspace.run(period)
    tables = {name: _rows(source, name) for name in ("institution", "engagement", "finance", "appraisal")}
    checked = 0
    for row in tables["institution"]:
        if row["kind"] not in XINING["permits_for"] or not in_force(row, date(YEAR, 12, 31)):
            continue
        steps = _xining(tables, row, granted.get(row["code"], 0))
        figures = {
            "surplus": steps.surplus, "distributable": steps.distributable, "reward_base": steps.reward_base,
            "reward_pool": steps.reward_pool, "performance_ceiling": steps.ceiling, "ceiling_room": steps.room,
            "reward_payable": steps.payable, "reward_not_payable[ceiling]": steps.not_payable["ceiling"],
            **{f"fund_set_aside[{name}]": amount for name, amount in steps.funds.items()},
            **{f"surplus_split[{name}]": amount for name, amount in steps.uses.items()},
        }  # fmt: skip
        assert {name: reported(year, name)[row["code"]] for name in figures} == figures, row["code"]
        settled = sum(fen for (at, _, name), fen in pay(year).items() if (at, name) == (row["code"], "reward_pay"))
        shared = reported(year, "reward_distributed")[row["code"]]
        assert settled + advanced.get(row["code"], 0) == shared, (
            "twelve months and the settlement are the year's reward"
        )
        checked += steps.payable > 0
    assert checked >= 3


def _rows(source: Path, table: str) -> list[Row]:
    with closing(sqlite3.connect(source)) as database:
        database.row_factory = sqlite3.Row
        return [dict(row) for row in database.execute(f'select * from "{table}"')]


def _xining(tables: dict[str, list[Row]], institution: Row, granted: int) -> two_permits.Steps:
    """The steps of an institution under the invented values of xining-example."""
    code = institution["code"]
    of_year = [row for row in tables["finance"] if (row["institution"], row["period"]) == (code, str(YEAR))]
    scores = {
        row["indicator"]: Fraction(row["score"]) / Fraction(row["full_score"])
        for row in tables["appraisal"]
        if (row["institution"], row["staff"], row["period"]) == (code, "", str(YEAR))
    }
    score = 100 * sum(Fraction(weight) * scores[name] for name, weight in XINING["weights"].items())
    permits = Permits(
        income={"medical_service_income": Fraction(1)},
        costs={"service_costs": Fraction(1)},
        deductions={"earlier_losses": Fraction(1), "restricted_carry_over": Fraction(1)},
        funds=[
            Fund("risk_fund", Fraction("0.002"), "medical_service_income"),
            Fund("welfare_fund", Fraction("0.10"), "surplus"),
        ],
        staff_share=Fraction("0.60"),
        other_uses={},
        control_level=XINING["control_level"].get(institution["kind"], 98_000_00),
        multiple=Fraction(next(multiple for floor, multiple in XINING["multiples"] if score >= floor)),
    )
    finance = {row["line"]: int(Fraction(row["amount"]) * 100) for row in of_year}
    steps = two_permits.waterfall(finance, {}, permits)
    two_permits.limited(steps, _mean_heads(tables, code), granted, permits)
    return steps


def _mean_heads(tables: Tables, code: str) -> Fraction:
    """Person-months of the year / 12: days in force / days of the month x fte, month by month.

    Those of a person in a month are rounded as they add up, whatever the institutions.
    """
    total = Fraction(0)
    for month in range(1, 13):
        first = date(YEAR, month, 1)
        days = (date(YEAR + month // 12, month % 12 + 1, 1) - first).days
        shares: dict[tuple[str, ...], Fraction] = {}
        for row in tables["engagement"]:
            there = sum(in_force(row, first + timedelta(days=day)) for day in range(days))
            shares[row["institution"], row["staff"], row["from"]] = Fraction(row["fte"]) * there / days
        rounded = adding_up(shares, 4, lambda key: key[1])
        total += sum((months for key, months in rounded.items() if key[0] == code), Fraction(0))
    return Fraction(half_up(total / 12, 4), 10**4)
