"""Payslips of one run with the run that they are of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from batch.ledger import RunRecord
from batch.payslips.payslip import Payslip, Place, payslips
from batch.results import Results
from batch.snapshot.snapshot import Snapshot
from payengine.policy import Policy


@dataclass(frozen=True)
class RunPayslips:
    """Run, its policy and results, and whose payslips were asked for."""

    record: RunRecord
    policy: Policy
    results: Results
    places: Sequence[Place]
    snapshot: Snapshot
    threads: int | None = None

    @property
    def payslips(self) -> Iterator[Payslip]:
        """Compute them, in the order of `places` (see `payslips`)."""
        return payslips(self.snapshot, self.policy, self.results, self.places, self.threads)
