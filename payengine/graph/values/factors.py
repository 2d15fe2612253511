"""Factors of a figure: coefficients that multiply it and events that it pays, followed by the trial.

The trial calls formulas on columns without rows; there each column also carries by which coefficients it was
multiplied, and on which way. So a coefficient that is multiplied twice into one line is found whatever formulas it
passes through. In a run columns carry none, and no operator spends time on it.

Products add up, a quotient keeps those of its numerator, a sum or a choice has what any of its parts has. A pool's own
coefficients end where it is divided; a person's end in a total over persons: it is nobody's own figure any more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from payengine.graph.values.levels import CONSORTIUM, INSTITUTION, STAFF, Level

COEFFICIENT, EVENT, WORK = "coefficient", "event", "work"  # what an input may be to this module
TWICE = 2

Path = tuple[str, ...]  # the formulas through which a factor came, the first first


class Source(NamedTuple):
    """An input or parameter, with its key, whose value is a factor: `score[quality]`."""

    name: str
    level: Level


@dataclass(frozen=True)
class Factors:
    """Factors of one column.

    `coefficients`: by source the ways on which it was multiplied in, two at the most. `events`: what is counted and
    paid. `work`: counts or money are in it, not coefficients and time alone. `zero`: always 0, whatever it meets.
    """

    coefficients: Mapping[Source, tuple[Path, ...]] = field(default_factory=dict)
    events: frozenset[str] = frozenset()
    work: bool = False
    zero: bool = False

    def through(self, step: str) -> Factors:
        """Lengthen every way by a formula, or by a part of its pool."""
        return replace(self, coefficients=self._each(lambda path: path if _ends(path, step) else (*path, step)))

    def _each(self, change: Callable[[Path], Path]) -> dict[Source, tuple[Path, ...]]:
        return {source: tuple(map(change, paths)) for source, paths in self.coefficients.items()}

    @property
    def doubled(self) -> dict[Source, tuple[Path, ...]]:
        """Coefficients that were multiplied in twice, with both ways."""
        return {source: paths for source, paths in self.coefficients.items() if len(paths) >= TWICE}

    def paid(self) -> Factors:
        """Give the factors for figures made of an amount paid.

        Its events are paid, and what it counts twice is told of it alone.
        """
        once = {source: paths[:1] for source, paths in self.coefficients.items()}
        return replace(self, coefficients=once, events=frozenset())


ZERO = Factors(zero=True)
Followed = Factors | None  # None: nothing is followed


def of_source(name: str, level: Level, natures: Iterable[str]) -> Followed:
    """Give the factors of an input; None for one that is neither coefficient, event nor work."""
    known = frozenset(natures)
    if not known:
        return None
    coefficients: dict[Source, tuple[Path, ...]] = {Source(name, level): ((),)} if COEFFICIENT in known else {}
    return Factors(coefficients, frozenset({name}) if EVENT in known else frozenset(), WORK in known)


def of_result(one: Followed, formula: str, event: str = "") -> Followed:
    """Give the factors of a formula's result; `event` is what it pays for under another name than its input's."""
    if one is None and not event:
        return None
    made = (one or Factors()).through(formula)
    return replace(made, events=made.events | {event}) if event and not made.zero else made


def product(one: Followed, other: Followed) -> Followed:
    """Add up the factors of both; nothing is left beside a zero."""
    if one is None or other is None:
        return other if one is None else one
    if one.zero or other.zero:
        return ZERO
    ways = {
        source: (*one.coefficients.get(source, ()), *other.coefficients.get(source, ()))[:TWICE]
        for source in (*one.coefficients, *other.coefficients)
    }
    return Factors(ways, one.events | other.events, one.work or other.work)


def either(*all_factors: Followed) -> Followed:
    """Take what any of several has, of each coefficient the most; the parts of a sum, the sides of a choice."""
    found = [one for one in all_factors if one is not None and not one.zero]
    if not found:
        zero = bool(all_factors) and all(one is not None for one in all_factors)
        return ZERO if zero else None
    if len(found) == 1:
        return found[0]
    ways: dict[Source, tuple[Path, ...]] = {}
    for one in found:
        for source, paths in one.coefficients.items():
            ways[source] = max(ways.get(source, ()), paths, key=len)
    return Factors(ways, frozenset().union(*(one.events for one in found)), any(one.work for one in found))


def difference(one: Followed, other: Followed) -> Followed:
    """Take the coefficients of both and the events of the first: what is taken off is not paid."""
    return either(one, None if other is None or other.zero else replace(other, events=frozenset()))


def total(one: Followed, to: Level) -> Followed:
    """Give the factors of a total over rows of a level: those of single rows end there.

    What a row counts twice stays, because the total then does too.
    """
    if one is None:
        return None

    def stays(source: Source, paths: tuple[Path, ...]) -> bool:
        single = source.level <= STAFF and to >= INSTITUTION
        return len(paths) >= TWICE or not (single or (source.level is INSTITUTION and to is CONSORTIUM))

    kept = {source: paths for source, paths in one.coefficients.items() if stays(source, paths)}
    return replace(one, coefficients=kept)


def share(pool: Followed, weights: Followed) -> Followed:
    """Give the factors of shares of a pool: the coefficients of the weights, the events of the pool."""
    if pool is not None and pool.zero:
        return ZERO
    coefficients = {} if weights is None else weights.coefficients
    return Factors(coefficients, frozenset() if pool is None else pool.events, work=True)


def part(amount: Followed, ratio: Followed) -> Followed:
    """Give the factors of a part of an amount: those of the amount, unless its ratio is always 0."""
    return ZERO if ratio is not None and ratio.zero else amount


def parts(pools: Mapping[str, Followed], weights: Mapping[str, Followed], formula: str) -> dict[str, Followed]:
    """Give the factors of shares of a pool that is divided in parts, each by weights of its own.

    A coefficient by which one part is divided, and which weighs the work of another part too, counts twice in the
    whole. One that weighs the work of every part counts once: each yuan is weighed by it once.
    """
    made = {key: share(pools[key], _named(weights[key], f"{formula}[{key}]")) for key in pools}
    lived = {key: one for key, one in made.items() if one is not None and not one.zero}
    doubled: dict[Source, tuple[Path, ...]] = {}
    for key, one in lived.items():
        weight = weights[key]
        if weight is None or weight.work:
            continue
        for other, others in lived.items():
            for source in () if other == key else one.coefficients.keys() & others.coefficients.keys():
                ways = (one.coefficients[source][0], others.coefficients[source][0])
                doubled.setdefault(source, ways)
    return {
        key: one if key not in lived or one is None else replace(one, coefficients={**one.coefficients, **doubled})
        for key, one in made.items()
    }


def _named(one: Followed, step: str) -> Followed:
    return None if one is None else one.through(step)


def _ends(path: Path, step: str) -> bool:
    """Tell if a way ends in a formula, or in one part of its pool."""
    return bool(path) and path[-1].partition("[")[0] == step
