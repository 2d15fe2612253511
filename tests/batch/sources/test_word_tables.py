"""The words on the pages of the input are those that are read."""

from __future__ import annotations

import pytest

from batch.input_words import AS_OF, LAST_DAY_WORDS
from batch.sources.sheets import EXAMPLES
from batch.sources.workbooks import DOCUMENTATION
from tests.support.paths import DOCS
from tests.support.word_tables import BEGIN, END, HEADS, word_tables


@pytest.mark.parametrize("page", HEADS)
def test_the_page_lists_the_words_that_are_read(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    there = text.partition(BEGIN)[2].partition(END)[0].strip()
    assert there == word_tables(page), "write them anew: python -m tests.support.word_tables"


@pytest.mark.parametrize("page", HEADS)
def test_the_page_names_the_day_of_the_list_and_the_words_beside_it(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    assert AS_OF.isoformat() in text
    for word in (*LAST_DAY_WORDS, EXAMPLES[1], EXAMPLES[2]):
        assert word in text
    for word in DOCUMENTATION:
        assert word in text.casefold()
