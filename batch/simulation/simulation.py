"""Simulation: the scenarios of a period, each set beside the same figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from batch.simulation.simulator import Simulated
from payengine.periods import Period
from payengine.policy import Policy

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Simulation:
    """Scenarios of a period beside one side.

    `policy` is the period's own, `policies` those of the scenarios by name. `beside` is the id of the published run
    that they stand beside, '' for the period's own computation; `snapshot` the digest of what was computed.
    """

    period: Period
    snapshot: str
    policies: Mapping[str, Policy]
    scenarios: Sequence[Simulated]
    beside: str = ""
    beside_revision: int | None = None
    notes: Sequence[str] = ()

    @property
    def policy(self) -> Policy:
        return self.policies[""]

    @property
    def is_illustrative(self) -> bool:
        """True where any policy that was used has invented values."""
        return any(policy.illustrative for policy in self.policies.values())

    def frames(self) -> dict[str, pd.DataFrame]:
        """Make pandas DataFrames: exact integers of fen, with yuan beside them as Decimal.

        They are `scenarios`, `institutions`, `components`, `groups`, `checks`, `bounds` and `people`.
        """
        from batch.simulation.frames import simulation_frames

        return simulation_frames(self.scenarios)
