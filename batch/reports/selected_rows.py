"""Rows of result tables: selected, summed, counted, cut apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

_ROWS_AT_ONCE = 4_096


def only(table: pa.Table, **values: str) -> pa.Table:
    """Select the rows of `table` in which each named column has its value."""
    import pyarrow.compute as pc

    for name, value in values.items():
        table = table.filter(pc.equal(table[name], value))
    return table


def rows(table: pa.Table, **values: str) -> list[dict[str, Any]]:
    """Return the rows that `only` leaves, as dicts."""
    return only(table, **values).to_pylist()  # type: ignore[no-any-return]


def summed(table: pa.Table, keys: list[str], columns: list[str]) -> list[dict[str, Any]]:
    """Sum integer columns exactly by `keys`, in the order of the keys' bytes."""
    return summed_table(table, keys, columns).to_pylist()  # type: ignore[no-any-return]


def counted(table: pa.Table, keys: list[str]) -> list[dict[str, Any]]:
    """Count the rows of each combination of `keys`, under `rows`."""
    return counted_table(table, keys).to_pylist()  # type: ignore[no-any-return]


def summed_table(table: pa.Table, keys: list[str], columns: list[str]) -> pa.Table:
    """Sum as `summed`, for more rows than should be objects at once."""
    grouped = table.group_by(keys, use_threads=False).aggregate([(column, "sum") for column in columns])
    renamed = grouped.rename_columns([name.removesuffix("_sum") for name in grouped.column_names])
    return renamed.sort_by([(key, "ascending") for key in keys])


def counted_table(table: pa.Table, keys: list[str]) -> pa.Table:
    """Count as `counted`, for more rows than should be objects at once."""
    grouped = table.group_by(keys, use_threads=False).aggregate([([], "count_all")])
    names = ["rows" if name == "count_all" else name for name in grouped.column_names]
    return grouped.rename_columns(names).sort_by([(key, "ascending") for key in keys])


def slices(table: pa.Table, key: str) -> dict[str, pa.Table]:
    """Cut a table, whose rows of a key stand together, by that key."""
    import pyarrow.compute as pc

    runs = pc.run_end_encode(table[key].combine_chunks())
    ends = runs.run_ends.to_pylist()
    return {
        value: table.slice(start, end - start)
        for value, start, end in zip(runs.values.to_pylist(), [0, *ends], ends, strict=False)  # a table may be empty
    }


def each_row(table: pa.Table) -> Iterator[dict[str, Any]]:
    """Give the rows of a table as dicts, some thousand of them in memory at once."""
    for batch in table.to_batches(max_chunksize=_ROWS_AT_ONCE):
        yield from batch.to_pylist()


def distinct(table: pa.Table, column: str) -> set[str]:
    """Return the texts of a column, each once."""
    return set(table[column].unique().to_pylist())
