"""Charts as SVG that are read in black and white.

Every bar has its figure, every class its pattern.

Coordinates are whole numbers. Figures are handed in as texts; a length only ever follows them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from unicodedata import east_asian_width

from batch.paper.font_subset import FAMILY

WIDTH, ROW, TOP, NAMES, BARS = 340, 16, 4, 96, 150  # units: rows, where bars begin, and the most they take
TEXT, LETTER, GAP = 9, 5, 8  # a wide letter takes twice LETTER
FONTS = f"'{FAMILY}', 'Noto Sans CJK SC', 'Source Han Sans SC', 'Microsoft YaHei', sans-serif"
SOLID, HATCHED = "solid", "hatched"
INK, PALE = "#333333", "#8a8a8a"


@dataclass(frozen=True)
class Part:
    """Part of a bar: how long it is, and how it is filled."""

    length: int
    fill: str = SOLID


@dataclass(frozen=True)
class Bar:
    """Row of a chart: its name, what it shows, and the text of its figure.

    `marks` are places on the scale with a shape: "line" (solid) or "dashes".
    """

    name: str
    parts: Sequence[Part]
    figure: str
    marks: Sequence[tuple[int, str]] = ()


@dataclass(frozen=True)
class Box:
    """Row of a spread: the five quantiles, and the text of the middle one."""

    name: str
    quantiles: Sequence[int]
    figure: str


def bars(key: str, title: str, about: str, rows: Sequence[Bar], scale: int) -> str:
    """Draw bars on a scale from 0 to `scale`.

    `key` keeps the patterns of several charts apart.
    """
    drawn = []
    room = _room([row.figure for row in rows])
    for number, row in enumerate(rows):
        y = TOP + ROW * number
        x = NAMES
        for part in row.parts:
            width = _length(part.length, scale, room)
            fill = INK if part.fill == SOLID else f"url(#{key}-hatch)"
            if width:
                drawn.append(f'<rect x="{x}" y="{y}" width="{width}" height="10" fill="{fill}" stroke="{INK}"/>')
            x += width
        for place, shape in row.marks:
            at = NAMES + _length(place, scale, room)
            dashes = ' stroke-dasharray="2 2"' if shape == "dashes" else ""
            drawn.append(f'<path d="M{at} {y - 3}v16" stroke="#ffffff" stroke-width="4"/>')
            drawn.append(f'<path d="M{at} {y - 3}v16" stroke="#000000" stroke-width="2"{dashes}/>')
        drawn += [_name(row.name, y), _figure(row.figure, y)]
    return _svg(key, title, about, len(rows), drawn)


def boxes(key: str, title: str, about: str, rows: Sequence[Box], scale: int) -> str:
    """Draw spreads.

    A line from the first to the last quantile, a box around the middle half, a bar at the median.
    """
    drawn = []
    room = _room([row.figure for row in rows])
    for number, row in enumerate(rows):
        y = TOP + ROW * number
        if row.quantiles:
            low, left, middle, right, high = (NAMES + _length(each, scale, room) for each in row.quantiles)
            drawn += [
                f'<path d="M{low} {y + 5}H{high}M{low} {y + 2}v6M{high} {y + 2}v6" stroke="{INK}" fill="none"/>',
                f'<rect x="{left}" y="{y}" width="{max(1, right - left)}" height="10" fill="#ffffff" stroke="{INK}"/>',
                f'<path d="M{middle} {y}v10" stroke="#000000" stroke-width="3"/>',
            ]
        drawn += [_name(row.name, y), _figure(row.figure, y)]
    return _svg(key, title, about, len(rows), drawn)


def _room(figures: Sequence[str]) -> int:
    """Give the units that bars may take beside the longest figure."""
    longest = max((sum(2 if east_asian_width(char) in "WF" else 1 for char in text) for text in figures), default=0)
    return max(GAP, min(BARS, WIDTH - NAMES - GAP - longest * LETTER))


def _length(value: int, scale: int, room: int) -> int:
    return max(0, min(room, value * room // scale)) if scale > 0 else 0


def _name(text: str, y: int) -> str:
    return f'<text x="0" y="{y + 8}">{escape(text)}</text>'


def _figure(text: str, y: int) -> str:
    return f'<text x="{WIDTH}" y="{y + 8}" text-anchor="end">{escape(text)}</text>'


def _svg(key: str, title: str, about: str, rows: int, drawn: Sequence[str]) -> str:
    height = TOP + ROW * max(1, rows)
    hatch = (
        f'<pattern id="{key}-hatch" width="4" height="4" patternUnits="userSpaceOnUse">'
        f'<rect width="4" height="4" fill="#ffffff"/><path d="M0 4L4 0" stroke="{PALE}" stroke-width="1"/></pattern>'
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'role="img" aria-labelledby="{key}-title {key}-about" font-family="{FONTS}" font-size="{TEXT}" fill="{INK}">'
        f'<title id="{key}-title">{escape(title)}</title><desc id="{key}-about">{escape(about)}</desc>'
        f"<defs>{hatch}</defs>{''.join(drawn)}</svg>"
    )
