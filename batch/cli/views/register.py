"""The register, an institution's sheet, a payslip and a difference, as they are printed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from batch.cli.session import SHORT
from batch.cli.views.tables import Sheet, figure, name, word
from batch.report_names import RETAINED
from batch.reports.register import Line, Names, Register, SettlementFigures, StaffLine, reason_text
from payengine.exact.amounts import FEN, POINTS, decimal_text, percent, yuan
from payengine.texts import say

if TYPE_CHECKING:
    from rich.console import RenderableType

    from batch.audit.difference import Difference
    from batch.results import Results

MOST_LISTED = 20


def heading(results: Results, *facts: str) -> list[RenderableType]:
    """What is shown: period, policy, run; and the mark of illustrative values, wherever they print."""
    meta = results.meta
    policy = " ".join(dict.fromkeys(part for part in (meta.policy_code, meta.policy_title) if part))
    told = [str(meta.period), say("policy {policy}", policy=policy), say("run {run}", run=meta.run_id[:SHORT]), *facts]
    lines: list[RenderableType] = ["  |  ".join(fact for fact in told if fact)]
    if meta.illustrative:
        lines.append(say("Illustrative values: invented for trying, in force nowhere, not for paying anyone."))
    return lines


def points_texts(values: Sequence[int]) -> list[str]:
    """Points with as many decimals as the column needs, at least two; exact."""
    trimmed = [decimal_text(value, POINTS, least=FEN) for value in values]
    needed = max([len(text.partition(".")[2]) for text in trimmed], default=FEN)
    return [decimal_text(value, POINTS, grouped=True)[: needed - POINTS or None] for value in values]


def register_parts(register: Register) -> list[RenderableType]:
    """The register as printed, without its heading."""
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
    parts: list[RenderableType] = [Sheet(heads, rows, totals=1)]
    if register.reports:
        parts += ["", say("Over all institutions:"), report_sheet(register.reports)]
    parts += _rows_accounted(register)
    parts += _rejections(register)
    parts += _remarks(register)
    return parts


def _settlement_parts(register: Register) -> list[RenderableType]:
    """The register of a quarter or a year: what its months gave, what it gives itself, and the year to date."""
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
    parts: list[RenderableType] = [Sheet(heads, rows, totals=1)]
    if register.reports:
        parts += ["", say("Over all institutions:"), report_sheet(register.reports)]
    return parts + _remarks(register)


def _register_row(line: Line, points: str) -> list[str]:
    return [
        line.institution, line.name, f"{line.heads:,}", f"{line.services:,}", f"{line.rejected:,}", points,
        yuan(line.fixed_fen), yuan(line.variable_fen), yuan(line.gross_fen), percent(line.fixed_share),
        yuan(line.purchase_fen),
    ]  # fmt: skip


def _rows_accounted(register: Register) -> list[RenderableType]:
    """Rows in = rows out, in one line; what is zero is left out."""
    counts = register.counts
    if "paid" not in counts:
        return []

    def n(name: str) -> str:
        return f"{counts.get(name, 0):,}"

    rejected = sum(register.rejections.values())
    came = [say("{n} read", n=n("read")), say("{n} by expanding teams", n=n("expanded"))]
    went = [
        say("{n} paid", n=n("paid")),
        say("{n} refunds", n=n("refunds")),
        say("{n} rejected", n=f"{rejected:,}"),
        say("{n} counting for limits only", n=n("counted_only")),
        say("{n} held", n=f"{counts.get('held', 0) + counts.get('held_rejected', 0):,}"),
        say("{n} of other months, neither priced nor listed", n=n("unlisted")),
    ]
    sides = [" + ".join(part for part in side if not part.startswith("0 ")) for side in (came, went)]
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


def reason_sheet(rows: Sequence[Sequence[str]]) -> Sheet:
    """Reasons, how many rows, in words."""
    return Sheet(
        [word(say("Reason"), key=True), figure(say("Rows"), key=True), word(say("Meaning"))], rows, indent="  "
    )


def rejection_parts(refused: Sequence[dict[str, Any]]) -> list[RenderableType]:
    """Rejected rows one by one, the first `MOST_LISTED` of them."""
    if not refused:
        return []
    rows = [
        [row["record_id"], row["staff"], row["reason"], reason_text(row["reason"])] for row in refused[:MOST_LISTED]
    ]
    heads = [word(say("Record"), key=True), word(say("Staff"), key=True), word(say("Reason")), word(say("Meaning"))]
    parts: list[RenderableType] = [
        "",
        say("Rows rejected: {n}", n=f"{len(refused):,}"),
        Sheet(heads, rows, indent="  "),
    ]
    if len(refused) > MOST_LISTED:
        parts.append(
            say("  ... and {n} more; payengine export writes all of them", n=f"{len(refused) - MOST_LISTED:,}")
        )
    return parts


def _remarks(register: Register) -> list[RenderableType]:
    parts: list[RenderableType] = []
    if register.held:
        parts += ["", say("Held, to follow in the next revision:")]
        parts += [f"  {code}  {reason}" for code, reason in register.held.items()]
    if register.retained:
        parts += ["", say("Not divided, because nothing weighs; kept by the institution:")]
        heads = [word(say("Code"), key=True), word(say("Pool")), figure(say("Yuan"))]
        rows = [
            [kept["institution"], kept["name"].removesuffix(RETAINED), yuan(kept["value"])]
            for kept in register.retained
        ]
        parts.append(Sheet(heads, rows, indent="  "))
    if register.empty_tables:
        parts += [
            "",
            say(
                "Tables that the source does not have (they count as empty): {tables}",
                tables=", ".join(register.empty_tables),
            ),
        ]
    parts += warnings(register.warnings)
    return parts


def warnings(texts: Sequence[str]) -> list[RenderableType]:
    """Warnings, one a line."""
    return ["", say("Warnings:"), *(f"  {text}" for text in texts)] if texts else []


def staff_sheet(lines: Sequence[StaffLine], settles: bool = False) -> Sheet:
    """The people of one institution; in a settlement what the months paid them stands beside what it pays itself."""
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
    return Sheet(heads, rows, totals=1)


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
    return Sheet(heads, rows, totals=1)


def statement_sheet(lines: Sequence[dict[str, Any]]) -> Sheet:
    """What an institution is paid for: component, label, funding, amount."""
    rows = [[line["component"], line["label"], line["funding"], yuan(line["amount_fen"])] for line in lines]
    rows.append([say("Total"), "", "", yuan(sum(line["amount_fen"] for line in lines))])
    return Sheet(
        [word(say("Statement"), key=True), word(""), word(say("Funded by")), figure(say("Yuan"))], rows, totals=1
    )


def pay_sheet(lines: Sequence[dict[str, Any]]) -> Sheet:
    """A payslip's lines: engagement, component, class, funding, amount."""
    classes = {"fixed": say("fixed"), "variable": say("variable")}
    rows = [
        [
            line["engagement_from"], line["component"], line["label"], classes[line["pay_class"]], line["funding"],
            yuan(line["amount_fen"]),
        ]
        for line in lines
    ]  # fmt: skip
    rows.append([say("Total"), "", "", "", "", yuan(sum(line["amount_fen"] for line in lines))])
    heads = [
        word(say("Engaged from"), key=True), word(say("Component")), word(""), word(say("Class")),
        word(say("Funded by")), figure(say("Yuan")),
    ]  # fmt: skip
    return Sheet(heads, rows, totals=1)


def workload_sheet(lines: Sequence[dict[str, Any]]) -> Sheet:
    """Work done by category: engagement, category, services, points."""
    points = points_texts([line["points_micro"] for line in lines])
    rows = [
        [line["engagement_from"], line["category"], f"{line['services']:,}", text]
        for line, text in zip(lines, points, strict=True)
    ]
    heads = [
        word(say("Engaged from"), key=True),
        word(say("Category")),
        figure(say("Services paid")),
        figure(say("Points")),
    ]
    return Sheet(heads, rows)


def report_sheet(lines: Sequence[dict[str, Any]]) -> Sheet:
    """Reported figures: name, label, value, unit."""
    rows = [[line["name"], line["label"], report_value(line), unit_text(line["unit"])] for line in lines]
    return Sheet([word(say("Figure"), key=True), word(""), figure(say("Value")), word(say("Unit"))], rows, indent="  ")


def unit_text(unit: str) -> str:
    """A unit in words."""
    known = {"yuan": say("yuan"), "points": say("points"), "ratio": say("ratio"), "count": say("count")}
    return known.get(unit, unit)


def report_value(line: dict[str, Any]) -> str:
    """A reported figure in its own unit."""
    if line["unit"] == "yuan" and line["scale"] == FEN:
        return yuan(line["value"])
    return decimal_text(line["value"], line["scale"], grouped=line["scale"] == 0)


def difference_parts(difference: Difference, names: Names, revision: int, run: str) -> list[RenderableType]:
    """What differs from the run that is published, and nothing where all is the same."""
    against = say("Compared with revision {revision} (run {run}):", revision=revision, run=run)
    if difference.empty:
        return ["", f"{against} {say('no difference')}"]
    summary = say(
        "pay {change} yuan, {staff} person(s) at {institutions} institution(s)",
        change=yuan(difference.change_fen, signed=True),
        staff=f"{difference.staff.num_rows:,}",
        institutions=f"{difference.institutions.num_rows:,}",
    )
    parts: list[RenderableType] = ["", f"{against} {summary}"]
    for table, between in ((difference.institutions, ()), (difference.statements, ("component", "funding"))):
        changed = table.to_pylist()
        if not changed:
            continue
        heads = [word(say("Code"), key=True), name(say("Institution"), key=True)]
        heads += [word(say("Statement")), word(say("Funded by"))] if between else []
        heads += [figure(say("Before")), figure(say("Now")), figure(say("Change"))]
        parts += [
            "",
            Sheet(
                heads,
                [
                    [row["institution"], names.institutions.get(row["institution"], "")]
                    + [row[column] for column in between]
                    + [yuan(row["before_fen"]), yuan(row["after_fen"]), yuan(row["change_fen"], signed=True)]
                    for row in changed
                ],
                indent="  ",
            ),
        ]
    return parts
