"""The sorted column of record ids equals plain Python, in whatever parts it is written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch.freeze.records import record_id_column
from batch.freeze.records.record_id_column import SortedIds, in_order, write_record_ids
from batch.snapshot.layout import RECORD_IDS
from batch.snapshot.part_writer import Files
from batch.snapshot.record_ids import RecordIds
from batch.snapshot.verification import file_hash
from batch.text_hashes import HashKey

HASHES = st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 3) | st.integers(2**64 - 3, 2**64 - 1), max_size=200)


def column(numbers: list[int]) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    return np.array(numbers, np.uint64)


@given(HASHES)
def test_the_sort_equals_pythons(numbers: list[int]) -> None:
    assert in_order(column(numbers)).tolist() == sorted(numbers)


@pytest.mark.parametrize("same", [1, 2, 7])
def test_numbers_that_begin_alike_are_sorted_too(same: int) -> None:
    numbers = np.random.default_rng(same).integers(0, 2 ** (64 - same), 5_000, np.uint64)
    assert in_order(numbers, same).tolist() == sorted(numbers.tolist())


@given(HASHES, HASHES)
def test_shared_and_held_numbers_equal_those_of_sets(one: list[int], other: list[int]) -> None:
    left, right = (RecordIds(np.sort(column(numbers))) for numbers in (one, other))
    assert left.shared(right).tolist() == sorted({*one} & {*other})
    assert left.holds(column(other)).tolist() == [number in one for number in other]


@pytest.mark.parametrize("rows", [0, 1, 1_000])
@pytest.mark.parametrize("at_once", [100, 2**18])
@pytest.mark.parametrize("late", [0, 7])
def test_the_column_is_written_whole_with_late_rows_among_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int, at_once: int, late: int
) -> None:
    monkeypatch.setattr(record_id_column, "READ_AT_ONCE", at_once)
    hashes = HashKey.of_record_ids().hashes(pa.array([f"R{number}" for number in range(rows + late)], pa.string()))
    files: Files = {}
    ids = SortedIds(tmp_path / "ids.sorted")
    ids.write(np.sort(hashes[late:]))
    ids.close()
    write_record_ids(tmp_path, ids, hashes[:late], files)
    assert RecordIds.open(tmp_path / RECORD_IDS).hashes.tolist() == sorted(hashes.tolist())
    assert files[RECORD_IDS] == {"bytes": 8 * (rows + late), "sha256": file_hash(tmp_path / RECORD_IDS)}
    assert not (tmp_path / "ids.sorted").exists()


def test_record_ids_have_the_same_hash_in_every_freeze_and_version() -> None:
    """Another hash would compare nothing with what stands in the snapshots that there are."""
    assert HashKey.of_record_ids().hashes(pa.array(["R1", ""])).tolist() == [17240586984873266348, 0]
