"""Carried pools over months and years: no money is lost, doubled or opened otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from batch.cli.root import root
from batch.reports.carried_amounts import carried_amounts
from batch.reports.register import Names, register
from batch.results import Results
from batch.workspace import Workspace
from payengine.errors import Refused
from tests.support.schemes import SETTINGS, reports, write_table

POLICY = """
[policy]
code = "carrying"
title = "结转（虚构）"
level = "county"
extends = ["national"]
illustrative = true
[names.finance]
money = "资金"
more = "另一资金"
[formulas.month]
outputs = [{outputs}]
[formulas.year]
outputs = ["grade_pay"]
[pools.bonus]
label = "奖金"
add = ["finance[money]"]
unclaimed = "carried"
[components.bonus_pay]
label = "奖金"
class = "variable"
funding = "service_income"
pool = "bonus"
weights = "points"
[components.post_pay]
label = "岗位工资"
class = "fixed"
funding = "fiscal"
input = "post_pay"
[components.grade_pay]
label = "薪级工资"
class = "fixed"
funding = "fiscal"
input = "grade_pay"
"""


@dataclass
class County:
    """A county of institutions with one person each.

    `money` (fen) and `points` are by (month, institution).
    """

    folder: Path
    money: dict[tuple[str, str], int] = field(default_factory=dict)
    points: dict[tuple[str, str], int] = field(default_factory=dict)
    closed: dict[str, str] = field(default_factory=dict)  # institution -> first day on which it is closed
    balances: list[str] = field(default_factory=list)
    more: list[str] = field(default_factory=list)  # further rows of finance
    institutions: Sequence[str] = ("I", "J")

    def __post_init__(self) -> None:
        (self.folder / "policy").mkdir(parents=True)
        self.policy('"bonus_pay"')
        (self.folder / "payengine.toml").write_text(SETTINGS.format(policy="carrying"), "utf-8")
        self.workspace = Workspace(self.folder)

    def policy(self, outputs: str, more: str = "") -> None:
        text = POLICY.replace("{outputs}", outputs) + more
        (self.folder / "policy" / "carrying.toml").write_text(text, "utf-8")

    def write(self) -> None:
        ends = {code: self.closed.get(code, "") for code in self.institutions}
        tables: Mapping[str, tuple[list[str], list[str]]] = {
            "institution": (["code", "name", "until"], [f"{code}|院|{day}" for code, day in ends.items()]),
            "staff": (["code", "name"], [f"{code}1|人" for code in ends]),
            "engagement": (
                ["staff", "institution", "until"], [f"{code}1|{code}|{day}" for code, day in ends.items()],
            ),
            "service_item": (["code", "name"], ["X|项目"]),
            "service_record": (
                ["record_id", "service_date", "institution", "staff", "item", "quantity"],
                [f"R{code}{month}|{month}-03|{code}|{code}1|X|{n}" for (month, code), n in self.points.items() if n],
            ),
            "finance": (
                ["institution", "line", "amount", "period"],
                [*(f"{code}|money|{fen / 100:.2f}|{month}" for (month, code), fen in self.money.items()), *self.more],
            ),
            "opening_balance": (["institution", "staff", "name", "amount", "period"], self.balances),
        }  # fmt: skip
        for table, (columns, rows) in tables.items():
            write_table(self.folder / "input" / f"{table}.csv", table, {"columns": columns, "rows": rows})

    def publish(self, period: str, revise: str = "", hold: Mapping[str, str] | None = None) -> Results:
        self.write()
        self.workspace.freeze(period)
        outcome = self.workspace.run(period, revise=revise, hold=hold)
        self.workspace.publish(outcome.run)
        self.warnings = outcome.warnings
        return outcome.results


def fen(results: Results, name: str) -> int:
    return int(reports(results).get(name, "0").replace(".", ""))


def paid(results: Results, code: str) -> int:
    lines = results.pay_lines.to_pylist()
    return sum(row["amount_fen"] for row in lines if row["institution"] == code)


DEPARTMENTS = """
[figures.department_points]
label = "科室当量"
level = "department"
unit = "points"
total_of = "points"
[pools.department_bonus]
label = "科室奖金"
level = "department"
divides = "bonus"
by = "department_points"
[components.department_pay]
label = "科室奖金"
class = "variable"
funding = "service_income"
pool = "department_bonus"
weights = "points"
"""


def test_what_leaves_a_pool_by_way_of_departments_is_used_and_paid_once(tmp_path: Path) -> None:
    """80.00 are given in October, once, and paid in October, once."""
    county = County(tmp_path / "county", institutions=("I",))
    county.policy('"department_pay"', DEPARTMENTS)
    county.money = {("2026-10", "I"): 8000, ("2026-11", "I"): 0, ("2026-12", "I"): 0}
    county.points = {(month, "I"): 1 for month, _ in county.money}
    found = [(county.publish(month), month) for month, _ in county.money]
    assert [paid(results, "I") for results, _ in found] == [8000, 0, 0]
    assert [fen(results, "I bonus_used") for results, _ in found] == [8000, 0, 0]
    assert [fen(results, "I bonus_carried_forward") for results, _ in found] == [0, 0, 0]


def test_a_month_published_when_less_counted_as_used_is_told_until_it_is_revised(tmp_path: Path) -> None:
    """October counts what departments paid as not used, as an older rule did.

    November pays it again.
    """
    county = County(tmp_path / "county", institutions=("I",))
    county.policy('"department_pay"', DEPARTMENTS)
    county.money = {("2026-10", "I"): 8000, ("2026-11", "I"): 0, ("2026-12", "I"): 0}
    county.points = {(month, "I"): 1 for month, _ in county.money}
    with pytest.MonkeyPatch.context() as older:
        older.setattr("batch.compute.declared.formulas.pools_of_money", lambda policy, pool: [pool])
        older.setattr("batch.compute.compute.engine_digest", lambda: "0" * 64)
        assert fen(county.publish("2026-10"), "I bonus_used") == 0
    assert paid(county.publish("2026-11"), "I") == 8000
    [told] = [one for one in county.warnings if "by the rules of today" in one]
    assert told.startswith(
        "I: published 2026-10 counted 0.00 yuan as used of 奖金, by the rules of today its lines used 80"
    )
    county.publish("2026-10", revise="the rule of today")
    assert paid(county.publish("2026-11", revise="October is revised"), "I") == 0
    assert not [one for one in county.warnings if "by the rules of today" in one]


def december(folder: Path) -> tuple[County, Results]:
    """Publish a December of 120.00 at I, which nobody can take, and 50.00 at J, which are paid."""
    county = County(folder)
    for month in ("2026-12", "2027-01", "2027-02"):
        county.money |= {(month, "I"): 12000, (month, "J"): 5000}
        county.points |= {(month, "I"): 0, (month, "J"): 1}
    return county, county.publish("2026-12")


def test_december_lists_the_rows_to_enter_for_january(tmp_path: Path) -> None:
    _, results = december(tmp_path / "county")
    assert fen(results, "I bonus_carried_forward") == 12000
    told = carried_amounts(results)
    assert (told.opens, [one.row for one in told.forward]) == ("2027-01", ["I,,bonus,120.00,2027-01"])
    assert register(results, Names()).as_json()["carried_forward"][0]["opening_balance"] == "I,,bonus,120.00,2027-01"


def test_the_year_lists_what_its_december_left(tmp_path: Path) -> None:
    county, _ = december(tmp_path / "county")
    for month in range(1, 12):
        county.money |= {(f"2026-{month:02}", "I"): 0, (f"2026-{month:02}", "J"): 0}
        county.publish(f"2026-{month:02}")
    results = county.publish("2026")
    assert [one.row for one in carried_amounts(results).forward] == ["I,,bonus,120.00,2027-01"]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([], "has no row, and 2026-12 left 120.00 yuan in this pool; enter the row I,,bonus,120.00,2027-01"),
        (["I||bonus|100|2027-01"], "is 100.00 yuan, and 2026-12 left 120.00 yuan in this pool"),
        (["I||bonus|120|2027-01", "J||bonus|5|2027"], "is 5.00 yuan, and 2026-12 left 0.00 yuan in this pool"),
    ],
)
def test_january_refuses_another_opening_than_december_left(rows: list[str], told: str, tmp_path: Path) -> None:
    county, _ = december(tmp_path / "county")
    county.balances = rows
    with pytest.raises(Refused) as refused:
        county.publish("2027-01")
    assert told in refused.value.report()


def test_january_takes_what_december_left_and_every_month_of_the_year_compares(tmp_path: Path) -> None:
    county, _ = december(tmp_path / "county")
    county.balances = ["I||bonus|120|2027-01"]
    assert fen(county.publish("2027-01"), "I bonus") == 24000
    county.balances = ["I||bonus|90|2027-01"]
    with pytest.raises(Refused, match="2027-02"):
        county.publish("2027-02")


def test_a_revised_december_changes_the_row_to_enter(tmp_path: Path) -> None:
    county, _ = december(tmp_path / "county")
    county.balances = ["I||bonus|120|2027-01"]
    county.publish("2027-01")
    county.money["2026-12", "I"] = 15000
    revised = county.publish("2026-12", "补记资金")
    assert [one.row for one in carried_amounts(revised).forward] == ["I,,bonus,150.00,2027-01"]
    with pytest.raises(Refused) as refused:
        county.publish("2027-02")
    assert "is 120.00 yuan, and 2026-12 left 150.00 yuan" in refused.value.report()


def test_a_carried_pool_without_a_line_keeps_its_money(tmp_path: Path) -> None:
    county = County(tmp_path / "county")
    for month in ("2026-01", "2026-02", "2026-03"):
        county.money |= {(month, "I"): 10000, (month, "J"): 0}
        county.points |= {(month, "I"): 1, (month, "J"): 0}
    county.policy('"post_pay"')  # nobody shares in it
    assert fen(county.publish("2026-01"), "I bonus_carried_forward") == 10000
    assert fen(county.publish("2026-02"), "I bonus_carried_forward") == 20000
    county.policy('"bonus_pay"')
    assert paid(county.publish("2026-03"), "I") == 30000


def test_a_month_that_lacked_its_money_leaves_the_carry_unknown_and_not_zero(tmp_path: Path) -> None:
    county = County(tmp_path / "county", institutions=("I",))
    county.policy('"post_pay"')
    county.money = {("2026-01", "I"): 10000, ("2026-03", "I"): 0}
    county.points = {("2026-03", "I"): 1}
    county.publish("2026-01")
    lacking = county.publish("2026-02")
    assert "I bonus_given.not_given[0]" in reports(lacking)
    assert "I bonus_carried_forward" not in reports(lacking)
    county.policy('"bonus_pay"')
    with pytest.raises(Refused) as refused:
        county.publish("2026-03")
    assert "bonus_carried needs it" in refused.value.report()


def test_parts_are_reported_though_no_output_names_them(tmp_path: Path) -> None:
    county = County(tmp_path / "county", institutions=("I",))
    county.policy('"bonus_pay", "other_pay", "rest_pay"', """
[pools.parted]
label = "分块"
add = ["finance[more]"]
parts = { work = "3", rest = "1" }
[components.other_pay]
label = "其他"
class = "variable"
funding = "service_income"
pool = "parted[work]"
weights = "points"
[components.rest_pay]
label = "其余"
class = "variable"
funding = "service_income"
pool = "parted[rest]"
weights = "points"
""")  # fmt: skip
    county.money, county.points = {("2026-01", "I"): 10000}, {("2026-01", "I"): 1}
    county.more = ["I|more|100|2026-01"]
    told = reports(county.publish("2026-01"))
    assert told["I parted"] == "100.00"
    assert (told["I parted_parts[work]"], told["I parted_parts[rest]"]) == ("75.00", "25.00")


def test_what_a_closed_institution_carried_is_listed_until_it_is_decided(tmp_path: Path) -> None:
    county = County(tmp_path / "county")
    for month in ("2026-11", "2026-12", "2027-01"):
        county.money |= {(month, "I"): 12000, (month, "J"): 0}
        county.points |= {(month, "I"): 0, (month, "J"): 1}
    county.publish("2026-11")
    county.closed = {"I": "2026-12-01"}
    for month in ("2026-12", "2027-01"):
        del county.money[month, "I"]
        county.balances = []
        results = county.publish(month)
        assert fen(results, "I bonus_carried_outside") == 12000
        assert [one.fen for one in register(results, Names()).carried.outside] == [12000]
        assert any("I: 120.00 yuan carried in 奖金" in told for told in county.warnings)
    county.balances = ["I||bonus_handed_over|100|2027-01"]
    part = county.publish("2027-01", "决定一部分")
    assert fen(part, "I bonus_carried_outside") == 2000
    county.balances = ["I||bonus_handed_over|120|2027-01"]
    assert "I bonus_carried_outside" not in reports(county.publish("2027-01", "全部移交"))


def test_the_printed_register_and_compliance_sheet_list_it(tmp_path: Path) -> None:
    county, results = december(tmp_path / "county")
    run = results.meta.run_id
    told = CliRunner().invoke(root, ["--workspace", str(county.folder), "show", run])
    assert "I,,bonus,120.00,2027-01" in told.output
    told = CliRunner().invoke(root, ["--workspace", str(county.folder), "show", run, "--compliance"])
    assert "I,,bonus,120.00,2027-01" in told.output


MONTHS = ("2026-01", "2026-02", "2026-03", "2026-04")


@st.composite
def years(draw: st.DrawFn) -> dict[str, object]:
    """Draw money, work, openings, a closure of J and the revision of an earlier month."""
    places = [(month, code) for month in MONTHS for code in "IJ"]
    return {
        "money": {place: draw(st.integers(0, 99_99)) for place in places},
        "points": {place: draw(st.sampled_from([0, 0, 3])) for place in places},
        "opening": {code: draw(st.sampled_from([None, 0, 77_01])) for code in "IJ"},
        "closes": draw(st.sampled_from([None, *MONTHS[1:]])),
        "revised": draw(st.sampled_from([None, *MONTHS[:3]])),
        "revised_to": draw(st.integers(0, 99_99)),
        "revised_after": draw(st.sampled_from(MONTHS[1:])),
    }


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(year=years())
def test_given_and_opening_are_what_is_paid_and_left(
    year: dict[str, object], tmp_path_factory: pytest.TempPathFactory
) -> None:
    money, points, opening = dict(year["money"]), year["points"], year["opening"]  # type: ignore[call-overload]
    closes, revised = year["closes"], year["revised"]
    county = County(tmp_path_factory.mktemp("drawn") / "county", money, dict(points))  # type: ignore[call-overload]
    county.balances = [f"{code}||bonus|{fen / 100:.2f}|2026" for code, fen in opening.items() if fen is not None]  # type: ignore[attr-defined]
    if closes:
        county.closed = {"J": f"{closes}-01"}
        for place in [place for place in money if place[1] == "J" and place[0] >= closes]:
            del money[place]
            county.points[place] = 0
    given_before, paid_before = {"I": opening["I"] or 0, "J": opening["J"] or 0}, {}  # type: ignore[index]
    for month in MONTHS:
        results = county.publish(month)
        for code in "IJ":
            paid_before[month, code] = paid(results, code)
        if revised and month == year["revised_after"] and revised < month and (revised, "I") in money:
            money[revised, "I"] = max(money[revised, "I"], year["revised_to"])
            again = county.publish(str(revised), "更正")
            paid_before[str(revised), "I"], paid_before[str(revised), "J"] = paid(again, "I"), paid(again, "J")
            continue  # this month's own run stood before the revision
        for code in "IJ":
            had = given_before[code] + sum(fen for (at, who), fen in money.items() if who == code and at <= month)
            spent = sum(fen for (at, who), fen in paid_before.items() if who == code and at <= month)
            name = "bonus_carried_outside" if closes and code == "J" and month >= closes else "bonus_carried_forward"
            assert fen(results, f"{code} {name}") == had - spent, (month, code)
