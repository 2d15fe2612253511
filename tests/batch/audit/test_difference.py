"""Difference of results: largest changes first, everything reconciled with the whole."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest

from batch.audit import difference as compared
from batch.audit.difference import difference, largest_first, persons, total
from batch.results import PAY_LINES, WORKLOAD
from payengine.errors import IdentityBroken
from tests.support.sample_results import results as sample

BEFORE = sample(seed=1)
Line = tuple[str, str, str, str, str, int]


def paid(*lines: Line) -> Any:
    """Results that pay these lines."""
    columns = list(zip(*lines, strict=True)) if lines else [[] for _ in PAY_LINES]
    return replace(BEFORE, pay_lines=pa.table(dict(zip(PAY_LINES.names, columns, strict=True)), PAY_LINES))


OLD = paid(
    ("I1", "S1", "2020-01-01", "work", "fiscal", 1000), ("I1", "S1", "2020-01-01", "post", "fiscal", 500),
    ("I1", "S2", "2020-01-01", "work", "fiscal", 700), ("I2", "S3", "2020-01-01", "work", "fiscal", 10),
    ("I2", "S1", "2020-01-01", "work", "fiscal", 30), ("I3", "S9", "2020-01-01", "work", "fiscal", 4),
)  # fmt: skip
NEW = paid(
    ("I1", "S1", "2020-01-01", "work", "fiscal", 1100), ("I1", "S1", "2020-01-01", "post", "own", 500),
    ("I1", "S2", "2020-01-01", "work", "fiscal", 400), ("I2", "S4", "2020-01-01", "work", "fiscal", 60),
    ("I2", "S1", "2020-01-01", "work", "fiscal", 30), ("I3", "S9", "2020-01-01", "work", "fiscal", 4),
)  # fmt: skip


def test_persons_stand_with_the_largest_change_first_whatever_its_sign() -> None:
    found = persons(difference(OLD, NEW))
    assert [(one.institution, one.staff, one.change_fen) for one in found] == [
        ("I1", "S2", -300), ("I1", "S1", 100), ("I2", "S4", 60), ("I2", "S3", -10),
    ]  # fmt: skip
    assert found == persons(difference(OLD, NEW), len(found))
    assert found[:2] == persons(difference(OLD, NEW), 2)


def test_a_component_that_another_source_pays_is_told_though_the_amount_is_the_same() -> None:
    (one,) = [one for one in persons(difference(OLD, NEW)) if (one.institution, one.staff) == ("I1", "S1")]
    told = {(each.component, each.funding): each.change_fen for each in one.components}
    assert told == {("work", "fiscal"): 100, ("post", "fiscal"): -500, ("post", "own"): 500}


def test_lines_persons_institutions_and_components_add_up_to_the_whole() -> None:
    for before, after in ((OLD, NEW), (NEW, OLD), (OLD, OLD), (BEFORE, sample(seed=2)), (paid(), NEW)):
        found = difference(before, after)
        whole = total(after.pay_lines, "amount_fen") - total(before.pay_lines, "amount_fen")
        for table in (found.lines, found.staff, found.institutions, found.components):
            assert total(table, "change_fen") == whole == found.change_fen
        assert sum(one.change_fen for one in persons(found)) == whole
        assert all(sum(each.change_fen for each in one.components) == one.change_fen for one in persons(found))


def test_a_difference_that_does_not_add_up_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = compared._totals

    def lacking(before: pa.Table, after: pa.Table, lines: pa.Table, keys: list[str]) -> pa.Table:
        found = whole(before, after, lines, keys)
        return found.slice(1) if keys == list(compared.PERSON) else found

    monkeypatch.setattr(compared, "_totals", lacking)
    with pytest.raises(IdentityBroken) as broken:
        difference(OLD, NEW)
    assert {problem.where for problem in broken.value.problems} == {"staff", "I1"}


def test_work_is_compared_apart_by_person_and_institution() -> None:
    rows = [("I1", "S1", "2020-01-01", "a", 2, 20), ("I1", "S2", "2020-01-01", "a", 1, 10), ("I2", "S3", "", "a", 5, 5)]
    moved = [("I1", "S1", "2020-01-01", "a", 1, 10), ("I1", "S2", "2020-01-01", "b", 2, 20), rows[2]]
    before, after = (
        replace(OLD, workload=pa.table(dict(zip(WORKLOAD.names, zip(*each, strict=True), strict=True)), WORKLOAD))
        for each in (rows, moved)
    )
    found = difference(before, after)
    assert found.staff_work["points_micro_change"].to_pylist() == [-10, 10]
    assert found.work.to_pylist() == [
        {"institution": "I1", "services_before": 3, "services_after": 3, "services_change": 0,
         "points_micro_before": 30, "points_micro_after": 30, "points_micro_change": 0},
    ]  # fmt: skip
    assert found.empty


def test_ties_are_in_the_order_of_the_keys() -> None:
    table = pa.table({"key": ["b", "a", "c"], "change_fen": pa.array([-5, 5, 6], pa.int64())})
    assert largest_first(table, "key")["key"].to_pylist() == ["c", "a", "b"]
