"""Rejections of freeze and of the run in one list, with copy numbers.

Copies number the rejections of one record_id and staff, from 1, in the order of the reasons, then by the bytes of the
institution. Freeze numbers its own; where the run refuses a row of the same record and staff, all of them are numbered
again. Rows of held institutions are left out afterwards, so that a hold never changes a number.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import groupby
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from batch.input_tables import REASONS
from batch.results import REJECTIONS
from batch.snapshot.snapshot import Snapshot

ORDER = [("record_id", "ascending"), ("staff", "ascending"), ("copy", "ascending")]


def listing(snapshot: Snapshot, run: pa.Table, held: Collection[str]) -> tuple[pa.Table, int]:
    """List all rejections by (record_id, staff, copy), and count freeze's that are held.

    `run` are the rows that the run refuses (`limits.RUN_REJECTED`).
    """
    own = pa.table([run[name] for name in ("record_id", "staff", "institution", "reason")], names=REJECTED_BY_RUN)
    records = pc.unique(own["record_id"])
    kept, counted_again = [], []
    left_out = 0
    codes = pa.array(sorted(held), pa.string())
    for batch in snapshot.rejected():
        rows = batch.select(["record_id", "staff", "institution", "copy", "reason"])
        if held:
            left_out += pc.sum(pc.is_in(rows["institution"], value_set=codes)).as_py() or 0
        if len(records):
            shared = pc.is_in(rows["record_id"], value_set=records)
            counted_again += rows.filter(shared).to_pylist()
            rows = rows.filter(pc.invert(shared))
        kept.append(pa.Table.from_batches([rows]).cast(REJECTIONS))
    new = [{**row, "reason": REASONS[row["reason"]]} for row in own.to_pylist()]
    kept.append(pa.Table.from_pylist(list(_numbered(counted_again + new)), REJECTIONS))
    table = pa.concat_tables(kept)
    if held:
        table = table.filter(pc.invert(pc.is_in(table["institution"], value_set=codes)))
    if len(records):
        table = table.sort_by(ORDER)
    return table.combine_chunks(), left_out


REJECTED_BY_RUN = ["record_id", "staff", "institution", "reason"]


def _numbered(rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Number the rows' copies within record and staff."""
    rows.sort(key=lambda row: (*_key(row), REASONS.index(row["reason"]), row["institution"].encode()))
    for _, copies in groupby(rows, _key):
        for copy, row in enumerate(copies, 1):
            yield {**row, "copy": copy}


def _key(row: dict[str, Any]) -> tuple[bytes, bytes]:
    return row["record_id"].encode(), row["staff"].encode()
