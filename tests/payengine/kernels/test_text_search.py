"""Search of texts in a sorted list: the same places as a dictionary's, in any order."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from batch.arrow_columns import text_buffers
from batch.snapshot.codes import MANY, Codes
from payengine.kernels.text_search import FAR, find_texts

words = st.text("ab\u00e9\U00020bb7", max_size=4)


def searched(known: list[str], texts: list[str]) -> tuple[bool, list[int]]:
    found = np.empty(len(texts), np.int32)
    in_order = find_texts(
        *text_buffers(pa.array(known, pa.string())), *text_buffers(pa.array(texts, pa.string())), found
    )
    return in_order, found.tolist()


def by_bytes(texts: list[str]) -> list[str]:
    return sorted(set(texts), key=str.encode)


@given(st.lists(words), st.lists(words, max_size=FAR))
@example([], ["a"])
@example(["a"], [])
@example(["", "a"], ["", "a", "aa", "a", ""])
@example(["b", "d", "f"], ["a", "c", "e", "g", "f", "a"])
def test_every_text_is_found_at_its_place(known: list[str], texts: list[str]) -> None:
    known = by_bytes(known)
    places = {text: place for place, text in enumerate(known)}
    assert searched(known, texts) == (True, [places.get(text, -1) for text in texts])


def test_a_slice_is_searched_like_a_whole_column() -> None:
    known, texts = pa.array(["x", "a", "b", "c"])[1:], pa.array(["y", "c", "a", "z"])[1:3]
    found = np.empty(2, np.int32)
    assert find_texts(*text_buffers(known), *text_buffers(texts), found)
    assert found.tolist() == [2, 0]


def test_texts_in_no_order_are_left_to_a_hash_table() -> None:
    known = [f"{number:04}" for number in range(1000)]
    assert not searched(known, list(reversed(known)))[0]
    assert searched(known, known * 3)[0], "each institution's people begin anew"


@pytest.mark.parametrize("order", [1, -1])
def test_codes_are_the_same_by_search_and_by_hash_table(order: int) -> None:
    """A long list is searched for a column in order; any other gives the same indices."""
    codes = Codes(pa.array([f"{number:06}" for number in range(0, 2 * MANY, 2)]))
    texts = [f"{number:06}" for number in range(2 * MANY + 3)][::order]
    places = [number // 2 if number % 2 == 0 and number < 2 * MANY else -1 for number in range(2 * MANY + 3)][::order]
    assert codes.index(pa.array(texts)).tolist() == places
    assert codes.index(pa.array([None, texts[0]], pa.string())).tolist() == [-1, places[0]]
