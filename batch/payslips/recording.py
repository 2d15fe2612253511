"""Recording of one computation, from which the trace of any person can be made afterwards.

A trace for each of 20,000 persons would hold all figures 20,000 times; a recording holds the columns once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from payengine.graph import Formula, Frame, Input, Level, Subject, Trace


class Recording:
    """Recorder of every formula of a computation with its arguments and its result."""

    def __init__(self) -> None:
        self._steps: dict[str, tuple[Formula, Mapping[str, Input], Input]] = {}
        self._given: dict[str, Input] = {}

    def formula(self, formula: Formula, arguments: Mapping[str, Input], result: Input) -> None:
        self._steps[formula.gives] = (formula, dict(arguments), result)

    def input(self, name: str, value: Input) -> None:
        self._given[name] = value

    def names_from(self, roots: Iterable[str], depth: int) -> set[str]:
        """Collect the formulas that `roots` are made of, `depth` steps down."""
        found: set[str] = set()
        level = {name for name in roots if name in self._steps}
        for _ in range(depth):
            found |= level
            level = {name for each in level for name in self._steps[each][1] if name in self._steps} - found
        return found

    def trace(self, frame: Frame, subject: Subject, divides: Mapping[str, Level], names: Collection[str]) -> Trace:
        """Make the trace of a subject, of the formulas in `names`."""
        trace = Trace(frame, subject, divides)
        for name, value in self._given.items():
            trace.input(name, value)
        for name, (formula, arguments, result) in self._steps.items():
            if name in names:
                trace.formula(formula, arguments, result)
        return trace
