"""Heavy libraries that a command imports: whoever waits for it waits for them, too."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

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
    ("runs",): LEDGER,
    ("steps", OCTOBER): LEDGER,
    ("status",): LEDGER | {"numpy", "pyarrow", "pyarrow.compute"},  # a month reads what December left of carried pools
    ("log",): LEDGER,
    ("run", OCTOBER): LEDGER | {"numpy", "numba", "pyarrow", "pyarrow.compute", "pyarrow.parquet"},
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
