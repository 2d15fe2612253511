"""Choice of what of a payslip fits on one page.

Steps down from a component, rows of items, words.

Heights are estimated as `payslip.typ` sets them, a little above what they are. Typst could measure each page, which
takes three times as long. Where an estimate is too low the page goes on to a second one: nothing is lost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from batch.cli.views.text_width import cells

Fit = tuple[int, int, bool]  # steps down from a component, rows of items, rules and reasons in full

# From most to least; the first that fits is taken.
FITS: tuple[Fit, ...] = (
    (3, 14, True), (3, 9, True), (2, 9, True), (2, 6, True), (1, 9, True), (1, 6, True), (1, 3, True), (0, 14, True),
    (0, 9, True), (0, 6, True), (0, 6, False), (0, 3, False), (0, 0, False),
)  # fmt: skip
ALL: Fit = (10_000, 10_000, True)

# Points.
HEIGHT, WIDTH = 708, 504  # of an A4 page within its margins, with some to spare
LINE, ROW, SECTION, CELL = 11.3, 13.2, 25.5, 4.7
HEAD, MARK, FACT, INDENT = 62, 26, 12.5, 10


def fit(page: Mapping[str, Any]) -> Fit:
    """Choose the first of FITS with which a page is one page, else the last."""
    base = _base(page)
    return next((one for one in FITS if base + _variable(page, *one) <= HEIGHT), FITS[-1])


def _base(page: Mapping[str, Any]) -> float:
    height = HEAD + MARK * len(page["marks"]) + FACT * len(page["facts"]) + ROW * (len(page["lines"]["rows"]) + 2)
    height += _table(page["cases"])
    how = page["how"]
    if how["given"] or how["rows"]:
        height += SECTION + sum(5 + LINE * _lines(text, 0) for text in how["given"])
    return height


def _table(part: Mapping[str, Any] | None) -> float:
    if part is None:
        return 0
    return SECTION + ROW + sum(ROW + LINE * (_lines(max(row, key=cells), 130) - 1) for row in part["rows"])


def _variable(page: Mapping[str, Any], depth: int, items: int, full: bool) -> float:
    unpaid = page["unpaid"]
    short = unpaid is not None and not full
    height = SECTION + LINE * _lines(unpaid["short"], 0) if short else _table(unpaid)
    height += sum((_step(row, full) for row in page["how"]["rows"] if row["depth"] <= depth), 0.0)
    count = len(page["items"]["rows"])
    if count:
        height += SECTION + ROW * (2 + min(items, count) + (items < count))
    return height


def _step(row: Mapping[str, Any], full: bool) -> float:
    indent = INDENT * row["depth"]
    head = 15 if row["depth"] == 0 else 3.5 + LINE * _lines(f"{row['label']} = {row['value']}  ", indent)
    texts: Sequence[str] = [
        *filter(None, [row["rule"] if full or not row["lines"] else ""]),
        *row["lines"],
        *filter(None, ["; ".join(row["given"])]),
    ]
    height = head + sum(LINE * _lines(text, indent + INDENT) for text in texts) + 3
    return height + (3 + 11.6 * (len(row["table"]["rows"]) + 1) if row["table"] else 0)


def _lines(text: str, indent: float) -> int:
    """Count the lines that a text takes within the page's width less `indent`."""
    return max(1, -int(-cells(text) * CELL // (WIDTH - indent)))
