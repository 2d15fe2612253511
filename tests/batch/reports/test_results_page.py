"""docs/results.md, in both languages, lists all tables and columns of results."""

from __future__ import annotations

from dataclasses import fields

import pytest

from batch.result_tables import LEDGER_TABLES, RESULT_TABLES, ResultTable
from batch.results import SCHEMAS, Results
from tests.support.markdown import read_page
from tests.support.paths import DOCS

KINDS = {
    "code": "text", "date": "date", "label": "text", "count": "integer", "fen": "fen", "millionths": "millionths",
    "scaled": "integer",
}  # fmt: skip
IN_CHINESE = {"text": "文本", "date": "日期", "integer": "整数", "fen": "分", "millionths": "百万分之一"}


def section(table: ResultTable) -> str:
    """Return the page's text on a table, from its heading on."""
    stored = f"In the ledger: `{table.stored_as}`.\n\n" if table.stored_as else ""
    rows = "".join(
        f"| {f'**{column.name}**' if column.name in table.key else column.name} | {KINDS[column.kind]}"
        f" | {column.about} | {f'`{column.decimals[0]}`' if column.decimals else ''} |\n"
        for column in table.columns
    )
    head = "| column | | | in decimals |\n| --- | --- | --- | --- |\n"
    return f"### {table.name}\n\n{table.about}\n\n{stored}{head}{rows}"


@pytest.mark.parametrize("table", RESULT_TABLES.values(), ids=lambda table: table.name)
def test_every_result_table_is_documented(table: ResultTable) -> None:
    assert section(table) in (DOCS / "results.md").read_text(encoding="utf-8"), section(table)


@pytest.mark.parametrize("table", RESULT_TABLES.values(), ids=lambda table: table.name)
def test_every_result_table_is_documented_in_chinese(table: ResultTable) -> None:
    page = next(one for one in read_page(DOCS / "results.zh.md").tables if one.heading == table.name)
    assert [[row[0], row[1], row[3]] for row in page.rows[1:]] == [
        [
            f"**{column.name}**" if column.name in table.key else column.name,
            IN_CHINESE[KINDS[column.kind]],
            f"`{column.decimals[0]}`" if column.decimals else "",
        ]
        for column in table.columns
    ]
    assert all(row[2] for row in page.rows[1:])
    if table.stored_as:
        assert f"台账中的表：`{table.stored_as}`。" in (DOCS / "results.zh.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", ["results.md", "results.zh.md"])
def test_the_page_names_no_other_table_and_every_table_of_the_ledger(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    headings = [line.removeprefix("### ") for line in text.splitlines() if line.startswith("### ")]
    assert headings == list(RESULT_TABLES)
    assert all(f"`{name}`" in text for name in LEDGER_TABLES)


def test_a_table_of_the_registry_is_a_field_of_the_results() -> None:
    assert {field.name for field in fields(Results)} == {"meta", *RESULT_TABLES}
    assert list(SCHEMAS) == list(RESULT_TABLES)


@pytest.mark.parametrize("table", RESULT_TABLES.values(), ids=lambda table: table.name)
def test_an_entry_of_the_registry_is_sound(table: ResultTable) -> None:
    names = [column.name for column in table.columns]
    assert len(set(names)) == len(names)
    assert set(table.key) <= set(names)
    for column in table.columns:
        if column.kind in ("fen", "millionths"):
            assert column.decimals is not None
            assert column.decimals[0] != column.name
        if column.kind == "scaled":
            assert table.has("scale")
