"""Blocks of a page, made from the texts, sheets and paragraphs that commands print.

So a page says what the command says, word for word; only links and the form of a table are its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import urlencode

from batch.cli.views.blocks import Blocks
from batch.cli.views.paragraphs import Paragraphs
from batch.cli.views.tables import Sheet
from batch.cli.views.text_width import cells
from batch.cli.views.why import CauseTable
from payengine.characters import escaped
from payengine.texts import language, say

DEEPEST = 8  # levels of indentation
LONG = 16  # cells of a terminal's line: words that take more are broken on a phone
Links = Mapping[str, Callable[[Sequence[str]], str | None]]  # by the title of a column: the address of a row's cell


def address(path: str, **asked: object) -> str:
    """Write the address of a page here; what is empty is left out."""
    words = urlencode({name: str(value) for name, value in asked.items() if value not in ("", None)})
    return f"{path}?{words}" if words else path


@dataclass(frozen=True)
class Heading:
    """Heading within a page."""

    text: str
    form: ClassVar[str] = "heading"


@dataclass(frozen=True)
class Text:
    """Paragraph; `depth` is its indentation, `label` stands before it.

    A `mark` (facts, warning, error) sets it apart.
    """

    text: str
    depth: int = 0
    label: str = ""
    mark: str = ""
    form: ClassVar[str] = "text"


@dataclass(frozen=True)
class Cell:
    """Cell of a table."""

    text: str
    is_figure: bool = False
    is_head: bool = False
    href: str = ""

    @property
    def is_long(self) -> bool:
        """Tell if words may go on in a second line where there is little room."""
        return not self.href and cells(self.text) > LONG


@dataclass(frozen=True)
class Table:
    """Table; `label` names it for who cannot see it."""

    label: str
    heads: Sequence[Cell]
    rows: Sequence[Sequence[Cell]]
    totals: Sequence[Sequence[Cell]]
    form: ClassVar[str] = "table"


@dataclass
class Node:
    """Line of a tree with the lines beneath it."""

    text: str
    nodes: list[Node] = field(default_factory=list)
    is_open: bool = False


@dataclass(frozen=True)
class Tree:
    """Tree whose branches can be folded."""

    nodes: Sequence[Node]
    form: ClassVar[str] = "tree"


@dataclass(frozen=True)
class Link:
    """Way to another page; a `lazy` one is loaded into its place where scripts run."""

    href: str
    text: str
    lazy: bool = False
    is_file: bool = False


@dataclass(frozen=True)
class Ways:
    """Links beside each other."""

    links: Sequence[Link]
    form: ClassVar[str] = "ways"


@dataclass(frozen=True)
class Field:
    """Field of a form; `kind` is a type of input, or select, or choice (one is always chosen)."""

    name: str
    label: str = ""
    value: str = ""
    kind: str = "text"
    choices: Sequence[tuple[str, str]] = ()
    least: str = ""
    most: str = ""
    step: str = ""


@dataclass(frozen=True)
class Form:
    """Form that asks for a page; with a `target` its answer is put there where scripts run."""

    action: str
    fields: Sequence[Field]
    submit: str
    target: str = ""
    form: ClassVar[str] = "form"


@dataclass(frozen=True)
class Live:
    """Blocks that a form replaces; `told` sums them up, and is read to who cannot see them."""

    id: str
    told: str
    blocks: Sequence[Any]
    form: ClassVar[str] = "live"


def blocks_of(
    parts: Iterable[object], links: Links | None = None, label: str = "",
    as_tree: Callable[[Iterable[tuple[str, str]]], Tree] | None = None,
) -> list[Any]:  # fmt: skip
    """Make blocks of what a command prints; `label` names tables that have no heading.

    With `as_tree` paragraphs are made a tree by it.
    """
    every = list(parts)
    found: list[Any] = []
    apart, called = True, label
    for number, part in enumerate(every):
        if isinstance(part, str) and not part.strip():
            apart = True
            continue
        following = every[number + 1] if number + 1 < len(every) else ""
        if isinstance(part, str):
            if apart and _is_heading(part, following, number):
                called = part.strip().rstrip(":：")
                found.append(Heading(called))
            else:
                found += [_text(line, number) for line in part.splitlines() if line.strip()]
        elif isinstance(part, Sheet):
            found.append(table(part, called, links))
        elif isinstance(part, CauseTable):
            found.append(table(part.sheet(), called, links))
        elif isinstance(part, Blocks):
            found += [Text(line.text, min(line.depth, DEEPEST), line.label) for line in part.lines]
        elif isinstance(part, Paragraphs):
            if as_tree is not None:
                found.append(as_tree(part.rows))
                continue
            found += [Text(escaped(text), _indentation(before), before.strip()) for before, text in part.rows]
        else:
            raise TypeError(f"a page has no form for {type(part).__name__}")
        apart = False
    return found


def _is_heading(part: str, following: object, number: int) -> bool:
    """Tell if a line names what follows: apart from what is before it, and directly above."""
    if part.startswith(" ") or not number:
        return False
    return not isinstance(following, str) or (bool(following.strip()) and following.startswith("  "))


def _text(line: str, number: int) -> Text:
    return Text(escaped(line.strip()), _depth(line), mark="" if number else "facts")


def _depth(line: str) -> int:
    return min((len(line) - len(line.lstrip(" "))) // 2, DEEPEST)


def _indentation(before: str) -> int:
    """Tell how deep a paragraph stands by what is before it: blanks, or a label."""
    return 0 if before.strip() else min(len(before) // 2, DEEPEST)


def table(sheet: Sheet, label: str, links: Links | None = None) -> Table:
    """Make the table of a sheet, with links in the columns that have some.

    In Chinese the words of a component or figure stand in the place of its code, which is English.
    """
    shown, words = _columns(sheet)
    heads = [
        Cell(head.title, head.figure, is_head=bool(head.title)) for head in (sheet.heads[place] for place in shown)
    ]
    first_total = len(sheet.rows) - sheet.totals
    rows = []
    for number, row in enumerate(sheet.rows):
        line = []
        for place in shown:
            head, text = sheet.heads[place], row[place]
            find = (links or {}).get(head.title)
            href = find(row) if find is not None and text and number < first_total else None
            text = row[words[place]] or text if place in words else text
            line.append(Cell(text, head.figure, place == shown[0] and bool(text), href or ""))
        rows.append(line)
    return Table(label, heads, rows[:first_total], rows[first_total:])


def _columns(sheet: Sheet) -> tuple[list[int], dict[int, int]]:
    """Choose the columns to show, and for a column of codes that of its words."""
    every = list(range(len(sheet.heads)))
    if language() != "zh":
        return every, {}
    coded = (say("Component"), say("Figure"), say("Statement"))
    words = {
        place: place + 1
        for place in every[:-1]
        if sheet.heads[place].title in coded and not sheet.heads[place + 1].title and not sheet.heads[place].figure
    }
    return [place for place in every if place not in words.values()], words


def tree(lines: Iterable[tuple[str, str]]) -> Tree:
    """Make a tree of indented lines; its root stands open."""
    roots: list[Node] = []
    above: list[tuple[int, Node]] = []
    for before, text in lines:
        node = Node(escaped(text))
        while above and above[-1][0] >= len(before):
            above.pop()
        (above[-1][1].nodes if above else roots).append(node)
        above.append((len(before), node))
    for root in roots:
        root.is_open = True
    return Tree(roots)
