"""Bounds of the columns in an archive: what would grow beyond measure is refused unread.

Only the files' own directories are read here. Arrow files of a snapshot are never compressed; a Parquet file says how
many rows it holds and how large they are unpacked.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq

from payengine.errors import Problem
from payengine.texts import say

_GROWTH = 256  # times the file's bytes
_SMALL = 64 * 2**20  # bytes that any file may unpack to
_ROWS_OF_A_BYTE, _FEW_ROWS = 64, 2**20
_MAGIC = b"ARROW1"
_BLOCK = 24  # bytes of a batch's place in the footer
_FOOTER_BATCHES, _MESSAGE_HEADER, _BATCH_COMPRESSION = 3, 2, 3  # fields of Arrow's tables


def unbounded(folder: Path) -> Iterator[Problem]:
    """List the Parquet and Arrow files under a folder that would grow beyond measure.

    Raises what their readers raise for files that are none of theirs.
    """
    for file in sorted(folder.rglob("*")):
        size = file.stat().st_size
        if file.suffix == ".parquet":
            with pq.ParquetFile(file) as opened:
                told = opened.metadata
                groups = [told.row_group(number) for number in range(told.num_row_groups)]
                unpacked, rows = sum(one.total_byte_size for one in groups), sum(one.num_rows for one in groups)
            grows = unpacked > _GROWTH * size + _SMALL or rows > _ROWS_OF_A_BYTE * size + _FEW_ROWS
        elif file.suffix == ".arrow":
            grows = _is_compressed(file, size)
        else:
            continue
        if grows:
            yield Problem(say("would grow beyond measure when it is read"), file.relative_to(folder).as_posix())


def _is_compressed(file: Path, size: int) -> bool:
    """Tell if batches of an Arrow file are compressed, or larger than the file."""
    with file.open("rb") as opened:
        opened.seek(max(0, size - 10))
        end = opened.read(10)
        length = struct.unpack("<i", end[:4])[0]
        if end[4:] != _MAGIC or not 0 < length <= size - 10:
            raise ValueError(say("its end is missing or was changed"))
        opened.seek(size - 10 - length)
        footer = opened.read(length)
        place = _field(footer, _root(footer), _FOOTER_BATCHES)
        if place is None:
            return False
        begin = place + _number("<I", footer, place)
        count = _number("<I", footer, begin)
        if count * _BLOCK > length:
            raise ValueError(say("its end is missing or was changed"))
        total = 0
        for number in range(count):
            offset, of_head, body = struct.unpack_from("<qi4xq", footer, begin + 4 + number * _BLOCK)
            if not (0 <= offset < size and 8 < of_head <= size and 0 <= body <= size):
                raise ValueError(say("its end is missing or was changed"))
            total += body
            opened.seek(offset)
            head = opened.read(of_head)[8:]
            where = _field(head, _root(head), _MESSAGE_HEADER)
            if where is None:
                raise ValueError(say("its end is missing or was changed"))
            if _field(head, where + _number("<I", head, where), _BATCH_COMPRESSION) is not None:
                return True
        return total > size


def _root(buffer: bytes) -> int:
    return _number("<I", buffer, 0)


def _field(buffer: bytes, table: int, number: int) -> int | None:
    """Find where a field of a flatbuffer's table stands; None where it is not set."""
    names = table - _number("<i", buffer, table)
    if names < 0:
        raise ValueError(say("its end is missing or was changed"))
    if 4 + 2 * number >= _number("<H", buffer, names):
        return None
    offset = _number("<H", buffer, names + 4 + 2 * number)
    return table + offset if offset else None


def _number(form: str, buffer: bytes, place: int) -> int:
    try:
        return int(struct.unpack_from(form, buffer, place)[0])
    except struct.error as error:
        raise ValueError(say("its end is missing or was changed")) from error
