"""Figures as they are printed: points and reported values, each in its unit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from batch.cli.views.code_words import named_pair, unit_text
from batch.cli.views.tables import Sheet, figure, word
from batch.report_names import NO_UNIT
from payengine.exact import FEN, POINTS
from payengine.exact.amounts import decimal_text, yuan
from payengine.texts import say


def payable_rows(payable: int, receivable: int, column: int, columns: int) -> list[list[str]]:
    """Make the rows beneath a total that nets persons below zero.

    Payable and receivable stand apart, in fen, in one `column` of so many. No rows where nobody is below zero.
    """
    if not receivable:
        return []
    told = ((say("Payable"), yuan(payable)), (say("Receivable"), yuan(-receivable)))
    return [
        ["", title, *("" for _ in range(2, column)), amount, *("" for _ in range(column + 1, columns))]
        for title, amount in told
    ]


def points_texts(values: Sequence[int]) -> list[str]:
    """Write points (millionths) exactly, with the decimals that the column needs, at least two."""
    trimmed = [decimal_text(value, POINTS, least=FEN) for value in values]
    needed = max([len(text.partition(".")[2]) for text in trimmed], default=FEN)
    return [decimal_text(value, POINTS, grouped=True)[: needed - POINTS or None] for value in values]


def report_sheet(lines: Sequence[dict[str, Any]]) -> Sheet:
    """Lay out reported figures: name, label, value, unit."""
    rows = [[*named_pair(line["label"], line["name"]), report_value(line), unit_text(line["unit"])] for line in lines]
    return Sheet(
        [word(say("Figure"), key=True), word(""), figure(say("Value")), word(say("Unit"))], rows, indent="  "
    ).without_empty()


def report_value(line: dict[str, Any]) -> str:
    """Write a reported figure in its own unit, or that it is not given."""
    if line["unit"] == NO_UNIT:
        return say("not given")
    if line["unit"] == "yuan" and line["scale"] == FEN:
        return yuan(line["value"])
    return decimal_text(line["value"], line["scale"], grouped=line["scale"] == 0)
