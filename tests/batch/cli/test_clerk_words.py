"""Messages that a clerk meets first: workbook, options, interrupted dialog, missing key."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from batch.cli.root import root
from batch.cli.views.why_words import input_words
from batch.inputs.catalogue import BY_NAME
from batch.settings import KEY_VARIABLE, key_command
from payengine import texts
from tests.desk_year import clerk
from tests.desk_year.story import labels
from tests.support.paths import ROOT

CODES = re.compile(r"\b(pay_component|directed_tasks?|service_item|opening_balance)\b(?!）)")


def call(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(root, ["--workspace", str(folder), "--lang", "zh", *words], prog_name="payengine")


@pytest.fixture
def county(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(KEY_VARIABLE, "k" * 40)
    folder = tmp_path / "qingxi"
    made = CliRunner().invoke(root, ["--lang", "zh", "init", str(folder), "--policy", "huadu-example", "--template"])
    assert made.exit_code == 0, made.output
    return folder


def test_the_unfilled_workbook_is_to_be_filled_in(county: Path) -> None:
    refused = call(county, "month", "2025-01")
    assert refused.exit_code == 3
    assert "请先填写这张表，然后：payengine month 2025-01" in refused.stderr
    assert "allow_empty" not in refused.stderr
    for table in ("机构表（institution）", "人员表（staff）", "聘用表（engagement）", "服务项目表（service_item）"):
        assert table in refused.stderr
    assert not CODES.search(refused.stderr)


def test_every_wrong_option_is_told_at_once(county: Path) -> None:
    told = call(county, "link", "--until", "2020-01-01", "--url", "nowhere").stderr
    for part in ("没有说明链接给谁", "--until：", "--url："):
        assert part in told
    told = call(county, "demo", "--records", "many", "--staff", "few").stderr
    assert "--records：" in told
    assert "--staff：" in told


def test_without_a_key_the_command_that_makes_one_is_told(county: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(KEY_VARIABLE)
    told = call(county, "month", "2025-01")
    assert told.exit_code == 2
    assert key_command(county.parent / "patient.key") in told.stderr
    assert 'key_file = "../patient.key"' in told.stderr


@pytest.mark.parametrize("windows", [False, True])
def test_the_command_makes_a_key_once_and_shows_it_nowhere(tmp_path: Path, windows: bool) -> None:
    file = tmp_path / "patient.key"
    _, *words = shlex.split(key_command(file, windows))
    made = subprocess.run([sys.executable, *words], capture_output=True, text=True, timeout=60, check=True)
    key = file.read_text(encoding="ascii")
    assert len(key) == 64
    assert key not in made.stdout + made.stderr
    if os.name == "posix":
        assert file.stat().st_mode & 0o077 == 0
    again = subprocess.run([sys.executable, *words], capture_output=True, text=True, timeout=60, check=False)
    assert again.returncode != 0
    assert file.read_text(encoding="ascii") == key


@pytest.mark.skipif(os.name == "nt", reason="a process is interrupted in another way there")
def test_an_interrupted_dialog_leaves_nothing_and_ends_with_130(county: Path) -> None:
    running = subprocess.Popen(
        [sys.executable, "-m", "batch", "--workspace", str(county), "policy", "new", "mine", "--from", "xining",
         "--ask"],
        cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT), "PAYENGINE_LANG": "en", "PYTHONUTF8": "1"},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    assert running.stderr is not None
    asked = ""
    end = time.monotonic() + 60
    while "empty: later" not in asked and time.monotonic() < end:  # it waits for the first answer
        asked += running.stderr.read(1)
    running.send_signal(signal.SIGINT)
    told, _ = running.communicate(timeout=60)
    assert running.returncode == 130, told
    assert "Nothing was written" in told
    assert not (county / "policy" / "mine.toml").exists()


def test_what_is_wrong_in_the_workbook_is_told_in_the_words_of_its_sheets(county: Path) -> None:
    """Headings as they stand there, days as they were typed, words of the lists."""
    [file] = (county / "input").glob("*.xlsx")
    once = clerk.once()
    staff = [{"code": "101", "name": "孙强"}, {"code": "102", "name": "孙强"}, {"code": "合计"}]
    ended = {**once["institution"][0], "until": "2020-02-01"}
    twice = {**once["institution"][1], "from": "2020-03-01", "until": "2020-02-16"}
    engagement = [
        {**once["engagement"][0], "staff": "孙强"}, {**once["engagement"][1], "staff": "合计"},
        {**once["engagement"][2], "employment": "established"},
    ]  # fmt: skip
    clerk.write(file, {"institution": [ended, ended, twice], "staff": staff[:2], "engagement": engagement}, {})
    book = openpyxl.load_workbook(file)
    page = book["聘用"]
    [column] = [cell.column for cell in page[1] if str(cell.value).endswith("employment")]
    page.cell(5, column, "正式工")
    book.save(file)
    told = call(county, "month", "2025-01").stderr
    assert "止（含）  2020-01-31 与第 4 行的期间重叠" in told, told
    assert "止（含）  2020-02-15 不晚于起始日 2020-03-01" in told
    assert "止（不含）" not in told
    assert "孙强（101、102 都叫这个名字：请填写编码）" in told
    assert "合计（是合计行或签字行吗？请删去：每一行都按数据读取）" in told
    assert "（是否指 在编？）" in told


def test_a_sheet_that_was_not_read_is_told_where_the_run_is_refused(county: Path) -> None:
    """A sheet may be called as messages call the table; one that is not read may be missing."""
    [file] = (county / "input").glob("*.xlsx")
    clerk.write(file, clerk.once(), {})
    clerk.write(file, clerk.month(2025, 1), labels("zh", "--workspace", str(county)))
    book = openpyxl.load_workbook(file)
    book["考核得分"].title, book["机构财务"].title = "考核得分表", "财务数剧"
    book.save(file)
    told = call(county, "month", "2025-01")
    assert told.exit_code == 3
    assert "机构财务表（finance）" in told.stderr
    assert "考核得分" not in told.stderr
    assert "财务数剧 未被读取" in told.output


def test_every_input_of_a_formula_has_words() -> None:
    texts.use("zh")
    try:
        assert [name for name in BY_NAME if input_words(name) == name] == []
    finally:
        texts.use(None)
