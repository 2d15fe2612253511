"""The county of docs/input.md, filled into the template, is the same county as from CSV."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import formulas
from batch.freeze import freeze_period
from batch.input_tables import TABLES
from batch.needs.needs import Needs, needs_of
from batch.snapshot.snapshot import Snapshot
from batch.sources import SourceSettings, open_source
from batch.template.sheets import file_name
from batch.template.workbook import template_bytes
from payengine import texts
from payengine.periods import Period
from payengine.policy import load_policy
from tests.support.filled_template import Rows, fill_in, read_plainly
from tests.support.paths import DOCS

OCTOBER = Period.parse("2026-10")
POLICIES = ("demo-point-value", "xining-example")


def county() -> dict[str, Rows]:
    """Read the examples of docs/input.md."""
    page = (DOCS / "input.md").read_text(encoding="utf-8")
    found: dict[str, Rows] = {}
    for table in TABLES:
        section = re.search(rf"^### {table.name}\n(.*?)(?=^##)", page, re.MULTILINE | re.DOTALL)
        assert section
        block = re.search(r"```csv\n(.*?)```", section[1], re.DOTALL)
        assert block
        found[table.name] = [tuple(row) for row in csv.reader(io.StringIO(block[1]))][1:]
    return found


@pytest.fixture(params=texts.LANGUAGES)
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    texts.use(request.param)
    yield request.param
    texts.use(None)


def needs(policy: str) -> Needs:
    loaded = load_policy(policy, [formulas.POLICIES])
    return needs_of(loaded, [OCTOBER, Period.parse("2026")])


def filled(folder: Path, policy: str) -> Path:
    """Write a template and fill in the county, its names as the lists offer them."""
    found = needs(policy)
    labels = {need.name: need.label for need in found.names if need.label}
    assert labels, "names are chosen with their labels"
    file = folder / "input" / file_name()
    fill_in(template_bytes(found), file, county(), labels)
    return file


@pytest.mark.parametrize("policy", POLICIES)
def test_what_is_filled_in_reads_back_cell_by_cell(policy: str, language: str, tmp_path: Path) -> None:
    read = read_plainly(filled(tmp_path, policy))
    assert read == {table: [tuple(row) for row in rows] for table, rows in county().items()}


def frozen(base: Path) -> Snapshot:
    with open_source(SourceSettings(folder="input"), base) as source:
        return freeze_period(source, OCTOBER, base / "snapshots", patient_key=None, privacy="as given")


def test_the_filled_template_freezes_to_the_digest_of_the_csv_files(language: str, tmp_path: Path) -> None:
    plain = tmp_path / "csv"
    (plain / "input").mkdir(parents=True)
    for table in TABLES:
        with (plain / "input" / f"{table.name}.csv").open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([table.column_names, *county()[table.name]])
    filled(tmp_path / "book", "demo-point-value")
    assert frozen(tmp_path / "book").digest == frozen(plain).digest
