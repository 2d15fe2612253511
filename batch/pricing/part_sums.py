"""Pricing of one part of a snapshot: a task is a value, and so is its outcome.

Any process that reads the snapshot's folder can do a task, on this machine or on another. It reads the part's file as
a whole, and prices the bytes whose hash the task names: whoever makes the tasks has compared the file of that hash with
the snapshot's digest. The tables that price the rows are compared with their digests here. Rows of limited items stand
in parts that divide no patient, so each part is decided by itself.

What a task gives are integer codes and sums. No record id, no patient and no name leaves the process.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from batch.pricing.limits import NOT_LISTED, PAID
from batch.pricing.price_snapshot import HOT, decided_part, price_tables, reading, refused_row
from batch.snapshot.snapshot import Part, Snapshot
from payengine.errors import IntegrityBroken, Problem, Unavailable
from payengine.exact.points import PointCells, PointSums, PriceTables, RowRefused
from payengine.kernels.arrays import Int32, Int64
from payengine.system_errors import in_words
from payengine.texts import say

HOT_PART, LIMITED_PART = "hot", "limited"
BATCHES_OF_TASK = 64  # record batches of 65,536 rows; a file is read once for each of its tasks
PRICED_BY = ("engagement", "service_item", "difficulty", "institution", "staff")  # tables


@dataclass(frozen=True)
class PartTask:
    """One piece of pricing: record batches [first, last) of a file of a snapshot.

    `snapshot` is the folder's path on every machine; `kind` is `HOT_PART` or `LIMITED_PART` (whose files are priced
    whole); `file_hash` is the SHA-256 of the file.
    """

    snapshot: str
    digest: str
    kind: str
    number: int
    first: int
    last: int
    file_hash: str


@dataclass(frozen=True)
class PartSums:
    """Outcome of a task: exact sums, and the limited rows refused.

    Of these their places in the part, ascending, their reasons (places in REASONS) and their owners.
    """

    task: PartTask
    cells: PointCells
    counted_only: int
    refused_rows: Int64
    refused_reason: npt.NDArray[np.int8]
    refused_owner: Int32

    @property
    def rows(self) -> int:
        """The number of rows that the task read: paid, refused, or counted only."""
        return self.cells.rows + len(self.refused_rows) + self.counted_only


def tasks_of(snapshot: Snapshot, batches: int = BATCHES_OF_TASK) -> Iterator[PartTask]:
    """Cut the pricing of a snapshot into tasks, limited rows first: they take longest.

    `IntegrityBroken` for a file that cannot be read.
    """
    folder = str(snapshot.path.absolute())
    for kind, parts in ((LIMITED_PART, snapshot.limited_parts()), (HOT_PART, snapshot.hot_parts())):
        for number, part in enumerate(parts):
            told = snapshot.manifest["files"][f"{kind}/{part.path.name}"]["sha256"]
            with reading(part.path), part.open() as reader:
                count = reader.num_record_batches
            size = max(1, count if kind == LIMITED_PART else batches)
            for first in range(0, count, size):
                yield PartTask(folder, snapshot.digest, kind, number, first, min(first + size, count), told)


def price_part(task: PartTask) -> PartSums:
    """Do a task.

    `Unavailable` for a snapshot that cannot be read here, `IntegrityBroken` for one that is not the task's, or that no
    freeze writes.
    """
    snapshot, tables = _opened(task.snapshot, task.digest)
    sums = PointSums(tables)
    if task.kind == HOT_PART:
        _add_hot(sums, _content(snapshot.hot_parts()[task.number], task.file_hash), task)
        none = np.empty(0, np.int64), np.empty(0, np.int8), np.empty(0, np.int32)
        return PartSums(task, sums.cells_in_use(), 0, *none)
    part = _content(snapshot.limited_parts()[task.number], task.file_hash)
    decisions = decided_part(part, snapshot.coding)
    try:
        sums.add(*decisions.paid())
    except RowRefused as error:
        raise refused_row(error, part.path, int(np.flatnonzero(decisions.outcome == PAID)[error.row])) from error
    refused = decisions.refusals(part.path)
    return PartSums(
        task, sums.cells_in_use(), int((decisions.outcome == NOT_LISTED).sum()),
        refused.rows, refused.reason, refused.owner,
    )  # fmt: skip


@dataclass(frozen=True)
class PartInMemory(Part):
    """Part whose file was read as a whole."""

    content: pa.Buffer

    @contextmanager
    def open(self) -> Iterator[pa.ipc.RecordBatchFileReader]:
        """Open the record batches in memory."""
        with pa.ipc.open_file(pa.BufferReader(self.content)) as reader:
            yield reader


def _add_hot(sums: PointSums, part: PartInMemory, task: PartTask) -> None:
    with reading(part.path), part.open() as reader:
        row = sum(reader.get_batch(each).num_rows for each in range(task.first))
        batches = [reader.get_batch(each) for each in range(task.first, task.last)]
        columns = [tuple(batch.column(name).to_numpy() for name in HOT) for batch in batches if batch.num_rows]
    for each in columns:
        try:
            with reading(part.path):  # columns may be of types that no freeze writes
                sums.add(*each)
        except RowRefused as error:
            raise refused_row(error, part.path, row + error.row) from error
        row += len(each[0])


@lru_cache(2)  # by the digest: whatever is kept is that of the task
def _opened(folder: str, digest: str) -> tuple[Snapshot, PriceTables]:
    """Open a snapshot whose manifest and tables are those of the digest."""
    path = Path(folder)
    if not path.is_dir():
        raise _out_of_reach(path, say("there is no such folder"))
    snapshot = Snapshot.open(path)
    snapshot.verify_manifest()
    if snapshot.digest != digest:
        raise IntegrityBroken(say("{path} is the snapshot {found}, not {told}", path=path, found=snapshot.digest[:12],
                                  told=digest[:12]))  # fmt: skip
    snapshot.verify_tables(*(name for name in PRICED_BY if name in snapshot.logical["tables"]))
    return snapshot, price_tables(snapshot)


@lru_cache(1)  # by the hash of the content
def _content(part: Part, file_hash: str) -> PartInMemory:
    """Read a part's file, which must be of this hash."""
    try:
        content = part.path.read_bytes()
    except OSError as error:
        raise _out_of_reach(part.path, in_words(error)) from error
    if hashlib.sha256(content).hexdigest() != file_hash:
        raise IntegrityBroken(
            say("snapshot {path} is not what was frozen", path=part.path.parent.parent),
            [Problem(say("this file was changed"), f"{part.path.parent.name}/{part.path.name}")],
            say("Restore the folder from a copy, or freeze the period again: payengine month PERIOD."),
        )
    return PartInMemory(part.path, part.rows, pa.py_buffer(content))


def _out_of_reach(path: Path, why: object) -> Unavailable:
    return Unavailable(
        say("{path} cannot be read: {why}", path=path, why=why),
        remedy=say("Every worker must reach the workspace's snapshots under the same path: share the folder."),
    )
