"""Toy county for tests of the graph: two institutions, four people, rules of no region."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

from payengine.errors import Problem
from payengine.exact import Exact
from payengine.graph import (
    CONSORTIUM,
    COUNT,
    ENGAGEMENT,
    INSTITUTION,
    POINTS,
    RATIO,
    STAFF,
    YUAN,
    Absence,
    Codes,
    Column,
    Flags,
    Formula,
    Frame,
    Graph,
    InputSpec,
    Keyed,
    KeyedInput,
    Level,
    Origin,
    Rules,
    Scope,
    formula,
)
from payengine.graph.inputs import CODES, FLAG
from payengine.periods import Period

OCTOBER = Period.parse("2026-10")

# A at I1 has two engagements; B at I1; C at I2; A also works at I2. I3 has nobody.
FRAME = Frame.build(("I1", "I2", "I3"), ("A", "B", "C"), ([0, 0, 0, 1, 1], [0, 0, 1, 0, 2], [100, 200, 100, 100, 100]))
SPECS = {
    spec.name: spec
    for spec in (
        InputSpec("points", ENGAGEMENT, "service_record", "points", POINTS, scale=6),
        InputSpec("post_coefficient", ENGAGEMENT, "engagement", "post", RATIO, scale=4),
        InputSpec("head", STAFF, "engagement", "head", kind=FLAG),
        InputSpec("department_class", ENGAGEMENT, "engagement", "class", kind=CODES),
        InputSpec("institution", INSTITUTION, "institution", "code", kind=CODES),
        InputSpec("institution_kind", INSTITUTION, "institution", "kind", kind=CODES),
        InputSpec("public_class", INSTITUTION, "institution", "class", COUNT),
        InputSpec("finance", INSTITUTION, "finance", "lines", YUAN, scale=2, axis="line", given=True),
        InputSpec("score", STAFF, "appraisal", "scores", RATIO, scale=4, axis="indicator", given=True),
        InputSpec("points_by_category", ENGAGEMENT, "service_record", "points", POINTS, scale=6, axis="category"),
    )
}
KNOWN = {"line": ("pool", "budget"), "indicator": ("quality", "ethics"), "category": ("basic", "public")}


def exact(texts: Iterable[str], scale: int) -> Exact:
    return Exact.of(list(texts), scale)


def scope(level: Level = CONSORTIUM, frame: Frame = FRAME) -> Scope:
    return Scope(frame, level, "toy")


def column(level: Level, texts: Iterable[str], scale: int = 2, unit: Any = None, target: Level = CONSORTIUM) -> Column:
    """A column of the toy county, used in a formula of the level `target`."""
    return Column(scope(target), level, exact(texts, scale), unit, (), frozenset({"value"}))


def flags(level: Level, rows: Sequence[int], target: Level = CONSORTIUM) -> Flags:
    return Flags(scope(target), level, np.array(rows, bool), (), frozenset({"chosen"}))


def given(
    axis: str, level: Level, rows: Mapping[str, Sequence[str | None]], scale: int = 2, table: str = "finance"
) -> KeyedInput:
    """A table by key; None where it has no row."""

    def fetch(key: str) -> Column:
        texts = rows.get(key, [None] * FRAME.rows(level))
        lacking = np.array([text is None for text in texts])
        absent = (Absence(Origin(table, key, level), lacking),) if lacking.any() else ()
        return Column(scope(), level, exact([text or "0" for text in texts], scale), None, absent)

    return KeyedInput(scope(), axis, list(rows), fetch)


@dataclass
class ToyParameter:
    unit: str
    values: Sequence[ToyValue]
    label: str = "toy"
    optional: bool = False
    by: str = ""
    figures: Sequence[str] = ()
    bands: None = None


@dataclass
class ToyValue:
    where: Mapping[str, str]
    number: int

    def holds_on(self, day: date) -> bool:
        return True


@dataclass
class ToyPolicy:
    """Parameters by name, in ten-thousandths.

    An example: {"price": ("yuan per point", {"": 42000, "kind=clinic": 50000})}.
    """

    given: Mapping[str, tuple[str, Mapping[str, int]]] = field(default_factory=dict)
    lacking: Sequence[str] = ()
    asked: list[dict[str, str]] = field(default_factory=list)

    @property
    def parameters(self) -> Mapping[str, ToyParameter]:
        return {
            name: ToyParameter(unit, [ToyValue(_where(key), number) for key, number in values.items()])
            for name, (unit, values) in self.given.items()
        }

    def value(self, name: str, on: date, **keys: str) -> int | None:
        self.asked.append(keys)
        found = [
            (len(_where(key)), number)
            for key, number in self.given[name][1].items()
            if all(keys.get(part) == wanted for part, wanted in _where(key).items())
        ]
        return max(found)[1] if found else None

    def coverage_problems(self, names: Iterable[str], period: Period) -> list[Problem]:
        return [
            Problem("no value", "policy", parameter=name, on=period.first_day) for name in names if name in self.lacking
        ]

    def missing_value(self, name: str, day: date, where: Mapping[str, str]) -> Problem:
        return Problem(f"no value where {dict(where)}", "policy", parameter=name, on=day, remedy="write one")


def _where(key: str) -> dict[str, str]:
    return dict(part.split("=") for part in key.split(",") if part)


@dataclass
class ToyData:
    """The toy county's inputs; `changed` replaces some."""

    changed: Mapping[str, Any] = field(default_factory=dict)
    frame: Frame = FRAME
    asked: list[str] = field(default_factory=list)

    def keys(self, axis: str) -> Sequence[str]:
        return KNOWN.get(axis, ())

    def value(self, name: str) -> Any:
        self.asked.append(name)
        if name in self.changed:
            return self.changed[name]
        made: Mapping[str, Callable[[], Any]] = {
            "points": lambda: column(ENGAGEMENT, ["10", "20", "30", "40", "50"], 6, POINTS),
            "post_coefficient": lambda: column(ENGAGEMENT, ["1", "1.2", "1", "1", "0.8"], 4, RATIO),
            "head": lambda: flags(STAFF, [1, 1, 0, 1]),
            "department_class": lambda: Codes(
                scope(), ENGAGEMENT, np.array([0, 1, 1, 0, 0], np.int32), ("clinical", "nursing")
            ),
            "institution": lambda: Codes(scope(), INSTITUTION, np.arange(3, dtype=np.int32), ("I1", "I2", "I3")),
            "institution_kind": lambda: Codes(
                scope(), INSTITUTION, np.array([0, 1, 1], np.int32), ("hospital", "clinic")
            ),
            "public_class": lambda: column(INSTITUTION, ["1", "2", "2"], 0),
            "finance": lambda: given("line", INSTITUTION, {"pool": ["100.00", "50.01", "7.00"]}),
            "score": lambda: given("indicator", STAFF, {"quality": ["90", "80", "70", None]}, 4, "appraisal"),
            "points_by_category": lambda: Keyed(
                scope(),
                "category",
                {
                    "basic": column(ENGAGEMENT, ["10", "0", "30", "0", "50"], 6, POINTS),
                    "public": column(ENGAGEMENT, ["0", "20", "0", "40", "0"], 6, POINTS),
                },
            ),
        }
        return made[name]()


def graph(
    formulas: Iterable[Formula], outputs: Iterable[str], choices: Mapping[str, str] | None = None, policy: Any = None
) -> Graph:
    return Graph(Rules(formulas), outputs, choices or {}, SPECS, policy or ToyPolicy(), KNOWN, place="policy toy")


def toy(level: Level, unit: Any = RATIO, gives: str = "", axis: str = "", **marks: bool) -> Callable[[Any], Formula]:
    """A formula of no document."""
    return formula(level=level, unit=unit, label="玩具", source="toy", gives=gives, axis=axis, **marks)


def texts(value: Any) -> Any:
    """A figure as texts."""
    if isinstance(value, Keyed):
        return {key: texts(part) for key, part in value.items()}
    if isinstance(value, Flags):
        return value.rows.tolist()
    return value.data.text()
