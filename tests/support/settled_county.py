"""A hospital and a clinic over a year, small enough to add up by hand.

Months are run and published, then settled. Rules and policy are of no region. A month pays the base pay that is given
and an advance of 2 yuan a point; the year pays each point at the price of its last day, less what was advanced, and
settles the institution's purchase likewise.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import batch.compute.compute
from batch.freeze import freeze_period
from batch.ledger import Ledger
from batch.run import Outcome, run_period
from batch.snapshot.snapshot import Snapshot
from payengine.exact import FEN
from payengine.graph import ENGAGEMENT, INSTITUTION, STAFF, YUAN, Rules, formula
from payengine.periods import Period
from payengine.policy import Policy, load_policy
from tests.support.freeze_case import Given, Row, Tables, engagement, record, reference


@formula(level=ENGAGEMENT, unit=YUAN, label="当量绩效（预发）", source="toy", component=True)
def advance(points, advance_price):
    """Pay an advance for a month's points."""
    return (points * advance_price).round(FEN)


@formula(level=STAFF, unit=YUAN, label="年终清算", source="toy", component=True)
def settled_pay(points, year_price, paid_before):
    """The year's points at the year's price, less what was advanced."""
    bonuses = paid_before["quarter_bonus"] + paid_before["half_year_bonus"]
    return (points.sum() * year_price).round(FEN) - paid_before["advance"] - bonuses


@formula(level=STAFF, unit=YUAN, label="季度奖", source="toy", component=True)
def quarter_bonus(paid_in_period):
    """A tenth of the quarter's advances."""
    return (paid_in_period["advance"] / 10).round(FEN)


@formula(level=STAFF, unit=YUAN, label="半年奖", source="toy", component=True)
def half_year_bonus(paid_in_period):
    """A twentieth of the half-year's advances and of what its quarters paid."""
    return ((paid_in_period["advance"] + paid_in_period["quarter_bonus"]) / 20).round(FEN)


@formula(level=INSTITUTION, unit=YUAN, label="购买", source="toy", statement=True)
def purchase(points, own_points, advance_price):
    """All points of the institution."""
    return ((points.sum() + own_points) * advance_price).round(FEN)


@formula(level=INSTITUTION, unit=YUAN, label="购买清算", source="toy", statement=True)
def purchase_settlement(points, own_points, year_price, statements_in_period):
    """The year's points at the year's price, less what the months bought."""
    return ((points.sum() + own_points) * year_price).round(FEN) - statements_in_period["purchase"]


@formula(level=INSTITUTION, unit=YUAN, label="本年已付", source="toy", report=True)
def paid_to_date(gross_pay, institution_paid_before):
    """All that the institution paid in the year, this run included."""
    return gross_pay.sum() + institution_paid_before.total()


RULES = Rules([advance, settled_pay, quarter_bonus, half_year_bonus, purchase, purchase_settlement, paid_to_date])
POLICY = """
[policy]
code = "toy"
title = "玩具县"
illustrative = true

[formulas.month]
outputs = ["base_pay", "advance", "purchase", "paid_to_date"]
[formulas.year]
outputs = ["settled_pay", "purchase_settlement", "paid_to_date"]

[components.base_pay]
label = "基本工资"
class = "fixed"
funding = "fiscal"
input = "base_pay"
[components.advance]
label = "当量绩效（预发）"
class = "variable"
funding = "fiscal"
[components.settled_pay]
label = "年终清算"
class = "variable"
funding = "fiscal"
[components.quarter_bonus]
label = "季度奖"
class = "variable"
funding = "fiscal"
[components.half_year_bonus]
label = "半年奖"
class = "variable"
funding = "fiscal"
[statements.purchase]
label = "购买"
funding = "fiscal"
[statements.purchase_settlement]
label = "购买清算"
funding = "fiscal"

[names.funding]
fiscal = "财政"

[parameters.advance_price]
label = "预发单价"
unit = "yuan per equivalent"
values = [{ from = 2020-01-01, value = "2", source = "toy", continues = "toy" }]
[parameters.year_price]
label = "年度单价"
unit = "yuan per equivalent"
values = [
  { from = 2020-01-01, until = 2026-07-01, value = "2.4", source = "toy" },
  { from = 2026-07-01, value = "2.5", source = "toy", continues = "toy" },
]
"""
IN_QUARTERS = POLICY.replace("[formulas.year]", '[formulas.quarter]\noutputs = ["quarter_bonus"]\n[formulas.year]')
IN_HALF_YEARS = IN_QUARTERS.replace(
    "[formulas.year]", '[formulas.half_year]\noutputs = ["half_year_bonus"]\n[formulas.year]'
)
YEAR = Period.parse("2026")
SPARSE = ("directed_task", "adjustment", "service_record", "pay_component")  # a month may well have none of these
MONTHS = YEAR.months()


def county() -> Tables:
    """Build the county: A stays, B leaves in June, C is away from April to August.

    D is at the clinic, in December at both.
    """
    tables = reference()
    tables["engagement"] = [
        engagement("A"),
        engagement("B", until="2026-06-16"),
        engagement("C", until="2026-04-01"),
        engagement("C", fte="0.5", **{"from": "2026-09-01"}),
        engagement("D", "V"),
        engagement("D", **{"from": "2026-12-01"}),
    ]
    tables["team_member"] = []
    tables["pay_component"] = [
        {"staff": "A", "institution": "H", "component": "base_pay", "amount": "1000.01", "period": str(month)}
        for month in MONTHS
    ]
    tables["service_record"] = list(records())
    return tables


def records() -> Iterator[Row]:
    """List every month's records: A, the one of B and C who is there, D, and a lecture.

    The lecture is the clinic's: nobody gives it in person.
    """
    for number, month in enumerate(MONTHS, 1):
        day = f"{month}-05"
        yield record(f"{month}-A", day, "A", quantity=f"{number}.25")
        if number <= 6:
            yield record(f"{month}-B", day, "B", quantity="3")
        if number <= 3 or number >= 9:
            yield record(f"{month}-C", day, "C", quantity="0.33")
        yield record(f"{month}-D", day, "D", quantity="7.77", institution="V")
        yield record(f"{month}-L", day, "", quantity="2", institution="V")


def owed(price: str, who: str, at: str, months: Iterable[Period] = MONTHS) -> int:
    """Compute the worth of the points of some months in fen, half up.

    The items of the county are worth one point each.
    """
    wanted = {str(month) for month in months}
    points = sum(
        Fraction(row["quantity"])
        for row in records()
        if (row["staff"], row["institution"]) == (who, at) and row["service_date"][:7] in wanted
    )
    return int(points * Fraction(price) * 100 + Fraction(1, 2))


class Office:
    """The county, its snapshots and its ledger; `tables` may change between two steps."""

    def __init__(self, folder: Path, ledger: Ledger, policy: Policy, tables: Tables | None = None) -> None:
        self.folder = folder
        self.ledger = ledger
        self.policy = policy
        self.tables = tables or county()
        self.source = Given(self.tables)

    def freeze(self, period: str | Period) -> Snapshot:
        period = period if isinstance(period, Period) else Period.parse(period)
        self.source = Given(self.tables)
        return freeze_period(
            self.source, period, self.folder, patient_key=None, privacy="as given", history=self.ledger.history(period)
        )

    def run(self, period: str | Period, **more: Any) -> Outcome:
        period = period if isinstance(period, Period) else Period.parse(period)
        given: dict[str, Any] = {"allow_empty": SPARSE, "threads": 1} | more
        return run_period(period, snapshots=self.folder, policy=self.policy, ledger=self.ledger, **given)

    def publish(self, period: str | Period, **more: Any) -> Outcome:
        """Freeze, run and publish a period."""
        self.freeze(period)
        outcome = self.run(period, **more)
        self.ledger.publish(outcome.run)
        return outcome

    def publish_all(self, periods: Iterable[str | Period]) -> None:
        for period in periods:
            self.publish(period)


@contextmanager
def toy_rules() -> Iterator[None]:
    """Make runs compute by the toy's rules."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batch.compute.compute, "shipped_rules", lambda: RULES)
        yield


def policy(folder: Path, text: str = POLICY) -> Policy:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "toy.toml").write_text(text, encoding="utf-8")
    return load_policy("toy", [folder])


def pay(outcome: Outcome) -> dict[tuple[str, str, str], int]:
    """(institution, staff, component) -> fen."""
    found: dict[tuple[str, str, str], int] = {}
    for row in outcome.results.pay_lines.to_pylist():
        key = (row["institution"], row["staff"], row["component"])
        found[key] = found.get(key, 0) + row["amount_fen"]
    return found


def reported(outcome: Outcome, name: str) -> Mapping[Any, int]:
    """A figure by institution, or by (institution, staff)."""
    return {
        (row["institution"], row["staff"]) if row["staff"] else row["institution"]: row["value"]
        for row in outcome.results.reports.to_pylist()
        if row["name"] == name
    }
