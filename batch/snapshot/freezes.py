"""Freezes of a period, as far as the names and times of files tell; no snapshot is opened."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from batch.snapshot.layout import MANIFEST, NEWEST
from batch.snapshot.snapshot import pointed_to
from payengine.errors import IntegrityBroken
from payengine.periods import Period


def newest_digest(snapshots: Path, period: Period) -> str:
    """Read the digest of the snapshot that was frozen last; '' without one."""
    with suppress(IntegrityBroken, OSError):
        return pointed_to(snapshots / str(period) / NEWEST)
    return ""


def frozen_at(snapshots: Path, period: Period, digest: str) -> str:
    """Tell when a snapshot was kept, in UTC to the second; '' where it is not here.

    By its file's time, which is that of the copy where the folder was copied: no digest covers it.
    """
    try:
        moment = (snapshots / str(period) / digest / MANIFEST).stat().st_mtime
    except OSError:
        return ""
    return datetime.fromtimestamp(int(moment), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
