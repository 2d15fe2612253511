"""Errors of exact arithmetic, each with the first row where it happens."""

from __future__ import annotations

from payengine.errors import ExactOverflow, Problem, Refused
from payengine.texts import say


class ExactError(Refused, ArithmeticError):
    """An operation without an exact result: division by zero, a negative weight and the like."""


def overflow(row: int, bits: int) -> ExactOverflow:
    """Make the error of a result that does not fit, in `row` (counted from 0).

    A caller that knows what a row stands for may say so in `problems`.
    """
    what = say("an exact number does not fit {bits} bits", bits=bits)
    return ExactOverflow(what, [Problem(what, row=row + 1)])


def refused(what: str, row: int) -> ExactError:
    """Make the error that `what` is wrong in `row` (counted from 0)."""
    return ExactError(what, [Problem(what, row=row + 1)])
