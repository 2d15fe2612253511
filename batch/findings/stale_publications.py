"""Published periods that are built on what was revised since, with other results.

A period that was confirmed on a later input is built on what it was confirmed on.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from batch.findings.staleness import staleness_of
from batch.ledger import Ledger, Publication
from batch.snapshot.snapshot import Snapshot
from payengine.periods import Period


@dataclass(frozen=True)
class StalePublications:
    """Published periods that are stale, each with the periods revised under it.

    `unseen` are those whose snapshot is not here or cannot be opened, so that nobody can tell.
    """

    stale: Mapping[Period, tuple[str, ...]] = field(default_factory=dict)
    unseen: tuple[Period, ...] = ()


def stale_publications(ledger: Ledger, snapshots: Path, periods: Collection[Period]) -> StalePublications:
    """Find which of these published periods are stale by their current revisions."""
    current = {made.period: made for made in ledger.publications()}
    records, confirmations = {record.id: record for record in ledger.runs()}, ledger.confirmations()
    stale: dict[Period, tuple[str, ...]] = {}
    unseen = []
    for period in sorted(periods):
        made = current[period]
        snapshot = Snapshot.if_sound(snapshots, period, records[made.run].snapshot)
        found = staleness_of(records[made.run], snapshot, ledger)
        if found is None:
            unseen.append(period)
            continue
        confirmed = confirmations.get(period)
        read = [] if snapshot is None else snapshot.logical["history"]["publications"]
        then = {each["period"]: each["run"] for each in (read if confirmed is None else confirmed.publications)}
        now = {str(each.period): each for each in ledger.publications_read(period)}
        digests = {run: record.digests for run, record in records.items()}
        revised = tuple(each for each in found.revised if _other(digests, then[each], now.get(each)))
        if revised:
            stale[period] = revised
    return StalePublications(stale, tuple(unseen))


def _other(digests: Mapping[str, Mapping[str, str]], run: str, made: Publication | None) -> bool:
    """Tell if a run has other results than the one that is published in its place now."""
    return made is None or run not in digests or digests[run] != digests[made.run]
