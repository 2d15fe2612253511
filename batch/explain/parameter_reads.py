"""Values of the policy that a figure read: since when each holds, by which document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from batch.inputs.provider import InputProvider
from payengine.exact.amounts import decimal_text
from payengine.graph import DEPARTMENT, ENGAGEMENT, Cell, Codes, Level, Operand
from payengine.graph.inputs import ROW_KEYS
from payengine.graph.parameters import codes_of_key
from payengine.periods import Period
from payengine.policy import Policy
from payengine.policy.keys import matches
from payengine.policy.model import DatedValue, Parameter

BAND = "band"


@dataclass(frozen=True)
class ParameterRead:
    """One dated value that was read: what the policy's file says of it."""

    where: Mapping[str, str]
    value: str
    start: str
    until: str  # '' where it has no end
    source: str
    layer: str
    basis: str
    quote: str
    reading: str
    is_figure: bool = False  # the value names a figure

    def as_json(self) -> dict[str, Any]:
        """Describe it as JSON."""
        return {
            "where": dict(self.where), "value": self.value, "from": self.start, "until": self.until,
            "source": self.source, "layer": self.layer, "basis": self.basis, "quote": self.quote,
            "reading": self.reading,
        }  # fmt: skip


class ParameterReads:
    """Lookup of the dated values behind the cells of a trace."""

    def __init__(self, policy: Policy, data: InputProvider, period: Period) -> None:
        self.policy = policy
        self.data = data
        self.day = period.last_day
        self._codes: dict[str, Codes] = {}

    def of(self, read: Operand) -> list[ParameterRead]:
        """List the values in force that the cells of a parameter have, each once."""
        parameter = self.policy.parameters[read.name]
        found: dict[DatedValue, None] = {}
        for cell in read.cells:
            found.update(dict.fromkeys(self._values(parameter, cell)))
        return [_described(parameter, value) for value in found]

    def _values(self, parameter: Parameter, cell: Cell) -> Iterator[DatedValue]:
        keys = self._keys(parameter, cell)
        if BAND in parameter.keys:  # which band it is, the figure tells: the value itself is compared
            for value in parameter.in_force(self.day):
                rest = tuple((key, text) for key, text in value.keyed if key != BAND)
                if matches(rest, keys) and _text(parameter, value) == cell.value:
                    yield value
            return
        value_found = parameter.find(self.day, keys)
        if value_found is not None:
            yield value_found

    def _keys(self, parameter: Parameter, cell: Cell) -> dict[str, str]:
        """Collect what a cell's row is, and the name on the axis."""
        keys = {key: self._text_of(key, cell) for key in ROW_KEYS if key in parameter.keys}
        axis = next((key for key in sorted(parameter.keys) if key not in ROW_KEYS and key != BAND), parameter.by)
        if axis and cell.key:
            keys[axis] = cell.key
        return {key: text for key, text in keys.items() if text is not None}

    def _text_of(self, key: str, cell: Cell) -> str | None:
        level, name = ROW_KEYS[key]
        if not _reaches(cell.level, level):
            return None
        if name not in self._codes:
            self._codes[name] = codes_of_key(self.data.value(name))
        codes = self._codes[name]
        row = cell.row if cell.level is codes.level else int(self.data.frame.parent(cell.level, codes.level)[cell.row])
        return codes.labels[int(codes.codes[row])]


def _reaches(low: Level, high: Level) -> bool:
    """Tell if a row of `low` belongs to one row of `high`."""
    return low is high or (low is ENGAGEMENT and high is DEPARTMENT) or low.is_below(high)


def _text(parameter: Parameter, value: DatedValue) -> str:
    if value.figure:
        return value.figure
    if parameter.is_flag:
        return "yes" if value.number else "no"
    return decimal_text(value.number, 4)


def _described(parameter: Parameter, value: DatedValue) -> ParameterRead:
    return ParameterRead(
        where=value.where, value=_text(parameter, value), start=value.start.isoformat(),
        until="" if value.until is None else value.until.isoformat(), source=value.source, layer=value.layer,
        basis=value.basis, quote=value.quote, reading=value.reading, is_figure=bool(value.figure),
    )  # fmt: skip
