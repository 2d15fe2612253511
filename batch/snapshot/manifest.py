"""Manifest of a snapshot: the content that its digest covers, and a list of its files."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from batch.content_digest import Description, digest_of
from batch.snapshot.part_writer import Files
from batch.snapshot.schemas import MANIFEST, SCHEMA_VERSION
from payengine.periods import Period


@dataclass(frozen=True)
class RecordTables:
    """Counts and tables of the service records, as their writers described them."""

    counts: Mapping[str, Any]
    rejected: Description
    columns: Mapping[str, Description]  # hot, records, limited, limited_records
    parts: Mapping[str, list[int]]
    normalised: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class SnapshotTables:
    """Tables of a snapshot, as their writers described them."""

    tables: Mapping[str, Description]
    history: Mapping[str, Description]  # history, history_work, history_figures
    records: RecordTables


def write_manifest(
    folder: Path, period: Period, privacy: str, described: SnapshotTables, absent: Iterable[str],
    publications: dict[str, Any], warnings: Iterable[str], source: str, rows_read: Mapping[str, int],
    normalised: Mapping[str, Mapping[str, int]], files: Files,
) -> str:  # fmt: skip
    """Write `manifest.json`; returns the snapshot's digest.

    `normalised` counts, by table and column, the values that the source writes otherwise than plainly.
    """
    logical = {
        "period": str(period),
        "schema": SCHEMA_VERSION,
        "privacy": privacy,
        "counts": described.records.counts,
        "tables": dict(described.tables),
        "absent_tables": sorted(absent),
        **described.history,
        "history": {**described.history["history"], **publications},
        "rejected": described.records.rejected,
        **described.records.columns,
    }
    manifest = {
        "schema": SCHEMA_VERSION,
        "digest": digest_of(logical),
        "logical": logical,
        "history": publications,
        "warnings": list(warnings),
        "parts": dict(described.records.parts),
        "files": dict(sorted(files.items())),
        "frozen": {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "source": source,
            "rows": dict(rows_read),
            "normalised": {table: dict(counts) for table, counts in normalised.items()},
            "python": platform.python_version(),
        },
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8", newline="\n")
    return str(manifest["digest"])
