"""Conversion of Arrow columns to NumPy arrays and back: numbers, coded texts, ordered rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar, overload

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from payengine.kernels.arrays import Flags, Int32, Int64, UInt8

Integer = TypeVar("Integer", bound=np.integer[Any])


@dataclass(frozen=True)
class Coded:
    """Column of text as numbers: each row's place in a list of distinct texts."""

    codes: Int32
    dictionary: pa.Array

    @classmethod
    def of(cls, column: pa.ChunkedArray) -> Coded:
        """Code a column of text, or of a dictionary of texts, which may hold texts that no row has."""
        coded = column.combine_chunks().dictionary_encode()
        if isinstance(coded, pa.ChunkedArray):
            coded = coded.chunk(0)
        return cls(np.asarray(coded.indices.to_numpy(zero_copy_only=False), np.int32), coded.dictionary)

    @property
    def texts(self) -> list[str]:
        """Give the distinct texts."""
        return self.dictionary.to_pylist()  # type: ignore[no-any-return]

    def are(self, text: str) -> Flags:
        """Tell which rows have this text."""
        return self.codes == pc.index(self.dictionary, text).as_py() if len(self.dictionary) else self.codes < 0


class Texts(Sequence[str]):
    """Texts of an Arrow array, made one by one when they are asked for."""

    def __init__(self, values: pa.Array) -> None:
        self._values = values

    def __len__(self) -> int:
        return len(self._values)

    @overload
    def __getitem__(self, place: int) -> str: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[str]: ...

    def __getitem__(self, place: int | slice) -> str | Sequence[str]:
        found = self._values[place]
        return Texts(found) if isinstance(place, slice) else str(found.as_py())

    def __iter__(self) -> Iterator[str]:
        return iter(self._values.to_pylist())


def narrowed(codes: npt.NDArray[np.integer[Any]], count: int) -> npt.NDArray[np.signedinteger[Any]]:
    """Keep numbers below `count` in the fewest bytes that a dictionary's indices may have."""
    return codes.astype(np.int8 if count < 2**7 else np.int16 if count < 2**15 else np.int32, copy=False)


def coded_column(codes: npt.NDArray[np.integer[Any]], texts: pa.Array) -> pa.DictionaryArray:
    """Make a column of texts from each row's place among distinct texts."""
    return pa.DictionaryArray.from_arrays(pa.array(narrowed(codes, len(texts))), texts)


def repeated(column: pa.DictionaryArray, counts: Int64) -> pa.DictionaryArray:
    """Repeat each row of a column as often as its count says."""
    return pa.DictionaryArray.from_arrays(pa.array(np.repeat(column.indices.to_numpy(), counts)), column.dictionary)


def coded_table(schema: pa.Schema, columns: Sequence[pa.DictionaryArray | npt.NDArray[np.int64]]) -> pa.Table:
    """Make a table of a schema, whose texts are dictionaries here, in the schema's order."""
    arrays = [column if isinstance(column, pa.Array) else pa.array(column) for column in columns]
    fields = [field.with_type(array.type) for field, array in zip(schema, arrays, strict=True)]
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def written_out(table: pa.Table) -> pa.Table:
    """Write out the texts of dictionary columns, two columns at a time.

    Arrow releases the interpreter for them.
    """
    places = [at for at, field in enumerate(table.schema) if pa.types.is_dictionary(field.type)]
    if not places:
        return table
    with ThreadPoolExecutor(2) as pool:
        made = [pool.submit(table.column(at).cast, table.schema.field(at).type.value_type) for at in places]
        for at, column in zip(places, made, strict=True):
            field = table.schema.field(at)
            table = table.set_column(at, field.with_type(field.type.value_type), column.result())
    return table


def text_buffers(texts: pa.Array) -> tuple[Int32, UInt8]:
    """Give the offsets and bytes of an Arrow array of strings without nulls, without a copy."""
    _, offsets, data = texts.buffers()
    if offsets is None:
        return np.zeros(len(texts) + 1, np.int32), np.zeros(0, np.uint8)
    starts = np.frombuffer(offsets, np.int32, len(texts) + 1, 4 * texts.offset)
    return starts, np.frombuffer(data, np.uint8) if data is not None else np.zeros(0, np.uint8)


def numbers(batch: pa.RecordBatch, name: str) -> npt.NDArray[Any]:
    """Give a column of numbers as a NumPy array."""
    return np.asarray(batch[name].to_numpy(zero_copy_only=False))


def numbers_of(column: pa.Array, kind: type[np.integer[Any]], empty: int = 0) -> npt.NDArray[Any]:
    """Convert a column of numbers to a NumPy array of this type, nulls as `empty`."""
    if column.null_count:
        column = column.fill_null(empty)
    return np.asarray(column.to_numpy(zero_copy_only=False), kind)


def record_batch(schema: pa.Schema, **columns: Any) -> pa.RecordBatch:
    """Make a batch of NumPy and Arrow columns, in the schema's order."""
    arrays = [
        column if isinstance(column, pa.Array) else pa.array(column) for column in (columns[n] for n in schema.names)
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def ordered(table: pa.Table, *keys: str) -> pa.Table:
    """Sort a table by some columns, ascending, its chunks put together."""
    chosen = table.take(pc.sort_indices(table, sort_keys=[(key, "ascending") for key in keys]))
    return chosen.combine_chunks()


def integers(table: pa.Table, column: str, dtype: type[Integer]) -> npt.NDArray[Integer]:
    """Give a column without nulls as a NumPy array; an empty table has an empty one."""
    return np.asarray(table[column].combine_chunks().to_numpy(zero_copy_only=False), dtype)


def text_array(*texts: str) -> pa.StringArray:
    """Make a column of a few texts.

    Arrow is not asked what they are: it would import pandas to find out.
    """
    encoded = [text.encode() for text in texts]
    places = np.cumsum([0, *map(len, encoded)], dtype=np.int32)
    return pa.StringArray.from_buffers(len(texts), pa.py_buffer(places), pa.py_buffer(b"".join(encoded)))


def text_bytes(column: pa.StringArray) -> bytes:
    """Give the UTF-8 of all texts of a column without nulls, one behind the other."""
    _, offsets, data = column.buffers()
    if data is None or not len(column):
        return b""
    places = np.frombuffer(offsets, np.int32, len(column) + 1, column.offset * 4)
    first, last = int(places[0]), int(places[-1])
    return data.slice(first, last - first).to_pybytes()  # type: ignore[no-any-return]
