"""An institution of a run as it is printed: people, statement, figures, rejected rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from batch.cli.views.code_words import funding_words, named_pair, unit_text
from batch.cli.views.figures import payable_rows, points_texts, report_sheet, report_value
from batch.cli.views.heading import heading
from batch.cli.views.rejections import rejection_parts
from batch.cli.views.tables import Head, Sheet, figure, name, word
from batch.reports.register import Names, SettlementFigures, StaffLine, departments_of, labelled, reports_of, settles
from batch.reports.selected_rows import only, rows
from payengine.exact.amounts import yuan
from payengine.texts import say

if TYPE_CHECKING:
    from rich.console import RenderableType

    from batch.results import Results


def institution_json(results: Results, code: str, people: Sequence[StaffLine], names: Names) -> dict[str, Any]:
    """Describe an institution as JSON: people, statement, figures, rejected rows."""
    return {
        "institution": code, "name": names.institutions.get(code, ""),
        "staff": [line.as_json() for line in people],
        "statements": labelled(results, only(results.statement_lines, institution=code)),
        "reports": reports_of(results, code), "departments": departments_of(results, code),
        "rejections": rows(results.rejections, institution=code),
    }  # fmt: skip


def institution_parts(
    results: Results,
    code: str,
    people: Sequence[StaffLine],
    data: dict[str, Any],
    funding: Mapping[str, str] | None = None,
) -> list[RenderableType]:
    """Print an institution (`data` as `institution_json` gives it)."""
    parts = [*heading(results, f"{code} {data['name']}".strip()), "", staff_sheet(people, settles(results))]
    if data["statements"]:
        parts += ["", statement_sheet(data["statements"], funding)]
    if data["reports"]:
        parts += ["", report_sheet(data["reports"])]
    if data["departments"]:
        parts += ["", department_sheet(data["departments"])]
    return [*parts, *rejection_parts(data["rejections"])]


def department_sheet(lines: Sequence[dict[str, Any]]) -> Sheet:
    """Lay out the figures of departments: department, name, label, value, unit."""
    rows = [
        [
            line["department"] or "-",
            *named_pair(line["label"], line["name"]),
            report_value(line),
            unit_text(line["unit"]),
        ]
        for line in lines
    ]
    heads = [
        word(say("Department"), key=True), word(say("Figure"), key=True), word(""), figure(say("Value")),
        word(say("Unit")),
    ]  # fmt: skip
    return Sheet(heads, rows, indent="  ").without_empty()


def staff_sheet(lines: Sequence[StaffLine], settles: bool = False) -> Sheet:
    """Lay out the people of an institution, in a settlement with the pay of its months too."""
    if settles:
        return _settled_staff_sheet(lines)
    total = StaffLine("", say("Total"))
    for line in lines:
        for field in ("services", "points_micro", "fixed_fen", "variable_fen"):
            setattr(total, field, getattr(total, field) + getattr(line, field))
    every = [*lines, total]
    points = points_texts([line.points_micro for line in every])
    rows = [
        [
            line.staff, line.name if line.staff or line is total else say("(the institution's own work)"),
            f"{line.services:,}", text, yuan(line.fixed_fen), yuan(line.variable_fen), yuan(line.gross_fen),
        ]
        for line, text in zip(every, points, strict=True)
    ]  # fmt: skip
    heads = [
        word(say("Code"), key=True), name(say("Name"), key=True), figure(say("Services paid")), figure(say("Points")),
        figure(say("Fixed pay")), figure(say("Variable pay")), figure(say("Gross pay")),
    ]  # fmt: skip
    return _with_payable(heads, rows, lines)


def _settled_staff_sheet(lines: Sequence[StaffLine]) -> Sheet:
    total = StaffLine("", say("Total"), settlement=SettlementFigures())
    for line in lines:
        total.fixed_fen += line.fixed_fen
        total.variable_fen += line.variable_fen
        total.settlement = total.settlement or SettlementFigures()
        total.settlement.add(line.settlement or SettlementFigures())
    rows = []
    for line in (*lines, total):
        before = line.settlement or SettlementFigures()
        rows.append(
            [
                line.staff, line.name, yuan(before.paid_fen), yuan(line.fixed_fen), yuan(line.variable_fen),
                yuan(line.gross_fen), yuan(before.year_paid_fen + line.gross_fen),
            ]
        )  # fmt: skip
    heads = [
        word(say("Code"), key=True), name(say("Name"), key=True), figure(say("Paid in the months")),
        figure(say("Fixed pay")), figure(say("Variable pay")), figure(say("Gross pay")), figure(say("Year to date")),
    ]  # fmt: skip
    return _with_payable(heads, rows, lines)


def _with_payable(heads: list[Head], rows: list[list[str]], lines: Sequence[StaffLine]) -> Sheet:
    """Lay out rows, with payable and receivable apart beneath the total that nets them."""
    owed = -sum(min(line.gross_fen, 0) for line in lines)
    gross = [head.title for head in heads].index(say("Gross pay"))
    apart = payable_rows(sum(line.gross_fen for line in lines) + owed, owed, gross, len(heads))
    return Sheet(heads, [*rows, *apart], totals=1 + len(apart))


def statement_sheet(lines: Sequence[dict[str, Any]], funding: Mapping[str, str] | None = None) -> Sheet:
    """Lay out the statement of an institution: component, label, funding, amount.

    `funding` are the policy's own labels of sources of money.
    """
    rows = [
        [
            *named_pair(line["label"], line["component"]),
            funding_words(line["funding"], funding),
            yuan(line["amount_fen"]),
        ]
        for line in lines
    ]
    rows.append([say("Total"), "", "", yuan(sum(line["amount_fen"] for line in lines))])
    return Sheet(
        [word(say("Statement"), key=True), word(""), word(say("Funded by")), figure(say("Yuan"))], rows, totals=1
    ).without_empty()
