"""Sheets of the template that are no table.

How it is filled in, what is still needed, what may be chosen.
"""

from __future__ import annotations

from batch.needs.needs import Needs
from batch.needs.words import sort_words
from batch.template.sheets import TableSheet, names_tab
from payengine.policy.bodies import body_words
from payengine.policy.description import where_words
from payengine.texts import joined, say

Row = tuple[str, ...]


def notes_tab() -> str:
    """Name the tab that says how the workbook is filled in."""
    return say("Notes")


def missing_tab() -> str:
    """Name the tab that lists the values which the policy lacks."""
    return say("Still needed")


def how_to(needs: Needs) -> list[str]:
    """Say in numbered lines how the workbook is filled in."""
    policy = needs.policy
    lines = [
        say("Each coloured tab is one input table; rows begin below the example. What a column means stands in the "
            "note of its heading (the red corner)."),
        say("Leave the heading row as it is. The example row begins with “Example:” and is passed over; keep it or "
            "delete it."),
        say("Columns with a dark heading must be filled in. Cells with a list offer what may be written; all of it is "
            "on the sheet {tab}.", tab=names_tab()),
        say("Codes and dates are kept as text, so that leading zeros and long numbers stay as they are: paste values "
            "only. Dates: 2026-10-01. Periods: 2026-10, 2026-Q4, 2026-H2 or 2026."),
        say("until: the first day on which it no longer holds. Leave it empty while it holds."),
        say("A table that the policy does not read may stay empty. Many service records are better given as a file of "
            "their own in the same folder."),
        say("The sheet {tab} lists the values that the policy still lacks, with who must agree to them. Nobody reads "
            "them from here: enter them with payengine policy new --ask, or in the policy's file.", tab=missing_tab()),
        say("Then: payengine month 2026-10. Every mistake is told with sheet, row and column."),
    ]  # fmt: skip
    numbered = [say("{n}. {text}", n=number, text=text) for number, text in enumerate(lines, start=1)]
    title = say("Input of policy {code}: {title}", code=policy.code, title=policy.title)
    warned = [say("Illustrative values: invented for trying, in force nowhere, not for paying anyone.")]
    return [title, *(warned if policy.illustrative else []), *numbered]


def table_heads() -> Row:
    """Head the list of tables on the sheet of notes."""
    return say("Sheet"), say("Input table"), say("For this policy"), say("What it holds"), say("If it is missing")


def table_row(sheet: TableSheet) -> Row:
    """List one table on the sheet of notes."""
    return sheet.tab, sheet.table, sort_words(sheet.sort), sheet.about, sheet.why


def choice_heads() -> Row:
    """Head the list of everything that may be chosen."""
    return (
        say("Sheet"), say("Column"), say("May be written"), say("Name in files"), say("Unit"), say("Who"), say("When"),
        say("Without a row"),
    )  # fmt: skip


def value_heads() -> Row:
    """Head the list of the values that the policy lacks."""
    return (
        say("Missing value"), say("What it is"), say("Unit"), say("For"), say("Agreed to by"),
        say("Document that leaves it open"), say("What to write"), say("Holds from"), say("Your value"),
        say("Your document"),
    )  # fmt: skip


def value_rows(needs: Needs) -> list[Row]:
    """List the values that the policy lacks, one row for each name that needs one.

    The last three cells are to be filled in.
    """
    policy = needs.policy
    rows: list[Row] = []
    titles = {layer.code: layer.title for layer in policy.layers}
    for need in needs.values:
        parameter = need.parameter
        bodies = joined(map(body_words, parameter.approvals)) or say("the county")
        for supply in need.supplies:
            rows.append(
                (
                    parameter.name, parameter.label, need.unit, where_words(policy, supply.where), bodies,
                    titles.get(parameter.layer, parameter.layer), supply.text, "", "", "",
                )
            )  # fmt: skip
    return rows
