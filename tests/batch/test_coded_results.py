"""Results whose texts are dictionaries, written out once and when they are asked for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as some

import batch.results
from batch.arrow_columns import coded_column, coded_table, narrowed, repeated, written_out
from batch.results import PAY_LINES, SCHEMAS
from tests.support.sample_results import results

LINES = {
    "institution": [0, 0, 1], "staff": [0, 2, 1], "engagement_from": [0, 0, 0], "component": [1, 0, 0],
    "funding": [0, 0, 0],
}  # fmt: skip
TEXTS = {
    "institution": ["I1", "I2"], "staff": ["A", "B", "C", "of no line"], "engagement_from": ["2026-10-01"],
    "component": ["post_pay", "workload_pay"], "funding": ["fiscal"],
}  # fmt: skip


def coded_lines() -> pa.Table:
    columns = [coded_column(np.array(codes), pa.array(TEXTS[name], pa.string())) for name, codes in LINES.items()]
    return coded_table(PAY_LINES, [*columns, np.array([100, -5, 7], np.int64)])


def test_a_table_asked_for_by_name_has_texts_and_the_schema_of_results() -> None:
    made = replace(results(), pay_lines=coded_lines())
    assert made.pay_lines.schema.equals(PAY_LINES)
    assert made.pay_lines["staff"].to_pylist() == ["A", "C", "B"]
    assert made.pay_lines["component"].to_pylist() == ["workload_pay", "post_pay", "post_pay"]
    assert made.pay_lines["amount_fen"].to_pylist() == [100, -5, 7]
    assert made.tables()["pay_lines"] is made.pay_lines
    assert made.frames()["pay_lines"]["staff"].tolist() == ["A", "C", "B"]


def test_texts_are_written_out_once_and_not_before_they_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[int] = []

    def counted(table: pa.Table) -> pa.Table:
        called.append(len(table))
        return written_out(table)

    monkeypatch.setattr(batch.results, "written_out", counted)
    made = replace(results(), pay_lines=coded_lines())
    called.clear()
    assert made.coded("pay_lines").schema.field("staff").type == pa.dictionary(pa.int8(), pa.string())
    assert set(made.coded_tables()) == set(SCHEMAS)
    assert not called
    assert made.pay_lines is made.pay_lines
    assert called == [3]


def test_a_table_of_texts_stays_the_table_that_was_given() -> None:
    plain = written_out(coded_lines())
    made = replace(results(), pay_lines=plain)
    assert made.pay_lines is plain
    assert made.coded("pay_lines") is plain


@given(some.integers(1, 70_000), some.lists(some.integers(0, 2**31 - 1), min_size=1, max_size=5))
def test_codes_are_kept_in_bytes_that_hold_them(count: int, numbers: list[int]) -> None:
    codes = np.array([number % count for number in numbers] + [count - 1], np.int64)
    assert narrowed(codes, count).tolist() == codes.tolist()


@given(some.lists(some.tuples(some.integers(0, 2), some.integers(0, 4)), max_size=9))
def test_rows_are_repeated_as_often_as_their_counts_say(rows: list[tuple[int, int]]) -> None:
    texts = ["a", "b", "c"]
    column = coded_column(np.array([code for code, _ in rows], np.int64), pa.array(texts))
    counts = np.array([count for _, count in rows], np.int64)
    assert repeated(column, counts).to_pylist() == [texts[code] for code, count in rows for _ in range(count)]
