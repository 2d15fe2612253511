"""Page of HTML that needs nothing else: no script, no request, every text escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from batch.paper.svg import FONTS

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
STYLE = """
@page { size: A4; margin: 10mm }
body { font: 9pt/1.4 FONTS; color: #222; max-width: 190mm; margin: 8mm auto; padding: 0 4mm }
header { display: flex; justify-content: space-between; align-items: baseline; border-bottom: 2px solid #222 }
h1 { font-size: 18pt; margin: 0 } h2 { font-size: 10.5pt; margin: 3.5mm 0 1mm; border-bottom: 1px solid #222 }
.period { font-size: 15pt; font-weight: bold } .about { color: #555; margin: .5mm 0 1mm; font-size: 8pt }
.mark { border: 2px solid #222; padding: 1mm 2mm; margin: 2mm 0; font-weight: bold }
.tiles { display: grid; grid-template-columns: repeat(4, 1fr); gap: 2mm; margin: 3mm 0 0; padding: 0 }
.tiles div { border: 1px solid #888; padding: 1.5mm 2mm } .tiles dt { color: #555; font-size: 8pt }
.tiles dd { margin: 0; font-size: 12.5pt; font-weight: bold } .tiles dd.change { font-size: 8pt; font-weight: normal }
.charts { display: grid; grid-template-columns: 1fr 1fr; column-gap: 7mm } svg { width: 100%; height: auto }
table { border-collapse: collapse; width: 100%; font-size: 8.5pt } caption { text-align: left; color: #555 }
th, td { text-align: right; padding: .6mm 1mm; border-bottom: 1px solid #ccc } th { color: #555; font-weight: normal }
th:first-child, td:first-child { text-align: left } footer { color: #555; font-size: 7.5pt; margin-top: 3mm }
@media print { body { margin: 0; padding: 0; font-size: 7.6pt; line-height: 1.25 } h2 { margin-top: 2mm }
  .tiles { gap: 1mm; margin-top: 1mm } .tiles div { padding: .7mm 1.5mm } p { margin: 1mm 0 }
  .charts { column-gap: 9mm } th, td { padding: .2mm 1mm } table { font-size: 7.6pt }
  section { break-inside: avoid } }
""".replace("FONTS", FONTS)


def html_page(page: Mapping[str, Any], language: str) -> str:
    """Write a page of tiles, charts and a table (see `batch.cli.views.overview_page`) as HTML."""
    marks = "".join(f'<p class="mark">{escape(mark)}</p>' for mark in page["marks"])
    tiles = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd>"
        + (f'<dd class="change">{escape(change)}</dd></div>' if change else "</div>")
        for name, value, change in page["tiles"]
    )
    charts = "".join(
        f'<section><h2>{escape(one["title"])}</h2><p class="about">{escape(one["about"])}</p>{one["svg"]}</section>'
        for one in page["charts"]
    )
    return (
        f'<!doctype html>\n<html lang="{escape(language)}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(page['title'])} {escape(page['period'])}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f'<header><h1>{escape(page["title"])}</h1><span class="period">{escape(page["period"])}</span></header>\n'
        f'<p>{escape(page["subtitle"])}</p>\n{marks}\n<main>\n<dl class="tiles">{tiles}</dl>\n'
        f'<div class="charts">{charts}</div>\n{_table(page["table"])}\n</main>\n'
        f"<footer>{'<br>'.join(map(escape, page['foot']))}</footer>\n</body>\n</html>\n"
    )


def _table(table: Mapping[str, Any]) -> str:
    title = f"<h2>{escape(table['title'])}</h2>"
    if not table["rows"]:
        return f"<section>{title}<p>{escape(table['about'])}</p></section>"
    heads = "".join(f'<th scope="col">{escape(head)}</th>' for head in table["heads"])
    body = "".join(f"<tr>{_cells(row)}</tr>" for row in table["rows"])
    return (
        f"<section>{title}<table><caption>{escape(table['about'])}</caption><thead><tr>{heads}</tr></thead>"
        f"<tbody>{body}</tbody></table></section>"
    )


def _cells(row: Sequence[str]) -> str:
    first, *rest = row
    return f'<th scope="row">{escape(first)}</th>' + "".join(f"<td>{escape(cell)}</td>" for cell in rest)
