"""Keyed 64-bit hashes (SipHash-2-4), to recognise equal texts without keeping them.

The key of patients is drawn anew for every freeze and kept nowhere, so a hash that is spilled to disk says nothing
about the patient behind it. Hashes only sort, count, or compare rows of one record with each other; texts that could
collide by chance among millions are compared themselves as well.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from batch.arrow_columns import text_buffers
from payengine.kernels.arrays import UInt64
from payengine.kernels.compile import compiled, inlined, interpreted

# Record ids of one month are looked for among those of another (`batch/snapshot/record_ids.py`), so that their hashes
# need the same key in every freeze: one that hides nothing. They name services, and no patient.
RECORD_KEY_WORDS = (0x7265636F72645F69, 0x645F686173686573)

EMPTY_TEXT = np.uint64(0)  # the hash of '' and of nothing else
_WORD = 64
_STATE = (0x736F6D6570736575, 0x646F72616E646F6D, 0x6C7967656E657261, 0x7465646279746573)
MOST_LENGTHS = 32  # of texts hashed without a kernel


@inlined
def rotated(value: Any, by: Any) -> Any:
    """Rotate a word left by `by` bits."""
    return (value << np.uint64(by)) | (value >> np.uint64(_WORD - by))


@inlined
def sip_round(v0: Any, v1: Any, v2: Any, v3: Any) -> Any:
    """Mix the state by one round of SipHash."""
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
    """Hash data[start:end] by SipHash-2-4 (Aumasson and Bernstein 2012)."""
    v0 = k0 ^ np.uint64(_STATE[0])
    v1 = k1 ^ np.uint64(_STATE[1])
    v2 = k0 ^ np.uint64(_STATE[2])
    v3 = k1 ^ np.uint64(_STATE[3])
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


def hash_in_numpy(offsets: Any, data: Any, k0: Any, k1: Any, hashes: Any) -> Any:
    """Hash texts as the kernel does, those of one length together, if they are of few lengths."""
    lengths = np.diff(offsets)
    different = np.unique(lengths).tolist()
    if len(different) > MOST_LENGTHS:
        return NotImplemented
    for length in different:
        rows = np.flatnonzero(lengths == length)
        if length == 0:
            hashes[rows] = EMPTY_TEXT
            continue
        cells = np.zeros((rows.size, length // 8 + 1), "<u8")
        cells.view(np.uint8)[:, :length] = data[offsets[rows][:, None] + np.arange(length)]
        words = np.ascontiguousarray(cells.T).astype(np.uint64)
        words[-1] |= np.uint64((length & 255) << 56)
        found = _sip_words(words, k0, k1)
        hashes[rows] = np.where(found == EMPTY_TEXT, np.uint64(1), found)
    return None


def _sip_words(words: Any, k0: Any, k1: Any) -> Any:
    """Hash columns of words, the last with the length in its highest byte."""
    mix = interpreted(sip_round)
    state = [
        np.full(words.shape[1], key ^ np.uint64(start), np.uint64)
        for key, start in zip((k0, k1) * 2, _STATE, strict=True)
    ]
    for word in words:
        state[3] ^= word
        for _ in range(2):
            state = [*mix(*state)]
        state[0] = state[0] ^ word
    state[2] = state[2] ^ np.uint64(255)
    for _ in range(4):
        state = [*mix(*state)]
    return state[0] ^ state[1] ^ state[2] ^ state[3]


@compiled("void(readonly_int32, readonly_uint8, uint64, uint64, uint64[::1])", otherwise=hash_in_numpy)
def hash_texts(offsets: Any, data: Any, k0: Any, k1: Any, hashes: Any) -> None:
    """Hash every text; `offsets` are Arrow's, one more than texts."""
    for row in range(hashes.size):
        if offsets[row] == offsets[row + 1]:
            hashes[row] = EMPTY_TEXT
        else:
            found = siphash(data, np.int64(offsets[row]), np.int64(offsets[row + 1]), k0, k1)
            hashes[row] = found if found != EMPTY_TEXT else np.uint64(1)


@dataclass(frozen=True)
class HashKey:
    """Key of one freeze's hashes."""

    k0: int
    k1: int

    @classmethod
    def of_record_ids(cls) -> HashKey:
        """Give the key of record ids, the same in every freeze."""
        return cls(*RECORD_KEY_WORDS)

    @classmethod
    def fresh(cls) -> HashKey:
        """Draw a new key."""
        return cls(secrets.randbits(64), secrets.randbits(64))

    def hashes(self, texts: pa.Array) -> UInt64:
        """Hash each text; the result is `EMPTY_TEXT` exactly for ''."""
        offsets, data = text_buffers(texts)
        hashes = np.empty(len(texts), np.uint64)
        hash_texts(offsets, data, np.uint64(self.k0), np.uint64(self.k1), hashes)
        return hashes
