"""Note of what a freeze saw of the published periods, beside its snapshot's folder.

The note is in no digest. A snapshot says what a month is; what the source says of other months, and what the ledger has
published, may change while the snapshot stays what it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from batch.findings.beside import place_beside, write_beside
from batch.findings.finding import Finding, finding_of
from batch.findings.kinds import KINDS, NOTE_MISSING, OF_REVERSALS
from batch.findings.published import PublishedPeriod
from batch.findings.uncompared import latest_months
from batch.snapshot.snapshot import Snapshot
from payengine.texts import say

ENDING = ".published.json"


@dataclass(frozen=True)
class Note:
    """Note of a freeze: the runs on which the periods stood then, and what it found.

    `fault` says why there is none: the file is missing or damaged.
    """

    runs: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    fault: str = ""

    def standing(self, published: Sequence[PublishedPeriod]) -> list[Finding]:
        """List the findings of periods that were not revised since."""
        now = {str(one.period): one.stands_on for one in published}
        revised = {period for period, run in self.runs.items() if now.get(period) != run}
        return [finding for finding in self.findings if finding.subject.split(" ")[0] not in revised]

    def gaps(self, others: Sequence[PublishedPeriod]) -> Iterator[Finding]:
        """Tell that a note is missing or damaged, where it would say something of other periods."""
        if self.fault and others:
            what = say("{file}, the note of the freeze, {fault}: what it saw of refunds and cancellations is not known",
                       file=f"*{ENDING}", fault=self.fault)  # fmt: skip
            yield _missing(what, len(others))

    def uncovered(self, others: Sequence[PublishedPeriod]) -> Iterator[Finding]:
        """Tell of which published months a note says nothing.

        They were published or revised after its freeze.
        """
        if self.fault:
            yield from self.gaps(others)
            return
        lacking = [str(one.period) for one in latest_months(others) if self.runs.get(str(one.period)) != one.stands_on]
        if lacking:
            what = say("the freeze has not seen {n} month(s) as they are published now: whether their records were "
                       "refunded or cancelled is not known", n=len(lacking))  # fmt: skip
            yield _missing(what, len(lacking), tuple(lacking))


def write(frozen: Snapshot, findings: Sequence[Finding], published: Sequence[PublishedPeriod], access: str) -> None:
    """Write a snapshot's note in the place of an older one; `access` as of the snapshot."""
    runs = {str(one.period): one.stands_on for one in published}
    told = [finding.as_note() for finding in findings]
    write_beside(frozen, ENDING, {"runs": runs, "findings": told}, access)


def read(frozen: Snapshot) -> Note:
    """Read the note of a snapshot's freeze; one that is damaged counts as missing."""
    return _read(place_beside(frozen, ENDING))


def newest(snapshots: Path) -> Note:
    """Read the note that was written last; an empty one where nothing was frozen yet."""
    notes = sorted(snapshots.glob(f"*/*{ENDING}"), key=lambda path: (_written(path), path.name))
    return _read(notes[-1]) if notes else Note()


def _read(path: Path) -> Note:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        runs = {str(period): str(run) for period, run in content["runs"].items()}
        return Note(runs, tuple(map(finding_of, content["findings"])))
    except FileNotFoundError:
        return Note(fault=say("is missing"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return Note(fault=say("is damaged"))


def _written(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:  # removed meanwhile, by a freeze that writes it anew
        return 0


def _missing(what: str, count: int, first: tuple[str, ...] = ()) -> Finding:
    return Finding(
        NOTE_MISSING, KINDS[NOTE_MISSING].severity, count, what, first,
        say("Freeze and compute the period again: payengine month PERIOD."),
        "published", OF_REVERSALS,
    )  # fmt: skip
