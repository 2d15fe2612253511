"""What an exact number refuses to do, always with the first row where."""

from __future__ import annotations

from payengine.errors import ExactOverflow, Problem, Refused
from payengine.texts import say


class ExactError(Refused, ArithmeticError):
    """An operation that has no exact result: a division by zero, too many decimals, a negative weight."""


def overflow(row: int, bits: int) -> ExactOverflow:
    """A result in `row` (from 0) does not fit; the caller that knows what a row is may say so in `problems`."""
    what = say("an exact number does not fit {bits} bits", bits=bits)
    return ExactOverflow(what, [Problem(what, row=row + 1)])


def refused(what: str, row: int) -> ExactError:
    """`what` is wrong in `row` (from 0)."""
    return ExactError(what, [Problem(what, row=row + 1)])
