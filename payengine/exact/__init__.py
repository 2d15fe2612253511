"""Exact numbers: columns of whole smallest units with a decimal scale. See `column`."""

from payengine.exact.apportionment import apportion, apportion_within
from payengine.exact.column import Exact, where
from payengine.exact.errors import ExactError
from payengine.exact.raising import raise_to_mean
from payengine.exact.rounding import (
    CEILING,
    COEFFICIENT,
    DOWN,
    FEN,
    FLOOR,
    HALF_EVEN,
    HALF_UP,
    POINTS,
    RATE,
    UP,
    Rounding,
)

__all__ = [
    "CEILING",
    "COEFFICIENT",
    "DOWN",
    "FEN",
    "FLOOR",
    "HALF_EVEN",
    "HALF_UP",
    "POINTS",
    "RATE",
    "UP",
    "Exact",
    "ExactError",
    "Rounding",
    "apportion",
    "apportion_within",
    "raise_to_mean",
    "where",
]
