"""The compliance sheet as it is printed: one table for each check, the whole run beneath its institutions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from batch.amounts import FEN, decimal_text, yuan
from batch.checks import NOT_APPLICABLE
from batch.cli.register_view import unit_text
from batch.cli.sheets import Sheet, figure, name, word
from batch.compliance import RESULTS, Number, Obligation, Said
from payengine.texts import say

if TYPE_CHECKING:
    from rich.console import RenderableType

SIGNS = {"at_least": "≥", "at_most": "≤", "above": ">", "below": "<", "target": ""}


def compliance_parts(
    obligations: Sequence[Obligation], names: Mapping[str, str], institution: str = ""
) -> list[RenderableType]:
    """All checks of a run, with a summary first; of the institutions only one, if it is named."""
    if not obligations:
        return [say("The policy checks nothing in a run of this kind.")]
    parts: list[RenderableType] = [_summary(obligations)]
    for one in obligations:
        unit = f" ({unit_text(one.unit)})" if one.unit != "ratio" else ""
        parts += ["", f"{one.label}{unit}  |  {one.name}", _sheet(one, names, institution)]
        if outside := one.counts[RESULTS[NOT_APPLICABLE]]:
            parts.append(say("  Not applicable to {n} institution(s).", n=outside))
    return parts


def _summary(obligations: Sequence[Obligation]) -> Sheet:
    heads = [
        word(say("Check"), key=True), figure(say("Pass")), figure(say("Fail")), figure(say("Reported")),
        figure(say("Nothing to compare")), figure(say("Not applicable")), word(say("All together")),
    ]  # fmt: skip
    rows = [[one.label, *map(str, one.counts.values()), result_text(one.consortium.result)] for one in obligations]
    return Sheet(heads, rows)


def _sheet(one: Obligation, names: Mapping[str, str], institution: str) -> Sheet:
    told = [said for said in one.of(institution) if said.result != RESULTS[NOT_APPLICABLE]]
    rows = [_row(one, said, said.institution, names.get(said.institution, "")) for said in told]
    heads = [
        word(say("Code"), key=True), name(say("Institution"), key=True), figure(say("Value")),
        figure(say("Threshold")), word(say("Result")), word(say("Source")),
    ]  # fmt: skip
    whole = _row(one, one.consortium, "", say("All together"))
    return Sheet(heads, [*rows, whole], totals=1 if rows else 0, indent="  ")


def _row(one: Obligation, said: Said, code: str, title: str) -> list[str]:
    threshold = _number(said.threshold)
    if threshold:
        threshold = f"{SIGNS[one.direction]} {threshold}".strip()
    if said.tolerance is not None:
        threshold += f" ± {_number(said.tolerance)}"
    return [code, title, _number(said.figure), threshold, result_text(said.result), said.source]


def _number(number: Number | None) -> str:
    """A ratio as a percentage, an amount to the fen, anything else with its decimals."""
    if number is None:
        return ""
    if number.unit == "ratio":
        return f"{decimal_text(number.value * 100, number.scale, least=2)} %"
    if number.unit.startswith("yuan") and number.scale == FEN:
        return yuan(number.value)
    return decimal_text(number.value, number.scale, least=0, grouped=True)


def result_text(result: str) -> str:
    """What a check says, in words."""
    return {
        "pass": say("pass"), "fail": say("FAIL"), "reported": say("reported"),
        "nothing_to_compare": say("nothing to compare"), "not_applicable": say("not applicable"),
    }.get(result, result)  # fmt: skip
