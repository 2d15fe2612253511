"""Columns and examples of docs/input.md, in both languages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest

from batch import input_tables as tables
from batch.freeze.pipeline import freeze_period
from batch.sources import Binds, SourceSettings, open_source
from batch.values import parse as values
from batch.workspace import Workspace
from payengine import texts
from payengine.errors import Refused
from payengine.periods import Period
from tests.support.freeze_case import checked_reference
from tests.support.paths import DOCS

OCTOBER = Period.parse("2026-10")


@dataclass(frozen=True)
class Edition:
    """Edition of the page, with the words by which it says what a test looks for."""

    file: str
    count: str
    required: str
    optional: str
    kinds: dict[str, str]
    reasons: str

    @property
    def page(self) -> str:
        return (DOCS / self.file).read_text(encoding="utf-8")

    def section(self, name: str) -> str:
        """Return the text under the heading of a table."""
        match = re.search(rf"^### {name}\n(.*?)(?=^##)", self.page, re.MULTILINE | re.DOTALL)
        assert match, f"no section {name}"
        return match[1]

    def example(self, name: str) -> str:
        match = re.search(r"```csv\n(.*?)```", self.section(name), re.DOTALL)
        assert match, f"no example of {name}"
        return match[1]


ENGLISH = Edition(
    "input.md", "reads twenty-two tables", "Required.", "optional",
    {"fixed": "number ({})", "flag": "flag", "period": "period", "count": "count", "day": "day", "code": "code"},
    "## Why a row is not paid",
)  # fmt: skip
CHINESE = Edition(
    "input.zh.md", "读取二十二张表", "必备。", "可缺",
    {"fixed": "数（{}）", "flag": "是否", "period": "期间", "count": "个数", "day": "日", "code": "编码"},
    "## 为什么不计酬",
)  # fmt: skip
each_edition = pytest.mark.parametrize("edition", [ENGLISH, CHINESE], ids=lambda edition: edition.file)


@each_edition
def test_the_tables_are_counted(edition: Edition) -> None:
    assert edition.count in edition.page
    assert len(tables.TABLES) == 22, "the first sentence of both editions says how many there are"


@each_edition
@pytest.mark.parametrize("table", tables.TABLES, ids=lambda table: table.name)
def test_a_table_is_described_column_by_column(edition: Edition, table: tables.Table) -> None:
    text = edition.section(table.name)
    described = [
        name.strip() for cell in re.findall(r"^\| ([^|]+) \|", text, re.MULTILINE)[2:] for name in cell.split(",")
    ]
    assert [name.strip("*") for name in described] == [column.name for column in table.columns]
    assert [name.strip("*") for name in described if name.startswith("**")] == [
        column.name for column in table.columns if column.name in table.key
    ]
    assert edition.example(table.name).splitlines()[0] == ",".join(column.name for column in table.columns)
    assert text.lstrip().startswith(edition.required) == (not table.optional)
    for column in table.columns:
        for choice in column.choices:
            assert f"`{choice}`" in text, f"{column.name}: {choice} is not named"
        row = re.search(rf"^\| \**{column.name}\** \| ([^|]+) \|(.*)$", text, re.MULTILINE)
        if row is None:  # described together with others: `from, until`, `role, title, education`
            continue
        if column.kind in edition.kinds:
            assert row[1] == edition.kinds[column.kind].format(column.decimals), column.name
        assert (edition.optional in row[2]) == column.optional, column.name


@each_edition
def test_the_examples_are_a_county_that_can_be_frozen(edition: Edition, tmp_path: Path) -> None:
    (tmp_path / "input").mkdir()
    for table in tables.TABLES:
        (tmp_path / "input" / f"{table.name}.csv").write_text(edition.example(table.name), encoding="utf-8")
    with open_source(SourceSettings(folder="input"), tmp_path) as source:
        reference = checked_reference(source, OCTOBER)
        assert not reference.warnings
        assert all(table.num_rows for table in reference.tables.values())
        for raw in source.read("service_record", Binds.of(OCTOBER)):
            assert not values.parse_batch(tables.RECORD, raw)[1]


@each_edition
def test_the_examples_are_a_county_that_can_be_run_and_published(
    edition: Edition, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = re.search(r"`payengine init county --policy ([\w-]+)`.*?```toml\n(.*?)```", edition.page, re.DOTALL)
    assert told
    county = Workspace.create(tmp_path / "county", told[1])
    for table in tables.TABLES:
        (county.folder / "input" / f"{table.name}.csv").write_text(edition.example(table.name), encoding="utf-8")
    with (county.folder / "policy" / "county.toml").open("a", encoding="utf-8") as layer:
        layer.write(f"\n{told[2]}")
    monkeypatch.setenv("PAYENGINE_PATIENT_KEY", "k" * 32)
    county.freeze("2026-10")
    outcome = county.run("2026-10")
    county.publish(outcome.run)
    lines = outcome.results.frames()["pay_lines"]
    assert lines.query("component == 'case_deduction'")["amount_fen"].tolist() == [-150_00]


@each_edition
def test_every_reason_is_explained_in_its_order(edition: Edition) -> None:
    page = edition.page
    where = [page.index(f"`{reason}`", page.index(edition.reasons)) for reason in tables.REASONS]
    assert where == sorted(where)


@pytest.mark.parametrize(("language", "edition"), [("en", ENGLISH), ("zh", CHINESE)])
def test_the_refusal_shown_is_what_a_freeze_prints(language: str, edition: Edition, tmp_path: Path) -> None:
    """The three mistakes of the page, in the rows that it names."""
    rows = {
        118: "N0118,I01,,,clinical,,,,contract,standard,no,1,1,2026-13-01,",
        120: "N0120,I01,,,clinical,,,,contract,standard,no,1,1,2026-02-01,",
        204: "N0417,I01,,,clinical,,,,contract,standard,no,1,1,2020-01-01,",
        377: "N0120,I01,,,clinical,,,,contract,standard,no,1,1,2020-01-01,2026-03-01",
    }
    (tmp_path / "input").mkdir()
    for table in tables.TABLES:
        (tmp_path / "input" / f"{table.name}.csv").write_text(edition.example(table.name), encoding="utf-8")
    with (tmp_path / "input" / "staff.csv").open("a", encoding="utf-8") as staff:
        staff.writelines(f"{code},,\n" for code in ("N0118", "N0120", "N0471"))
    with (tmp_path / "input" / "engagement.csv").open("a", encoding="utf-8") as engagement:
        first = len(edition.example("engagement").splitlines()) + 1
        engagement.writelines(
            f"{rows.get(number, f'S01,I03,,,clinical,,,,contract,standard,no,1,1,{_day(number)},{_day(number + 1)}')}\n"
            for number in range(first, max(rows) + 1)
        )
    texts.use(language)
    with open_source(SourceSettings(folder="input"), tmp_path) as source, pytest.raises(Refused) as refused:
        freeze_period(source, OCTOBER, tmp_path / "snapshots", privacy="as given", patient_key=None)
    assert f"```\n{refused.value.report()}\n```" in edition.page


def _day(number: int) -> date:
    return date(2015, 1, 1) + timedelta(days=number)
