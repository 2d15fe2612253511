"""Pseudonyms of patients as a snapshot keeps them, and dates of death.

A snapshot keeps a patient only in rows of limited items, as 128 bits: HMAC-SHA256 of the patient's code under the
county's key, so that nobody without the key can search for a person; or, where the source gives pseudonyms already,
SHA-256 of the pseudonym. Names never enter.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from batch.arrow_columns import integers
from batch.text_hashes import HashKey
from payengine.errors import Refused
from payengine.kernels.arrays import Int32, UInt8, UInt64
from payengine.kernels.compile import compiled
from payengine.texts import say

HMAC, AS_GIVEN = "hmac", "as given"
KEPT_BYTES, KEY_BLOCK = 16, 64  # of a digest; of a block that SHA-256 takes in
NOBODY = bytes(KEPT_BYTES)
FEW = 20_000  # hashes that Python places in the time that the kernel takes to compile


class Pseudonyms:
    """Pseudonymisation of patient codes into the 128 bits that a snapshot keeps."""

    def __init__(self, privacy: str, key: bytes | None) -> None:
        if privacy not in (HMAC, AS_GIVEN):
            raise ValueError(f"privacy {privacy!r}")
        if privacy == HMAC and not key:
            raise Refused(
                say("patients are to be keyed-hashed, and there is no key"),
                remedy=say(
                    "Set PAYENGINE_PATIENT_KEY, or key_file under [privacy] in payengine.toml (outside the workspace); "
                    'write patient = "as given" only if the source gives pseudonyms already.'
                ),
            )
        self.privacy = privacy
        self._digest = _sha256 if privacy == AS_GIVEN else _keyed(key or b"")

    def of(self, patients: pa.Array) -> tuple[UInt64, UInt64]:
        """Give the upper and the lower 64 bits of each patient's pseudonym; 0, 0 for ''."""
        encoded = patients.dictionary_encode()
        texts, digest = encoded.dictionary.cast(pa.binary()).to_pylist(), self._digest
        digests = b"".join([digest(text)[:KEPT_BYTES] if text else NOBODY for text in texts])
        halves = np.frombuffer(digests, ">u8").astype(np.uint64).reshape(-1, 2)
        index = np.asarray(encoded.indices)
        return np.ascontiguousarray(halves[index, 0]), np.ascontiguousarray(halves[index, 1])


def _sha256(text: bytes) -> bytes:
    return hashlib.sha256(text).digest()


def _keyed(key: bytes) -> Callable[[bytes], bytes]:
    """Make the function that computes HMAC-SHA-256 under a key (RFC 2104).

    It begins from states that have taken in the key once: hmac.digest does so for every text, in twice the time.
    """
    block = (_sha256(key) if len(key) > KEY_BLOCK else key).ljust(KEY_BLOCK, b"\0")
    inner, outer = (hashlib.sha256(bytes(byte ^ pad for byte in block)) for pad in (0x36, 0x5C))
    begin_inner, begin_outer = inner.copy, outer.copy

    def digest(text: bytes) -> bytes:
        inside, outside = begin_inner(), begin_outer()
        inside.update(text)
        outside.update(inside.digest())
        return outside.digest()

    return digest


def find_in_numpy(hashes: Any, slots: Any, places: Any, found: Any) -> None:
    """Find hashes as the kernel does."""
    mask = np.uint64(slots.size - 1)
    found[:] = -1
    rows = np.flatnonzero(hashes)
    slot = hashes[rows] & mask
    while rows.size:
        there = slots[slot]
        met = there == hashes[rows]
        found[rows[met]] = places[slot[met]]
        further = ~met & (there != 0)
        rows, slot = rows[further], (slot[further] + np.uint64(1)) & mask


@compiled("void(readonly_uint64, readonly_uint64, readonly_int32, int32[::1])", otherwise=find_in_numpy)
def find_hashes(hashes: Any, slots: Any, places: Any, found: Any) -> None:
    """Find the place of each hash in a table of open addressing; -1 where it is not in it."""
    mask = np.uint64(slots.size - 1)
    for row in range(hashes.size):
        wanted = hashes[row]
        slot = wanted & mask
        while slots[slot] != np.uint64(0) and slots[slot] != wanted:
            slot = (slot + np.uint64(1)) & mask
        found[row] = places[slot] if wanted != np.uint64(0) and slots[slot] == wanted else -1


def place_few(hashes: Any, slots: Any, places: Any) -> Any:
    """Place hashes as the kernel does, if they are few."""
    if hashes.size > FEW:
        return NotImplemented
    taken = {}
    for row, wanted in enumerate(hashes.tolist()):
        slot = wanted & (slots.size - 1)
        while slot in taken:
            slot = (slot + 1) & (slots.size - 1)
        taken[slot] = row
    slots[list(taken)] = hashes[list(taken.values())]
    places[list(taken)] = list(taken.values())
    return None


@compiled("void(readonly_uint64, uint64[::1], int32[::1])", otherwise=place_few)
def place_hashes(hashes: Any, slots: Any, places: Any) -> None:
    """Fill a table of open addressing with hashes that all differ.

    Its size is a power of two, and at least half of it stays free.
    """
    mask = np.uint64(slots.size - 1)
    for row in range(hashes.size):
        slot = hashes[row] & mask
        while slots[slot] != np.uint64(0):
            slot = (slot + np.uint64(1)) & mask
        slots[slot] = hashes[row]
        places[slot] = row


class FreezeKeys(NamedTuple):
    """Keys of one freeze by several processes, made of the patient key and a drawn number.

    `hashes` is that of patients in spools, `digests` that of patients who died; `check` shows others that they have
    the same patient key, and tells nobody what it is.
    """

    hashes: HashKey
    digests: bytes
    check: str

    @classmethod
    def of(cls, patient_key: bytes | None, number: str) -> FreezeKeys:
        """Make the keys; without a patient key patients are pseudonyms, which no key need hide."""

        def made(what: str) -> bytes:
            return hmac.digest(patient_key or b"as given", f"payengine freeze {number}: {what}".encode(), "sha256")

        words = made("hashes")
        key = HashKey(int.from_bytes(words[:8], "big"), int.from_bytes(words[8:16], "big"))
        return cls(key, made("digests"), made("check").hex())


class Deaths:
    """Dates of death by patient: the table `patient`."""

    def __init__(self, table: pa.Table, key: HashKey) -> None:
        patients = table["patient"].combine_chunks()
        self._place(patients, key.hashes(patients), integers(table, "died", np.int32))

    def _place(self, patients: pa.Array, hashes: UInt64, died: Int32) -> None:
        self._patients, self._died = patients, died
        size = 1 << max(1, 2 * len(patients)).bit_length()
        self._slots = np.zeros(size, np.uint64)
        self._places = np.zeros(size, np.int32)
        place_hashes(hashes, self._slots, self._places)

    def after_death(self, patients: pa.Array, hashes: UInt64, day: Int32) -> UInt8:
        """Tell, as 0 or 1, if each day is later than the death of that row's patient."""
        late = np.zeros(day.size, np.uint8)
        if not len(self._patients):
            return late
        found = np.empty(day.size, np.int32)
        find_hashes(hashes, self._slots, self._places, found)
        rows = np.flatnonzero(found >= 0)
        rows = rows[day[rows] > self._died[found[rows]]]
        if rows.size:  # few: now the texts themselves are compared
            same = pc.equal(self._patients.take(pa.array(found[rows])), self._named(patients.take(pa.array(rows))))
            late[rows[np.asarray(same.to_numpy(zero_copy_only=False), bool)]] = 1
        return late

    def _named(self, patients: pa.Array) -> pa.Array:
        """Give patients as this table names them."""
        return patients


class DigestedDeaths(Deaths):
    """Dates of death by keyed digest, for processes that are given no patient's code."""

    def __init__(self, table: pa.Table, key: bytes) -> None:
        """Take a table that `digested` made with this key."""
        self._key = key
        died, hashes = integers(table, "died", np.int32), integers(table, "hash", np.uint64)
        self._place(table["digest"].combine_chunks(), hashes, died)

    @staticmethod
    def digested(table: pa.Table, keys: FreezeKeys) -> pa.Table:
        """Put hashes and digests in the place of the patients of the table `patient`."""
        patients = table["patient"].combine_chunks()
        digests = _digests(patients, keys.digests)
        return pa.table({"hash": keys.hashes.hashes(patients), "digest": digests, "died": table["died"]})

    def _named(self, patients: pa.Array) -> pa.Array:
        return _digests(patients, self._key)


def _digests(patients: pa.Array, key: bytes) -> pa.Array:
    return pa.array([hmac.digest(key, text.encode(), "sha256") for text in patients.to_pylist()], pa.binary())
