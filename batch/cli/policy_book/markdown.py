"""A document as Markdown, with links to anchors of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from batch.cli.policy_book.blocks import Block, Document, Facts, Heading, Line, Paragraph, Table
from payengine.texts import say


def markdown_text(document: Document) -> str:
    """Write a document as Markdown."""
    return "\n".join(_lines(document)).rstrip() + "\n"


def _lines(document: Document) -> Iterator[str]:
    yield f"# {_escaped(document.title)}\n"
    yield "\n".join(f"{_escaped(text)}  " for text in document.about) + "\n"
    yield f"## {_escaped(say('Contents'))}\n"
    for one in document.contents:
        yield f"{'  ' * (one.level - 1)}- [{_escaped(one.text)}](#{one.anchor})"
    yield ""
    for block in document.blocks:
        yield from _block(block)


def _block(block: Block) -> Iterator[str]:
    match block:
        case Heading(level, text, anchor):
            yield f'<a id="{anchor}"></a>\n\n{"#" * (level + 1)} {_escaped(text)}\n'
        case Paragraph(lines, kind):
            told = "  \n".join(map(_line, lines))
            yield ("> " + told.replace("\n", "\n> ") if kind else told) + "\n"
        case Facts(rows):
            facts = [(_escaped(name), say("; ").join(map(_line, lines))) for name, lines in rows]
            yield "\n".join("- " + say("{name}: {text}", name=name, text=text) for name, text in facts) + "\n"
        case Table(heads, rows):
            yield f"| {' | '.join(map(_escaped, heads))} |"
            yield f"|{' --- |' * len(heads)}"
            yield from (f"| {' | '.join(map(_line, row))} |" for row in rows)
            yield ""


def _line(spans: Line) -> str:
    return "".join(f"[{_escaped(one.text)}](#{one.to})" if one.to else _escaped(one.text) for one in spans)


def _escaped(text: str) -> str:
    """Write a text so that no sign of it is taken for a mark."""
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", re.sub(r"\s+", " ", text))
