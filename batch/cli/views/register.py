"""The register of a run as it is printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch.cli.views.carried import carried_parts
from batch.cli.views.code_words import coded
from batch.cli.views.figures import payable_rows, points_texts, report_sheet
from batch.cli.views.heading import warnings
from batch.cli.views.rejections import reason_sheet
from batch.cli.views.tables import Sheet, figure, name, word
from batch.input_tables import FROM_SUMMARIES
from batch.needs.words import table_name
from batch.report_names import RETAINED
from batch.reports.register import Line, Register, SettlementFigures, reason_text
from payengine.exact.amounts import percent, yuan
from payengine.texts import joined, say

if TYPE_CHECKING:
    from rich.console import RenderableType


GROSS = 8  # the column of gross pay in the register, of a month and of a settlement


def register_parts(register: Register) -> list[RenderableType]:
    """Print the register without its heading."""
    if register.settles:
        return _settlement_parts(register)
    lines = [*register.lines, register.total]
    points = points_texts([line.points_micro for line in lines])
    heads = [
        word(say("Code"), key=True), name(say("Institution"), key=True), figure(say("Heads")),
        figure(say("Services paid")), figure(say("Rows rejected")), figure(say("Points")), figure(say("Fixed pay")),
        figure(say("Variable pay")), figure(say("Gross pay")), figure(say("Fixed share")), figure(say("Purchase")),
    ]  # fmt: skip
    rows = [_register_row(line, text) for line, text in zip(lines, points, strict=True)]
    rows[-1] = ["", say("Total"), *rows[-1][2:]]
    apart = payable_rows(register.total.payable_fen, register.total.receivable_fen, GROSS, len(heads))
    parts: list[RenderableType] = [Sheet(heads, [*rows, *apart], totals=1 + len(apart))]
    if register.reports:
        parts += ["", say("Over all institutions:"), report_sheet(register.reports)]
    parts += _summarised(register)
    parts += _rows_accounted(register)
    parts += _rejections(register)
    parts += _remarks(register)
    return parts


def _settlement_parts(register: Register) -> list[RenderableType]:
    """Print the register of a settlement: its months, itself, the year to date."""
    lines = [*register.lines, register.total]
    points = points_texts([line.points_micro for line in lines])
    heads = [
        word(say("Code"), key=True), name(say("Institution"), key=True), figure(say("Heads")),
        figure(say("Services of the months")), figure(say("Points of the months")), figure(say("Paid in the months")),
        figure(say("Fixed pay")), figure(say("Variable pay")), figure(say("Gross pay")), figure(say("Year to date")),
        figure(say("Fixed share of the year")), figure(say("Purchase of the months")), figure(say("Purchase")),
    ]  # fmt: skip
    rows = []
    for line, text in zip(lines, points, strict=True):
        before = line.settlement or SettlementFigures()
        rows.append(
            [
                line.institution, line.name, f"{line.heads:,}", f"{line.services:,}", text, yuan(before.paid_fen),
                yuan(line.fixed_fen), yuan(line.variable_fen), yuan(line.gross_fen),
                yuan(before.year_paid_fen + line.gross_fen), percent(line.fixed_share), yuan(before.purchase_fen),
                yuan(line.purchase_fen),
            ]
        )  # fmt: skip
    rows[-1] = ["", say("Total"), *rows[-1][2:]]
    apart = payable_rows(register.total.payable_fen, register.total.receivable_fen, GROSS, len(heads))
    parts: list[RenderableType] = [Sheet(heads, [*rows, *apart], totals=1 + len(apart))]
    if register.reports:
        parts += ["", say("Over all institutions:"), report_sheet(register.reports)]
    return [*parts, *_summarised(register), *_remarks(register)]


def _register_row(line: Line, points: str) -> list[str]:
    return [
        line.institution, line.name, f"{line.heads:,}", f"{line.services:,}", f"{line.rejected:,}", points,
        yuan(line.fixed_fen), yuan(line.variable_fen), yuan(line.gross_fen), percent(line.fixed_share),
        yuan(line.purchase_fen),
    ]  # fmt: skip


def _summarised(register: Register) -> list[RenderableType]:
    """Print how many of the services come from rows that count a month's services."""
    if not register.total.summarised:
        return []
    places = joined([f"{line.institution} {line.summarised:,}" for line in register.lines if line.summarised])
    n = f"{register.total.summarised:,}"
    return ["", say("Of the services paid, {n} come from summary rows (service_summary): {places}", n=n, places=places)]


def _rows_accounted(register: Register) -> list[RenderableType]:
    """Print rows in = rows out, in one line, without zeros."""
    counts = register.counts
    if "paid" not in counts:
        return []

    def n(name: str) -> str:
        return f"{counts.get(name, 0):,}"

    rejected = sum(register.rejections.values())
    came = [
        say("{n} read", n=n("read")), say("{n} from summary rows", n=n(FROM_SUMMARIES)),
        say("{n} by expanding teams", n=n("expanded")),
    ]  # fmt: skip
    went = [
        say("{n} paid", n=n("paid")),
        say("{n} refunds", n=n("refunds")),
        say("{n} rejected", n=f"{rejected:,}"),
        say("{n} counting for limits only", n=n("counted_only")),
        say("{n} held", n=f"{counts.get('held', 0) + counts.get('held_rejected', 0):,}"),
        say("{n} of other months, neither priced nor listed", n=n("unlisted")),
    ]
    sides = [" + ".join(part for part in side if not part.startswith("0 ")) for side in (came, went)]
    if not any(sides):
        return ["", say("No row of service_record was read.")]
    sides = [side or "0" for side in sides]
    return ["", say("Rows: {came} = {went}", came=sides[0], went=sides[1])]


def _rejections(register: Register) -> list[RenderableType]:
    if not register.rejections:
        return ["", say("No row was rejected.")]
    total = sum(register.rejections.values())
    rows = [[reason, f"{count:,}", reason_text(reason)] for reason, count in register.rejections.items()]
    parts: list[RenderableType] = ["", say("Rows rejected: {n}", n=f"{total:,}"), reason_sheet(rows)]
    if register.elsewhere:
        parts.append(say("  of them {n} at institutions that are not in the register", n=f"{register.elsewhere:,}"))
    return parts


def _remarks(register: Register) -> list[RenderableType]:
    parts: list[RenderableType] = []
    if register.held:
        parts += ["", say("Held, to follow in the next revision:")]
        parts += [f"  {code}  {reason}" for code, reason in register.held.items()]
    if register.retained:
        parts += ["", say("Not shared out (nobody has a weight in it, or a cap cut it); kept by the institution:")]
        heads = [word(say("Code"), key=True), word(say("Pool")), figure(say("Yuan"))]
        rows = [
            [
                kept["institution"],
                coded(kept["label"].rpartition("：")[0], kept["name"].removesuffix(RETAINED)),
                yuan(kept["value"]),
            ]
            for kept in register.retained
        ]
        parts.append(Sheet(heads, rows, indent="  "))
    parts += carried_parts(register.carried)
    if register.receivable:
        parts += ["", say("Persons below 0: what they owe is not taken off what the others are paid:")]
        heads = [word(say("Code"), key=True), figure(say("Payable")), figure(say("Receivable"))]
        rows = [
            [one["institution"], yuan(one["payable_fen"]), yuan(one["receivable_fen"])] for one in register.receivable
        ]
        rows.append([say("Total"), *(yuan(sum(one[key] for one in register.receivable))
                                     for key in ("payable_fen", "receivable_fen"))])  # fmt: skip
        parts.append(Sheet(heads, rows, totals=1, indent="  "))
    if register.empty_tables:
        parts += [
            "",
            say(
                "Tables that the source does not have (they count as empty): {tables}",
                tables=joined(map(table_name, register.empty_tables)),
            ),
        ]
    parts += warnings(register.warnings)
    return parts
