"""Commands of the steps before a publication: until they are done a run is a draft."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import Result

from batch.ledger import audit, publishing, run_steps
from batch.workspace import Workspace
from tests.support.small_county import LAYER, OCTOBER, call, county, pay, tables

STEPS = """
[steps.reviewed]
required = true
not_by = ["draft"]
source = "county-2026 3"
[steps.announced]
required = true
days = "5"
source = "county-2026 4"
[steps.published]
not_by = ["reviewed"]
source = "county-2026 6"
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("steps") / "county"
    workspace = county(folder, tables(pay_component=[pay("S1"), pay("S2")]), STEPS)
    workspace.freeze(OCTOBER)
    workspace.run(OCTOBER)
    return folder


@pytest.fixture
def office(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "county"))


def expect(result: Result, code: int = 0) -> str:
    assert result.exit_code == code, result.output + result.stderr
    return result.output + result.stderr


def become(monkeypatch: pytest.MonkeyPatch, user: str, time: str = "") -> None:
    for module in (audit, run_steps, publishing):
        monkeypatch.setattr(module, "who", lambda: user)
        if time:
            monkeypatch.setattr(module, "now", lambda: time)


def test_a_run_stays_a_draft_and_each_command_names_the_next_step(
    office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Workspace(office).runs()[0].id[:12]
    assert f"step {run} reviewed" in expect(call(office, "run", OCTOBER))
    told = expect(call(office, "publish", OCTOBER), 3)
    assert "is demanded by the policy" in told
    assert f"Next: payengine step {run} reviewed" in told
    error = json.loads(call(office, "--json", "publish", run).output)["error"]
    assert (error["exit_code"], len(error["problems"])) == (3, 2)
    assert "county-2026 4" in expect(call(office, "steps", OCTOBER))
    expect(call(office, "step", OCTOBER, "reviewed"), 3)

    become(monkeypatch, "li@pc2", "2099-01-01T00:00:00Z")
    entered = json.loads(expect(call(office, "--json", "step", OCTOBER, "reviewed", "--document", "复核 1")))
    assert (entered["step"], entered["made_by"], entered["next"]) == ("reviewed", "li@pc2", "announced")
    assert "From 2099-01-06T00:00:00Z on" in expect(call(office, "step", run, "announced"))
    objected = json.loads(expect(call(office, "--json", "object", OCTOBER, "--reason", "S1 has too little")))
    told = expect(call(office, "publish", OCTOBER), 3)
    assert f"object {run} --answer {objected['number']} --reason REASON" in told
    expect(call(office, "object", OCTOBER, "--answer", str(objected["number"]), "--reason", "counted again"))
    assert "is not over before 2099-01-06T00:00:00Z" in expect(call(office, "publish", OCTOBER), 3)
    become(monkeypatch, "li@pc2", "2099-01-06T00:00:00Z")
    assert "another person must do this one" in expect(call(office, "publish", OCTOBER), 3)
    become(monkeypatch, "wang@pc3")
    expect(call(office, "publish", OCTOBER))

    told_steps = json.loads(expect(call(office, "--json", "steps", OCTOBER)))
    assert [one["step"] for one in told_steps["steps"]] == ["reviewed", "announced", "objection", "answer"]
    assert told_steps["published"]["by"] == "wang@pc3"
    assert told_steps["next"] is None
    shown = expect(call(office, "--lang", "zh", "steps", OCTOBER))
    assert "已复核" in shown
    assert "已发布" in shown
    assert "is published" in expect(call(office, "step", run, "approved"), 3)
    expect(call(office, "verify"))
    reviewed = json.loads(expect(call(office, "--json", "log", "--action", "reviewed")))["entries"]
    assert [(one["by"], one["document"], one["after"]) for one in reviewed] == [
        ("li@pc2", "复核 1", told_steps["digest"])
    ]


def test_the_policy_shows_what_it_demands(office: Path) -> None:
    shown = expect(call(office, "policy", "show"))
    assert "Steps before a publication:" in shown
    assert "announced  demanded, 5 day(s), county-2026 4" in shown
    assert json.loads(expect(call(office, "--json", "policy", "show")))["steps"]["reviewed"]["not_by"] == ["draft"]
    assert "Steps before" not in expect(call(office, "policy", "show", "demo"))


def test_steps_taken_out_of_the_policy_still_hold_for_what_was_run_with_them(office: Path) -> None:
    (office / "policy" / "county.toml").write_text(LAYER, encoding="utf-8")
    assert "is demanded by the policy" in expect(call(office, "publish", OCTOBER), 3)


def test_steps_added_to_the_policy_hold_at_once(tmp_path: Path) -> None:
    """They are no part of the digest, so the run is the same."""
    folder = tmp_path / "county"
    workspace = county(folder, tables(pay_component=[pay("S1"), pay("S2")]), "\n")
    workspace.freeze(OCTOBER)
    run = workspace.run(OCTOBER).run
    (folder / "policy" / "county.toml").write_text(LAYER + STEPS, encoding="utf-8")
    assert Workspace(folder).run(OCTOBER).run == run
    assert "is demanded by the policy" in expect(call(folder, "publish", OCTOBER), 3)


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("step", OCTOBER, "checked"), "'checked' is none of reviewed, announced, approved"),
        (("step", OCTOBER, "reviewed", "--days", "3"), "--days is of an announcement"),
        (("step", OCTOBER, "announced", "--days", "99999999999"), "days are more than 366"),
        (("object", OCTOBER, "--reason", "\udcff"), "is not readable text"),
        (("step", "2026-09", "reviewed"), "has no run that is not published"),
        (("object", OCTOBER), "--reason is missing"),
        (("object", OCTOBER, "--reason", " "), "the reason is empty"),
        (("object", OCTOBER, "--answer", "77", "--reason", "why"), "no open objection 77"),
        (("steps", "2026-09"), "is not published"),
    ],
)
def test_what_is_wrong_is_told(words: tuple[str, ...], what: str, office: Path) -> None:
    assert what in expect(call(office, *words), 2)
