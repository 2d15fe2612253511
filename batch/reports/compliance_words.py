"""Words of the compliance sheet: scopes, figures, thresholds and results of checks."""

from __future__ import annotations

from collections.abc import Sequence

from batch.input_tables import KINDS_OF_INSTITUTION
from batch.reports.compliance import CheckResult, Number, Obligation
from payengine.exact import FEN
from payengine.exact.amounts import decimal_text, yuan
from payengine.texts import joined, say

_SIGNS = {"at_least": "≥", "at_most": "≤", "above": ">", "below": "<", "target": ""}


def kinds_text(kinds: Sequence[str]) -> str:
    """Write kinds of institution in words."""
    if not kinds:
        return say("no institution in this period")
    if set(kinds) >= set(KINDS_OF_INSTITUTION):
        return say("all kinds of institution")
    words = {
        "county_hospital": say("county hospitals"), "tcm_hospital": say("county TCM hospitals"),
        "maternal_child": say("maternal and child health centres"), "cdc": say("disease control centres"),
        "township_center": say("township centres"), "community_center": say("community health centres"),
        "community_station": say("community health stations"), "village_clinic": say("village clinics"),
    }  # fmt: skip
    return joined(words.get(kind, kind) for kind in kinds)


def number_text(number: Number | None) -> str:
    """Write a figure: a ratio in percent, an amount to the fen, others with decimals."""
    if number is None:
        return ""
    if number.unit == "ratio":
        return f"{decimal_text(number.value * 100, number.scale, least=2)} %"
    if number.unit.startswith("yuan") and number.scale == FEN:
        return yuan(number.value)
    return decimal_text(number.value, number.scale, least=0, grouped=True)


def threshold_text(one: Obligation, result: CheckResult) -> str:
    """Write a threshold with its sign and its tolerance; '' where there is none."""
    threshold = number_text(result.threshold)
    if threshold:
        threshold = f"{_SIGNS[one.direction]} {threshold}".strip()
    if result.tolerance is not None:
        threshold += f" ± {number_text(result.tolerance)}"
    return threshold


def result_text(result: str) -> str:
    """Write the result of a check in words."""
    return {
        "pass": say("pass"), "fail": say("FAIL"), "reported": say("reported"),
        "nothing_to_compare": say("nothing to compare"), "not_applicable": say("not applicable"),
        "not_given": say("not given"),
    }.get(result, result)  # fmt: skip
