"""Register of a run: work, pay and purchases by institution, and unpaid rows.

Figures only; `batch.cli.views.register` prints them. Money is in fen, points in millionths, shares in ten-thousandths.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from batch import report_names
from batch.input_tables import REASONS
from batch.reports.carried_amounts import CarriedAmounts, carried_amounts
from batch.reports.code_lookup import question_by_name
from batch.reports.selected_rows import counted, distinct, only, rows, summed
from payengine.errors import UsageError
from payengine.exact.amounts import share
from payengine.periods import MONTH
from payengine.suggest import listed
from payengine.texts import say

if TYPE_CHECKING:
    import pyarrow as pa

    from batch.results import Results


@dataclass
class Names:
    """Names of codes; a code without a name stays a code.

    `funding` and `components` are the policy's labels of its sources of money, and of its lines of pay and statements.
    """

    institutions: Mapping[str, str] = field(default_factory=dict)
    staff: Mapping[str, str] = field(default_factory=dict)
    funding: Mapping[str, str] = field(default_factory=dict)
    components: Mapping[str, str] = field(default_factory=dict)


@dataclass
class SettlementFigures:
    """Figures of the periods inside a settlement, and of the year before it."""

    paid_fen: int = 0  # pay of the months
    purchase_fen: int = 0  # statements of the months
    year_paid_fen: int = 0  # pay of the year before this run, the months included
    year_fixed_fen: int = 0  # of that the fixed part

    def add(self, other: SettlementFigures) -> None:
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))

    def as_json(self) -> dict[str, int]:
        return {
            "months_paid_fen": self.paid_fen, "months_purchase_fen": self.purchase_fen,
            "year_paid_before_fen": self.year_paid_fen,
        }  # fmt: skip


@dataclass
class Line:
    """Line of an institution in the register, or of the total (institution empty).

    In a settlement services and points are those of its months, and the fixed share is that of the year to date.
    `receivable_fen` is what persons below zero owe: gross pay is net of it, what is payable is not.
    """

    institution: str = ""
    name: str = ""
    heads: int = 0
    services: int = 0
    summarised: int = 0  # of the services, those that summary rows count
    rejected: int = 0
    points_micro: int = 0
    fixed_fen: int = 0
    variable_fen: int = 0
    purchase_fen: int = 0
    fixed_share: int | None = None
    settlement: SettlementFigures | None = None
    receivable_fen: int = 0

    @property
    def gross_fen(self) -> int:
        return self.fixed_fen + self.variable_fen

    @property
    def payable_fen(self) -> int:
        return self.gross_fen + self.receivable_fen

    def as_json(self) -> dict[str, Any]:
        return {
            "institution": self.institution, "name": self.name, "heads": self.heads, "services": self.services,
            "rejected": self.rejected, "points_micro": self.points_micro, "fixed_fen": self.fixed_fen,
            "variable_fen": self.variable_fen, "gross_fen": self.gross_fen, "fixed_share_e4": self.fixed_share,
            "purchase_fen": self.purchase_fen, **(self.settlement.as_json() if self.settlement else {}),
            **({"summary_services": self.summarised} if self.summarised else {}),
            **({"payable_fen": self.payable_fen, "receivable_fen": self.receivable_fen} if self.receivable_fen else {}),
        }  # fmt: skip

    def share_of_fixed(self) -> int | None:
        """Compute fixed pay / all pay in ten-thousandths; to date in a settlement."""
        before = self.settlement or SettlementFigures()
        return share(self.fixed_fen + before.year_fixed_fen, self.gross_fen + before.year_paid_fen)


@dataclass
class Register:
    """Register of one run.

    `elsewhere` counts rejected rows whose institution is none of the lines'; `retained` are the amounts of pools that
    could not be divided, `reports` the figures of the whole run, as they are reported. `settles`: it is of a quarter, a
    half-year or a year, whose lines have `settled`. `receivable` tells, of institutions where somebody is below zero,
    what is payable and what is to be received back; `carried` are amounts of carried pools that somebody has to act on.
    """

    lines: list[Line]
    total: Line
    rejections: dict[str, int]
    elsewhere: int
    held: Mapping[str, str]
    empty_tables: list[str]
    warnings: list[str]
    illustrative: bool
    counts: Mapping[str, Any]
    retained: list[dict[str, Any]]
    reports: list[dict[str, Any]]
    settles: bool = False
    receivable: list[dict[str, Any]] = field(default_factory=list)
    carried: CarriedAmounts = field(default_factory=lambda: CarriedAmounts())

    def as_json(self) -> dict[str, Any]:
        return {
            "illustrative": self.illustrative, "institutions": [line.as_json() for line in self.lines],
            "total": self.total.as_json(), "rejected": self.rejections, "held": dict(self.held),
            "rejected_elsewhere": self.elsewhere, "empty_tables": self.empty_tables, "warnings": self.warnings,
            "counts": dict(self.counts), "retained": self.retained,
            "reports": self.reports, "receivable": self.receivable, **self.carried.as_json(),
        }  # fmt: skip


@dataclass
class StaffLine:
    """Line of a person (or, with staff empty, of own work) on an institution's sheet."""

    staff: str
    name: str
    services: int = 0
    points_micro: int = 0
    fixed_fen: int = 0
    variable_fen: int = 0
    settlement: SettlementFigures | None = None

    @property
    def gross_fen(self) -> int:
        return self.fixed_fen + self.variable_fen

    def as_json(self) -> dict[str, Any]:
        told = {
            "staff": self.staff, "name": self.name, "services": self.services, "points_micro": self.points_micro,
            "fixed_fen": self.fixed_fen, "variable_fen": self.variable_fen, "gross_fen": self.gross_fen,
        }  # fmt: skip
        if self.settlement:
            told |= {"months_paid_fen": self.settlement.paid_fen, "year_paid_before_fen": self.settlement.year_paid_fen}
        return told


def register(results: Results, names: Names) -> Register:
    """Make the register of `results`."""
    lines: dict[str, Line] = {}

    def line(code: str) -> Line:
        return lines.setdefault(code, Line(code, names.institutions.get(code, "")))

    for report in rows(results.reports, level="institution", name=report_names.HEADS):
        line(report["institution"]).heads = report["value"]
    if settles(results):
        _fill_settlement(results, line)
    for work in summed(results.workload, ["institution"], ["services", "points_micro"]):
        line(work["institution"]).services = work["services"]
        line(work["institution"]).points_micro = work["points_micro"]
    for counted_work in rows(results.reports, level="institution", name=report_names.SUMMARISED):
        line(counted_work["institution"]).summarised = counted_work["value"]
    fixed = fixed_components(results)
    for pay in summed(results.pay_lines, ["institution", "component"], ["amount_fen"]):
        if pay["component"] in fixed:
            line(pay["institution"]).fixed_fen += pay["amount_fen"]
        else:
            line(pay["institution"]).variable_fen += pay["amount_fen"]
    for owed in rows(results.reports, level="institution", name=report_names.RECEIVABLE):
        line(owed["institution"]).receivable_fen = owed["value"]
    for statement in summed(results.statement_lines, ["institution"], ["amount_fen"]):
        line(statement["institution"]).purchase_fen = statement["amount_fen"]
    rejections: Counter[str] = Counter()
    elsewhere = 0
    for refused in counted(results.rejections, ["institution", "reason"]):
        rejections[refused["reason"]] += refused["rows"]
        if refused["institution"] in lines:
            line(refused["institution"]).rejected += refused["rows"]
        else:
            elsewhere += refused["rows"]
    stated = {
        report["institution"]: report["value"]
        for report in rows(
            results.reports, level="institution", name="fixed_share_to_date" if settles(results) else "fixed_share"
        )
    }
    for each in lines.values():
        computed = each.share_of_fixed()  # of nothing there is no share, whatever a figure states
        each.fixed_share = None if computed is None else stated.get(each.institution, computed)
    ordered = sorted(lines.values(), key=lambda each: each.institution.encode())
    return Register(
        lines=ordered,
        total=_total(results, ordered, elsewhere),
        rejections={reason: rejections[reason] for reason in REASONS if rejections[reason]},
        elsewhere=elsewhere,
        held=dict(results.meta.holds),
        empty_tables=list(results.empty_tables),
        warnings=list(results.warnings),
        illustrative=bool(results.meta.illustrative),
        counts=results.meta.counts,
        retained=_retained(results),
        reports=[
            row
            for row in rows(results.reports, level="consortium")
            if row["name"] != report_names.HEADS and ("." not in row["name"] or _is_not_given(row["name"]))
        ],
        settles=settles(results),
        receivable=_receivable(results),
        carried=carried_amounts(results),
    )


def _is_not_given(name: str) -> bool:
    return report_names.LACKING in name and not name.startswith(report_names.PREFIX)


def settles(results: Results) -> bool:
    """Tell whether the run is of a quarter, a half-year or a year."""
    return results.meta.period.kind != MONTH


def _fill_settlement(results: Results, line: Callable[[str], Line]) -> None:
    """Put what a settlement's months gave on the lines of its institutions."""
    for report in rows(results.reports, level="institution"):
        if report["name"].endswith((report_names.FORWARD, report_names.OUTSIDE)):
            continue  # of institutions outside the run too
        at, value = line(report["institution"]), report["value"]
        at.settlement = before = at.settlement or SettlementFigures()
        match report["name"]:
            case report_names.SERVICES:
                at.services = value
            case report_names.WORK_POINTS:
                at.points_micro = value
            case report_names.PAID:
                before.paid_fen = value
            case report_names.STATEMENTS:
                before.purchase_fen = value
            case report_names.YEAR_PAID:
                before.year_paid_fen = value
            case report_names.YEAR_FIXED:
                before.year_fixed_fen = value


def _total(results: Results, lines: Iterable[Line], elsewhere: int) -> Line:
    """Sum the lines; a head who works at two institutions is one person."""
    total = Line(rejected=elsewhere)
    for line in lines:
        for name in (
            "services",
            "summarised",
            "rejected",
            "points_micro",
            "fixed_fen",
            "variable_fen",
            "purchase_fen",
            "receivable_fen",
        ):
            setattr(total, name, getattr(total, name) + getattr(line, name))
        if line.settlement:
            total.settlement = total.settlement or SettlementFigures()
            total.settlement.add(line.settlement)
    for report in rows(results.reports, level="consortium", name=report_names.HEADS):
        total.heads = report["value"]
    total.fixed_share = total.share_of_fixed()
    return total


def _receivable(results: Results) -> list[dict[str, Any]]:
    """List what is payable and what receivable at institutions with somebody below zero."""
    payable = {
        row["institution"]: row["value"]
        for row in rows(results.reports, level="institution", name=report_names.PAYABLE)
    }
    return [
        {"institution": row["institution"], "payable_fen": payable[row["institution"]], "receivable_fen": row["value"]}
        for row in rows(results.reports, level="institution", name=report_names.RECEIVABLE)
    ]


def _retained(results: Results) -> list[dict[str, Any]]:
    """List what pools kept because nothing could be divided."""
    import pyarrow.compute as pc

    reports = results.reports
    kept = reports.filter(
        pc.and_(pc.ends_with(reports["name"], report_names.RETAINED), pc.not_equal(reports["value"], 0))
    )
    return kept.to_pylist()  # type: ignore[no-any-return]


def reason_text(reason: str) -> str:
    """Say in words why rows of this reason are not paid."""
    return {
        "duplicate_row": say("identical to another row; one of them is kept"),
        "inconsistent_record": say("the rows of one record disagree, or name a person twice"),
        "reversed": say("cancelled, or the cancelling row itself"),
        "unknown_institution": say("the institution is in no row of its table"),
        "unknown_staff": say("the person is in no row of staff and in no team"),
        "unknown_item": say("the item is in no row of its table"),
        "bad_quantity": say("the quantity is empty, zero or negative, or refunds exceed the service"),
        "bad_share": say("a share is not in (0, 1], or the shares of the record do not sum to 1"),
        "no_patient": say("the item has a limit per patient, and the row names none"),
        "institution_closed": say("the institution was not open on the service date"),
        "item_not_in_force": say("the item was not in force on the service date"),
        "not_engaged": say("the person was not engaged at the institution on the service date"),
        "absent": say("the person was on leave on the service date"),
        "not_licensed": say("the person did not hold the licence that the item needs"),
        "after_death": say("the service is dated after the patient's death"),
        "over_limit": say("the patient's limit for the item was reached before"),
    }.get(reason, reason)


# --- one institution, one person -----------------------------------------------------------------------------------


def staff_lines(results: Results, institution: str, names: Names) -> list[StaffLine]:
    """List the people of one institution, and its own work (staff empty, first)."""
    workload, pay = (only(table, institution=institution) for table in (results.workload, results.pay_lines))
    lines = work_and_pay(workload, pay, fixed_components(results), names)
    if settles(results):
        for report in rows(results.reports, level="staff", institution=institution):
            staff = report["staff"]
            at = lines.setdefault((institution, staff), StaffLine(staff, names.staff.get(staff, "")))
            at.settlement = at.settlement or SettlementFigures()
            if report["name"] == report_names.PAID:
                at.settlement.paid_fen = report["value"]
            elif report["name"] == report_names.YEAR_PAID:
                at.settlement.year_paid_fen = report["value"]
    return sorted(lines.values(), key=lambda each: each.staff.encode())


def work_and_pay(
    workload: pa.Table, pay_lines: pa.Table, fixed: set[str], names: Names
) -> dict[tuple[str, str], StaffLine]:
    """Add up work and pay by institution and person; the person of its own work is ''."""
    lines: dict[tuple[str, str], StaffLine] = {}

    def line(row: Mapping[str, Any]) -> StaffLine:
        staff = row["staff"]
        return lines.setdefault((row["institution"], staff), StaffLine(staff, names.staff.get(staff, "")))

    for work in summed(workload, ["institution", "staff"], ["services", "points_micro"]):
        at = line(work)
        at.services, at.points_micro = work["services"], work["points_micro"]
    for pay in summed(pay_lines, ["institution", "staff", "component"], ["amount_fen"]):
        at = line(pay)
        if pay["component"] in fixed:
            at.fixed_fen += pay["amount_fen"]
        else:
            at.variable_fen += pay["amount_fen"]
    return lines


def find_institution(results: Results, code: str, names: Mapping[str, str] | None = None) -> str:
    """Return `code` if the run knows it, else raise `UsageError` with the nearest one.

    A held institution is told to be held; what bears `code` as a name is told by its code.
    """
    known = {report["institution"] for report in rows(results.reports, level="institution", name=report_names.HEADS)}
    known.update(distinct(results.workload, "institution"), distinct(results.pay_lines, "institution"))
    if code in known:
        return code
    if code in results.meta.holds:
        raise UsageError(
            say("institution {code} was held in this run: {reason}", code=code, reason=results.meta.holds[code]),
            remedy=say("It follows in the next revision."),
        )
    what = say("institution {code} is not in this run", code=code)
    raise UsageError(what, remedy=_called(code, names or {}, known) or question_by_name(code, known, names or {}))


def find_staff(
    results: Results, code: str, institution: str | None, names: Mapping[str, str] | None = None
) -> list[str]:
    """Find the institutions at which a person has lines in the run.

    `UsageError` with the nearest code if there is none; who bears `code` as a name is told by the code. `names` are
    those of persons by code.
    """
    at = set()
    for table in (results.pay_lines, results.workload, only(results.reports, name=report_names.PAID)):
        at.update(distinct(only(table, staff=code), "institution"))
    if institution is not None:
        at &= {institution}
    if at:
        return sorted(at, key=str.encode)
    known = distinct(results.pay_lines, "staff") | distinct(results.workload, "staff")
    known |= distinct(only(results.reports, name=report_names.PAID), "staff")
    if code in known:
        raise UsageError(say("{staff} has no line at {institution} in this run", staff=code, institution=institution))
    what = say("nobody with the code {code} is in this run", code=code)
    raise UsageError(what, remedy=_called(code, names or {}, known) or question_by_name(code, known, names or {}))


def refuse_held(holds: Mapping[str, str], engagement: pa.Table, staff: str, institution: str | None) -> None:
    """Raise `UsageError` if a run holds an institution at which a person is engaged.

    It is looked for at `institution` alone, if that is given.
    """
    for code in sorted(distinct(only(engagement, staff=staff), "institution") & set(holds), key=str.encode):
        if institution in (None, code):
            raise UsageError(
                say("{staff} is engaged at {institution}, which was held in this run: {reason}", staff=staff,
                    institution=code, reason=holds[code]),
                remedy=say("It follows in the next revision."),
            )  # fmt: skip


def _called(name: str, names: Mapping[str, str], known: Iterable[str]) -> str:
    """Write which codes bear what was given as a code, if it is a name; '' otherwise."""
    codes = sorted((code for code in known if names.get(code) == name), key=str.encode)
    return say("{name} is the name of {codes}: write the code.", name=name, codes=listed(codes)) if codes else ""


def labelled(results: Results, lines: pa.Table) -> list[dict[str, Any]]:
    """Add label and class to pay or statement lines, in the policy's order."""
    described = {row["component"]: row for row in results.components.to_pylist()}
    order = {component: number for number, component in enumerate(described)}
    told = [
        {**line, "label": described[line["component"]]["label"], "pay_class": described[line["component"]]["pay_class"]}
        for line in lines.to_pylist()
    ]
    return sorted(told, key=lambda line: (line.get("engagement_from", ""), order[line["component"]]))


def reports_of(results: Results, institution: str, staff: str = "") -> list[dict[str, Any]]:
    """List the reported figures of an institution, or of a person there.

    Checks have a sheet of their own.
    """
    found = rows(results.reports, institution=institution, staff=staff, level="staff" if staff else "institution")
    return [row for row in found if not row["name"].startswith(report_names.PREFIX)]


def departments_of(results: Results, institution: str) -> list[dict[str, Any]]:
    """List the figures of an institution's departments, one department after another."""
    found = rows(results.department_reports, institution=institution)
    return sorted(found, key=lambda row: row["department"].encode())


def fixed_components(results: Results) -> set[str]:
    """Return the pay components that the policy classes as fixed."""
    return {row["component"] for row in rows(results.components, kind="pay", pay_class="fixed")}
