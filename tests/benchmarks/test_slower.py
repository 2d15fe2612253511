"""Judgement of a tree beside its base commit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from benchmarks.slower import MOST, Measured, Pair, judge, pairs

NAMES = ("freeze", "run", "publish")


class Measurements:
    """Ready measurements, given one after another; what was asked for is noted."""

    def __init__(self, *given: Measured) -> None:
        self._given: Iterator[Measured] = iter(given)
        self.asked: list[Sequence[str]] = []

    def __call__(self, names: Sequence[str]) -> Measured:
        self.asked.append(list(names))
        return next(self._given)


def measured(**ratios: float) -> Measured:
    return {name: Pair(2 * ratio, 2) for name, ratio in ratios.items()}


def test_nothing_is_measured_again_where_nothing_is_slower() -> None:
    measure = Measurements(measured(freeze=0.5, run=MOST, publish=1.1))
    judged = judge(NAMES, measure)
    assert judged.slower == ()
    assert measure.asked == [list(NAMES)]


def test_only_what_is_slower_is_measured_again() -> None:
    measure = Measurements(measured(freeze=1.3, run=1, publish=1.4), measured(freeze=1.3, publish=1.3))
    judge(NAMES, measure)
    assert measure.asked[1] == ["freeze", "publish"]


def test_slower_once_is_not_slower() -> None:
    judged = judge(NAMES, Measurements(measured(freeze=9, run=1, publish=1), measured(freeze=1.2)))
    assert judged.slower == ()
    assert judged.first["freeze"].is_slower, "the first measurement is still told"


def test_slower_twice_is_slower() -> None:
    judged = judge(NAMES, Measurements(measured(freeze=1.3, run=1, publish=1.3), measured(freeze=1.26, publish=1.24)))
    assert judged.slower == ("freeze",)


def test_the_fastest_rounds_are_compared() -> None:
    made = pairs({"run": [3.0, 1.0, 2.0]}, {"run": [0.9, 5.0, 7.0]})
    assert made["run"] == Pair(1.0, 0.9)


def test_sides_that_did_other_work_are_not_compared() -> None:
    with pytest.raises(ValueError, match="same work"):
        pairs({"run": [1.0]}, {"freeze": [1.0]})
