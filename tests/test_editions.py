"""Every page a user reads exists in English and Chinese, and the two editions say the same.

Prose is for people to compare; what a program can compare is headings, commands and settings, tables, and links.
"""

from __future__ import annotations

import ast
import re
import tomllib
from itertools import zip_longest
from typing import Any

import pytest

from tests.support.markdown import CODE, Page, Table, read_page
from tests.support.paths import DOCS, ROOT

ENGLISH = [ROOT / "README.md", *(file for file in sorted(DOCS.glob("*.md")) if not file.name.endswith(".zh.md"))]
PAIRS = [(read_page(file), read_page(file.with_suffix(".zh.md"))) for file in ENGLISH]
COMMAND = re.compile(r"\s*(?:payengine|python3?|pip|export|py) ")
COMMENT = re.compile(r"\s+#.*$")
DIGEST = re.compile(r"\b[0-9a-f]{12,64}\b")

each_pair = pytest.mark.parametrize(("english", "chinese"), PAIRS, ids=lambda page: page.file.name)


def test_every_page_has_a_chinese_edition_and_no_edition_stands_alone() -> None:
    chinese = {file.name for folder in (ROOT, DOCS) for file in folder.glob("*.zh.md")}
    assert chinese == {page.file.name for _, page in PAIRS}
    assert {"README.md", "input.md", "cli.md", "policy.md"} <= {page.file.name for page, _ in PAIRS}


@each_pair
def test_each_edition_links_to_the_other(english: Page, chinese: Page) -> None:
    assert chinese.file.name in english.links
    assert english.file.name in chinese.links


@each_pair
def test_headings_are_the_same(english: Page, chinese: Page) -> None:
    pairs = zip_longest(english.headings, chinese.headings)
    assert not [(one, other) for one, other in pairs if not one or not other or one.level != other.level]
    named = [one.title for one in english.headings if re.fullmatch(r"[a-z_]+|`.+`", one.title)]  # tables, commands
    assert [re.sub("、", ", ", title) for title in (one.title for one in chinese.headings)
            if re.fullmatch(r"[a-z_]+|`.+`", title)] == named  # fmt: skip


@each_pair
def test_blocks_are_the_same(english: Page, chinese: Page) -> None:
    assert [language for language, _ in chinese.blocks] == [language for language, _ in english.blocks]
    for (language, one), (_, other) in zip(english.blocks, chinese.blocks, strict=True):
        assert _content(language, other) == _content(language, one)


@each_pair
def test_tables_are_the_same(english: Page, chinese: Page) -> None:
    shapes = [[[len(row) for row in table.rows] for table in page.tables] for page in (english, chinese)]
    assert shapes[0] == shapes[1], _difference(english.tables, chinese.tables)
    for one, other in zip(english.tables, chinese.tables, strict=True):
        for row, its_row in zip(one.rows, other.rows, strict=True):
            assert _names(its_row) == _names(row), f"{chinese.file.name}, {other.heading}"


@each_pair
def test_links_are_the_same(english: Page, chinese: Page) -> None:
    ours = [_place(chinese, link) for link in chinese.links if link != english.file.name]
    assert sorted(ours) == sorted(_place(english, link) for link in english.links if link != chinese.file.name)


@pytest.mark.parametrize("page", [page for pair in PAIRS for page in pair], ids=lambda page: page.file.name)
def test_links_lead_somewhere_and_stay_in_the_language(page: Page) -> None:
    is_chinese = page.file.name.endswith(".zh.md")
    for link in page.links:
        if re.match(r"https?:", link):
            continue
        target, _, anchor = link.partition("#")
        file = (page.file.parent / target).resolve() if target else page.file
        assert file.exists(), link
        if anchor:
            assert anchor in [heading.anchor for heading in read_page(file).headings], link
        if is_chinese and file.with_suffix(".zh.md").exists() and not file.name.endswith(".zh.md"):
            assert file == page.file.with_name(page.file.name.replace(".zh.md", ".md")), f"{link} is there in Chinese"


def _content(language: str, text: str) -> Any:
    """Give what no translation changes in a block: settings, program, data, commands."""
    if language == "toml":
        return _untranslated(tomllib.loads(text))
    if language == "python":
        return ast.dump(ast.parse(text))
    if language:
        return text
    return [DIGEST.sub("DIGEST", COMMENT.sub("", line)).strip() for line in text.splitlines() if COMMAND.match(line)]


def _untranslated(value: Any) -> Any:
    """Blank the texts that each edition has in its own language; keep all else."""
    if isinstance(value, dict):
        return {key: "" if key in ("label", "title", "continues", "document", "ask", "reading", "alternative", "quote")
                else _untranslated(one) for key, one in value.items()}  # fmt: skip
    if isinstance(value, list):
        return [_untranslated(one) for one in value]
    return value


def _names(row: list[str]) -> list[str]:
    """List the code spans and bold names of a row, placeholders and pages made alike."""
    text = re.sub(r"<[^<>`]+>(?!\|)", "<>", " | ".join(row).replace("名称", "NAME").replace(".zh.md", ".md"))
    return sorted({*CODE.findall(text), *re.findall(r"\*\*([a-z_]+)\*\*", text)})


def _place(page: Page, link: str) -> str:
    """Name a link by its English page and the number of the heading that it leads to."""
    target, _, anchor = link.partition("#")
    file = (page.file.parent / target).resolve() if target else page.file
    place = file.name.replace(".zh.md", ".md")
    if not anchor:
        return place
    return f"{place} {[heading.anchor for heading in read_page(file).headings].index(anchor)}"


def _difference(one: list[Table], other: list[Table]) -> str:
    """Say which tables have other rows."""
    return "; ".join(
        f"{left.heading if left else None} ({len(left.rows) if left else 0} rows), "
        f"{right.heading if right else None} ({len(right.rows) if right else 0} rows)"
        for left, right in zip_longest(one, other)
        if left is None or right is None or [*map(len, left.rows)] != [*map(len, right.rows)]
    )
