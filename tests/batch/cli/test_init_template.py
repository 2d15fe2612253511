"""`init --template`: a workbook for a workspace that is there, never over a filled one."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from batch.cli.root import root
from payengine import texts


def call(*words: str, language: str = "en") -> Result:
    found = CliRunner().invoke(root, ["--lang", language, *words], prog_name="payengine")
    texts.use(None)
    return found


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_a_workspace_that_is_there_gets_the_template_of_its_policy_and_keeps_the_rest(tmp_path: Path) -> None:
    assert call("init", str(tmp_path / "new"), "--policy", "demo", "--template").exit_code == 0
    assert call("init", str(tmp_path / "old"), "--policy", "demo").exit_code == 0
    before = contents(tmp_path / "old")
    told = json.loads(call("init", str(tmp_path / "old"), "--template", "--json").stdout)
    file = tmp_path / "old" / "input" / "input-template.xlsx"
    assert told["template"] == str(file)
    after = contents(tmp_path / "old")
    assert after.pop("input/input-template.xlsx")
    assert after == before
    made = openpyxl.load_workbook(tmp_path / "new" / "input" / "input-template.xlsx")
    assert openpyxl.load_workbook(file).sheetnames == made.sheetnames


def test_a_template_that_may_be_filled_in_is_never_replaced(tmp_path: Path) -> None:
    folder = tmp_path / "old"
    file = folder / "input" / "输入模板.xlsx"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"the work of a week")
    made = call("init", str(folder), "--policy", "demo", "--template", language="zh")
    assert made.exit_code != 0
    assert "可能已填写" in made.stderr
    assert list(contents(folder)) == ["input/输入模板.xlsx"], "nothing was made"
    assert call("init", str(folder), "--policy", "demo").exit_code == 0
    again = call("init", str(folder), "--template", language="zh")
    assert again.exit_code != 0
    assert str(file) in again.stderr
    assert file.read_bytes() == b"the work of a week"


def test_a_template_is_not_written_where_nobody_reads_it(tmp_path: Path) -> None:
    folder = tmp_path / "hospital"
    call("init", str(folder), "--policy", "demo")
    settings = folder / "payengine.toml"
    text = settings.read_text(encoding="utf-8").replace('folder = "input"', 'url = "sqlite:///source.sqlite"')
    settings.write_text(text, encoding="utf-8")
    told = call("init", str(folder), "--template")
    assert told.exit_code != 0
    assert "is no folder" in told.stderr
    assert list((folder / "input").iterdir()) == []


def test_without_a_workspace_the_policy_is_asked_for(tmp_path: Path) -> None:
    told = call("init", str(tmp_path / "none"), "--template")
    assert told.exit_code == 2
    assert "--policy is missing" in told.stderr
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(("language", "title"), [("en", "The county's own policy"), ("zh", "本县政策")])
def test_the_layer_says_that_it_is_the_countys_own(tmp_path: Path, language: str, title: str) -> None:
    call("init", str(tmp_path / "qingxi"), "--policy", "demo", language=language)
    layer = tomllib.loads((tmp_path / "qingxi" / "policy" / "qingxi.toml").read_text(encoding="utf-8"))
    assert layer["policy"]["title"] == title
