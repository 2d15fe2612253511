"""Explanations for one institution: nothing added up over others, all of its own."""

from __future__ import annotations

from dataclasses import replace

import pytest
from click.testing import CliRunner

from batch.cli.root import root
from batch.cli.views.explanation import explanation_parts
from batch.cli.views.payslip_page import PayslipPages
from batch.cli.web.blocks import blocks_of, tree
from batch.cli.web.redaction import payslip_without_others, without_others, without_sums_of_others
from batch.explain.causes import Cause
from batch.explain.changes import FIGURE, INPUT, PARAMETER, RECORDS, Change
from batch.explain.explanation import Explanation
from batch.explain.why import PAY, Difference, LineDifference, Why
from batch.payslips.payslip import Payslip
from batch.reports.register import Names
from batch.workspace import Workspace
from payengine.graph import CONSORTIUM, INSTITUTION
from tests.support.simulated_county import OCTOBER


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A county by a policy with figures of the whole run."""
    folder = tmp_path_factory.mktemp("redaction") / "county"
    words = ["demo", str(folder), "--policy", "xining", "--period", OCTOBER, "--records", "1500", "--staff", "40",
             "--institutions", "8"]  # fmt: skip
    made = CliRunner().invoke(root, words)
    assert made.exit_code == 0, made.output
    return Workspace(folder)


@pytest.fixture(scope="module")
def explanations(county: Workspace) -> list[Explanation]:
    """An institution and a person of it."""
    lines = county.results(OCTOBER).pay_lines
    place, who = lines["institution"][0].as_py(), lines["staff"][0].as_py()
    return [*county.explain(OCTOBER, institution=place), *county.explain(OCTOBER, staff=who, institution=place)]


def wide_totals(one: Explanation | Payslip) -> list[str]:
    """Find sums of more rows than the institution has."""
    frame = one.trace.frame
    place = list(frame.institutions).index(one.institution)
    found = []
    for step in one.trace.steps.values():
        for operand in (*step.operands, step):
            for total in operand.totals:
                own = 0 if total.level >= INSTITUTION else int((frame.parent(total.level, INSTITUTION) == place).sum())
                if total.rows > own:
                    found.append(step.formula.gives)
    return found


def test_sums_over_other_institutions_are_left_out(explanations: list[Explanation]) -> None:
    assert any(wide_totals(one) for one in explanations), "this policy shows nothing that could be left out"
    for one in explanations:
        shown = without_others(one)
        assert not wide_totals(shown)
        for step in shown.trace.steps.values():
            if step.formula.level is CONSORTIUM:
                assert not step.cells
                assert not step.totals
                assert not step.operands
        hidden = {name for name, step in one.trace.steps.items() if step.formula.level is CONSORTIUM}
        assert not any(
            operand.cells for step in shown.trace.steps.values() for operand in step.operands if operand.name in hidden
        )


def test_what_is_the_institutions_own_stays(explanations: list[Explanation]) -> None:
    for one in explanations:
        shown = without_others(one)
        for name, step in one.trace.steps.items():
            if step.formula.level is not CONSORTIUM:
                assert shown.trace.steps[name].cells == step.cells, name
        assert one.trace.steps.keys() == shown.trace.steps.keys()
        assert blocks_of(explanation_parts(shown, Names()), as_tree=tree)


def test_the_explanation_itself_is_not_changed(explanations: list[Explanation]) -> None:
    before = [wide_totals(one) for one in explanations]
    for one in explanations:
        without_others(one)
    assert [wide_totals(one) for one in explanations] == before


def test_payslips_for_narrow_links_are_whole_without_sums_over_others(
    county: Workspace, explanations: list[Explanation]
) -> None:
    """The paper goes less deep, so the payslip is given the trace of the whole explanation."""
    explained = explanations[1]
    made = county.payslips(OCTOBER, staff=explained.staff, institution=explained.institution)
    pages = PayslipPages(made.record, made.results.meta, made.policy, Names(), all_items=True)
    (own,) = made.payslips
    deep = replace(own, trace=explained.trace)
    assert wide_totals(deep), "this policy shows nothing that could be left out"
    shown = payslip_without_others(deep)
    assert not wide_totals(shown)
    whole, narrow = pages.page(own), pages.page(shown)
    for part in ("due", "lines", "items", "unpaid"):
        assert narrow[part] == whole[part]
    assert pages.page(payslip_without_others(own))["how"] == whole["how"], "nothing but sums over others is left out"


def test_causes_for_narrow_links_keep_every_fen_and_no_sum_over_others() -> None:
    changes = [
        Change(Cause.PRICE, PARAMETER, "staff_point_price", old="4.00", new="4.20"),
        Change(Cause.PRICE, FIGURE, "weight", old="1", new="2"),
        Change(Cause.PRICE, INPUT, "points", old="3", new="4", rows=(20, 20)),
        Change(Cause.PRICE, INPUT, "finance_line", old="3", new="4"),
        Change(Cause.PRICE, RECORDS, "came_late", new="4", rows=(0, 2)),
    ]
    line = LineDifference("workload_pay", "", 100, 120, {Cause.PRICE: 20})
    found = Why(None, None, "S1", [Difference(PAY, "I1", "S1", [line], changes=changes)])  # type: ignore[arg-type]
    for is_person in (True, False):
        (shown,) = without_sums_of_others(found, is_person=is_person).differences
        assert shown.parts == {Cause.PRICE: 20}
        kept = [one.kind for one in shown.changes]
        assert FIGURE not in kept
        assert RECORDS in kept
        assert PARAMETER in kept
        assert not any(one.rows and one.kind == INPUT for one in shown.changes)
