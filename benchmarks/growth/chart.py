"""Charts as plain SVG: small panels with logarithmic axes, readable in black and white.

Lines differ by dash and mark, and bear their names at their ends; nothing is told by colour.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 460, 300  # of a panel
LEFT, RIGHT, TOP, BOTTOM = 64, 130, 46, 44  # around its plot; names of lines stand to the right
DASHES = ("none", "7 3", "2 3", "9 3 2 3")
NAME_HEIGHT = 13  # lines' names keep this apart


@dataclass(frozen=True)
class Panel:
    """One chart: lines by name, each of (x, y) points with both above 0."""

    title: str
    across: str
    up: str
    lines: Mapping[str, Sequence[tuple[float, float]]]


def svg(panels: Sequence[Panel], columns: int = 2) -> str:
    """Draw panels side by side, `columns` in a row."""
    rows = math.ceil(len(panels) / columns)
    width, height = WIDTH * columns, HEIGHT * rows
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        'font-family="sans-serif" font-size="11">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
    ]
    for number, panel in enumerate(panels):
        down, right = divmod(number, columns)
        parts.append(f'<g transform="translate({right * WIDTH} {down * HEIGHT})">')
        parts += _panel(panel)
        parts.append("</g>")
    return "\n".join([*parts, "</svg>", ""])


@dataclass(frozen=True)
class _Scale:
    """Logarithmic scale from [least, most] to [first, last] on the paper."""

    least: float
    most: float
    first: float
    last: float

    def __call__(self, value: float) -> float:
        span = math.log(self.most / self.least)
        return self.first + (self.last - self.first) * math.log(value / self.least) / span

    def ticks(self) -> list[float]:
        """List the powers of ten inside.

        Where there are fewer than two: also 2 and 5 times each, then all digits.
        """
        exponents = range(math.floor(math.log10(self.least)), math.ceil(math.log10(self.most)) + 1)
        for steps in ((1,), (1, 2, 5), tuple(range(1, 10))):
            found = [step * 10.0**exponent for exponent in exponents for step in steps]
            inside = [tick for tick in found if self.least * 0.999 <= tick <= self.most * 1.001]
            if len(inside) >= 2:
                return inside
        return [self.least, self.most]


def _scale(values: Sequence[float], first: float, last: float, room: float) -> _Scale:
    return _Scale(min(values) / room, max(values) * room, first, last)


def _panel(panel: Panel) -> Iterator[str]:
    points = [point for line in panel.lines.values() for point in line]
    across = _scale([x for x, _ in points], LEFT, WIDTH - RIGHT, 1.05)
    up = _scale([y for _, y in points], HEIGHT - BOTTOM, TOP, 1.4)
    yield f'<text x="{LEFT}" y="18" font-size="13" font-weight="bold">{escape(panel.title)}</text>'
    yield f'<text x="{LEFT}" y="34">{escape(panel.up)}</text>'
    yield f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 8}" text-anchor="middle">{escape(panel.across)}</text>'
    for tick in up.ticks():
        yield _rule(LEFT, up(tick), WIDTH - RIGHT, up(tick))
        yield f'<text x="{LEFT - 6}" y="{up(tick) + 4:.1f}" text-anchor="end">{number_text(tick)}</text>'
    for tick in across.ticks():
        yield _rule(across(tick), TOP, across(tick), HEIGHT - BOTTOM)
        yield f'<text x="{across(tick):.1f}" y="{HEIGHT - BOTTOM + 15}" text-anchor="middle">{number_text(tick)}</text>'
    ends = _spread({name: up(line[-1][1]) for name, line in panel.lines.items()})
    for number, (name, line) in enumerate(panel.lines.items()):
        places = [(across(x), up(y)) for x, y in line]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        dash = DASHES[number % len(DASHES)]
        yield f'<polyline points="{path}" fill="none" stroke="black" stroke-width="1.6" stroke-dasharray="{dash}"/>'
        yield from (_mark(number, x, y) for x, y in places)
        end = WIDTH - RIGHT + 12
        yield _mark(number, end, ends[name])
        yield f'<text x="{end + 9}" y="{ends[name] + 4:.1f}">{escape(name)}</text>'


def _rule(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="#bbbbbb" stroke-width="0.6"/>'


def _mark(number: int, x: float, y: float) -> str:
    """Draw the mark of a line: a disc, a square, a triangle, a ring."""
    match number % 4:
        case 0:
            return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>'
        case 1:
            return f'<rect x="{x - 3:.1f}" y="{y - 3:.1f}" width="6" height="6"/>'
        case 2:
            return f'<path d="M {x:.1f} {y - 4:.1f} l 4 7 h -8 z"/>'
        case _:
            return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="white" stroke="black"/>'


def _spread(ends: Mapping[str, float]) -> dict[str, float]:
    """Move the names of lines apart that end near each other."""
    placed: dict[str, float] = {}
    lowest = -math.inf
    for name, place in sorted(ends.items(), key=lambda one: one[1]):
        lowest = max(place, lowest + NAME_HEIGHT)
        placed[name] = lowest
    return placed


def number_text(value: float) -> str:
    """Write a number of an axis: 0.5, 20, 3k, 100M."""
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g}{letter}"
    return f"{value:.3g}"
