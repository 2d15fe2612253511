"""Formulas: pure functions whose arguments are names, with their place in the graph."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from payengine.graph.values.levels import ENGAGEMENT, INSTITUTION, STAFF, Level
from payengine.graph.values.units import YUAN, Unit
from payengine.texts import translated

Function = Callable[..., Any]


@dataclass(frozen=True)
class Formula:
    """One rule. `gives` names its figure in the graph, `name` is the variant a policy chooses.

    The variant has the function's name. `axis`: the figure is one column for each category, task ... of that axis. A
    component is a line of the payslip, a statement one of the institution's statement; a report is listed with the
    results. `default`: of several formulas that give one name the one that holds where the policy chooses none.
    `unrounded`: the figure is passed on as the exact ratio that it is, to formulas that compare or round it.
    `approval`: the argument that turns the rule on, a flag of the policy that must carry its record of approval.
    `keys`: what the formula's own names on its axis are called, where they are none of the policy's. `steady`:
    arguments that may not change inside a settlement, because the rule applies one value to all of it.
    `settles`: what the rule of a settlement presumes of the months, names of figures and the formulas that may give
    them there. `event`: what the figure pays for, where its input calls it otherwise: `task[first_contact]`.
    """

    function: Function
    name: str
    gives: str
    level: Level
    unit: Unit
    label: str
    source: str
    arguments: tuple[str, ...]
    axis: str = ""
    component: bool = False
    statement: bool = False
    report: bool = False
    default: bool = False
    unrounded: bool = False
    approval: str = ""
    keys: Mapping[str, str] = field(default_factory=dict, compare=False)
    steady: tuple[str, ...] = ()
    settles: Mapping[str, tuple[str, ...]] = field(default_factory=dict, compare=False)
    event: str = ""

    def __post_init__(self) -> None:
        if self.component and self.level not in (ENGAGEMENT, STAFF):
            raise TypeError(f"{self.name}: a component of the payslip is of level ENGAGEMENT or STAFF")
        if self.statement and self.level is not INSTITUTION:
            raise TypeError(f"{self.name}: a line of the statement is of level INSTITUTION")
        if (self.component or self.statement) and (not self.unit.agrees(YUAN) or self.axis):
            raise TypeError(f"{self.name}: a component or a statement line is one amount in yuan")
        if self.report and self.level is ENGAGEMENT:
            raise TypeError(f"{self.name}: reports are of level STAFF and above")
        if self.unrounded and (self.component or self.statement or self.report):
            raise TypeError(f"{self.name}: what is paid or reported is rounded")
        if self.approval and self.approval not in self.arguments:
            raise TypeError(f"{self.name}: {self.approval} turns it on, so it is an argument")
        if not set(self.steady) <= set(self.arguments):
            raise TypeError(f"{self.name}: what must be steady is an argument")
        if not self.label or not self.source:
            raise TypeError(f"{self.name}: a formula has a label and a source")

    def __call__(self, *values: Any, **named: Any) -> Any:
        return self.function(*values, **named)

    @property
    def note(self) -> str:
        """The formula's own explanation: its docstring."""
        return inspect.getdoc(self.function) or ""

    @property
    def sentence(self) -> str:
        """First paragraph of the explanation, in the language in use.

        It stays as it is written where its package gives no Chinese for it.
        """
        return translated(self.note.split("\n\n")[0].replace("\n", " "))


def formula(
    *,
    level: Level,
    unit: Unit,
    label: str,
    source: str,
    gives: str = "",
    axis: str = "",
    component: bool = False,
    statement: bool = False,
    report: bool = False,
    default: bool = False,
    unrounded: bool = False,
    approval: str = "",
    keys: Mapping[str, str] | None = None,
    steady: tuple[str, ...] = (),
    settles: Mapping[str, tuple[str, ...]] | None = None,
    event: str = "",
) -> Callable[[Function], Formula]:
    """Decorate a function as a formula; its signature tells the arguments.

    `TypeError` where they cannot be names.
    """

    def wrap(function: Function) -> Formula:
        return Formula(
            function=function,
            name=function.__name__,
            gives=gives or function.__name__,
            level=level,
            unit=unit,
            label=label,
            source=source,
            arguments=_arguments(function),
            axis=axis,
            component=component,
            statement=statement,
            report=report,
            default=default,
            unrounded=unrounded,
            approval=approval,
            keys=keys or {},
            steady=steady,
            settles=settles or {},
            event=event,
        )

    return wrap


def _arguments(function: Function) -> tuple[str, ...]:
    parameters = inspect.signature(function).parameters.values()
    for parameter in parameters:
        if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
            raise TypeError(f"{function.__name__}: *{parameter.name} names no figure")
        if parameter.default is not parameter.empty:
            raise TypeError(f"{function.__name__}: {parameter.name} has a default; a figure comes from the graph")
    return tuple(parameter.name for parameter in parameters)


class Rules:
    """Formulas by the name they give, then by variant.

    Made from modules; nothing registers itself anywhere.
    """

    def __init__(self, formulas: Iterable[Formula]) -> None:
        self.variants: dict[str, dict[str, Formula]] = {}
        for one in formulas:
            named = self.variants.setdefault(one.gives, {})
            if one.name in named and named[one.name] is not one:
                raise TypeError(f"two formulas {one.name} give {one.gives}")
            if one.default and any(other.default for name, other in named.items() if name != one.name):
                raise TypeError(f"{one.name} is a second default for {one.gives}")
            named[one.name] = one

    @classmethod
    def of(cls, *modules: ModuleType | Mapping[str, Any]) -> Rules:
        """Collect the formulas that modules define, without those that they only import."""
        return cls(
            value
            for module in modules
            for space in [module if isinstance(module, Mapping) else vars(module)]
            for value in space.values()
            if isinstance(value, Formula)
            and value.function.__module__ == space.get("__name__", value.function.__module__)
        )

    @classmethod
    def of_package(cls, package: ModuleType) -> Rules:
        """Collect the formulas of all modules of a package and of the packages in it."""
        names = sorted(module.name for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."))
        return cls.of(package, *[importlib.import_module(name) for name in names])

    def __iter__(self) -> Any:
        return (one for named in self.variants.values() for one in named.values())
