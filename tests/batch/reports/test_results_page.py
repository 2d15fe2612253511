"""docs/results.md lists all tables and columns of results as `batch.result_tables` does."""

from __future__ import annotations

from dataclasses import fields

import pytest

from batch.result_tables import LEDGER_TABLES, RESULT_TABLES, ResultTable
from batch.results import SCHEMAS, Results
from tests.support.paths import DOCS

KINDS = {
    "code": "text", "date": "date", "label": "text", "count": "integer", "fen": "fen", "millionths": "millionths",
    "scaled": "integer",
}  # fmt: skip


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


def test_the_page_names_no_other_table_and_every_table_of_the_ledger() -> None:
    text = (DOCS / "results.md").read_text(encoding="utf-8")
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
