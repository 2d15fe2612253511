"""Descriptions of inputs and parameters, as the graph needs them before it computes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

import numpy as np

from payengine.errors import Problem
from payengine.exact import Exact
from payengine.graph.values import factors
from payengine.graph.values.column import Column
from payengine.graph.values.flags import Codes, Flags
from payengine.graph.values.frame import Frame
from payengine.graph.values.keyed import Keyed, KeyedInput, Pattern, pattern_column
from payengine.graph.values.levels import DEPARTMENT, ENGAGEMENT, INSTITUTION, Level
from payengine.graph.values.scope import FormulaError, Scope
from payengine.graph.values.units import POINTS, Unit
from payengine.periods import Period

Input = Any  # Column | Flags | Codes | Keyed: what a formula's argument may be
NUMBER, FLAG, CODES = "number", "flag", "codes"
COEFFICIENT, EVENT, WORK = factors.COEFFICIENT, factors.EVENT, factors.WORK  # what the trial follows of an input
DIRECTED = "directed"  # the category that earns no equivalents, so that it has no points and no price either


@dataclass(frozen=True)
class InputSpec:
    """One input that formulas may name.

    The documentation, the checks and the provider share this description. `kind`: number (of `scale` decimals), flag or
    codes. `axis`: one column for each key of that axis; `given`: the table has rows for some keys and rows only;
    `zero`: where it has none, the value is 0. `table`: where it comes from. `natures`: what it is to the check that
    nothing counts twice (a coefficient, an event, work), `counted_as`: the name under which it counts there.
    """

    name: str
    level: Level
    table: str
    about: str
    unit: Unit | None = None
    kind: str = NUMBER
    scale: int = 0
    axis: str = ""
    given: bool = False
    zero: bool = False
    natures: frozenset[str] = frozenset()
    counted_as: str = ""

    def tried(self, scope: Scope, key: str = "") -> Column | Flags | Codes:
        """Make a column of this kind without rows for the trial, with what is to be followed of it."""
        column = self.column(scope)
        if isinstance(column, Column):
            name = self.counted_as or self.name
            column.factors = factors.of_source(f"{name}[{key}]" if key else name, self.level, self.natures)
        return column

    def column(self, scope: Scope) -> Column | Flags | Codes:
        """Make a column of this kind without rows."""
        if self.kind == FLAG:
            return Flags(scope, self.level, np.zeros(0, bool))
        if self.kind == CODES:
            return Codes(scope, self.level, np.zeros(0, np.int32), ())
        return Column(scope, self.level, Exact(np.zeros(0, np.int64), self.scale), self.unit)

    def pattern(self, scope: Scope) -> Pattern:
        """Make the pattern of its columns, where none of its keys has rows."""
        return pattern_column(scope, self.level, self.scale, self.unit)


class ApprovalView(Protocol):
    """A record of approval as the graph sees it."""

    @property
    def date(self) -> date: ...


class ValueView(Protocol):
    """One dated value of a parameter: for what it holds, and who approved it."""

    @property
    def where(self) -> Mapping[str, str]: ...

    @property
    def number(self) -> int: ...

    @property
    def start(self) -> date: ...

    @property
    def approvals(self) -> Sequence[ApprovalView]: ...

    def holds_on(self, day: date) -> bool: ...


class BandView(Protocol):
    """One band of a figure: from where on, in ten-thousandths, or from above it."""

    @property
    def name(self) -> str: ...

    @property
    def start(self) -> int: ...

    @property
    def above(self) -> bool: ...


class BandsView(Protocol):
    """Bands of a figure, the lowest first, by which a parameter's values are keyed."""

    @property
    def figure(self) -> str: ...

    @property
    def steps(self) -> Sequence[BandView]: ...


class ParameterView(Protocol):
    """A parameter as the graph sees it."""

    @property
    def unit(self) -> str: ...

    @property
    def label(self) -> str: ...

    @property
    def values(self) -> Sequence[ValueView]: ...

    @property
    def approvals(self) -> Sequence[str]:
        """The bodies that must agree to each value."""
        ...

    @property
    def optional(self) -> bool:
        """True where it may lack a value: what reads it then finds an absent one."""
        ...

    @property
    def figures(self) -> Sequence[str]:
        """The figures that its values name (`surplus`, `finance[medical_income]`)."""
        ...

    @property
    def bands(self) -> BandsView | None:
        """The bands of a figure, where values are keyed by band."""
        ...

    @property
    def by(self) -> str:
        """The axis of its values, where the policy says so; else it is read from the values."""
        ...


class ParameterSource(Protocol):
    """The policy as the graph sees it."""

    @property
    def parameters(self) -> Mapping[str, ParameterView]: ...

    def value(self, name: str, on: date, **keys: str) -> int | None:
        """Look up a value in ten-thousandths; None where none holds on that day for the keys.

        A flag is 0 or 1, a figure its place among the parameter's `figures`.

        None where none holds for these keys on that day.
        """
        ...

    def coverage_problems(self, names: Iterable[str], period: Period) -> list[Problem]:
        """Find what the parameters lack on some day of the period."""
        ...

    def missing_value(self, name: str, day: date, where: Mapping[str, str]) -> Problem:
        """Write the problem of a parameter without a value for these keys on a day."""
        ...


class Provider(Protocol):
    """The run as the graph sees it: its rows and its inputs by name."""

    @property
    def frame(self) -> Frame: ...

    def value(self, name: str) -> Input:
        """Return the input of that name."""
        ...

    def keys(self, axis: str) -> Sequence[str]:
        """List the names on an axis, over which a parameter without own keys is spread."""
        ...


class EmptyProvider:
    """The provider of the trial: an empty frame and every input without rows."""

    def __init__(self, specs: Mapping[str, InputSpec], known: Mapping[str, Sequence[str]]) -> None:
        self.frame = Frame.empty()
        self.specs = specs
        self.known = known
        self.read: dict[str, set[str]] = {}  # the keys that formulas asked for, by input

    def keys(self, axis: str) -> Sequence[str]:
        return self.known.get(axis, ())

    def value(self, name: str) -> Input:
        spec = self.specs[name]
        scope = Scope(self.frame)
        if not spec.axis:
            return spec.tried(scope)
        keys = self.keys(spec.axis)
        if not spec.given:
            left_out = DIRECTED if spec.axis == "category" and spec.unit is POINTS else ""
            columns = {key: spec.tried(scope, key) for key in keys if key != left_out}
            return Keyed(scope, spec.axis, columns, spec.pattern(scope))

        def fetch(key: str) -> Column:
            known_key(key, spec.axis, self.known)
            self.read.setdefault(name, set()).add(key)
            column = spec.tried(scope, key)
            if not isinstance(column, Column):
                raise TypeError(f"{name} is given by key, so it is a number")
            return column

        return KeyedInput(scope, spec.axis, keys, fetch, spec.pattern(scope))


def known_key(key: str, axis: str, known: Mapping[str, Sequence[str]]) -> None:
    """Raise `FormulaError` for a name unknown to the policy, with the nearest one."""
    if axis in known and key not in known[axis]:
        from payengine.graph.values.keyed import unknown_key

        raise FormulaError(unknown_key(key, axis, known[axis]))


def figures_needed(parameter: ParameterView) -> list[str]:
    """List the figures that a parameter reads: those that it names, and that of its bands."""
    return [*parameter.figures, *([parameter.bands.figure] if parameter.bands is not None else [])]


# By which input a key of a parameter is told, for the keys that are a matter of rows; any other key is an axis.
ROW_KEYS: Mapping[str, tuple[Level, str]] = {
    "institution": (INSTITUTION, "institution"),
    "kind": (INSTITUTION, "institution_kind"),
    "public_class": (INSTITUTION, "public_class"),
    "department_class": (ENGAGEMENT, "department_class"),
    "department": (DEPARTMENT, "department_code"),
    "title": (ENGAGEMENT, "title"),
    "role": (ENGAGEMENT, "role"),
    "education": (ENGAGEMENT, "education"),
    "employment": (ENGAGEMENT, "employment"),
    "pay_scheme": (ENGAGEMENT, "pay_scheme"),
}
