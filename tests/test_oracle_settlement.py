"""Whole years of drawn counties, by the product's command of months and settlements and by the oracle: to the fen."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from oracle.settlement import Period as Made
from oracle.settlement import Year
from settled_county import Office, pay
from settled_rules import KINDS, MONTHS, YEAR, drawn_county, drawn_rules, policy_of

from batch.ledger import Ledger
from batch.run import Outcome

SEEDS = range(8)


def seeds() -> list[int]:
    """A few years; PAYENGINE_ORACLE_SEEDS=1000-1100 for others."""
    first, _, last = os.environ.get("PAYENGINE_ORACLE_SEEDS", "").partition("-")
    return list(range(int(first), int(last or first) + 1) if first else SEEDS)


def differences(made: Outcome, expected: Made) -> list[str]:
    """What the product and the oracle do not agree on: pay, statements, and every figure that the oracle reports."""
    statements: dict[tuple[str, str], int] = {}
    for row in made.results.statement_lines.to_pylist():
        key = (row["institution"], row["component"])
        statements[key] = statements.get(key, 0) + row["amount_fen"]
    reports = {
        (row["institution"], row["name"]): row["value"]
        for row in made.results.reports.to_pylist()
        if row["institution"] and not row["staff"]
    }
    return [
        *_differ("pay", pay(made), expected.pay),
        *_differ("statement", statements, expected.statements),
        *_differ("report", {key: reports.get(key) for key in expected.reports}, expected.reports),
    ]


def _differ(what: str, found: dict, expected: dict) -> list[str]:
    return [
        f"{what} {key}: {found.get(key)}, the oracle {expected.get(key)}"
        for key in sorted({*found, *expected})
        if (found.get(key) or 0) != (expected.get(key) or 0)
    ]


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
    """The seeds above reach every reason for which a reward is not paid, both signs of a settlement, and the floor."""
    reached: set[str] = set()
    for seed in range(40):
        draw = random.Random(seed)
        rules = drawn_rules(draw)
        year = Year(drawn_county(draw), rules, YEAR).year
        reached |= {name for (_, name), value in year.reports.items() if value}
        for (_, _, component), fen in year.pay.items():
            reached.add(f"{component} {'up' if fen > 0 else 'down' if fen < 0 else 'none'}")
    assert {f"reward_reason[{one}]" for one in ("no_surplus", "earlier_losses", "ceiling")} <= reached
    assert {"reward_pay up", "reward_pay down", "public_health_floor_pay up", "converted_to_fixed up"} <= reached
    assert {"fund_set_aside[risk_fund]", "fund_set_aside[development_fund]", "surplus_split[unallocated]"} <= reached


def test_months_and_settlement_are_what_the_year_owes() -> None:
    """The oracle's own sums: what each institution pays of the reward pool, and what is bought from it."""
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
