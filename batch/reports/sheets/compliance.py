"""Compliance sheet (合规监测表): figure, threshold, scope and outcome of obligations.

Figures stand as text with their sign and unit, because each obligation has a unit of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from batch.report_names import FAILS, NOT_APPLICABLE
from batch.reports.compliance import RESULTS, CheckResult, Obligation, obligations
from batch.reports.compliance_words import kinds_text, number_text, result_text, threshold_text
from batch.reports.sheets.material import NoSheet, SheetMaterial, signatures
from batch.reports.sheets.sheet import Row, Sheet, SheetColumn, SheetGroup
from payengine.texts import joined, say
from payengine.unit_words import unit_words

if TYPE_CHECKING:
    from batch.reports.register import Names

_RATIO = "ratio"  # written as a percentage, which says its unit


def make(material: SheetMaterial) -> Sheet | NoSheet:
    """Make the sheet; there is none where the policy checks nothing in such a period."""
    found = obligations(material.results)
    names, institution = material.names, material.institution
    if not found:
        return NoSheet(say("the policy checks nothing in a run of this kind"))
    shown = [one for one in found if not institution or any(_applicable(one, institution))]
    if not shown:
        return NoSheet(say("no obligation of the policy applies to this institution"))
    return Sheet(
        name="compliance",
        tab=say("Compliance"),
        title=say("Compliance with the policy's obligations"),
        columns=(
            SheetColumn(say("Code"), width=10),
            SheetColumn(say("Institution"), width=28),
            SheetColumn(say("Value"), width=16),
            SheetColumn(say("Threshold"), width=20),
            SheetColumn(say("Conclusion"), width=14),
            SheetColumn(say("Scope"), width=34),
            SheetColumn(say("Source clause"), width=46),
            SheetColumn(say("Not given"), width=24),
        ),
        groups=lambda: [SheetGroup(_heading(one), list(_rows(one, names, institution))) for one in shown],
        subtitle=material.subtitle,
        notes=tuple(_notes(found, material)),
        signatures=signatures(),
    )


def _heading(one: Obligation) -> str:
    unit = "" if one.unit in ("", _RATIO) else unit_words(one.unit)
    return say("{check} ({unit})", check=one.label, unit=unit) if unit else one.label


def _applicable(one: Obligation, institution: str) -> Iterable[CheckResult]:
    return (result for result in one.of(institution) if result.result != RESULTS[NOT_APPLICABLE])


def _rows(one: Obligation, names: Names, institution: str) -> Iterable[Row]:
    """List the institutions to which an obligation applies, the whole run last.

    The whole run is no figure of one institution's sheet.
    """
    is_empty = True
    for result in _applicable(one, institution):
        yield _row(one, result, result.institution, names.institutions.get(result.institution, ""))
        is_empty = False
    if not institution and one.consortium.result:
        yield _row(one, one.consortium, "", say("All together"))
    elif is_empty:
        outcome = result_text(RESULTS[NOT_APPLICABLE])
        yield (None, None, None, None, outcome, kinds_text(one.scope), one.consortium.source or None, None)


def _row(one: Obligation, result: CheckResult, code: str, title: str) -> Row:
    scope = kinds_text(one.scope)
    if one.threshold_scope and one.threshold_scope != one.scope:
        scope = say("{scope}; the threshold is for {kinds}", scope=scope, kinds=kinds_text(one.threshold_scope))
    return (
        code or None, title or None, number_text(result.figure) or None, threshold_text(one, result) or None,
        result_text(result.result), scope, result.source or None, joined(result.lacks) or None,
    )  # fmt: skip


def _notes(found: Sequence[Obligation], material: SheetMaterial) -> Iterable[str]:
    """Say which obligations fail, and who is held and so in no figure."""
    of = material.institution
    others = [one.label for one in found if of and not any(_applicable(one, of))]
    failing = [
        one.label
        for one in found
        if any(result.result == RESULTS[FAILS] for result in (*one.of(of), *([] if of else [one.consortium])))
    ]
    if failing:
        yield say("Not met: {checks}.", checks=joined(failing))
    else:
        yield say("No obligation fails.")
    if others:
        yield say("Of other institutions, or of all together: {checks}.", checks=joined(others))
    if held := material.meta.holds:
        yield say("Held, and in no figure: {who}.", who=joined(material.named(code) for code in held))
