"""Heavy libraries that a command imports: whoever waits for it waits for them, too."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from batch.cli import ALLOCATIONS
from tests.support import small_county
from tests.support.paths import ROOT
from tests.support.small_county import OCTOBER, call, tables

# What takes more than some hundredths of a second to import.
HEAVY = {
    "adbc_driver_manager", "asyncio", "duckdb", "numba", "numpy", "pandas", "polars", "pyarrow", "pyarrow.compute",
    "pyarrow.parquet", "rich", "sqlalchemy", "tomllib",
}  # fmt: skip
LEDGER = {"sqlalchemy", "asyncio", "rich", "tomllib"}  # asyncio comes with SQLAlchemy

# Each command, and of HEAVY exactly what it imports: what it needs no more is taken out here, too.
IMPORTED: Mapping[tuple[str, ...], set[str]] = {
    ("--help",): set(),
    ("--version",): set(),
    ("run", "--help"): set(),
    ("policy", "list"): {"tomllib", "rich"},
    ("runs",): LEDGER - {"rich"},  # a table alone, where stdout is no terminal
    ("steps", OCTOBER): LEDGER,
    ("status",): LEDGER | {"numpy", "pyarrow", "pyarrow.compute"},  # a month reads what December left of carried pools
    ("log",): LEDGER,
    # Not numba: a small county's rows are done before it could be imported.
    ("run", OCTOBER): LEDGER | {"numpy", "pyarrow", "pyarrow.compute", "pyarrow.parquet"},
}

CHILD = """
import json, sys
from batch.cli import main
try:
    main()
finally:
    print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a county whose October is published."""
    made = small_county.county(tmp_path_factory.mktemp("imports") / "county", tables())
    for words in (("freeze", OCTOBER), ("run", OCTOBER), ("publish", OCTOBER)):
        done = call(made.folder, *words)
        assert done.exit_code == 0, done.output
    return made.folder


def imported(folder: Path, words: tuple[str, ...]) -> set[str]:
    """Run a command in a process of its own; returns the modules that it imported."""
    line = [sys.executable, "-c", CHILD, "--workspace", str(folder), "--lang", "en", *words]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stderr.splitlines()[-1]))


@pytest.mark.parametrize("words", IMPORTED, ids=" ".join)
def test_a_command_imports_the_heavy_libraries_it_needs_and_no_others(county: Path, words: tuple[str, ...]) -> None:
    assert imported(county, words) & HEAVY == IMPORTED[words]


def test_help_imports_nothing_that_opens_a_workspace(county: Path) -> None:
    own = {name for name in imported(county, ("--help",)) if name.startswith(("batch.", "formulas", "payengine."))}
    assert not {name for name in own if not name.startswith(("batch.cli", "payengine."))}


def test_what_a_county_looks_up_is_printed_without_the_columns_of_a_snapshot(county: Path) -> None:
    """The manifest and the ledger's headers say all that `runs` prints."""
    assert "batch.snapshot.schemas" not in imported(county, ("runs",))


def test_the_process_of_a_command_looks_for_garbage_seldom_and_not_when_it_ends() -> None:
    child = (
        "import atexit, gc\n"
        "atexit.register(lambda: print(gc.get_threshold()[0], gc.get_freeze_count() > 0))\n"
        "from batch.cli import begin\n"
        "begin()\n"
        "print(gc.get_freeze_count())"
    )
    done = subprocess.run([sys.executable, "-c", child], cwd=ROOT, capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.split() == ["0", str(ALLOCATIONS), "True"]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_table_without_rich_is_the_one_by_rich(county: Path, lang: str) -> None:
    """A table that nothing makes bold has the same lines without rich."""
    line = [sys.executable, "-c", "from batch.cli import main; main()", "--lang", lang, "--workspace", str(county)]
    said = [
        subprocess.run(
            [*line, "runs"], cwd=ROOT, capture_output=True, encoding="utf-8", check=True,
            env={**os.environ, "PYTHONUTF8": "1", **more},
        ).stdout
        for more in ({}, {"FORCE_COLOR": ""})  # empty: rich is asked, and colours nothing
    ]  # fmt: skip
    assert said[0] == said[1] != ""
