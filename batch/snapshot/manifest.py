"""Manifest of a snapshot: the content that its digest covers, and a list of its files."""

from __future__ import annotations

import json
import os
import platform
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from batch.content_digest import Description, digest_of
from batch.file_access import POSIX, create
from batch.snapshot.layout import MANIFEST, SCHEMA_VERSION
from batch.snapshot.part_writer import Files
from batch.snapshot.period_rows import PeriodRows
from batch.snapshot.record_months import RecordMonths
from batch.snapshot.table_rows import LongerRows, TableRows
from payengine.periods import Period
from payengine.texts import recipe


@dataclass(frozen=True)
class RecordTables:
    """Counts and tables of the service records, as their writers described them."""

    counts: Mapping[str, Any]
    rejected: Description
    columns: Mapping[str, Description]  # hot, records, limited, limited_records
    parts: Mapping[str, list[int]]
    normalised: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    same_rows: Mapping[str, Any] = field(default_factory=dict)  # equal rows under different record ids
    months: RecordMonths | None = None  # of a settlement, which reads no records: None
    items_mapped: Sequence[tuple[str, str, int]] = ()  # the office's code, the item, the records
    summaries: Description | None = None  # rows that stand for several services each; None where there are none


@dataclass(frozen=True)
class HowRead:
    """Notes on the reading of the source, which enter no digest.

    `normalised` counts, by table and column, the values that the source writes otherwise than plainly, `last_days` by
    table the ends that were given as the last day inside; `notes` are words; `mapped` tells of the office's own names
    and codes that were read as ours.
    """

    normalised: Mapping[str, Mapping[str, int]]
    last_days: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    mapped: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Describe it as it stands in a manifest; what there is none of is left out."""
        return {
            "normalised": {table: dict(counts) for table, counts in self.normalised.items()},
            **({"last_days": dict(self.last_days)} if self.last_days else {}),
            **({"mapped": dict(self.mapped)} if self.mapped else {}),
            **({"notes": list(self.notes), "notes_said": [recipe(text) for text in self.notes]} if self.notes else {}),
        }


@dataclass(frozen=True)
class SnapshotTables:
    """Tables of a snapshot, as their writers described them."""

    tables: Mapping[str, Description]
    history: Mapping[str, Description]  # history, history_work, history_figures
    records: RecordTables


def write_manifest(
    folder: Path, period: Period, privacy: str, described: SnapshotTables, absent: Iterable[str],
    publications: dict[str, Any], warnings: Iterable[str], source: str, rows: Mapping[str, TableRows],
    how_read: HowRead, period_rows: PeriodRows, longer: Iterable[LongerRows], files: Files,
) -> str:  # fmt: skip
    """Write `manifest.json`; returns the snapshot's digest.

    `period_rows` describes the rows of each period, `longer` are those of longer periods.
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
        **({"summaries": described.records.summaries} if described.records.summaries else {}),
    }
    told = list(warnings)
    manifest = {
        "schema": SCHEMA_VERSION,
        "digest": digest_of(logical),
        "logical": logical,
        "history": publications,
        "warnings": told,
        "parts": dict(described.records.parts),
        "files": dict(sorted(files.items())),
        "frozen": {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "source": source,
            "said": [recipe(text) for text in told],
            "tables": {name: counts.as_json() for name, counts in sorted(rows.items())},
            **how_read.as_json(),
            **({"same_rows": dict(records.same_rows)} if (records := described.records).same_rows else {}),
            "period_rows": {table: dict(periods) for table, periods in period_rows.items()},
            **({"record_months": months.as_json()} if (months := described.records.months) else {}),
            "longer": [list(row) for row in longer],
            "python": platform.python_version(),
        },
    }
    (folder / MANIFEST).write_text(_text(manifest), encoding="utf-8", newline="\n")
    return str(manifest["digest"])


def replace_manifest(
    folder: Path, manifest: Mapping[str, Any], working: Path, act: Callable[[Callable[[], object]], None]
) -> None:
    """Write a manifest in the place of the one that is there, whole or not at all.

    It gets that one's rights. It is made in the folder `working`, where leftovers are removed; `act` carries out the
    renaming, which another program may hold up.
    """
    old, new = folder / MANIFEST, working / f"{MANIFEST}-{secrets.token_hex(8)}"
    try:
        with create(new) as file:
            file.write(_text(manifest).encode())
            file.flush()
            os.fsync(file.fileno())
        if POSIX:
            new.chmod(old.stat().st_mode & 0o777)
        act(lambda: new.replace(old))
    finally:
        new.unlink(missing_ok=True)


def _text(manifest: Mapping[str, Any]) -> str:
    return json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
