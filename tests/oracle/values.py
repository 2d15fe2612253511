"""Texts to values: dates, exact numbers, flags, intervals, byte order, rounding."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from datetime import date
from fractions import Fraction

Row = dict[str, str]
Tables = dict[str, list[Row]]


def day(text: str) -> date:
    """A local date as it is written in every table."""
    return date.fromisoformat(text)


def number(text: str) -> Fraction | None:
    """An exact number, compared as a typed value: "1" is "1.00". Empty is None."""
    return Fraction(text) if text else None


def yes(text: str) -> bool:
    """`yes`/`no` for booleans (`true/false`, `1/0`, 是/否 are read too)."""
    return {"yes": True, "true": True, "1": True, "是": True, "no": False, "false": False, "0": False, "否": False}[
        text.lower()
    ]


def in_force(row: Row, on: date) -> bool:
    """`from` inclusive, `until` exclusive, empty = open."""
    return day(row["from"]) <= on and (not row["until"] or on < day(row["until"]))


def by_bytes(text: str) -> bytes:
    """Codes and record ids are text, compared byte for byte."""
    return text.encode("utf-8")


def half_up(value: Fraction, decimals: int) -> int:
    """The nearest whole number of 10**-decimals; a half goes away from zero."""
    scaled = abs(value) * 10**decimals
    nearest: int = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return -nearest if value < 0 else nearest


def adding_up(
    values: Mapping[tuple[str, ...], Fraction], decimals: int, owner: Callable[[tuple[str, ...]], Hashable]
) -> dict[tuple[str, ...], Fraction]:
    """Round values so that those of one owner add up.

    Each is what the owner's rounded total grows by, in the order of the keys.
    """
    total: dict[Hashable, Fraction] = {}
    found = {}
    for key in sorted(values, key=lambda key: tuple(map(by_bytes, key))):
        before = total.get(owner(key), Fraction(0))
        total[owner(key)] = after = before + values[key]
        found[key] = Fraction(half_up(after, decimals) - half_up(before, decimals), 10**decimals)
    return {key: found[key] for key in values}
