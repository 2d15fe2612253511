"""Contents of the template workbook in the language in use, sheet by sheet.

No file format is known here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from batch.input_tables import TABLES, Column, Table
from batch.input_words import COLUMN_WORDS, LAST_DAY_WORDS, TABLE_WORDS, label_of
from batch.needs.needs import Needs
from batch.needs.table_needs import SORTS
from batch.needs.words import cell_words, table_words
from batch.template.choices import Choice, cell_of, choices_of
from batch.template.example_rows import EXAMPLES
from batch.template.notes import LAST_DAY, note
from payengine.texts import language, say

UNTIL, PERIOD = "until", "period"
TEXTS = ("text", "code", "day", "open", "from", "until", "flag", "period")  # kinds of columns that are kept as text
MOST_IN_NOTE = 12  # choices that a note lists


@dataclass(frozen=True)
class SheetColumn:
    """Column of a sheet: heading in two lines, note, choices.

    `must`: a row may not leave it empty.
    """

    name: str
    heading: str
    note: str
    is_text: bool
    is_money: bool
    must: bool
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class TableSheet:
    """Sheet of one input table: its tab, note, columns and example row.

    `why` says what the policy needs it for.
    """

    table: str
    tab: str
    about: str
    sort: str
    why: str
    columns: tuple[SheetColumn, ...]
    example: tuple[str, ...]


def table_sheets(needs: Needs) -> list[TableSheet]:
    """Describe a sheet for each input table, those first that the policy needs most."""
    order = sorted(TABLES, key=lambda table: SORTS.index(needs.sort_of(table.name)))
    return [_sheet(needs, table) for table in order]


def _sheet(needs: Needs, table: Table) -> TableSheet:
    of_table = [each for each in needs.tables if each.table == table.name]
    return TableSheet(
        table.name,
        tab_of(table.name),
        note(table.name),
        needs.sort_of(table.name),
        table_words(of_table),
        tuple(_column(needs, table, column) for column in table.columns),
        _example(needs, table),
    )


def tab_of(table: str) -> str:
    """Name the tab of a table in the language in use."""
    return label_of(TABLE_WORDS, table) if language() == "zh" else table


def _column(needs: Needs, table: Table, column: Column) -> SheetColumn:
    choices = tuple(choices_of(needs, table.name, column))
    told = [note(table.name, LAST_DAY if gives_last_day(column) else column.name)]
    if not column.empty:
        told.append(say("Must be filled in."))
    if table.name == "comparator" and column.name == table.axis_column and needs.tenures:
        told.append(cell_words(needs.tenures))
    if choices:
        told += [say("Choose from the list:"), *(f"· {choice.cell}" for choice in choices[:MOST_IN_NOTE])]
        if len(choices) > MOST_IN_NOTE:
            told.append(say("… and {n} more on the sheet {tab}", n=len(choices) - MOST_IN_NOTE, tab=names_tab()))
    return SheetColumn(
        column.name, heading_of(table.name, column), "\n".join(told), column.kind in TEXTS,
        column.kind == "fixed" and column.decimals == 2 and column.name in ("amount", "mean"),
        not column.empty, choices,
    )  # fmt: skip


def gives_last_day(column: Column) -> bool:
    """Tell if a column is asked for as the last day inside, which clerks write."""
    return column.kind == UNTIL and language() == "zh"


def heading_of(table: str, column: Column) -> str:
    """Write the heading of a column: its Chinese word and our name, on two lines."""
    word = LAST_DAY_WORDS[0] if gives_last_day(column) else label_of(COLUMN_WORDS[table], column.name)
    return f"{word}\n{column.name}"


def _example(needs: Needs, table: Table) -> tuple[str, ...]:
    """Write the example row in the template's own words, marked in its first cell."""
    asked = next((need for need in needs.of_table(table.name) if need.column == table.axis_column), None)
    period = str(asked.period if asked else needs.periods[0])
    values = []
    for column, plain in zip(table.columns, EXAMPLES[table.name], strict=True):
        value = plain
        if asked and column.name == asked.column:
            value = asked.name
        elif column.name == "source" and (offered := choices_of(needs, table.name, column)):
            value = offered[0].name
        elif column.name == PERIOD:
            value = period
        if gives_last_day(column) and value:
            value = (date.fromisoformat(value) - timedelta(days=1)).isoformat()
        values.append(cell_of(table.name, column.name, value, needs))
    return (say("Example: {value}", value=values[0]), *values[1:])


def names_tab() -> str:
    """Name the tab on which everything that may be chosen is listed."""
    return say("Names")


def file_name() -> str:
    """Name the file of the template."""
    return say("input-template.xlsx")
