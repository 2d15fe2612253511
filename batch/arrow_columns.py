"""Arrow columns as numpy arrays and back: numbers, texts as codes, rows in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from payengine.kernels.arrays import Int32

Booleans = npt.NDArray[np.bool_]
Integer = TypeVar("Integer", bound=np.integer[Any])


@dataclass(frozen=True)
class Coded:
    """A column of text as numbers: every row's place in a list of texts, of which each stands there once."""

    codes: Int32
    dictionary: pa.Array

    @classmethod
    def of(cls, column: pa.ChunkedArray) -> Coded:
        """From text, or from text that is a dictionary already; that may hold texts which no row has."""
        coded = column.combine_chunks().dictionary_encode()
        if isinstance(coded, pa.ChunkedArray):
            coded = coded.chunk(0)
        return cls(np.asarray(coded.indices.to_numpy(zero_copy_only=False), np.int32), coded.dictionary)

    @property
    def texts(self) -> list[str]:
        return self.dictionary.to_pylist()  # type: ignore[no-any-return]

    def are(self, text: str) -> npt.NDArray[np.bool_]:
        """Which rows have this text."""
        return self.codes == pc.index(self.dictionary, text).as_py() if len(self.dictionary) else self.codes < 0


def numbers(batch: pa.RecordBatch, name: str) -> npt.NDArray[Any]:
    """A column of numbers as a numpy array."""
    return np.asarray(batch[name].to_numpy(zero_copy_only=False))


def record_batch(schema: pa.Schema, **columns: Any) -> pa.RecordBatch:
    """A batch of numpy and Arrow columns, in the schema's order."""
    arrays = [
        column if isinstance(column, pa.Array) else pa.array(column) for column in (columns[n] for n in schema.names)
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def ordered(table: pa.Table, *keys: str) -> pa.Table:
    """The table in ascending order of some columns, its chunks put together."""
    chosen = table.take(pc.sort_indices(table, sort_keys=[(key, "ascending") for key in keys]))
    return chosen.combine_chunks()


def integers(table: pa.Table, column: str, dtype: type[Integer]) -> npt.NDArray[Integer]:
    """A column without nulls as a numpy array; an empty one too."""
    return np.asarray(table[column].combine_chunks().to_numpy(zero_copy_only=False), dtype)
