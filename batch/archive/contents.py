"""Contents of an archive: a run, what it was made from and what it gave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from batch.ledger import AuditEntry
from batch.results import Results
from batch.source_texts import Sources


@dataclass(frozen=True)
class RunContents:
    """Run as a ledger and a snapshot hold it.

    `header` are the columns of the ledger's table `run` that the audit chain covers, as they are written there;
    `policy` is the policy's kept text; `sources` gives the texts of formulas and engine by their digests, None where
    they were not kept; `chain` leads from the chain's first entry to the one that states the run's digests; `snapshot`
    is the snapshot's folder.
    """

    header: Mapping[str, str]
    policy: str
    sources: Mapping[str, Sources | None]
    chain: Sequence[AuditEntry]
    results: Results
    snapshot: Path
