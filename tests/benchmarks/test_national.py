"""The simulated national month: its table says what was measured and what was not."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks import national_page
from benchmarks.__main__ import main
from benchmarks.national import Measured
from tests.support import dask_cluster

FOUND = Measured(
    counties=2, records=500_000, workers=3, freeze=8, command=4, pricing=2, merging=1, publish=6, wall=36,
    source_bytes=10**6, snapshot_bytes=2 * 10**6, store_bytes=10**6, fetched_bytes=10**6, returned_bytes=10**6,
    ledger_bytes=3 * 10**6, ledger_rows=1234, largest_ledger_writes=2,
)  # fmt: skip


@pytest.mark.parametrize(("language", "word"), [("en", "extrapolated"), ("zh", "推算")])
def test_every_figure_of_the_nation_says_that_it_is_extrapolated(language: str, word: str) -> None:
    lines = national_page.lines(FOUND, language)
    assert len(lines) > 12
    for what, here, nation in lines:
        assert word in nation, what
        assert word not in here, what


def test_figures_are_in_proportion_to_the_records() -> None:
    told = {what: (here, nation) for what, here, nation in national_page.lines(FOUND, "en")}
    assert told["counties"] == ("2", "2,000, extrapolated")
    assert told["`freeze`"] == ("8.0 s, 8.000 s a million records", "2.22 processor hours, extrapolated")
    assert told["snapshots"] == ("2.0 MB, 2.00 bytes a record", "2.0 GB, extrapolated")
    assert told["rows of the ledgers"] == ("1,234", "1,234,000, extrapolated")
    assert national_page.limits(FOUND, "en").endswith(
        "`freeze` 40%, `publish` 30%, `run` by the command 20%, `run` by the workers 10%."
    )


def test_a_section_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"a\n{national_page.BEGIN}\nold\n{national_page.END}\nb\n", encoding="utf-8")
    national_page.write_section(page, "new")
    assert page.read_text(encoding="utf-8") == f"a\n{national_page.BEGIN}\nnew\n{national_page.END}\nb\n"
    page.write_text("no marks", encoding="utf-8")
    with pytest.raises(ValueError, match="lacks the marks"):
        national_page.write_section(page, "new")


def test_both_pages_hold_a_table_of_the_same_run() -> None:
    tables = {}
    for language, page in national_page.PAGES.items():
        text = page.read_text(encoding="utf-8")
        section = text.partition(national_page.BEGIN)[2].partition(national_page.END)[0]
        tables[language] = [line for line in section.splitlines() if line.startswith("|")]
        assert "python -m benchmarks national" in section
    assert len(tables["en"]) == len(tables["zh"]) == len(national_page.lines(FOUND, "en")) + 2


def test_small_counties_are_measured_and_compared_bit_by_bit(tmp_path: Path) -> None:
    dask_cluster.require()
    done = CliRunner().invoke(
        main, ["national", "--counties", "1", "--records", "5000", "--workers", "1", "--folder", str(tmp_path)]
    )
    assert done.exit_code == 0, done.output
    assert "| counties | 1 | 200,000, extrapolated |" in done.output
    assert (tmp_path / "county000" / "ledger.sqlite").is_file()
    assert list((tmp_path / "store").rglob("*.manifest"))
