"""Digests of content: of the values in a column, however a file writes them.

Each column is hashed as a stream of canonical buffers: its values little-endian, one after another; for text the
UTF-8 bytes, and apart the length of each text as int32; where a column may be empty, apart one byte per row that says
whether there is a value. So the digest knows nothing of batches, row groups, compression or the version of a writer.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)

Description = dict[str, Any]  # what a manifest says of one table: rows, columns, a digest


class ColumnDigest:
    """SHA-256 of one column, fed array by array."""

    def __init__(self, field: pa.Field) -> None:
        import pyarrow as pa

        self.field = field
        self._values = hashlib.sha256()
        self._lengths = hashlib.sha256() if pa.types.is_string(field.type) else None
        self._present = hashlib.sha256() if field.nullable else None

    def update(self, array: pa.Array) -> None:
        """Take in the next rows.

        A null in a column that may not be empty is a mistake of the writer.
        """
        import numpy as np

        if self._present is not None:
            self._present.update(np.asarray(array.is_valid().to_numpy(False), np.uint8).data)
        if array.null_count:
            if self._present is None:
                raise ValueError(f"column {self.field.name} may not be empty")
            array = array.fill_null("" if self._lengths is not None else 0)
        if self._lengths is None:
            values = np.asarray(array.to_numpy(zero_copy_only=False))
            kind = np.uint8 if values.dtype == bool else values.dtype.newbyteorder("<")
            self._values.update(np.ascontiguousarray(values, kind).data)
            return
        if not len(array):
            return
        _, offsets_buffer, data = array.buffers()
        offsets = np.frombuffer(offsets_buffer, np.int32, len(array) + 1, array.offset * 4)
        self._lengths.update(np.diff(offsets).astype("<i4").data)
        if data is not None:
            self._values.update(memoryview(data)[offsets[0] : offsets[-1]])

    def hexdigest(self) -> str:
        streams = [stream for stream in (self._lengths, self._values, self._present) if stream is not None]
        return hashlib.sha256(b"".join(stream.digest() for stream in streams)).hexdigest()


class TableDigest:
    """Digests of all columns of a table, fed batch by batch."""

    def __init__(self, schema: pa.Schema) -> None:
        self.schema = schema
        self.rows = 0
        self._columns = [ColumnDigest(field) for field in schema]

    def update(self, batch: pa.RecordBatch) -> None:
        self.rows += batch.num_rows
        for digest, array in zip(self._columns, batch.columns, strict=True):
            digest.update(array)

    def describe(self) -> Description:
        """State rows and columns as the manifest does."""
        columns = [
            {"name": digest.field.name, "type": str(digest.field.type), "digest": digest.hexdigest()}
            for digest in self._columns
        ]
        return {"rows": self.rows, "columns": columns}


def describe(schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> Description:
    """Describe a whole table."""
    digest = TableDigest(schema)
    for batch in batches:
        digest.update(batch)
    return digest.describe()


def canonical_json(value: object) -> bytes:
    """Write texts, integers, lists and dicts as bytes, in one way only."""
    return _CANONICAL.encode(value).encode()


def digest_of(value: object) -> str:
    return hashlib.sha256(canonical_json(value)).hexdigest()


def text_digest(text: str) -> str:
    """Compute the SHA-256 of a text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def texts_digest(texts: Mapping[str, str]) -> str:
    """Compute the digest of texts by their places, such as the sources that a run's id covers."""
    return digest_of({place: text_digest(text) for place, text in texts.items()})
