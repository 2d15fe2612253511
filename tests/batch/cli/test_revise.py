"""The command revise, as it is typed and as it answers."""

from __future__ import annotations

import json

import pytest

from batch.workspace import Workspace
from tests.support.late_county import FEBRUARY, JANUARY, MARCH, REASON, late_county
from tests.support.small_county import call


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return late_county(tmp_path_factory.mktemp("c") / "c")


def test_dry_run_publication_and_what_is_left(office: Workspace) -> None:
    dry = call(office.folder, "revise", "2026")
    assert dry.exit_code == 0
    assert "Dry run: nothing was published or staged." in dry.output
    assert f"{JANUARY}         2  changes" in dry.output
    assert "1 record(s) came late" in dry.output
    assert "pay +42.00 yuan, 1 person(s) at 1 institution(s)" in dry.output
    assert "revise 2026 --publish REASON" in dry.output.splitlines()[-1]
    told = json.loads(call(office.folder, "--json", "revise", "2026").output)
    assert (told["dry_run"], told["reason"]) == (True, "")
    assert {one["period"]: one["state"] for one in told["periods"]} == {
        JANUARY: "changed", FEBRUARY: "equal", MARCH: "changed"
    }  # fmt: skip
    made = json.loads(call(office.folder, "--json", "revise", "2026", "--publish", REASON).output)
    assert [one["run"] for one in made["periods"]] == [one["run"] for one in told["periods"]]
    january = made["periods"][0]
    assert (january["before"]["pay_fen"], january["after"]["pay_fen"], january["revision"]) == (42_00, 84_00, 2)
    assert [row["change_fen"] for row in january["difference"]["staff"]] == [42_00]
    assert made["head"] == json.loads(call(office.folder, "--json", "verify").output)["head"]
    after = call(office.folder, "--lang", "zh", "revise", "2026")
    assert "没有变化，无需发布。" in after.output
    assert call(office.folder, "--lang", "en", "verify").exit_code == 0


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((), 2),
        (("2026", "--publish", ""), 2),
        (("2025",), 2),
        (("June",), 2),
        (("2026", "--hold", "I1", " "), 2),
        (("2026", "--release", "I1"), 2),
        (("2026", "--accept", "nothing", "why"), 2),
    ],
)
def test_a_wrong_command_is_a_usage_error(office: Workspace, words: tuple[str, ...], code: int) -> None:
    answer = call(office.folder, "revise", *words)
    assert answer.exit_code == code
    assert "Traceback" not in answer.output
