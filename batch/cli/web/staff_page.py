"""Page of everybody in a run: searched, sorted, a hundred at a time."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from batch.cli.views.figures import points_texts
from batch.cli.views.heading import heading
from batch.cli.views.tables import Sheet, figure, name, word
from batch.cli.web.blocks import Field, Form, Link, Text, Ways, address, blocks_of, table
from batch.cli.web.pages import Asked, BadRequest, Look, Page, look, way_to
from batch.reports.register import StaffLine
from batch.reports.staff_register import staff_register
from payengine.exact.amounts import yuan
from payengine.texts import say

if TYPE_CHECKING:
    from batch.cli.web.office import Office

PAGE = 100  # persons on a page
Row = tuple[str, StaffLine]  # institution, line

# What the list is sorted by; amounts from the highest down. Codes decide between equals.
SORTS: Mapping[str, Callable[[Row], Any]] = {
    "institution": lambda row: 0,
    "code": lambda row: row[1].staff.encode(),
    "name": lambda row: row[1].name,
    "services": lambda row: -row[1].services,
    "points": lambda row: -row[1].points_micro,
    "gross": lambda row: -row[1].gross_fen,
    "least": lambda row: row[1].gross_fen,
}


def staff_page(office: Office, asked: Asked) -> Page:
    """List the people of a run with their pay, found by code, name or institution."""
    found = look(office, asked)
    every = staff_register(found.results, found.names)
    if asked.scope.institution is not None:
        every = [row for row in every if row[0] == asked.scope.institution]
    sort = asked["sort"] or "institution"
    page = asked["page"] or "1"
    if sort not in SORTS or not (page.isascii() and page.isdigit() and len(page) <= 6 and int(page)):
        raise BadRequest(say("this page cannot be asked for so"))
    places = sorted({row[0] for row in every}, key=str.encode)
    rows = sorted((row for row in every if _is_wanted(row, asked, found)), key=SORTS[sort])
    last = max(-(-len(rows) // PAGE), 1)
    number = min(int(page), last)
    shown = rows[(number - 1) * PAGE : number * PAGE]
    told = say("{n} of {all} payslips", n=f"{len(rows):,}", all=f"{len(every):,}")
    if last > 1:
        told = say("{told}; page {page} of {last}", told=told, page=number, last=f"{last:,}")
    blocks: list[Any] = [*blocks_of(heading(found.results)), _form(asked, found, places, sort), Text(told, mark="told")]
    if shown:
        blocks.append(_table(found, shown))
    ways = _ways(asked, number, last)
    if ways:
        blocks.append(Ways(ways))
    return Page(say("Staff of {period}", period=found.record.period), blocks, way_to(asked, found.record))


def folded(text: str) -> str:
    """Fold widths and cases, so that full-width digits find plain ones."""
    return unicodedata.normalize("NFKC", text).casefold()


def _is_wanted(row: Row, asked: Asked, found: Look) -> bool:
    institution, line = row
    if asked["institution"] not in ("", institution):
        return False
    wanted = folded(asked["q"]).split()
    told = folded(" ".join((line.staff, line.name, institution, found.names.institutions.get(institution, ""))))
    return all(word in told for word in wanted)


def _form(asked: Asked, found: Look, places: Sequence[str], sort: str) -> Form:
    choices = [(code, f"{code} {found.names.institutions.get(code, '')}".strip()) for code in places]
    words = {
        "institution": say("Institution"), "code": say("Code"), "name": say("Name"), "services": say("Services paid"),
        "points": say("Points"), "gross": say("Gross pay, highest first"), "least": say("Gross pay, lowest first"),
    }  # fmt: skip
    fields = [
        Field("run", value=found.run, kind="hidden"),
        Field("q", say("Code, name or institution"), asked["q"], "search"),
        *([Field("institution", say("Institution"), asked["institution"], "select", choices)]
          if asked.scope.is_everything else []),
        Field("sort", say("Sorted by"), sort, "choice", [(key, words[key]) for key in SORTS]),
    ]  # fmt: skip
    return Form("/staff", fields, say("Show"))


def _table(found: Look, shown: Sequence[Row]) -> Any:
    points = points_texts([line.points_micro for _, line in shown])
    rows = [
        [
            line.staff, line.name, institution, found.names.institutions.get(institution, ""), f"{line.services:,}",
            text, yuan(line.fixed_fen), yuan(line.variable_fen), yuan(line.gross_fen),
        ]
        for (institution, line), text in zip(shown, points, strict=True)
    ]  # fmt: skip
    heads = [
        word(say("Code"), key=True), name(say("Name"), key=True), word(say("Institution")), name(""),
        figure(say("Services paid")), figure(say("Points")), figure(say("Fixed pay")), figure(say("Variable pay")),
        figure(say("Gross pay")),
    ]  # fmt: skip

    def to_person(row: Sequence[str]) -> str:
        return address("/person", run=found.run, staff=row[0], institution=row[2])

    def to_institution(row: Sequence[str]) -> str:
        return address("/institution", run=found.run, institution=row[2])

    return table(Sheet(heads, rows), say("Staff"), {say("Code"): to_person, say("Institution"): to_institution})


def _ways(asked: Asked, number: int, last: int) -> list[Link]:
    def to(page: int) -> str:
        kept = {name: asked[name] for name in ("run", "q", "institution", "sort")}
        return address("/staff", **kept, page=page)

    links = [(1, say("First page")), (number - 1, say("Previous page")), (number + 1, say("Next page")),
             (last, say("Last page"))]  # fmt: skip
    return [Link(to(page), text) for page, text in links if 1 <= page <= last and page != number]
