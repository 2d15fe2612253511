"""Numbers as people write them, read into whole numbers of smallest units.

`amounts` writes them.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import numpy as np

from payengine.exact.errors import overflow, refused
from payengine.texts import in_quotes, say

WRITTEN = re.compile(r"([+-]?)([0-9]+)(?:\.([0-9]*))?", re.ASCII)
MOST_DECIMALS = 18


def parts(number: Any, row: int) -> tuple[int, int]:
    """Split a text, Decimal or int into (digits, decimals) as it is written."""
    if isinstance(number, (int, np.integer)) and not isinstance(number, (bool, np.bool_)):
        return int(number), 0
    if isinstance(number, Decimal):
        if not number.is_finite():
            raise refused(say("{text} is not a number", text=in_quotes(str(number))), row)
        number = format(number, "f")
    if not isinstance(number, str):
        raise TypeError(f"{number!r}: exact numbers are made of text, Decimal or int, never of {type(number).__name__}")
    found = WRITTEN.fullmatch(number)
    if found is None:
        raise refused(say("{text} is not a number", text=in_quotes(number)), row)
    sign, whole, fraction = found[1], found[2], found[3] or ""
    digits = int(whole + fraction)
    return (-digits if sign == "-" else digits), len(fraction)


def units(numbers: list[Any], scale: int | None) -> tuple[np.ndarray[Any, np.dtype[np.int64]], int]:
    """Read numbers as units of 10**-scale: (units, scale).

    The scale is as given, else the least that keeps every decimal.
    """
    read = [parts(number, row) for row, number in enumerate(numbers)]
    chosen = max((decimals for _, decimals in read), default=0) if scale is None else scale
    if not 0 <= chosen <= MOST_DECIMALS:
        raise ValueError(f"{chosen} decimals: 0 to {MOST_DECIMALS}")
    values = np.empty(len(read), np.int64)
    for row, (digits, decimals) in enumerate(read):
        value, too_fine = digits * 10 ** max(chosen - decimals, 0), 0
        if decimals > chosen:  # zeros at the end say nothing
            value, too_fine = divmod(digits, 10 ** (decimals - chosen))
        if too_fine:
            raise refused(say("{text} has more than {n} decimals", text=str(numbers[row]), n=chosen), row)
        if not -(2**63) <= value < 2**63:
            raise overflow(row, 64)
        values[row] = value
    return values, chosen
