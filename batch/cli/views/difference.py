"""The difference between a run and the published one, as it is printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch.cli.views.tables import Sheet, figure, name, word
from batch.reports.register import Names
from payengine.exact.amounts import yuan
from payengine.texts import say

if TYPE_CHECKING:
    from rich.console import RenderableType

    from batch.audit.difference import Difference


def difference_parts(difference: Difference, names: Names, revision: int, run: str) -> list[RenderableType]:
    """Print the differences from the published run, by institution and by statement."""
    against = say("Compared with revision {revision} (run {run}):", revision=revision, run=run)
    if difference.empty:
        return ["", f"{against} {say('no difference')}"]
    summary = say(
        "pay {change} yuan, {staff} person(s) at {institutions} institution(s)",
        change=yuan(difference.change_fen, signed=True),
        staff=f"{difference.staff.num_rows:,}",
        institutions=f"{difference.institutions.num_rows:,}",
    )
    parts: list[RenderableType] = ["", f"{against} {summary}"]
    for table, between in ((difference.institutions, ()), (difference.statements, ("component", "funding"))):
        changed = table.to_pylist()
        if not changed:
            continue
        heads = [word(say("Code"), key=True), name(say("Institution"), key=True)]
        heads += [word(say("Statement")), word(say("Funded by"))] if between else []
        heads += [figure(say("Before")), figure(say("Now")), figure(say("Change"))]
        parts += [
            "",
            Sheet(
                heads,
                [
                    [row["institution"], names.institutions.get(row["institution"], "")]
                    + [row[column] for column in between]
                    + [yuan(row["before_fen"]), yuan(row["after_fen"]), yuan(row["change_fen"], signed=True)]
                    for row in changed
                ],
                indent="  ",
            ),
        ]
    return parts
