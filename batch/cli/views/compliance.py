"""The compliance sheet as it is printed: one table for each check, the whole run last."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from batch.cli.views.code_words import unit_text
from batch.cli.views.tables import Sheet, figure, name, word
from batch.report_names import NOT_APPLICABLE, NOT_GIVEN
from batch.reports.compliance import RESULTS, CheckResult, Obligation
from batch.reports.compliance_words import kinds_text, number_text, result_text, threshold_text
from payengine.texts import joined, say

if TYPE_CHECKING:
    from rich.console import RenderableType


def compliance_parts(
    obligations: Sequence[Obligation], names: Mapping[str, str], institution: str = "", held: Sequence[str] = ()
) -> list[RenderableType]:
    """Print all checks of a run after a summary, with one institution only if it is named.

    Institutions that were held are in no figure: the whole is then named as what is left.
    """
    if not obligations:
        return [say("The policy checks nothing in a run of this kind.")]
    parts: list[RenderableType] = [_summary(obligations)]
    if held:
        parts.append(say("Held, and in no figure of all together: {who}", who=joined(held)))
    for one in obligations:
        unit = f" ({unit_text(one.unit)})" if one.unit != "ratio" else ""
        parts += ["", f"{one.label}{unit}  |  {one.name}", *_scope(one), _sheet(one, names, institution)]
        parts += _not_given(one, names, institution)
        if outside := one.counts[RESULTS[NOT_APPLICABLE]]:
            parts.append(say("  Not applicable to {n} institution(s).", n=outside))
    return parts


def _scope(one: Obligation) -> Iterator[str]:
    """Print the kinds of institution that a check covers, and that its threshold covers."""
    yield say("  Scope: {kinds}", kinds=kinds_text(one.scope))
    if one.threshold_scope and one.threshold_scope != one.scope:
        yield say("  The threshold is for {kinds}; others are reported.", kinds=kinds_text(one.threshold_scope))


def _not_given(one: Obligation, names: Mapping[str, str], institution: str) -> Iterator[str]:
    """Print who lacks what, input by input.

    The words of a figure of the whole run name the institutions already.
    """
    lacking: dict[str, list[str]] = {}
    for result in one.of(institution):
        for words in result.lacks:
            lacking.setdefault(words, []).append(f"{result.institution} {names.get(result.institution, '')}".strip())
    for words, who in lacking.items():
        yield say("  Not given: {what} of {who}", what=words, who=joined(who))
    asked = [result for result in one.institutions if result.result != RESULTS[NOT_APPLICABLE]]
    if lacking and not institution:
        given = sum(result.result != RESULTS[NOT_GIVEN] for result in asked)
        yield say("  Given for {n} of {all} institutions.", n=given, all=len(asked))
    if not lacking and not institution:
        for words in one.consortium.lacks:
            yield say("  Not given: {what}", what=words)


def _summary(obligations: Sequence[Obligation]) -> Sheet:
    heads = [
        word(say("Check"), key=True), figure(say("Pass")), figure(say("Fail")), figure(say("Reported")),
        figure(say("Nothing to compare")), figure(say("Not applicable")), figure(say("Not given")),
        word(say("All together")),
    ]  # fmt: skip
    rows = [[one.label, *map(str, one.counts.values()), result_text(one.consortium.result)] for one in obligations]
    return Sheet(heads, rows)


def _sheet(one: Obligation, names: Mapping[str, str], institution: str) -> Sheet:
    applicable = [result for result in one.of(institution) if result.result != RESULTS[NOT_APPLICABLE]]
    rows = [_row(one, result, result.institution, names.get(result.institution, "")) for result in applicable]
    heads = [
        word(say("Code"), key=True), name(say("Institution"), key=True), figure(say("Value")),
        figure(say("Threshold")), word(say("Result")), word(say("Source")),
    ]  # fmt: skip
    if not one.consortium.result:  # nothing adds up and nothing is compared
        return Sheet(heads, rows, indent="  ")
    whole = _row(one, one.consortium, "", say("All together"))
    return Sheet(heads, [*rows, whole], totals=1 if rows else 0, indent="  ")


def _row(one: Obligation, result: CheckResult, code: str, title: str) -> list[str]:
    threshold = threshold_text(one, result)
    return [code, title, number_text(result.figure), threshold, result_text(result.result), result.source]
