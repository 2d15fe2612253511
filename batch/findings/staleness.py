"""Staleness: what was published since a snapshot read the ledger.

Or since its run was confirmed, where that was later.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from batch.findings.finding import MOST_SHOWN, Finding
from batch.findings.kinds import KINDS, LATER_PUBLISHED, NOT_TAKEN_IN, STALE
from batch.ledger import Confirmation, Ledger, Publication, RunRecord
from batch.ledger.history import read_by
from batch.snapshot.snapshot import Snapshot
from payengine.periods import Period
from payengine.texts import say

if TYPE_CHECKING:
    from batch.findings.material import Material


@dataclass(frozen=True)
class Staleness:
    """Periods that differ from what a snapshot read of the ledger.

    `revised` have another revision now, or none; `added` were not published then; `later` hold the snapshot's period
    in their year to date and are published already.
    """

    revised: tuple[str, ...]
    added: tuple[str, ...]
    later: tuple[str, ...]

    @property
    def is_stale(self) -> bool:
        """True where a freeze would read other publications now."""
        return bool(self.revised or self.added)


def staleness(
    snapshot: Snapshot,
    read_now: Iterable[Publication],
    current: Iterable[Publication],
    confirmed: Confirmation | None = None,
) -> Staleness:
    """Compare what a snapshot read with what stands in the ledger.

    `read_now` is what a freeze would read now, `current` all current publications. `confirmed` is the confirmation of
    the snapshot's run, where that is published: what it was confirmed on counts as read.
    """
    read = snapshot.logical["history"]["publications"] if confirmed is None else confirmed.publications
    return _compared(snapshot.period, read, read_now, current)


def staleness_of(record: RunRecord, frozen: Snapshot | None, ledger: Ledger) -> Staleness | None:
    """Compare what a run is built on, or was confirmed on, with what stands in the ledger.

    None where nobody can know: its snapshot is not here (`frozen` is None), and it was not confirmed.
    """
    confirmed = ledger.confirmations().get(record.period) if record.current else None
    read_now, current = ledger.publications_read(record.period), ledger.publications()
    if frozen is not None:
        return staleness(frozen, read_now, current, confirmed)
    return None if confirmed is None else _compared(record.period, confirmed.publications, read_now, current)


def _compared(
    period: Period, read: Iterable[Mapping[str, Any]], read_now: Iterable[Publication], current: Iterable[Publication]
) -> Staleness:
    then = {made["period"]: made["run"] for made in read}
    now = {str(made.period): made.run for made in read_now}
    return Staleness(
        revised=tuple(sorted(each for each in then if now.get(each) != then[each])),
        added=tuple(sorted(set(now) - set(then))),
        later=tuple(sorted({str(made.period) for made in current if _reads(made.period, period)})),
    )


def _reads(period: Period, other: Period) -> bool:
    return other in read_by(period)


def stale(material: Material) -> Iterator[Finding]:
    """Tell on which publications a snapshot is built that stand no more."""
    assert material.snapshot is not None
    found = staleness(material.snapshot, material.read_now, material.publications, material.confirmed)
    again = say("To take them in: payengine month {period}", period=material.period)
    if found.revised:
        what = say("{period} is built on {n} publication(s) that were revised since",
                   period=material.period, n=len(found.revised))  # fmt: skip
        yield Finding(STALE, KINDS[STALE].severity, len(found.revised), what, _first(found.revised), again)
    if found.added:
        what = say("{n} period(s) were published after the freeze of {period}, which lacks them",
                   period=material.period, n=len(found.added))  # fmt: skip
        yield Finding(NOT_TAKEN_IN, KINDS[NOT_TAKEN_IN].severity, len(found.added), what, _first(found.added), again)
    if found.later and not material.is_published:  # they have taken in what was published before them
        what = say("{n} later period(s) are published already and hold {period} in their year to date",
                   period=material.period, n=len(found.later))  # fmt: skip
        yield Finding(
            LATER_PUBLISHED, KINDS[LATER_PUBLISHED].severity, len(found.later), what, _first(found.later),
            say("Each of them has to take this in by a revision: payengine revise {year}",
                year=material.period.year_start.year),
        )  # fmt: skip


def _first(periods: tuple[str, ...]) -> tuple[str, ...]:
    return periods[:MOST_SHOWN]
