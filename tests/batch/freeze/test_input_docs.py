"""docs/input.md names every table and column, and its examples can be frozen as they stand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from batch import input_tables as tables
from batch.sources import Binds, SourceSettings, open_source
from batch.values import parse as values
from payengine.periods import Period
from tests.support.freeze_case import checked_reference
from tests.support.paths import DOCS

PAGE = (DOCS / "input.md").read_text(encoding="utf-8")
OCTOBER = Period.parse("2026-10")


def section(name: str) -> str:
    """Return the text under the heading of a table."""
    match = re.search(rf"^### {name}\n(.*?)(?=^##)", PAGE, re.MULTILINE | re.DOTALL)
    assert match, f"no section {name}"
    return match[1]


def example(name: str) -> str:
    match = re.search(r"```csv\n(.*?)```", section(name), re.DOTALL)
    assert match, f"no example of {name}"
    return match[1]


@pytest.mark.parametrize("table", tables.TABLES, ids=lambda table: table.name)
def test_a_table_is_described_column_by_column(table: tables.Table) -> None:
    text = section(table.name)
    described = [
        name.strip() for cell in re.findall(r"^\| ([^|]+) \|", text, re.MULTILINE)[2:] for name in cell.split(",")
    ]
    assert [name.strip("*") for name in described] == [column.name for column in table.columns]
    assert [name.strip("*") for name in described if name.startswith("**")] == [
        column.name for column in table.columns if column.name in table.key
    ]
    assert example(table.name).splitlines()[0] == ",".join(column.name for column in table.columns)
    assert text.lstrip().startswith("Required.") == (not table.optional)
    for column in table.columns:
        for choice in column.choices:
            assert f"`{choice}`" in text, f"{column.name}: {choice} is not named"
        if column.kind == "fixed":
            assert f"| number ({column.decimals}) |" in text


def test_the_examples_are_a_county_that_can_be_frozen(tmp_path: Path) -> None:
    (tmp_path / "input").mkdir()
    for table in tables.TABLES:
        (tmp_path / "input" / f"{table.name}.csv").write_text(example(table.name), encoding="utf-8")
    with open_source(SourceSettings(folder="input"), tmp_path) as source:
        reference = checked_reference(source, OCTOBER)
        assert not reference.warnings
        assert all(table.num_rows for table in reference.tables.values())
        for raw in source.read("service_record", Binds.of(OCTOBER)):
            assert not values.parse_batch(tables.RECORD, raw)[1]


def test_every_reason_is_explained_in_its_order() -> None:
    where = [PAGE.index(f"`{reason}`", PAGE.index("## Why a row is not paid")) for reason in tables.REASONS]
    assert where == sorted(where)


def test_the_links_of_the_page_lead_somewhere() -> None:
    headings = {
        re.sub(r"[^\w -]", "", title).strip().lower().replace(" ", "-")
        for title in re.findall(r"^#+ (.+)$", PAGE, re.MULTILINE)
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", PAGE)) <= headings
