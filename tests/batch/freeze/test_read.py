"""Reading of a month's service records: rows read, counts, and unreadable values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pyarrow as pa
import pytest

from batch.freeze import freeze_period
from batch.input_tables import RECORD, Table
from batch.sources import Binds, Place
from payengine.errors import Problem, Refused
from payengine.periods import Period
from tests.support.freeze_case import Given, Row, freeze, kept, limited, paid, reasons, record, reference, rejected

LATER = "2026-11-20"


def check(record_id: str, day: str, patient: str = "P", **columns: str) -> Row:
    return record(record_id, day, item="CHECK", patient=patient, **columns)


def test_a_month_reads_its_own_days(tmp_path: Path) -> None:
    days = ("2026-09-30", "2026-10-01", "2026-10-31", "2026-11-01")
    snapshot = freeze(tmp_path, [record(day, day) for day in days])
    assert [row["record_id"] for row in kept(snapshot)] == ["2026-10-01", "2026-10-31"]
    assert snapshot.counts == {
        "read": 2, "dated_in_period": 2, "counting_only": 0, "late_reversals": 0, "expanded": 0, "kept": 2,
        "limited": 0, "rejected": {}, "unlisted": 0,
    }  # fmt: skip


def test_limited_items_are_read_since_the_first_of_january(tmp_path: Path) -> None:
    """Limited items of the year's earlier months are read for counting only.

    Other items of earlier months, and limited ones of last year or later months, are not read.
    """
    days = ("2025-12-31", "2026-01-01", "2026-09-30", "2026-10-01", "2026-10-31", "2026-11-01")
    snapshot = freeze(tmp_path, [*(check(day, day) for day in days), record("other", "2026-01-01")])
    assert [(row["record_id"], row["counting_only"]) for row in limited(snapshot)] == [
        ("2026-01-01", 1), ("2026-09-30", 1), ("2026-10-01", 0), ("2026-10-31", 0),
    ]  # fmt: skip
    assert (snapshot.counts["dated_in_period"], snapshot.counts["counting_only"]) == (2, 2)


def test_january_counts_nothing_earlier(tmp_path: Path) -> None:
    snapshot = freeze(tmp_path, [check("R", "2025-12-31"), check("S", "2026-01-01")], "2026-01")
    assert [row["record_id"] for row in limited(snapshot)] == ["S"]


def test_an_item_limited_in_any_of_its_rows_is_read_as_limited(tmp_path: Path) -> None:
    rows = [
        {"code": "EXAM", "category": "c", "equivalents": "1", "from": "2020-01-01", "until": "2026-02-01"},
        {
            "code": "EXAM", "category": "c", "equivalents": "1", "limit_count": "1", "limit_period": "month",
            "from": "2026-11-01",
        },
    ]  # fmt: skip
    snapshot = freeze(tmp_path, [record("R", "2026-01-05"), record("S")], service_item=rows)
    assert [(row["record_id"], row["has_patient"]) for row in limited(snapshot)] == [("R", 0)]
    assert reasons(snapshot) == {"S": "item_not_in_force"}


def test_counting_rows_that_fail_are_not_listed(tmp_path: Path) -> None:
    rows = [
        check("R", "2026-03-01", staff="?"),
        check("S", "2026-03-01", ""),
        check("D", "2026-03-01"),
        check("D", "2026-03-01"),
    ]
    snapshot = freeze(tmp_path, rows)
    assert rejected(snapshot) == []
    assert [row["record_id"] for row in limited(snapshot)] == ["D"]
    assert snapshot.counts["unlisted"] == 3


def test_of_an_inconsistent_record_only_the_rows_of_the_month_are_listed(tmp_path: Path) -> None:
    snapshot = freeze(tmp_path, [check("R", "2026-09-30"), check("R", "2026-10-01", staff="B")])
    assert rejected(snapshot) == [("R", "B", "inconsistent_record", 1)]
    assert limited(snapshot) == []


def test_rows_that_are_not_read_are_compared_with_nothing(tmp_path: Path) -> None:
    snapshot = freeze(tmp_path, [record("R"), record("R", "2026-09-30", quantity="7")])
    assert [row[0] for row in paid(snapshot)] == ["R"]


def test_an_empty_month_freezes(tmp_path: Path) -> None:
    snapshot = freeze(tmp_path, [])
    snapshot.verify()
    assert (snapshot.hot_parts(), snapshot.limited_parts(), rejected(snapshot)) == ([], [], [])
    assert snapshot.hot_dtypes["amount"] == "int32"
    assert snapshot.counts["read"] == 0


def test_all_values_that_cannot_be_read_are_told_together(tmp_path: Path) -> None:
    """R20: unreadable values are reported together, each with its row and column.

    They are in one batch or in several.
    """
    rows = [
        record("R", "2026-13-01"), record("", staff=" A"), record("S", quantity="1.234", share="x"), record("ok"),
        record("T", item="1.23457E+14"), record("U", quantity="1000000000000.01"),
    ]  # fmt: skip
    for batch_rows in (100, 2):
        with pytest.raises(Refused) as refused:
            freeze(tmp_path, rows, batch_rows=batch_rows)
        found = [(problem.row, problem.column) for problem in refused.value.problems]
        assert found == [
            (1, "service_date"), (2, "record_id"), (2, "staff"), (3, "quantity"), (3, "share"), (5, "item"),
            (6, "quantity"),
        ]  # fmt: skip
        assert refused.value.exit_code == 3
    assert not list(tmp_path.glob("2026-10/*"))
    assert not list((tmp_path / ".tmp").iterdir())


def test_only_so_many_values_are_kept_and_the_rest_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("batch.freeze.records.unreadable.MOST_KEPT", 3)
    with pytest.raises(Refused) as refused:
        freeze(tmp_path, [record(f"R{number}", quantity="x") for number in range(10)], batch_rows=4)
    problems = refused.value.problems
    assert [problem.row for problem in problems] == [1, 2, 3, None]
    assert "7 more" in problems[-1].what


def test_faults_of_rows_that_are_not_read_do_not_matter(tmp_path: Path) -> None:
    """A source that filters by date would not even give them."""
    rows = [record("R", "2026-09-30", quantity="x"), record("S", "2025-10-05", quantity="x"), record("ok")]
    rows += [record("X", LATER, quantity="x", reverses="elsewhere"), check("Y", LATER, quantity="x")]
    assert [row[0] for row in paid(freeze(tmp_path, rows))] == ["ok"]


@pytest.mark.parametrize(
    "row",
    [
        check("R", "2026-03-01", quantity="x"),
        record("R", "2026-03-01", item="EXAM "),  # nobody knows whether it is limited
        record("R", LATER, reverses=" ok"),  # nor what it reverses
        record("R", LATER, quantity="x", reverses="ok"),
    ],
)
def test_faults_of_rows_that_are_or_may_be_read_refuse(tmp_path: Path, row: Row) -> None:
    with pytest.raises(Refused) as refused:
        freeze(tmp_path, [record("ok"), row])
    assert [problem.row for problem in refused.value.problems] == [2]


def test_every_row_read_is_accounted_for(tmp_path: Path) -> None:
    """read + expanded = kept + limited + rejected + unlisted."""
    rows = [
        record("a"), record("a"), record("b", staff="T"), record("c", quantity="0"), check("d", "2026-03-01"),
        check("e", "2026-03-01", staff="?"), check("f", "2026-10-02", staff="T"),
        record("g", LATER, quantity="-1", share="", reverses="b", staff="T"),
        record("h", LATER, quantity="", reverses="zz"),
    ]  # fmt: skip
    counts = freeze(tmp_path, rows).counts
    assert counts["read"] + counts["expanded"] == (
        counts["kept"] + counts["limited"] + sum(counts["rejected"].values()) + counts["unlisted"]
    )
    assert counts == {
        "read": 8, "dated_in_period": 5, "counting_only": 2, "late_reversals": 1, "expanded": 3, "kept": 5,
        "limited": 3, "rejected": {"duplicate_row": 1, "bad_quantity": 1}, "unlisted": 1,
    }  # fmt: skip


def test_problems_of_the_reference_tables_and_of_records_are_told_together(tmp_path: Path) -> None:
    tables = reference()
    tables["engagement"][0]["staff"] = "Å"
    with pytest.raises(Refused) as refused:
        freeze(tmp_path, [record("R", quantity="x"), record("S", "2026-09-30", quantity="x")], **tables)
    found = [(problem.where, problem.row, problem.column) for problem in refused.value.problems]
    assert found == [("engagement", 1, "staff"), ("service_record", 1, "quantity")]


class Torn(Given):
    """A source whose records cannot be read to their end, and whose rows have no numbers."""

    def batches(self, table: Table, spelled: Mapping[str, str], binds: Binds) -> Iterator[pa.RecordBatch]:
        yield from super().batches(table, spelled, binds)
        if table is RECORD:
            raise Refused("torn", [Problem("is torn off", "service_record")])

    def place(self, table: str, index: int) -> Place:
        return Place(table)


def test_a_source_that_breaks_off_is_told_with_what_was_wrong_before(tmp_path: Path) -> None:
    """Rows of a database have no numbers: the message names the record."""
    given = reference() | {"service_record": [record("R", quantity="x"), record("", quantity="y")]}
    with pytest.raises(Refused) as refused:
        freeze_period(Torn(given), Period.parse("2026-10"), tmp_path, patient_key=None, privacy="as given")
    assert [problem.what for problem in refused.value.problems] == [
        "is torn off", "record R: x is not a number; write it as 1234.5", "is empty",
        "y is not a number; write it as 1234.5",
    ]  # fmt: skip
    assert not list(tmp_path.glob("2026-10/*"))
