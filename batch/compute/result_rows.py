"""Result tables of a run, made from its figures, in canonical order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from batch.compute.not_given import told_by_words
from batch.compute.policy_formulas import POLICY_SUMS
from batch.inputs.provider import Workload
from batch.inputs.roster import Roster, day_texts
from batch.pricing.price_snapshot import PricedWork
from batch.report_names import HEADS, LACKING, NO_UNIT, POOL, RETAINED, SHARED, SUMMARISED
from batch.results import COMPONENTS, DEPARTMENT_REPORTS, PAY_LINES, REPORTS, STATEMENT_LINES, WORKLOAD
from payengine.exact import Exact, apportion
from payengine.graph import (
    CONSORTIUM,
    COUNT,
    DEPARTMENT,
    ENGAGEMENT,
    INSTITUTION,
    STAFF,
    Absence,
    Column,
    Evaluation,
    Flags,
    Frame,
    Keyed,
    Level,
    Pools,
)
from payengine.graph.values.frame import Int32, Int64
from payengine.periods import Period
from payengine.policy import Component, Funding, Policy

FEN = 2
HEADS_LABEL = "人数"
OF_SUMMARIES = "计酬服务中来自服务汇总"
POOL_PARTS = {POOL: "总额", SHARED: "已分配", RETAINED: "未分配留存"}


def pay_lines(evaluation: Evaluation, components: Iterable[Component], roster: Roster, day: date) -> pa.Table:
    """List pay by engagement, component and source of funding.

    An amount per person stands on the line of the latest engagement.
    """
    frame = evaluation.frame
    parts = _Lines(frame.rows(ENGAGEMENT))
    for component in sorted(components, key=lambda one: one.name.encode()):
        column = evaluation.values[component.name]
        latest = None if column.level is ENGAGEMENT else frame.latest
        parts.add(component.name, latest, column.data.values, funding_of(component, day))
    rows, components_of, fundings, amounts = parts.sorted()
    institutions = pa.array(frame.institutions, pa.string())
    institution = frame.parent(ENGAGEMENT, INSTITUTION)
    person = frame.staff[frame.staff_of_engagement]
    columns = _in_two_threads(
        lambda: institutions.take(pa.array(institution[rows])),
        lambda: roster.coding.staff.values.take(pa.array(person[rows])),
        lambda: day_texts(frame.engaged_from).take(pa.array(rows)),
        components_of,
        fundings,
    )
    return pa.Table.from_arrays([*columns, pa.array(amounts, pa.int64())], schema=PAY_LINES)


def _in_two_threads(*columns: Callable[[], pa.Array]) -> list[pa.Array]:
    """Make columns of texts, two at a time: Arrow and NumPy release the interpreter for them."""
    with ThreadPoolExecutor(2) as pool:
        return [made.result() for made in [pool.submit(column) for column in columns]]


def statement_lines(evaluation: Evaluation, statements: Iterable[Component], day: date) -> pa.Table:
    """List what every institution is paid, by component and source of funding."""
    frame = evaluation.frame
    parts = _Lines(frame.rows(INSTITUTION))
    for statement in sorted(statements, key=lambda one: one.name.encode()):
        amounts = evaluation.values[statement.name].data.values
        parts.add(statement.name, None, amounts, funding_of(statement, day))
    rows, names, fundings, amounts = parts.sorted()
    columns = [_texts(frame.institutions, rows), names(), fundings(), pa.array(amounts, pa.int64())]
    return pa.Table.from_arrays(columns, schema=STATEMENT_LINES)


def funding_of(component: Component, day: date) -> Sequence[Funding]:
    """Return the sources that pay a component on a day.

    The check before the run has found that there are some.
    """
    term = component.on(day)
    return term.funding if term else ()


class _Lines:
    """Amounts by row, component and source, collected component by component.

    No row comes twice in one of them.
    """

    def __init__(self, rows: int) -> None:
        self.names: list[str] = []
        self._counts = np.zeros(rows, np.int64)  # lines of each row so far
        self._parts: list[tuple[Int32, Int64]] = []  # rows and their amounts

    def add(self, component: str, rows: Int64 | None, amounts: Int64, funding: Sequence[Funding]) -> None:
        """Add the amounts of one component, divided among its sources; zeros are left out.

        `rows` are those of the amounts; None where there is one for every row.
        """
        paid = np.flatnonzero(amounts)
        shares = split_by_source(amounts[paid], funding)
        of_line = (paid if rows is None else rows[paid]).astype(np.int32)
        for source, own in sorted(zip(funding, shares, strict=True), key=lambda one: one[0].source.encode()):
            kept = np.flatnonzero(own)
            chosen = of_line if len(kept) == len(own) else of_line[kept]
            self._counts[chosen] += 1
            self._parts.append((chosen, own if len(kept) == len(own) else own[kept]))
            self.names += [component, source.source]

    def sorted(self) -> tuple[Int32, Callable[[], pa.Array], Callable[[], pa.Array], Int64]:
        """Return rows, components, sources and amounts in order of the first three.

        The texts are made when they are called for. Components and sources were added in their order, so that each
        line's place is known without a sort. The parts are given up one by one.
        """
        free = np.cumsum(self._counts) - self._counts  # place of each row's next line
        total = int(self._counts.sum())
        codes, amounts = np.empty(total, np.int16), np.empty(total, np.int64)
        self._parts.reverse()
        for number in range(len(self._parts)):
            rows, own = self._parts.pop()
            at = free[rows]
            codes[at], amounts[at] = number, own
            free[rows] = at + 1
        return (
            np.repeat(np.arange(len(free), dtype=np.int32), self._counts),
            lambda: _texts(self.names[::2], codes),
            lambda: _texts(self.names[1::2], codes),
            amounts,
        )


def split_by_source(amounts: Int64, funding: Sequence[Funding]) -> list[Int64]:
    """Divide each amount among the sources that pay it, by largest remainder.

    Ties go by the policy's order of sources.
    """
    if len(funding) == 1:
        return [amounts]
    parts = len(funding)
    weights = np.tile(np.array([source.share for source in funding], np.int64), len(amounts))
    offsets = np.arange(0, len(weights) + 1, parts, dtype=np.int64)
    shares, _ = apportion(Exact(amounts, FEN), Exact(weights, 4), offsets)
    return [np.ascontiguousarray(shares.values[number::parts]) for number in range(parts)]


def workload_lines(work: Workload, roster: Roster) -> pa.Table:
    """List paid services and points by engagement (or own work) and category."""
    coding = roster.coding
    services = np.asarray(work.services).reshape(coding.owners, -1)
    points = np.asarray(work.points_micro).reshape(coding.owners, -1)
    inside = np.zeros(coding.owners, bool)
    inside[roster.engagement] = True
    inside[coding.engagements.num_rows + roster.institution] = True
    refunds = np.asarray(work.refunds).reshape(coding.owners, -1)
    # Owners are in order already, but for own work, which stands before the institution's staff (an empty code).
    of_person = coding.staff_of_owner >= 0
    owners = np.argsort(2 * coding.institution_of_owner.astype(np.int64) + of_person, kind="stable")
    place, category = np.nonzero((((services != 0) | (refunds != 0)) & inside[:, None])[owners])
    owner = owners[place]
    starts = pa.concat_arrays(
        [day_texts(coding.engagement_from), pa.array([""] * len(coding.institutions), pa.string())]
    )
    staff = pa.concat_arrays([coding.staff.values, pa.array([""])])
    person = np.where(of_person, coding.staff_of_owner, len(coding.staff))
    columns = _in_two_threads(
        lambda: coding.institutions.values.take(pa.array(coding.institution_of_owner[owner])),
        lambda: staff.take(pa.array(person[owner])),
        lambda: starts.take(pa.array(owner)),
        lambda: coding.categories.values.take(pa.array(category)),
        lambda: pa.array(services[owner, category], pa.int64()),
        lambda: pa.array(points[owner, category], pa.int64()),
    )
    return pa.Table.from_arrays(columns, schema=WORKLOAD)


def components(policy: Policy, outputs: Sequence[str], day: date) -> pa.Table:
    """List the components of the run in the policy's order, with class and label."""
    rows = [
        {"component": one.name, "kind": one.kind, "label": one.label, "pay_class": term.pay_class}
        for one in (*policy.components.values(), *policy.statements.values())
        if one.name in outputs and (term := one.on(day))
    ]
    return pa.Table.from_pylist(rows, schema=COMPONENTS)


@dataclass(frozen=True)
class Figure:
    """Figure reported of every row of a level without a formula of its own."""

    level: Level
    name: str
    label: str
    unit: str
    scale: int
    values: Int64


def summarised_figures(work: PricedWork, roster: Roster) -> list[Figure]:
    """List by institution the services that come from summary rows, if there are any."""
    if work.summaries is None:
        return []
    coding = roster.coding
    sums = np.zeros(len(coding.institutions), np.int64)
    np.add.at(sums, coding.institution_of_owner, work.summaries.services.sum(axis=1))
    return [Figure(INSTITUTION, SUMMARISED, OF_SUMMARIES, COUNT.name, 0, sums[roster.institution])]


def reports(
    evaluation: Evaluation,
    names: Iterable[str],
    roster: Roster,
    settled: Iterable[Figure] = (),
    called: Callable[[str, str], str] = lambda _, key: key,
) -> tuple[pa.Table, pa.Table]:
    """List the figures that are reported beside the lines: (reports, reports of departments).

    These are heads, sums by class, what a settlement's months gave, the policy's own reports and pools. `called` gives
    the policy's label of a name on an axis.
    """
    frame, rows = evaluation.frame, _Reports(evaluation.frame, roster.coding.staff.values, roster.period)
    rows.add(INSTITUTION, HEADS, HEADS_LABEL, COUNT.name, 0, roster.head_counts)
    rows.add(CONSORTIUM, HEADS, HEADS_LABEL, COUNT.name, 0, np.array([roster.distinct_heads]))
    for name in POLICY_SUMS:
        column = evaluation.values[name]
        amounts = column.data
        if column.level is STAFF:
            amounts = amounts.sum_by(frame.offsets(STAFF, INSTITUTION))
        rows.add(INSTITUTION, name, evaluation.formulas[name].label, "yuan", FEN, amounts.values)
    for figure in settled:
        rows.add(figure.level, figure.name, figure.label, figure.unit, figure.scale, figure.values)
    for name in names:
        formula = evaluation.formulas[name]
        value = evaluation.values[name]
        parts = value.items() if isinstance(value, Keyed) else [("", value)]
        for key, part in parts:
            title = f"[{key}]" if key else ""
            words = f"[{formula.keys.get(key) or called(formula.axis, key)}]" if key else ""
            at = formula.level, name + title, formula.label + words
            if isinstance(part, Column):
                rows.add(*at, formula.unit.name, part.data.scale, part.data.values, part.absent)
            elif isinstance(part, Flags):
                rows.add(*at, "flag", 0, part.rows.astype(np.int64), part.absent)
    for pools in evaluation.pools:
        rows.add_pools(pools, evaluation.formulas[pools.formula].label)
    return rows.table(), rows.of_departments()


class _Reports:
    """Reported figures, level by level."""

    def __init__(self, frame: Frame, staff: pa.Array, period: Period) -> None:
        self.frame = frame
        self.staff = staff  # the codes of `Frame.staff_codes`
        self.period = period
        self.parts: list[pa.Table] = []
        self.department_parts: list[pa.Table] = []

    def add(
        self, level: Level, name: str, label: str, unit: str, scale: int, values: npt.NDArray[np.integer],
        absent: Sequence[Absence] = (),
    ) -> None:  # fmt: skip
        """Add one figure for every row of a level.

        Where it is not given, what it lacks stands in its place.
        """
        self._add(level, name, label, unit, scale, values)
        if not absent:
            return
        parts = self.department_parts if level is DEPARTMENT else self.parts
        given = ~np.logical_or.reduce([mark.rows for mark in absent])
        parts[-1] = parts[-1].filter(pa.array(given))
        ones = np.ones(len(given), np.int64)
        for number, (words, rows) in enumerate(told_by_words(absent, self.frame, level, self.period).items()):
            self._add(level, f"{name}{LACKING}[{number}]", f"{label}：{words}", NO_UNIT, 0, ones)
            parts[-1] = parts[-1].filter(pa.array(rows))

    def _add(self, level: Level, name: str, label: str, unit: str, scale: int, values: npt.NDArray[np.integer]) -> None:
        rows = np.arange(len(values))
        frame = self.frame
        institutions = rows if level is INSTITUTION else frame.institution_of_staff
        blank = pa.repeat("", len(values))
        if level is DEPARTMENT:
            self._add_of_departments(name, label, unit, scale, values)
            return
        constant: Mapping[str, str] = {"level": level.name.lower(), "name": name, "label": label, "unit": unit}
        columns = {key: pa.repeat(value, len(values)) for key, value in constant.items()}
        columns["institution"] = blank if level is CONSORTIUM else _texts(frame.institutions, institutions)
        columns["staff"] = self.staff.take(pa.array(frame.staff)) if level is STAFF else blank
        columns["scale"] = pa.array(np.full(len(values), scale), pa.int64())
        columns["value"] = pa.array(values, pa.int64())
        self.parts.append(pa.Table.from_arrays([columns[name] for name in REPORTS.names], schema=REPORTS))

    def _add_of_departments(
        self, name: str, label: str, unit: str, scale: int, values: npt.NDArray[np.integer]
    ) -> None:
        frame = self.frame
        institution = frame.parent(DEPARTMENT, INSTITUTION)
        columns = {
            key: pa.repeat(text, len(values)) for key, text in (("name", name), ("label", label), ("unit", unit))
        }
        columns["institution"] = _texts(frame.institutions, institution)
        columns["department"] = pa.array(frame.departments, pa.string())
        columns["scale"] = pa.array(np.full(len(values), scale), pa.int64())
        columns["value"] = pa.array(values, pa.int64())
        arrays = [columns[column] for column in DEPARTMENT_REPORTS.names]
        self.department_parts.append(pa.Table.from_arrays(arrays, schema=DEPARTMENT_REPORTS))

    def add_pools(self, pools: Pools, label: str) -> None:
        """Add what a formula divided: the pool, what was shared out, what was retained.

        Of persons only those who have a pool.
        """
        stem, key = pools.formula + (f".{pools.part}" if pools.part else ""), f"[{pools.part}]" if pools.part else ""
        amounts = {POOL: pools.pool, SHARED: pools.shared, RETAINED: pools.retained}
        for part, values in amounts.items():
            self.add(pools.level, f"{stem}{part}", f"{label}{key}：{POOL_PARTS[part]}", "yuan", FEN, values)
            known = pools.pool != 0 if pools.level is STAFF else np.ones(len(pools.pool), bool)
            if pools.not_given is not None:
                known = known & ~pools.not_given
            parts = self.department_parts if pools.level is DEPARTMENT else self.parts
            parts[-1] = parts[-1].filter(pa.array(known))

    def table(self) -> pa.Table:
        return pa.concat_tables([REPORTS.empty_table(), *self.parts]).combine_chunks()

    def of_departments(self) -> pa.Table:
        return pa.concat_tables([DEPARTMENT_REPORTS.empty_table(), *self.department_parts]).combine_chunks()


def _texts(texts: Sequence[str], index: npt.NDArray[np.integer]) -> pa.Array:
    return pa.array(texts, pa.string()).take(pa.array(index))
