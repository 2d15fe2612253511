"""runs and show: what stands in the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from batch.cli.bilingual_click import argument
from batch.cli.root import command
from batch.cli.session import SHORT, Session
from payengine.errors import UsageError
from payengine.texts import say

if TYPE_CHECKING:
    from rich.console import RenderableType

    from batch.ledger import RunRecord
    from batch.reports.register import Names
    from batch.results import Results


@command("runs")
@argument("period", "Only the runs of this period.", required=False, metavar="[PERIOD]")
def runs(session: Session, period: str | None) -> None:
    """List the runs and what is published."""
    records = session.workspace().runs(period)
    nothing = [say("There is no run yet."), session.next("run PERIOD")]
    session.answer({"runs": [_run_json(record) for record in records]}, *(_run_parts(records) if records else nothing))


def _run_json(record: RunRecord) -> dict[str, Any]:
    return {
        "run": record.id, "period": str(record.period), "state": _state(record), "revision": record.revision,
        "current": record.current, "snapshot": record.snapshot, "policy": record.policy, "holds": dict(record.holds),
        "reason": record.reason, "revises": record.revises, "staged_at": record.staged_at,
        "staged_by": record.staged_by,
    }  # fmt: skip


def _state(record: RunRecord) -> str:
    if record.current:
        return "current"
    return "staged" if record.revision is None else "replaced"


def _run_parts(records: list[RunRecord]) -> list[RenderableType]:
    from batch.cli.views.tables import Sheet, figure, word

    states = {"current": say("current"), "staged": say("staged"), "replaced": say("replaced")}
    rows = [
        [
            str(record.period), "" if record.revision is None else str(record.revision), record.id[:SHORT],
            states[_state(record)], record.staged_at, record.staged_by, record.snapshot[:SHORT],
            ", ".join(record.holds), record.reason,
        ]
        for record in records
    ]  # fmt: skip
    heads = [
        word(say("Period"), key=True), figure(say("Revision")), word(say("Run")), word(say("State")),
        word(say("Staged (UTC)")), word(say("By")), word(say("Snapshot")), word(say("Held")), word(say("Reason")),
    ]  # fmt: skip
    return [Sheet(heads, rows).without_empty()]


@command("show")
@argument("run", "The run, or the beginning of its id.", metavar="RUN")
@click.option(
    "--institution", default=None, metavar="I", help="The people of this institution, and what it is paid for."
)
@click.option("--staff", default=None, metavar="S", help="This person's payslip lines and work.")
@click.option("--compliance", is_flag=True, help="Every obligation that the policy checks: figure, threshold, result.")
def show(session: Session, run: str, institution: str | None, staff: str | None, compliance: bool) -> None:
    """Show a run: the register, an institution, a person or the compliance sheet.

    Figures are read from the ledger as they were stored; names come from the snapshot, if it is still there.
    """
    from batch.reports.register import find_institution, find_staff

    workspace = session.workspace()
    results = workspace.results(run)
    names = workspace.names(results.meta.period, results.meta.snapshot_digest)
    if compliance:
        if staff is not None:
            raise UsageError(say("--compliance is of institutions; leave out --staff"))
        data, parts = _compliance(results, institution, names, session.json)
    elif staff is not None:
        places = find_staff(results, staff, institution)
        sheets = [_payslip(results, place, staff, names) for place in places]
        data = {**_run_facts(results), "staff": staff, "name": names.staff.get(staff, ""), "payslips": sheets}
        parts = [] if session.json else _payslip_parts(results, staff, sheets, names)
    elif institution is not None:
        data, parts = _institution(results, find_institution(results, institution), names, session.json)
    else:
        data, parts = _register(results, names, session.json)
    session.answer(data, *parts)


def _run_facts(results: Results) -> dict[str, Any]:
    meta = results.meta
    return {
        "run": meta.run_id,
        "period": str(meta.period),
        "snapshot": meta.snapshot_digest,
        "illustrative": meta.illustrative,
    }


def _register(results: Results, names: Names, as_json: bool) -> tuple[dict[str, Any], list[RenderableType]]:
    from batch.reports.register import register

    figures = register(results, names)
    data = {**_run_facts(results), "register": figures.as_json()}
    if as_json:
        return data, []
    from batch.cli.views.register import heading, register_parts

    return data, [*heading(results), "", *register_parts(figures)]


def _compliance(
    results: Results, institution: str | None, names: Names, as_json: bool
) -> tuple[dict[str, Any], list[RenderableType]]:
    """The checks of a run, of one institution if it is named."""
    from batch.reports.compliance import obligations
    from batch.reports.register import find_institution

    found = obligations(results)
    code = "" if institution is None else find_institution(results, institution)
    data = {**_run_facts(results), "compliance": [one.as_json(names.institutions, code) for one in found]}
    if as_json:
        return data, []
    from batch.cli.views.compliance import compliance_parts
    from batch.cli.views.register import heading

    return data, [*heading(results), "", *compliance_parts(found, names.institutions, code)]


def _institution(
    results: Results, code: str, names: Names, as_json: bool
) -> tuple[dict[str, Any], list[RenderableType]]:
    from batch.reports.register import labelled, only, reports_of, rows, settles, staff_lines

    people = staff_lines(results, code, names)
    statements = labelled(results, only(results.statement_lines, institution=code))
    reports = reports_of(results, code)
    refused = rows(results.rejections, institution=code)
    data = {
        **_run_facts(results), "institution": code, "name": names.institutions.get(code, ""),
        "staff": [line.as_json() for line in people], "statements": statements, "reports": reports,
        "rejections": refused,
    }  # fmt: skip
    if as_json:
        return data, []
    from batch.cli.views.register import heading, rejection_parts, report_sheet, staff_sheet, statement_sheet

    people_sheet = staff_sheet(people, settles(results))
    parts = [*heading(results, f"{code} {names.institutions.get(code, '')}".strip()), "", people_sheet]
    if statements:
        parts += ["", statement_sheet(statements)]
    if reports:
        parts += ["", report_sheet(reports)]
    return data, [*parts, *rejection_parts(refused)]


def _payslip(results: Results, institution: str, staff: str, names: Names) -> dict[str, Any]:
    """One person's lines at one institution."""
    from batch.reports.register import labelled, only, reports_of, rows

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


def _payslip_parts(results: Results, staff: str, sheets: list[dict[str, Any]], names: Names) -> list[RenderableType]:
    from batch.cli.views.register import heading, pay_sheet, rejection_parts, report_sheet, workload_sheet

    parts = heading(results, f"{staff} {names.staff.get(staff, '')}".strip())
    for sheet in sheets:
        parts += ["", f"{sheet['institution']} {sheet['institution_name']}".strip(), "", pay_sheet(sheet["lines"])]
        if sheet["workload"]:
            parts += ["", workload_sheet(sheet["workload"])]
        if sheet["reports"]:
            parts += ["", report_sheet(sheet["reports"])]
        parts += rejection_parts(sheet["rejections"])
    return parts
