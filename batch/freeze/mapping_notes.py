"""Notes of a freeze on the office's own names and codes that were read as ours.

They stand beside the content of a snapshot: its digest is that of the same input with our names and codes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from batch.sources import Source
from payengine.suggest import listed
from payengine.texts import say, word

MOST_LISTED = 10  # codes of one column that no row has


def mapping_notes(source: Source, items: Sequence[tuple[str, str, int]]) -> dict[str, Any]:
    """Describe the names and codes that were mapped, with the number of values of each code."""
    present = source.present()
    columns = {table: dict(names) for table, names in source.column_names.stated.items() if names and table in present}
    notes = {"columns": columns, "values": source.value_map.counts(), "items": [list(one) for one in items]}
    return {name: note for name, note in notes.items() if note}


def mapping_warnings(source: Source) -> Iterator[str]:
    """Warn of stated names and codes that met nothing: most likely they are mistyped."""
    present = source.present()
    for setting, stated in (("columns", source.column_names.stated), ("values", source.value_map.stated)):
        for table, entries in stated.items():
            if entries and table not in present:
                yield say(
                    "[source.{setting}.{table}] is not used: the source has no table {table}",
                    setting=setting, table=table,
                )  # fmt: skip
    for table, columns in source.value_map.stated.items():
        spelled = source.spelled_columns(table, source.columns(table)) if table in present else columns
        for column in columns:
            if column not in spelled:
                where = _setting(table, column)
                yield say("{where} is not used: {table} has no such column here", where=where, table=word(table))
    for table, column, codes in source.value_map.unused():
        yield say("{where}: no row read has {codes}", where=_setting(table, column), codes=listed(codes, MOST_LISTED))


def _setting(table: str, column: str) -> str:
    return f"[source.values.{table}.{column}]"
