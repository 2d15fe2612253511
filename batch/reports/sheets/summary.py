"""Summary of a run (绩效发放汇总表): heads, work, pay, change by institution."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from batch.reports.register import Line, register, settles
from batch.reports.selected_rows import summed
from batch.reports.sheets.material import SheetMaterial, signatures, yuan_unit
from batch.reports.sheets.reported import summary_note, summary_services
from batch.reports.sheets.sheet import COUNT, FEN, MICRO, RATE, TEN_THOUSANDTHS, Cell, Sheet, SheetColumn, SheetGroup
from batch.reports.sheets.staff_places import staff_places
from payengine.texts import say

INSIDE, FILED = "established", "filed"  # all other forms of employment are outside the establishment
_Heads = dict[str, tuple[int, int, int]]  # inside, filed, outside


def make(material: SheetMaterial) -> Sheet:
    """Make the sheet: a row for each institution."""
    return Sheet(
        name="summary",
        tab=say("Summary"),
        title=say("Summary of performance pay"),
        subtitle=material.subtitle,
        unit=yuan_unit(),
        columns=_columns(material),
        groups=lambda: [SheetGroup("", _rows(material))],
        notes=tuple(_notes(material)),
        signatures=signatures(),
        frozen=2,
    )


def _columns(material: SheetMaterial) -> tuple[SheetColumn, ...]:
    earlier = material.earlier
    before = say("Due in {period}", period=earlier) if earlier else say("Due in the period before")
    return (
        SheetColumn(say("Institution code")),
        SheetColumn(say("Institution")),
        SheetColumn(say("Heads on established posts"), COUNT, True),
        SheetColumn(say("Heads on filed posts"), COUNT, True),
        SheetColumn(say("Heads outside the establishment"), COUNT, True),
        SheetColumn(say("Person-months"), TEN_THOUSANDTHS, True),
        SheetColumn(say("Services paid"), COUNT, True),
        SheetColumn(say("Points paid"), MICRO, True),
        SheetColumn(say("Rows rejected"), COUNT, True),
        SheetColumn(say("Fixed pay"), FEN, True),
        SheetColumn(say("Variable pay"), FEN, True),
        SheetColumn(say("Gross pay due"), FEN, True),
        SheetColumn(say("Fixed share"), RATE),
        SheetColumn(before, FEN, True),
        SheetColumn(say("Change"), FEN, True),
    )


def _rows(material: SheetMaterial) -> Iterator[list[Cell]]:
    figures = register(material.results, material.names)
    heads, months, before = _heads(material), _person_months(material), _before(material)
    lines = {line.institution: line for line in figures.lines}
    for code in sorted({*lines, *(before or {})}, key=str.encode):
        line = lines.get(code, Line(code, material.names.institutions.get(code, "")))
        of_heads: tuple[Cell, ...] = (None, None, None) if heads is None else heads.get(code, (0, 0, 0))
        earlier = None if before is None else before.get(code, 0)
        yield [
            code, line.name, *of_heads, None if months is None else months.get(code, 0), line.services,
            line.points_micro, line.rejected, line.fixed_fen, line.variable_fen, line.gross_fen, line.fixed_share,
            earlier, None if earlier is None else line.gross_fen - earlier,
        ]  # fmt: skip


def _heads(material: SheetMaterial) -> _Heads | None:
    """Count the persons engaged on the last day; each counts once at an institution."""
    places = staff_places(material)
    if places is None:
        return None
    counts: Counter[tuple[str, int]] = Counter()
    for (institution, _), place in places.items():
        if place.is_there_last:
            counts[
                institution, (INSIDE, FILED).index(place.employment) if place.employment in (INSIDE, FILED) else 2
            ] += 1
    return {code: (counts[code, 0], counts[code, 1], counts[code, 2]) for code, _ in counts}


def _person_months(material: SheetMaterial) -> dict[str, int] | None:
    """Read person-months: a settlement reports them, a month has them by its engagements."""
    if settles(material.results):
        from batch.report_names import PERSON_MONTHS
        from batch.reports.selected_rows import rows

        reported = rows(material.results.reports, level="institution", name=PERSON_MONTHS)
        return {row["institution"]: row["value"] for row in reported} if reported else None
    found = material.person_months()
    return None if found is None else dict(found)


def _before(material: SheetMaterial) -> dict[str, int] | None:
    """Sum the pay of the last published period by institution; None without one."""
    earlier = None if material.earlier is None else material.published(material.earlier)
    if earlier is None:
        return None
    return {row["institution"]: row["amount_fen"] for row in summed(earlier.pay_lines, ["institution"], ["amount_fen"])}


def _notes(material: SheetMaterial) -> Iterable[str]:
    figures = register(material.results, material.names)
    if not material.institution:
        yield say("Persons in all: {n}. Who works at two institutions is a head of both.", n=f"{figures.total.heads:,}")
        if figures.elsewhere:
            yield say("Besides, {n} rejected rows name no institution of this sheet.", n=f"{figures.elsewhere:,}")
    if services := summary_services(material):
        yield summary_note(services)
    for code, why in figures.held.items():
        yield say("Held, not in this sheet: {institution}: {why}", institution=material.named(code), why=why)
    if material.earlier is None:
        yield say("No period of this kind is published before this one: nothing to compare with.")
