"""Explanations for one institution: nothing that is added up over others, and all that is its own."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from batch.cli.root import root
from batch.cli.views.explanation import explanation_parts
from batch.cli.web.blocks import blocks_of, tree
from batch.cli.web.redaction import without_others
from batch.explain.explanation import Explanation
from batch.reports.register import Names
from batch.workspace import Workspace
from payengine.graph import CONSORTIUM, INSTITUTION
from tests.support.simulated_county import OCTOBER


@pytest.fixture(scope="module")
def explanations(tmp_path_factory: pytest.TempPathFactory) -> list[Explanation]:
    """An institution and a person of it, by a policy with figures of the whole run."""
    folder = tmp_path_factory.mktemp("redaction") / "county"
    words = ["demo", str(folder), "--policy", "xining", "--period", OCTOBER, "--records", "1500", "--staff", "40",
             "--institutions", "8"]  # fmt: skip
    made = CliRunner().invoke(root, words)
    assert made.exit_code == 0, made.output
    county = Workspace(folder)
    lines = county.results(OCTOBER).pay_lines
    place, who = lines["institution"][0].as_py(), lines["staff"][0].as_py()
    return [*county.explain(OCTOBER, institution=place), *county.explain(OCTOBER, staff=who, institution=place)]


def wide_totals(one: Explanation) -> list[str]:
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
