"""Structure of a Markdown page: headings, fenced blocks, tables and links."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

CODE = re.compile(r"`([^`]+)`")
_CELLS = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r"\|(?:\s*:?-+:?\s*\|)+\s*")
_LINK = re.compile(r"\]\(([^)\s]+)\)")


@dataclass(frozen=True)
class Heading:
    """Heading of a page; `anchor` is what a link names, as GitHub makes it."""

    level: int
    title: str

    @property
    def anchor(self) -> str:
        return re.sub(r"[^\w -]", "", self.title).strip().lower().replace(" ", "-")


@dataclass(frozen=True)
class Table:
    """Table under a heading; `rows` are its cells, the head row first."""

    heading: str
    rows: list[list[str]] = field(default_factory=list)


@dataclass(frozen=True)
class Page:
    """Markdown page.

    `blocks` are (language, text) of its fenced blocks, `prose` is all the rest.
    """

    file: Path
    headings: list[Heading] = field(default_factory=list)
    blocks: list[tuple[str, str]] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    prose: str = ""

    @property
    def links(self) -> list[str]:
        """Targets of links, in their order; none out of fenced blocks or code spans."""
        return _LINK.findall(CODE.sub("``", self.prose))


def read_page(file: Path) -> Page:
    """Read a page; `AssertionError` if a fenced block is not closed."""
    page = Page(file)
    prose: list[str] = []
    block: list[str] | None = None
    language, in_table = "", False
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.startswith("```"):
            if block is None:
                block, language = [], line.removeprefix("```").strip()
            else:
                page.blocks.append((language, "\n".join(block)))
                block = None
            continue
        if block is not None:
            block.append(line)
            continue
        prose.append(line)
        if heading := re.match(r"(#+) (.+)", line):
            page.headings.append(Heading(len(heading[1]), heading[2]))
        in_row = line.startswith("|")
        if in_row and not in_table:
            page.tables.append(Table(page.headings[-1].title if page.headings else ""))
        if in_row and not _RULE.fullmatch(line):
            page.tables[-1].rows.append([cell.strip() for cell in _CELLS.split(line.strip())[1:-1]])
        in_table = in_row
    assert block is None, f"{file}: a fenced block is not closed"
    return Page(file, page.headings, page.blocks, page.tables, "\n".join(prose))
