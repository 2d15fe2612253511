"""Kernels of freeze compared with plain Python, and the pieces that rows stream through."""

from __future__ import annotations

import tempfile
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batch.background import BackgroundWorker
from batch.freeze.records.consistency import ORDER, compare
from batch.freeze.records.counting_filter import MORE, NEVER, ONCE, CountingFilter
from batch.freeze.records.eligibility import (
    DUPLICATE_ROW,
    ELIGIBLE,
    EMPTY,
    INCONSISTENT_RECORD,
    RowColumns,
    check_eligibility,
)
from batch.freeze.records.patients import Deaths
from batch.freeze.records.record_rules import JOINT, OF_ROLES, OWN_WORK, UNKNOWN, RecordRules
from batch.freeze.records.team_rows import expand
from batch.freeze.sorting import external_sort as buckets
from batch.freeze.sorting.duckdb_sort import sorter
from batch.freeze.sorting.external_sort import UnsortedRows, in_order
from batch.freeze.sorting.groups import begins, last_group, starts_of, whole_groups
from batch.input_tables import REASONS
from batch.snapshot.codes import ONE
from batch.snapshot.part_writer import even
from batch.text_hashes import HashKey
from payengine.periods import Period, day_number
from tests.support.freeze_case import Given, checked_reference, engagement, item, reference

WORD = 2**64 - 1
OCTOBER = Period.parse("2026-10")
DAY = day_number(OCTOBER.first_day)


# --- hashes -----------------------------------------------------------------------------------------------------


def siphash(k0: int, k1: int, data: bytes) -> int:
    """SipHash-2-4 as its paper describes it."""
    v = [k0 ^ 0x736F6D6570736575, k1 ^ 0x646F72616E646F6D, k0 ^ 0x6C7967656E657261, k1 ^ 0x7465646279746573]

    def left(value: int, by: int) -> int:
        return (value << by | value >> (64 - by)) & WORD

    def rounds(times: int) -> None:
        for _ in range(times):
            for a, b, c, d, first, second in ((0, 1, 2, 3, 13, 16), (2, 1, 0, 3, 17, 21)):
                v[a] = (v[a] + v[b]) & WORD
                v[c] = (v[c] + v[d]) & WORD
                v[b] = left(v[b], first) ^ v[a]
                v[d] = left(v[d], second) ^ v[c]
                v[a] = left(v[a], 32)

    padded = data + bytes(7 - len(data) % 8) + bytes([len(data) % 256])
    for start in range(0, len(padded), 8):
        word = int.from_bytes(padded[start : start + 8], "little")
        v[3] ^= word
        rounds(2)
        v[0] ^= word
    v[2] ^= 0xFF
    rounds(4)
    return v[0] ^ v[1] ^ v[2] ^ v[3]


def test_the_hash_is_siphash_of_the_paper() -> None:
    """The vector of the paper's appendix: key 00..0f, input 00..0e."""
    key = HashKey(0x0706050403020100, 0x0F0E0D0C0B0A0908)
    assert int(key.hashes(pa.array([bytes(range(15)).decode()]))[0]) == 0xA129CA6149BE45E5


@given(st.lists(st.text(max_size=40)), st.integers(0, WORD), st.integers(0, WORD), st.data())
def test_hashes_equal_plain_python(texts: list[str], k0: int, k1: int, data: st.DataObject) -> None:
    """The hashes equal plain Python, also of slices; 0 is the hash of the empty text only."""
    start = data.draw(st.integers(0, len(texts)))
    hashes = HashKey(k0, k1).hashes(pa.array(texts, pa.string()).slice(start))
    assert [int(found) for found in hashes] == [siphash(k0, k1, text.encode()) if text else 0 for text in texts[start:]]


# --- counting filter --------------------------------------------------------------------------------------------


@given(st.lists(st.integers(1, 40)), st.lists(st.integers(1, 40)), st.sampled_from([64, 2**16]))
def test_the_filter_never_says_less_than_was_counted(counted: list[int], twice: list[int], cells: int) -> None:
    id_counts = CountingFilter(len(counted), cells)
    spread = 0x9E3779B97F4A7C15
    id_counts.count(np.array([number * spread % 2**64 for number in counted], np.uint64))
    id_counts.count_twice(np.array([number * spread % 2**64 for number in twice], np.uint64))
    times = Counter(counted) + Counter(twice * 2)
    seen = id_counts.seen(np.array([number * spread % 2**64 for number in range(1, 41)], np.uint64)).tolist()
    for number, found in enumerate(seen, 1):
        assert found >= min(times[number], MORE)
        if cells > 64:  # here no two of these hashes share a cell
            assert found == min(times[number], MORE)
    assert (NEVER, ONCE, MORE) == (0, 1, 2)


@pytest.mark.parametrize("rows", [0, 1, 1000, 10**7, 10**12])
def test_the_filter_is_bounded(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    monkeypatch.setattr(np, "zeros", lambda size, kind: sizes.append(size))
    CountingFilter(rows)
    assert 2**14 <= sizes[0] <= 128 * 2**20


# --- rows of one record -----------------------------------------------------------------------------------------

ROWS = st.lists(
    st.tuples(
        st.sampled_from("PQ"),
        st.fixed_dictionaries(
            {
                "reverses_hash": st.integers(0, 1), "day": st.just(1) | st.integers(1, 2),
                "institution": st.integers(0, 1),
                "staff": st.integers(-2, 2), "item": st.just(0) | st.integers(0, 1),
                "quantity": st.sampled_from([1, 1, 1, EMPTY]),
                "share": st.sampled_from([ONE, ONE // 2, ONE // 2, 0, EMPTY, ONE + 1]), "patient_hash": st.just(0),
            }
        ),
    ),
    max_size=8,
)  # fmt: skip


@given(ROWS, st.lists(st.integers(0, OF_ROLES | JOINT), min_size=2, max_size=2))
def test_comparing_the_rows_of_records_equals_plain_python(
    drawn: list[tuple[str, dict[str, int]]], of_item: list[int]
) -> None:
    rows = sorted(((code, *(row[name] for name in ORDER)) for code, row in drawn))
    kinds = {"reverses_hash": pa.uint64(), "day": pa.int32(), "patient_hash": pa.uint64()}
    columns = [pa.array([row[0] for row in rows], pa.string())]
    columns += [pa.array([row[n] for row in rows], kinds.get(name, pa.int64())) for n, name in enumerate(ORDER, 1)]
    at = {name: n for n, name in enumerate(ORDER, 1)}
    sharing = np.array([of_item[row[at["item"]]] for row in rows], np.uint8)
    compared = compare(pa.RecordBatch.from_arrays(columns, ["record_id", *ORDER]), sharing)

    by_record: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for row in rows:
        by_record[row[0]].append(row)
    reasons: Counter[tuple[str, int]] = Counter()
    for code, found in by_record.items():
        distinct = list(dict.fromkeys(found))
        service = [at[name] for name in ("reverses_hash", "day", "item", "quantity", "patient_hash")]
        said = of_item[found[0][at["item"]]]  # rows of several items contradict each other anyway
        services = {
            (*(row[n] for n in service), 0 if said & JOINT else row[at["institution"]]) for row in distinct
        }  # fmt: skip
        staff = [row[at["staff"]] for row in distinct]
        consistent = len(services) == 1 and len(set(staff)) == len(staff)
        reasons[code, DUPLICATE_ROW] += len(found) - len(distinct)
        reasons[code, ELIGIBLE if consistent else INCONSISTENT_RECORD] += len(distinct)
        shares = [row[at["share"]] for row in distinct]
        bad = not all(0 < share <= ONE for share in shares) or (not said & OF_ROLES and sum(shares) != ONE)
        flags = {int(flag) for row, flag in zip(rows, compared.bad_share, strict=True) if row[0] == code}
        assert flags == {int(bad)} or not consistent
    assert Counter((row[0], int(reason)) for row, reason in zip(rows, compared.reason, strict=True)) == +reasons


# --- teams ------------------------------------------------------------------------------------------------------


def rules(**changed: Any) -> RecordRules:
    return RecordRules.of(checked_reference(Given(reference() | {"service_record": []} | changed), OCTOBER).tables)


@given(st.lists(st.tuples(st.integers(-3, 5), st.sampled_from([ONE, ONE // 2]), st.integers(0, 3))))
def test_expansion_equals_plain_python(rows: list[tuple[int, int, int]]) -> None:
    """Persons 0..3 and teams 4, 5; team 5 sums to 1 on the second day only."""
    made = TEAMS
    day, staff, share = (
        np.array([row[2] + DAY for row in rows], np.int32),
        np.array([row[0] for row in rows], np.int64),
        np.array([row[1] for row in rows], np.int64),
    )
    found = expand(made, day, staff, share)
    expected = []
    for place, (code, own, after) in enumerate(rows):
        members = {4: [(0, 6000), (1, 4000)], 5: [(2, 5000), (3, 5000)] if after == 1 else []}.get(code, [])
        if members and own == ONE:
            expected += [(place, member, given, True) for member, given in members]
        else:
            expected.append((place, code, own, False))
    columns = (found.source, found.staff, found.share, found.member)
    assert list(zip(*(column.tolist() for column in columns), strict=True)) == expected


TEAMS = rules(
    team_member=[
        {"team": "T", "staff": "B", "share": "0.4", "from": "2020-01-01"},
        {"team": "T", "staff": "A", "share": "0.6", "from": "2020-01-01"},
        {"team": "U", "staff": "C", "share": "0.5", "from": "2026-10-02", "until": "2026-10-03"},
        {"team": "U", "staff": "D", "share": "0.5", "from": "2026-10-02", "until": "2026-10-03"},
    ]
)


# --- eligibility ------------------------------------------------------------------------------------------------

CHECKED = rules(
    institution=[
        {"code": "H", "kind": "cdc", "public_class": "1", "from": "2026-10-01", "until": "2026-10-03"},
        {"code": "H", "kind": "cdc", "public_class": "1", "from": "2026-10-04"},
        {"code": "V", "kind": "cdc", "public_class": "1", "from": "2020-01-01"},
    ],
    engagement=[
        engagement("A", **{"from": "2026-10-02"}), engagement("A", "V", until="2026-10-04"), engagement("B"),
        engagement("C", until="2026-10-02"), engagement("C", **{"from": "2026-10-03"}), engagement("D", "V"),
    ],
    service_item=[
        item("CHECK", until="2026-10-02"),
        item("CHECK", limit_count="1", limit_period="year", license="doctor", **{"from": "2026-10-03"}),
        item("EXAM"),
    ],
    absence=[
        {"staff": "B", "kind": "leave", "blocks_service": "yes", "from": "2026-10-02", "until": "2026-10-04"},
        {"staff": "C", "kind": "course", "blocks_service": "no", "from": "2020-01-01"},
    ],
    license=[
        {"staff": "A", "kind": "doctor", "from": "2026-10-04"}, {"staff": "B", "kind": "nurse", "from": "2020-01-01"},
    ],
    difficulty=[
        {"institution": "H", "item": "EXAM", "coefficient": "2", "from": "2026-10-02", "until": "2026-10-03"},
        {"institution": "H", "item": "", "coefficient": "3", "from": "2026-10-01", "until": "2026-10-04"},
        {"institution": "V", "item": "CHECK", "coefficient": "4", "from": "2026-10-03"},
    ],
)  # fmt: skip


def checked(
    day: int, institution: int, staff: int, item: int, quantity: int, right: int, patient: int, dead: int
) -> Any:  # fmt: skip
    """Apply the rules over `CHECKED` again in plain Python.

    The result is (reason) or (owner, item row, difficulty row).
    """

    def within(first: int, end: int = 99) -> bool:
        return first <= day < end

    offered = 2 if item == 1 else 0 if within(-9, 1) else 1 if within(2) else -1
    engaged = {
        (0, 0): 0 if within(1) else -1, (0, 1): 1, (0, 2): 2 if within(-9, 1) else 3 if within(2) else -1,
        (1, 0): 4 if within(-9, 3) else -1, (1, 3): 5,
    }  # fmt: skip
    hard = {
        (0, 1): 2 if within(1, 2) else 1 if within(0, 3) else 0, (0, 0): 1 if within(0, 3) else 0,
        (1, 0): 3 if within(2) else 0,
    }  # fmt: skip
    owner = 6 + institution if staff == OWN_WORK else engaged.get((institution, staff), -1)
    checks = [
        institution < 0, staff < OWN_WORK, item < 0, quantity <= 0, right == 0 or staff > 3,
        not patient and offered == 1,
        institution == 0 and not (within(0, 2) or within(3)), offered < 0, owner < 0, staff == 1 and within(1, 3),
        offered == 1 and staff != OWN_WORK and not (staff == 0 and within(3)), bool(dead),
    ]  # fmt: skip
    for reason, applies in zip(REASONS[3:15], checks, strict=True):
        if applies:
            return reason
    return owner, offered, hard.get((institution, item), 0)


CASES = st.tuples(
    st.integers(0, 4), st.sampled_from([0, 0, 1, 1, UNKNOWN]), st.integers(UNKNOWN - 1, 4),
    st.sampled_from([0, 1, 1, UNKNOWN]),
    st.sampled_from([100, 100, 100, 0, -5, EMPTY]), st.sampled_from([1, 1, 1, 0]), st.sampled_from([1, 1, 0]),
    st.sampled_from([0, 0, 0, 1]),
)  # fmt: skip


@given(st.lists(CASES, min_size=1, max_size=30))
def test_eligibility_equals_plain_python(cases: list[tuple[int, ...]]) -> None:
    day, institution, staff, item, quantity, right, patient, dead = zip(*cases, strict=True)

    def words(values: Any) -> Any:
        return np.array(values, np.int64)

    def flags(values: Any) -> Any:
        return np.array(values, np.uint8)

    eligibility = check_eligibility(
        CHECKED,
        RowColumns(
            np.array(day, np.int32) + np.int32(DAY), words(institution), words(staff), words(item), words(quantity),
            flags(right), flags(patient), flags(dead),
        ),
    )  # fmt: skip
    found = [
        REASONS[reason - 1] if reason else (owner, row, hard)
        for reason, owner, row, hard in zip(*(column.tolist() for column in eligibility), strict=True)
    ]
    assert found == [checked(*case) for case in cases]


# --- deaths -----------------------------------------------------------------------------------------------------


@given(st.dictionaries(st.text(min_size=1, max_size=3), st.integers(-5, 5), max_size=30), st.data())
def test_deaths_equal_plain_python(died: dict[str, int], data: st.DataObject) -> None:
    table = pa.table({"patient": pa.array(list(died), pa.string()), "died": pa.array(list(died.values()), pa.int32())})
    known = st.sampled_from(sorted(died)) if died else st.nothing()
    rows = data.draw(st.lists(st.tuples(st.just("") | st.text(max_size=3) | known, st.integers(-6, 6))))
    key = HashKey.fresh()
    patients = pa.array([row[0] for row in rows], pa.string())
    late = Deaths(table, key).after_death(patients, key.hashes(patients), np.array([row[1] for row in rows], np.int32))
    assert [bool(flag) for flag in late] == [patient in died and day > died[patient] for patient, day in rows]


# --- streams ----------------------------------------------------------------------------------------------------


def batches_of(keys: list[int], cuts: list[int]) -> list[pa.RecordBatch]:
    whole = pa.record_batch([pa.array([str(key) for key in keys], pa.string())], ["key"])
    edges = sorted({0, len(keys), *(cut % (len(keys) + 1) for cut in cuts)})
    return [whole.slice(start, end - start) for start, end in pairwise(edges)]


@given(st.lists(st.integers(0, 5)).map(sorted), st.lists(st.integers(0, 50)))
def test_whole_groups_never_split_a_key(keys: list[int], cuts: list[int]) -> None:
    found = [batch["key"].to_pylist() for batch in whole_groups(batches_of(keys, cuts), "key")]
    assert [key for batch in found for key in batch] == [str(key) for key in keys]
    for before, after in pairwise(found):
        assert before[-1] != after[0]


@given(st.lists(st.integers(0, 5)), st.lists(st.integers(0, 50)), st.integers(1, 7))
def test_even_batches_have_the_same_rows(keys: list[int], cuts: list[int], rows: int) -> None:
    found = [batch["key"].to_pylist() for batch in even(batches_of(keys, cuts), rows)]
    assert [key for batch in found for key in batch] == [str(key) for key in keys]
    assert {len(batch) for batch in found[:-1]} <= {rows}
    assert not found or 0 < len(found[-1]) <= rows


def test_where_groups_begin() -> None:
    keys = pa.array(["a", "a", "b", "c", "c"])
    assert begins(keys).tolist() == [True, False, True, True, False]
    assert starts_of(begins(keys)).tolist() == [0, 2, 3, 5]
    assert last_group(keys) == 3
    assert last_group(keys.slice(0, 2)) == 0
    assert starts_of(begins(keys.slice(0, 0))).tolist() == [0]


def test_a_worker_works_in_order_and_waits_for_the_end() -> None:
    done: list[int] = []
    with BackgroundWorker[int](done.append) as worker:
        for piece in range(50):
            worker.put(piece)
    assert done == list(range(50))


def test_a_failure_in_a_worker_is_raised_and_nobody_waits_for_ever() -> None:
    def fail(piece: int) -> None:
        raise OSError(f"piece {piece}")

    def hand_over() -> None:
        with BackgroundWorker[int](fail) as worker:
            for piece in range(50):
                worker.put(piece)

    with pytest.raises(OSError, match="piece 0"):
        hand_over()


def test_the_failure_outside_a_worker_is_the_one_that_is_raised() -> None:
    def fail(piece: int) -> None:
        raise OSError("inside")

    def hand_over() -> None:
        with BackgroundWorker[int](fail) as worker:
            worker.put(1)
            raise ValueError("outside")

    with pytest.raises(ValueError, match="outside"):
        hand_over()


@settings(max_examples=30)
@given(
    st.lists(st.lists(st.tuples(st.text(max_size=2), st.integers(-3, 3)), max_size=20), max_size=5),
    st.integers(1, 400), st.booleans(),
)  # fmt: skip
def test_sorting_by_buckets_equals_sorting(parts: list[list[tuple[str, int]]], size: int, by_text: bool) -> None:
    """Rows are in order however small the buckets, by a text as by a number."""
    schema = pa.schema([pa.field("text", pa.string(), False), pa.field("number", pa.int64(), False)])
    batches = [
        pa.RecordBatch.from_pylist([{"text": text, "number": number} for text, number in part], schema)
        for part in parts
    ]
    first, second = ("text", "number") if by_text else ("number", "text")
    unsorted = UnsortedRows("given", schema, lambda: batches, sum(batch.nbytes for batch in batches))
    with (
        tempfile.TemporaryDirectory() as folder,
        sorter(Path(folder)) as sorting,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(buckets, "BUCKET_BYTES", size)
        patch.setattr(buckets, "SAMPLED", 2)
        ordered = in_order(unsorted, sorting, Path(folder), lambda batch: batch[first], f"{first}, {second}")
        found = [(row["text"], row["number"]) for batch in ordered for row in batch.to_pylist()]
    order = (lambda row: (row[0].encode(), row[1])) if by_text else (lambda row: (row[1], row[0].encode()))
    assert found == sorted((row for part in parts for row in part), key=order)
