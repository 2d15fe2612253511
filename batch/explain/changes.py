"""Changes behind a cause: inputs and values that the figures of a subject read, and differ.

They are taken from the traces of both runs, so that nothing is told that no figure read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import numpy as np

from batch.explain.causes import CAUSE_OF_INPUT, ORDER, Cause
from batch.explain.counterfactual import AFTER, BEFORE, Counterfactual, Side
from batch.explain.parameter_reads import ParameterRead, ParameterReads
from batch.inputs.catalogue import BY_NAME
from payengine.exact import POINTS
from payengine.exact.amounts import decimal_text
from payengine.graph import ENGAGEMENT, Cell, Level, Operand, Total, Trace
from payengine.kernels.arrays import Int64
from payengine.periods import from_day_number
from payengine.policy.keys import AXIS_KEYS

INPUT, PARAMETER, FIGURE, FORMULA, RECORDS, STANDING = (
    "input", "parameter", "figure", "formula", "records", "standing",
)  # fmt: skip


@dataclass(frozen=True)
class Change:
    """One thing that was read and differs.

    `kind` is an input, a value of the policy (`PARAMETER`), a computed figure that was added up over others too
    (`FIGURE`: the weights of a pool, told under the first of its causes), a formula, the records that came late or went
    (`RECORDS`), or that the subject is in one run only (`STANDING`). `key` is the category, indicator ... with its
    label. `old` and `new` are None where nothing was given; several posts with values of their own are joined by
    `SEVERAL`. `rows` are the numbers of rows that were added up, where the values are sums over others too. `reads` are
    the dated values of a parameter, old and new.
    """

    cause: Cause
    kind: str
    name: str
    label: str = ""
    key: str = ""
    key_label: str = ""
    old: str | None = None
    new: str | None = None
    rows: tuple[int, int] | None = None
    unit: str = ""
    reads: tuple[Sequence[ParameterRead], Sequence[ParameterRead]] = field(default=((), ()))

    def as_json(self) -> dict[str, Any]:
        """Describe it as JSON."""
        found: dict[str, Any] = {
            "kind": self.kind, "name": self.name, "label": self.label, "key": self.key, "key_label": self.key_label,
            "before": self.old, "after": self.new, "unit": self.unit,
        }  # fmt: skip
        if self.rows is not None:
            found["rows"] = {"before": self.rows[0], "after": self.rows[1]}
        if self.kind == PARAMETER:
            before, after = ([one.as_json() for one in reads] for reads in self.reads)
            found["values"] = {"before": before, "after": after}
        return found


SEVERAL = " / "  # between the values of several posts of a person


def changes_of(
    mixed: Counterfactual, traces: Sequence[Trace], read: Sequence[set[str]], parameters: Sequence[ParameterReads]
) -> Iterator[Change]:
    """List what differs of everything that the lines of a subject read in two runs."""
    operands = [_read(trace, names) for trace, names in zip(traces, read, strict=True)]
    for name in sorted({*operands[BEFORE], *operands[AFTER]}):
        old, new = (found.get(name, Operand(name, (), ())) for found in operands)
        cells = [_by_key(operand) for operand in (old, new)]
        for key in dict.fromkeys([*cells[BEFORE], *cells[AFTER]]):
            of_key = tuple(side.get(key, ()) for side in cells)
            values = tuple(_value(name, some) for some in of_key)
            if values[0] != values[1]:
                yield _change(name, key, values, parameters, of_key)
        for change in _sums(name, old, new, parameters):
            if change.kind == FIGURE:
                formula = mixed.sides[AFTER].formulas.get(name) or mixed.sides[BEFORE].formulas[name]
                change = replace(
                    change, cause=_first_cause(mixed, name), label=formula.label, unit=formula.unit.name,
                    key_label=parameters[AFTER].policy.label(formula.axis, change.key) if change.key else "",
                )  # fmt: skip
            yield change


def _read(trace: Trace, names: set[str]) -> dict[str, Operand]:
    """Collect what formulas of these names read of inputs and of the policy."""
    cells: dict[str, dict[Cell, None]] = {}
    totals: dict[str, dict[Total, None]] = {}
    for name in trace.steps.keys() & names:
        for operand in trace.steps[name].operands:
            if operand.name in trace.given or operand.totals:
                own = operand.cells if operand.name in trace.given else ()
                cells.setdefault(operand.name, {}).update(dict.fromkeys(own))
                totals.setdefault(operand.name, {}).update(dict.fromkeys(operand.totals))
    return {name: Operand(name, tuple(cells[name]), tuple(totals[name])) for name in cells}


def _first_cause(mixed: Counterfactual, name: str) -> Cause:
    causes = mixed.causes_of(name)
    return min(causes, key=ORDER.__getitem__, default=Cause.OTHER)


def _by_key(read: Operand) -> dict[str, tuple[Cell, ...]]:
    """Map the values of the subject by key; a person with several posts may have several."""
    found: dict[str, tuple[Cell, ...]] = {}
    for cell in read.cells:
        found[cell.key] = (*found.get(cell.key, ()), cell)
    return found


def _value(name: str, cells: Sequence[Cell]) -> str | None:
    """Write the values of some posts: of work their sum, of anything else those that differ."""
    values = [cell.value for cell in cells if cell.value is not None]
    if not values:
        return None
    if CAUSE_OF_INPUT.get(name) is Cause.WORK:
        return str(sum(map(Decimal, values)))
    return SEVERAL.join(dict.fromkeys(values))


def _sums(name: str, old: Operand, new: Operand, parameters: Sequence[ParameterReads]) -> Iterator[Change]:
    """List sums over other rows too (the weights of a pool) that differ."""
    sums = [{(one.level, one.key): one for one in read.totals} for read in (old, new)]
    for level, key in dict.fromkeys([*sums[BEFORE], *sums[AFTER]]):
        pair = [each.get((level, key)) for each in sums]
        values = tuple(None if one is None else one.value for one in pair)
        rows = tuple(0 if one is None else one.rows for one in pair)
        if values[0] != values[1] and any(value is not None for value in values):
            yield _change(name, key, values, parameters, ((), ()), (rows[0], rows[1]))


def _change(
    name: str, key: str, values: Sequence[str | None], parameters: Sequence[ParameterReads],
    cells: Sequence[tuple[Cell, ...]], rows: tuple[int, int] | None = None,
) -> Change:  # fmt: skip
    policies = [reads.policy for reads in parameters]
    old, new = values
    if name in BY_NAME:
        entry = BY_NAME[name]
        label = policies[AFTER].label(entry.axis, key) if key else ""
        if label == key and key in policies[AFTER].components:
            label = policies[AFTER].components[key].label
        unit = entry.unit.name if entry.unit else ""
        return Change(CAUSE_OF_INPUT[name], INPUT, name, "", key, label, old, new, rows, unit)
    known = policies[AFTER].parameters.get(name) or policies[BEFORE].parameters.get(name)
    if known is None:
        return Change(Cause.OTHER, FIGURE, name, "", key, key, old, new, rows)
    axes = [axis for axis in sorted(known.keys) if axis in AXIS_KEYS] or [known.by]
    label = policies[AFTER].label(axes[0], key) if key else ""
    before, after = (
        reads.of(Operand(name, some, ())) if some and name in reads.policy.parameters else ()
        for some, reads in zip(cells, parameters, strict=True)
    )
    return Change(
        Cause.PRICE, PARAMETER, name, known.label, key, label, old, new, rows, known.unit, (before, after)
    )  # fmt: skip


def formula_changes(mixed: Counterfactual, lines: Mapping[str, str]) -> Iterator[Change]:
    """List the formulas of some lines that differ, with the rules that give them."""
    for old, new in mixed.formulas_changed(lines):
        known = new or old
        assert known is not None
        rules = [None if one is None else one.name for one in (old, new)]
        yield Change(Cause.FORMULAS, FORMULA, known.gives, known.label, "", "", rules[0], rules[1])


def record_changes(
    sides: Sequence[Side], rows: Sequence[Mapping[Level, Int64] | None], institution: str, staff: str
) -> Iterator[Change]:
    """Tell how many rows of service records came late or are no longer paid, and their points."""
    for place, name in ((AFTER, "came_late"), (BEFORE, "no_longer_paid")):
        side, chosen = sides[place], rows[place]
        work = side.chosen
        if work is None or chosen is None:
            continue
        roster = side.run.roster
        owners = roster.engagement[chosen[ENGAGEMENT]]
        if not staff:
            own = roster.institution[list(roster.frame.institutions).index(institution)]
            owners = np.append(owners, roster.coding.engagements.num_rows + own)
        number = int(work.rows[owners].sum())
        points = decimal_text(sum(map(int, work.points_micro[owners].ravel())), POINTS)
        if number:
            pair = (None, points) if place == AFTER else (points, None)
            counted = (0, number) if place == AFTER else (number, 0)
            yield Change(Cause.LATE, RECORDS, name, old=pair[0], new=pair[1], rows=counted, unit="points")


def standing_change(cause: Cause, standing: str, side: Side, trace: Trace | None) -> Change:
    """Tell the engagement of who is in one run only: its first day and the day after its last."""
    days: list[str] = []
    if trace is not None and len(rows := trace.subject.rows[ENGAGEMENT]):
        first, last = int(side.frame.engaged_from[rows].min()), int(side.run.roster.until[rows].max())
        end = from_day_number(last)
        days = [str(from_day_number(first)), "" if end is None else str(end)]
    return Change(cause, STANDING, standing, old=days[0] if days else None, new=days[1] if days else None)
