"""Pages of people and of figures: payslips, explanations, records, proofs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from batch.cli.views.heading import heading, held_lines
from batch.cli.web.blocks import Heading, Link, Text, Ways, address, blocks_of, table, tree
from batch.cli.web.pages import (
    Asked,
    Look,
    NotHere,
    Page,
    called,
    held_text,
    institution_link,
    look,
    not_logged,
    person_link,
    record_of,
    way_to,
)
from batch.cli.web.scope import PERSON
from batch.ledger import Accessed
from payengine.errors import UsageError
from payengine.exact.amounts import yuan
from payengine.periods import MONTH
from payengine.texts import language, say

if TYPE_CHECKING:
    from batch.cli.web.office import Office
    from batch.explain.explanation import Explanation


def person_page(office: Office, asked: Asked) -> Page:
    """Show a person's payslips, as `payengine show RUN --staff S`."""
    from batch.cli.views.payslip import payslip_json

    found = look(office, asked)
    staff, names, workspace = asked["staff"], found.names, office.workspace
    at = asked["institution"] or None
    held = workspace.held_places(found.results.meta, staff) if at is None else []
    try:
        places = workspace.places_of(found.results, staff, at, names)
    except UsageError:
        if not held or asked.scope.kind != PERSON:
            raise
        places = []  # the reason for holding an institution may name others, so only that it is held is told
    title = f"{staff} {names.staff.get(staff, '')}".strip()
    blocks = blocks_of(heading(found.results))
    for place in places:
        payslip = payslip_json(found.results, place, staff, names)
        blocks.append(Heading(f"{place} {payslip['institution_name']}".strip()))
        told = say("{amount} yuan in {n} line(s)", amount=yuan(payslip["gross_fen"]), n=len(payslip["lines"]))
        blocks += [Text(told, mark="told"), *_payslip(asked, found, payslip)]
    blocks += blocks_of(held_lines(held)) if asked.scope.is_everything else [Text(held_text(one)) for one in held]
    return Page(title, blocks, _above(asked, found, at or ""))


def _above(asked: Asked, found: Look, institution: str) -> list[Link]:
    more = [institution_link(found, institution)] if institution and asked.scope.kind != PERSON else []
    return way_to(asked, found.record, *more)


def _payslip(asked: Asked, found: Look, payslip: dict[str, Any]) -> list[Any]:
    from batch.cli.views.figures import report_sheet
    from batch.cli.views.payslip import pay_sheet, workload_sheet
    from batch.cli.views.rejections import rejection_parts

    place, staff = payslip["institution"], asked["staff"]
    own = {"run": found.run, "staff": staff, "institution": place}
    may_explain = asked.scope.kind != PERSON

    def to_figure(row: Sequence[str]) -> str | None:
        known = may_explain and row[1] in components
        return address("/explain", **own, component=row[1]) if known else None

    def to_record(row: Sequence[str]) -> str:
        return address("/record", run=found.run, record=row[0])

    components = {line["component"] for line in payslip["lines"]}
    blocks: list[Any] = [table(pay_sheet(payslip["lines"], found.names.funding), place, {say("Component"): to_figure})]
    links = [Link(address("/payslip", **own), say("How it was computed"))]
    links += [Link(address("/explain", **own), say("Explain every figure"))] if may_explain else []
    links.append(Link(address("/why", **own), say("Why it changed")))
    if found.record.revision is not None:
        links.append(Link(address("/proof", **own), say("Proof of this payslip")))
    links.append(Link(address("/payments", staff=staff), say("What was paid")))
    links.append(Link(address("/records", **own), say("Show the service records (this is logged)"), lazy=True))
    blocks.append(Ways(links))
    if payslip["workload"]:
        blocks.append(table(workload_sheet(payslip["workload"]), say("Services paid")))
    if payslip["reports"]:
        blocks.append(table(report_sheet(payslip["reports"]), say("Figures")))
    return blocks + blocks_of(["", *rejection_parts(payslip["rejections"])], {say("Record"): to_record})


def explain_page(office: Office, asked: Asked) -> Page:
    """Explain a person's pay or an institution's figures, as `payengine explain`."""
    from batch.cli.views.explanation import explanation_parts
    from batch.cli.web.redaction import without_others
    from batch.explain.explanation import require_figure

    found = look(office, asked)
    staff, institution, component = asked["staff"], asked["institution"], asked["component"]
    explanations = explained(office, asked, found)
    if component:
        require_figure(explanations, component)
    blocks: list[Any] = []
    for one in explanations:
        shown = one if asked.scope.is_everything else without_others(one)
        parts = explanation_parts(shown, found.names, component)

        def to_record(row: Sequence[str]) -> str:
            return address("/record", run=found.run, record=row[0])

        blocks += blocks_of(parts, {say("Record"): to_record}, say("Figures"), as_tree=tree)
        own = {"run": found.run, "staff": one.staff, "institution": one.institution}
        if one.meta.period.kind != MONTH:
            continue
        blocks.append(
            Ways([Link(address("/records", **own), say("Show the service records (this is logged)"), lazy=True)])
        )
    if not asked.scope.is_everything:
        blocks.insert(1, Text(say("What is added up over other institutions is not shown by your link.")))
    above = [institution_link(found, institution)] if institution else []
    above += [person_link(found, staff, institution)] if staff else []
    title = say("Explanation: {what}", what=component or called(found, staff, institution))
    return Page(title, blocks, way_to(asked, found.record, *above))


def explained(office: Office, asked: Asked, found: Look) -> list[Explanation]:
    """Compute an explanation, or take the one that is kept."""
    staff, institution = asked["staff"], asked["institution"]
    if not staff and not institution:
        raise NotHere(say("what is to be explained is not said"))

    def make() -> object:
        return office.workspace.explain(found.record.id, staff=staff, institution=institution or None)

    with office.turn():
        key = (language(), found.record.id, staff, institution)
        return cast("list[Explanation]", office.explained.get(key, make))


def records_page(office: Office, asked: Asked) -> Page:
    """List the service records behind pay, as `payengine explain --records`, and log it."""
    from batch.cli.views.explanation import records_parts

    found = look(office, asked)
    explanations = explained(office, asked, found)
    seen = [
        Accessed(str(one.meta.period), one.meta.run_id, one.institution, one.staff, "records") for one in explanations
    ]
    blocks: list[Any] = [*not_logged(office.log_access(asked.scope, "explain", *seen))]

    def to_record(row: Sequence[str]) -> str:
        return address("/record", run=found.run, record=row[0])

    for one in explanations:
        blocks += blocks_of(["", *records_parts(one)], {say("Record"): to_record})
    above = _above(asked, found, asked["institution"])
    above += [person_link(found, asked["staff"], asked["institution"])] if asked["staff"] else []
    return Page(say("Service records: {who}", who=called(found, asked["staff"], asked["institution"])), blocks, above)


def record_page(office: Office, asked: Asked) -> Page:
    """Show what became of a service record, as `payengine explain --record`; it is logged."""
    from batch.cli.views.explanation import record_parts

    header = record_of(office, asked)
    with office.turn():
        found, rows = office.workspace.explain_record(header.id, asked["record"])
    scope = asked.scope
    if not scope.is_everything:  # of a record of several people or places the visitor's own rows
        rows = [row for row in rows if scope.code == (row.staff if scope.kind == PERSON else row.institution)]
        if not rows:
            raise NotHere(say("there is nothing here for your link"))
    people = dict.fromkeys((row.institution, row.staff) for row in rows)
    seen = [Accessed(str(found.period), found.id, place, who, f"record {asked['record']}") for place, who in people]
    blocks: list[Any] = [*not_logged(office.log_access(asked.scope, "explain", *seen))]
    blocks += blocks_of(record_parts(asked["record"], rows, found.id), label=asked["record"])
    return Page(say("Service record {record}", record=asked["record"]), blocks, way_to(asked, header))
