"""One side of a comparison: everybody's pay, and the checks, ceilings and floors.

A side is an evaluation of the run, or what is published of the period.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from batch.explain.causes import FLOOR_RULES
from batch.inputs.roster import Roster
from batch.report_names import NOT_APPLICABLE, OF_ALL, PREFIX, RESULT, name_of
from batch.results import Results
from batch.simulation.places import Places
from payengine.exact import FEN
from payengine.graph import INSTITUTION, STAFF, YUAN, Column, Evaluation, Formula
from payengine.kernels.arrays import Int64
from payengine.policy import Policy
from payengine.policy.pool_outputs import LACKING

CUT = "_cut"  # the ending of what a cap takes away
KEPT_BACK = ("reward_pool", "reward_payable")  # what the two permits give, and what the ceiling lets be paid of it
OVER = ("performance_granted", "performance_ceiling")
CEILING, FLOOR = "ceiling", "floor"


@dataclass(frozen=True)
class Bound:
    """Ceiling or floor: what it takes or gives by institution, in fen; 0: not binding."""

    kind: str
    label: str
    fen: Int64


@dataclass
class Side:
    """Figures of one side, in fen: `pay` by place, `statements` and bounds by institution.

    `checks` are results by institution (`batch.report_names`), `checks_of_all` those of the whole run. Where not
    `has_all_bounds`, there may have been more of them.
    """

    pay: Int64
    statements: Int64
    components: dict[str, int] = field(default_factory=dict)
    statement_lines: dict[str, int] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)  # of lines and checks
    checks: dict[str, Int64] = field(default_factory=dict)
    checks_of_all: dict[str, int] = field(default_factory=dict)
    bounds: dict[str, Bound] = field(default_factory=dict)
    has_all_bounds: bool = True
    _main: Int64 | None = None

    def has_check(self, name: str) -> bool:
        """Tell if there is a check of this name, of institutions or of the whole run."""
        return name in self.checks or name in self.checks_of_all

    def bound(self, name: str) -> Bound | None:
        """Find a ceiling or floor; one that is not there takes and gives nothing.

        None where it is not known if it was there.
        """
        if name in self.bounds or not self.has_all_bounds:
            return self.bounds.get(name)
        return Bound("", "", np.zeros(len(self.statements), np.int64))

    def main_place(self, places: Places) -> Int64:
        """Find the place where each person has most, once for all scenarios."""
        if self._main is None:
            self._main = places.main_place(self.pay)
        return self._main


def side_of(evaluation: Evaluation, policy: Policy, outputs: Iterable[str], kind: str, places: Places) -> Side:
    """Make the side of an evaluation, of a run's outputs and its kind of period."""
    frame = evaluation.frame
    values = evaluation.values
    pay = np.zeros(len(places), np.int64)
    pay[: frame.rows(STAFF)] = values["gross_pay"].data.values
    statements = _of_institutions(values["statement_total"], len(places.institutions))
    made = Side(pay, statements)
    for name in outputs:
        if name in policy.components:
            made.components[name] = int(values[name].data.values.sum())
            made.labels[name] = policy.components[name].label
        elif name in policy.statements:
            made.statement_lines[name] = int(values[name].data.values.sum())
            made.labels[name] = policy.statements[name].label
    for check in policy.checks_of(kind):
        made.labels[check.name] = check.label
        if (of_all := values.get(name_of(check, RESULT + OF_ALL))) is not None:
            made.checks_of_all[check.name] = int(of_all.data.values[0])
        if (column := values.get(name_of(check, RESULT))) is not None:
            results = np.full(len(places.institutions), NOT_APPLICABLE, np.int64)
            results[: frame.rows(INSTITUTION)] = column.data.values
            made.checks[check.name] = results
    made.bounds = dict(_bounds(evaluation, policy, len(places.institutions)))
    return made


def _bounds(evaluation: Evaluation, policy: Policy, institutions: int) -> Iterator[tuple[str, Bound]]:
    values, formulas = evaluation.values, evaluation.formulas
    for name, value in values.items():
        formula = formulas[name]
        if not isinstance(value, Column) or not formula.unit.agrees(YUAN):
            continue
        if not (name.endswith((CUT, LACKING)) or _is_floor(formula)):
            continue
        kind = CEILING if name.endswith(CUT) else FLOOR
        yield name, Bound(kind, formula.label, _positive_parts(value, institutions))
    for more, less in (KEPT_BACK, OVER):
        one, other = values.get(more), values.get(less)
        if isinstance(one, Column) and isinstance(other, Column) and one.level is other.level is INSTITUTION:
            above = _of_institutions(one, institutions) - _of_institutions(other, institutions)
            yield f"{more} > {less}", Bound(CEILING, formulas[less].label, np.maximum(above, 0))


def _is_floor(formula: Formula) -> bool:
    return formula.component and formula.function.__module__ in FLOOR_RULES


def _of_institutions(column: Column, institutions: int) -> Int64:
    """Return an amount by institution in fen; 0 where it is not given."""
    found = np.zeros(institutions, np.int64)
    amounts = column.data.round(FEN).values.copy()
    for mark in column.absent:
        amounts[mark.rows] = 0
    found[: len(amounts)] = amounts
    return found


def _positive_parts(column: Column, institutions: int) -> Int64:
    """Add up what is above 0 at each institution, in fen."""
    found = np.zeros(institutions, np.int64)
    amounts = np.maximum(column.data.round(FEN).values, 0)
    for mark in column.absent:
        amounts[mark.rows] = 0
    if column.level is INSTITUTION:
        found[: len(amounts)] = amounts
    elif column.level.is_below(INSTITUTION):
        np.add.at(found, column.scope.frame.parent(column.level, INSTITUTION), amounts)
    return found


def published_places(results: Results, roster: Roster, places: Places) -> Places:
    """Add to a run's places those that only a published run has."""
    lines = results.pay_lines
    rows = roster.staff_rows(lines["institution"], lines["staff"])
    others = lines.filter(pa.array(rows < 0)).select(["institution", "staff"]).group_by(["institution", "staff"])
    pairs = sorted((row["institution"], row["staff"]) for row in others.aggregate([]).to_pylist())
    institutions = pc.unique(
        pa.chunked_array(
            [*lines["institution"].chunks, *results.statement_lines["institution"].chunks], pa.string()
        )
    ).to_pylist()  # fmt: skip
    return places.with_others(pairs, sorted(institutions, key=str.encode))


def published_side(results: Results, places: Places) -> Side:
    """Make the side of what is published; of bounds it has those that a run reports."""
    at = {code: row for row, code in enumerate(places.institutions)}
    staff_codes = [places.staff_codes[one] for one in places.staff.tolist()]
    codes = [places.institutions[row] for row in places.institution.tolist()]
    row_of = {pair: row for row, pair in enumerate(zip(codes, staff_codes, strict=True))}
    made = Side(np.zeros(len(places), np.int64), np.zeros(len(at), np.int64), has_all_bounds=False)
    made.labels = dict(
        zip(results.components["component"].to_pylist(), results.components["label"].to_pylist(), strict=True)
    )
    for line in _sums(results.pay_lines, "institution", "staff"):
        made.pay[row_of[line["institution"], line["staff"]]] = line["amount_fen_sum"]
    for line in _sums(results.statement_lines, "institution"):
        made.statements[at[line["institution"]]] = line["amount_fen_sum"]
    for table, sums in ((results.pay_lines, made.components), (results.statement_lines, made.statement_lines)):
        sums |= {line["component"]: line["amount_fen_sum"] for line in _sums(table, "component")}
    _read_reports(results, at, made)
    return made


def _sums(table: pa.Table, *keys: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = table.group_by(list(keys)).aggregate([("amount_fen", "sum")]).to_pylist()
    return rows


def _read_reports(results: Results, at: Mapping[str, int], made: Side) -> None:
    """Take the results of checks, and what caps took and floors lacked, from reports."""
    reports = results.reports
    is_result = pc.and_(pc.starts_with(reports["name"], PREFIX), pc.ends_with(reports["name"], f".{RESULT}"))
    wanted = pc.or_(is_result, pc.or_(pc.ends_with(reports["name"], CUT), pc.ends_with(reports["name"], LACKING)))
    for row in reports.filter(wanted).to_pylist():
        name, institution = row["name"], row["institution"]
        if name.startswith(PREFIX):
            check = name.removeprefix(PREFIX).removesuffix(f".{RESULT}")
            made.labels.setdefault(check, row["label"])
            if institution:
                found = made.checks.setdefault(check, np.full(len(at), NOT_APPLICABLE, np.int64))
                found[at[institution]] = row["value"]
            else:
                made.checks_of_all[check] = row["value"]
        elif institution in at and (row["unit"], row["scale"]) == ("yuan", FEN):
            kind = CEILING if name.endswith(CUT) else FLOOR
            bound = made.bounds.setdefault(name, Bound(kind, row["label"], np.zeros(len(at), np.int64)))
            bound.fen[at[institution]] += max(0, row["value"])
