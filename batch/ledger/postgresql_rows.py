"""Rows of runs on their way into PostgreSQL: text for COPY, made of whole columns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection

from batch.arrow_columns import text_bytes
from batch.ledger.joined_columns import Spelling
from batch.ledger.run_tables import RunTable

# What COPY would take for something else, and how it is written; the backslash first.
_ESCAPED = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}

# A text can hold U+0001, but hardly does. A subquery keeps its order for an aggregate.
SPELLING = Spelling(
    b"\x01",
    "convert_to(string_agg({column}, E'\\x01'), 'UTF8')",
    "convert_to(string_agg({column}::text, E'\\x01'), 'UTF8')",
    "(SELECT {columns} FROM {table} WHERE {where} ORDER BY {key}) AS rows_in_order",
)


def write(connection: Connection, stored: RunTable, key: int, batches: Iterable[pa.RecordBatch]) -> None:
    """Copy rows of the run with this key, by one statement.

    The server stores some while the next are written.
    """
    quote = connection.dialect.identifier_preparer.quote
    columns = ", ".join(quote(column) for column in ("run_key", *stored.arrow.names))
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {stored.name} ({columns}) FROM STDIN") as copy:
        for batch in batches:
            copy.write(copy_text(key, batch))


def copy_text(key: int, batch: pa.RecordBatch) -> bytes:
    """Write rows in COPY's text format, each behind the run's key."""
    pieces: list[Any] = [str(key)]
    for column in batch.columns:
        pieces += ["\t", _escaped(column) if pa.types.is_string(column.type) else column.cast(pa.string())]
    return text_bytes(pc.binary_join_element_wise(*pieces, "\n", ""))


def _escaped(column: pa.Array) -> pa.Array:
    written = text_bytes(column)
    for character, escaped in _ESCAPED.items():
        if character.encode() in written:
            column = pc.replace_substring(column, character, escaped)
    return column
