"""Bands of a figure ([bands.NAME]): names for its ranges, by which values may be keyed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Band:
    """Range from a number on (in ten-thousandths), or from `above` it, to the next band."""

    name: str
    start: int
    above: bool = False


@dataclass(frozen=True)
class Bands:
    """Ranges of a figure, the lowest first."""

    name: str
    figure: str
    steps: tuple[Band, ...]

    def canonical(self) -> list[object]:
        """Collect what can change a figure: not the name of the whole."""
        return [self.figure, [[one.name, one.start, one.above] for one in self.steps]]
