"""Units of figures: how many yuan and how many points are in them.

Only these two are followed through a formula, because they are what a wrong formula confuses (points paid as yuan, a
price multiplied twice). Heads, days, scores and shares count as numbers without a dimension.
"""

from __future__ import annotations

from dataclasses import dataclass

from payengine.unit_words import POINT_WORDS, YUAN_WORDS, words_of


@dataclass(frozen=True)
class Unit:
    """A name and the exponents of yuan and points.

    Units of equal exponents agree, whatever their names. `decimals` is at how many decimals figures of the unit are
    stated.
    """

    name: str
    yuan: int = 0
    points: int = 0
    decimals: int = 4

    def agrees(self, other: Unit) -> bool:
        """Tell if figures of both units may be added and compared."""
        return (self.yuan, self.points) == (other.yuan, other.points)

    def times(self, other: Unit) -> Unit:
        return _named(self.yuan + other.yuan, self.points + other.points)

    def per(self, other: Unit) -> Unit:
        return _named(self.yuan - other.yuan, self.points - other.points)

    def __str__(self) -> str:
        return self.name


YUAN = Unit("yuan", yuan=1, decimals=2)
POINTS = Unit("points", points=1, decimals=6)
RATIO = Unit("ratio")
COUNT = Unit("count", decimals=0)
YUAN_PER_POINT = Unit("yuan per point", yuan=1, points=-1)
_COMMON = {(unit.yuan, unit.points): unit for unit in (YUAN, POINTS, RATIO, YUAN_PER_POINT)}


def unit_of(text: str) -> Unit:
    """Read the unit that a policy writes: "yuan", "ratio", "yuan per equivalent" ..."""
    amount, things = words_of(text)
    unit = _word(amount)
    for thing in things:
        unit = unit.per(_word(thing))
    return Unit(text, unit.yuan, unit.points)


def _word(text: str) -> Unit:
    return YUAN if text in YUAN_WORDS else POINTS if text in POINT_WORDS else RATIO


def _named(yuan: int, points: int) -> Unit:
    common = _COMMON.get((yuan, points))
    if common is not None:
        return common
    parts = [f"{name}^{power}" for name, power in (("yuan", yuan), ("points", points)) if power]
    return Unit(" ".join(parts), yuan, points)
