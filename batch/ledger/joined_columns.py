"""Columns of many rows as the database hands them over: each joined into one value.

A driver makes a Python object of every cell, and Arrow makes them columns again: that costs more than the database's
own reading. Instead the database joins the cells of a column, with a separator that no text of a ledger holds. What
does not come apart into as many cells as there are rows was not written by this program, and is read row by row.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

SEPARATOR = 0  # U+0000, which staging refuses in every text


def record_batch(schema: pa.Schema, rows: int, joined: Sequence[bytes | None]) -> pa.RecordBatch | None:
    """Take joined columns apart; None where one does not hold exactly `rows` cells of its type.

    Integers are joined as decimal text.
    """
    arrays = []
    for field, cells in zip(schema, joined, strict=True):
        array = None if cells is None else _texts(cells, rows)
        if array is not None and pa.types.is_integer(field.type):
            array = _integers(array)
        if array is None:
            return None
        arrays.append(array)
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _texts(cells: bytes, rows: int) -> pa.StringArray | None:
    ends = np.flatnonzero(np.frombuffer(cells, np.uint8) == SEPARATOR)
    if len(ends) != rows - 1:
        return None
    offsets = np.empty(rows + 1, np.int32)
    offsets[0], offsets[rows] = 0, len(cells) - len(ends)
    offsets[1:rows] = ends - np.arange(rows - 1)
    data = cells.translate(None, bytes([SEPARATOR]))
    array = pa.StringArray.from_buffers(rows, pa.py_buffer(offsets), pa.py_buffer(data))
    try:
        array.validate(full=True)
    except pa.ArrowInvalid:  # bytes that are no UTF-8
        return None
    return array


def _integers(texts: pa.StringArray) -> pa.Int64Array | None:
    try:
        return texts.cast(pa.int64())
    except pa.ArrowInvalid:
        return None
