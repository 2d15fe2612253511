"""A county whose records stand in parts, with rows of every kind."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from batch import input_tables as tables
from batch.snapshot.snapshot import Snapshot
from tests.support.freeze_case import Row, record, reference

COLUMNS = [column.name for column in tables.RECORD.columns]


def records() -> list[Row]:
    """Records of every kind that the passes treat in ways of their own."""
    rows = [
        record(f"R{n:03}", day=f"2026-10-{1 + n % 31:02}", staff="ABC"[n % 3], patient=f"P{n % 4}") for n in range(40)
    ]
    rows += [record(f"L{n}", item="CHECK", day=f"2026-0{1 + n}-07", patient="P1") for n in range(5)]
    rows += [record(f"K{n}", item="CHECK", day=f"2026-10-{10 + n}", patient=f"P{n % 2}") for n in range(6)]
    rows += [record("T1", staff="T"), record("T2", staff="A", share="0.5"), record("T2", staff="B", share="0.5")]
    rows += [record("R001", day="2026-10-02", staff="B", patient="P1"), record("R005")]  # a copy, and a contradiction
    rows += [
        record("V1", reverses="R007", quantity="-1"),
        record("V2", reverses="R008", day="2026-11-03", quantity="-1"),
    ]
    rows += [record("V3", reverses="R999", day="2026-11-03", quantity="-1"), record("V4", reverses="T1", quantity="-1")]
    rows += [
        record("U1", staff="X"),
        record("U2", item="NONE"),
        record("U3", institution="?"),
        record("U4", quantity=""),
    ]
    rows += [record("M1", item="OWN"), record("D1", patient="DEAD", day="2026-10-20"), record("N1", item="SURGERY")]
    rows += [record("O1", day="2026-08-04"), record("O2", day="2026/10/9"), record("O3", quantity="１")]
    return rows


def more_tables() -> dict[str, list[Row]]:
    """Build the tables that a few of the rules need: deaths, own codes, counts of services."""
    return {
        "patient": [{"patient": "DEAD", "died": "2026-10-11"}, {"patient": "P3", "died": "2026-10-30"}],
        "item_map": [{"source_item": "OWN", "item": "EXAM", "from": "2020-01-01", "until": ""}],
        "service_summary": [
            {"institution": "V", "staff": "D", "item": "EXAM", "period": "2026-10", "quantity": "12"},
            {"institution": "H", "staff": "C", "item": "TASK", "period": "2026-10", "quantity": "3"},
        ],
    }


def write_county(place: Path, parts: Sequence[tuple[str, Sequence[Row]]], **more: list[Row]) -> None:
    """Write the tables as files, and the records as parts, each in a form: csv or parquet."""
    shutil.rmtree(place, ignore_errors=True)
    (place / "input" / "service_record").mkdir(parents=True)
    for name, rows in (reference() | more_tables() | more).items():
        _csv(place / "input" / f"{name}.csv", [column.name for column in tables.SOURCE_BY_NAME[name].columns], rows)
    for number, (form, rows) in enumerate(parts):
        file = place / "input" / "service_record" / f"part-{number:03}.{form}"
        if form == "csv":
            _csv(file, COLUMNS, rows)
        else:
            columns = {name: pa.array([row[name] for row in rows], pa.string()) for name in COLUMNS}
            pq.write_table(pa.table(columns), file, row_group_size=3)


def _csv(file: Path, names: Sequence[str], rows: Sequence[Row]) -> None:
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, names, restval="")
        writer.writeheader()
        writer.writerows(rows)


def told(snapshot: Snapshot) -> dict[str, Any]:
    """Everything that a manifest says, hashes of all files included, but for the moment."""
    manifest = json.loads((snapshot.path / "manifest.json").read_text(encoding="utf-8"))
    del manifest["frozen"]["at"]
    return manifest  # type: ignore[no-any-return]


def cut(rows: Sequence[Row], places: Sequence[int], forms: Sequence[str]) -> list[tuple[str, Sequence[Row]]]:
    ends = [0, *sorted(places), len(rows)]
    return [(forms[n % len(forms)], rows[a:b]) for n, (a, b) in enumerate(pairwise(ends))]


def spoilt(rows: list[Row], how: Sequence[str]) -> list[Row]:
    """Spoil some rows; the first in the order of reading decides what is told of others."""
    rows = [dict(row) for row in rows]
    if "day" in how:
        rows[17]["service_date"] = "31.02.2026"
    if "quantity" in how:
        rows[30]["quantity"], rows[31]["share"] = "many", "half"
    if "hidden" in how:
        rows[33]["record_id"] = "R0\u200b33"
    if "late" in how:
        rows[36] |= {"service_date": "2026-11-02", "reverses": "R001", "quantity": "none"}
    if "cut" in how:
        for n in range(5, 40, 3):
            rows[n]["patient"] = f"3301{n:011}000"
    if "summary" in how:
        rows[12] |= {"staff": "C", "item": "TASK"}
    if "reserved" in how:
        rows[20]["record_id"] = "summary:H:C:TASK:2026-10"
    return rows
