"""Factors of a figure that the trial follows: its coefficients, the events that it pays.

The trial calls formulas on columns without rows; there each column also carries by which coefficients it was
multiplied, and on which way. So a coefficient that is multiplied twice into one line is found whatever formulas it
passes through. In a run columns carry none, and no operator spends time on it.

Products add up, a quotient keeps those of its numerator, a sum or a choice has what any of its parts has. A pool's own
coefficients end where it is divided; a person's end in a total over persons: it is nobody's own figure any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import permutations
from typing import NamedTuple

from payengine.graph.values.levels import STAFF, Level

COEFFICIENT, EVENT, WORK = "coefficient", "event", "work"  # what an input may be to this module
TWICE = 2

Path = tuple[str, ...]  # the formulas through which a factor came, the first first


class Source(NamedTuple):
    """An input or parameter, with its key, whose value is a factor: `score[quality]`."""

    name: str
    level: Level


class Part(NamedTuple):
    """A part of a pool that a formula split."""

    pool: str
    name: str


@dataclass(frozen=True)
class PartShare:
    """A share of one part of a pool.

    `ways` are those of the coefficients in its weights, `work` tells if work is in them too.
    """

    part: Part
    ways: Mapping[Source, Path]
    work: bool


@dataclass(frozen=True)
class Factors:
    """Factors of one column.

    `coefficients`: by source the ways on which it was multiplied in, two at the most. `events`: what is counted and
    paid. `work`: counts or money are in it, not coefficients and time alone. `zero`: always 0, whatever it meets.
    `part`: the part of a pool that it is; `shares`: the shares of such parts that are in it.
    """

    coefficients: Mapping[Source, tuple[Path, ...]] = field(default_factory=dict)
    events: frozenset[str] = frozenset()
    work: bool = False
    zero: bool = False
    part: Part | None = None
    shares: tuple[PartShare, ...] = ()

    def through(self, step: str) -> Factors:
        """Lengthen every way by a formula."""
        longer = {source: tuple((*path, step) for path in paths) for source, paths in self.coefficients.items()}
        return replace(self, coefficients=longer)

    @property
    def doubled(self) -> dict[Source, tuple[Path, ...]]:
        """Coefficients that were multiplied in twice, with both ways."""
        return {source: paths for source, paths in self.coefficients.items() if len(paths) >= TWICE}

    def paid(self) -> Factors:
        """Give the factors for figures made of an amount paid.

        Its events and pools are paid, and what it counts twice is told of it alone.
        """
        once = {source: paths[:1] for source, paths in self.coefficients.items()}
        return replace(self, coefficients=once, events=frozenset(), part=None, shares=())


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
    """Give the factors of a formula's result.

    `event` is what it pays for under another name than its input's.
    """
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
    return Factors(ways, *_joined([one, other]))


def either(*all_factors: Followed) -> Followed:
    """Take what any of several has, of each coefficient the most.

    They are the parts of a sum or the sides of a choice.
    """
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
    return Factors(ways, *_joined(found))


def _joined(found: Sequence[Factors]) -> tuple[frozenset[str], bool, bool, Part | None, tuple[PartShare, ...]]:
    """Join all but the coefficients of several: events, work, not zero, part, shares."""
    shares: list[PartShare] = []
    for one in found:
        shares += [each for each in one.shares if each not in shares]
    events = frozenset().union(*(one.events for one in found))
    part = next((one.part for one in found if one.part is not None), None)
    return events, any(one.work for one in found), False, part, tuple(shares)


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
        return len(paths) >= TWICE or max(source.level, STAFF) >= to  # a person's engagements are the same person's

    kept = {source: paths for source, paths in one.coefficients.items() if stays(source, paths)}
    return replace(one, coefficients=kept, shares=() if to > STAFF else one.shares)


def share(pool: Followed, weights: Followed, formula: str) -> Followed:
    """Give the factors of shares of a pool that a formula divides.

    They are the coefficients of the weights and the events of the pool.
    """
    if pool is not None and pool.zero:
        return ZERO
    weights = weights or Factors()
    events, part = (frozenset(), None) if pool is None else (pool.events, pool.part)
    shares: tuple[PartShare, ...] = ()
    if part is not None:
        step = f"{formula}[{part.name}]"
        ways = {source: (*paths[0], step) for source, paths in weights.coefficients.items() if paths}
        shares = (PartShare(part, ways, weights.work),)
    return Factors(weights.coefficients, events, work=True, shares=shares)


def part_of(amount: Followed, ratio: Followed, part: Part) -> Followed:
    """Give the factors of a part of an amount: the amount's, unless its ratio is always 0."""
    return ZERO if ratio is not None and ratio.zero else replace(amount or Factors(), part=part)


def chosen_by(figure: Followed) -> Followed:
    """Give the factors of a value that is chosen by a figure: a grade's worth, a band's price.

    The value stands for the score that chose it. Work and money that choose a price are its scale, no coefficient.
    """
    if figure is None or figure.work or figure.zero:
        return None
    return Factors(figure.coefficients)


def doubled_in_parts(shares: Iterable[PartShare]) -> dict[Source, tuple[Path, Path]]:
    """Find coefficients that count twice in the shares of one pool's parts, with both ways.

    A coefficient by which one part is divided, and which weighs the work of another part too, counts twice in the
    whole. One that weighs the work of every part counts once: each yuan is weighed by it once.
    """
    found: dict[Source, tuple[Path, Path]] = {}
    for one, other in permutations(shares, 2):
        if one.part.pool == other.part.pool and one.part.name != other.part.name and not one.work:
            for source in one.ways.keys() & other.ways.keys():
                found.setdefault(source, (one.ways[source], other.ways[source]))
    return found
