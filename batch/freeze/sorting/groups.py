"""Groups of sorted rows: batches that never split the rows of one key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from payengine.errors import Problem, Refused
from payengine.texts import in_quotes, say

MOST_ROWS_OF_ONE = 250_000  # of one record, or reversing one: more is no record id but a mistake of the source


def whole_groups(batches: Iterable[pa.RecordBatch], key: str) -> Iterator[pa.RecordBatch]:
    """Cut rows into batches that end where a key ends; rows of one key are together.

    `Refused` where one key has more rows than any record can have: memory must not grow with a broken column.
    """
    held: list[pa.RecordBatch] = []
    for batch in batches:
        if not batch.num_rows:
            continue
        last = last_group(batch[key])
        if held and (last or held[-1][key][0] != batch[key][0]):
            yield _joined([*held, batch.slice(0, last)])
            held = [batch.slice(last)]
        elif last:
            yield batch.slice(0, last)
            held = [batch.slice(last)]
        else:
            held.append(batch)
        if sum(part.num_rows for part in held) > MOST_ROWS_OF_ONE:
            raise _not_a_record(held[-1][key][0].as_py())
    if held:
        yield _joined(held)


def last_group(keys: pa.Array) -> int:
    """Find the place where the rows of the last key begin."""
    other = np.flatnonzero(np.asarray(pc.not_equal(keys, keys[len(keys) - 1]).to_numpy(zero_copy_only=False), bool))
    return int(other[-1]) + 1 if other.size else 0


def begins(keys: pa.Array) -> npt.NDArray[np.bool_]:
    """Flag the first row of each key."""
    first = np.ones(len(keys), bool)
    if len(keys) > 1:
        first[1:] = pc.not_equal(keys.slice(1), keys.slice(0, len(keys) - 1)).to_numpy(zero_copy_only=False)
    return first


def starts_of(first: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Find the first row of every group, and the end of the last."""
    return np.append(np.flatnonzero(first), first.size).astype(np.int64)


def _joined(batches: list[pa.RecordBatch]) -> pa.RecordBatch:
    return batches[0] if len(batches) == 1 else pa.concat_batches(batches)


def _not_a_record(key: str) -> Refused:
    what = say(
        "more than {n} rows have, or reverse, the record_id {key}", n=MOST_ROWS_OF_ONE, key=in_quotes(key)
    )  # fmt: skip
    remedy = say("if it stands for no record, leave the column empty in these rows")
    return Refused(
        say("freeze refused: {what}", what=what),
        [Problem(what, where="service_record", column="record_id", remedy=remedy)],
    )
