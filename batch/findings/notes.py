"""Notes of a freeze: the findings of that moment and what it saw of the ledger.

They stand beside the snapshot's folder, outside its digest: they depend on the ledger and the clock. Nothing is decided
by them; a publication looks again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from batch.findings.beside import place_beside, write_beside
from batch.findings.finding import Finding, finding_of
from batch.findings.kinds import KINDS, NOTE_MISSING
from batch.findings.material import Material
from batch.snapshot.snapshot import Snapshot
from payengine.texts import say

ENDING = ".findings.json"


def write_notes(snapshot: Snapshot, material: Material, findings: Sequence[Finding], head: str, access: str) -> None:
    """Write down what was found at the freeze of a snapshot.

    Notes of an earlier freeze of the same content give way. `head` is that of the ledger's audit chain, `access` as of
    the snapshot.
    """
    notes = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "snapshot": snapshot.digest,
        "ledger": {
            "head": head,
            "compared_with": [str(past.period) for past in material.past],
            "publications": [
                {"period": str(made.period), "revision": made.revision, "run": made.run}
                for made in material.publications
            ],
        },
        "findings": [one.as_note() for one in findings],
    }
    write_beside(snapshot, ENDING, notes, access)


def read_notes(snapshot: Snapshot) -> dict[str, Any]:
    """Read the notes of a snapshot's freeze; empty where there are none or they are damaged.

    Findings are said in the language in use.
    """
    return _read(snapshot)[0]


def noted_findings(notes: Mapping[str, Any]) -> list[Finding]:
    """List the findings of notes that were read."""
    return list(map(finding_of, notes.get("findings", ())))


def damaged_notes(snapshot: Snapshot) -> Iterator[Finding]:
    """Tell that the notes of a freeze are damaged; they count as missing then."""
    if _read(snapshot)[1]:
        yield Finding(
            NOTE_MISSING, KINDS[NOTE_MISSING].severity, 1,
            say("{file}, the note of the freeze, {fault}: what it found is not compared", file=f"*{ENDING}",
                fault=say("is damaged")),
            remedy=say("Freeze and compute the period again: payengine month PERIOD."), subject="findings",
        )  # fmt: skip


def _read(snapshot: Snapshot) -> tuple[dict[str, Any], bool]:
    """Read the notes, and tell if they are damaged."""
    try:
        content = dict(json.loads(place_beside(snapshot, ENDING).read_text(encoding="utf-8")))
        content["findings"] = [one.as_json() for one in map(finding_of, content["findings"])]
    except FileNotFoundError:
        return {}, False
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}, True
    return content, False
