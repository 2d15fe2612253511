"""`policy needs` as it is printed, within 80 columns, and as JSON."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

import formulas
from batch.cli.root import root
from batch.cli.views.needs import needs_parts
from batch.cli.views.text_width import cells
from batch.needs.needs import needs_of
from payengine import texts
from payengine.periods import Period
from payengine.policy import load_policy


def call(*words: str) -> Result:
    found = CliRunner().invoke(root, ["--lang", "en", *words], prog_name="payengine")
    texts.use(None)
    return found


@pytest.mark.parametrize("language", texts.LANGUAGES)
@pytest.mark.parametrize("name", ["xining", "township-example"])
def test_nothing_is_cut_at_80_columns(name: str, language: str) -> None:
    texts.use(language)
    try:
        found = needs_of(load_policy(name, [formulas.POLICIES]), [Period.parse("2026-10")])
        for part in needs_parts(found):
            narrow, wide = (printed(part, width) for width in (80, 10_000))
            assert "".join("".join(narrow).split()) == "".join("".join(wide).split())
            if not isinstance(part, str):
                assert [line for line in narrow if cells(line) > 80] == []
    finally:
        texts.use(None)


def printed(part: object, width: int) -> list[str]:
    console = Console(file=io.StringIO(), width=width, highlight=False, markup=False, emoji=False)
    console.print(part, crop=False)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


def test_it_says_who_must_have_what_and_what_it_costs() -> None:
    told = call("policy", "needs", "xining-example", "--period", "2026-10").stdout
    assert "every institution of kind: community_center" in told
    assert "no row: the run is refused" in told
    assert "no row: nobody gets post_pay" in told


def test_the_json_has_names_tables_and_values() -> None:
    told = json.loads(call("policy", "needs", "xining", "--period", "2026-10", "--json").stdout)
    assert {each["sort"] for each in told["tables"]} == {"required", "pays", "unread"}
    pool = next(each for each in told["names"] if each["name"] == "workload_pool" and each["table"] == "finance")
    assert (pool["who"]["holder"], pool["without"]["effect"], pool["kind"]) == ("institution", "refused", "month")
    assert {"appraisal_weight"} <= {each["parameter"] for each in told["values"]}


@pytest.mark.parametrize(("words", "code"), [(["nowhere"], 3), (["demo", "--period", "2026-13"], 2)])
def test_a_wrong_policy_or_period_is_told(words: list[str], code: int) -> None:
    found = call("policy", "needs", *words)
    assert found.exit_code == code
    assert "Traceback" not in found.stderr


def test_a_month_is_asked_for_no_rows_of_shorter_periods() -> None:
    of_month = json.loads(call("policy", "needs", "demo", "--period", "2026-10", "--json").stdout)["names"]
    tasks = [each["name"] for each in of_month if each["table"] == "directed_task"]
    assert sorted(set(tasks)) == sorted(tasks) == ["epidemic_response", "night_emergency"]
    assert "shorter periods" not in call("policy", "needs", "demo", "--period", "2026-10").stdout


def test_the_next_command_is_that_of_the_workspace_or_of_a_new_one(tmp_path: Path) -> None:
    assert call("policy", "needs", "demo", "--period", "2026-10").stdout.endswith(
        "To begin: payengine init DIR --policy demo --template\n"
    )
    office = tmp_path / "office"
    made = call("init", str(office), "--policy", "demo", "--template").stdout
    assert made.endswith(f"payengine --workspace {office} month PERIOD\n")
    told = call("--workspace", str(office), "policy", "needs", "--period", "2026-10").stdout
    assert told.endswith(f"Next: fill them in, then payengine --workspace {office} month PERIOD\n")


def test_a_period_in_the_place_of_a_policy_is_told_as_such(tmp_path: Path) -> None:
    for words in (["needs", "2026-10"], ["show", "2026"], ["book", "2026-Q4", "-o", str(tmp_path / "a.md")]):
        found = call("policy", *words)
        assert found.exit_code == 2
        assert f"{words[1]} is a period, and there is no policy of that name" in found.stderr
        assert f"--period {words[1]}" in found.stderr


def test_a_policy_may_be_called_like_a_period(tmp_path: Path) -> None:
    place = str(tmp_path / "county")
    assert call("init", place, "--policy", "xining-example").exit_code == 0
    assert call("--workspace", place, "policy", "new", "2026", "--from", "xining-example").exit_code == 0
    assert call("--workspace", place, "policy", "show", "2026").exit_code == 0


def test_blanks_come_with_the_command_that_asks_for_them(tmp_path: Path) -> None:
    place = str(tmp_path / "yangzhou")
    assert call("init", place, "--policy", "yangzhou", "--template").exit_code == 0
    found = call("--workspace", place, "policy", "needs")
    assert found.exit_code == 3
    assert "payengine policy new county --ask" in found.stderr
    assert "Correct the policy" not in found.stderr
