"""Published periods built on what was revised since, or that lack a period.

What was revised counts where its results are others.
A period lacks one that was published after it was frozen, and that a freeze would read now.
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
    """Stale periods: each with the periods revised under it, and those that it lacks.

    `revised` were revised since with other results; `lacking` were published only after the period was frozen. `unseen`
    are those whose snapshot is not here or cannot be opened, so that nobody can tell.
    """

    revised: Mapping[Period, tuple[str, ...]] = field(default_factory=dict)
    lacking: Mapping[Period, tuple[str, ...]] = field(default_factory=dict)
    unseen: tuple[Period, ...] = ()

    @property
    def periods(self) -> list[Period]:
        """List the stale periods, in order."""
        return sorted({*self.revised, *self.lacking})


def stale_publications(ledger: Ledger, snapshots: Path, periods: Collection[Period]) -> StalePublications:
    """Find which of these published periods are stale by their current revisions."""
    current = {made.period: made for made in ledger.publications()}
    records, confirmations = {record.id: record for record in ledger.runs()}, ledger.confirmations()
    revised: dict[Period, tuple[str, ...]] = {}
    lacking: dict[Period, tuple[str, ...]] = {}
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
        others = tuple(each for each in found.revised if _other(digests, then[each], now.get(each)))
        if others:
            revised[period] = others
        if found.added:
            lacking[period] = found.added
    return StalePublications(revised, lacking, tuple(unseen))


def _other(digests: Mapping[str, Mapping[str, str]], run: str, made: Publication | None) -> bool:
    """Tell if a run has other results than the one that is published in its place now."""
    return made is None or run not in digests or digests[run] != digests[made.run]
