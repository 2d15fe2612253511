"""Numbers of 128 bits near the edges of words, for tests of kernels.

They are drawn as columns and turned back into Python's integers.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

MOST = 2**127 - 1
PLAIN = np.empty(0, np.int64)


def near_powers(bits: int) -> st.SearchStrategy[int]:
    """Magnitudes of every size, and the edges where words begin and end."""
    edges = st.builds(lambda power, off: max(0, 2**power + off), st.integers(0, bits), st.integers(-2, 2))
    sized = st.integers(0, bits).flatmap(lambda size: st.integers(0, 2**size))
    return st.one_of(edges, sized).map(lambda number: min(number, 2**bits - 1))


def signed_numbers(bits: int) -> st.SearchStrategy[int]:
    return st.tuples(near_powers(bits), st.booleans()).map(lambda drawn: -drawn[0] if drawn[1] else drawn[0])


def wide(numbers: list[int]) -> tuple[Any, Any]:
    return np.array([n >> 64 for n in numbers], np.int64), np.array([n & (2**64 - 1) for n in numbers], np.uint64)


def numbers_of(hi: Any, lo: Any) -> list[int]:
    return [high * 2**64 + low for high, low in zip(hi.tolist(), lo.tolist(), strict=True)]


def room(rows: int) -> tuple[Any, Any]:
    return np.empty(rows, np.int64), np.empty(rows, np.uint64)
