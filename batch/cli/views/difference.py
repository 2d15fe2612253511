"""Changes of pay from one run to another, as they are printed: who is paid more or less."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from batch.audit.as_json import work_by_institution, work_change
from batch.audit.difference import Difference, PersonChange, largest_first, persons
from batch.cli.views.code_words import funding_words
from batch.cli.views.tables import Head, Sheet, figure, name, word
from batch.reports.register import Names
from payengine.exact import POINTS
from payengine.exact.amounts import decimal_text, yuan
from payengine.texts import joined, say

if TYPE_CHECKING:
    import pyarrow as pa
    from rich.console import RenderableType

MOST_COMPONENTS = 3  # of a person, as they are printed
FIRST_OF_RUN, FIRST_OF_DIFF = 10, 20  # persons that are printed

Labels = Mapping[str, str]  # of components


def difference_parts(
    difference: Difference, names: Names, labels: Labels, revision: int, run: str
) -> list[RenderableType]:
    """Print the differences from the published run, by institution, person and statement."""
    against = say("Compared with revision {revision} (run {run}):", revision=revision, run=run)
    if difference.empty:
        return ["", f"{against} {say('no difference')}"]
    return [
        "",
        f"{against} {summary(difference)}",
        *institution_parts(difference, names),
        *person_parts(difference, names, labels, FIRST_OF_RUN),
        *statement_parts(difference, names, labels),
    ]


def summary(difference: Difference) -> str:
    """Say in a line by how much all pay changed, and of how many persons."""
    return say(
        "pay {change} yuan, {staff} person(s) at {institutions} institution(s)",
        change=yuan(difference.change_fen, signed=True),
        staff=f"{difference.staff.num_rows:,}",
        institutions=f"{difference.institutions.num_rows:,}",
    )


def institution_parts(difference: Difference, names: Names) -> list[RenderableType]:
    """Print the change of each institution, the largest first, with their sum."""
    if not len(difference.institutions):
        return []
    changed = largest_first(difference.institutions, "institution")
    rows = [
        [row["institution"], names.institutions.get(row["institution"], ""), *_amounts(row)]
        for row in changed.to_pylist()
    ]
    heads = [word(say("Code"), key=True), name(say("Institution"), key=True), *_heads()]
    return ["", Sheet([*heads], [*rows, [say("Total"), "", *_summed(changed)]], totals=1, indent="  ")]


def component_parts(difference: Difference, names: Names, labels: Labels) -> list[RenderableType]:
    """Print the change of each component by its source of funding, the largest first, with their sum."""
    if not len(difference.components):
        return []
    changed = largest_first(difference.components, "component", "funding")
    rows = [
        [_label(row["component"], labels), funding_words(row["funding"], names.funding), *_amounts(row)]
        for row in changed.to_pylist()
    ]
    heads = [name(say("Component"), key=True), word(say("Funded by")), *_heads()]
    return ["", Sheet(heads, [*rows, [say("Total"), "", *_summed(changed)]], totals=1, indent="  ")]


def person_parts(difference: Difference, names: Names, labels: Labels, first: int) -> list[RenderableType]:
    """Print the `first` persons with the largest changes, the sum of all others, and that of all."""
    count = difference.staff.num_rows
    if not count:
        return []
    shown = persons(difference, first)
    rows = [
        [
            one.staff, names.staff.get(one.staff, ""), one.institution, yuan(one.after_fen),
            yuan(one.change_fen, signed=True), _mostly(one, labels),
        ]
        for one in shown
    ]  # fmt: skip
    rest = difference.change_fen - sum(one.change_fen for one in shown)
    totals = [["", say("and {n} more", n=f"{count - len(shown):,}"), "", "", yuan(rest, signed=True), ""]]
    if count == len(shown):
        totals = []
    totals.append([say("Total"), "", "", "", yuan(difference.change_fen, signed=True), ""])
    heads = [
        word(say("Code"), key=True), name(say("Name"), key=True), word(say("At")), figure(say("Now")),
        figure(say("Change")), word(say("Of which")),
    ]  # fmt: skip
    head = say("Persons, the largest change first:")
    return ["", head, Sheet(heads, [*rows, *totals], totals=len(totals), indent="  ")]


def statement_parts(difference: Difference, names: Names, labels: Labels) -> list[RenderableType]:
    """Print the changed lines of the institutions' statements, with their sum."""
    if not len(difference.statements):
        return []
    changed = largest_first(difference.statements, "institution", "component", "funding")
    rows = [
        [
            row["institution"], names.institutions.get(row["institution"], ""), _label(row["component"], labels),
            funding_words(row["funding"], names.funding), *_amounts(row),
        ]
        for row in changed.to_pylist()
    ]  # fmt: skip
    heads = [
        word(say("Code"), key=True), name(say("Institution"), key=True), word(say("Statement")),
        word(say("Funded by")), *_heads(),
    ]  # fmt: skip
    total = [say("Total"), "", "", "", *_summed(changed)]
    return ["", say("Statements of the institutions, apart from pay:"), Sheet(heads, [*rows, total], 1, "  ")]


def work_parts(difference: Difference, names: Names) -> list[RenderableType]:
    """Print the changes of services and points by institution, with their sum."""
    changed = work_by_institution(difference).to_pylist()
    if not changed:
        return []
    rows = [
        [
            row["institution"], names.institutions.get(row["institution"], ""), f"{row['services_change']:+,}",
            _points(row["points_micro_before"]), _points(row["points_micro_after"]),
            _points(row["points_micro_change"], signed=True),
        ]
        for row in changed
    ]  # fmt: skip
    summed = work_change(difference)
    total = [
        say("Total"), "", f"{summed['services']:+,}",
        *(_points(sum(row[f"points_micro_{each}"] for row in changed)) for each in ("before", "after")),
        _points(summed["points_micro"], signed=True),
    ]  # fmt: skip
    heads = [
        word(say("Code"), key=True), name(say("Institution"), key=True), figure(say("Services")),
        figure(say("Points before")), figure(say("Points now")), figure(say("Change")),
    ]  # fmt: skip
    return ["", say("Services paid and points:"), Sheet(heads, [*rows, total], totals=1, indent="  ")]


def _heads() -> Sequence[Head]:
    return figure(say("Before")), figure(say("Now")), figure(say("Change"))


def _amounts(row: Mapping[str, int]) -> list[str]:
    return [yuan(row["before_fen"]), yuan(row["after_fen"]), yuan(row["change_fen"], signed=True)]


def _summed(table: pa.Table) -> list[str]:
    rows = table.select(["before_fen", "after_fen", "change_fen"]).to_pylist()
    return _amounts({key: sum(row[key] for row in rows) for key in ("before_fen", "after_fen", "change_fen")})


def _mostly(one: PersonChange, labels: Labels) -> str:
    """Write the components of a person that changed most, those of several sources together."""
    summed: dict[str, int] = {}
    for each in one.components:
        summed[each.component] = summed.get(each.component, 0) + each.change_fen
    largest = sorted(summed.items(), key=lambda each: -abs(each[1]))[:MOST_COMPONENTS]
    told = [f"{_label(component, labels)} {yuan(fen, signed=True)}" for component, fen in largest]
    return joined([*told, "..."] if len(summed) > MOST_COMPONENTS else told)


def _label(component: str, labels: Labels) -> str:
    return labels.get(component) or component


def _points(micro: int, signed: bool = False) -> str:
    return decimal_text(micro, POINTS, least=2, grouped=True, signed=signed)
