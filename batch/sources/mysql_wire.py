"""Bulk reading of a MySQL result: from the bytes on the wire into Arrow texts.

PyMySQL makes a Python object of every value, about ten times the time. Here it logs in, sends the statement and reads
the description of the columns; the rows that follow (the text protocol: a packet a row, its values with their lengths
before them) are taken from its socket a few megabytes at a time by a kernel.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pymysql

from payengine.kernels.compile import compiled, inlined

CHUNK = 4 << 20
MOST_ROWS = 65_536
HEADER = 4  # bytes of a packet's header: 3 of length, 1 of number
LONG_PACKET = 0xFFFFFF

# How a call of the kernel ends.
MORE, END, FAILED, BROKEN, FULL, TOO_LONG = range(6)
# Where its state stands.
CONSUMED, ROWS, NUMBER = range(3)


def can_read(connection: Any) -> bool:
    """Tell if this release of PyMySQL keeps its socket and counters where expected."""
    parts = ("_rfile", "_next_seq_id", "_result", "_force_close")
    return all(hasattr(connection, part) for part in parts) and hasattr(connection._rfile, "read1")


@inlined
def length_at(data: Any, at: Any) -> Any:
    """Read the length of a length-encoded value, and its size before the value.

    A length of -1 is NULL, -2 no length at all.
    """
    first = np.int64(data[at])
    if first < 0xFB:
        return first, 1
    if first == 0xFB:
        return np.int64(-1), 1
    if first == 0xFC:
        return np.int64(data[at + 1]) | np.int64(data[at + 2]) << 8, 3
    if first == 0xFD:
        return np.int64(data[at + 1]) | np.int64(data[at + 2]) << 8 | np.int64(data[at + 3]) << 16, 4
    return np.int64(-2), 1


@compiled("int64(uint8[::1], int64, int32[:, ::1], uint8[:, ::1], int64[::1])")
def read_rows(data: Any, end: Any, offsets: Any, texts: Any, state: Any) -> Any:
    """Read whole packets of data[:end] until the result ends or the columns are full.

    Or until no whole packet is left.

    `offsets` (columns x rows + 1) and `texts` (columns x bytes) receive the columns; a NULL becomes an empty text.
    `state` is: bytes consumed, rows read, the number that the next packet must carry. The caller leaves 16 bytes of
    slack behind `end` in `data`, and every column of `texts` holds as many bytes as `data`.
    """
    width, capacity = offsets.shape[0], offsets.shape[1] - 1
    at, row, number = np.int64(0), 0, state[NUMBER]
    outcome = MORE
    while at + HEADER <= end:
        size = np.int64(data[at]) | np.int64(data[at + 1]) << 8 | np.int64(data[at + 2]) << 16
        if np.int64(data[at + 3]) != number:
            outcome = BROKEN
            break
        if size >= LONG_PACKET:
            outcome = TOO_LONG
            break
        begin = at + HEADER
        behind = begin + size
        if behind > end:
            break
        if size == 0:
            outcome = BROKEN
            break
        if data[begin] == 0xFF:
            outcome = FAILED
            break
        if data[begin] == 0xFE and size < 9:
            outcome = END
            at = behind
            break
        if row == capacity:
            outcome = FULL
            break
        value = begin
        for column in range(width):
            if value >= behind:
                outcome = BROKEN
                break
            length, before = length_at(data, value)
            value += before
            if length < -1 or value + max(length, 0) > behind:
                outcome = BROKEN
                break
            to = np.int64(offsets[column, row])
            for n in range(length):
                texts[column, to + n] = data[value + n]
            offsets[column, row + 1] = np.int32(to + max(length, 0))
            value += max(length, 0)
        if outcome == BROKEN or value != behind:
            outcome = BROKEN
            break
        row += 1
        number = (number + 1) & 0xFF
        at = behind
    state[CONSUMED], state[ROWS], state[NUMBER] = at, row, number
    return outcome


def fetch(connection: Any, cursor: Any, statement: str) -> Generator[list[pa.Array], None, None]:
    """Run a select on an unbuffered cursor and stream its columns as texts.

    Batches are of a few tens of thousands of rows.

    To be read to its end: the connection of a reading that is given up is closed.
    """
    cursor.execute(statement)
    result = connection._result
    width = len(cursor.description)
    try:
        yield from _rows(connection, width)
    finally:
        if result.unbuffered_active:  # ended, failed or abandoned: nothing more may be read as rows of this result
            result.unbuffered_active = False
            result.connection = None


def _rows(connection: Any, width: int) -> Iterator[list[pa.Array]]:
    data = np.empty(CHUNK + 16, np.uint8)
    offsets = np.zeros((width, MOST_ROWS + 1), np.int32)
    texts = np.empty((width, CHUNK), np.uint8)
    state = np.array([0, 0, connection._next_seq_id], np.int64)
    filled = 0
    outcome = MORE
    ended = False
    try:
        while outcome != END:
            if outcome == MORE:
                received = _receive(connection, CHUNK - filled)
                data[filled : filled + len(received)] = np.frombuffer(received, np.uint8)
                filled += len(received)
            outcome = read_rows(data, filled, offsets, texts, state)
            consumed, rows = int(state[CONSUMED]), int(state[ROWS])
            if rows:
                yield [_column(offsets[column], texts[column], rows) for column in range(width)]
            left = data[consumed:filled].copy()
            if outcome == FAILED:
                connection._next_seq_id = 0
                ended = True
                pymysql.err.raise_mysql_exception(left[HEADER:].tobytes())
            if outcome in (BROKEN, TOO_LONG) or (outcome == MORE and len(left) == CHUNK):
                raise pymysql.err.OperationalError(2027, "a row is too long or malformed")
            data[: len(left)] = left
            filled = len(left)
        ended = True
    finally:
        if not ended:  # whatever comes next on this connection would be taken for something else
            connection._force_close()


def _receive(connection: Any, most: int) -> bytes:
    """Receive at least one byte, at most as many as are there.

    Waiting for more than the server sends would never end.
    """
    try:
        received: bytes = connection._rfile.read1(most)
    except OSError as error:
        raise pymysql.err.OperationalError(2013, f"Lost connection to the server during the query ({error})") from error
    if not received:
        raise pymysql.err.OperationalError(2013, "Lost connection to the server during the query")
    return received


def _column(offsets: Any, texts: Any, rows: int) -> pa.Array:
    used = offsets[: rows + 1].copy()
    return pa.Array.from_buffers(pa.string(), rows, [None, pa.py_buffer(used), pa.py_buffer(texts[: used[-1]].copy())])
