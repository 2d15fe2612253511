"""Calculations that a policy declares: how a figure, a line or a pool is made of others.

A calculation has one base, is multiplied, divided, prorated and limited, and is rounded once. It names figures,
inputs, parameters and plain numbers; nothing in it is a program, and what the names mean only the graph knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

AMOUNTS = ("yuan", "points", "count")  # units of figures that add up; of rates and ratios a person has the latest
# Figures of which the year's earlier runs are known for each person, beside the components of the payslip.
REMEMBERED = ("points", "services", "points_by_category", "services_by_category")
Selection = tuple[tuple[str, tuple[str, ...]], ...]  # ((key, names), ...), sorted by key; () selects everybody


@dataclass(frozen=True)
class Slice:
    """Part of a scale: from which amount on, and what a unit of it is worth."""

    start: str
    rate: str


@dataclass(frozen=True)
class Calculation:
    """One way of making a figure of others; docs/policy.md, "Calculations", tells its keys.

    Texts are names of figures, inputs and parameters, or numbers; '' and () stand for what is not said. The base is a
    sum (`add`, `subtract`), a total or a mean (`total_of`, `mean_of`), slices (`slices_of`), a share of a pool (`pool`
    with `weights`, or `divides` with `by`), or, without any of these, one. `among` and `outside` select rows. `parts`
    and `unclaimed` are a pool's.
    """

    add: tuple[str, ...] = ()
    subtract: tuple[str, ...] = ()
    total_of: str = ""
    mean_of: str = ""
    per: str = ""
    best: str = ""
    otherwise: str = ""
    slices_of: str = ""
    slices: tuple[Slice, ...] = ()
    memory: str = ""
    pool: str = ""
    weights: str = ""
    cut: str = ""
    divides: str = ""
    by: str = ""
    times: tuple[str, ...] = ()
    over: tuple[str, ...] = ()
    prorated: str = ""
    at_least: str = ""
    at_most: str = ""
    among: Selection = ()
    outside: Selection = ()
    level: str = ""
    unit: str = ""
    round: str = ""
    parts: tuple[tuple[str, Fraction], ...] = ()
    unclaimed: str = ""

    @property
    def source(self) -> str:
        """The figure whose rows are gathered, cut into slices or divided; '' where there is none."""
        return self.total_of or self.mean_of or self.slices_of

    @property
    def is_amount(self) -> bool:
        """True for a line or a figure that adds up: money, points or a count."""
        return self.unit in ("", *AMOUNTS)

    def operands(self) -> Iterator[str]:
        """Yield every name and number that it is computed from, in the order in which it says them."""
        yield from (one for one in (self.source, self.best, self.otherwise, self.weights, self.by) if one)
        yield from (*self.add, *self.subtract, *self.times, *self.over)
        yield from (text for one in self.slices for text in (one.start, one.rate))
        yield from (one for one in (self.at_least, self.at_most) if one)

    def keys(self) -> Iterator[tuple[str, str]]:
        """Yield what it says as a policy file does: (key, text), in the order of the docs' tables."""
        for key, value in vars(self).items():
            if key == "slices" and value:
                yield key, ", ".join(f"{one.start}: {one.rate}" for one in value)
            elif key == "parts" and value:
                yield key, ", ".join(f"{name} = {ratio}" for name, ratio in value)
            elif key in ("among", "outside") and value:
                yield key, ", ".join(f"{name} = {' / '.join(names)}" for name, names in value)
            elif value:
                yield key, value if isinstance(value, str) else ", ".join(value)

    def canonical(self) -> dict[str, Any]:
        """Collect what it says, as plain data: what it does not say is left out."""
        said = {key: value for key, value in asdict(self).items() if value not in ("", ())}
        if self.parts:
            said["parts"] = [[name, str(ratio)] for name, ratio in self.parts]
        return said


@dataclass(frozen=True)
class DeclaredFigure:
    """A figure ([figures.NAME]) or a pool ([pools.NAME]) of the policy, and its calculation."""

    name: str
    label: str
    layer: str
    calculation: Calculation
    source: str = ""
    is_pool: bool = False
