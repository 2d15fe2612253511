"""Pages of runs: the periods, a register, an institution, the compliance sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from batch.cli.session import SHORT
from batch.cli.views.heading import heading, warnings
from batch.cli.views.tables import Sheet, figure, word
from batch.cli.web.blocks import Link, Text, Ways, address, blocks_of, table
from batch.cli.web.pages import Asked, Look, Page, institution_link, look, way_to
from batch.cli.web.scope import INSTITUTION
from batch.reports.compliance import CheckResult, obligations
from batch.reports.register import find_institution, register, staff_lines
from payengine.texts import say

if TYPE_CHECKING:
    from batch.cli.web.office import Office
    from batch.ledger import RunRecord


def periods(office: Office, asked: Asked) -> Page:
    """Show the runs and what is published, as `payengine runs`."""
    from batch.cli.views.head import head_parts
    from batch.cli.views.published import published_parts
    from batch.cli.views.runs import doubts_parts, runs_parts

    workspace = office.workspace
    records = workspace.runs(asked["period"] or None)
    doubts = workspace.doubts(records)
    if not asked.scope.is_everything:
        return Page(say("Periods"), _published_periods(asked, records, bool(doubts)))
    changes = workspace.published_changes() if any(record.current for record in records) else []
    parts = [
        *(runs_parts(records, doubts) if records else [say("There is no run yet.")]),
        *(["", *head_parts(workspace.head())] if records else []),
        *doubts_parts(doubts),
        *published_parts(changes),
    ]
    ids = {record.id[:SHORT] for record in records}
    column = [head.title for head in parts[0].heads].index(say("Run")) if isinstance(parts[0], Sheet) else 0

    def to_register(row: Sequence[str]) -> str | None:
        return address("/register", run=row[column]) if row[column] in ids else None

    return Page(say("Periods"), blocks_of(parts, {say("Run"): to_register}, say("Periods")))


def _published_periods(asked: Asked, records: Sequence[RunRecord], doubted: bool) -> list[Any]:
    """List published runs for a narrow scope.

    Reasons, users and holds are left out: they may name others.
    """
    rows = [
        [str(one.period), str(one.revision), one.id[:SHORT], say("current") if one.current else say("replaced")]
        for one in records
        if one.revision is not None
    ]
    path = "/institution" if asked.scope.kind == INSTITUTION else "/person"

    def to_own(row: Sequence[str]) -> str:
        return address(path, run=row[2], **{asked.scope.kind: asked.scope.code})

    heads = [word(say("Period"), key=True), figure(say("Revision")), word(say("Run")), word(say("State"))]
    told = say("The ledger is not as it was written; do not rely on what is shown here, and tell the office.")
    return [
        *([Text(told, mark="warning")] if doubted else []),
        Text(say("Your link shows what concerns {code}.", code=asked.scope.code)),
        table(Sheet(heads, rows), say("Periods"), {say("Run"): to_own})
        if rows
        else Text(say("Nothing is published yet.")),
    ]


def register_page(office: Office, asked: Asked) -> Page:
    """Show the register of a run, as `payengine show RUN`."""
    from batch.cli.views.register import register_parts

    found = look(office, asked)
    figures = register(found.results, found.names)
    known = {line.institution for line in figures.lines}
    outdated = warnings(office.workspace.outdated(found.record.id))

    def to_institution(row: Sequence[str]) -> str | None:
        return institution_link(found, row[0]).href if row[0] in known else None

    title = say("Register of {period}", period=found.record.period)
    parts = [*heading(found.results), "", *register_parts(figures), *outdated]
    blocks = blocks_of(parts, {say("Code"): to_institution}, title)
    facts = [block for block in blocks if getattr(block, "mark", "") == "facts"]
    rest = [block for block in blocks if block not in facts]
    return Page(title, [*facts, _ways(office, found), *rest], way_to(asked))


def _ways(office: Office, found: Look) -> Ways:
    """List where a register leads: compliance, earlier revisions, what-if, log."""
    record = found.record
    links = [
        Link(address("/staff", run=found.run), say("Staff")),
        Link(address("/compliance", run=found.run), say("Compliance sheet")),
        Link(address("/steps", run=found.run), say("Steps")),
    ]
    links += [
        Link(address("/diff", before=one.id[:SHORT], after=found.run),
             say("Changes since revision {revision}", revision=one.revision))
        for one in office.workspace.runs(record.period)
        if one.revision is not None and one.id != record.id
    ]  # fmt: skip
    return Ways(
        [
            *links,
            Link(address("/simulate", period=record.period), say("What if")),
            Link(address("/log", run=found.run), say("Who did what")),
        ]
    )


def institution_page(office: Office, asked: Asked) -> Page:
    """Show an institution of a run, as `payengine show RUN --institution I`."""
    from batch.cli.views.institution import institution_json, institution_parts

    found = look(office, asked)
    names = found.names
    code = find_institution(found.results, asked["institution"], names.institutions)
    people = staff_lines(found.results, code, names)
    staff = {line.staff for line in people}
    data = institution_json(found.results, code, people, names)

    def to_person(row: Sequence[str]) -> str | None:
        known = row[0] in staff and row[0]
        return address("/person", run=found.run, staff=row[0], institution=code) if known else None

    def to_record(row: Sequence[str]) -> str:
        return address("/record", run=found.run, record=row[0])

    links = {say("Code"): to_person, say("Record"): to_record}
    title = f"{code} {data['name']}".strip()
    blocks = blocks_of(institution_parts(found.results, code, people, data, names.funding), links, title)
    own = {"run": found.run, "institution": code}
    ways = Ways(
        [
            Link(address("/explain", **own), say("Explain the institution's figures")),
            Link(address("/staff", **own), say("Staff")),
            Link(address("/compliance", **own), say("Compliance sheet")),
            Link(address("/why", **own), say("Why it changed")),
            Link(address("/payments", institution=code), say("What was paid")),
        ]
    )
    return Page(title, [blocks[0], ways, *blocks[1:]], way_to(asked, found.record))


def compliance_page(office: Office, asked: Asked) -> Page:
    """Show the compliance sheet, as `payengine show RUN --compliance`."""
    from batch.cli.views.carried import carried_parts
    from batch.cli.views.compliance import compliance_parts
    from batch.reports.carried_amounts import carried_amounts

    found = look(office, asked)
    names = found.names
    code = find_institution(found.results, asked["institution"], names.institutions) if asked["institution"] else ""
    checks, held = obligations(found.results), list(found.results.meta.holds)
    if not asked.scope.is_everything:  # neither others' results nor their number, nor a figure of all together
        checks = [replace(one, institutions=one.of(code), consortium=CheckResult("")) for one in checks]
        held = []
    known = {result.institution for one in checks for result in one.institutions}

    def to_institution(row: Sequence[str]) -> str | None:
        return institution_link(found, row[0]).href if row[0] in known else None

    parts = [
        *heading(found.results),
        "",
        *compliance_parts(checks, names.institutions, code, held),
        *carried_parts(carried_amounts(found.results), code),
    ]
    above = [institution_link(found, code)] if code else []
    title = say("Compliance sheet")
    blocks = blocks_of(parts, {say("Code"): to_institution}, title)
    return Page(title, blocks, way_to(asked, found.record, *above))
