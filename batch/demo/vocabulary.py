"""Vocabulary of a policy: the names for which the demo county invents figures.

A county reports the measures, indicators, tasks ... that its policy knows and the finance lines that it reads; so does
this one, whatever the policy. Only the figures are invented.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from payengine.periods import KINDS, YEAR, Period
from payengine.policy import Policy

Names = tuple[str, ...]


@dataclass(frozen=True)
class Vocabulary:
    """Names by kind; the defaults are those of the demo policy."""

    indicators: Names = ("workload", "quality", "ethics", "satisfaction")
    scored: Mapping[str, Names] = field(default_factory=dict)  # by kind of period, where not all indicators are
    lines: Names = ("workload_pool",)
    lines_read: frozenset[str] = frozenset()  # those of `lines` that a rule reads: others would stop the run
    measures: Names = ("population",)
    tasks: Names = ("epidemic_response", "night_emergency")
    components: Names = ("post_pay", "grade_pay", "allowance", "basic_performance_pay")  # paid as given
    cases: Names = ()  # components of table adjustment
    contract_sources: Names = ()
    packages: Names = ()
    tenures: Names = ()  # bands of years worked: the cells of table comparator

    @classmethod
    def by(cls, policy: Policy, period: Period) -> Vocabulary:
        """Collect the names that a policy reads in the period and in the shorter ones inside it."""
        outputs = {name for kind in KINDS for name in policy.formulas(kind)[0]}
        paid_as_given = [part.input for name, part in policy.components.items() if part.input and name in outputs]
        contracts = any(name.startswith("contract_") for name in outputs)
        sources = [
            name for name in ("fiscal", "public_health", "insurance", "resident") if name in policy.known("funding")
        ]
        # One period stands for its kind: the last, by whose end all of the year's values are in force.
        of_kind = {each.kind: each for each in (period, *period.settled()) if policy.formulas(each.kind)[0]}
        return cls(
            indicators=policy.known("indicator"),
            scored={kind: _scored(policy, each) for kind, each in of_kind.items()},
            lines=policy.known("line"),
            lines_read=frozenset(_lines_read(policy, period)),
            measures=policy.known("name"),
            tasks=policy.known("task"),
            components=tuple(dict.fromkeys(paid_as_given)),
            cases=tuple(name for name in ("case_addition", "case_deduction") if name in outputs),
            contract_sources=tuple(sources) if contracts else (),
            packages=policy.known("package") if contracts else (),
            tenures=policy.known("tenure"),
        )

    def scored_in(self, kind: str) -> Names:
        """List the indicators to score in a kind of period; an unread score would stop its run."""
        return self.scored.get(kind, self.indicators)


def _lines_read(policy: Policy, period: Period) -> set[str]:
    from batch.compute.compute import keys_read

    return keys_read(policy, "finance", Period(period.year_start, YEAR))


def _scored(policy: Policy, period: Period) -> Names:
    """List the indicators that the rules of a kind of period read; all where none is named."""
    from batch.compute.compute import parameters_read

    read = parameters_read(policy, period)
    named = {
        value.where.get(axis)
        for name in read
        for value in policy.parameters[name].values
        for axis in ("indicator", "category")  # a category's own score bears its name
    }
    if "pass_mark" in read:
        named.add("satisfaction")
    known = policy.known("indicator")
    return tuple(name for name in known if name in named) or known
