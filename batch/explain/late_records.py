"""Late and reversed records between two snapshots of one period, and their work.

A record came late if only the later snapshot holds it; one was reversed if the earlier run paid it and the later
snapshot does not hold it any more, or lists it as `reversed`. Records are recognised by the hashes of their ids that
stand beside each snapshot (`batch.snapshot.record_ids`). Whatever else differs in the work (a corrected quantity, a
corrected item, a limit that was reached otherwise) is no late record.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from batch.pricing.limits import PAID, decide
from batch.snapshot.record_ids import RecordIds
from batch.snapshot.snapshot import Snapshot
from batch.text_hashes import HashKey
from payengine.exact.points import PointSums, PriceTables
from payengine.kernels.arrays import Int64, UInt64

REVERSED = "reversed"
PRICED = ("engagement", "item_row", "difficulty_row", "amount")


@dataclass(frozen=True)
class ChosenWork:
    """Priced work of some records by cell owner and category, as `PricedWork` has that of all.

    rows: paid rows; services: those that are no refunds, a summary's row as many as it counts; refunds: paid rows that
    are; points_micro: stated points in millionths.
    """

    rows: Int64
    services: Int64
    refunds: Int64
    points_micro: Int64


@dataclass(frozen=True)
class LateRecords:
    """Work of the records that came late, and of those that were paid before and are no longer.

    The first is in the cells of the later snapshot, the second in those of the earlier one.
    """

    came: ChosenWork
    gone: ChosenWork


def late_records(before: Snapshot, after: Snapshot) -> LateRecords | None:
    """Compare the records of two snapshots of one period.

    None where one of them kept no hashes of its ids.
    """
    old, new = before.record_ids(), after.record_ids()
    if old is None or new is None:
        return None
    came = _only(new, old)
    gone = np.union1d(_only(old, new).hashes, np.concatenate([np.zeros(0, np.uint64), *_reversed(after)]))
    return LateRecords(_work(after, came), _work(before, RecordIds(gone)))


def _only(one: RecordIds, other: RecordIds) -> RecordIds:
    """Take the hashes that the other column lacks: few, so a look at a record is cheap.

    Every row that is paid is of the period, so its hash is in its own snapshot's column.
    """
    return RecordIds(one.hashes[~other.holds(one.hashes)])


def _reversed(snapshot: Snapshot) -> Iterator[UInt64]:
    """Hash the ids of the rows that are listed as reversed."""
    for batch in snapshot.rejected():
        ids = batch.filter(pc.equal(batch["reason"], REVERSED))["record_id"]
        yield HashKey.of_record_ids().hashes(ids)


def _work(snapshot: Snapshot, chosen: RecordIds) -> ChosenWork:
    """Price the paid rows whose ids are chosen, one batch at a time; reads nothing for none."""
    coding = snapshot.coding
    sums = PointSums(
        PriceTables(
            coding.priced_equivalents, coding.coefficient, coding.category_of_row, coding.owners,
            len(coding.categories),
        )
    )  # fmt: skip
    if not chosen.hashes.size:
        return _stated(sums, 0)
    key, kinds = HashKey.of_record_ids(), [np.dtype(snapshot.hot_dtypes[name]) for name in PRICED]
    for part, beside in zip(snapshot.hot_parts(), snapshot.records_parts(), strict=True):
        with part.open() as reader, pq.ParquetFile(beside, pre_buffer=False) as records:
            for number in range(reader.num_record_batches):
                ids = records.read_row_group(number, columns=["record_id"])["record_id"]
                rows = chosen.holds(key.hashes(ids.combine_chunks()))
                if rows.any():
                    batch = reader.get_batch(number)
                    sums.add(*(batch.column(name).to_numpy()[rows] for name in PRICED))
    for part, beside in zip(snapshot.limited_parts(), snapshot.limited_records_parts(), strict=True):
        decisions = decide(part, coding)
        rows = (decisions.outcome == PAID) & chosen.holds(key.hashes(_ids(beside)))
        columns = (decisions.columns[name][rows] for name in PRICED)
        sums.add(*(column.astype(kind) for column, kind in zip(columns, kinds, strict=True)))
    return _stated(sums, _beyond_rows(snapshot, chosen))


def _stated(sums: PointSums, more: Int64 | int) -> ChosenWork:
    """Make the work of sums; `more` are the services beyond the rows."""
    return ChosenWork(sums.services + sums.refunds, sums.services + more, sums.refunds, sums.points_micro)


def _beyond_rows(snapshot: Snapshot, chosen: RecordIds) -> Int64:
    """Count by cell the services that chosen summary rows stand for, beyond themselves."""
    coding = snapshot.coding
    more = np.zeros((coding.owners, len(coding.categories)), np.int64)
    table = snapshot.summaries()
    if table is not None:
        mine = table.filter(pa.array(chosen.holds(HashKey.of_record_ids().hashes(_whole(table["record_id"])))))
        owner, item, services = (mine[name].to_numpy() for name in ("engagement", "item_row", "services"))
        np.add.at(more, (owner, coding.category_of_row[item]), services - 1)
    return more


def _ids(file: Path) -> pa.Array:
    return _whole(pq.read_table(file, columns=["record_id"])["record_id"])


def _whole(column: pa.ChunkedArray) -> pa.Array:
    found = column.combine_chunks()
    return found if isinstance(found, pa.Array) else pa.concat_arrays(found.chunks)
