"""Reported figures of a run beside its lines, in canonical order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from batch.arrow_columns import Coded, coded_column, coded_table, repeated
from batch.compute.not_given import told_by_words
from batch.compute.policy_formulas import POLICY_SUMS
from batch.inputs.roster import Roster
from batch.pricing.price_snapshot import PricedWork
from batch.report_names import HEADS, LACKING, NO_UNIT, POOL, RETAINED, SHARED, SUMMARISED
from batch.results import DEPARTMENT_REPORTS, REPORTS
from batch.snapshot.codes import Codes
from payengine.exact import FEN
from payengine.graph import (
    CONSORTIUM,
    COUNT,
    DEPARTMENT,
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
from payengine.graph.values.frame import Flag, Int32, Int64
from payengine.periods import Period

HEADS_LABEL = "人数"
OF_SUMMARIES = "计酬服务中来自服务汇总"
POOL_PARTS = {POOL: "总额", SHARED: "已分配", RETAINED: "未分配留存"}


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


@dataclass(frozen=True)
class _Part:
    """Figure of some rows: what is said of it once, the rows' places, its values."""

    said: Mapping[str, str]
    scale: int
    institutions: npt.NDArray[np.integer]  # 0 for none, else a row of the frame and 1
    staff: npt.NDArray[np.integer]  # 0 for nobody, else the person's index and 1
    values: npt.NDArray[np.integer]

    def only(self, rows: Flag) -> _Part:
        """Keep some of its rows."""
        return replace(
            self, institutions=self.institutions[rows], staff=self.staff[rows], values=self.values[rows]
        )  # fmt: skip


class _Reports:
    """Reported figures, level by level."""

    def __init__(self, frame: Frame, staff: pa.Array, period: Period) -> None:
        self.frame = frame
        self.staff = staff  # the codes of `Frame.staff_codes`
        self.period = period
        self.parts: list[_Part] = []
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
        given = ~np.logical_or.reduce([mark.rows for mark in absent])
        self._keep(level, given)
        ones = np.ones(len(given), np.int64)
        for number, (words, rows) in enumerate(told_by_words(absent, self.frame, level, self.period).items()):
            self._add(level, f"{name}{LACKING}[{number}]", f"{label}：{words}", NO_UNIT, 0, ones)
            self._keep(level, rows)

    def _keep(self, level: Level, rows: Flag) -> None:
        """Keep some rows of the figure that was added last."""
        if level is DEPARTMENT:
            self.department_parts[-1] = self.department_parts[-1].filter(pa.array(rows))
        else:
            self.parts[-1] = self.parts[-1].only(rows)

    def _add(self, level: Level, name: str, label: str, unit: str, scale: int, values: npt.NDArray[np.integer]) -> None:
        frame, count = self.frame, len(values)
        if level is DEPARTMENT:
            self._add_of_departments(name, label, unit, scale, values)
            return
        institutions = staff = np.zeros(count, np.int32)
        if level is not CONSORTIUM:
            institutions = frame.institution_of_staff + 1 if level is STAFF else np.arange(1, count + 1, dtype=np.int32)
        if level is STAFF:
            staff = frame.staff + 1
        said = {"level": level.name.lower(), "name": name, "label": label, "unit": unit}
        self.parts.append(_Part(said, scale, institutions, staff, values))

    def _add_of_departments(
        self, name: str, label: str, unit: str, scale: int, values: npt.NDArray[np.integer]
    ) -> None:
        frame = self.frame
        institution = frame.parent(DEPARTMENT, INSTITUTION)
        columns = {
            key: pa.repeat(text, len(values)) for key, text in (("name", name), ("label", label), ("unit", unit))
        }
        columns["institution"] = pa.array(frame.institutions, pa.string()).take(pa.array(institution))
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
            if not known.all():
                self._keep(pools.level, known)

    def table(self) -> pa.Table:
        """Make the table of all figures, texts as dictionaries; "" is the first place and person."""
        parts, counts = self.parts, np.array([len(part.values) for part in self.parts], np.int64)
        none = pa.array([""], pa.string())
        columns = {
            "institution": self._places(
                [part.institutions for part in parts], pa.array(["", *self.frame.institutions], pa.string())
            ),
            "staff": self._places(
                [part.staff for part in parts],
                pa.concat_arrays([none, self.staff]) if any(part.staff.any() for part in parts) else none,
            ),
            "scale": np.repeat(np.array([part.scale for part in parts], np.int64), counts),
            "value": np.concatenate([np.zeros(0, np.int64), *(part.values for part in parts)]).astype(
                np.int64, copy=False
            ),
        }
        for name in ("level", "name", "label", "unit"):
            coded = Coded.of(pa.chunked_array([[part.said[name] for part in parts]], pa.string()))
            columns[name] = repeated(coded_column(coded.codes, coded.dictionary), counts)
        return coded_table(REPORTS, [columns[name] for name in REPORTS.names])

    @staticmethod
    def _places(numbers: Sequence[npt.NDArray[np.integer]], texts: pa.Array) -> pa.DictionaryArray:
        return coded_column(np.concatenate([np.zeros(0, np.int32), *numbers]), texts)

    def of_departments(self) -> pa.Table:
        return pa.concat_tables([DEPARTMENT_REPORTS.empty_table(), *self.department_parts]).combine_chunks()


def with_rows(figures: pa.Table, more: Sequence[pa.Table]) -> pa.Table:
    """Put a few rows with texts behind reported figures, coded as those are."""
    rows = pa.concat_tables(more).combine_chunks()
    if not len(rows):
        return figures
    columns: list[pa.DictionaryArray | npt.NDArray[np.int64]] = []
    for name in figures.column_names:
        own = figures[name].combine_chunks()
        if not pa.types.is_dictionary(own.type):
            columns.append(np.concatenate([np.asarray(own), np.asarray(rows[name])]))
            continue
        coded = Coded.of(rows[name])
        number = _places_of(coded.dictionary, own.dictionary, name in ("institution", "staff"))
        new = np.flatnonzero(number < 0)
        number = np.where(number < 0, len(own.dictionary) + np.cumsum(number < 0, dtype=np.int32) - 1, number)
        texts = pa.concat_arrays([own.dictionary, coded.dictionary.take(pa.array(new))]) if len(new) else own.dictionary
        columns.append(coded_column(np.concatenate([np.asarray(own.indices), number[coded.codes]]), texts))
    return coded_table(REPORTS, columns)


def _places_of(texts: pa.Array, known: pa.Array, is_sorted: bool) -> Int32:
    """Find the place of each text among those known; -1 where it is none of them."""
    if is_sorted:
        return Codes(known).index(texts)
    return np.asarray(pc.index_in(texts, value_set=known).fill_null(-1), np.int32)
