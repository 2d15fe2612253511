"""The month of README.md, run by bash as it stands there, over a template filled in."""

from __future__ import annotations

import os
import re
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.desk_year import clerk
from tests.desk_year.story import labels
from tests.support.paths import ROOT

BLOCK = re.compile(r"^```\n(payengine init county .*?)^```$", re.DOTALL | re.MULTILINE)
PATIENT = "P-0001"
KEY = "readme-" * 5
MOST_SECONDS = 240


def fill_in(county: Path, language: str) -> None:
    """Fill in a small county's October, one record with a patient."""
    tables = clerk.once() | {name: rows for name, rows in clerk.month(2026, 10).items() if name != "finance"}
    tables["service_record"] = [{**row, "patient": PATIENT} for row in tables["service_record"]]
    [file] = (county / "input").glob("*.xlsx")
    clerk.write(file, tables, labels(language, "--workspace", str(county)))


def typed(script: str, folder: Path, language: str) -> str:
    """Run a script by bash on a terminal, answer yes, and return what stands there."""
    import pty

    controller, terminal = pty.openpty()
    paths = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = os.environ | {
        "PATH": paths, "PAYENGINE_LANG": language, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "COLUMNS": "80",
    }  # fmt: skip
    environment.pop("PAYENGINE_PATIENT_KEY", None)
    running = subprocess.Popen(
        ["bash", "-e", "-c", script], cwd=folder, env=environment, stdin=terminal, stdout=terminal, stderr=terminal,
        start_new_session=True,
    )  # fmt: skip
    os.close(terminal)
    told, answered, end = b"", False, time.monotonic() + MOST_SECONDS
    while time.monotonic() < end:
        if select.select([controller], [], [], 0.2)[0]:
            try:
                read = os.read(controller, 65536)
            except OSError:  # the terminal's other end is closed
                break
            if not read:
                break
            told += read
        if not answered and b"[y/N]" in told:
            os.write(controller, b"y\n")
            answered = True
    os.close(controller)
    text = told.decode("utf-8", "replace")
    assert running.wait(10) == 0, text
    return text


@pytest.mark.skipif(os.name == "nt", reason="bash and a pseudo-terminal are needed, which Windows has not")
@pytest.mark.parametrize(("readme", "language"), [("README.md", "en"), ("README.zh.md", "zh")])
def test_the_month_of_the_readme_works_as_printed(readme: str, language: str, tmp_path: Path) -> None:
    [block] = BLOCK.findall((ROOT / readme).read_text(encoding="utf-8"))
    make, enter, *rest = block.splitlines()
    assert len(rest) == 3, "five lines"
    assert "PAYENGINE_PATIENT_KEY=... " in enter
    enter = enter.replace("=... ", f"={KEY} ")  # what the reader puts in the place of the three dots
    typed(make, tmp_path, language)
    fill_in(tmp_path / "county", language)
    told = typed("\n".join([enter, *rest]), tmp_path, language)
    assert {"en": "Published: 2026-10 revision 1", "zh": "已发布：2026-10 第 1 版"}[language] in told
    book, payslips = tmp_path / "county" / "2026-10.xlsx", tmp_path / "county" / "payslips.pdf"
    assert book.read_bytes()[:2] == b"PK"
    assert payslips.read_bytes()[:5] == b"%PDF-"
    assert PATIENT not in told
