"""Notes of a freeze: the findings of that moment and what it saw of the ledger.

They stand beside the snapshot's folder, outside its digest: they depend on the ledger and the clock. Nothing is decided
by them; a publication looks again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from batch.findings.beside import place_beside, write_beside
from batch.findings.finding import Finding
from batch.findings.material import Material
from batch.snapshot.snapshot import Snapshot

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
    """Read the notes of a snapshot's freeze; empty where there are none or they cannot be read.

    Findings are said in the language in use.
    """
    try:
        found = json.loads(place_beside(snapshot, ENDING).read_text(encoding="utf-8"))
        findings = [Finding.of_note(one).as_json() for one in found.get("findings", [])]
    except (OSError, ValueError, RecursionError, KeyError, TypeError, AttributeError):
        return {}
    return {**found, "findings": findings}
