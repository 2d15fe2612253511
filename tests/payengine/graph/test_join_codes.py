"""Rows joined by a code: a parent institution, a cell of like staff.

Pools within limits and means that rise are divided over them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from payengine.exact import Exact
from payengine.graph import (
    CONSORTIUM,
    INSTITUTION,
    STAFF,
    YUAN,
    Codes,
    Column,
    FormulaError,
    Frame,
    Keyed,
    Scope,
    divide,
    join_codes,
    look_up,
    of_institution,
    raise_to_mean,
    where,
)
from tests.support.graph_toy import OCTOBER, ToyData, column, flags, given, graph, scope, texts, toy


def codes(level: Any, names: list[str]) -> Codes:
    labels = tuple(dict.fromkeys(names))
    return Codes(scope(), level, np.array([labels.index(name) for name in names], np.int32), labels)


def test_a_clinic_has_the_value_of_its_parent() -> None:
    """An institution takes the value of its parent, if the parent is in the run.

    I2 and I3 have the parent I1; I1 has none, and a code that is not in the run counts as none.
    """
    means = column(INSTITUTION, ["10.00", "20.00", "30.00"], unit=YUAN)
    found = of_institution(means, codes(INSTITUTION, ["", "I1", "I1"]))
    assert found.or_else(0).data.text() == ["0.00", "10.00", "10.00"]
    assert found.is_set().rows.tolist() == [False, True, True]
    turned = of_institution(means, codes(INSTITUTION, ["I9", "I3", "I2"]))
    assert turned.or_else(0).data.text() == ["0.00", "30.00", "20.00"]


def test_what_the_parent_lacks_the_clinic_lacks() -> None:
    rows = given("line", INSTITUTION, {"pool": [None, "20.00", "30.00"]})["pool"]
    found = of_institution(rows, codes(INSTITUTION, ["I2", "I1", "I3"]))
    assert found.is_set().rows.tolist() == [True, False, True]


def test_a_value_of_a_person_is_no_value_of_an_institution() -> None:
    with pytest.raises(FormulaError, match="not of level institution"):
        of_institution(column(STAFF, ["1", "2", "3", "4"]), codes(INSTITUTION, ["I1", "I1", "I1"]))


def test_joined_codes_are_alike_where_all_parts_are() -> None:
    title, degree = codes(STAFF, ["a", "b", "a", "a"]), codes(STAFF, ["x", "x", "x", "y"])
    cells = join_codes(title, degree)
    assert [cells.labels[code] for code in cells.codes] == ["a|x", "b|x", "a|x", "a|y"]
    spread = join_codes(codes(INSTITUTION, ["p", "p", "q"]), title)
    assert [spread.labels[code] for code in spread.codes] == ["p|a", "p|b", "p|a", "p|a"]


def test_parts_that_hold_the_sign_themselves_give_one_code_for_one_text() -> None:
    cells = join_codes(codes(STAFF, ["a|b", "a", "a", "a"]), codes(STAFF, ["c", "b|c", "c", "c"]))
    assert [cells.labels[code] for code in cells.codes] == ["a|b|c", "a|b|c", "a|c", "a|c"]
    assert cells.codes[0] == cells.codes[1]


def test_a_table_is_looked_up_by_each_row() -> None:
    table = Keyed(scope(), "cell", {"x": column(CONSORTIUM, ["7.00"]), "z": column(CONSORTIUM, ["9.00"])})
    found = look_up(table, codes(STAFF, ["x", "y", "z", "x"]))
    assert found.or_else(0).data.text() == ["7.00", "0.00", "9.00", "7.00"]
    assert found.is_set().rows.tolist() == [True, False, True, True]
    with pytest.raises(FormulaError, match="not of level consortium"):
        look_up(Keyed(scope(), "cell", {"x": column(STAFF, ["1", "2", "3", "4"])}), codes(STAFF, ["x"] * 4))


def test_sums_of_like_rows_of_the_whole_run() -> None:
    """A sum over like rows covers the chosen rows of the whole run.

    A at I1, B at I1, C at I2... : rows 0 and 2 are alike, 1 and 3 too; row 2 is not chosen.
    """
    pay = column(STAFF, ["1.00", "2.00", "4.00", "8.00"], unit=YUAN)
    alike = codes(STAFF, ["x", "y", "x", "y"])
    assert pay.where(flags(STAFF, [1, 1, 1, 1])).sum_alike(alike).data.text() == ["5.00", "10.00", "5.00", "10.00"]
    assert pay.where(flags(STAFF, [1, 1, 0, 1])).sum_alike(alike).data.text() == ["1.00", "10.00", "1.00", "10.00"]
    by_place = pay.where(flags(STAFF, [1, 1, 1, 1])).sum_alike(codes(INSTITUTION, ["p", "p", "q"]))
    assert by_place.data.text() == ["15.00"] * 4
    with pytest.raises(FormulaError, match="told apart by"):
        column(INSTITUTION, ["1", "2", "3"]).where(flags(INSTITUTION, [1, 1, 1])).sum_alike(alike)


# Pools within limits: I1 has A and B, I2 has A and C, I3 nobody.


def test_a_pool_within_limits_says_what_is_left() -> None:
    @toy(STAFF, YUAN)
    def shares(finance: Any, head: Any) -> Column:
        most = column(STAFF, ["30.00", "80.00", "20.00", "20.00"], unit=YUAN)
        return divide(finance["pool"], where(head, 1, 1), within=most)  # type: ignore[no-any-return]

    evaluation = graph([shares], ["shares"]).evaluate(ToyData(), OCTOBER)
    assert texts(evaluation.values["shares"]) == ["30.00", "70.00", "20.00", "20.00"]
    pools = evaluation.pools[0]
    assert (pools.pool.tolist(), pools.retained.tolist()) == ([10000, 5001, 700], [0, 1001, 700])
    assert (pools.shared + pools.retained == pools.pool).all()


def test_limits_are_of_persons_and_pools_of_institutions() -> None:
    pool, weights = column(INSTITUTION, ["1.00", "1.00", "1.00"]), column(STAFF, ["1", "1", "1", "1"])
    with pytest.raises(FormulaError, match="level institution is divided among level staff"):
        divide(pool.sum(CONSORTIUM), weights, within=weights.round(2))
    with pytest.raises(FormulaError, match="not in whole fen"):
        divide(pool, weights, within=column(STAFF, ["1", "1", "1", "1"], 4))
    with pytest.raises(FormulaError, match="not divided within limits"):
        divide(Keyed(scope(), "category", {"basic": pool}), weights, within=weights.round(2))


def test_members_are_raised_to_a_mean_that_rises() -> None:
    """Members are raised to a mean that counts what they are raised by.

    I1: A 40, B 120, A a member: (160 - 40) / (2 - 1) = 120: + 80. I2: A 10 is no member, C 5 is: + 5.
    """
    pay = column(STAFF, ["40.00", "120.00", "10.00", "5.00"], unit=YUAN)
    found = raise_to_mean(
        pay, column(STAFF, ["1"] * 4, 0), flags(STAFF, [1, 0, 0, 1]), column(INSTITUTION, ["1"] * 3, 4)
    )
    assert found.data.text() == ["80.00", "0.00", "0.00", "5.00"]


def test_everything_works_without_rows() -> None:
    """Every function takes columns without rows, which the check of a graph calls it with."""
    empty = Scope(Frame.empty(), STAFF)
    none, parent = np.zeros(0, np.int64), Codes(empty, INSTITUTION, np.zeros(0, np.int32), ())
    pay, mean = Column(empty, STAFF, Exact(none, 2), YUAN), Column(empty, INSTITUTION, Exact(none, 2), YUAN)
    everybody = pay >= 0
    cell = join_codes(Codes(empty, STAFF, np.zeros(0, np.int32), ()), parent)
    found = [
        of_institution(mean, parent).or_else(0),
        pay.where(everybody).sum_alike(cell),
        look_up(Keyed(empty, "cell", {}), cell).or_else(0),
        raise_to_mean(pay, where(everybody, 1, 0), everybody, where(mean >= 0, 1, 0)),
        divide(mean, pay, within=pay),
    ]
    assert [len(one.data) for one in found] == [0] * 5
    assert [one.level for one in found] == [INSTITUTION, STAFF, STAFF, STAFF, STAFF]
