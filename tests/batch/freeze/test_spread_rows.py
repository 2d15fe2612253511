"""A freeze of rows that are spread over files: that of the same rows in memory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from batch.freeze.records import record_id_column, same_rows, write
from batch.freeze.sorting import bucket_spool, counted_sort, external_sort, hash_partitions
from batch.snapshot.layout import RECORD_IDS
from tests.support.freeze_case import engagement, freeze, record

STAFF = "ABCDEFGH"
ENGAGED: dict[str, Any] = {
    "staff": [{"code": code, "name": code, "license_date": "2010-01-01"} for code in STAFF],
    "engagement": [engagement(code) for code in STAFF],
}


def rows() -> list[dict[str, str]]:
    """List rows of every kind: alone, twice, shared, cancelled, limited, earlier, equal."""
    plain = [
        record(
            f"R{n:04}", f"2026-10-{1 + n * 7 % 28:02}", STAFF[n * n % 8], patient=f"p{n % 11}", quantity=f"{1 + n % 3}"
        )
        for n in range(300)
    ]
    others = [
        *(record(f"R{n:04}", staff=STAFF[n % 8], patient="q") for n in range(0, 60, 9)),
        *(record(f"S{n}", staff=code, share="0.5", patient="q") for n in range(9) for code in "AB"),
        *(record(f"X{n}", "2026-11-02", quantity="-1", reverses=f"R{n:04}", patient="p1") for n in range(1, 40, 9)),
        record("X99", "2026-11-02", quantity="-1", reverses="unknown"),
        *(record(f"L{n}", f"2026-10-{1 + n % 28:02}", item="CHECK", patient=f"p{n % 3}") for n in range(40)),
        *(record(f"M{n}", "2026-09-05", item="CHECK", patient=f"p{n % 3}") for n in range(9)),
        record("M1", "2026-10-05", patient="q"),
    ]
    return plain + others


@pytest.mark.parametrize(("most", "chunk"), [(0, 70), (2**20, 70), (2**20, 2**18)])
def test_a_freeze_is_the_same_however_its_rows_are_spread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int, chunk: int
) -> None:
    held = freeze(tmp_path / "held", rows(), **ENGAGED)
    for module, limits in (
        (write, {"FEW_BYTES": 0, "BUCKET_BYTES": 900, "MOST_BYTES": most}), (counted_sort, {"MOST_BYTES": most}),
        (bucket_spool, {"CHUNK_ROWS": chunk}), (hash_partitions, {"HELD": 50}),
        (record_id_column, {"READ_AT_ONCE": 64}), (external_sort, {"BUCKET_BYTES": 2000}),
        (same_rows, {"MOST_AT_ONCE": 20}),
    ):  # fmt: skip
        for name, value in limits.items():
            monkeypatch.setattr(module, name, value)
    spread = freeze(tmp_path / "spread", rows(), **ENGAGED)
    assert spread.digest == held.digest
    assert spread.counts == held.counts
    assert held.same_rows["rows"] > 20
    assert spread.same_rows == held.same_rows
    assert (spread.path / RECORD_IDS).read_bytes() == (held.path / RECORD_IDS).read_bytes()
    assert held.counts["late_reversals"] > 0
    assert held.counts["limited"] > 0
    assert held.counts["rejected"]
