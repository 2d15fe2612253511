"""Tables of docs/reliability.md are those of the registry and of the tests collected."""

from __future__ import annotations

import pytest

from tests.reliability import DAMAGES
from tests.reliability.kinds import KINDS
from tests.reliability.page import PAGES, PART, page


def test_every_damage_is_of_a_kind_of_the_page_and_every_kind_has_one() -> None:
    assert {damage.kind for damage in DAMAGES.values()} == set(KINDS)


@pytest.mark.parametrize("language", PAGES)
def test_the_tables_of_the_page_are_those_of_the_tests(language: str) -> None:
    text = PAGES[language].read_text(encoding="utf-8")
    assert [name for _, name, _ in PART.findall(text)] == ["declared", "failpoints", "elsewhere"]
    assert text == page(language, text), "write it anew: python -m tests.reliability.page"
