"""Pricing of a snapshot: exact workload and rejections.

They are the same whatever the threads, batches, parts and row order.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from batch.input_tables import REASONS
from batch.pricing import price_snapshot as pricing
from batch.pricing.price_snapshot import PricedWork, price_snapshot
from batch.results import REJECTIONS
from batch.snapshot.schemas import EXCESS, ORIGINAL, REFUND
from payengine.errors import ExactOverflow, IntegrityBroken, UsageError
from payengine.exact.points import OwnersDoNotRise, PointSums
from payengine.periods import day_number
from tests.support.fake_snapshot import HOT_NARROW, HOT_WIDE, County, Row

OCTOBER = day_number(date(2026, 10, 1))
ITEMS = [
    ("A", "basic_medical", 10_000, None, ""),
    ("B", "public_health", 8_000, 2, "month"),
    ("C", "directed", 50_000, None, ""),
    ("D", "public_health", 15_000, 1, "year"),
]
A, B, C, D = range(4)


def county(**more: Any) -> County:
    """I1 with P1 and P2, I2 with P2; owners 0, 1, 2, then the institutions 3 and 4."""
    difficulties = [("I1", "", 11_000), ("I1", "A", 12_500), ("I2", "", 9_000)]
    return County(["I1", "I2"], [("I1", "P1"), ("I1", "P2"), ("I2", "P2")], ITEMS, difficulties, **more)


def hot(owner: int, item: int, amount: int = 1_000_000, difficulty: int = 0) -> Row:
    return {"engagement": owner, "item_row": item, "difficulty_row": difficulty, "amount": amount}


def service(
    patient: int,
    item: int,
    day: int,
    record: str,
    owner: int = 0,
    *,
    first: bool = True,
    refund: int = ORIGINAL,
    **more: Any,
) -> Row:
    """A row of a limited item. Amounts are one service, refunds a quarter of it."""
    whose = county().owners[owner]
    return {
        "patient_hi": 0, "patient_lo": patient, "has_patient": int(patient > 0), "item": item, "day": OCTOBER + day,
        "first_of_service": int(first), "counting_only": int(day < 0), "refund": refund, "engagement": owner,
        "item_row": item, "difficulty_row": 0, "amount": -250_000 if refund else 1_000_000, "record_id": record,
        "staff": whose[1], "institution": whose[0], "copies_before": 0, **more,
    }  # fmt: skip


def listed(table: pa.Table) -> list[tuple[Any, ...]]:
    assert table.schema == REJECTIONS
    return [(r["record_id"], r["staff"], r["institution"], r["copy"], r["reason"]) for r in table.to_pylist()]


def outcome(priced: PricedWork) -> tuple[Any, ...]:
    """Everything that a run takes from pricing, byte by byte."""
    arrays = tuple(array.tobytes() for array in (priced.services, priced.refunds, priced.points_micro))
    return *arrays, listed(priced.rejections), priced.counts


def test_points_are_quantity_share_equivalents_and_difficulty(tmp_path: Path) -> None:
    rows = [hot(0, A, 500_000, 2), hot(0, A, 333_300), hot(1, C), hot(3, B, difficulty=1), hot(3, B, -250_000, 1)]
    priced = price_snapshot(county(hot=rows).write(tmp_path))
    basic, directed, public = range(3)
    assert priced.points_micro[0, basic] == 500_000 * 125 // 100 + 333_300
    assert (priced.points_micro[1, directed], priced.services[1, directed]) == (0, 1)  # paid by task: a row, no points
    assert priced.points_micro[3, public] == 880_000 - 220_000
    assert (priced.services[3, public], priced.refunds[3, public]) == (1, 1)
    assert priced.counts == {"paid": 4, "refunds": 1, "held": 0, "counted_only": 0, "held_rejected": 0}
    assert priced.rejections.num_rows == 0


def test_the_limit_decides_services_and_what_refunds_become(tmp_path: Path) -> None:
    """The limit decides which services are paid and the outcome of their refunds.

    Over the limit: `over_limit`, its refunds `reversed`. Refunds in excess of an accepted one: `bad_quantity`.
    """
    rows = [
        service(1, B, 0, "r1"), service(1, B, 0, "r1x", refund=REFUND, first=False),
        service(1, B, 1, "r2", 0), service(1, B, 1, "r2", 2, first=False),  # one service of two people
        service(1, B, 1, "r2x", refund=EXCESS, first=False), service(1, B, 1, "r2y", refund=EXCESS, first=False),
        service(1, B, 2, "r3"), service(1, B, 2, "r3x", refund=REFUND, first=False),
        service(1, B, 2, "r3y", refund=EXCESS, first=False),
    ]  # fmt: skip
    priced = price_snapshot(county(limited=rows).write(tmp_path))
    assert listed(priced.rejections) == [
        ("r2x", "P1", "I1", 1, "bad_quantity"),
        ("r2y", "P1", "I1", 1, "bad_quantity"),
        ("r3", "P1", "I1", 1, "over_limit"),
        ("r3x", "P1", "I1", 1, "reversed"),
        ("r3y", "P1", "I1", 1, "reversed"),
    ]
    assert priced.services[:, 2].tolist() == [2, 0, 1, 0, 0]
    assert priced.points_micro[:, 2].tolist() == [800_000 * 2 - 200_000, 0, 800_000, 0, 0]


def test_rows_that_only_count_are_neither_paid_nor_listed(tmp_path: Path) -> None:
    rows = [service(1, D, -30, "a"), service(1, D, -29, "b"), service(1, D, -29, "bx", refund=REFUND, first=False)]
    rows.append(service(1, D, 3, "c"))
    priced = price_snapshot(county(limited=rows).write(tmp_path))
    assert listed(priced.rejections) == [("c", "P1", "I1", 1, "over_limit")]
    assert (priced.counts["counted_only"], priced.counts["paid"]) == (3, 0)


def test_copies_count_on_in_the_order_of_the_reasons(tmp_path: Path) -> None:
    """Copies are numbered on in the order of the reasons.

    A duplicate that freeze refused comes before `over_limit`; a `bad_share` of the same record and staff after.
    """
    frozen = [
        {"record_id": "r0", "staff": "P9", "institution": "I9", "reason": "unknown_institution", "copy": 1},
        {"record_id": "r2", "staff": "P1", "institution": "I1", "reason": "duplicate_row", "copy": 1},
        {"record_id": "r2", "staff": "P1", "institution": "I1", "reason": "duplicate_row", "copy": 2},
        {"record_id": "r2", "staff": "P2", "institution": "I2", "reason": "bad_share", "copy": 1},
        {"record_id": "r3", "staff": "P1", "institution": "I1", "reason": "bad_share", "copy": 1},
    ]
    rows = [
        service(1, D, 0, "r1"),
        service(1, D, 1, "r2", copies_before=2),
        service(1, D, 1, "r3", refund=REFUND, first=False, copies_before=1),
        service(1, D, 1, "r3", refund=EXCESS, first=False, copies_before=1),
        service(1, D, 1, "r10", refund=EXCESS, first=False),
    ]
    priced = price_snapshot(county(limited=rows, rejected=frozen).write(tmp_path))
    assert listed(priced.rejections) == [
        ("r0", "P9", "I9", 1, "unknown_institution"),
        ("r10", "P1", "I1", 1, "reversed"),
        ("r2", "P1", "I1", 1, "duplicate_row"),
        ("r2", "P1", "I1", 2, "duplicate_row"),
        ("r2", "P1", "I1", 3, "over_limit"),
        ("r2", "P2", "I2", 1, "bad_share"),
        ("r3", "P1", "I1", 1, "reversed"),
        ("r3", "P1", "I1", 2, "reversed"),
        ("r3", "P1", "I1", 3, "bad_share"),
    ]


def test_a_held_institution_counts_in_limits_and_has_no_rows(tmp_path: Path) -> None:
    frozen = [
        {"record_id": "x", "staff": "P1", "institution": "I1", "reason": "bad_quantity", "copy": 1},
        {"record_id": "x", "staff": "P1", "institution": "I2", "reason": "absent", "copy": 2},
    ]
    rows = [service(1, D, 0, "r1", 0), service(1, D, 1, "r2", 2), service(2, D, 1, "r3", 2), service(2, D, 2, "r4", 0)]
    snapshot = county(hot=[hot(0, A), hot(2, A), hot(3, A)], limited=rows, rejected=frozen).write(tmp_path)
    priced = price_snapshot(snapshot, {"I1": "scores missing"})
    assert listed(priced.rejections) == [("r2", "P2", "I2", 1, "over_limit"), ("x", "P1", "I2", 2, "absent")]
    assert priced.services.sum(axis=1).tolist() == [0, 0, 2, 0, 0]
    assert priced.points_micro.sum(axis=1).tolist() == [0, 0, 2_500_000, 0, 0]
    assert priced.counts == {"paid": 2, "refunds": 0, "held": 4, "counted_only": 0, "held_rejected": 1}
    whole = price_snapshot(snapshot)
    assert whole.counts == {"paid": 5, "refunds": 0, "held": 0, "counted_only": 0, "held_rejected": 0}
    assert whole.rejections.num_rows == 4


def test_an_unknown_institution_cannot_be_held(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as refused:
        price_snapshot(county().write(tmp_path), {"I01": "", "Z": ""})
    assert [problem.column for problem in refused.value.problems] == ["I01", "Z"]
    assert "I1" in refused.value.problems[0].what


def test_an_empty_month_is_priced(tmp_path: Path) -> None:
    priced = price_snapshot(county().write(tmp_path))
    assert priced.services.shape == priced.points_micro.shape == (5, 3)
    assert not priced.points_micro.any()
    assert priced.rejections.schema == REJECTIONS


hot_rows = st.lists(
    st.builds(hot, st.integers(0, 4), st.integers(0, 3), st.integers(-(10**7), 10**7).filter(bool), st.integers(0, 3)),
    max_size=40,
)
services = st.lists(
    st.tuples(
        st.integers(1, 3), st.sampled_from([B, D]), st.integers(-40, 5),
        st.lists(st.tuples(st.integers(0, 4), st.sampled_from([ORIGINAL, ORIGINAL, REFUND, EXCESS])), max_size=3),
    ),
    max_size=15,
)  # fmt: skip


def oracle(rows: list[Row], limited: list[Row]) -> tuple[dict[tuple[int, int], list[Any]], list[tuple[str, str, str]]]:
    """Workload by (owner, item row) and the run's refusals, row by row in plain Python."""
    cells: dict[tuple[int, int], list[Any]] = {}
    refused = []
    coefficients = [10_000, *(coefficient for _, _, coefficient in sorted(county().difficulties))]

    def pay(row: Row) -> None:
        item = row["item_row"]
        cell = cells.setdefault((row["engagement"], item), [Fraction(0), 0, 0])
        equivalents = 0 if ITEMS[item][1] == "directed" else ITEMS[item][2]
        cell[0] += Fraction(row["amount"] * equivalents * coefficients[row["difficulty_row"]], 10**14)
        cell[2 if row["amount"] < 0 else 1] += 1

    for row in rows:
        pay(row)
    taken: dict[Any, int] = {}
    accepted = False
    for row in limited:
        if row["first_of_service"]:
            day = date.fromordinal(date(1970, 1, 1).toordinal() + row["day"])
            key = (row["patient_lo"], row["item"], (day.year, day.month) if row["item"] == B else day.year)
            accepted = taken.get(key, 0) < ITEMS[row["item"]][3]
            taken[key] = taken.get(key, 0) + accepted
        if row["counting_only"]:
            continue
        if not accepted:
            refused.append((row["record_id"], row["staff"], "reversed" if row["refund"] else "over_limit"))
        elif row["refund"] == EXCESS:
            refused.append((row["record_id"], row["staff"], "bad_quantity"))
        else:
            pay(row)
    return cells, sorted(refused)


@given(hot_rows, services, st.sampled_from([HOT_NARROW, HOT_WIDE]), st.integers(1, 3), st.integers(1, 7))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_as_the_rule_in_plain_python(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[Row],
    drawn: list[Any],
    types: dict[str, str],
    parts: int,
    batch: int,
) -> None:
    drawn.sort(key=lambda each: each[:3])
    limited = []
    for number, (patient, item, day, others) in enumerate(drawn):
        limited.append(service(patient, item, day, f"r{number}"))
        for place, (owner, kind) in enumerate(sorted(others, key=lambda other: other[1])):
            record = f"r{number}" if kind == ORIGINAL else f"r{number}x{place}"
            limited.append(service(patient, item, day, record, owner, first=False, refund=kind))
    folder = tmp_path_factory.mktemp("snapshot")
    snapshot = county(hot=rows, limited=limited).write(folder, batch=batch, parts=parts, hot_types=types)
    cells, refused = oracle(rows, limited)
    first = price_snapshot(snapshot, threads=1)
    categories = sorted({item[1] for item in ITEMS})
    expected: dict[tuple[int, int], list[Any]] = {}
    for (owner, item), found in cells.items():
        cell = expected.setdefault((owner, categories.index(ITEMS[item][1])), [Fraction(0), 0, 0])
        expected[owner, categories.index(ITEMS[item][1])] = [a + b for a, b in zip(cell, found, strict=True)]
    for owner in range(5):
        for category in range(3):
            points, done, refunds = expected.get((owner, category), (Fraction(0), 0, 0))
            millionths = abs(points) * 10**6 + Fraction(1, 2)
            assert first.points_micro[owner, category] == millionths.__floor__() * (-1 if points < 0 else 1)
            assert (first.services[owner, category], first.refunds[owner, category]) == (done, refunds)
    assert sorted((r["record_id"], r["staff"], r["reason"]) for r in first.rejections.to_pylist()) == refused
    assert outcome(price_snapshot(snapshot, threads=3)) == outcome(first)


def many_rows(count: int, seed: int = 3) -> County:
    """Rows enough for several batches, spans and parts."""
    generator = np.random.default_rng(seed)
    codes = [generator.integers(0, high, count).tolist() for high in (5, 4, 4)]
    amounts = (generator.integers(1, 10**7, count) * generator.choice([1, 1, 1, -1], count)).tolist()
    rows = [hot(owner, item, amount, row) for owner, item, row, amount in zip(*codes, amounts, strict=True)]
    rows.sort(key=lambda row: row["engagement"])
    patients = sorted(generator.integers(1, 60, 400).tolist())
    limited = [service(patient, D, number % 28, f"r{number}", number % 3) for number, patient in enumerate(patients)]
    limited.sort(key=lambda row: (row["patient_lo"], row["day"], row["record_id"].encode()))
    return county(hot=rows, limited=limited)


def test_threads_batches_parts_widths_and_order_change_nothing(tmp_path: Path) -> None:
    rows = many_rows(3000)
    outcomes = []
    for number, (threads, batch, parts, types) in enumerate(
        [(1, 65_536, 1, HOT_NARROW), (2, 100, 3, HOT_NARROW), (5, 7, 2, HOT_WIDE), (3, 1000, 7, HOT_WIDE)]
    ):
        snapshot = rows.write(tmp_path / str(number), batch=batch, parts=parts, hot_types=types)
        outcomes.append(outcome(price_snapshot(snapshot, threads=threads)))
    rows.hot.reverse()
    outcomes.append(outcome(price_snapshot(rows.write(tmp_path / "reversed", batch=64, parts=2), threads=2)))
    assert all(each == outcomes[0] for each in outcomes)
    assert outcomes[0][4]["paid"] > 2000


def test_one_owner_may_have_rows_in_every_span(tmp_path: Path) -> None:
    """Spans cut in the middle of an owner's rows are added once each."""
    rows = many_rows(3000)
    rows.hot = [{**row, "engagement": max(row["engagement"], 3)} for row in rows.hot]
    outcomes = [
        outcome(price_snapshot(rows.write(tmp_path / str(batch), batch=batch, parts=2), threads=threads))
        for threads, batch in ((1, 65_536), (2, 50), (4, 11))
    ]
    assert outcomes[0] == outcomes[1] == outcomes[2]


@pytest.mark.parametrize("shape", ["within a span", "between spans", "beyond the tables"])
def test_rows_in_another_order_are_left_to_one_thread(tmp_path: Path, shape: str) -> None:
    """Two threads would add to one owner's cells at a time, and lose some of the rows."""
    rows = many_rows(3000)
    if shape == "within a span":  # whose ends are in order
        rows.hot[5], rows.hot[-5] = rows.hot[-5], rows.hot[5]
    elif shape == "between spans":
        rows.hot = rows.hot[1400:] + rows.hot[:1400]  # 1,600 rows are four spans, each in order
    else:
        rows.hot[-1] = hot(5, A)
    snapshot = rows.write(tmp_path, batch=100)
    tables = pricing.price_tables(snapshot)
    with pytest.raises(OwnersDoNotRise):
        pricing._work(snapshot, tables, 2)
    if shape == "beyond the tables":
        with pytest.raises(IntegrityBroken) as broken:
            price_snapshot(snapshot, threads=2)
        assert broken.value.problems[0].row == 3000
    else:
        assert outcome(price_snapshot(snapshot, threads=2)) == outcome(price_snapshot(snapshot, threads=1))


def test_many_waiting_rows_of_limited_items_are_summed_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    snapshot = many_rows(300).write(tmp_path, parts=5)
    expected = outcome(price_snapshot(snapshot))
    apart = []
    merge = PointSums.merge
    monkeypatch.setattr(PointSums, "merge", lambda sums, other: (apart.append(other.rows), merge(sums, other))[1])
    monkeypatch.setattr(pricing, "MOST_WAITING", 150)
    assert outcome(price_snapshot(snapshot, threads=2)) == expected
    assert apart[0] > 0


@pytest.mark.parametrize("threads", [1, 2])
def test_a_limited_row_that_cannot_be_priced_names_its_file_and_row(tmp_path: Path, threads: int) -> None:
    rows = [service(1, D, 0, "a"), service(1, D, 1, "b"), service(2, D, 2, "c", difficulty_row=9)]
    with pytest.raises(IntegrityBroken) as broken:
        price_snapshot(county(limited=rows).write(tmp_path), threads=threads)
    problem = broken.value.problems[0]
    assert (Path(problem.where).parts[-2:], problem.row) == (("limited", "00000.arrow"), 3)


def test_rejections_are_read_when_they_are_asked_for(tmp_path: Path) -> None:
    rows = [service(1, D, 0, "a"), service(1, D, 1, "b")]
    priced = price_snapshot(county(limited=rows).write(tmp_path))
    records = tmp_path / "limited_records" / "00000.parquet"
    pq.write_table(pq.read_table(records).slice(0, 1), records)
    with pytest.raises(IntegrityBroken, match=r"00000\.parquet has 1 rows, not 2"):
        _ = priced.rejections


def test_a_code_in_no_table_names_its_file_and_row(tmp_path: Path) -> None:
    rows = [hot(0, A)] * 10 + [hot(0, 4)] + [hot(0, A)] * 10
    snapshot = county(hot=rows).write(tmp_path, batch=4)
    for threads in (1, 2):
        with pytest.raises(IntegrityBroken) as broken:
            price_snapshot(snapshot, threads=threads)
        problem = broken.value.problems[0]
        assert (Path(problem.where).name, problem.row) == ("00000.arrow", 11)


def test_limited_rows_out_of_order_name_their_row(tmp_path: Path) -> None:
    rows = [service(1, D, 0, "a"), service(1, D, 1, "b"), service(1, D, 0, "c")]
    with pytest.raises(IntegrityBroken) as broken:
        price_snapshot(county(limited=rows).write(tmp_path))
    assert broken.value.problems[0].row == 3


@pytest.mark.parametrize("file", ["hot/00000.arrow", "limited/00000.arrow", "limited_records/00000.parquet"])
@pytest.mark.parametrize("damage", ["truncated", "missing"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, file: str, damage: str) -> None:
    rows = [service(1, D, 0, "a"), service(1, D, 1, "b")]
    snapshot = county(hot=[hot(0, A)], limited=rows).write(tmp_path)
    if damage == "missing":
        (tmp_path / file).unlink()
    else:
        (tmp_path / file).write_bytes((tmp_path / file).read_bytes()[:-40])
    with pytest.raises(IntegrityBroken, match=Path(file).name):
        _ = price_snapshot(snapshot).rejections


def test_points_that_do_not_fit_name_who_has_them(tmp_path: Path) -> None:
    items = [("A", "basic_medical", 2**31 - 1, None, "")]
    difficulties = [("I1", "", 2**31 - 1)]
    rows = [hot(1, 0, 2**33, 1)] * 2
    snapshot = County(["I1"], [("I1", "P1"), ("I1", "P2")], items, difficulties, hot=rows).write(
        tmp_path, hot_types=HOT_WIDE
    )
    with pytest.raises(ExactOverflow) as raised:
        price_snapshot(snapshot)
    assert raised.value.problems[0].column == "I1 P2 basic_medical"


def test_the_reasons_of_the_run_stand_in_the_order_of_all_reasons() -> None:
    assert REASONS.index("reversed") < REASONS.index("bad_quantity") < REASONS.index("over_limit")
