"""The story of docs/audit.md in both editions: every command prints what stands there."""

from __future__ import annotations

import pytest

from tests.audit_story.told import PAGES, masked, told


@pytest.mark.parametrize("language", PAGES)
def test_the_page_prints_what_it_says(language: str) -> None:
    page = PAGES[language].read_text(encoding="utf-8")
    assert masked(told(page, language)) == masked(page), "python -m tests.audit_story.told writes it anew"
