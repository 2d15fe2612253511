"""Exact integers as people read them: 123456 fen as 1,234.56."""

from __future__ import annotations

from fractions import Fraction

from payengine.exact.rounding import FEN


def decimal_text(value: int, scale: int, least: int | None = None, grouped: bool = False, signed: bool = False) -> str:
    """Write `value` units of 10**-scale as a decimal, every digit of it.

    Zeros at the end are dropped down to `least` decimals (None: none are dropped). `grouped` puts commas between
    thousands, `signed` a plus before what is more than zero.
    """
    whole, part = divmod(abs(value), 10**scale)
    decimals = f"{part:0{scale}}" if scale else ""
    if least is not None:
        decimals = decimals[:least] + decimals[least:].rstrip("0")
    sign = "-" if value < 0 else "+" if signed and value > 0 else ""
    digits = f"{whole:,}" if grouped else str(whole)
    return f"{sign}{digits}.{decimals}" if decimals else sign + digits


def fraction_text(number: Fraction, scale: int) -> str:
    """Write a number that `scale` decimals state, without zeros at its end.

    `ValueError` for any other.
    """
    units = number * 10**scale
    if units.denominator != 1:
        raise ValueError(f"{number} has more than {scale} decimals")
    return decimal_text(units.numerator, scale, least=0)


def yuan(fen: int, signed: bool = False) -> str:
    """Write fen as yuan for people: 1,234.56."""
    return decimal_text(fen, FEN, grouped=True, signed=signed)


def percent(rate: int | None) -> str:
    """Write a share in ten-thousandths as a percentage; a dash where there is none."""
    return "-" if rate is None else f"{decimal_text(rate, 2)} %"


def share(part: int, whole: int) -> int | None:
    """Divide `part` by `whole` in ten-thousandths, half up; None where the whole is 0."""
    if whole == 0:
        return None
    doubled = 2 * 10_000 * abs(part) + abs(whole)
    rate = doubled // (2 * abs(whole))
    return -rate if part * whole < 0 else rate
