"""A document as one HTML file: self-contained, escaped, made to be printed."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from itertools import groupby

from batch.cli.policy_book.blocks import Block, Document, Facts, Heading, Line, Paragraph, Table
from payengine.texts import say

SHORT = 12  # characters of a cell that stay on one line
LANGUAGES = {"en": "en", "zh": "zh-CN"}
STYLE = """
body { font: 11pt/1.55 "Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", sans-serif;
  max-width: 60em; margin: 2em auto; padding: 0 1.5em; color: #1a1a1a; }
h1 { font-size: 1.9em; margin: 0 0 .3em; }
h2 { font-size: 1.4em; margin: 2em 0 .6em; border-bottom: 2px solid #24527a; padding-bottom: .15em; color: #24527a; }
h3 { font-size: 1.08em; margin: 1.6em 0 .3em; }
.about { color: #555; margin: 0; }
.note { background: #fff6dd; border-left: 4px solid #d9a400; padding: .5em .8em; }
a { color: #24527a; text-decoration: none; }
a:hover { text-decoration: underline; }
table { border-collapse: collapse; width: 100%; margin: .5em 0; font-size: .92em; }
th, td { border: 1px solid #c9d2da; padding: .25em .5em; text-align: left; vertical-align: top;
  overflow-wrap: break-word; }
th { background: #eef3f7; white-space: nowrap; }
td.short { white-space: nowrap; }
table.facts { width: auto; }
table.facts th { background: none; border: 0; color: #555; font-weight: normal; white-space: nowrap; }
table.facts td { border: 0; }
nav ol { columns: 2; column-gap: 2em; padding-left: 1.2em; font-size: .92em; }
nav > ol > li { break-inside: auto; }
nav ol ol { columns: 1; font-size: 1em; }
@page { size: A4; margin: 18mm 16mm; }
@media print {
  body { font-size: 9.5pt; max-width: none; margin: 0; padding: 0; }
  h2 { break-before: page; margin-top: 0; }
  h2, h3 { break-after: avoid; }
  tr, .facts, .note { break-inside: avoid; }
  thead { display: table-header-group; }
  a { color: inherit; }
}
"""


def html_text(document: Document) -> str:
    """Write a document as HTML."""
    return "\n".join(_lines(document)) + "\n"


def _lines(document: Document) -> Iterator[str]:
    yield "<!DOCTYPE html>"
    yield f'<html lang="{LANGUAGES[document.language]}">'
    yield f'<head>\n<meta charset="utf-8">\n<title>{escape(document.title)}</title>\n<style>{STYLE}</style>\n</head>'
    yield f"<body>\n<h1>{escape(document.title)}</h1>"
    yield from (f'<p class="about">{escape(text)}</p>' for text in document.about)
    yield from _contents(document)
    for block in document.blocks:
        yield from _block(block)
    yield "</body>\n</html>"


def _contents(document: Document) -> Iterator[str]:
    """Write the table of contents: chapters with what stands in them."""
    yield f"<nav>\n<h2>{escape(say('Contents'))}</h2>\n<ol>"
    chapter = 0
    for level, headings in groupby(document.contents, key=lambda one: one.level):
        items = [f'<li><a href="#{escape(one.anchor)}">{escape(one.text)}</a>' for one in headings]
        if level == 1:
            yield "\n".join([*(["</li>"] if chapter else []), "</li>\n".join(items)])
            chapter += 1
        else:
            yield "\n".join(["<ol>", *(f"{item}</li>" for item in items), "</ol>"])
    yield "</li>\n</ol>\n</nav>" if chapter else "</ol>\n</nav>"


def _block(block: Block) -> Iterator[str]:
    match block:
        case Heading(level, text, anchor):
            yield f'<h{level + 1} id="{escape(anchor)}">{escape(text)}</h{level + 1}>'
        case Paragraph(lines, kind):
            named = f' class="{escape(kind)}"' if kind else ""
            yield f"<p{named}>{'<br>'.join(map(_line, lines))}</p>"
        case Facts(rows):
            told = (
                f"<tr><th>{escape(name)}</th><td>{'<br>'.join(map(_line, lines))}</td></tr>" for name, lines in rows
            )
            yield "\n".join(['<table class="facts">', *told, "</table>"])
        case Table(heads, rows):
            yield f"<table>\n<thead><tr>{''.join(f'<th>{escape(head)}</th>' for head in heads)}</tr></thead>\n<tbody>"
            yield from (f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
            yield "</tbody>\n</table>"


def _cell(spans: Line) -> str:
    """Write a cell of a table; a short one, such as a date, is not broken."""
    is_short = sum(len(one.text) for one in spans) <= SHORT
    return f'<td class="short">{_line(spans)}</td>' if is_short else f"<td>{_line(spans)}</td>"


def _line(spans: Line) -> str:
    return "".join(
        f'<a href="#{escape(one.to)}">{escape(one.text)}</a>' if one.to else escape(one.text) for one in spans
    )
