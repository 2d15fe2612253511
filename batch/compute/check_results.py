"""Results of a policy's checks as rows of a run's reports (`batch.report_names`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pyarrow as pa

from batch.compute.check_formulas import adds_up, is_own_limit
from batch.compute.not_given import lacking_words
from batch.input_tables import KINDS_OF_INSTITUTION
from batch.report_names import (
    BLOCKS,
    BLOCKS_UNLESS_NOT_GIVEN,
    FAILS,
    FIGURE,
    HOLDS,
    LACKS,
    NO_UNIT,
    NOT_APPLICABLE,
    NOT_GIVEN,
    OF_ALL,
    REPORTED_ONLY,
    RESULT,
    SCOPE,
    THRESHOLD,
    THRESHOLD_SCOPE,
    TOLERANCE,
    name_of,
)
from batch.results import REPORTS
from payengine.graph import Codes, Column, Evaluation, Provider
from payengine.periods import Period
from payengine.policy import Check, DatedValue, Policy


def check_reports(evaluation: Evaluation, policy: Policy, period: Period, data: Provider) -> pa.Table:
    """List the checks of a run as rows of its reports."""
    listing = _Listing(evaluation, policy, period, data)
    found = [row for check in policy.checks_of(period.kind) for row in listing.of(check)]
    return pa.Table.from_pylist(found, REPORTS)


class _Listing:
    def __init__(self, evaluation: Evaluation, policy: Policy, period: Period, data: Provider) -> None:
        self.evaluation = evaluation
        self.policy = policy
        self.day = period.last_day
        self.period = period
        self.lacks: dict[str, int] = {}  # the place of each input that the check lacks
        kinds, classes = data.value("institution_kind"), data.value("public_class")
        assert isinstance(kinds, Codes)
        assert isinstance(classes, Column)
        self.keys = [
            {"institution": code, "kind": kinds.labels[kind], "public_class": str(public_class)}
            for code, kind, public_class in zip(
                evaluation.frame.institutions, kinds.codes.tolist(), classes.data.values.tolist(), strict=True
            )
        ]

    def of(self, check: Check) -> Iterator[dict[str, Any]]:
        """Yield the rows of one check: institutions in their order, then the whole run."""
        self.lacks = {}
        sources: list[str] = []
        limited = bool(check.direction)
        for row, keys in enumerate(self.keys if check.level == "institution" else ()):
            source, has_threshold = self._source(check, keys), self._has_threshold(check, keys)
            if self._at(check, RESULT, row)[0] != NOT_APPLICABLE:
                sources += [source] if source not in sources else []
                limited = limited and has_threshold
            place = sources.index(source) if source in sources else 0
            yield from self._rows(check, keys["institution"], row, place, source, has_threshold)
        if check.level == "consortium":
            sources = [self._source(check, {})]
        else:  # a threshold of all stands beside a figure of all that is compared with it
            limited = (
                limited
                and adds_up(check)
                and not is_own_limit(check)
                and self._at(check, RESULT + OF_ALL, 0)[0] in (HOLDS, FAILS)
            )
        yield from self._rows(check, "", 0, 0, "；".join(filter(None, sources)), limited)
        yield from self._scopes(check)

    def _rows(
        self, check: Check, institution: str, row: int, place: int, source: str, limited: bool
    ) -> Iterator[dict[str, Any]]:
        """Yield one institution's rows, or ('') those of the whole run.

        A ledger words each name once, so each of several sources has a name of its own: `check.X.at_least[1]` is the
        second.
        """
        last = "" if institution else OF_ALL
        result = self._at(check, RESULT + last, row)
        yield _told(check, institution, RESULT, check.label, "count", result)
        if result[0] == NOT_APPLICABLE:
            return
        if result[0] == NOT_GIVEN:
            yield from self._lacking(check, institution, name_of(check, RESULT + last), row)
        if (institution or adds_up(check)) and self._given(check, FIGURE + last, row):
            figure = self._at(check, FIGURE + last, row)
            yield _told(check, institution, FIGURE, check.label, check.unit, figure)
        limited = limited and self._given(check, THRESHOLD + last, row)
        way = f"{check.direction if limited else REPORTED_ONLY}[{place}]"
        threshold = self._at(check, THRESHOLD + last, row) if limited else (0, 0)
        yield _told(check, institution, way, source, check.unit, threshold)
        if check.tolerance and limited:
            yield _told(check, institution, TOLERANCE, check.label, check.unit, self._tolerance(check))

    def _lacking(self, check: Check, institution: str, name: str, row: int) -> Iterator[dict[str, Any]]:
        """Yield a row for each input that a check lacks, in the words of the sheet.

        A ledger words each name once, so that each input has a name of its own.
        """
        for words in lacking_words(self.evaluation, self.evaluation.values[name], row, self.period, not institution):
            number = self.lacks.setdefault(words, len(self.lacks))
            yield _told(check, institution, f"{LACKS}[{number}]", words, NO_UNIT, (1, 0))

    def _given(self, check: Check, part: str, row: int) -> bool:
        column = self.evaluation.values[name_of(check, part)]
        assert isinstance(column, Column)
        return not any(mark.rows[row] for mark in column.absent)

    def _scopes(self, check: Check) -> Iterator[dict[str, Any]]:
        """Yield the kinds of institution that a check covers, and those with a threshold."""
        applies = self._kinds(check, lambda keys: self._holds(check, keys))
        part = f"{SCOPE}[{check.direction or REPORTED_ONLY}]"
        yield _told(check, "", part, ", ".join(applies), check.unit, (0, 0))
        if check.blocks_publication:
            part = BLOCKS_UNLESS_NOT_GIVEN if check.may_be_not_given else BLOCKS
            yield _told(check, "", part, check.label, "flag", (1, 0))
        if check.direction:
            limited = self._kinds(check, lambda keys: self._holds(check, keys) and self._has_threshold(check, keys))
            yield _told(check, "", THRESHOLD_SCOPE, ", ".join(limited), check.unit, (0, 0))

    def _kinds(self, check: Check, holds: Callable[[Mapping[str, str]], bool]) -> list[str]:
        """List the kinds for which something holds, also by one institution's own value."""
        own = {keys["kind"] for keys in self.keys if holds(keys)}
        return [kind for kind in KINDS_OF_INSTITUTION if kind in own or holds({"kind": kind})]

    def _holds(self, check: Check, keys: Mapping[str, str]) -> bool:
        """Tell whether a check applies to these institutions, as far as the policy says."""
        if check.kinds and keys["kind"] not in check.kinds:
            return False
        if check.when in self.policy.parameters:
            value = self._value(check.when, keys)
            if value is None or (self.policy.parameters[check.when].is_flag and not value.number):
                return False
        return bool(check.report_with) or not check.direction or self._has_threshold(check, keys)

    def _has_threshold(self, check: Check, keys: Mapping[str, str]) -> bool:
        """Tell whether there is a threshold; a check that is only reported never has one."""
        named = check.threshold in self.policy.parameters
        return bool(check.direction) and (not named or self._value(check.threshold, keys) is not None)

    def _at(self, check: Check, part: str, row: int) -> tuple[int, int]:
        """Return a figure of one row, and its decimals."""
        column = self.evaluation.values[name_of(check, part)]
        assert isinstance(column, Column)
        return int(column.data.values[row]), column.data.scale

    def _tolerance(self, check: Check) -> tuple[int, int]:
        from payengine.policy.toml import exact

        value = self._value(check.tolerance, {})
        return (exact(check.tolerance) if value is None else value.number), 4

    def _source(self, check: Check, keys: Mapping[str, str]) -> str:
        """Return the source of the threshold, else of the check itself or its condition."""
        value = self._value(check.threshold, keys)
        if value is None and check.source:
            return check.source
        value = value or self._value(check.when, keys)
        if value is None:
            return ""
        return value.source + (f"（延续执行：{value.continued.document}）" if value.continued else "")

    def _value(self, name: str, keys: Mapping[str, str]) -> DatedValue | None:
        parameter = self.policy.parameters.get(name)
        return parameter.find(self.day, keys) if parameter else None


def _told(check: Check, institution: str, part: str, label: str, unit: str, number: tuple[int, int]) -> dict[str, Any]:
    """Make a report row of a number, of an institution or ('') of the whole run."""
    return {
        "level": "institution" if institution else "consortium", "institution": institution, "staff": "",
        "name": name_of(check, part), "label": label, "unit": unit, "value": number[0], "scale": number[1],
    }  # fmt: skip
