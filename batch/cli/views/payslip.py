"""A person's payslips as they are printed: lines, work, figures, rejected rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from batch.cli.views.code_words import category_words, funding_words, named_pair
from batch.cli.views.figures import points_texts, report_sheet
from batch.cli.views.heading import heading
from batch.cli.views.rejections import rejection_parts
from batch.cli.views.tables import Sheet, figure, word
from batch.reports.register import Names, labelled, reports_of
from batch.reports.selected_rows import only, rows
from payengine.exact.amounts import yuan
from payengine.texts import say

if TYPE_CHECKING:
    from rich.console import RenderableType

    from batch.results import Results


def payslip_json(results: Results, institution: str, staff: str, names: Names) -> dict[str, Any]:
    """Describe a person's pay at an institution as JSON: lines, work, figures, rejected rows."""
    here = {"institution": institution, "staff": staff}
    lines = labelled(results, only(results.pay_lines, **here))
    return {
        "institution": institution,
        "institution_name": names.institutions.get(institution, ""),
        "gross_fen": sum(line["amount_fen"] for line in lines),
        "lines": lines,
        "workload": rows(results.workload, **here),
        "reports": reports_of(results, institution, staff),
        "rejections": rows(results.rejections, **here),
    }


def payslip_parts(
    results: Results, staff: str, payslips: Sequence[dict[str, Any]], names: Names
) -> list[RenderableType]:
    """Print a person's payslips (see `payslip_json`), one for each institution."""
    parts = heading(results, f"{staff} {names.staff.get(staff, '')}".strip())
    for payslip in payslips:
        parts += [
            "",
            f"{payslip['institution']} {payslip['institution_name']}".strip(),
            "",
            pay_sheet(payslip["lines"], names.funding),
        ]
        if payslip["workload"]:
            parts += ["", workload_sheet(payslip["workload"])]
        if payslip["reports"]:
            parts += ["", report_sheet(payslip["reports"])]
        parts += rejection_parts(payslip["rejections"])
    return parts


def pay_sheet(lines: Sequence[dict[str, Any]], funding: Mapping[str, str] | None = None) -> Sheet:
    """Lay out pay lines: engagement, component, class, funding, amount.

    `funding` are the policy's own labels of sources of money.
    """
    classes = {"fixed": say("fixed"), "variable": say("variable")}
    rows = [
        [
            line["engagement_from"], *named_pair(line["label"], line["component"]), classes[line["pay_class"]],
            funding_words(line["funding"], funding),
            yuan(line["amount_fen"]),
        ]
        for line in lines
    ]  # fmt: skip
    rows.append([say("Total"), "", "", "", "", yuan(sum(line["amount_fen"] for line in lines))])
    heads = [
        word(say("Engaged from"), key=True), word(say("Component"), key=True), word(""), word(say("Class")),
        word(say("Funded by")), figure(say("Yuan")),
    ]  # fmt: skip
    return Sheet(heads, rows, totals=1).without_empty()


def workload_sheet(lines: Sequence[dict[str, Any]]) -> Sheet:
    """Lay out work by category: engagement, category, services, points."""
    points = points_texts([line["points_micro"] for line in lines])
    rows = [
        [line["engagement_from"], category_words(line["category"]), f"{line['services']:,}", text]
        for line, text in zip(lines, points, strict=True)
    ]
    heads = [
        word(say("Engaged from"), key=True),
        word(say("Category")),
        figure(say("Services paid")),
        figure(say("Points")),
    ]
    return Sheet(heads, rows)
