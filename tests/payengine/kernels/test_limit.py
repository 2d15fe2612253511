"""Acceptance of services of limited items: in order, by calendar period, once per service."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from payengine.kernels import limit as kernel
from payengine.periods import day_number

DAY, MONTH, QUARTER, YEAR = range(4)
BEGIN = date(2026, 1, 1)


def period(day: date, kind: int) -> tuple[int, ...]:
    return {
        DAY: (day.year, day.month, day.day),
        MONTH: (day.year, day.month),
        QUARTER: (day.year, (day.month - 1) // 3),
        YEAR: (day.year,),
    }[kind]


def accept(services: list[dict[str, Any]], rules: list[tuple[int | None, int]]) -> list[bool]:
    """Decide by the rule in plain Python, one decision for each service.

    Services stand in order of (patient, item, day, record).
    """
    accepted: list[dict[str, Any]] = []
    decisions = []
    for service in services:
        most, kind = rules[service["item_row"]]
        before = [
            other
            for other in accepted
            if service["patient"]
            and (other["patient"], other["item"]) == (service["patient"], service["item"])
            and period(other["day"], kind) == period(service["day"], kind)
        ]
        decision = most is None or len(before) < most
        decisions.append(decision)
        if decision:
            accepted.append(service)
    return decisions


def run(services: list[dict[str, Any]], rules: list[tuple[int | None, int]]) -> tuple[tuple[int, int], list[int]]:
    """Run the kernel over the rows of services: its status, and the decision on each row."""
    rows = [(service, number == 0) for service in services for number in range(service.get("rows", 1))]
    column = {
        "patient_hi": np.array([s["patient"] >> 64 for s, _ in rows], np.uint64),
        "patient_lo": np.array([s["patient"] & (2**64 - 1) for s, _ in rows], np.uint64),
        "has_patient": np.array([s["patient"] != 0 for s, _ in rows], np.uint8),
        "item": np.array([s["item"] for s, _ in rows], np.int32),
        "day": np.array([day_number(s["day"]) for s, _ in rows], np.int32),
        "first": np.array([first for _, first in rows], np.uint8),
        "item_row": np.array([s["item_row"] for s, _ in rows], np.int32),
    }
    count = np.array([-1 if most is None else most for most, _ in rules], np.int64)
    kind = np.array([-1 if most is None else kind for most, kind in rules], np.int32)
    accepted = np.full(len(rows), 9, np.uint8)
    return kernel.limit(*column.values(), count, kind, accepted), accepted.tolist()


rules = st.lists(st.tuples(st.one_of(st.none(), st.integers(0, 4)), st.integers(0, 3)), min_size=1, max_size=4)
services = st.lists(
    st.fixed_dictionaries(
        {
            "patient": st.sampled_from([1, 2, 2**64, 2**64 + 1, 2**127 + 5]),
            "item": st.integers(0, 1),
            "day": st.one_of(st.integers(0, 400), st.integers(0, 3)).map(lambda days: BEGIN + timedelta(days)),
            "rows": st.integers(1, 3),
            "item_row": st.integers(0, 9),
        }
    ),
    max_size=40,
)


@given(services, rules)
@example([{"patient": 1, "item": 0, "day": BEGIN, "item_row": 0}] * 3, [(0, YEAR)])
@settings(max_examples=200)
def test_as_the_rule_in_plain_python(drawn: list[dict[str, Any]], limits: list[tuple[int | None, int]]) -> None:
    for service in drawn:
        service["item_row"] %= len(limits)
    drawn.sort(key=lambda service: (service["patient"], service["item"], service["day"]))
    status, rows = run(drawn, limits)
    assert status == (kernel.OK, 0)
    expected = accept(drawn, limits)
    assert rows == [
        int(decision) for service, decision in zip(drawn, expected, strict=True) for _ in range(service.get("rows", 1))
    ]


def one(day: date, item_row: int = 0, patient: int = 7) -> dict[str, Any]:
    return {"patient": patient, "item": 0, "day": day, "item_row": item_row}


def test_a_limit_begins_anew_with_its_calendar_period() -> None:
    days = [date(2026, 3, 30), date(2026, 3, 31), date(2026, 4, 1), date(2026, 6, 30), date(2026, 7, 1)]
    assert run([one(day) for day in days], [(1, QUARTER)])[1] == [1, 0, 1, 0, 1]
    assert run([one(day) for day in days], [(1, MONTH)])[1] == [1, 0, 1, 1, 1]
    assert run([one(day) for day in days], [(2, YEAR)])[1] == [1, 1, 0, 0, 0]
    assert run([one(days[0])] * 3, [(2, DAY)])[1] == [1, 1, 0]


def test_a_service_counts_under_the_limit_of_its_own_row_and_for_every_later_one() -> None:
    """A service uses up every later limit of its period, even if accepted without one.

    The limit changes within the year: what was accepted before counts under the new limit.
    """
    days = [date(2026, 1, 5), date(2026, 2, 5), date(2026, 7, 5), date(2026, 7, 6)]
    rows = [one(days[0], 0), one(days[1], 0), one(days[2], 1), one(days[3], 2)]
    assert run(rows, [(None, 0), (3, YEAR), (3, YEAR)])[1] == [1, 1, 1, 0]


def test_a_service_that_is_not_accepted_uses_nothing_up() -> None:
    rows = [one(date(2026, 1, 5), 0), one(date(2026, 1, 6), 0), one(date(2026, 1, 7), 1)]
    assert run(rows, [(1, MONTH), (2, MONTH)])[1] == [1, 0, 1]


def test_the_calendar_is_right_for_every_day_of_two_centuries() -> None:
    """Calendar months are right for every day of two centuries.

    One service a day under a limit of one a month is accepted exactly on the first of each month.
    """
    days = [date(1900, 1, 1) + timedelta(number) for number in range(73_049)]
    decisions = run([one(day) for day in days], [(1, MONTH)])[1]
    assert [day for day, accepted in zip(days, decisions, strict=True) if accepted] == [d for d in days if d.day == 1]


def test_rows_without_a_patient_are_accepted_and_count_nowhere() -> None:
    rows = [one(date(2026, 1, 5), 0, patient=0)] * 3 + [one(date(2026, 1, 5), 1)]
    assert run(rows, [(None, 0), (1, DAY)]) == ((kernel.OK, 0), [1, 1, 1, 1])


@pytest.mark.parametrize(
    ("rows", "wrong", "row"),
    [
        ([one(date(2026, 1, 2)), one(date(2026, 1, 1))], kernel.NOT_IN_ORDER, 2),
        ([one(BEGIN, patient=2**64), one(BEGIN, patient=5)], kernel.NOT_IN_ORDER, 2),
        ([one(BEGIN, patient=6), one(BEGIN, patient=5)], kernel.NOT_IN_ORDER, 2),
        ([one(BEGIN), {**one(BEGIN), "item": -1}], kernel.NOT_IN_ORDER, 2),
        ([one(BEGIN), one(BEGIN, item_row=1)], kernel.BAD_CODE, 2),
        ([one(BEGIN, item_row=-1)], kernel.BAD_CODE, 1),
        ([one(BEGIN, patient=0)], kernel.NO_PATIENT, 1),
    ],
)
def test_rows_that_no_freeze_writes_are_told(rows: list[dict[str, Any]], wrong: int, row: int) -> None:
    assert run(rows, [(1, YEAR)])[0] == (wrong, row)


def test_a_part_cannot_begin_in_the_middle_of_a_service() -> None:
    empty = {"u8": np.zeros(1, np.uint64), "b": np.zeros(1, np.uint8), "i": np.zeros(1, np.int32)}
    status = kernel.limit(
        empty["u8"], empty["u8"], np.ones(1, np.uint8), empty["i"], empty["i"], empty["b"], empty["i"],
        np.array([1]), np.array([3], np.int32), np.zeros(1, np.uint8),
    )  # fmt: skip
    assert status == (kernel.NOT_IN_ORDER, 1)


@pytest.mark.parametrize(("count", "period"), [(-2, 0), (1, 4), (1, -1)])
def test_a_limit_that_means_nothing_is_told(count: int, period: int) -> None:
    assert run([one(BEGIN)], [(count, period)])[0] == (kernel.BAD_CODE, 1)
