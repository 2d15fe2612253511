"""Pricing of rows to points: exact sums for each cell, every code checked.

Neither the order of rows nor batches nor workers matter.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from payengine.errors import ExactOverflow
from payengine.exact.points import OwnersDoNotRise, PointSums, PriceTables, RowRefused
from payengine.kernels.price import BLOCK, MOST_CATEGORIES, SHORTEST, STRIDE, price, price_in_numpy

NARROW = ("uint16", "uint16", "uint16", "int32")
WIDE = ("int32", "int32", "int32", "int64")
TWO_31 = 2**31 - 1


@pytest.fixture(autouse=True, scope="module")
def _compiled() -> Iterator[None]:
    """Price by the kernel, compiled or not before; NumPy has tests of its own below."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(price, "otherwise", None)
        yield


def tables(
    equivalents: list[int], coefficient: list[int], category: list[int], owners: int, categories: int
) -> PriceTables:
    return PriceTables(
        np.array(equivalents, np.int64),
        np.array(coefficient, np.int64),
        np.array(category, np.int32),
        owners,
        categories,
    )


def columns(rows: list[tuple[int, ...]], kinds: tuple[str, ...] = WIDE) -> list[Any]:
    return [np.array([row[place] for row in rows], kind) for place, kind in enumerate(kinds)]


def sums_in_python(rows: list[tuple[int, ...]], given_tables: PriceTables) -> dict[tuple[int, int], list[Any]]:
    """Sum (points, services, refunds) by owner and category, in integers and fractions."""
    cells: dict[tuple[int, int], list[Any]] = {}
    for owner, item, difficulty, amount in rows:
        cell = cells.setdefault((owner, int(given_tables.category[item])), [Fraction(0), 0, 0])
        factor = int(given_tables.equivalents[item]) * int(given_tables.coefficient[difficulty])
        cell[0] += Fraction(amount * factor, 10**14)
        cell[2 if amount < 0 else 1] += 1
    return cells


def stated(points: Fraction) -> int:
    """Round points to millionths, half away from zero."""
    half_up = (abs(points) * 10**6 + Fraction(1, 2)).__floor__()
    return -half_up if points < 0 else half_up


factor = st.one_of(st.integers(0, 200_000), st.integers(0, TWO_31))
drawn_tables = st.tuples(
    st.lists(st.tuples(factor, st.integers(0, 2)), min_size=1, max_size=5), st.lists(factor, min_size=1, max_size=4)
)
amounts = st.one_of(st.integers(-(10**8), 10**9), st.integers(-(2**31), 2**31 - 1))
codes = st.tuples(st.integers(0, 5), st.integers(0, 99), st.integers(0, 99), amounts)


@given(drawn_tables, st.lists(codes, max_size=60), st.sampled_from([NARROW, WIDE]), st.integers(1, 7))
@example(([(TWO_31, 0)], [TWO_31]), [(0, 0, 0, 2**31 - 1)] * 3 + [(0, 0, 0, -(2**31))] * 3, NARROW, 2)
@example(([(0, 1)], [10_000]), [(3, 0, 0, 1_000_000), (3, 0, 0, -1_000_000)], NARROW, 1)  # directed: rows, no points
@example(([(1_853_305_952, 0)], [316725227]), [(0, 0, 0, -1_571_303_039)], NARROW, 1)  # below 64 bits
@settings(max_examples=150)
def test_sums_are_those_of_fractions(
    drawn: Any, rows: list[tuple[int, ...]], kinds: tuple[str, ...], batch: int
) -> None:
    (items, coefficient) = drawn
    given_tables = tables([e for e, _ in items], coefficient, [c for _, c in items], 6, 3)
    rows = [
        (owner, item % len(items), difficulty % len(coefficient), amount) for owner, item, difficulty, amount in rows
    ]
    expected = sums_in_python(rows, given_tables)
    whole = PointSums(given_tables)
    whole.add(*columns(rows, kinds))
    shuffled = random.Random(1).sample(rows, len(rows))  # order, batches and workers change nothing
    workers = [PointSums(given_tables), PointSums(given_tables)]
    for number, start in enumerate(range(0, len(rows), batch)):
        workers[number % 2].add(*columns(shuffled[start : start + batch], kinds))
    workers[0].merge(workers[1])
    for sums in (whole, workers[0]):
        fits = all(abs(stated(points)) < 2**63 for points, _, _ in expected.values())
        if not fits:
            with pytest.raises(ExactOverflow):
                _ = sums.points_micro
            continue
        for owner in range(6):
            for category in range(3):
                points, services, refunds = expected.get((owner, category), (Fraction(0), 0, 0))
                assert sums.points_micro[owner, category] == stated(points)
                assert (sums.services[owner, category], sums.refunds[owner, category]) == (services, refunds)
    assert whole.rows == workers[0].rows == len(rows)


STEP = int(STRIDE)  # rows by which the end of an owner's rows is sought
LENGTHS = (1, SHORTEST - 1, SHORTEST, SHORTEST + 1, STEP - 1, STEP, STEP + 1, 3 * STEP + 2, 20 * STEP)


def sums_by_cell(sums: PointSums) -> dict[tuple[int, int], list[int]]:
    """Give (points, services, refunds) of cells with rows; points in units of 10**-14."""
    width = sums.tables.categories
    cells = zip(sums._hi.tolist(), sums._lo.tolist(), sums._services.tolist(), sums._refunds.tolist(), strict=True)
    return {
        divmod(number, width): [hi * 2**64 + lo, services, refunds]
        for number, (hi, lo, services, refunds) in enumerate(cells)
        if services or refunds
    }


@pytest.mark.parametrize("categories", [1, 8, 17, MOST_CATEGORIES, MOST_CATEGORIES + 1])
@pytest.mark.parametrize("greatest", [1, 10_000, 80_000, 2_000_000, TWO_31])
@pytest.mark.parametrize("together", [1, SHORTEST - 1, SHORTEST, 100, BLOCK])
@pytest.mark.parametrize("kinds", [NARROW, WIDE])
def test_rows_of_one_owner_are_summed_exactly_at_the_edge_of_64_bits(
    categories: int, greatest: int, together: int, kinds: tuple[str, ...]
) -> None:
    """Runs of one owner: the greatest amounts of which so many rows fit, and ones just beyond."""
    chosen = random.Random(categories * greatest)
    items = [(greatest, 0)] + [(chosen.randint(0, greatest), chosen.randrange(categories)) for _ in range(20)]
    coefficient = [min(greatest, 30_000), 10_000, 0]
    given_tables = tables([e for e, _ in items], coefficient, [c for _, c in items], len(LENGTHS), categories)
    edge = min(int(given_tables.room) // together, 2**31 - 1 if kinds is NARROW else 2**63 - 1)
    top = 2**31 - 1 if kinds is NARROW else min(2**95 // greatest**2, 2**62)
    rare = [amount for amount in (edge - 1, edge + 1, -edge - 1, top, -top, 0) if abs(amount) <= top]
    rows = []
    for owner, length in enumerate(LENGTHS):
        sign = 1 if owner % 2 else -1  # all of one sign: nothing cancels
        for _ in range(length):
            usual = (owner, 0, 0, sign * edge)
            rows.append(usual if chosen.random() < 0.9 else (owner, chosen.randrange(21), chosen.randrange(3), 0))
            if owner > len(LENGTHS) // 2 and chosen.random() < 0.05:
                rows.append((owner, chosen.randrange(21), chosen.randrange(3), chosen.choice(rare)))
    expected: dict[tuple[int, int], list[int]] = {}
    for owner, item, difficulty, amount in rows:
        cell = expected.setdefault((owner, items[item][1]), [0, 0, 0])
        cell[0] += amount * items[item][0] * coefficient[difficulty]
        cell[2 if amount < 0 else 1] += 1
    one_by_one, together = PointSums(given_tables), PointSums(given_tables)
    together.add(*columns(rows, kinds))
    for row in rows:  # a row by itself is always added in 128 bits
        one_by_one.add(*columns([row], kinds))
    assert sums_by_cell(together) == expected
    assert sums_by_cell(one_by_one) == expected


def test_no_sum_of_amounts_within_the_room_leaves_64_bits() -> None:
    for greatest in (0, 1, 9_999, 123_456, TWO_31):
        given_tables = tables([greatest, 0], [1, greatest], [0, 0], 1, 1)
        factor = max(greatest * max(greatest, 1), 1)
        assert int(given_tables.room) * factor < 2**63 <= (int(given_tables.room) + 1) * factor


@pytest.mark.parametrize("kinds", [NARROW, WIDE])
def test_rows_of_several_blocks_are_summed_whatever_one_of_them_holds(kinds: tuple[str, ...]) -> None:
    """Blocks in order, out of order, with a great amount, one after the other."""
    chosen = random.Random(7)
    given_tables = tables([80_000, 12_345], [10_000, 13_000], [0, 1], 50, 2)
    count = 5 * BLOCK
    rows = [(number * 50 // count, chosen.randrange(2), chosen.randrange(2), 10**6) for number in range(count)]
    for place in (7, 8, BLOCK - 1, BLOCK, 3 * BLOCK + 5):  # refunds
        rows[place] = (*rows[place][:3], -(10**6))
    rows[BLOCK + 100 : BLOCK + 140] = reversed(rows[BLOCK + 100 : BLOCK + 140])
    rows[2 * BLOCK + 9] = (0, 1, 1, 5)  # an owner who was before
    rows[4 * BLOCK - 1] = (*rows[4 * BLOCK - 1][:3], 2**31 - 1 if kinds is NARROW else -(2**40))
    sums = PointSums(given_tables)
    sums.add(*columns(rows, kinds))
    expected = {
        cell: [int(points * 10**14), services, refunds]
        for cell, (points, services, refunds) in sums_in_python(rows, given_tables).items()
    }
    assert sums_by_cell(sums) == expected


@pytest.mark.parametrize("place", [0, 3, SHORTEST, BLOCK - 1, BLOCK, BLOCK + 40])
@pytest.mark.parametrize(("bad", "too_large"), [((1, 9, 0, 1), False), ((1, 0, 9, 1), False), ((1, 0, 0, 2**62), True)])
def test_rows_before_the_one_that_is_refused_have_been_added(place: int, bad: tuple[int, ...], too_large: bool) -> None:
    sums = PointSums(tables([2**17, 7], [2**17, 3], [0, 1], 3, 2))
    assert int(sums.tables.room) > 2 * BLOCK  # so the rows are added up in 64 bits
    rows = [(1, 1, 1, -1 if number % 3 == 0 else 2) for number in range(BLOCK + 300)]
    with pytest.raises(RowRefused) as refused:
        sums.add(*columns([*rows[:place], bad, *rows[place:]]))
    assert (refused.value.row, refused.value.too_large) == (place, too_large)
    before = PointSums(sums.tables)
    before.add(*columns(rows[:place]))
    assert sums_by_cell(sums) == sums_by_cell(before)
    assert sums.rows == place


def rows_by_owner(owners: int, seed: int = 5) -> list[tuple[int, ...]]:
    chosen = random.Random(seed)
    return [
        (owner, chosen.randrange(3), chosen.randrange(2), chosen.randint(-(10**6), 10**7))
        for owner in range(owners)
        for _ in range(chosen.choice([1, 5, 40, 300]))
    ]


def test_spans_of_owners_that_meet_at_their_ends_are_summed_as_the_whole() -> None:
    """Spans are cut in the middle of an owner's rows; one holds rows of one owner only."""
    given_tables = tables([10_000, 7_500, 3], [10_000, 12_345], [0, 1, 2], 12, 3)
    rows = rows_by_owner(12)
    whole = PointSums(given_tables)
    whole.add(*columns(rows))
    sums = PointSums(given_tables, spans=2)
    starts = [number for number in range(1, len(rows)) if rows[number - 1][0] == rows[number][0]]
    cuts = [0, *starts[:: len(starts) // 9], len(rows)]
    spans = [rows[first:last] for first, last in itertools.pairwise(cuts)]
    assert any(len({row[0] for row in span}) == 1 for span in spans)
    waiting: list[Any] = []
    for number, span in enumerate(spans):  # two are open at a time, the later one filled first
        opened = sums.span(number % 2, span[0][0], span[-1][0])
        waiting.insert(0, (opened, span))
        if len(waiting) == 2:
            for one, its_rows in waiting:
                one.add(*columns(its_rows))
            for one, _ in waiting:
                one.close()
            waiting = []
    for one, its_rows in waiting:
        one.add(*columns(its_rows))
        one.close()
    assert sums_by_cell(sums) == sums_by_cell(whole)
    assert (sums.rows, sums.points_micro.tolist()) == (whole.rows, whole.points_micro.tolist())


def test_the_ends_of_a_span_are_kept_apart_until_it_is_closed() -> None:
    """Other threads may be adding rows of these two owners."""
    sums = PointSums(tables([10_000], [10_000], [0], 5, 1), spans=2)
    rows = [(owner, 0, 0, amount) for owner in (1, 2, 3) for amount in [5] * 20 + [-1]]
    spans = [sums.span(0, 1, 3), sums.span(1, 3, 3)]
    spans[0].add(*columns(rows))
    spans[1].add(*columns(rows[-21:]))
    assert sums.services.tolist() == [[0], [0], [20], [0], [0]]
    assert sums.refunds.tolist() == [[0], [0], [1], [0], [0]]
    for span in spans:
        span.close()
    assert sums.services.tolist() == [[0], [20], [20], [40], [0]]
    assert sums.refunds.tolist() == [[0], [1], [1], [2], [0]]
    assert sums.points_micro.tolist() == [[0], [99], [99], [198], [0]]


@pytest.mark.parametrize("span", [(-1, 2), (0, 4), (2**31 - 1, 2**31 - 1), (3, 2)])
def test_a_span_of_owners_that_no_rows_in_order_have_is_not_opened(span: tuple[int, int]) -> None:
    with pytest.raises(OwnersDoNotRise):
        PointSums(tables([1], [1], [0], 4, 1), spans=1).span(0, *span)


@pytest.mark.parametrize("owner", [0, 3])
def test_a_row_of_an_owner_outside_its_span_is_added_to_nobody(owner: int) -> None:
    sums = PointSums(tables([10_000], [10_000], [0], 4, 1), spans=1)
    span = sums.span(0, 1, 2)
    with pytest.raises(OwnersDoNotRise):
        span.add(*columns([(1, 0, 0, 1), (owner, 0, 0, 1), (2, 0, 0, 1)]))
    span.close()
    assert sums.services.tolist() == [[0], [1], [0], [0]]
    with pytest.raises(RowRefused):
        span.add(*columns([(4, 0, 0, 1)]))


def test_a_span_refuses_rows_as_the_whole_does() -> None:
    span = PointSums(tables([TWO_31], [TWO_31], [0], 4, 1), spans=1).span(0, 0, 3)
    for bad, too_large in (((0, 1, 0, 1), False), ((0, 0, 0, 2**62), True)):
        with pytest.raises(RowRefused) as refused:
            span.add(*columns([(0, 0, 0, 1), bad]))
        assert (refused.value.row, refused.value.too_large) == (1, too_large)


def test_points_are_stated_once_over_the_whole_sum() -> None:
    """Points are rounded once, over the whole sum.

    3,900 records rounded singly are 31,356.00 yuan, summed exactly 31,359.12 (the trap of golden case G9).
    """
    given_tables = tables([8_000], [10_050], [0], 1, 1)  # 0.8 equivalents, difficulty 1.005: 0.804 each
    sums = PointSums(given_tables)
    sums.add(*columns([(0, 0, 0, 333_333)] * 3))  # a third of a service each, shares 0.3333...
    assert sums.points_micro.tolist() == [[stated(Fraction(3 * 333_333 * 8_000 * 10_050, 10**14))]]


def test_halves_go_away_from_zero() -> None:
    given_tables = tables([1], [5_000], [0], 2, 1)
    sums = PointSums(given_tables)
    sums.add(*columns([(0, 0, 0, 10_000), (1, 0, 0, -10_000)]))  # 10_000 x 1 x 5_000 = half a millionth
    assert sums.points_micro.tolist() == [[1], [-1]]


def test_more_than_32768_items_do_not_wrap() -> None:
    items = 45_000
    given_tables = tables(list(range(items)), [10_000], [number % 2 for number in range(items)], 60_000, 2)
    rows = [(59_999, number, 0, 1_000_000) for number in range(items)]
    for kinds in (NARROW, WIDE):
        sums = PointSums(given_tables)
        sums.add(*columns(rows, kinds))
        assert sums.points_micro[59_999].tolist() == [
            sum(range(0, items, 2)) * 100, sum(range(1, items, 2)) * 100,
        ]  # fmt: skip


def sums_by(function: Any, given_tables: PriceTables, rows: list[tuple[int, ...]], kinds: tuple[str, ...]) -> Any:
    """Add rows of the owners 1 to 4, by the kernel or by NumPy."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("payengine.exact.points.kernel.price", function)
        sums = PointSums(given_tables, spans=1)
        if rows:
            sums._hi[:] = -1  # sums of before
            sums._lo[:] = 2**64 - 5
        done = sums._price(columns(rows, kinds), sums.span(0, 1, 4)._owners)
    return done, *(cells.tolist() for cells in (sums._hi, sums._lo, sums._services, sums._refunds))


rows_in_span = st.tuples(st.integers(1, 4), st.integers(0, 99), st.integers(0, 99), amounts)


@given(drawn_tables, st.lists(rows_in_span, max_size=60), st.sampled_from([NARROW, WIDE]))
@example(([(80_000, 1)], [12_000]), [(1, 0, 0, 10**6), (4, 0, 0, -(10**6))] * 3, NARROW)
@example(([(TWO_31, 2)], [TWO_31]), [(2, 0, 0, -2)] * 9 + [(3, 0, 0, 2)] * 9, WIDE)  # sums beyond 64 bits
@example(([(TWO_31, 2)], [1]), [(2, 0, 0, -(2**31))] * 9 + [(2, 0, 0, 2**31 - 1)] * 9, NARROW)
@settings(max_examples=100)
def test_numpy_adds_rows_as_the_kernel_does_or_leaves_them_to_it(
    drawn: Any, rows: list[tuple[int, ...]], kinds: tuple[str, ...]
) -> None:
    items, coefficient = drawn
    given_tables = tables([e for e, _ in items], coefficient, [c for _, c in items], 6, 3)
    rows = [(owner, item % len(items), difficulty % len(coefficient), n) for owner, item, difficulty, n in rows]
    fits = all(abs(row[3]) <= given_tables.room for row in rows)
    answers: list[Any] = []

    def by_numpy(*arguments: Any) -> Any:
        answers.append(price_in_numpy(*arguments))
        return (0, 0) if answers[-1] is NotImplemented else answers[-1]

    found = sums_by(by_numpy, given_tables, rows, kinds)
    assert (answers == [(0, 0)]) == fits
    if fits:
        assert found == sums_by(price, given_tables, rows, kinds)


@pytest.mark.parametrize("bad", [(0, 0, 0, 1), (5, 0, 0, 1), (1, 2, 0, 1), (1, 0, 2, 1), (1, 0, 0, 2**62)])
def test_numpy_leaves_a_row_that_may_be_wrong_to_the_kernel_and_adds_nothing(bad: tuple[int, ...]) -> None:
    given_tables = tables([10_000, 10_000], [10_000, 10_000], [0, 0], 6, 1)
    sums = PointSums(given_tables, spans=1)
    owners = sums.span(0, 1, 4)._owners
    cells = (sums._hi, sums._lo, sums._services, sums._refunds)
    given = columns([(1, 0, 0, 5), bad, (2, 0, 0, 5)])
    assert price_in_numpy(*given, given_tables.prices, given_tables.factors, given_tables.room, 1, owners, *cells) is (
        NotImplemented
    )
    assert not any(column.any() for column in cells)


GOOD = (1, 1, 1, 1_000_000)


@pytest.mark.parametrize("kinds", [NARROW, WIDE])
@pytest.mark.parametrize("bad", [(2, 0, 0, 1), (0, 2, 0, 1), (0, 0, 2, 1), (40_000, 0, 0, 1), (0, 65_535, 0, 1)])
def test_a_code_beyond_its_table_is_told_and_adds_nothing(bad: tuple[int, ...], kinds: tuple[str, ...]) -> None:
    sums = PointSums(tables([10_000, 10_000], [10_000, 10_000], [0, 0], 2, 1))
    with pytest.raises(RowRefused) as refused:
        sums.add(*columns([GOOD, bad, GOOD], kinds))
    assert (refused.value.row, refused.value.too_large) == (1, False)
    assert sums.rows == 1


@pytest.mark.parametrize("bad", [(-1, 0, 0, 1), (0, -1, 0, 1), (0, 0, -1, 1), (2**31 - 1, 0, 0, 1)])
def test_negative_codes_are_told(bad: tuple[int, ...]) -> None:
    sums = PointSums(tables([10_000, 10_000], [10_000, 10_000], [0, 0], 2, 1))
    with pytest.raises(RowRefused):
        sums.add(*columns([GOOD, bad]))


@pytest.mark.parametrize("amount", [2**63 - 1, -(2**63), 2**36, -(2**36)])
def test_a_row_whose_points_cannot_be_summed_safely_is_told(amount: int) -> None:
    """A row is refused when its own points need more than 96 of 128 bits.

    So no sum of 2**31 rows wraps, and a refusal depends on no other row.
    """
    sums = PointSums(tables([TWO_31], [TWO_31], [0], 1, 1))
    with pytest.raises(RowRefused) as refused:
        sums.add(*columns([(0, 0, 0, 2**33), (0, 0, 0, amount)]))
    assert (refused.value.row, refused.value.too_large) == (1, True)


def test_points_beyond_64_bits_are_an_overflow_that_names_its_cell() -> None:
    sums = PointSums(tables([TWO_31], [TWO_31], [0], 3, 1))
    sums.add(*columns([(1, 0, 0, 2**33)] * 2))
    with pytest.raises(ExactOverflow) as raised:
        _ = sums.points
    assert raised.value.problems[0].row == 2
    sums = PointSums(sums.tables)
    sums.add(*columns([(1, 0, 0, 2**33)] * 2 + [(2, 0, 0, 1)]))
    sums.leave_out(np.array([False, True, False]))
    assert (sums.points_micro.tolist(), sums.rows) == ([[0], [0], [stated(Fraction(TWO_31**2, 10**14))]], 1)


def test_columns_of_an_arrow_file_are_read_only_and_taken() -> None:
    given = columns([GOOD], NARROW)
    for column in given:
        column.flags.writeable = False
    sums = PointSums(tables([10_000, 10_000], [10_000, 10_000], [0, 0], 2, 1))
    sums.add(*given)
    assert sums.services.tolist() == [[0], [1]]


def test_tables_that_break_their_bounds_are_refused() -> None:
    for equivalents, coefficient, category in (
        ([-1], [1], [0]),
        ([1], [2**31], [0]),
        ([1], [1], [1]),
        ([1, 2], [1], [0]),
    ):
        with pytest.raises(ValueError, match=r"equivalents|coefficient|category"):
            tables(equivalents, coefficient, category, 1, 1)
    with pytest.raises(ValueError, match="float64"):
        PriceTables(np.array([1.5]), np.array([1]), np.array([0], np.int32), 1, 1)


def test_columns_of_different_lengths_are_refused() -> None:
    sums = PointSums(tables([1], [1], [0], 1, 1))
    given = columns([(0, 0, 0, 1)] * 2)
    with pytest.raises(ValueError, match="one length"):
        sums.add(given[0], given[1], given[2], given[3][:1])
