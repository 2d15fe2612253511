"""What a policy wants to be told: the names for which the demo county invents figures.

A county reports the finance lines, measures, indicators, tasks ... that its policy knows; so does this one, whatever
the policy. Only the figures are invented.
"""

from __future__ import annotations

from dataclasses import dataclass

from payengine.periods import KINDS
from payengine.policy import Policy

Names = tuple[str, ...]


@dataclass(frozen=True)
class Wanted:
    """Names by kind; the default is what the demo policy knows."""

    indicators: Names = ("workload", "quality", "ethics", "satisfaction")
    lines: Names = ("workload_pool",)
    measures: Names = ("population",)
    tasks: Names = ("epidemic_response", "night_emergency")
    components: Names = ("post_pay", "grade_pay", "allowance", "basic_performance_pay")  # paid as given
    cases: Names = ()  # components of table adjustment
    contract_sources: Names = ()
    packages: Names = ()
    tenures: Names = ()  # bands of years worked: the cells of table comparator

    @classmethod
    def by(cls, policy: Policy) -> Wanted:
        """What this policy reads in some kind of period."""
        outputs = {name for kind in KINDS for name in policy.formulas(kind)[0]}
        given = [part.input for name, part in policy.components.items() if part.input and name in outputs]
        contracts = any(name.startswith("contract_") for name in outputs)
        sources = [
            name for name in ("fiscal", "public_health", "insurance", "resident") if name in policy.known("funding")
        ]
        return cls(
            indicators=policy.known("indicator"),
            lines=policy.known("line"),
            measures=policy.known("name"),
            tasks=policy.known("task"),
            components=tuple(dict.fromkeys(given)),
            cases=tuple(name for name in ("case_addition", "case_deduction") if name in outputs),
            contract_sources=tuple(sources) if contracts else (),
            packages=policy.known("package") if contracts else (),
            tenures=policy.known("tenure"),
        )
