"""Marks: keyed 64-bit hashes of texts (SipHash-2-4), by which freeze recognises equal texts without keeping them.

The key is drawn anew for every freeze and kept nowhere, so a mark that is spilled to disk says nothing about the
patient behind it, and nobody can prepare texts that collide. Marks only sort and sieve, or compare rows of one
record with each other; whatever could meet by chance among millions is compared as text besides.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from payengine.kernels.arrays import UInt64
from payengine.kernels.compile import compiled, inlined

EMPTY_TEXT = np.uint64(0)  # the mark of '' and of nothing else
_WORD = 64


@inlined
def rotated(value: Any, by: Any) -> Any:
    """The word turned left by `by` bits."""
    return (value << np.uint64(by)) | (value >> np.uint64(_WORD - by))


@inlined
def sip_round(v0: Any, v1: Any, v2: Any, v3: Any) -> Any:
    """One round of SipHash."""
    v0 = v0 + v1
    v1 = rotated(v1, 13) ^ v0
    v0 = rotated(v0, 32)
    v2 = v2 + v3
    v3 = rotated(v3, 16) ^ v2
    v0 = v0 + v3
    v3 = rotated(v3, 21) ^ v0
    v2 = v2 + v1
    v1 = rotated(v1, 17) ^ v2
    v2 = rotated(v2, 32)
    return v0, v1, v2, v3


@inlined
def siphash(data: Any, start: Any, end: Any, k0: Any, k1: Any) -> Any:
    """SipHash-2-4 (Aumasson and Bernstein 2012) of data[start:end]."""
    v0 = k0 ^ np.uint64(0x736F6D6570736575)
    v1 = k1 ^ np.uint64(0x646F72616E646F6D)
    v2 = k0 ^ np.uint64(0x6C7967656E657261)
    v3 = k1 ^ np.uint64(0x7465646279746573)
    length = end - start
    whole = start + (length // 8) * 8
    at = start
    while at < whole:
        word = np.uint64(0)
        for byte in range(8):
            word |= np.uint64(data[at + byte]) << np.uint64(8 * byte)
        v3 ^= word
        v0, v1, v2, v3 = sip_round(v0, v1, v2, v3)
        v0, v1, v2, v3 = sip_round(v0, v1, v2, v3)
        v0 ^= word
        at += 8
    word = np.uint64(length & 255) << np.uint64(56)
    for byte in range(end - whole):
        word |= np.uint64(data[whole + byte]) << np.uint64(8 * byte)
    v3 ^= word
    v0, v1, v2, v3 = sip_round(v0, v1, v2, v3)
    v0, v1, v2, v3 = sip_round(v0, v1, v2, v3)
    v0 ^= word
    v2 ^= np.uint64(255)
    for _ in range(4):
        v0, v1, v2, v3 = sip_round(v0, v1, v2, v3)
    return v0 ^ v1 ^ v2 ^ v3


@compiled("void(readonly_int32, readonly_uint8, uint64, uint64, uint64[::1])")
def mark_texts(offsets: Any, data: Any, k0: Any, k1: Any, marks: Any) -> None:
    """The mark of every text; `offsets` are Arrow's, one more than texts."""
    for row in range(marks.size):
        if offsets[row] == offsets[row + 1]:
            marks[row] = np.uint64(0)
        else:
            mark = siphash(data, np.int64(offsets[row]), np.int64(offsets[row + 1]), k0, k1)
            marks[row] = mark if mark != np.uint64(0) else np.uint64(1)


@dataclass(frozen=True)
class MarkKey:
    """The key of one freeze's marks."""

    k0: int
    k1: int

    @classmethod
    def fresh(cls) -> MarkKey:
        return cls(secrets.randbits(64), secrets.randbits(64))

    def marks(self, texts: pa.Array) -> UInt64:
        """The mark of each text; `EMPTY_TEXT` exactly for ''."""
        offsets, data = text_buffers(texts)
        marks = np.empty(len(texts), np.uint64)
        mark_texts(offsets, data, np.uint64(self.k0), np.uint64(self.k1), marks)
        return marks


def text_buffers(texts: pa.Array) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint8]]:
    """Offsets and bytes of an Arrow array of strings without nulls, without a copy."""
    _, offsets, data = texts.buffers()
    if offsets is None:
        return np.zeros(len(texts) + 1, np.int32), np.zeros(0, np.uint8)
    starts = np.frombuffer(offsets, np.int32, len(texts) + 1, 4 * texts.offset)
    return starts, np.frombuffer(data, np.uint8) if data is not None else np.zeros(0, np.uint8)
