"""Pages of one person's figure: how it was computed, why it changed, and its proof."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from batch.cli.session import SHORT
from batch.cli.views.tables import Head, Sheet
from batch.cli.web.blocks import Field, Form, Heading, Link, Node, Text, Tree, Ways, address, blocks_of, table
from batch.cli.web.pages import (
    Asked,
    File,
    Look,
    NotHere,
    Page,
    called,
    held_text,
    institution_link,
    look,
    person_link,
    record_of,
    way_to,
)
from batch.cli.web.redaction import payslip_without_others, without_sums_of_others
from batch.cli.web.scope import PERSON
from batch.ledger import Accessed
from payengine.exact.amounts import yuan
from payengine.texts import language, say

if TYPE_CHECKING:
    from batch.cli.web.office import Office
    from batch.explain.why import Why
    from batch.ledger import RunRecord
    from batch.payslips.payslip import Payslip


def above(asked: Asked, found: Look, *, of_person: bool = True) -> list[Link]:
    """List the pages above one of a person's or an institution's."""
    institution, staff = asked["institution"], asked["staff"]
    more = [institution_link(found, institution)] if institution and asked.scope.kind != PERSON else []
    more += [person_link(found, staff, institution)] if staff and of_person else []
    return way_to(asked, found.record, *more)


def payslip_page(office: Office, asked: Asked) -> Page:
    """Tell how pay was computed, as `payengine payslip` prints it.

    No sum over fewer than three persons is in it, so that nobody can tell a colleague's pay.
    """
    from batch.cli.views.payslip_page import PayslipPages

    found = look(office, asked)
    staff, institution = asked["staff"], asked["institution"]

    def make() -> object:
        made = office.workspace.payslips(found.record.id, staff=staff, institution=institution or None)
        return made.policy, list(made.payslips)

    with office.turn():
        key = ("payslip", language(), found.record.id, staff, institution)
        policy, payslips = cast("tuple[Any, list[Payslip]]", office.explained.get(key, make))
    pages = PayslipPages(found.record, found.results.meta, policy, found.names, all_items=True)
    blocks: list[Any] = []
    for one in payslips:
        page = pages.page(one if asked.scope.is_everything else payslip_without_others(one))
        if blocks:
            blocks.append(Heading(" ".join(page["facts"][0])))
        blocks += _computed(page)
        own = {"run": found.run, "staff": staff, "institution": one.institution}
        links = [Link(address("/records", **own), say("Show the service records (this is logged)"), lazy=True)]
        if found.record.revision is not None:
            links.append(Link(address("/proof", **own), say("Proof of this payslip")))
        blocks += [Ways(links), *(Text(text, mark="facts") for text in (page["foot"][0], page["foot"][-1]))]
    return Page(say("How it was computed: {who}", who=called(found, staff)), blocks, above(asked, found))


def _computed(page: Mapping[str, Any]) -> list[Any]:
    """Lay out a payslip as on paper: what is due, how it came about, the work behind it."""
    blocks: list[Any] = [Text(mark, mark="warning") for mark in page["marks"]]
    blocks += [Text(" ".join(page["due"]), mark="told")]
    blocks += [Text(value, label=label) for label, value in page["facts"]]
    lines, how, items = page["lines"], page["how"], page["items"]
    width = len(lines["heads"])
    total = [lines["total"][0], *[""] * (width - 2), lines["total"][1]]
    blocks.append(_table(lines["heads"], lines["rows"], width - 1, page["title"], total))
    if how["given"] or how["rows"]:
        blocks.append(Heading(how["title"]))
    blocks += [Text(text) for text in how["given"]]
    if how["rows"]:
        blocks.append(_steps(how["rows"]))
    if items["rows"]:
        blocks += [Heading(items["title"]), _table(items["heads"], items["rows"], 2, items["title"], items["total"])]
    for listing in (page["cases"], page["unpaid"]):
        if listing:
            heads = listing["heads"]
            blocks += [Heading(listing["title"]), _table(heads, listing["rows"], len(heads) - 1, listing["title"])]
    return blocks


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]], figures: int, label: str,
           total: Sequence[str] | None = None) -> Any:  # fmt: skip
    """Make a table whose columns from `figures` on are figures."""
    columns = [Head(title, figure=place >= figures, key=not place) for place, title in enumerate(heads)]
    return table(Sheet(columns, [*rows, *([total] if total else [])], totals=1 if total else 0), label)


def _steps(rows: Sequence[Mapping[str, Any]]) -> Tree:
    """Make the tree of the steps: beneath each figure its rule, its numbers, what it reads."""
    roots: list[Node] = []
    above_it: list[tuple[int, Node]] = []
    for row in rows:
        node = Node(say("{figure} = {value}", figure=row["label"], value=row["value"]))
        node.nodes += [Node(text) for text in (row["rule"], *row["lines"], *row["given"]) if text]
        if row["table"] is not None:
            names = row["table"]["heads"][1:]
            node.nodes += [
                Node(say("{name}: {text}", name=key, text=say("; ").join(
                    say("{name}: {text}", name=name, text=value) for name, value in zip(names, values, strict=True)
                    if value)))
                for key, *values in row["table"]["rows"]
            ]  # fmt: skip
        while above_it and above_it[-1][0] >= row["depth"]:
            above_it.pop()
        (above_it[-1][1].nodes if above_it else roots).append(node)
        above_it.append((row["depth"], node))
    for root in roots:
        root.is_open = True
    return Tree(roots)


# --- why it changed --------------------------------------------------------------------------------------------------


def compared_with(office: Office, asked: Asked, record: RunRecord) -> list[RunRecord]:
    """List the runs that a run can be compared with, the usual one first.

    They are earlier periods of its kind, the latest first, then its own other revisions.
    """
    found = [
        one
        for one in office.workspace.runs()
        if one.id != record.id
        and one.period.kind == record.period.kind
        and (one.revision is not None or asked.scope.is_everything)
        and (one.period == record.period or (one.current and one.period < record.period))
    ]
    found.reverse()
    return sorted(found, key=lambda one: one.period == record.period)


def _called(one: RunRecord) -> str:
    if one.revision is None:
        return say("{period}, run {run}", period=one.period, run=one.id[:SHORT])
    return say("{period}, revision {n}", period=one.period, n=one.revision)


def why_page(office: Office, asked: Asked) -> Page:
    """Tell what changed someone's pay, as `payengine why`."""
    from batch.cli.views.heading import held_lines
    from batch.cli.views.why import why_parts

    staff, institution = asked["staff"], asked["institution"]
    if not staff and not institution:
        raise NotHere(say("whose pay is meant is not said"))
    found = look(office, asked)
    choices = compared_with(office, asked, found.record)
    against = asked["against"]
    ids = [one.id[:SHORT] for one in choices]
    if against and not asked.scope.is_everything and against not in ids:
        raise NotHere(say("there is nothing here for your link"))
    against = against or next(iter(ids), "")
    fields = [
        *(Field(name, value=value, kind="hidden") for name, value in
          (("run", found.run), ("staff", staff), ("institution", institution)) if value),
        Field("against", say("Compared with"), against, "choice", [(one.id[:SHORT], _called(one)) for one in choices]),
    ]  # fmt: skip
    title = say("Why it changed: {who}", who=called(found, staff, institution))
    if not choices:
        told = Text(say("Nothing was published before {period} that it could be compared with.",
                        period=found.record.period))  # fmt: skip
        return Page(title, [told], above(asked, found))

    def make() -> object:
        return office.workspace.why(found.record.id, staff=staff, institution=institution or None, against=against)

    with office.turn():
        key = ("why", language(), found.record.id, staff, institution, against)
        made = cast("Why", office.explained.get(key, make))
    shown = made if asked.scope.is_everything else without_sums_of_others(made, is_person=asked.scope.kind == PERSON)
    parts: list[Any] = why_parts(shown, found.names)
    if staff and not institution:
        told_of = {one.institution for one in made.differences}
        held = [
            place
            for side in (made.before, made.after)
            for place in office.workspace.held_places(side.meta, staff)
            if place.institution not in told_of
        ]
        parts += held_lines(held) if asked.scope.is_everything else map(held_text, held)
    blocks = [Form("/why", fields, say("Compare")), *blocks_of(["", *parts], label=title)]
    if not asked.scope.is_everything:
        blocks.append(Text(say("What is added up over others is not shown by your link."), mark="facts"))
    return Page(title, blocks, above(asked, found))


# --- the proof -------------------------------------------------------------------------------------------------------


def proof_page(office: Office, asked: Asked) -> Page:
    """Show the proof of a payslip and how it is checked, as `payengine prove`."""
    from batch.cli.views.proof import entry_parts, payslip_parts, payslip_title

    found = look(office, asked)
    staff = asked["staff"]
    places = office.workspace.places_of(found.results, staff, asked["institution"] or None, found.names)
    blocks: list[Any] = []
    for place in places:
        proof = office.workspace.prove(found.record.id, staff, place)
        own = {"run": found.run, "staff": staff, "institution": place}
        if len(places) > 1:
            blocks.append(Heading(f"{place} {found.names.institutions.get(place, '')}".strip()))
        total = sum(line["amount_fen"] for line in proof.payslip["lines"])
        blocks += [
            Text(say("{amount} yuan in {n} line(s)", amount=yuan(total), n=len(proof.payslip["lines"])), mark="told"),
            *blocks_of([payslip_title(proof), *entry_parts(proof)]),
            Ways([Link(address("/proof-file", **own), say("Save the proof (a file; this is logged)"), is_file=True)]),
            Text(say("Whoever noted that head checks it with:")),
            Text(f"payengine verify-proof payslip-{proof.payslip['period']}.json --head {proof.head}", 1),
            *blocks_of(payslip_parts(proof), label=say("What the proof holds")),
        ]
    told = say("The proof shows that exactly these figures were published: nobody can change them afterwards without "
               "the head changing. It names nobody else.")  # fmt: skip
    return Page(say("Proof: {who}", who=called(found, staff)), [Text(told), *blocks], above(asked, found))


def proof_file(office: Office, asked: Asked) -> File:
    """Prove a payslip, as `payengine prove`; it is logged."""
    from batch.proof.documents import proof_text

    header = record_of(office, asked)
    proof = office.workspace.prove(header.id, asked["staff"], asked["institution"] or None)
    slip = proof.payslip
    office.log_access(
        asked.scope, "prove", Accessed(slip["period"], slip["run"], slip["institution"], slip["staff"])
    )  # fmt: skip
    return File(f"payslip-{slip['period']}.json", proof_text(proof))
