"""Charges to pools and sums below zero, in a small county that is run and published.

The county and its policy are those of the scheme `leave-within-the-pool`: B has a case of +1,000 in February.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

import formulas
from batch.audit.invariants import check
from batch.compute.charges import undeclared
from batch.compute.compute import parameters_read
from batch.report_names import PAYABLE, RECEIVABLE
from batch.reports.compliance import obligations
from batch.reports.register import Names, register
from batch.results import Results
from batch.workspace import Workspace
from payengine.errors import Refused
from payengine.periods import Period
from payengine.policy import Policy, load_policy
from tests.support import compute_toy as toy
from tests.support.policy_files import head
from tests.support.schemes import workspace

SCHEME = "leave-within-the-pool"
FEBRUARY = "2026-02"
LIMIT = """
[checks.work_limit]
label = "绩效不超过限额"
figure = "work_pool"
at_most = "{limit}"
unit = "yuan"
periods = ["month"]
blocks_publication = {blocks}
"""
RECEIVED = '[below_zero]\nmonth = "receivable"\n'
Change = Callable[[str], str]


def office(folder: Path, more: str = "", change: Change = str, cases: str = "") -> Workspace:
    """The scheme's county with its policy changed, or other cases (`staff|amount`)."""
    made = workspace(SCHEME, folder / "county")
    file = folder / "county" / "policy" / "leave.toml"
    file.write_text(change(file.read_text("utf-8")) + more, "utf-8")
    if cases:
        table = folder / "county" / "input" / "adjustment.csv"
        head = table.read_text("utf-8").splitlines()[0]
        given = [one.split("|") for one in cases.split()]
        rows = [
            {"institution": "L", "staff": staff, "component": "praise", "case": f"C-{number}", "amount": amount,
             "approver": "院长办公会", "period": FEBRUARY}
            for number, (staff, amount) in enumerate(given)
        ]  # fmt: skip
        lines = [",".join(row.get(column, "") for column in head.split(",")) for row in rows]
        table.write_text("\n".join([head, *lines, ""]), "utf-8")
    made.freeze(FEBRUARY)
    return made


def with_deductions(text: str) -> str:
    return text.replace('"case_addition", "deemed', '"case_addition", "case_deduction", "deemed')


def reported(results: Results, name: str) -> dict[tuple[str, str], int]:
    rows = results.reports.filter([one == name for one in results.reports["name"].to_pylist()]).to_pylist()
    return {(row["institution"], row["staff"]): row["value"] for row in rows}


def test_a_charge_to_what_is_no_pool_is_refused(tmp_path: Path) -> None:
    made = office(tmp_path, change=lambda text: text.replace('charged_to = "work_pool"', 'charged_to = "wrok_pool"'))
    with pytest.raises(Refused, match=r"no pool, so nothing can be charged to it.*work_pool"):
        made.run(FEBRUARY)


def test_deemed_pay_charged_to_a_pool_is_paid_from_within(tmp_path: Path) -> None:
    """Left to the mean of what the pool pays, the two would wait for each other."""
    made = office(tmp_path, change=lambda text: text.replace('deemed_performance_pay = "deemed_within_pool"\n', ""))
    with pytest.raises(Refused, match="deemed_within_pool"):
        made.run(FEBRUARY)


def test_deemed_pay_from_within_says_which_pool(tmp_path: Path) -> None:
    def change(text: str) -> str:
        return text.replace('charged_to = "work_pool"\ncharged_after = ["case_addition"]', 'charged_to = "total"')

    with pytest.raises(Refused, match="charged to none"):
        office(tmp_path, change=change).run(FEBRUARY)


def test_draws_above_the_pool_are_refused(tmp_path: Path) -> None:
    """10,000 cannot pay a case of 15,000: -5,000 is left, and nobody is paid a share of that.

    Of it -5,000 / 3 would be C's, -3,333.33 the others'.
    """
    with pytest.raises(Refused) as caught:
        office(tmp_path, cases="B|15000").run(FEBRUARY)
    assert [(problem.column, problem.what) for problem in caught.value.problems] == [
        ("L", "the pool is -1666.67 yuan, below 0"), ("L", "the pool is -3333.33 yuan, below 0"),
    ]  # fmt: skip


def test_persons_below_zero_are_refused_all_at_once(tmp_path: Path) -> None:
    """Deductions: A has 5,000 and gives 5,000.01, B 1,666.67 and 2,000; C is left with 0.

    The pool is 10,000 (no additions): A 5,000.00, B 1,666.67, C 3,333.33 as in January.
    """
    with pytest.raises(Refused) as caught:
        office(tmp_path, change=with_deductions, cases="A|-5000.01 B|-2000 C|-3333.33").run(FEBRUARY)
    assert [(problem.column, problem.what) for problem in caught.value.problems] == [
        ("L A", "the lines sum to -0.01 yuan, below 0"), ("L B", "the lines sum to -333.33 yuan, below 0"),
    ]  # fmt: skip
    assert caught.value.exit_code == 3


def test_a_receivable_is_listed_and_not_netted(tmp_path: Path) -> None:
    """A and B owe 0.01 and 333.33, C has 3,333.33: the lines add up to 2,999.99."""
    made = office(tmp_path, RECEIVED, with_deductions, cases="A|-5000.01 B|-2000")
    found = made.run(FEBRUARY).results
    assert reported(found, RECEIVABLE) == {("L", "A"): 1, ("L", "B"): 33333, ("L", ""): 33334}
    assert reported(found, PAYABLE) == {("L", ""): 333333}
    assert sum(found.pay_lines["amount_fen"].to_pylist()) == 299999
    told = register(found, Names())
    assert told.receivable == [{"institution": "L", "payable_fen": 333333, "receivable_fen": 33334}]
    assert any("333.34" in warning and "L B 333.33" in warning for warning in told.warnings)
    check(found)


def test_a_run_without_anybody_below_zero_says_nothing_of_it(tmp_path: Path) -> None:
    found = office(tmp_path, RECEIVED).run(FEBRUARY).results
    assert reported(found, RECEIVABLE) == reported(found, PAYABLE) == {}


def test_a_failed_check_stops_the_publication_where_the_policy_says_so(tmp_path: Path) -> None:
    """The pool leaves 6,000.00: a limit of 5,999.99 fails; the run stays staged."""
    made = office(tmp_path, LIMIT.format(limit="5999.99", blocks="true"))
    outcome = made.run(FEBRUARY)
    assert outcome.state == "staged"
    with pytest.raises(Refused, match="绩效不超过限额") as caught:
        made.publish(outcome.run)
    assert [(problem.where, problem.column) for problem in caught.value.problems] == [("L", "work_limit")]
    assert [(record.id, record.revision) for record in made.runs()] == [(outcome.run, None)]


@pytest.mark.parametrize(("limit", "blocks"), [("6000", "true"), ("5999.99", "false")])
def test_a_check_that_holds_or_does_not_block_lets_a_run_be_published(tmp_path: Path, limit: str, blocks: str) -> None:
    made = office(tmp_path, LIMIT.format(limit=limit, blocks=blocks))
    assert made.publish(made.run(FEBRUARY).run).publication.revision == 1


FLOORS_FIRST = '[formulas.year]\nceiling_room = "under_ceiling_after_floors"\n'
WITHOUT_REWARDS = """
[totals.pay_before_floors]
without = [
  "reward_pay", "gp_parity_pay", "public_health_floor_pay", "village_parity_pay", "village_parity_own_pay",
  "converted_to_fixed", "converted_from_variable", "variable_pay_over_cap",
]
[totals.variable_pay_before_floors]
without = [
  "reward_pay", "gp_parity_pay", "public_health_floor_pay", "village_parity_pay", "village_parity_own_pay",
  "converted_from_variable", "variable_pay_over_cap",
]
"""


def of_xining(folder: Path, more: str) -> Policy:
    (folder / "own.toml").write_text(head("own", "xining-example") + more, "utf-8")
    return load_policy("own", [folder, formulas.POLICIES])


def test_floors_taken_off_the_ceiling_first_start_without_the_rewards(tmp_path: Path) -> None:
    """Floors that compare the rewards wait for them, and they for the room floors leave."""
    year = Period.parse("2026")
    with pytest.raises(Refused, match="ceiling_room"):
        parameters_read(of_xining(tmp_path, FLOORS_FIRST), year)
    assert "wage_control_level" in parameters_read(of_xining(tmp_path, FLOORS_FIRST + WITHOUT_REWARDS), year)


def test_every_shipped_component_says_what_it_is_charged_to() -> None:
    national = load_policy("national", [formulas.POLICIES])
    assert undeclared(national, list(national.components)) == []
    assert {one.name for one in national.components.values() if not one.is_inside} >= {"post_pay", "agreement_pay"}
    assert national.components["multi_site_pay"].charged_to == "total"


def test_leave_is_paid_beside_the_pool_or_within_it_by_choice(tmp_path: Path) -> None:
    """Neither is the default: beside a fixed pool more than the pool is paid."""
    more = '[formulas.month]\noutputs = ["deemed_performance_pay"]\n'
    with pytest.raises(Refused, match="deemed_beside_pool"):
        parameters_read(of_xining(tmp_path, more), Period.parse("2026-01"))


def test_a_negative_pool_is_refused(tmp_path: Path) -> None:
    """A pool of -300.00: its people would have -100.00 and -200.00 (a case of the field)."""
    rows = toy.county()
    rows["finance"][0]["amount"] = -30000
    snapshot = toy.ToySnapshot(rows=rows, work=toy.WORK)
    run = toy.prepared(toy.policy(tmp_path), snapshot)
    with pytest.raises(Refused, match=r"the pool is -300\.00 yuan, below 0"):
        run.finish(snapshot.priced)


def test_draws_above_a_pool_that_no_line_divides_are_refused(tmp_path: Path) -> None:
    """The pool of 10,000 has a case of 15,000 and nobody shares the rest: -5,000 is left."""
    kept = 'outputs = ["case_addition"]\n'
    with pytest.raises(Refused) as caught:
        office(tmp_path, change=lambda text: re.sub("outputs = .*\n", kept, text), cases="B|15000").run(FEBRUARY)
    assert [(problem.column, problem.what) for problem in caught.value.problems] == [
        ("L", "the pool is -5000.00 yuan, below 0")
    ]


def test_a_charge_to_a_pool_that_is_not_given_is_refused(tmp_path: Path) -> None:
    """L has one of the pool's two lines: 10,000 are known, and a case of 1,000 waits.

    Nobody shares the rest, so that no other line asks for the pool.
    """

    def change(text: str) -> str:
        text = re.sub("outputs = .*\n", 'outputs = ["case_addition"]\n', text)
        text = text.replace('add = ["finance[work_pool]"]', 'add = ["finance[work_pool]", "finance[grant]"]')
        return text.replace("[names.finance]", '[names.finance]\ngrant = "拨款"')

    with pytest.raises(Refused) as caught:
        office(tmp_path, change=change).run(FEBRUARY)
    [problem] = caught.value.problems
    assert (problem.where, problem.column) == ("L", "work_pool")
    assert problem.what == "绩效总量 is not given, and is charged with 考核奖励（列明事项） 1000.00 (C-1)"
    assert "finance[grant]（2026-02）" in problem.remedy
    assert caught.value.exit_code == 3


def test_lines_that_cancel_are_charges_too(tmp_path: Path) -> None:
    """Additions of 500 and deductions of 500 are paid and taken, though they add up to nothing."""

    def change(text: str) -> str:
        text = re.sub("outputs = .*\n", 'outputs = ["case_addition", "case_deduction"]\n', text)
        text = text.replace('add = ["finance[work_pool]"]', 'add = ["finance[grant]"]')
        text = text.replace("[names.finance]", '[names.finance]\ngrant = "拨款"')
        return text + '[components.case_deduction]\ncharged_to = "work_pool"\n'

    with pytest.raises(Refused, match=r"500\.00 \(C-0\).*-500\.00 \(C-1\)"):
        office(tmp_path, RECEIVED, change, cases="A|500 B|-500").run(FEBRUARY)


def test_a_pool_that_nobody_charges_may_be_not_given(tmp_path: Path) -> None:
    """January has no case: the pool is not given there, and nobody is paid from it."""

    def change(text: str) -> str:
        text = re.sub("outputs = .*\n", 'outputs = ["case_addition"]\n', text)
        text = text.replace('add = ["finance[work_pool]"]', 'add = ["finance[grant]"]')
        text = text.replace("[names.finance]", '[names.finance]\ngrant = "拨款"')
        return text + '\n[ignored]\nfinance = ["work_pool"]\n'

    made = office(tmp_path, change=change)
    made.freeze("2026-01")
    found = made.run("2026-01").results
    assert found.pay_lines.num_rows == 0
    assert any("finance[grant]" in warning for warning in found.warnings)


def test_a_check_that_blocks_keeps_its_threshold_on_the_sheet(tmp_path: Path) -> None:
    """A check that may stop the publication is held against 7,000.00, also of all together."""
    limit = """
[parameters.work_limit]
label = "限额"
unit = "yuan"
values = [{ from = 2026-01-01, continues = "至下次调整", value = "7000", source = "illustrative" }]
"""
    results = office(tmp_path, limit + LIMIT.format(limit="work_limit", blocks="true")).run(FEBRUARY).results
    (sheet,) = [one for one in obligations(results) if one.name == "work_limit"]
    (own,) = sheet.institutions
    for told in (own, sheet.consortium):
        assert (told.result, told.source) == ("pass", "illustrative")
        assert told.threshold is not None
        assert (told.threshold.unit, told.threshold.value) == ("yuan", 7000 * 10**told.threshold.scale)
