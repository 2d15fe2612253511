"""The pages on simulations in both editions: every command prints what stands there."""

from __future__ import annotations

import pytest

from tests.simulation_story.told import PAGES, masked, story


@pytest.mark.parametrize("language", PAGES)
def test_the_page_prints_what_it_says(language: str) -> None:
    page = PAGES[language].read_text(encoding="utf-8")
    assert masked(story(page, language)) == masked(page), "python -m tests.simulation_story.told writes it anew"
