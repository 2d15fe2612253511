"""Invariants of a run's results: they hold of whole results, and each of them can fail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest

from batch.audit.invariants import MOST_TOLD, check
from batch.results import Results
from payengine.errors import IdentityBroken
from tests.support.sample_results import results

Break = Callable[[Results], Results]


def changed(table: str, where: Callable[[dict[str, Any]], bool], **values: Any) -> Break:
    """Results in which one row of a table is another; a value may be a function of the row."""

    def made(whole: Results) -> Results:
        rows = getattr(whole, table).to_pylist()
        row = next(row for row in rows if where(row))
        row.update({name: value(row) if callable(value) else value for name, value in values.items()})
        return replace(whole, **{table: pa.Table.from_pylist(rows, getattr(whole, table).schema)})

    return made


def without(table: str, where: Callable[[dict[str, Any]], bool]) -> Break:
    def made(whole: Results) -> Results:
        rows = getattr(whole, table).to_pylist()
        rows.remove(next(row for row in rows if where(row)))
        return replace(whole, **{table: pa.Table.from_pylist(rows, getattr(whole, table).schema)})

    return made


def twice(table: str) -> Break:
    return lambda whole: replace(
        whole, **{table: pa.concat_tables([getattr(whole, table), getattr(whole, table).slice(0, 1)])}
    )


def reporting(name: str, value: int) -> Break:
    """Results in which the first institution reports one figure more."""

    def made(whole: Results) -> Results:
        rows = whole.reports.to_pylist()
        row = next(row for row in rows if row["level"] == "institution")
        rows.append({**row, "name": name, "label": name, "unit": "yuan", "value": value, "scale": 2})
        return replace(whole, reports=pa.Table.from_pylist(rows, whole.reports.schema))

    return made


def counted(**values: int) -> Break:
    return lambda whole: replace(whole, meta=replace(whole.meta, counts={**whole.meta.counts, **values}))


def retyped(table: str, column: str, kind: pa.DataType) -> Break:
    def made(whole: Results) -> Results:
        data = getattr(whole, table)
        place = data.schema.get_field_index(column)
        return replace(whole, **{table: data.set_column(place, column, data[column].cast(kind))})

    return made


def emptied(table: str, column: str) -> Break:
    def made(whole: Results) -> Results:
        data = getattr(whole, table)
        nothing = pa.nulls(len(data), data.schema.field(column).type)
        return replace(whole, **{table: data.set_column(data.schema.get_field_index(column), column, nothing)})

    return made


def everything(_row: dict[str, Any]) -> bool:
    return True


def named(**values: str) -> Callable[[dict[str, Any]], bool]:
    return lambda row: all(row[name] == value for name, value in values.items())


def one_more(name: str) -> dict[str, Any]:
    return {name: lambda row: row[name] + 1}


BROKEN: dict[str, tuple[Break, str, str]] = {
    "a staff line of one fen more": (
        changed("pay_lines", everything, **one_more("amount_fen")), "gross_pay", "add up to",
    ),
    "a staff line lost": (without("pay_lines", named(component="post_pay")), "fixed_pay", "add up to"),
    "pay moved from fixed to variable": (
        changed("pay_lines", named(component="post_pay"), component="workload_pay", funding="x"),
        "variable_pay", "add up to",
    ),
    "pay moved to another institution": (
        changed("pay_lines", named(institution="I00"), institution="I01"), "gross_pay", "add up to",
    ),
    "a statement that differs": (
        changed("statement_lines", everything, **one_more("amount_fen")), "statement_total", "add up to",
    ),
    "an institution's total that is not stated": (
        without("reports", named(name="gross_pay", institution="I00")), "gross_pay", "stated are 0 fen",
    ),
    "a pool that is not shared out to the fen": (
        changed("reports", named(name="workload_pay.shared"), **one_more("value")),
        "workload_pay", "100 fen were divided",
    ),
    "a department's pool that is not shared out to the fen": (
        changed("department_reports", named(name="bonus.shared", department="x"), **one_more("value")),
        "bonus", "100 fen were divided",
    ),
    "a retained part that is not listed": (
        without("reports", named(name="workload_pay.retained")), "workload_pay", "0 fen retained",
    ),
    "a person below zero who is not listed": (
        changed("pay_lines", named(component="workload_pay"), amount_fen=-(10**9)),
        "pay.receivable", "not listed as it is",
    ),
    "a receivable of somebody who owes nothing": (reporting("pay.receivable", 5), "pay.payable", "less receivable"),
    "a pool that is not what is charged to it and what is left": (
        lambda whole: reporting("p_left", 6)(reporting("p_charged", 5)(reporting("p", 12)(whole))),
        "p", "what is charged to it",
    ),
    "a row neither paid nor rejected": (counted(kept=1000), "service_record", "1000 rows were to be priced"),
    "a row read and forgotten": (counted(read=10**6), "service_record", "1000000 rows were read"),
    "a service counted twice": (
        changed("workload", everything, **one_more("services")), "workload", "services in the workload",
    ),
    "a rejection lost": (without("rejections", everything), "service_record", "rows were to be priced"),
    "a key that stands twice in pay": (twice("pay_lines"), "pay_lines", "more than once"),
    "a key that stands twice in rejections": (twice("rejections"), "rejections", "more than once"),
    "a key that stands twice in reports": (twice("reports"), "reports", "more than once"),
    "money that is not an integer": (retyped("pay_lines", "amount_fen", pa.float64()), "pay_lines", "not an integer"),
    "points that are not integers": (
        retyped("workload", "points_micro", pa.decimal128(38, 2)), "workload", "not an integer",
    ),
    "an empty value": (
        emptied("workload", "category"), "workload", "empty values",
    ),
    "a component that the policy does not list": (
        changed("pay_lines", everything, component="bonus"), "pay_lines", "does not list",
    ),
    "a statement that the policy does not list": (
        changed("statement_lines", everything, component="post_pay"), "statement_lines", "does not list",
    ),
    "a component that is neither fixed nor variable": (
        changed("components", named(component="post_pay"), pay_class="basic"),
        "components", "neither fixed nor variable",
    ),
    "rows of a held institution": (
        lambda whole: replace(whole, meta=replace(whole.meta, holds={"I01": "scores missing"})), "workload", "held",
    ),
    "a reason that is none": (changed("rejections", everything, reason="because"), "rejections", "is not a reason"),
    "a copy number left out": (changed("rejections", everything, copy=2), "rejections", "numbered from 1"),
    "work of nobody on an engagement": (
        changed("workload", named(staff=""), engagement_from="2020-01-01"), "workload", "without staff",
    ),
}  # fmt: skip


def test_whole_results_hold() -> None:
    check(results())
    check(results(seed=2, staff=50, holds={"I99": "not in this county any more"}))


def test_a_run_of_nothing_holds() -> None:
    """An empty month: no rows, no pay, no reports."""
    check(results(staff=0, institutions=0, rejected=0))


@pytest.mark.parametrize("name", BROKEN)
def test_each_identity_can_fail(name: str) -> None:
    spoil, where, what = BROKEN[name]
    with pytest.raises(IdentityBroken) as caught:
        check(spoil(results()))
    assert caught.value.exit_code == 4
    assert any(problem.where == where and what in problem.what for problem in caught.value.problems), (
        caught.value.report()
    )


def test_sums_beyond_64_bits_do_not_wrap() -> None:
    """Two lines of 2**62 and the like must not add up to what was stated by wrapping around."""
    whole = results(staff=4, institutions=1)
    rows = whole.pay_lines.to_pylist()
    for row in rows:
        row["amount_fen"] = 2**62
    stated = whole.reports.to_pylist()
    for row in stated:
        if row["name"] in ("gross_pay", "fixed_pay", "variable_pay"):
            row["value"] = 0  # 4 x 2**62 and 8 x 2**62 are 0 modulo 2**64
    broken = replace(
        whole,
        pay_lines=pa.Table.from_pylist(rows, whole.pay_lines.schema),
        reports=pa.Table.from_pylist(stated, whole.reports.schema),
    )
    with pytest.raises(IdentityBroken) as caught:
        check(broken)
    assert {problem.where for problem in caught.value.problems} == {"gross_pay", "fixed_pay", "variable_pay"}


def test_all_that_is_broken_is_told_at_once() -> None:
    whole = results()
    for spoil in (
        changed("statement_lines", everything, **one_more("amount_fen")),
        changed("rejections", everything, reason="because"),
        counted(read=10**6),
    ):
        whole = spoil(whole)
    with pytest.raises(IdentityBroken) as caught:
        check(whole)
    assert {problem.where for problem in caught.value.problems} == {"statement_total", "rejections", "service_record"}


def test_a_hold_leaves_copy_numbers_out() -> None:
    """Copies are numbered before rows of held institutions are left out.

    So a hold changes no other row.
    """
    second = changed("rejections", everything, copy=2)
    check(second(results(holds={"I99": "scores missing"})))
    with pytest.raises(IdentityBroken, match="numbered from 1"):
        check(changed("rejections", everything, copy=0)(results(holds={"I99": "scores missing"})))


def test_many_of_a_kind_are_counted() -> None:
    whole = results(staff=200)
    lines = whole.pay_lines
    with pytest.raises(IdentityBroken) as caught:
        check(replace(whole, pay_lines=pa.concat_tables([lines, lines])))
    told = [problem.what for problem in caught.value.problems]
    assert len(told) == MOST_TOLD + 1
    assert told[-1] == f"and {len(lines) - MOST_TOLD} more"
