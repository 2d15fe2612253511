"""Note of what a freeze saw of the published periods, beside its snapshot's folder.

The note is in no digest. A snapshot says what a month is; what the source says of other months, and what the ledger has
published, may change while the snapshot stays what it is.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from batch.findings.beside import place_beside, write_beside
from batch.findings.finding import Finding
from batch.findings.published import PublishedPeriod
from batch.snapshot.snapshot import Snapshot

ENDING = ".published.json"


def write(frozen: Snapshot, findings: Sequence[Finding], published: Sequence[PublishedPeriod], access: str) -> None:
    """Write a snapshot's note in the place of an older one; `access` as of the snapshot."""
    runs = {str(one.period): one.run for one in published}
    told = [finding.as_note() for finding in findings]
    write_beside(frozen, ENDING, {"runs": runs, "findings": told}, access)


def read(frozen: Snapshot, published: Sequence[PublishedPeriod]) -> list[Finding]:
    """Read what a snapshot's freeze noted of periods that were not revised since.

    Nothing without a note.
    """
    return _read(place_beside(frozen, ENDING), published)


def newest(snapshots: Path, published: Sequence[PublishedPeriod]) -> list[Finding]:
    """Read the note that was written last, as `read` does."""
    notes = sorted(snapshots.glob(f"*/*{ENDING}"), key=lambda path: (path.stat().st_mtime_ns, path.name))
    return _read(notes[-1], published) if notes else []


def _read(path: Path, published: Sequence[PublishedPeriod]) -> list[Finding]:
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        now = {str(one.period): one.run for one in published}
        revised = {period for period, run in content["runs"].items() if now.get(period) != run}
        findings = [Finding.of_note(each) for each in content["findings"]]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return []
    return [finding for finding in findings if finding.subject.split(" ")[0] not in revised]
