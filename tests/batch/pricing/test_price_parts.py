"""Pricing by tasks: the same bits as in one process, in any order and cut."""

from __future__ import annotations

import pickle
import random
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from batch.pricing import part_sums
from batch.pricing.part_sums import HOT_PART, LIMITED_PART, PartSums, PartTask, price_part, tasks_of
from batch.pricing.price_parts import price_parts
from batch.pricing.price_snapshot import price_snapshot
from batch.snapshot.snapshot import Snapshot
from payengine.errors import IntegrityBroken, Unavailable, UsageError
from payengine.exact.points import PointCells, PointSums, PriceTables
from tests.batch.pricing.test_price_snapshot import outcome
from tests.support.dask_cluster import county_of_many_parts, snapshot_of


@pytest.fixture(scope="module")
def frozen(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return snapshot_of(county_of_many_parts(tmp_path_factory.mktemp("county") / "demo"))


@pytest.fixture
def copied(frozen: Snapshot, tmp_path: Path) -> Snapshot:
    """A copy of the snapshot, which a test may damage."""
    part_sums._opened.cache_clear()
    part_sums._content.cache_clear()
    shutil.copytree(frozen.path, tmp_path / frozen.digest)
    return Snapshot.open(tmp_path / frozen.digest)


def shuffled(seed: int) -> Callable[[Sequence[PartTask]], Iterable[PartSums]]:
    """Do tasks in some order; tasks and outcomes go through bytes, as between processes."""

    def do_tasks(tasks: Sequence[PartTask]) -> Iterable[PartSums]:
        for task in random.Random(seed).sample(tasks, len(tasks)):
            yield pickle.loads(pickle.dumps(price_part(pickle.loads(pickle.dumps(task)))))

    return do_tasks


def test_the_snapshot_of_these_tests_has_many_parts(frozen: Snapshot) -> None:
    kinds = [task.kind for task in tasks_of(frozen, 1)]
    assert kinds.count(HOT_PART) > 9
    assert kinds.count(LIMITED_PART) > 1


@pytest.mark.parametrize("batches", [1, 2, 5, 10_000])
def test_tasks_in_any_order_give_the_bits_of_one_process(frozen: Snapshot, batches: int) -> None:
    whole = outcome(price_snapshot(frozen))
    assert outcome(price_parts(frozen, (), shuffled(batches), batches)) == whole
    held = [frozen.coding.institutions.values[0].as_py()]
    assert outcome(price_parts(frozen, held, shuffled(batches), batches)) == outcome(price_snapshot(frozen, held))
    assert outcome(price_snapshot(frozen, held)) != whole


def test_an_unknown_institution_is_told_before_anything_is_done(frozen: Snapshot) -> None:
    def never(tasks: Sequence[PartTask]) -> Iterable[PartSums]:
        raise AssertionError

    with pytest.raises(UsageError):
        price_parts(frozen, ["Z"], never)


def test_a_task_done_twice_or_not_at_all_is_found(frozen: Snapshot) -> None:
    def twice(tasks: Sequence[PartTask]) -> Iterable[PartSums]:
        return [price_part(task) for task in [*tasks, tasks[-1]]]

    def one_less(tasks: Sequence[PartTask]) -> Iterable[PartSums]:
        return [price_part(task) for task in tasks[:-1]]

    def one_row_less(tasks: Sequence[PartTask]) -> Iterable[PartSums]:
        *others, last = [price_part(task) for task in tasks]
        services = last.cells.services.copy()
        services[0] -= 1
        return [*others, replace(last, cells=replace(last.cells, services=services))]

    for do_tasks in (twice, one_less, one_row_less):
        with pytest.raises(IntegrityBroken):
            price_parts(frozen, (), do_tasks, 2)


@pytest.mark.parametrize("file", ["hot/00000.arrow", "limited/00001.arrow"])
def test_a_changed_part_is_not_priced(copied: Snapshot, file: str) -> None:
    tasks = list(tasks_of(copied))
    path = copied.path / file
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(IntegrityBroken) as broken:
        list(map(price_part, tasks))
    assert broken.value.problems[0].where == file


def test_tables_are_those_of_the_digest(copied: Snapshot) -> None:
    task = next(tasks_of(copied))
    tables = copied.path / "tables"
    shutil.copy(tables / "staff.parquet", tables / "difficulty.parquet")
    with pytest.raises(IntegrityBroken) as broken:
        price_part(task)
    assert broken.value.problems[0].where == "tables/difficulty"


def test_another_snapshot_in_its_place_is_not_priced(copied: Snapshot) -> None:
    with pytest.raises(IntegrityBroken):
        price_part(replace(next(tasks_of(copied)), digest="0" * 64))


def test_a_folder_out_of_reach_is_told_with_what_to_do(copied: Snapshot) -> None:
    first, *_, last = tasks_of(copied)
    price_part(first)
    (copied.path / "hot" / "00000.arrow").unlink()
    with pytest.raises(Unavailable, match=r"hot.00000\.arrow cannot be read"):
        price_part(last)
    part_sums._opened.cache_clear()
    with pytest.raises(Unavailable, match="no such folder"):
        price_part(replace(first, snapshot=str(copied.path / "elsewhere")))


def test_sums_of_cells_carry_beyond_64_bits() -> None:
    tables = PriceTables(np.array([1]), np.array([1]), np.array([0], np.int32), 3, 1)
    sums = PointSums(tables)
    one = np.array([1], np.int64)
    most = PointCells(one, np.array([0]), np.array([2**64 - 1], np.uint64), one, one * 0)
    less = PointCells(one, np.array([-1]), np.array([2**64 - 3], np.uint64), one * 0, one)
    for cells in (most, most, less):
        sums.add_cells(cells)
    found = sums.cells_in_use()
    assert found.cell.tolist() == [1]
    assert int(found.hi[0]) * 2**64 + int(found.lo[0]) == 2 * (2**64 - 1) - 3
    assert (found.services.tolist(), found.refunds.tolist(), sums.rows) == ([2], [1], 3)


@pytest.mark.parametrize("cells", [[3], [-1], [1, 1], [2, 0]])
def test_cells_of_another_table_are_refused(cells: list[int]) -> None:
    sums = PointSums(PriceTables(np.array([1]), np.array([1]), np.array([0], np.int32), 3, 1))
    ones = np.ones(len(cells), np.int64)
    with pytest.raises(ValueError, match="cells of this table"):
        sums.add_cells(PointCells(np.array(cells), ones, ones.astype(np.uint64), ones, ones))
