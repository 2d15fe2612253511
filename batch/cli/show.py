"""The command `show`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from batch.cli import named
from batch.cli.root import command
from batch.cli.run_options import RUN
from batch.cli.session import Session
from payengine.errors import UsageError
from payengine.texts import say

if TYPE_CHECKING:
    from rich.console import RenderableType

    from batch.reports.register import Names
    from batch.results import Results


@command("show")
@RUN
@click.option(
    "--institution", default=None, metavar="I", help="The people of this institution, and what it is paid for."
)
@click.option("--staff", default=None, metavar="S", help="This person's payslip lines and work.")
@click.option("--compliance", is_flag=True, help="Every obligation that the policy checks: figure, threshold, result.")
def show(session: Session, run: str, institution: str | None, staff: str | None, compliance: bool) -> None:
    """Show a run: the register, an institution, a person or the compliance sheet.

    Figures are read from the ledger as they were stored; names come from the snapshot, if it is still there.
    """
    from batch.cli.views.heading import held_lines
    from batch.reports.register import find_institution

    workspace = session.workspace()
    named.run_meant(session, run)
    institution, staff = named.in_run(session, run, institution, staff)
    results = workspace.results(run)
    names = workspace.names(results.meta.period, results.meta.snapshot_digest)
    if compliance:
        if staff is not None:
            raise UsageError(say("--compliance is of institutions; leave out --staff"))
        data, parts = _compliance(results, institution, names, session.json)
    elif staff is not None:
        places = workspace.places_of(results, staff, institution, names)
        data, parts = _payslips(results, staff, places, names, session.json)
        held = workspace.held_places(results.meta, staff) if institution is None else []
        data, parts = {**data, "held": [one.as_json() for one in held]}, [*parts, *held_lines(held)]
    elif institution is not None:
        data, parts = _institution(
            results, find_institution(results, institution, names.institutions), names, session.json
        )
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
    from batch.cli.views.heading import heading
    from batch.cli.views.register import register_parts

    return data, [*heading(results), "", *register_parts(figures)]


def _compliance(
    results: Results, institution: str | None, names: Names, as_json: bool
) -> tuple[dict[str, Any], list[RenderableType]]:
    """Build the compliance sheet of a run, of one institution if it is named."""
    from batch.reports.carried_amounts import carried_amounts
    from batch.reports.compliance import obligations
    from batch.reports.register import find_institution

    found = obligations(results)
    code = "" if institution is None else find_institution(results, institution, names.institutions)
    carried = carried_amounts(results)
    data = {
        **_run_facts(results),
        "compliance": [one.as_json(names.institutions, code) for one in found],
        **carried.as_json(),
    }
    if as_json:
        return data, []
    from batch.cli.views.carried import carried_parts
    from batch.cli.views.compliance import compliance_parts
    from batch.cli.views.heading import heading

    return data, [
        *heading(results),
        "",
        *compliance_parts(found, names.institutions, code, list(results.meta.holds)),
        *carried_parts(carried, code),
    ]


def _institution(
    results: Results, code: str, names: Names, as_json: bool
) -> tuple[dict[str, Any], list[RenderableType]]:
    from batch.cli.views.institution import institution_json, institution_parts
    from batch.reports.register import staff_lines

    people = staff_lines(results, code, names)
    data = institution_json(results, code, people, names)
    return {**_run_facts(results), **data}, [] if as_json else institution_parts(
        results, code, people, data, names.funding
    )


def _payslips(
    results: Results, staff: str, places: Sequence[str], names: Names, as_json: bool
) -> tuple[dict[str, Any], list[RenderableType]]:
    """Build the payslips of a person at some institutions."""
    from batch.cli.views.payslip import payslip_json, payslip_parts

    payslips = [payslip_json(results, place, staff, names) for place in places]
    data = {**_run_facts(results), "staff": staff, "name": names.staff.get(staff, ""), "payslips": payslips}
    return data, [] if as_json else payslip_parts(results, staff, payslips, names)
