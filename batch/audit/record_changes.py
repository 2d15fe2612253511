"""Service records that were added, removed or changed between two snapshots.

A record is known by its id and compared as its snapshots hold it: the rows of its persons with date, institution, item,
quantity, share, reversal and, where an item has a limit, patient. Ids and rows are compared by 64-bit hashes, some
millions at a time, so that memory does not grow with the number of records; no patient is told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from batch.arrow_columns import numbers, numbers_of
from batch.snapshot.codes import Codes
from batch.snapshot.schemas import LIMITED
from batch.snapshot.snapshot import Part, Snapshot
from batch.text_hashes import HashKey
from payengine.exact.amounts import decimal_text
from payengine.kernels.arrays import Int32, UInt64
from payengine.periods import from_day_number

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
COUNTS_ONLY = ""  # in the place of an institution: records of earlier months, which count in limits only
ROWS_AT_ONCE = 2_000_000  # rows of one snapshot that are compared at a time: 40 MB, twice that while they are sorted
MOST_LISTED = 200  # records; where more differ, and of two periods, they are counted and none is listed
NO_NUMBER = -(2**63)
_WHOLE = ("hot", "records", "limited", "limited_records", "rejected")  # where these and
_CODING = ("institution", "staff", "engagement", "service_item")  # what their codes mean are equal, so are the records
_KEY = HashKey.of_record_ids()
_ODD = np.uint64(0x9E3779B97F4A7C15)  # 2**64 over the golden ratio, as SplitMix64 has it

Counts = tuple[int, int, int]  # added, removed, changed


@dataclass(frozen=True)
class RecordVersion:
    """Row of a record as a snapshot holds it."""

    institution: str
    staff: str
    day: str
    item: str
    quantity: str
    share: str
    reverses: str
    reason: str = ""  # why the freeze rejected it; '' where it was kept

    def as_json(self) -> dict[str, Any]:
        return dict(vars(self))


@dataclass(frozen=True)
class RecordChange:
    """Record that differs, with its rows on both sides."""

    record: str
    change: str
    before: tuple[RecordVersion, ...]
    after: tuple[RecordVersion, ...]

    def as_json(self) -> dict[str, Any]:
        sides = {"before": self.before, "after": self.after}
        told = {name: [row.as_json() for row in rows] for name, rows in sides.items()}
        return {"record": self.record, "change": self.change, **told}


@dataclass(frozen=True)
class RecordChanges:
    """Numbers of records that were added, removed and changed, by institution.

    `COUNTS_ONLY` stands for the records of earlier months. `records` lists those that differ if they are few.
    """

    by_institution: Mapping[str, Counts] = field(default_factory=dict)
    records: Sequence[RecordChange] = ()

    @property
    def total(self) -> Counts:
        """Records of the period itself that were added, removed and changed."""
        own = [counts for code, counts in self.by_institution.items() if code != COUNTS_ONLY]
        added, removed, changed = (sum(each) for each in zip(*own, strict=True)) if own else (0, 0, 0)
        return added, removed, changed

    @property
    def counting(self) -> Counts:
        """Records of earlier months, which count in limits only."""
        return self.by_institution.get(COUNTS_ONLY, (0, 0, 0))

    def as_json(self) -> dict[str, Any]:
        return {
            **_counts_json(self.total), "counting_only": _counts_json(self.counting),
            "institutions": [
                {"institution": code.strip(), **_counts_json(counts)}
                for code, counts in self.by_institution.items()
                if code != COUNTS_ONLY
            ],
            "records": [one.as_json() for one in self.records],
        }  # fmt: skip


def record_changes(before: Snapshot, after: Snapshot) -> RecordChanges:
    """Compare the service records of two snapshots."""
    if all(before.logical.get(name) == after.logical.get(name) for name in _WHOLE) and all(
        before.logical["tables"].get(name) == after.logical["tables"].get(name) for name in _CODING
    ):
        return RecordChanges()
    places = _Places()
    rows = max(map(_rows, (before, after)))
    passes = max(1, -(-rows // ROWS_AT_ONCE))
    counts: dict[str, Counter[int]] = {name: Counter() for name in (ADDED, REMOVED, CHANGED)}
    differing: list[UInt64] = []
    for number in range(passes):
        sides = [_side(snapshot, places, number, passes) for snapshot in (before, after)]
        for name, hashes, institutions in _differences(*sides):
            found, times = np.unique(institutions, return_counts=True)
            counts[name].update(dict(zip(found.tolist(), times.tolist(), strict=True)))
            differing.append(hashes[: MOST_LISTED + 1])
    few = np.unique(np.concatenate(differing)) if differing else np.empty(0, np.uint64)
    by_place = {
        place: (counts[ADDED][place], counts[REMOVED][place], counts[CHANGED][place])
        for place in {*counts[ADDED], *counts[REMOVED], *counts[CHANGED]}
    }
    told = {places.texts[place]: each for place, each in by_place.items()}
    listed = _listed(before, after, few) if 0 < len(few) <= MOST_LISTED and before.period == after.period else []
    return RecordChanges(dict(sorted(told.items(), key=lambda each: each[0].encode())), listed)


class _Places:
    """Numbers for the institutions of both snapshots, those that no table knows included."""

    def __init__(self) -> None:
        self.texts = [COUNTS_ONLY]
        self._numbers = {COUNTS_ONLY: 0}

    def of(self, texts: pa.Array) -> Int32:
        """Number each text. A row without an institution stands under its own text, a blank."""
        coded = texts.dictionary_encode()
        own = []
        for text in coded.dictionary.to_pylist():
            shown = text or " "
            if shown not in self._numbers:
                self._numbers[shown] = len(self.texts)
                self.texts.append(shown)
            own.append(self._numbers[shown])
        numbered: Int32 = np.asarray(own, np.int32)[coded.indices.to_numpy(zero_copy_only=False)]
        return numbered


@dataclass(frozen=True)
class _Piece:
    """Some rows of a snapshot: record ids, and what is compared as 64-bit numbers.

    `patients` are the two halves of a patient's number, which a snapshot keeps for limits only: None of other rows.
    `told` makes rows to be listed of places in the piece.
    """

    ids: pa.Array
    institutions: Int32
    columns: Sequence[npt.NDArray[Any]]
    patients: Sequence[npt.NDArray[Any]] | None
    told: Callable[[list[int]], list[RecordVersion]]


def _rows(snapshot: Snapshot) -> int:
    parts = [*snapshot.hot_parts(), *snapshot.limited_parts()]
    return sum(part.rows for part in parts) + int(snapshot.logical["rejected"]["rows"])


@dataclass(frozen=True)
class _Side:
    """Records of a snapshot, each once, in the order of the hashes of their ids.

    `rows` are the hashes of all their rows, added up, for these come in any order; `patients` those of the records of
    limited items, by the hashes of their ids: no other row of a snapshot has one.
    """

    ids: UInt64
    rows: UInt64
    institutions: Int32
    limited_ids: UInt64
    patients: UInt64


def _side(snapshot: Snapshot, places: _Places, number: int, passes: int) -> _Side:
    """Gather the records of one pass."""
    every: tuple[list[Any], ...] = ([], [], [])
    limited: tuple[list[Any], ...] = ([], [])
    for piece in _pieces(snapshot, places):
        ids = _KEY.hashes(piece.ids)
        own: Any = slice(None) if passes == 1 else np.flatnonzero(ids % np.uint64(passes) == np.uint64(number))
        compared: tuple[npt.NDArray[Any], ...] = (ids, _mixed(piece.columns), piece.institutions)
        for column, values in zip(every, compared, strict=True):
            column.append(values[own])
        if piece.patients is not None:
            for column, values in zip(limited, (ids, _mixed(piece.patients)), strict=True):
                column.append(values[own])
    ids, order, starts = _grouped(_put_together(every[0], np.uint64))
    rows = _put_together(every[1], np.uint64)[order]
    institutions = _put_together(every[2], np.int32)[order]
    limited_ids, of_limited, first = _grouped(_put_together(limited[0], np.uint64))
    patients = _put_together(limited[1], np.uint64)[of_limited]
    return _Side(
        ids, np.add.reduceat(rows, starts) if ids.size else rows,
        np.minimum.reduceat(institutions, starts) if ids.size else institutions,
        limited_ids, patients[first],
    )  # fmt: skip


def _put_together(pieces: list[Any], kind: type[np.integer[Any]]) -> npt.NDArray[Any]:
    """Concatenate pieces, and let them go."""
    whole = np.concatenate([np.empty(0, kind), *pieces])
    pieces.clear()
    return whole


def _grouped(ids: UInt64) -> tuple[UInt64, npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Sort hashes: each once, their order, and where each begins in it."""
    order = np.argsort(ids, kind="stable")
    ordered = ids[order]
    starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])[: ids.size])
    return ordered[starts], order, starts


def _shared(before: UInt64, after: UInt64) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Find the hashes that both ascending lists hold: their places in both."""
    if not after.size:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    place = np.minimum(np.searchsorted(after, before), after.size - 1)
    old = np.flatnonzero(after[place] == before)
    return old, place[old]


def _differences(before: _Side, after: _Side) -> Iterator[tuple[str, UInt64, Int32]]:
    """Give the hashes and institutions of records added, removed and changed.

    A patient is compared where both sides know one: a row that was rejected has none.
    """
    old, new = _shared(before.ids, after.ids)
    changed = before.rows[old] != after.rows[new]
    limited_old, limited_new = _shared(before.limited_ids, after.limited_ids)
    other = before.patients[limited_old] != after.patients[limited_new]
    changed |= np.isin(after.ids[new], after.limited_ids[limited_new[other]])
    for name, side, chosen in (
        (ADDED, after, _all_but(after.ids.size, new)),
        (REMOVED, before, _all_but(before.ids.size, old)),
        (CHANGED, after, new[changed]),
    ):
        if chosen.size:
            yield name, side.ids[chosen], side.institutions[chosen]


def _all_but(size: int, places: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    left = np.ones(size, bool)
    left[places] = False
    return np.flatnonzero(left)


def _listed(before: Snapshot, after: Snapshot, hashes: UInt64) -> list[RecordChange]:
    """Read the records of some hashes again, with their rows on both sides, by their ids."""
    found: dict[str, tuple[list[RecordVersion], list[RecordVersion]]] = {}
    for side, snapshot in enumerate((before, after)):
        for piece in _pieces(snapshot, _Places()):
            rows = np.flatnonzero(np.isin(_KEY.hashes(piece.ids), hashes)).tolist()
            if rows:
                ids = piece.ids.take(pa.array(rows)).to_pylist()
                for record, version in zip(ids, piece.told(rows), strict=True):
                    found.setdefault(record, ([], []))[side].append(version)
    return [
        RecordChange(record, ADDED if not old else REMOVED if not new else CHANGED, _sorted(old), _sorted(new))
        for record, (old, new) in sorted(found.items(), key=lambda each: each[0].encode())
    ]


def _sorted(rows: list[RecordVersion]) -> tuple[RecordVersion, ...]:
    return tuple(sorted(rows, key=lambda row: (row.staff.encode(), row.quantity, row.reason)))


def _mixed(columns: Sequence[npt.NDArray[Any]]) -> UInt64:
    """Hash rows of numbers to 64 bits each, by the finisher of SplitMix64 after every column."""
    mixed = np.full(len(columns[0]), _ODD, np.uint64)
    for column in columns:
        mixed += column.astype(np.int64, copy=False).view(np.uint64) if column.dtype != np.uint64 else column
        mixed += _ODD
        mixed ^= mixed >> np.uint64(30)
        mixed *= np.uint64(0xBF58476D1CE4E5B9)
        mixed ^= mixed >> np.uint64(27)
        mixed *= np.uint64(0x94D049BB133111EB)
        mixed ^= mixed >> np.uint64(31)
    return mixed


def _pieces(snapshot: Snapshot, places: _Places) -> Iterator[_Piece]:
    """Read all rows of a snapshot, a row group at a time."""
    owners = _Owners(snapshot, places)
    yield from _hot(snapshot, owners)
    yield from _limited(snapshot, owners)
    for batch in snapshot.rejected():
        texts = {name: batch[name] for name in ("institution", "staff", "item", "reverses")}
        days = numbers(batch, "service_date")
        given = [numbers_of(batch[name], np.int64, NO_NUMBER) for name in ("quantity", "share")]
        hashes = {name: _KEY.hashes(column) for name, column in texts.items()}
        yield _Piece(
            batch["record_id"], places.of(texts["institution"]),
            [hashes["institution"], hashes["staff"], hashes["item"], days, *given, hashes["reverses"]], None,
            _teller(batch, batch["institution"], batch["staff"], batch["item"], batch["reason"]),
        )  # fmt: skip


class _Owners:
    """Institution, staff and item of coded rows, as texts, numbers and hashes."""

    def __init__(self, snapshot: Snapshot, places: _Places) -> None:
        coding = snapshot.coding
        self.institutions, self.staff, self.items = coding.institutions, coding.staff, coding.items
        self.institution_of, self.staff_of, self.item_of = (
            coding.institution_of_owner, coding.staff_of_owner, coding.item_of_row
        )  # fmt: skip
        self.place = places.of(self.institutions.values)
        self.institution_hash, self.staff_hash, self.item_hash = (
            _hashes_of(codes) for codes in (self.institutions, self.staff, self.items)
        )

    def columns(self, owners: npt.NDArray[Any], items: npt.NDArray[Any]) -> list[npt.NDArray[Any]]:
        """Give the hashes of institution, staff and item; -1 as a place of staff is the hash of ''."""
        return [
            self.institution_hash[self.institution_of[owners]], self.staff_hash[self.staff_of[owners]],
            self.item_hash[items],
        ]  # fmt: skip

    def texts(self, owners: npt.NDArray[Any], items: npt.NDArray[Any]) -> tuple[pa.Array, pa.Array, pa.Array]:
        return (
            self.institutions.texts(self.institution_of[owners]), self.staff.texts(self.staff_of[owners]),
            self.items.texts(items),
        )  # fmt: skip


def _hashes_of(codes: Codes) -> UInt64:
    """Hash each code; the last place, which -1 names, is the hash of the empty text."""
    return np.append(_KEY.hashes(codes.values), np.uint64(0))


def _hot(snapshot: Snapshot, owners: _Owners) -> Iterator[_Piece]:
    for part, beside in zip(snapshot.hot_parts(), snapshot.records_parts(), strict=True):
        with part.open() as reader, pq.ParquetFile(beside, pre_buffer=False) as records:
            for number in range(reader.num_record_batches):
                batch = reader.get_batch(number)
                owner = numbers(batch, "engagement").astype(np.int64)
                item = owners.item_of[numbers(batch, "item_row")]
                yield _coded(records.read_row_group(number), owner, item, owners, None, None)


def _limited(snapshot: Snapshot, owners: _Owners) -> Iterator[_Piece]:
    for part, beside in zip(snapshot.limited_parts(), snapshot.limited_records_parts(), strict=True):
        columns = _columns(part)
        item = owners.item_of[columns["item_row"]]
        patients = [columns["patient_hi"], columns["patient_lo"]]
        owner = columns["engagement"].astype(np.int64)
        yield _coded(pq.read_table(beside), owner, item, owners, patients, columns["counting_only"])


def _columns(part: Part) -> dict[str, npt.NDArray[Any]]:
    """Copy what is compared of a part's coded columns; the file is closed again."""
    names = ("engagement", "item_row", "patient_hi", "patient_lo", "counting_only")
    kinds = {name: LIMITED.field(name).type.to_pandas_dtype() for name in names}
    with part.open() as reader:
        batches = [reader.get_batch(number) for number in range(reader.num_record_batches)]
        return {
            name: np.concatenate([np.empty(0, kinds[name]), *(batch.column(name).to_numpy() for batch in batches)])
            for name in names
        }


def _coded(
    texts: pa.Table, owner: npt.NDArray[Any], item: npt.NDArray[Any], owners: _Owners,
    patients: list[npt.NDArray[Any]] | None, counting: npt.NDArray[Any] | None,
) -> _Piece:  # fmt: skip
    """Make a piece of coded rows and the texts beside them."""
    (batch,) = texts.combine_chunks().to_batches() or [pa.RecordBatch.from_pylist([], texts.schema)]
    place = owners.place[owners.institution_of[owner]]
    if counting is not None:
        place = np.where(counting != 0, 0, place).astype(np.int32)
    days = numbers(batch, "service_date")
    given = [numbers(batch, name) for name in ("quantity", "share")]
    columns = [*owners.columns(owner, item), days, *given, _KEY.hashes(batch["reverses"])]

    def told(rows: list[int]) -> list[RecordVersion]:
        chosen = owners.texts(owner[rows], item[rows])
        return _teller(batch.take(pa.array(rows)), *chosen, None)(list(range(len(rows))))

    return _Piece(batch["record_id"], place, columns, patients, told)


def _teller(
    batch: pa.RecordBatch, institutions: pa.Array, staff: pa.Array, items: pa.Array, reasons: pa.Array | None
) -> Callable[[list[int]], list[RecordVersion]]:
    """Make a function that writes rows of a batch as texts."""

    def told(rows: list[int]) -> list[RecordVersion]:
        return [
            RecordVersion(
                institutions[row].as_py(), staff[row].as_py(), str(from_day_number(batch["service_date"][row].as_py())),
                items[row].as_py(), _decimal(batch["quantity"][row].as_py(), 2),
                _decimal(batch["share"][row].as_py(), 4), batch["reverses"][row].as_py(),
                "" if reasons is None else reasons[row].as_py(),
            )
            for row in rows
        ]  # fmt: skip

    return told


def _decimal(value: int | None, scale: int) -> str:
    return "" if value is None else decimal_text(value, scale, least=0)


def _counts_json(counts: Counts) -> dict[str, int]:
    return dict(zip((ADDED, REMOVED, CHANGED), counts, strict=True))
