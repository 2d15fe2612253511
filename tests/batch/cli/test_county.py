"""A month through the command line, as a finance office does it.

The steps are freeze, run, publish, show, correct and export.
"""

from __future__ import annotations

import csv
import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from batch.input_tables import REASONS
from batch.reports.export import TABLES
from batch.workspace import Workspace
from payengine import texts
from tests.support.command_line import call

SMALL = ("--records", "3000", "--staff", "100", "--institutions", "10")


def ask(*words: object, code: int = 0) -> dict[str, Any]:
    """A command with --json: one object on stdout, nothing on stderr."""
    result = call("--json", *words, code=code)
    assert result.stderr == ""
    found: dict[str, Any] = json.loads(result.stdout, parse_float=lambda text: pytest.fail(f"a float in JSON: {text}"))
    return found


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PAYENGINE_WORKSPACE", "PAYENGINE_SOURCE_URL", "PAYENGINE_LEDGER_URL", "PAYENGINE_PATIENT_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PAYENGINE_LANG", "en")
    texts._from_environment.cache_clear()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The demo county and what `demo --json` said of it."""
    folder = tmp_path_factory.mktemp("demo") / "county"
    return folder, ask("demo", folder, *SMALL)


@pytest.fixture
def county(made: tuple[Path, dict[str, Any]], tmp_path: Path) -> Path:
    """A copy of the demo county to do with as one likes."""
    return Path(shutil.copytree(made[0], tmp_path / "county"))


@pytest.fixture
def run(made: tuple[Path, dict[str, Any]]) -> str:
    return str(made[1]["run"])


def test_demo_freezes_runs_and_publishes(made: tuple[Path, dict[str, Any]]) -> None:
    folder, told = made
    assert told["state"] == "published"
    assert told["publication"]["revision"] == 1
    assert told["publication"]["run"] == told["run"]
    assert told["register"]["illustrative"] is True
    assert set(told["register"]["rejected"]) == set(REASONS), "every reason is there in small numbers"
    assert (folder / "payengine.toml").exists()
    assert told["frozen"]["snapshot"] == told["register"]["counts"].get("snapshot", told["frozen"]["snapshot"])


def test_demo_is_the_same_for_the_same_seed_and_says_what_to_try_next(
    made: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    text = call("demo", tmp_path / "again", *SMALL).stdout
    assert str(made[1]["run"])[:12] in text
    assert "What to try next:" in text
    commands = [line.split() for line in text.splitlines() if line.startswith("  payengine --workspace")]
    assert len(commands) >= 6
    for words in commands:
        line = " ".join(words).replace('"scores missing"', "scores-missing").split()
        call(*line[1:])


def test_demo_settles_a_year_of_its_months(tmp_path: Path) -> None:
    """The demo of a region's policy runs twelve months and a settlement of its example county."""
    said = ask("demo", tmp_path / "year", "--policy", "xining", "--period", "2026", "--records", "300", *SMALL[2:])
    assert said["period"] == "2026"
    assert said["register"]["illustrative"]
    published = [each["period"] for each in ask("--workspace", tmp_path / "year", "runs")["runs"]]
    assert [period for period in published if len(period) == 7] == [f"2026-{month:02}" for month in range(1, 13)]


def test_demo_says_at_once_that_a_policy_settles_nothing(tmp_path: Path) -> None:
    text = call("demo", tmp_path / "quarter", "--period", "2026-Q2", *SMALL, code=3).stderr
    assert "policy demo has no formulas for the period 2026-Q2" in text
    assert not (tmp_path / "quarter").exists()


def test_a_policy_of_half_years_is_checked_and_shown_for_them() -> None:
    assert "can be used for 2026-H2" in call("policy", "check", "feixi-example", "--period", "2026-H2").stdout
    shown = " ".join(call("policy", "show", "feixi-example").stdout.split())
    assert "Formulas chosen for a half-year: appraisal_true_up = true_up_within_pool" in shown


def test_demo_settles_its_own_year(tmp_path: Path) -> None:
    """The twelve months pay all that the year owes, so the settlement has nothing more to pay."""
    said = ask("demo", tmp_path / "year", "--period", "2026", "--records", "300", *SMALL[2:])
    figures = {figure["name"]: figure["value"] for figure in said["register"]["reports"]}
    total = said["register"]["total"]
    assert total["months_purchase_fen"] > total["purchase_fen"] == 0
    assert figures["fixed_share_to_date_of_all"] == total["fixed_share_e4"] > 9000


def test_demo_does_not_touch_a_folder_that_is_in_use(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x", encoding="utf-8")
    assert "is there already and not empty" in call("demo", tmp_path, *SMALL, code=2).stderr
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]


def test_freeze_prints_what_became_of_every_row(county: Path, made: tuple[Path, dict[str, Any]]) -> None:
    told = ask("--workspace", county, "freeze", "2026-10")
    assert told["snapshot"] == made[1]["frozen"]["snapshot"], "the same content is the same snapshot"
    counts = told["records"]
    frozen = counts["kept"] + counts["limited"] + sum(counts["rejected"].values()) + counts["unlisted"]
    assert counts["read"] + counts["expanded"] == frozen
    assert told["tables"]["institution"] == 10
    text = call("--workspace", county, "freeze", "2026-10").stdout
    assert "duplicate_row" in text
    assert f"Next: payengine --workspace {county} run 2026-10" in text


def test_an_identical_run_is_published_already(county: Path, run: str) -> None:
    told = ask("--workspace", county, "run", "2026-10")
    assert (told["run"], told["state"], told["difference"]) == (run, "already published", None)
    assert "published already, as revision 1" in call("--workspace", county, "run", "2026-10").stdout
    assert ask("--workspace", county, "publish", run[:8])["already"] is True
    assert "Already published" in call("--workspace", county, "publish", run[:8]).stdout


def test_the_register_adds_up(made: tuple[Path, dict[str, Any]]) -> None:
    register = made[1]["register"]
    counts, lines, total = register["counts"], register["institutions"], register["total"]
    for name in ("services", "points_micro", "fixed_fen", "variable_fen", "gross_fen", "purchase_fen"):
        assert total[name] == sum(line[name] for line in lines)
    assert total["rejected"] == sum(line["rejected"] for line in lines) + register["rejected_elsewhere"]
    assert total["rejected"] == sum(register["rejected"].values())
    assert counts["read"] + counts["expanded"] == (
        counts["paid"] + counts["refunds"] + total["rejected"] + counts["counted_only"] + counts["unlisted"]
    )


def test_a_correction_needs_a_reason_and_becomes_revision_2(county: Path, run: str) -> None:
    hold = ("--hold", "I0003", "scores missing")
    dry = ask("--workspace", county, "run", "2026-10", "--dry-run", *hold)
    assert dry["state"] == "dry run"
    assert dry["difference"]["run"] == run
    assert [line["institution"] for line in dry["difference"]["institutions"]] == ["I0003"]
    assert len(ask("--workspace", county, "runs")["runs"]) == 1, "a dry run writes nothing"

    refused = ask("--workspace", county, "run", "2026-10", *hold, code=5)
    assert refused["error"]["kind"] == "conflict"
    assert "--revise" in refused["error"]["remedy"]

    staged = ask("--workspace", county, "run", "2026-10", *hold, "--revise", "scores of I0003 missing")
    assert staged["state"] == "staged"
    assert staged["register"]["held"] == {"I0003": "scores missing"}
    assert not [line for line in staged["register"]["institutions"] if line["institution"] == "I0003"]
    published = ask("--workspace", county, "publish", staged["run"])
    assert (published["revision"], published["previous"]) == (2, run)
    states = {each["run"]: each["state"] for each in ask("--workspace", county, "runs")["runs"]}
    assert states == {run: "replaced", staged["run"]: "current"}
    text = call("--workspace", county, "runs").stdout
    assert "replaced" in text
    assert "scores of I0003 missing" in text
    held = call("--workspace", county, "show", staged["run"], "--institution", "I0003", code=2)
    assert "was held in this run: scores missing" in held.stderr


def test_the_printed_dry_run_tells_the_difference(county: Path) -> None:
    text = call("--workspace", county, "run", "2026-10", "--dry-run", "--hold", "I0003", "x").stdout
    assert "dry run: nothing was written" in text
    assert "Compared with revision 1" in text
    assert "Held, to follow in the next revision:" in text


def test_show_reads_the_ledger(county: Path, run: str, made: tuple[Path, dict[str, Any]]) -> None:
    told = ask("--workspace", county, "show", run)
    assert told["register"] == made[1]["register"]
    assert told["run"] == run
    line = told["register"]["institutions"][0]
    sheet = ask("--workspace", county, "show", run[:10], "--institution", line["institution"])
    assert sum(person["gross_fen"] for person in sheet["staff"]) == line["gross_fen"]
    assert sum(statement["amount_fen"] for statement in sheet["statements"]) == line["purchase_fen"]
    person = max(sheet["staff"], key=lambda each: each["gross_fen"])
    slip = ask("--workspace", county, "show", run, "--staff", person["staff"], "--institution", line["institution"])
    (here,) = slip["payslips"]
    assert here["gross_fen"] == person["gross_fen"] == sum(each["amount_fen"] for each in here["lines"])
    assert {each["pay_class"] for each in here["lines"]} <= {"fixed", "variable"}
    text = call("--workspace", county, "show", run, "--staff", person["staff"]).stdout
    assert person["name"] in text
    assert "当量绩效" in text
    assert "Illustrative values" in text


def test_show_works_without_the_snapshot(county: Path, run: str) -> None:
    shutil.rmtree(county / "snapshots")
    register = ask("--workspace", county, "show", run)["register"]
    assert register["total"]["gross_fen"] > 0
    assert register["institutions"][0]["name"] == ""


def test_show_answers_wrong_codes_with_the_nearest(county: Path, run: str) -> None:
    assert "Did you mean I00" in call("--workspace", county, "show", run, "--institution", "I00", code=2).stderr
    assert "nobody with the code" in call("--workspace", county, "show", run, "--staff", "?", code=2).stderr
    assert "ffff" in call("--workspace", county, "show", "ffff", code=2).stderr


def test_export_to_files_and_folders(county: Path, run: str, tmp_path: Path) -> None:
    total = ask("--workspace", county, "show", run)["register"]["total"]
    told = ask("--workspace", county, "export", run, "-o", tmp_path / "pay.csv")
    with (tmp_path / "pay.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert told["rows"] == {"pay_lines": len(rows)}
    assert sum(int(row["amount_fen"]) for row in rows) == total["gross_fen"]
    assert rows[0]["institution_name"]
    ask("--workspace", county, "export", run, "-o", f"{tmp_path}/all/", "--format", "parquet")
    assert sorted(file.stem for file in (tmp_path / "all").iterdir()) == sorted(TABLES)
    assert pq.read_table(tmp_path / "all" / "register.parquet")["gross_fen"].to_pylist()
    again = call("--workspace", county, "export", run, "-o", tmp_path / "pay.csv", code=2)
    assert "exists already" in again.stderr
    text = call("--workspace", county, "export", run, "-o", tmp_path / "pay.csv", "--force", "--table", "register")
    assert "pay.csv: 10 rows" in text.stdout
    assert "ends in none of" in call("--workspace", county, "export", run, "-o", tmp_path / "x.ods", code=2).stderr


def test_wrong_input_refuses_the_freeze_with_every_problem(county: Path) -> None:
    with sqlite3.connect(county / "source.sqlite") as source:
        source.execute("update engagement set staff = 'S9999' where rowid = 1")
        source.execute("update institution set public_class = '3' where rowid = 1")
    source.close()
    error = ask("--workspace", county, "freeze", "2026-10", code=3)["error"]
    assert error["kind"] == "refused"
    assert {problem["column"] for problem in error["problems"]} >= {"staff", "public_class"}
    text = call("--workspace", county, "freeze", "2026-10", code=3).stderr
    assert "S9999" in text
    assert "public_class" in text


def test_a_period_that_was_not_frozen_cannot_be_run(county: Path) -> None:
    assert "payengine month 2026-11" in call("--workspace", county, "run", "2026-11", code=2).stderr


def test_a_ledger_that_cannot_be_reached_is_exit_6(county: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAYENGINE_LEDGER_URL", "postgresql+psycopg://u:secret@127.0.0.1:1/none")
    result = call("--workspace", county, "runs", code=6)
    assert "secret" not in result.output
    assert ask("--workspace", county, "runs", code=6)["error"]["kind"] == "unavailable"


def test_a_snapshot_that_was_changed_is_exit_7(county: Path) -> None:
    file = next((county / "snapshots").rglob("hot/00000.arrow"))
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    assert ask("--workspace", county, "run", "2026-10", code=7)["error"]["kind"] == "integrity_broken"


def test_policy_commands(county: Path) -> None:
    listed = ask("--workspace", county, "policy", "list")["policies"]
    assert {"demo", "national"} <= {each["policy"] for each in listed}
    shown = ask("--workspace", county, "policy", "show", "--on", "2026-10-01")
    assert shown["illustrative"] is True
    values = {each["parameter"]: each["value"] for each in shown["values"]}
    assert values["purchase_unit_price"] == "9.50"
    assert "Illustrative values" in call("--workspace", county, "policy", "show").stdout
    ended = ask("policy", "show", "xining", "--on", "2026-03")
    assert ended["values"] == []
    assert {"parameter": "fixed_share_floor", "label": "人员薪酬中固定部分占比下限", "ended": "2026-01-01"} in ended[
        "ended"
    ]
    told = call("policy", "show", "xining", "--on", "2026-03").stdout
    assert "No value is in force on 2026-03-01" in told
    assert "fixed_share_floor 人员薪酬中固定部分占比下限: ended on 2026-01-01" in told
    assert "can be used for 2026-10" in call("--workspace", county, "policy", "check", "--period", "2026-10").stdout
    too_early = ask("--workspace", county, "policy", "check", "--period", "2019-12", code=3)["error"]
    assert any(problem.get("parameter") == "purchase_unit_price" for problem in too_early["problems"])
    made = ask("--workspace", county, "policy", "new", "town", "--from", "demo", "--title", "某镇")
    assert Path(made["file"]).exists()
    assert "exists already" in call("--workspace", county, "policy", "new", "town", "--from", "demo", code=2).stderr
    assert ask("--workspace", county, "policy", "check", "town", "--period", "2026-10")["title"] == "某镇"
    assert "demo" in call("--workspace", county, "policy", "show", "demmo", code=3).stderr


def test_init_makes_a_workspace_and_says_what_is_missing(tmp_path: Path) -> None:
    told = ask("init", tmp_path / "haiyan", "--policy", "demo")
    assert told["policy"] == "haiyan"
    assert Path(told["layer"]).exists()
    text = call("init", tmp_path / "other", "--policy", "demo").stdout
    assert "What to do next:" in text
    assert "is a workspace already" in call("init", tmp_path / "other", "--policy", "demo", code=2).stderr
    missing = call("--workspace", tmp_path / "haiyan", "freeze", "2026-10", code=2).stderr
    assert "there is no patient key" in missing


def test_warmup_says_where_the_kernels_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("payengine.kernels.warm_up", lambda *_: None)  # compiling is tested with the kernels
    assert isinstance(ask("warmup")["milliseconds"], int)
    assert "The kernels are ready" in call("warmup").stdout
    monkeypatch.setattr("payengine.kernels.cache.cache_folder", lambda: None)
    assert "each start compiles again" in call("warmup").stdout


def test_every_answer_is_there_in_chinese(county: Path, run: str) -> None:
    for words in (
        ("freeze", "2026-10"), ("run", "2026-10"), ("publish", run), ("runs",), ("show", run),
        ("show", run, "--institution", "I0001"), ("policy", "list"), ("policy", "show"),
        ("policy", "check", "--period", "2026-10"), ("export", run, "-o", county / "x.csv"),
    ):  # fmt: skip
        text = call("--lang", "zh", "--workspace", county, *words).stdout
        for english in ("Institution", "Rows", "Service records", "Next:", "revision", "Published", "rows", "Layer"):
            assert english not in text, f"{words}: {english}"


def test_python_does_what_the_command_line_does(county: Path, run: str) -> None:
    workspace = Workspace(county)
    outcome = workspace.run("2026-10", dry_run=True)
    assert outcome.run == run
    frames = workspace.results(run).frames()
    pay = frames["pay_lines"]
    assert pay["amount_fen"].dtype == "int64"
    assert int(pay["amount_fen"].sum()) == workspace.register(run).total.gross_fen
    assert (pay["amount_yuan"].map(lambda yuan: int(yuan * 100)) == pay["amount_fen"]).all()
    assert [record.id for record in workspace.runs()] == [run]
    assert workspace.publish(run).already
