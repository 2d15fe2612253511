"""Compliance sheet of a run: results of every check by institution and in all.

A run stores its checks among its reports (`batch.report_names` says how), so the sheet is read from the ledger alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc

from batch.report_names import (
    BLOCKS,
    FAILS,
    FIGURE,
    HOLDS,
    LACKS,
    NOT_APPLICABLE,
    NOT_GIVEN,
    NOTHING,
    PREFIX,
    REPORTED,
    REPORTED_ONLY,
    RESULT,
    SCOPE,
    THRESHOLD,
    THRESHOLD_SCOPE,
    TOLERANCE,
)
from payengine.texts import joined, say

if TYPE_CHECKING:
    from batch.results import Results

SHORT = 12  # digits of a run's id in a command; any unique beginning of an id is read
RESULTS = {
    HOLDS: "pass", FAILS: "fail", REPORTED: "reported", NOTHING: "nothing_to_compare", NOT_APPLICABLE: "not_applicable",
    NOT_GIVEN: "not_given",
}  # fmt: skip


@dataclass(frozen=True)
class Number:
    """Figure as it is stored: a whole number of units of 10**-scale."""

    value: int
    scale: int
    unit: str

    def as_json(self) -> dict[str, int]:
        return {"value": self.value, "scale": self.scale}


@dataclass
class CheckResult:
    """Result of a check for an institution, or ('') for the whole run.

    Of the whole run there is no figure and no threshold where figures do not add up; and where there is nothing to say
    beside them, because none is compared, no result either (''). `lacks` are the inputs that were not given.
    """

    institution: str
    result: str = ""
    figure: Number | None = None
    threshold: Number | None = None
    tolerance: Number | None = None
    source: str = ""
    lacks: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        numbers = {FIGURE: self.figure, THRESHOLD: self.threshold, TOLERANCE: self.tolerance}
        return {
            "result": self.result or None,
            **{name: None if one is None else one.as_json() for name, one in numbers.items()},
            "source": self.source,
            "lacks": self.lacks,
        }


@dataclass
class Obligation:
    """Check of a run with its results for each institution and for all together.

    `scope` are the kinds of institution for which it holds, `threshold_scope` those of them that have a threshold.
    """

    name: str
    label: str = ""
    unit: str = ""
    direction: str = ""
    scope: tuple[str, ...] = ()
    threshold_scope: tuple[str, ...] = ()
    institutions: list[CheckResult] = field(default_factory=list)
    consortium: CheckResult = field(default_factory=lambda: CheckResult(""))

    @property
    def counts(self) -> dict[str, int]:
        """Numbers of institutions by result."""
        results = [result.result for result in self.institutions]
        return {name: results.count(name) for name in RESULTS.values()}

    def of(self, institution: str) -> list[CheckResult]:
        """Return the results for one institution, or ('') for all."""
        return [result for result in self.institutions if institution in ("", result.institution)]

    def as_json(self, names: Mapping[str, str], institution: str = "") -> dict[str, Any]:
        return {
            "check": self.name, "label": self.label, "unit": self.unit, "direction": self.direction,
            "scope": list(self.scope), "threshold_scope": list(self.threshold_scope),
            "institutions": [
                {"institution": result.institution, "name": names.get(result.institution, ""), **result.as_json()}
                for result in self.of(institution)
            ],
            "consortium": {**self.consortium.as_json(), "institutions": self.counts},
        }  # fmt: skip


def obligations(results: Results) -> list[Obligation]:
    """Read the checks of a run from its reports, in the policy's order."""
    found: dict[str, Obligation] = {}
    by_place: dict[tuple[str, str], CheckResult] = {}
    for row in results.reports.filter(pc.starts_with(results.reports["name"], PREFIX)).to_pylist():
        name, _, part = row["name"].removeprefix(PREFIX).rpartition(".")
        one = found.setdefault(name, Obligation(name))
        key = name, row["institution"]
        if key not in by_place:
            by_place[key] = CheckResult(row["institution"])
            if row["institution"]:
                one.institutions.append(by_place[key])
            else:
                one.consortium = by_place[key]
        _read(one, by_place[key], part, row)
    for one in found.values():
        one.institutions.sort(key=lambda result: result.institution.encode())
        if one.consortium.figure is None and one.consortium.result == RESULTS[REPORTED]:
            one.consortium.result = ""
    return list(found.values())


def failures(results: Results) -> list[str]:
    """Warn, in one line, of every check that fails; nothing where none does.

    Told with the run and with its publication: whoever does not open the sheet learns of it too.
    """
    told = []
    for one in obligations(results):
        failed = one.counts[RESULTS[FAILS]]
        if failed:
            told.append(say("{check} (at {n} institution(s))", check=one.label, n=failed))
        elif one.consortium.result == RESULTS[FAILS]:
            told.append(say("{check} (all institutions together)", check=one.label))
    if not told:
        return []
    sheet = f"payengine show {results.meta.run_id[:SHORT]} --compliance"
    return [say("{n} check(s) fail: {checks}; see {sheet}", n=len(told), checks=joined(told), sheet=sheet)]


def _read(one: Obligation, result: CheckResult, part: str, row: Mapping[str, Any]) -> None:
    number = Number(row["value"], row["scale"], row["unit"])
    part, _, detail = part.rstrip("]").partition("[")
    if part == RESULT:
        one.label, result.result = row["label"], RESULTS[row["value"]]
    elif part == FIGURE:
        result.figure = number
    elif part == LACKS:
        result.lacks.append(row["label"])
    elif part == TOLERANCE:
        result.tolerance = number
    elif part == SCOPE:
        one.unit, one.direction, one.scope = row["unit"], detail, _kinds_of(row["label"])
    elif part == THRESHOLD_SCOPE:
        one.threshold_scope = _kinds_of(row["label"])
    elif part != BLOCKS:  # that a failure stops the publication is no threshold
        result.source = row["label"]
        result.threshold = None if part == REPORTED_ONLY else number


def _kinds_of(label: str) -> tuple[str, ...]:
    return tuple(filter(None, label.split(", ")))
