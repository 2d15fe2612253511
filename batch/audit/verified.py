"""Outcome of a verification that found nothing wrong."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Verified:
    """Ledger that is as it was published: how much of it was compared.

    `identities` counts the runs whose results were added up again, `snapshots` those of this workspace that were
    compared with their digests, `missing` those of runs that are not here (none unless everything was asked for).
    `noted` is the head that was given, as it is written today.
    """

    ledger: str
    head: str
    entries: int
    publications: int
    runs: int
    identities: int
    snapshots: int
    missing: tuple[str, ...] = ()
    noted: str = ""
