"""Chinese words of the input tables: each has one reading where it stands."""

from __future__ import annotations

import pytest

from batch.input_tables import CATEGORIES, SOURCE_BY_NAME, SOURCE_TABLES, TABLES
from batch.input_words import (
    CATEGORY_WORDS,
    CHOICE_WORDS,
    COLUMN_WORDS,
    LAST_DAY_WORDS,
    TABLE_WORDS,
    names_by_word,
)

SHEET_NAME = 31  # characters of a sheet's name at most
NOT_IN_SHEET_NAMES = set("[]:*?/\\")


def test_every_table_and_column_has_words() -> None:
    assert set(TABLE_WORDS) == set(SOURCE_BY_NAME)
    assert {name: set(words) for name, words in COLUMN_WORDS.items()} == {
        table.name: set(table.column_names) for table in SOURCE_TABLES
    }
    assert set(CATEGORY_WORDS) == set(CATEGORIES)


def test_every_code_of_a_closed_list_has_words() -> None:
    assert set(CHOICE_WORDS) == {code for table in TABLES for column in table.columns for code in column.choices}


def test_a_word_for_a_table_is_a_word_for_no_other() -> None:
    words = [word for found in TABLE_WORDS.values() for word in found]
    assert len(set(words)) == len(words)
    assert all(len(word) <= SHEET_NAME and not NOT_IN_SHEET_NAMES & set(word) for word in words)


@pytest.mark.parametrize("table", SOURCE_TABLES, ids=lambda table: table.name)
def test_a_heading_stands_for_one_column(table) -> None:
    words = [word for found in COLUMN_WORDS[table.name].values() for word in found]
    assert len(set(words)) == len(words)
    assert not set(words) & set(LAST_DAY_WORDS)
    assert not set(words) & set(table.column_names)


@pytest.mark.parametrize(
    "choices",
    dict.fromkeys(column.choices for table in TABLES for column in table.columns if column.choices),
    ids=lambda choices: choices[0],
)
def test_a_word_stands_for_one_code_of_a_list(choices) -> None:
    words = [word for code in choices for word in CHOICE_WORDS[code]]
    assert len(set(words)) == len(words)
    assert names_by_word(CHOICE_WORDS, choices)[words[0]] == choices[0]
