"""Judgement of a tree beside its base: slower is what is slower twice in a row.

The ratio of the fastest rounds decides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

MOST = 1.25  # minima of a few rounds of the same work differ by a tenth on a machine that nobody else uses

Rounds = Mapping[str, Sequence[float]]  # wall seconds of the rounds of each piece of work


@dataclass(frozen=True)
class Pair:
    """Fastest rounds of one piece of work, in seconds: the tree's and the base's."""

    tree: float
    base: float

    @property
    def ratio(self) -> float:
        """Tree / base: above 1 the tree is slower."""
        return self.tree / self.base

    @property
    def is_slower(self) -> bool:
        return self.ratio > MOST


Measured = Mapping[str, Pair]  # by the name of the work


@dataclass(frozen=True)
class Judgement:
    """Both measurements, and the work in which the tree was slower in each."""

    first: Measured
    again: Measured
    slower: tuple[str, ...]


def pairs(tree: Rounds, base: Rounds) -> Measured:
    """Pair the fastest rounds of both sides; they did the same work."""
    if tree.keys() != base.keys():
        raise ValueError("both sides must do the same work")
    return {name: Pair(min(tree[name]), min(base[name])) for name in tree}


def judge(names: Sequence[str], measure: Callable[[Sequence[str]], Measured]) -> Judgement:
    """Measure all, and what is slower once more; judge by both.

    Slower is only what is so again. The second measurement stands alone: no round of the first one counts in it.
    """
    first = measure(names)
    doubted = [name for name in names if first[name].is_slower]
    again = measure(doubted) if doubted else {}
    return Judgement(first, again, tuple(name for name in doubted if again[name].is_slower))
