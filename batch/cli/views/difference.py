"""Changes of pay from one run to another, as they are printed: who is paid more or less."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from batch.audit.difference import Difference, PersonChange, largest_first, persons, total
from batch.cli.views.code_words import funding_words
from batch.cli.views.tables import Head, Sheet, figure, name, word
from batch.reports.register import Names
from payengine.exact import POINTS
from payengine.exact.amounts import decimal_text, yuan
from payengine.texts import say

if TYPE_CHECKING:
    import pyarrow as pa
    from rich.console import RenderableType

FIRST_OF_RUN, FIRST_OF_DIFF = 10, 20  # persons that are printed
MOST_STATEMENTS = 20  # lines of statements that are printed

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
    return ["", _sheet(heads, rows, changed, difference.before_fen, difference.after_fen)]


def component_parts(difference: Difference, names: Names, labels: Labels) -> list[RenderableType]:
    """Print the change of each component and its source of funding, with their sum."""
    if not len(difference.components):
        return []
    changed = largest_first(difference.components, "component", "funding")
    rows = [
        [_label(row["component"], labels), funding_words(row["funding"], names.funding), *_amounts(row)]
        for row in changed.to_pylist()
    ]
    heads = [name(say("Component"), key=True), name(say("Funded by")), *_heads()]
    return ["", _sheet(heads, rows, changed, difference.before_fen, difference.after_fen)]


def person_parts(difference: Difference, names: Names, labels: Labels, first: int) -> list[RenderableType]:
    """Print the `first` persons of the largest changes, and the sum of the others."""
    count = difference.staff.num_rows
    if not count:
        return []
    shown = persons(difference, first)
    rows = [
        [
            one.staff, names.staff.get(one.staff, ""), one.institution, yuan(one.after_fen),
            yuan(one.change_fen, signed=True), *_mostly(one, labels),
        ]
        for one in shown
    ]  # fmt: skip
    rest = difference.change_fen - sum(one.change_fen for one in shown)
    totals = [["", say("and {n} more", n=f"{count - len(shown):,}"), "", "", yuan(rest, signed=True), "", ""]]
    if count == len(shown):
        totals = []
    totals.append([say("Total"), "", "", "", yuan(difference.change_fen, signed=True), "", ""])
    heads = [
        word(say("Code"), key=True), name(say("Name"), key=True), word(say("At")), figure(say("Now")),
        figure(say("Change")), name(say("Mostly")), figure(say("Of it")),
    ]  # fmt: skip
    head = say("Persons, the largest change first:")
    return ["", head, Sheet(heads, [*rows, *totals], totals=len(totals), indent="  ")]


def statement_parts(difference: Difference, names: Names, labels: Labels) -> list[RenderableType]:
    """Print the changed lines of the institutions' statements, with their sum."""
    if not len(difference.statements):
        return []
    changed = largest_first(difference.statements, "institution", "component", "funding").slice(0, MOST_STATEMENTS)
    rows = [
        [
            row["institution"], names.institutions.get(row["institution"], ""), _label(row["component"], labels),
            funding_words(row["funding"], names.funding), *_amounts(row),
        ]
        for row in changed.to_pylist()
    ]  # fmt: skip
    heads = [
        word(say("Code"), key=True), name(say("Institution"), key=True), word(say("Statement")),
        name(say("Funded by")), *_heads(),
    ]  # fmt: skip
    before, after = difference.statements_before_fen, difference.statements_after_fen
    sheet = _sheet(heads, rows, difference.statements, before, after)
    return ["", say("Statements of the institutions, apart from pay:"), sheet]


def work_parts(difference: Difference, names: Names) -> list[RenderableType]:
    """Print the changes of services and points by institution, with their sum."""
    if not len(difference.work):
        return []
    rows = [
        [
            row["institution"], names.institutions.get(row["institution"], ""), f"{row['services_change']:+,}",
            _points(row["points_micro_before"]), _points(row["points_micro_after"]),
            _points(row["points_micro_change"], signed=True),
        ]
        for row in difference.work.to_pylist()
    ]  # fmt: skip
    summed = [
        say("Total"), "", f"{total(difference.work, 'services_change'):+,}",
        *(_points(total(difference.work, f"points_micro_{each}")) for each in ("before", "after")),
        _points(total(difference.work, "points_micro_change"), signed=True),
    ]  # fmt: skip
    heads = [
        word(say("Code"), key=True), name(say("Institution"), key=True), figure(say("Services")),
        figure(say("Points before")), figure(say("Points now")), figure(say("Change")),
    ]  # fmt: skip
    return ["", say("Services paid and points:"), Sheet(heads, [*rows, summed], totals=1, indent="  ")]


def _heads() -> Sequence[Head]:
    return figure(say("Before")), figure(say("Now")), figure(say("Change"))


def _amounts(row: Mapping[str, int]) -> list[str]:
    return [yuan(row["before_fen"]), yuan(row["after_fen"]), yuan(row["change_fen"], signed=True)]


def _sheet(heads: Sequence[Head], rows: Sequence[Sequence[str]], changed: pa.Table, before: int, after: int) -> Sheet:
    """Lay out what changed beneath its heads, and apart what makes it the whole.

    `rows` are those of `changed` that are shown, the largest changes; the sum of the others follows, what did not
    change, and the whole `before` and `after`, in fen.
    """
    keys = [key for key in changed.column_names if not key.endswith("_fen")]
    empty = [""] * (len(heads) - 4)

    def apart(title: str, old: int, new: int) -> list[str]:
        named = ["", title, *empty[1:]] if heads[1].key else [title, *empty]
        return [*named, yuan(old), yuan(new), yuan(new - old, signed=True)]

    rest = largest_first(changed, *keys).slice(len(rows))
    told = []
    if len(rest):
        more = say("and {n} more", n=f"{len(rest):,}")
        told.append(apart(more, total(rest, "before_fen"), total(rest, "after_fen")))
    if unchanged := before - total(changed, "before_fen"):
        told.append(apart(say("not changed"), unchanged, unchanged))
    whole = [say("Total"), *empty, yuan(before), yuan(after), yuan(after - before, signed=True)]
    return Sheet(heads, [*rows, *told, whole], totals=1 + len(told), indent="  ")


def _mostly(one: PersonChange, labels: Labels) -> tuple[str, str]:
    """Write the component of a person that changed most, its sources together, and by how much."""
    summed: dict[str, int] = {}
    for each in one.components:
        summed[each.component] = summed.get(each.component, 0) + each.change_fen
    component, fen = max(summed.items(), key=lambda each: abs(each[1]))
    return _label(component, labels), yuan(fen, signed=True)


def _label(component: str, labels: Labels) -> str:
    return labels.get(component) or component


def _points(micro: int, signed: bool = False) -> str:
    return decimal_text(micro, POINTS, least=2, grouped=True, signed=signed)
