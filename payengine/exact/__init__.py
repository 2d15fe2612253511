"""Exact numbers: columns of whole smallest units with a decimal scale.

Here live the column (`column`), what it is made of (128-bit integers in `wide`, pending products and quotients in
`ratios`, modes of `rounding`), the reading and writing of numbers (`reading`, `amounts`), and exact sums, divisions and
parts (`points`, `apportionment`, `parts`, `raising`). Import the names below from the package, the rest from its
module. It may import `payengine.kernels`; it knows no formula, no policy and no period, and no float is ever taken.
"""

from payengine.exact.apportionment import apportion, apportion_between, apportion_within
from payengine.exact.column import Exact, where
from payengine.exact.errors import ExactError
from payengine.exact.parts import round_parts
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
    "apportion_between",
    "apportion_within",
    "raise_to_mean",
    "round_parts",
    "where",
]
