"""Publication where an input is not given of a check that may stop it.

The county is that of the scheme `leave-within-the-pool`: one institution, L. No pay depends on its survey.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from batch.cli.root import root
from batch.workspace import Workspace
from payengine.errors import Refused
from tests.support.schemes import workspace

FEBRUARY = "2026-02"
LACKING = "measure[survey]（2026-02）"
SURVEY = """
[names.measure]
survey = "问卷满意度"
[checks.survey]
label = "问卷满意度达标"
figure = "measure[survey]"
at_least = "0.90"
periods = ["month"]
blocks_publication = {blocks}
"""
OF_ALL = 'level = "consortium"\n'


def office(folder: Path, more: str, given: str = "") -> Workspace:
    """The scheme's county with a check of a survey, which L reports or does not."""
    made = workspace("leave-within-the-pool", folder / "county")
    file = folder / "county" / "policy" / "leave.toml"
    file.write_text(file.read_text("utf-8") + more, "utf-8")
    rows = f"L,survey,{given},{FEBRUARY}\n" if given else ""
    (folder / "county" / "input" / "measure.csv").write_text(f"institution,name,value,period\n{rows}", "utf-8")
    made.freeze(FEBRUARY)
    return made


@pytest.mark.parametrize(("more", "place"), [("", "L"), (OF_ALL, "all institutions together")])
def test_a_check_that_lacks_its_input_stops_the_publication_and_not_the_run(
    tmp_path: Path, more: str, place: str
) -> None:
    made = office(tmp_path, SURVEY.format(blocks="true") + more)
    outcome = made.run(FEBRUARY)
    assert outcome.state == "staged"
    with pytest.raises(Refused) as caught:
        made.publish(outcome.run)
    [problem] = caught.value.problems
    assert caught.value.exit_code == 3
    assert (problem.where, problem.column) == (place, "survey")
    assert "问卷满意度达标" in problem.what
    assert LACKING in problem.what
    assert [record.revision for record in made.runs()] == [None]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_check_that_may_be_not_given_is_named_by_the_publication(tmp_path: Path, language: str) -> None:
    made = office(tmp_path, SURVEY.format(blocks='"unless_not_given"'))
    run = made.run(FEBRUARY).run
    command = ["--workspace", str(made.folder), "--lang", language, "publish", run]
    for _ in range(2):  # published, then standing already
        answer = CliRunner().invoke(root, command, prog_name="payengine")
        assert answer.exit_code == 0, answer.output
        assert {"en": "published although L", "zh": "虽已发布，但 L"}[language] in answer.output
        assert LACKING in answer.output.replace("\n", "")
        assert "问卷满意度达标" in answer.output


def test_a_check_that_may_be_not_given_still_stops_where_it_fails(tmp_path: Path) -> None:
    made = office(tmp_path, SURVEY.format(blocks='"unless_not_given"'), given="0.89")
    with pytest.raises(Refused, match="the check fails"):
        made.publish(made.run(FEBRUARY).run)


@pytest.mark.parametrize(("blocks", "given"), [("false", ""), ("true", "0.90"), ('"unless_not_given"', "0.90")])
def test_nothing_else_stops_a_publication_or_is_told(tmp_path: Path, blocks: str, given: str) -> None:
    """A check that is not declared to stop it never does; reporting never gates pay."""
    made = office(tmp_path, SURVEY.format(blocks=blocks), given)
    published = made.publish(made.run(FEBRUARY).run)
    assert (published.publication.revision, published.warnings) == (1, ())


def test_another_word_is_refused(tmp_path: Path) -> None:
    made = office(tmp_path, SURVEY.format(blocks='"sometimes"'))
    with pytest.raises(Refused, match='must be true, false or "unless_not_given"'):
        made.run(FEBRUARY)
