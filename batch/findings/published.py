"""Periods as they are published: their current runs, and these runs' snapshots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from batch.ledger import Ledger
from batch.snapshot.record_ids import RecordIds
from batch.snapshot.snapshot import Snapshot
from payengine.errors import IntegrityBroken, Refused
from payengine.periods import Period


@dataclass(frozen=True)
class PublishedPeriod:
    """A published period, its current run, and the run's snapshot where it is at hand.

    `policy` is the digest of the run's policy, `counts` its rows by outcome.
    """

    period: Period
    run: str
    policy: str
    counts: Mapping[str, Any]
    snapshot: Snapshot | None

    @cached_property
    def record_ids(self) -> RecordIds | None:
        """Hashes of the record ids of its snapshot; None where they were not kept or are damaged."""
        try:
            return None if self.snapshot is None else self.snapshot.record_ids()
        except IntegrityBroken:
            return None  # `ids_not_compared` tells it; this comparison only does without


def published_periods(ledger: Ledger, snapshots: Path) -> list[PublishedPeriod]:
    """List the published periods by their current runs, in order."""
    current = sorted((made for made in ledger.runs() if made.current), key=lambda made: made.period)
    return [
        PublishedPeriod(
            made.period, made.id, made.policy, made.counts, _at_hand(snapshots / str(made.period) / made.snapshot)
        )
        for made in current
    ]


def _at_hand(path: Path) -> Snapshot | None:
    try:
        return Snapshot.open(path)
    except (Refused, IntegrityBroken):
        return None  # as above
