"""Pools of parents, divided among the institutions that name them as parent.

Shares add up to the fen, ties go by the order of codes, and other institutions get nothing.
"""

from __future__ import annotations

import numpy as np
import pytest

from payengine.exact import Exact
from payengine.graph import (
    COUNT,
    INSTITUTION,
    YUAN,
    Codes,
    Column,
    FormulaError,
    Frame,
    Notes,
    Scope,
    divide_among_children,
)

NONE = np.zeros(0, np.int32)
FRAME = Frame.build(["C", "D", "V1", "V2", "V3", "W1"], [], (NONE, NONE, NONE))


def scope() -> Scope:
    return Scope(FRAME, INSTITUTION, "shared", Notes())


def column(inside: Scope, texts: list[str], scale: int = 2) -> Column:
    return Column(inside, INSTITUTION, Exact.of(texts, scale), YUAN if scale == 2 else COUNT)


def parents(inside: Scope, texts: list[str]) -> Codes:
    labels = tuple(dict.fromkeys(texts))
    return Codes(inside, INSTITUTION, np.array([labels.index(text) for text in texts], np.int32), labels)


def shares(pool: list[str], weights: list[str], parent: list[str]) -> tuple[list[str], list[int]]:
    inside = scope()
    given = divide_among_children(column(inside, pool), column(inside, weights, 0), parents(inside, parent))
    (noted,) = inside.notes.pools
    assert (noted.pool == noted.shared + noted.retained).all()
    return given.data.text(), noted.retained.tolist()


def test_each_parent_s_pool_goes_to_its_children_and_ties_to_the_first_code() -> None:
    """A parent's pool goes to its children, and a tie to the first code.

    0.05 by 1 : 1 : 1 -> 0.02, 0.02, 0.01; D's only child has all of D's.
    """
    found = shares(["0.05", "7.00", "0", "0", "0", "0"], ["0", "0", "1", "1", "1", "9"], ["", "", "C", "C", "C", "D"])
    assert found == (["0.00", "0.00", "0.02", "0.02", "0.01", "7.00"], [0] * 6)


def test_what_no_child_can_claim_is_retained_with_the_parent() -> None:
    """A pool that no child can claim is retained with the parent.

    C's children weigh nothing, D has none; a parent outside the run shares nothing.
    """
    found = shares(["5.00", "7.00", "0", "0", "0", "0"], ["0", "0", "0", "0", "0", "9"], ["", "", "C", "C", "C", "Z"])
    assert found == (["0.00"] * 6, [500, 700, 0, 0, 0, 0])


def test_a_child_may_have_children_of_its_own() -> None:
    found = shares(["5.00", "0", "3.00", "0", "0", "0"], ["0", "0", "1", "1", "1", "1"], ["", "", "C", "V1", "V1", ""])
    assert found == (["0.00", "0.00", "5.00", "1.50", "1.50", "0.00"], [0] * 6)


def test_a_negative_weight_is_refused_by_code() -> None:
    with pytest.raises(FormulaError, match="V2"):
        shares(["5.00", "0", "0", "0", "0", "0"], ["0", "0", "1", "-1", "1", "1"], ["", "", "C", "C", "C", "C"])


def test_a_pool_that_is_not_in_fen_is_refused() -> None:
    inside = scope()
    pool = column(inside, ["5.00"] * 6) * column(inside, ["1"] * 6, 0)
    with pytest.raises(FormulaError, match="not in whole fen"):
        divide_among_children(pool, column(inside, ["1"] * 6, 0), parents(inside, ["C"] * 6))
