"""Periods as they are published: their current runs, and these runs' snapshots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from batch.ledger import Confirmation, Ledger, RunRecord
from batch.snapshot.snapshot import Snapshot
from payengine.errors import IntegrityBroken, PayengineError, Refused
from payengine.periods import Period
from payengine.texts import say

if TYPE_CHECKING:
    from batch.snapshot.record_ids import RecordIds


@dataclass(frozen=True)
class PublishedPeriod:
    """A published period, its current run, and the run's snapshot where it is at hand.

    `policy` is the digest of the run's policy, `counts` its rows by outcome. `fault` says why the snapshot is not at
    hand: it is not in this workspace, or is damaged. Of a run that was confirmed, snapshot and policy are those on
    which it gives the same, and `confirmed_on` is the run of these.
    """

    period: Period
    run: str
    policy: str
    counts: Mapping[str, Any]
    snapshot: Snapshot | None
    fault: str = ""
    confirmed_on: str = ""

    @property
    def stands_on(self) -> str:
        """Id of the run whose input the period stands on: confirmed on it, else its own."""
        return self.confirmed_on or self.run

    @property
    def record_ids(self) -> RecordIds | None:
        """Hashes of the record ids of its snapshot; None where `ids_fault` says why."""
        return self._ids[0]

    @property
    def ids_fault(self) -> str:
        """Say why there are no record ids to compare; '' where there are."""
        return self._ids[1]

    @cached_property
    def _ids(self) -> tuple[RecordIds | None, str]:
        if self.snapshot is None:
            return None, self.fault
        try:
            found = self.snapshot.record_ids()
        except IntegrityBroken as broken:
            return None, reason(broken)
        return found, "" if found is not None else say("its freeze kept no record ids")


def published_periods(ledger: Ledger, snapshots: Path) -> list[PublishedPeriod]:
    """List the published periods by their current runs, in order."""
    current = sorted((made for made in ledger.runs() if made.current), key=lambda made: made.period)
    confirmed = ledger.confirmations()
    return [_published(snapshots, made, confirmed.get(made.period)) for made in current]


def reason(error: PayengineError) -> str:
    """Say in one line why something cannot be read: the first problem with its place."""
    for problem in error.problems:
        return f"{problem.where}: {problem.what}" if problem.where else problem.what
    return error.what


def _published(snapshots: Path, made: RunRecord, confirmed: Confirmation | None) -> PublishedPeriod:
    frozen, fault = None, say("its snapshot is not in this workspace")
    digest, policy = (made.snapshot, made.policy) if confirmed is None else (confirmed.snapshot, confirmed.policy)
    if (snapshots / str(made.period) / digest).is_dir():
        try:
            frozen, fault = Snapshot.stored(snapshots, made.period, digest), ""
        except (Refused, IntegrityBroken) as error:
            fault = reason(error)
    if confirmed is None:
        return PublishedPeriod(made.period, made.id, policy, made.counts, frozen, fault)
    counts = made.counts if frozen is None else {**made.counts, "dated_in_period": frozen.counts["dated_in_period"]}
    return PublishedPeriod(made.period, made.id, policy, counts, frozen, fault, confirmed.run)
