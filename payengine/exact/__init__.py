"""Exact numbers: columns of whole smallest units with a decimal scale. See `column`."""

from payengine.exact.apportion import apportion
from payengine.exact.column import Exact, where
from payengine.exact.errors import ExactError
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
    "where",
]
