"""The clerk's year in both editions: each command prints what stands there."""

from __future__ import annotations

import re

import pytest

from tests.desk_year.story import PAGES, PART, masked, told
from tests.support.paths import DOCS, ROOT

BEFORE = 3 * 13 + 6  # freeze, run, publish of twelve months and the settlement; set up, registers, exports
COUNTED = {"init", "policy", "month", "export"}
OF_EACH_MONTH = {"export", "payslip", "overview", "pay", "payment approve", "payment export", "payment paid"}


@pytest.mark.parametrize("language", PAGES)
def test_the_page_prints_what_it_says_and_counts_its_commands(language: str) -> None:
    page = PAGES[language].read_text(encoding="utf-8")
    now, called = told(page, language)
    assert masked(now) == masked(page), "python -m tests.desk_year.told writes it anew"
    last = page.rpartition("\n## ")[2]
    different = {tuple(words) for words in called if words[0] in COUNTED or "--publish" in words}
    of_name = {name: sum(words[0] == name for words in different) for name in (*COUNTED, "revise")}
    assert [int(n) for n in re.findall(r"\b\d+\b(?! 次| times)", last)][:7] == [
        len(different), *(of_name[name] for name in ("init", "policy", "month", "export", "revise")), BEFORE,
    ]  # fmt: skip
    spoken = {" ".join(words[: 1 + (words[0] == "payment")]) for words in called}
    assert spoken >= OF_EACH_MONTH
    assert all(f"`{name}`" in last for name in OF_EACH_MONTH)
    assert re.search(rf"(另加|it is) {len(OF_EACH_MONTH)} (条|more)", last)


def test_both_editions_give_the_same_commands() -> None:
    of_page = [
        [line for part in PART.finditer(file.read_text("utf-8")) for line in (part["text"] or part[0]).splitlines()
         if line.startswith(("payengine ", "<!-- clerk", "set ", "cd ", "py ", ".venv"))]
        for file in PAGES.values()
    ]  # fmt: skip
    assert of_page[0] == of_page[1]


@pytest.mark.parametrize("language", PAGES)
def test_commands_of_windows_are_those_of_the_readme(language: str) -> None:
    page = PAGES[language].read_text(encoding="utf-8")
    readme = (ROOT / ("README.md" if language == "en" else "README.zh.md")).read_text(encoding="utf-8")
    assert "py -m venv .venv" in page
    assert "py -m venv .venv" in readme
    assert ".venv\\Scripts\\" in readme
    for line in page.splitlines():
        assert "export PAYENGINE" not in line
        assert "python3 -m venv" not in line
        assert ".venv/bin/payengine" not in line


def test_every_picture_is_there_and_small() -> None:
    for file in PAGES.values():
        pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", file.read_text("utf-8"))
        assert 3 <= len(pictures) <= 5
        assert all((DOCS / each).read_bytes()[:4] == b"\x89PNG" for each in pictures)
        assert all((DOCS / each).stat().st_size < 60_000 for each in pictures)
