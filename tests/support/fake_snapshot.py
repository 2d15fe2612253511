"""Snapshots written from coded rows, without a source or a freeze, for tests of pricing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from batch.input_tables import NO_LIMIT
from batch.snapshot.layout import SCHEMA_VERSION
from batch.snapshot.schemas import LIMITED, LIMITED_RECORDS, REJECTED, hot_schema
from batch.snapshot.snapshot import Snapshot
from payengine.periods import OPEN

OTHERS = (
    "history_work",
    "history_figures",
    "rejected",
    "limited",
    "records",
    "limited_records",
)  # tables of a manifest

HOT_NARROW = {"engagement": "uint16", "item_row": "uint16", "difficulty_row": "uint16", "amount": "int32"}
HOT_WIDE = {"engagement": "int32", "item_row": "int32", "difficulty_row": "int32", "amount": "int64"}
INTERVAL = {"from": 0, "until": OPEN}

Row = dict[str, Any]


@dataclass
class County:
    """Small coded county.

    Engagements are (institution, staff); owners are these in order, then the institutions.

    Items are (code, category, equivalents, limit_count or None, limit_period), one row each, sorted by code;
    difficulties (institution, item, coefficient) likewise. Rows are dicts of the snapshot's own columns.
    """

    institutions: Sequence[str]
    engagements: Sequence[tuple[str, str]]
    items: Sequence[tuple[str, str, int, int | None, str]]
    difficulties: Sequence[tuple[str, str, int]] = ()
    hot: list[Row] = field(default_factory=list)
    limited: list[Row] = field(default_factory=list)
    rejected: list[Row] = field(default_factory=list)

    @property
    def owners(self) -> list[tuple[str, str]]:
        return [*self.engagements, *((code, "") for code in self.institutions)]

    def write(
        self, path: Path, *, batch: int = 65_536, parts: int = 1, hot_types: dict[str, str] = HOT_NARROW
    ) -> Snapshot:
        """The snapshot in a folder, its hot rows in some parts of batches of some rows."""
        for folder in ("tables", "hot", "limited", "limited_records"):
            (path / folder).mkdir(parents=True, exist_ok=True)
        for name, table in self.tables().items():
            pq.write_table(table, path / "tables" / f"{name}.parquet")
        hot = pa.Table.from_pylist(self.hot, hot_schema(hot_types))
        size = -(-max(hot.num_rows, 1) // parts)
        hot_rows = [write_arrow(path / "hot", n, hot.slice(n * size, size), batch) for n in range(parts)]
        limited = self.limited_parts(parts)
        for number, rows in enumerate(limited):
            write_arrow(path / "limited", number, pa.Table.from_pylist(rows, LIMITED), batch)
            records = pa.Table.from_pylist(
                [{"service_date": row["day"], "quantity": 100, "share": 10_000, "reverses": "", **row} for row in rows],
                LIMITED_RECORDS,
            )
            pq.write_table(records, path / "limited_records" / f"{number:05}.parquet", row_group_size=batch)
        filled = [
            {"service_date": 0, "item": "", "quantity": None, "share": None, "reverses": "", **row}
            for row in self.rejected
        ]
        pq.write_table(pa.Table.from_pylist(filled, REJECTED), path / "rejected.parquet", row_group_size=batch)
        manifest = {
            "schema": SCHEMA_VERSION,
            "digest": "",
            "files": {},
            "warnings": [],
            "parts": {"hot": hot_rows, "limited": [len(rows) for rows in limited]},
            "frozen": {},
            "logical": {
                "period": "2026-10",
                "counts": {},
                "tables": {},
                "absent_tables": [],
                **{name: {"rows": 0, "columns": []} for name in OTHERS},
                "history": {"rows": 0, "columns": [], "publications": [], "missing": []},
                "hot": {
                    "rows": len(self.hot),
                    "columns": [{"name": name, "type": kind, "digest": ""} for name, kind in hot_types.items()],
                },
            },
        }
        (path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        return Snapshot.open(path)

    def limited_parts(self, parts: int) -> list[list[Row]]:
        """The limited rows in some parts, no patient in two of them."""
        patients = sorted({(row["patient_hi"], row["patient_lo"]) for row in self.limited})
        place = {patient: number * parts // len(patients) for number, patient in enumerate(patients)}
        split: list[list[Row]] = [[] for _ in range(parts)]
        for row in self.limited:
            split[place[row["patient_hi"], row["patient_lo"]]].append(row)
        return [rows for rows in split if rows]

    def tables(self) -> dict[str, pa.Table]:
        """The reference tables, as far as codes are made of them."""
        text, i32, i64 = pa.string(), pa.int32(), pa.int64()
        interval = [("from", i32), ("until", i32)]
        return {
            "institution": pa.table({"code": pa.array(self.institutions, text)}),
            "staff": pa.table({"code": pa.array(sorted({staff for _, staff in self.engagements}), text)}),
            "engagement": pa.Table.from_pylist(
                [{"institution": institution, "staff": staff, **INTERVAL} for institution, staff in self.engagements],
                pa.schema([("institution", text), ("staff", text), *interval]),
            ),
            "service_item": pa.Table.from_pylist(
                [
                    {
                        "code": code, "category": category, "equivalents": equivalents, "limit_period": period,
                        "limit_count": NO_LIMIT if count is None else count, **INTERVAL,
                    }
                    for code, category, equivalents, count, period in self.items
                ],
                pa.schema(
                    [
                        ("code", text), ("category", text), ("equivalents", i64), ("limit_count", i64),
                        ("limit_period", text), *interval,
                    ]
                ),
            ),
            "difficulty": pa.Table.from_pylist(
                [{"institution": i, "item": item, "coefficient": c, **INTERVAL} for i, item, c in self.difficulties],
                pa.schema([("institution", text), ("item", text), ("coefficient", i64), *interval]),
            ),
        }  # fmt: skip


def write_arrow(folder: Path, number: int, rows: pa.Table, batch: int) -> int:
    """One numbered part in batches of at most `batch` rows; how many rows it has."""
    with pa.ipc.new_file(folder / f"{number:05}.arrow", rows.schema) as file:
        for piece in rows.combine_chunks().to_batches(max_chunksize=batch):
            file.write_batch(piece)
    return int(rows.num_rows)
