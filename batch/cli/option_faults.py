"""Faults of a command line, told together.

Whoever mends one should not meet the next by running the command again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from payengine.errors import Problem, UsageError
from payengine.texts import say

Found = TypeVar("Found")


class OptionFaults:
    """Collector of what is wrong in the options of one command."""

    def __init__(self) -> None:
        self.found: list[UsageError] = []

    def add(self, what: str, remedy: str = "") -> None:
        """Note a fault with its remedy."""
        self.found.append(UsageError(what, remedy=remedy))

    def read(self, function: Callable[[], Found]) -> Found | None:
        """Call a function that may refuse an option; None where it did, which is noted."""
        try:
            return function()
        except UsageError as error:
            self.found.append(error)
            return None

    def refuse(self) -> None:
        """Raise `UsageError` with every fault that was noted; nothing where there is none."""
        if self.found:
            raise together(self.found)


def together(found: Sequence[UsageError], remedy: str = "") -> UsageError:
    """Make one error of several; a single one stays as it is."""
    if len(found) == 1:
        return found[0]
    problems = [problem for error in found for problem in (Problem(error.what, remedy=error.remedy), *error.problems)]
    return UsageError(say("{n} options are wrong:", n=len(found)), problems, remedy)
