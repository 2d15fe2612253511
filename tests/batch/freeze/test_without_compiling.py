"""Results of what does a kernel's work without compiling it: the very same.

Every kernel that can do without is seen at work in a whole month of the demo county; those that read what people write
are given every shape of it besides.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import example, given
from hypothesis import strategies as st

from batch.cli.root import root
from batch.findings.work import BUCKETS, count_buckets
from batch.freeze.records.counting_filter import count_hashes, read_cells
from batch.freeze.records.patients import find_hashes, place_hashes
from batch.freeze.records.record_id_column import sort_spread
from batch.freeze.records.same_rows import mark_equal, mark_repeated, mix_keys, read_bits
from batch.freeze.records.spreadsheet_codes import find_cut
from batch.text_hashes import hash_in_numpy, hash_texts
from batch.values.days import read_days
from batch.values.numbers import read_fixed
from batch.values.texts import check_texts
from payengine.kernels import compile as compiling
from payengine.kernels import integers
from payengine.kernels.compile import Kernel
from payengine.kernels.totals import add_up
from tests.support.both_ways import as_compiled, in_both_ways

WORDS = st.integers(0, 2**64 - 1)
CELLS = st.one_of(
    st.text("0123456789.-+/: eET年￥,é\u3000\t\0", max_size=20).map(str.encode),
    st.dates().map(lambda day: day.isoformat().encode()),
    st.decimals(-1000, 1000, places=2).map(lambda number: str(number).encode()),
    st.from_regex(rb"[0-9]{14,18}", fullmatch=True), st.just(b"12345678901234500"), st.just(b"1.2E+17"),
)  # fmt: skip
TEXTS = st.lists(CELLS, max_size=30)


def column(texts: list[bytes]) -> tuple[Any, Any]:
    offsets = np.cumsum([0, *map(len, texts)]).astype(np.int32)
    return offsets, np.frombuffer(b"".join(texts), np.uint8)


@given(TEXTS, st.booleans())
def test_days(texts: list[bytes], empty: bool) -> None:
    outs = np.zeros(len(texts), np.int32), *(np.zeros(len(texts), np.uint8) for _ in range(2))
    in_both_ways(read_days, *column(texts), empty, *outs)


@given(TEXTS, st.integers(0, 4), st.booleans())
@example(
    [b"999999999999999999", b"9" * 30, b"0." + b"0" * 30 + b"1", b"1e400", b"-1e-9", b"1000000000000000000"], 2, True
)
def test_numbers(texts: list[bytes], decimals: int, empty: bool) -> None:
    outs = np.zeros(len(texts), np.int64), *(np.zeros(len(texts), np.uint8) for _ in range(2))
    in_both_ways(read_fixed, *column(texts), decimals, -(10**15), 10**15, empty, *outs)


@given(TEXTS, st.booleans(), st.booleans())
@example([b"ok", b"", b"1.5E+14", b" a", "\u3000".encode(), b"a\0b", "é".encode()], False, True)
@example([b"\xff\xfe", b"a", b""], False, False)
def test_texts(texts: list[bytes], empty: bool, is_utf8: bool) -> None:
    offsets, data = column(texts)
    has_nul = 0 in data
    in_both_ways(check_texts, offsets, data, empty, is_utf8, has_nul, np.zeros(len(texts), np.uint8))


@given(TEXTS)
@example([b"1234567890123450", b"1234567890123400"])
@example([b"1234567890123456"])
def test_cut_codes(texts: list[bytes]) -> None:
    in_both_ways(find_cut, *column(texts), np.zeros(len(texts), np.uint8))


@given(TEXTS, WORDS, WORDS)
def test_hashes_of_texts(texts: list[bytes], k0: int, k1: int) -> None:
    in_both_ways(hash_texts, *column(texts), np.uint64(k0), np.uint64(k1), np.zeros(len(texts), np.uint64))


def test_very_long_texts_are_left_to_the_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    """NumPy would need eight bytes for the place of each of theirs."""
    monkeypatch.setattr("batch.text_hashes.MOST_BYTES", 7)
    key, hashes = (np.uint64(1), np.uint64(2)), np.zeros(2, np.uint64)
    assert hash_in_numpy(*column([b"abc", b"abcd"]), *key, hashes) is None
    assert hash_in_numpy(*column([b"abcd", b"abcd"]), *key, hashes) is NotImplemented


@given(st.lists(st.lists(st.integers(0, 40), max_size=40), max_size=4))
def test_counts_of_hashes(batches: list[list[int]]) -> None:
    cells, mask = np.zeros(8, np.uint8), np.uint64(31)
    for batch in batches:
        in_both_ways(count_hashes, np.array(batch, np.uint64), mask, cells)
    in_both_ways(read_cells, np.arange(32, dtype=np.uint64), mask, cells, np.zeros(32, np.uint8))


@given(st.lists(st.integers(1, 60), unique=True, max_size=15), st.lists(st.integers(0, 60), max_size=40))
def test_tables_of_hashes(placed: list[int], wanted: list[int]) -> None:
    slots, places = np.zeros(32, np.uint64), np.zeros(32, np.int32)
    in_both_ways(place_hashes, np.array(placed, np.uint64), slots, places)
    hashes = np.array(wanted, np.uint64)
    in_both_ways(find_hashes, hashes, slots, places, np.zeros(hashes.size, np.int32))


@given(st.lists(WORDS, max_size=60), st.integers(0, 8))
def test_sorted_hashes(words: list[int], same: int) -> None:
    hashes = np.array(words, np.uint64) >> np.uint64(same)
    in_both_ways(sort_spread, hashes, same, np.zeros_like(hashes))


ROWS = st.lists(
    st.tuples(
        st.integers(-9, 9), st.integers(-(2**31), 2**31 - 1), st.integers(-(2**63), 2**63 - 1), st.integers(0, 2)
    )
)  # fmt: skip


@given(st.lists(ROWS, max_size=3))
def test_equal_rows(batches: list[list[tuple[int, int, int, int]]]) -> None:
    seen, mask, again, few = np.zeros(8, np.uint8), np.uint64(63), np.zeros(2, np.uint8), np.uint64(15)
    for rows in batches:
        mixed = np.zeros(len(rows), np.uint64)
        small, owner, quantity, patient = (np.array([row[n] for row in rows], np.int64) for n in range(4))
        narrow = small.astype(np.int32)
        in_both_ways(mix_keys, narrow, owner.astype(np.int32), narrow, quantity, patient.astype(np.uint64), mixed)
        slots = np.zeros(1 << (2 * mixed.size).bit_length(), np.int32)
        in_both_ways(mark_equal, mixed, slots, np.zeros(mixed.size, np.uint8))
        in_both_ways(mark_repeated, mixed, mask, seen, few, again)
        in_both_ways(read_bits, mixed, few, again, np.zeros(len(rows), np.uint8))


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(-5, 2**47 - 1))))
def test_buckets_of_quantities(rows: list[tuple[int, int]]) -> None:
    items, quantities = (np.array([row[n] for row in rows], kind) for n, kind in ((0, np.int32), (1, np.int64)))
    in_both_ways(count_buckets, items, quantities, np.zeros(3 * BUCKETS, np.int64))


@given(st.lists(st.tuples(st.integers(-1, 3), st.integers(-1, 2), st.integers(-(2**63), 2**63 - 1)), max_size=8))
@example([(0, 0, 5), (0, 0, 7), (2, 1, -3), (-1, 0, 9)])
def test_sums(lines: list[tuple[int, int, int]]) -> None:
    rows, columns, values = (np.array([line[n] for line in lines], np.int64) for n in range(3))
    in_both_ways(add_up, rows, columns.astype(np.int32), values, np.zeros((3, 2), np.int64))


def test_a_quarter_of_a_demo_county_in_both_ways(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Freeze, check, run: each kernel that can do without compiling is called, and agrees."""
    for package in ("payengine", "batch.freeze", "batch.values", "batch.findings", "batch.text_hashes"):
        for name in compiling._modules_with_kernels(package):
            importlib.import_module(name)
    # Those of wide numbers are compared in all their tests (tests/payengine/kernels); no month needs each of them.
    others = [kernel for kernel in compiling._registry if kernel.otherwise is not None]
    expected = {kernel.function.__name__ for kernel in others if kernel.otherwise.__module__ != integers.__name__}
    called: set[str] = set()

    def call(kernel: Kernel, *arguments: Any) -> Any:
        if kernel.otherwise is not None:
            called.add(kernel.function.__name__)
            return in_both_ways(kernel, *arguments)
        return as_compiled(kernel, *arguments)

    monkeypatch.setattr(Kernel, "__call__", call)
    size = ["--records", "3000", "--staff", "40", "--institutions", "8"]
    arguments = ["demo", str(tmp_path / "county"), *size, "--policy", "guangan-example", "--period", "2026-Q1"]
    result = CliRunner().invoke(root, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert called >= expected
    assert {"sum_by", "round_by_word"} <= called
