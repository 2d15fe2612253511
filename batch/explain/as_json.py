"""Explanation as JSON, in a schema with a version (docs/explain.md describes it)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from batch.explain.explanation import Explanation, calculation_of
from batch.explain.paid_work import ItemWork, RecordRow
from batch.inputs.catalogue import BY_NAME
from batch.results import Results
from payengine.exact.amounts import decimal_text, fraction_text
from payengine.graph import Cell, Frame, Level, Operand, Total
from payengine.periods import from_day_number

SCHEMA = 1
FORMULA, INPUT, PARAMETER = "formula", "input", "parameter"
POINTS_SCALE = 14


def explanation_json(explanation: Explanation, component: str = "", with_records: bool = False) -> dict[str, Any]:
    """Describe an explanation as JSON.

    Identity, stored lines, every figure with its operands, work, parameters. `component` restricts it to what that
    line or figure is made of.
    """
    meta, roots = explanation.meta, [component] if component else list(explanation.roots)
    named = explanation.steps_from(roots)
    found = {
        "schema": SCHEMA,
        "run": meta.run_id,
        "period": str(meta.period),
        "snapshot": meta.snapshot_digest,
        "policy": {"code": meta.policy_code, "digest": meta.policy_digest},
        "formulas": meta.formulas_digest,
        "engine": meta.engine_digest,
        "same_engine": explanation.same_engine,
        "illustrative": meta.illustrative,
        "institution": explanation.institution,
        "staff": explanation.staff,
        "lines": stored_lines(explanation.stored, explanation.institution, explanation.staff, component),
        "roots": roots,
        "figures": [figure_json(explanation, name) for name in named],
        "work": [item_json(one) for one in explanation.items],
        "rejected": [row_json(row) for row in explanation.rows if row.reason],
    }
    if with_records:
        found["records"] = [row_json(row) for row in explanation.rows if not row.reason]
    return found


def stored_lines(results: Results, institution: str, staff: str, component: str = "") -> list[dict[str, Any]]:
    """List the stored lines of a person, or those of the institution's statement."""
    table = results.pay_lines if staff else results.statement_lines
    rows: Iterable[dict[str, Any]] = table.to_pylist()
    return [
        row
        for row in rows
        if row["institution"] == institution
        and (not staff or row["staff"] == staff)
        and component in ("", row["component"])
    ]


def figure_json(explanation: Explanation, name: str) -> dict[str, Any]:
    """Describe one figure of the trace: a formula, an input or a parameter."""
    frame = explanation.trace.frame
    step = explanation.trace.steps.get(name)
    if step is not None:
        formula, calculation = step.formula, calculation_of(explanation.policy, name)
        return {
            "name": name, "kind": FORMULA, "label": formula.label, "level": formula.level.name.lower(),
            "unit": formula.unit.name, "rule": formula.name, "source": formula.source, "note": formula.note,
            "calculation": dict(calculation.keys()) if calculation is not None else {},
            **_values(step.cells, step.totals, frame),
            "operands": [operand_json(one, frame) for one in step.operands],
        }  # fmt: skip
    read = explanation.trace.given[name]
    if name in explanation.parameters:
        parameter = explanation.policy.parameters[name]
        return {
            "name": name, "kind": PARAMETER, "label": parameter.label, "unit": parameter.unit,
            **_values(read.cells, read.totals, frame),
            "reads": [one.as_json() for one in explanation.parameters[name]],
        }  # fmt: skip
    entry = BY_NAME[name]
    return {
        "name": name, "kind": INPUT, "table": entry.table, "about": entry.about, "level": entry.level.name.lower(),
        "unit": entry.unit.name if entry.unit else "", **_values(read.cells, read.totals, frame),
    }  # fmt: skip


def operand_json(operand: Operand, frame: Frame) -> dict[str, Any]:
    """Describe what a formula read under one name."""
    return {"name": operand.name, **_values(operand.cells, operand.totals, frame)}


def _values(cells: Sequence[Cell], totals: Sequence[Total], frame: Frame) -> dict[str, Any]:
    return {
        "values": [
            {**place(cell.level, cell.row, frame), "key": cell.key, "value": cell.value, "exact": cell.exact}
            for cell in cells
        ],
        "sums": [
            {"level": one.level.name.lower(), "rows": one.rows, "key": one.key, "value": one.value} for one in totals
        ],
    }


def place(level: Level, row: int, frame: Frame) -> dict[str, Any]:
    """Name the row of a value by codes, never by its number."""
    institution, other = frame.code(level, row)
    found = {"level": level.name.lower(), "institution": institution}
    if level is Level.DEPARTMENT:
        return found | {"department": other}
    if level in (Level.STAFF, Level.ENGAGEMENT):
        found["staff"] = other
    if level is Level.ENGAGEMENT:
        found["engaged_from"] = str(engaged_from(frame, row))
    return found


def engaged_from(frame: Frame, row: int) -> Any:
    """Give the first day of an engagement of the run."""
    return from_day_number(int(frame.engaged_from[row]))


def item_json(one: ItemWork) -> dict[str, Any]:
    """Describe what one item gave."""
    return {
        "engaged_from": _day(one.engaged_from), "category": one.category, "item": one.item,
        "item_name": one.item_name, "equivalents": decimal_text(one.equivalents, 4),
        "difficulty": decimal_text(one.difficulty, 4), "services": one.rows, "refunds": one.refunds,
        "amount": fraction_text(one.amount, 6), "points": fraction_text(one.points, POINTS_SCALE),
    }  # fmt: skip


def row_json(row: RecordRow) -> dict[str, Any]:
    """Describe one row of a service record; a patient is never part of it."""
    found = {
        "record": row.record, "institution": row.institution, "staff": row.staff,
        "engaged_from": _day(row.engaged_from), "date": "" if row.day is None else row.day.isoformat(),
        "item": row.item, "item_name": row.item_name, "category": row.category,
        "quantity": None if row.quantity is None else decimal_text(row.quantity, 2),
        "share": None if row.share is None else decimal_text(row.share, 4),
        "reverses": row.reverses,
    }  # fmt: skip
    if row.reason:
        return found | {"reason": row.reason}
    return found | {
        "equivalents": decimal_text(row.equivalents or 0, 4),
        "difficulty": decimal_text(row.difficulty or 0, 4),
        "points": fraction_text(row.points, POINTS_SCALE),
    }


def _day(number: int | None) -> str:
    return "" if not number else str(from_day_number(number))
