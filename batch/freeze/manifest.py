"""The manifest: what a snapshot is (its digest covers that), and beside it what its files are."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from batch.content_digest import Description, digest_of
from batch.freeze.records.ingest import Spooled
from batch.freeze.records.outputs import Sinks
from batch.freeze.records.row_schemas import COUNTING, IN_PERIOD, LATE
from batch.snapshot.part_writer import Files
from batch.snapshot.snapshot import MANIFEST, SCHEMA_VERSION
from payengine.errors import IdentityBroken
from payengine.periods import Period
from payengine.texts import say


@dataclass(frozen=True)
class Records:
    """What became of service records: how many rows, their tables as the writers described them, rows of the parts."""

    counts: Mapping[str, Any]
    rejected: Description
    columns: Mapping[str, Description]  # hot, records, limited, limited_records
    parts: Mapping[str, list[int]]


@dataclass(frozen=True)
class Described:
    """The tables of a snapshot as their writers described them."""

    tables: Mapping[str, Description]
    history: Mapping[str, Description]  # history, history_work, history_figures
    records: Records


def counts(spooled: Spooled, sinks: Sinks, refused: Description, columns: Mapping[str, Description]) -> dict[str, Any]:
    """What became of the rows read; `IdentityBroken` if a row was lost or appeared from nowhere."""
    read = sum(spooled.read.values())
    kept, limited = columns["hot"]["rows"], columns["limited"]["rows"]
    rejected = {reason: count for reason, count in sinks.reasons.items() if count}
    told = kept + limited + refused["rows"] + sinks.unlisted
    if read + sinks.expanded != told or sum(rejected.values()) != refused["rows"]:
        raise IdentityBroken(
            say(
                "{read} rows read and {expanded} of teams, but {told} accounted for",
                read=read,
                expanded=sinks.expanded,
                told=told,
            )
        )
    return {
        "read": read,
        "dated_in_period": spooled.read[IN_PERIOD],
        "counting_only": spooled.read[COUNTING],
        "late_reversals": spooled.read[LATE],
        "expanded": sinks.expanded,
        "kept": kept,
        "limited": limited,
        "rejected": rejected,
        "unlisted": sinks.unlisted,
    }


def write_manifest(
    folder: Path, period: Period, privacy: str, described: Described, absent: Iterable[str],
    publications: dict[str, Any], warnings: Iterable[str], source: str, rows_read: Mapping[str, int], files: Files,
) -> str:  # fmt: skip
    """Write `manifest.json`, and tell the snapshot's digest."""
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
            "python": platform.python_version(),
        },
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8", newline="\n")
    return str(manifest["digest"])
