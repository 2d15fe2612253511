"""The glossary names what exists, and each term once in each language."""

from __future__ import annotations

import re
from functools import cache

import pytest

from batch.input_tables import TABLES
from tests.support import import_graph
from tests.support.markdown import read_page
from tests.support.paths import DOCS

ROWS = [tuple(row) for table in read_page(DOCS / "glossary.md").tables for row in table.rows[1:]]
IN_CHINESE = [tuple(row) for table in read_page(DOCS / "glossary.zh.md").tables for row in table.rows[1:]]
TERMS = [(row[0], name) for row in ROWS for name in re.findall(r"`([^`]+)`", row[2])]


@cache
def words_of_the_code() -> frozenset[str]:
    """Collect identifiers, texts and modules, and the names of input tables and columns."""
    found = {part for module in import_graph.modules() for part in module.split(".")}
    for module in import_graph.modules():
        found |= set(re.findall(r"\w+", import_graph.source(module)))
    return frozenset(found | {table.name for table in TABLES} | {c.name for table in TABLES for c in table.columns})


def test_the_glossary_is_read() -> None:
    assert len(ROWS) > 70
    assert all(len(row) == 4 and row[0] and row[1] and row[3] for row in ROWS)


def test_both_editions_have_the_same_terms() -> None:
    assert [row[:3] for row in IN_CHINESE] == [row[:3] for row in ROWS]
    assert all(re.search("[一-鿿]", row[3]) for row in IN_CHINESE)


@pytest.mark.parametrize("column", [0, 1], ids=["english", "chinese"])
def test_a_term_stands_once(column: int) -> None:
    terms = [row[column] for row in ROWS]
    assert len(terms) == len(set(terms))


@pytest.mark.parametrize(("term", "name"), TERMS)
def test_a_name_exists(term: str, name: str) -> None:
    assert name in words_of_the_code(), term
