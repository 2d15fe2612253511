"""Exact numbers: columns of whole smallest units with a decimal scale.

Here live the column (`column`), what it is made of (128-bit integers in `wide`, pending products and quotients in
`ratios`, modes of `rounding`), the reading and writing of numbers (`reading`, `amounts`), and exact sums, divisions and
parts (`points`, `apportionment`, `parts`, `raising`). Import the names below from the package, the rest from its
module. It may import `payengine.kernels`; it knows no formula, no policy and no period, and no float is ever taken.

The modules are imported when one of their names is asked for: whoever writes amounts (`amounts`) needs no arrays.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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

_MODULES = {
    "apportion": "apportionment",
    "apportion_between": "apportionment",
    "apportion_within": "apportionment",
    "Exact": "column",
    "where": "column",
    "ExactError": "errors",
    "round_parts": "parts",
    "raise_to_mean": "raising",
}  # of the names above; the others are of `rounding`


def __getattr__(name: str) -> Any:
    """Import a name of `__all__` from its module."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_MODULES.get(name, 'rounding')}"), name)
    globals()[name] = found
    return found
