"""Command `month`: a period from its freeze to its publication, asking before."""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from batch.cli import month as month_command
from batch.cli.root import root
from batch.workspace import Workspace
from tests.batch.cli.test_steps import STEPS
from tests.support.paths import ROOT
from tests.support.small_county import OCTOBER, call, county, pay, record, tables, write

SEPTEMBER = "2026-09"
RECORDS = [record("R1"), record("R0", day="2026-09-05")]
STOPS = "\n[findings.engaged_unpaid]\nblocks_publication = true\n"


def rows() -> dict[str, list[dict[str, str]]]:
    return {"pay_component": [pay(who, period=month) for who in ("S1", "S2") for month in (SEPTEMBER, OCTOBER)]}


@pytest.fixture
def office(tmp_path: Path) -> Path:
    return county(tmp_path / "county", tables(SEPTEMBER, OCTOBER, service_record=RECORDS, **rows())).folder


def expect(result: Result, code: int = 0) -> str:
    assert result.exit_code == code, result.output + result.stderr
    return result.output


def revisions(folder: Path, period: str = OCTOBER) -> list[int]:
    return [record.revision for record in Workspace(folder).runs(period) if record.revision is not None]


def test_without_a_terminal_it_stops_at_the_draft_and_names_the_next_command(office: Path) -> None:
    said = expect(call(office, "month", OCTOBER))
    assert f"Frozen {OCTOBER}: snapshot" in said
    assert "staged, not published" in said
    assert "Nothing earlier is published to compare it with." in said
    assert said.endswith(f"Next: payengine --workspace {office} publish {OCTOBER}\n")
    assert revisions(office) == []
    again = expect(call(office, "month", OCTOBER))
    assert f"the source of {OCTOBER} is as it was" in again
    assert "staged before, not published" in again
    assert len(Workspace(office).runs(OCTOBER)) == 1
    expect(call(office, "publish", OCTOBER))
    assert revisions(office) == [1]


def test_yes_publishes_and_what_is_unchanged_is_not_published_again(office: Path) -> None:
    expect(call(office, "month", SEPTEMBER, "--yes"))
    told = json.loads(expect(call(office, "--json", "month", OCTOBER, "--yes")))
    assert (told["state"], told["publication"]["revision"], told["freeze"]["unchanged"]) == ("published", 1, False)
    assert told["last_period"]["period"] == SEPTEMBER
    assert told["run"] == Workspace(office).runs(OCTOBER)[0].id
    assert told["next"].endswith(f"pay {OCTOBER}")
    said = expect(call(office, "month", OCTOBER, "--yes"))
    assert "Computed again, with the same results" in said
    assert "published as revision 1" in said
    assert revisions(office) == [1]


def test_a_change_needs_a_reason_and_shows_both_differences(office: Path) -> None:
    for month in (SEPTEMBER, OCTOBER):
        expect(call(office, "month", month, "--yes"))
    changed = rows()
    changed["pay_component"][-1]["amount"] = "4100"
    write(office / "input", changed)
    told = call(office, "month", OCTOBER, "--yes").stderr
    assert f"run {OCTOBER} --dry-run" in told
    assert f"month {OCTOBER} --revise REASON" in told
    assert call(office, "month", OCTOBER, "--yes").exit_code == 5
    assert revisions(office) == [1]
    said = expect(call(office, "month", OCTOBER, "--yes", "--revise", "corrected post pay"))
    assert "Compared with revision 1" in said
    assert f"Compared with {SEPTEMBER} (revision 1" in said
    assert said.count("+1,000.00") >= 2
    assert revisions(office) == [1, 2]


def test_a_finding_that_stops_the_publication_stops_it_here(tmp_path: Path) -> None:
    folder = county(tmp_path / "county", tables(pay_component=[pay("S1")]), STOPS).folder
    said = expect(call(folder, "month", OCTOBER))
    assert "This stops the publication:" in said
    assert f"publish {OCTOBER} --accept engaged_unpaid" in said
    refused = call(folder, "month", OCTOBER, "--yes")
    assert (refused.exit_code, "finding(s) stop it" in refused.stderr) == (3, True)
    told = json.loads(expect(call(folder, "--json", "month", OCTOBER)))
    assert [one["kind"] for one in told["check"]["stopping"]] == ["engaged_unpaid"]
    assert (told["state"], told["publication"], revisions(folder)) == ("draft", None, [])
    said = expect(call(folder, "month", OCTOBER, "--yes", "--accept", "engaged_unpaid", "on leave"))
    assert "accepted: engaged_unpaid" in said
    assert revisions(folder) == [1]


def test_steps_of_the_policy_are_done_before_whatever_yes_says(tmp_path: Path) -> None:
    folder = county(tmp_path / "county", tables(pay_component=[pay("S1"), pay("S2")]), STEPS).folder
    said = expect(call(folder, "month", OCTOBER, "--yes"))
    assert "The policy demands steps" in said
    assert f"Next: payengine --workspace {folder} step {OCTOBER} reviewed\n" in said
    assert revisions(folder) == []
    told = json.loads(expect(call(folder, "--json", "month", OCTOBER, "--yes")))
    assert (told["state"], told["steps"]["next"]) == ("draft", "reviewed")


@pytest.mark.parametrize(("typed", "published"), [("y\n", [1]), ("是\n", [1]), ("n\n", []), ("\n", []), ("", [])])
def test_the_answer_decides(office: Path, monkeypatch: pytest.MonkeyPatch, typed: str, published: list[int]) -> None:
    monkeypatch.setattr(month_command, "has_terminal", lambda: True)
    words = ["--workspace", str(office), "month", OCTOBER]
    done = CliRunner().invoke(root, words, input=typed)
    assert f"Publish {OCTOBER} as revision 1? [y/N] " in done.stderr
    assert (done.exit_code, revisions(office)) == (0, published)
    assert ("stays a draft" in done.stdout) == (not published)


def test_names_of_held_institutions_and_wrong_input(office: Path) -> None:
    write(office / "input", {"institution": [
        {"code": "I1", "name": "城关镇卫生院", "kind": "township_center", "public_class": "1", "from": "2020-01-01"}
    ]})  # fmt: skip
    done = call(office, "month", OCTOBER, "--hold", "城关镇卫生院", "scores missing")
    assert (done.exit_code, "城关镇卫生院 = I1" in done.stderr) == (0, True)
    assert Workspace(office).runs(OCTOBER)[0].holds == {"I1": "scores missing"}
    assert call(office, "month", "2026-13").exit_code == 2
    (office / "input" / "engagement.csv").write_text("staff\nS1\n", encoding="utf-8")
    refused = call(office, "--json", "month", OCTOBER)
    assert (refused.exit_code, json.loads(refused.stdout)["error"]["exit_code"]) == (3, 3)


def test_a_year_whose_months_are_not_published_names_the_command_that_does_it(office: Path) -> None:
    assert "Publish these months first, each with payengine month PERIOD." in expect(call(office, "month", "2026"), 3)


def test_it_says_so_in_chinese(office: Path) -> None:
    said = expect(call(office, "--lang", "zh", "month", OCTOBER))
    assert "已暂存，未发布，仍为草稿" in said
    assert "各表行数：机构 1、人员 2" in said
    assert f"下一步：payengine --workspace {office} publish {OCTOBER}" in said


@pytest.mark.skipif(os.name == "nt", reason="a pseudo-terminal is needed, which Windows has not")
@pytest.mark.parametrize("kill", [signal.SIGKILL, signal.SIGINT, None])
def test_whoever_is_killed_at_the_question_has_published_nothing(office: Path, kill: signal.Signals | None) -> None:
    """On a terminal of its own: killed, interrupted, or answered with no."""
    import pty

    controller, terminal = pty.openpty()
    line = [sys.executable, "-c", "from batch.cli import main; main()", "--lang", "en", "--workspace", str(office)]
    child = subprocess.Popen(
        [*line, "month", OCTOBER], cwd=ROOT, stdin=terminal, stdout=terminal, stderr=terminal, close_fds=True
    )
    os.close(terminal)
    shown, until = b"", time.monotonic() + 120
    while b"[y/N]" not in shown:
        assert time.monotonic() < until, shown.decode(errors="replace")
        if select.select([controller], [], [], 1)[0]:
            shown += os.read(controller, 65536)
    if kill is None:
        os.write(controller, b"n\n")
    else:
        child.send_signal(kill)
    while select.select([controller], [], [], 10)[0]:
        try:
            if not (more := os.read(controller, 65536)):
                break
            shown += more
        except OSError:  # the terminal's other end is closed
            break
    code = child.wait(60)
    os.close(controller)
    assert code == {signal.SIGKILL: -9, signal.SIGINT: 130, None: 0}[kill]
    assert revisions(office) == []
    expect(call(office, "verify"))
    expect(call(office, "month", OCTOBER, "--yes"))
    assert revisions(office) == [1]
    shutil.rmtree(office)
