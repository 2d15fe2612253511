"""Map of an office's own codes to ours, by table and column, as its settings state it.

It is applied to the distinct values of each batch, so that it costs the same for two rows and for two million. One step
is taken: what a code is mapped to is not looked up again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

Stated = Mapping[str, Mapping[str, Mapping[str, str]]]  # table, column, the office's code: ours
Counted = dict[str, dict[str, list[tuple[str, str, int]]]]  # table, column: the office's code, ours, values mapped


class ValueMap:
    """Stated codes, with the number of values that each has mapped in the tables read so far."""

    def __init__(self, stated: Stated | None = None) -> None:
        self.stated = stated or {}
        self._counts: dict[tuple[str, str], npt.NDArray[np.int64]] = {}

    def apply(self, table: str, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Map the values of a batch of a table, whose columns bear our names; one may be absent."""
        for column, codes in self.stated.get(table, {}).items():
            at = batch.schema.get_field_index(column)
            if at >= 0:
                batch = batch.set_column(at, column, self._mapped(table, column, codes, batch.column(at)))
        return batch

    def counts(self) -> Counted:
        """Count the values mapped, by table and column, of the tables that were read."""
        return {
            table: {
                column: [
                    (own, ours, int(count))
                    for (own, ours), count in zip(codes.items(), self._counts[table, column], strict=True)
                ]
                for column, codes in columns.items()
                if (table, column) in self._counts
            }
            for table, columns in self.stated.items()
            if any((table, column) in self._counts for column in columns)
        }

    def add(self, table: str, counted: Mapping[str, Sequence[int]]) -> None:
        """Add the values of each stated code that another process has mapped, by column."""
        import numpy as np

        for column, counts in counted.items():
            mine = self._counts.setdefault((table, column), np.zeros(len(counts), np.int64))
            mine += np.array(counts, np.int64)

    def unused(self) -> Iterator[tuple[str, str, list[str]]]:
        """Yield table, column and the stated codes that no row read has."""
        for table, columns in self.counts().items():
            for column, counted in columns.items():
                never = [own for own, _, count in counted if not count]
                if never:
                    yield table, column, never

    def _mapped(self, table: str, column: str, codes: Mapping[str, str], raw: pa.Array) -> pa.Array:
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc

        counts = self._counts.setdefault((table, column), np.zeros(len(codes), np.int64))
        coded = _distinct_texts(raw)
        if coded is None:
            return raw
        found = pc.index_in(coded.dictionary, value_set=pa.array(codes, pa.string()))
        if found.null_count == len(found):
            return coded
        place = found.fill_null(-1).to_numpy()[coded.indices.to_numpy()]
        counts += np.bincount(place + 1, minlength=len(codes) + 1)[1:]
        ours = pa.array(codes.values(), pa.string()).take(found)
        return pa.DictionaryArray.from_arrays(coded.indices, pc.if_else(found.is_valid(), ours, coded.dictionary))


def _distinct_texts(raw: pa.Array) -> pa.DictionaryArray | None:
    """Code a raw column by its distinct texts, as the parser reads them.

    Null is empty, numbers are their digits. None for a type that holds no codes, and for numbers that have lost digits:
    the parser tells of these.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    from batch.values.cells import as_text, is_text
    from batch.values.texts import codes_as_text

    if isinstance(raw, pa.ExtensionArray):
        raw = raw.storage
    if pa.types.is_dictionary(raw.type) and is_text(raw.type.value_type):
        distinct = pa.concat_arrays([as_text(raw.dictionary), pa.array([""], pa.string())])
        indices = pc.fill_null(raw.indices.cast(pa.int32()), len(raw.dictionary))
        return pa.DictionaryArray.from_arrays(indices, distinct)
    if pa.types.is_dictionary(raw.type):
        raw = raw.dictionary_decode()
    if pa.types.is_null(raw.type):
        raw = pa.array([""] * len(raw), pa.string())
    text, wrong = codes_as_text(raw)
    return None if text is None or wrong is not None else text.dictionary_encode()
