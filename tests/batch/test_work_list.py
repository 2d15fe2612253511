"""Lists of workspaces: one that fails does not stop the others."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from batch.cli.root import root
from batch.workspace import Workspace
from tests.support.small_county import county, tables

ENTRY = '[[workspace]]\npath = "{path}"\nperiod = "2026-10"\ndo = "{do}"\n'


@pytest.fixture
def counties(tmp_path: Path) -> Path:
    """Three counties, frozen but for the second, and their list."""
    for name in ("a", "b", "c"):
        made = county(tmp_path / name, tables())
        if name != "b":
            made.freeze("2026-10")
    deeds = {"a": "run", "b": "run and publish", "c": "run and publish"}
    text = "".join(ENTRY.format(path=path, do=do) for path, do in deeds.items())
    (tmp_path / "list.toml").write_text(text, encoding="utf-8")
    return tmp_path


def call(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(root, ["batch", str(folder / "list.toml"), "--lang", "en", *words])


def test_one_failing_county_does_not_stop_the_others(counties: Path) -> None:
    answer = call(counties, "--json")
    assert answer.exit_code == 2, answer.output  # that of the county which is not frozen
    told = json.loads(answer.stdout)
    assert told["failed"] == 1
    assert [one["state"] for one in told["workspaces"]] == ["staged", None, "staged"]
    assert [one["revision"] for one in told["workspaces"]] == [None, None, 1]
    assert [one["error"] and one["error"]["what"] for one in told["workspaces"]] == [
        None, "2026-10 has not been frozen", None,
    ]  # fmt: skip
    for name, published in (("a", 0), ("c", 1)):
        with Workspace(counties / name).ledger() as ledger:
            assert (len(ledger.runs()), len(ledger.publications())) == (1, published)


def test_it_is_told_in_text_and_may_be_called_again(counties: Path) -> None:
    answer = call(counties)
    assert answer.exit_code == 2
    lines = answer.stdout.splitlines()
    assert ["is staged" in lines[0], "failed: 2026-10 has not been frozen" in lines[1]] == [True, True]
    assert "is published as revision 1" in lines[2]
    assert lines[3] == "2 of 3 done"
    assert "payengine month 2026-10" in answer.stderr
    Workspace(counties / "b").freeze("2026-10")
    again = call(counties)
    assert again.exit_code == 0, again.output
    assert again.stdout.splitlines()[-1] == "3 of 3 done"


def test_a_workspace_that_is_none_fails_alone(counties: Path) -> None:
    shutil.rmtree(counties / "a")
    told = json.loads(call(counties, "--json").stdout)
    assert [one["error"] is None for one in told["workspaces"]] == [False, False, True]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "lists no [[workspace]]"),
        ('[[workspace]]\npath = "a"\nperiod = "2026-10"\n', "row 1  do  is missing"),
        (ENTRY.format(path="a", do="publish"), "row 1  do  is none of: run, run and publish"),
        (ENTRY.format(path="a", do="run").replace("period", "perod"), "did you mean period?"),
        (ENTRY.format(path="a", do="run").replace("2026-10", "2026-13"), "row 1  period"),
        (
            ENTRY.format(path="a", do="run") + ENTRY.format(path="b/../a", do="run and publish"),
            "row 2  path  is listed twice: row 1 names the same workspace and period",
        ),
        (ENTRY.format(path="a", do="run").replace('"a"', "3"), "row 1  path  must be text in quotation marks"),
        ("[[workspace]", "list.toml"),
        ("［［workspace]]", "full-width"),
        (ENTRY.format(path="固始", do="run").encode("gb18030"), "looks like GB18030"),
        (b"\x00\xff", "is not UTF-8 text"),
    ],
)  # fmt: skip
def test_a_list_that_is_wrong_is_refused_before_anything_is_run(counties: Path, text: str | bytes, told: str) -> None:
    (counties / "list.toml").write_bytes(text if isinstance(text, bytes) else text.encode())
    answer = call(counties)
    assert answer.exit_code != 0
    assert told in getattr(answer.exception, "report", lambda: answer.output)() + answer.output
    with Workspace(counties / "a").ledger() as ledger:
        assert not ledger.exists


def test_a_list_with_a_byte_order_mark_is_read(counties: Path) -> None:
    file = counties / "list.toml"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    assert json.loads(call(counties, "--json").stdout)["failed"] == 1


def test_a_bug_in_one_county_does_not_stop_the_others(counties: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = Workspace.run

    def broken(self: Workspace, *words: object, **options: object) -> object:
        if self.folder.name == "a":
            raise RuntimeError("a defect")
        return run(self, *words, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Workspace, "run", broken)
    answer = call(counties, "--json")
    told = json.loads(answer.stdout)
    assert (answer.exit_code, told["failed"]) == (1, 2)
    assert [one["state"] for one in told["workspaces"]] == [None, None, "staged"]
    assert told["workspaces"][0]["error"]["kind"] == "bug"
    text = call(counties)
    assert text.exit_code == 1
    assert "failed: This is a bug in payengine" in text.stdout
    assert text.stdout.count("RuntimeError: a defect") == text.stderr.count("RuntimeError: a defect") == 1


def test_an_interruption_tells_what_was_done(counties: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from batch import work_list

    carry_out = work_list.carry_out

    def interrupted(entry: work_list.Entry, cluster: None = None) -> work_list.Done:
        if entry.path.name == "c":
            raise KeyboardInterrupt
        return carry_out(entry, cluster)

    monkeypatch.setattr(work_list, "carry_out", interrupted)
    answer = call(counties)
    assert answer.exit_code == 130
    lines = answer.stdout.splitlines()
    assert ["is staged" in lines[0], "failed: 2026-10 has not been frozen" in lines[1]] == [True, True]
    assert lines[2:] == ["1 of 3 done"]
    assert answer.stderr.splitlines()[-1].startswith("Interrupted. Nothing is half done")
    told = json.loads(call(counties, "--json").stdout)
    assert (len(told["workspaces"]), told["failed"], told["interrupted"]) == (2, 1, True)


def test_without_the_extra_the_command_names_it(counties: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "distributed", None)
    for words in (["batch", str(counties / "list.toml")], ["run", "2026-10", "--workspace", str(counties / "a")]):
        for option in (["--workers", "2"], ["--cluster", "tcp://127.0.0.1:1"]):
            answer = CliRunner().invoke(root, [*words, *option, "--lang", "en"])
            assert answer.exit_code == 2
            assert "pip install payengine[cluster]" in answer.output


def test_cluster_and_workers_exclude_each_other(counties: Path) -> None:
    answer = CliRunner().invoke(
        root, ["batch", str(counties / "list.toml"), "--workers", "2", "--cluster", "tcp://h:1", "--lang", "en"]
    )
    assert answer.exit_code == 2
    assert "--cluster and --workers are given together" in answer.output
