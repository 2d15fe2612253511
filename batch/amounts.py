"""Exact integers as people read them: 123456 fen as 1,234.56."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

FEN, POINTS, RATE = 2, 6, 4  # decimals of money, of points (stated in millionths), of shares and coefficients


def decimal_text(value: int, scale: int, least: int | None = None, grouped: bool = False, signed: bool = False) -> str:
    """`value` units of 10**-scale as a decimal, every digit of it.

    Zeros at the end are dropped down to `least` decimals (None: none are dropped). `grouped` puts commas between
    thousands, `signed` a plus before what is more than zero.
    """
    whole, part = divmod(abs(value), 10**scale)
    decimals = f"{part:0{scale}}" if scale else ""
    if least is not None:
        decimals = decimals[:least] + decimals[least:].rstrip("0")
    sign = "-" if value < 0 else "+" if signed and value > 0 else ""
    return f"{sign}{whole:,}" * grouped + f"{sign}{whole}" * (not grouped) + ("." + decimals if decimals else "")


def yuan(fen: int, signed: bool = False) -> str:
    """Fen as yuan for people: 1,234.56."""
    return decimal_text(fen, FEN, grouped=True, signed=signed)


def percent(rate: int | None) -> str:
    """A share in ten-thousandths as a percentage; a dash where there is none."""
    return "-" if rate is None else f"{decimal_text(rate, 2)} %"


def share(part: int, whole: int) -> int | None:
    """`part / whole` in ten-thousandths, half up; None of nothing."""
    if whole == 0:
        return None
    doubled = 2 * 10**RATE * abs(part) + abs(whole)
    rate = doubled // (2 * abs(whole))
    return rate if (part < 0) == (whole < 0) or part == 0 else -rate


def text_column(values: pa.Array | pa.ChunkedArray, scale: int) -> pa.Array | pa.ChunkedArray:
    """A column of int64 in units of 10**-scale as decimals in text: -5 fen as -0.05; null stays null."""
    if scale == 0:
        return pc.cast(values, pa.string())
    # Digits as text, so that the smallest int64 has no absolute value to overflow.
    digits = pc.utf8_lpad(pc.utf8_ltrim(pc.cast(values, pa.string()), "-"), scale + 1, "0")
    sign = pc.if_else(pc.less(values, 0), "-", "")
    whole, part = pc.utf8_slice_codeunits(digits, 0, -scale), pc.utf8_slice_codeunits(digits, -scale)
    return pc.binary_join_element_wise(pc.binary_join_element_wise(sign, whole, ""), part, ".")
