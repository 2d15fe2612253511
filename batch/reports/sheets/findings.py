"""Implausible matters that the check of a period finds (疑点清单)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from batch.reports.sheets.material import NoSheet, SheetMaterial, signatures
from batch.reports.sheets.sheet import COUNT, Cell, Sheet, SheetColumn, SheetGroup
from payengine.texts import say

if TYPE_CHECKING:
    from batch.findings.finding import Finding


def make(material: SheetMaterial) -> Sheet | NoSheet:
    """Make the sheet: a row for each finding, the gravest first."""
    if material.institution:
        return NoSheet(say("findings are of all institutions together"))
    found = material.findings()
    if found is None:
        return NoSheet(say("the check needs the run's snapshot and a policy that can be read"))
    notes = [say("What is implausible is not refused: look at each, and keep what was decided with this list.")]
    return Sheet(
        name="findings",
        tab=say("Findings"),
        title=say("What is implausible in the period"),
        subtitle=material.subtitle,
        columns=(
            SheetColumn(say("Severity"), width=9),
            SheetColumn(say("Kind of finding")),
            SheetColumn(say("Subject")),
            SheetColumn(say("How many"), COUNT, width=9),
            SheetColumn(say("Finding"), width=46),
            SheetColumn(say("The first of them"), width=40),
            SheetColumn(say("What to do"), width=36),
            SheetColumn(say("Looked at by"), width=11),
            SheetColumn(say("Outcome"), width=14),
        ),
        groups=lambda: [SheetGroup("", _rows(found))],
        notes=tuple(notes if found else [say("Nothing implausible was found.")]),
        signatures=signatures(),
        has_grand_total=False,
    )


def _rows(found: Sequence[Finding]) -> Iterator[list[Cell]]:
    words = {"grave": say("grave"), "warning": say("warning"), "notice": say("notice")}
    for one in found:
        yield [
            words[one.severity], one.kind, one.subject, one.count, one.what, "\n".join(one.first), one.remedy, None,
            None,
        ]  # fmt: skip
