"""Blocks of a document, from which each format is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Span:
    """Piece of a line; `to` names the heading that it leads to."""

    text: str
    to: str = ""


Line = Sequence[Span]


def line(*texts: str | Span) -> Line:
    """Make a line of texts and spans."""
    return [Span(one) if isinstance(one, str) else one for one in texts]


@dataclass(frozen=True)
class Heading:
    """Heading of a chapter (level 1) or of what stands in it; `anchor` is its place for links."""

    level: int
    text: str
    anchor: str


@dataclass(frozen=True)
class Paragraph:
    """Lines of text under each other; `kind` is 'note' for a mark that must not be passed over."""

    lines: Sequence[Line]
    kind: str = ""


@dataclass(frozen=True)
class Facts:
    """Words with what is said to each, such as a rule's clause and unit."""

    rows: Sequence[tuple[str, Sequence[Line]]]


@dataclass(frozen=True)
class Table:
    """Rows under heads."""

    heads: Sequence[str]
    rows: Sequence[Sequence[Line]]


Block = Heading | Paragraph | Facts | Table


@dataclass(frozen=True)
class Document:
    """A document: its title, what stands under it, its blocks, and the language of its words."""

    title: str
    about: Sequence[str]
    blocks: Sequence[Block]
    language: str

    @property
    def contents(self) -> list[Heading]:
        """List the headings, in order."""
        return [block for block in self.blocks if isinstance(block, Heading)]
