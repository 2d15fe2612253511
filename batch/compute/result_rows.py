"""Lines of a run, made from its figures, in canonical order.

Their texts are dictionaries: millions of lines name few institutions, components and days.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from batch.arrow_columns import Coded, coded_column, coded_table, narrowed, repeated
from batch.inputs.provider import Workload
from batch.inputs.roster import Roster, coded_days
from batch.results import COMPONENTS, PAY_LINES, STATEMENT_LINES, WORKLOAD
from batch.snapshot.codes import Coding
from payengine.exact import Exact, apportion
from payengine.graph import ENGAGEMENT, INSTITUTION, Evaluation
from payengine.graph.values.frame import Int32, Int64
from payengine.policy import Component, Funding, Policy

FEN = 2


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
    lines = parts.sorted()
    institutions = coded_column(frame.parent(ENGAGEMENT, INSTITUTION), pa.array(frame.institutions, pa.string()))
    staff = coded_column(frame.staff[frame.staff_of_engagement], roster.coding.staff.values)
    places = [repeated(column, lines.counts) for column in (institutions, staff, coded_days(frame.engaged_from))]
    return coded_table(PAY_LINES, [*places, lines.components, lines.fundings, lines.amounts])


def statement_lines(evaluation: Evaluation, statements: Iterable[Component], day: date) -> pa.Table:
    """List what every institution is paid, by component and source of funding."""
    frame = evaluation.frame
    parts = _Lines(frame.rows(INSTITUTION))
    for statement in sorted(statements, key=lambda one: one.name.encode()):
        amounts = evaluation.values[statement.name].data.values
        parts.add(statement.name, None, amounts, funding_of(statement, day))
    lines = parts.sorted()
    rows = np.repeat(np.arange(len(lines.counts), dtype=np.int32), lines.counts)
    institutions = coded_column(rows, pa.array(frame.institutions, pa.string()))
    return coded_table(STATEMENT_LINES, [institutions, lines.components, lines.fundings, lines.amounts])


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
        self.components: list[str] = []  # of each part
        self.sources: list[str] = []
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
            self.components.append(component)
            self.sources.append(source.source)

    def sorted(self) -> _Sorted:
        """Put the lines in order of row, component and source.

        Components and sources were added in their order, so that each line's place is known without a sort. The parts
        are given up one by one.
        """
        free = np.cumsum(self._counts) - self._counts  # place of each row's next line
        total = int(self._counts.sum())
        numbers, amounts = np.empty(total, np.min_scalar_type(len(self._parts))), np.empty(total, np.int64)
        self._parts.reverse()
        for number in range(len(self._parts)):
            rows, own = self._parts.pop()
            at = free[rows]
            numbers[at], amounts[at] = number, own
            free[rows] = at + 1
        return _Sorted(self._counts, _of_part(self.components, numbers), _of_part(self.sources, numbers), amounts)


@dataclass(frozen=True)
class _Sorted:
    """Lines in their order, and how many of them each row has."""

    counts: Int64
    components: pa.DictionaryArray
    fundings: pa.DictionaryArray
    amounts: Int64


def _of_part(texts: Sequence[str], numbers: npt.NDArray[np.unsignedinteger]) -> pa.DictionaryArray:
    """Name the text of each line's part; several parts may have the same."""
    coded = Coded.of(pa.chunked_array([texts], pa.string()))
    return coded_column(narrowed(coded.codes, len(coded.dictionary))[numbers], coded.dictionary)


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
    services, refunds, points = (
        np.asarray(cells).reshape(coding.owners, -1) for cells in (work.services, work.refunds, work.points_micro)
    )
    worked = services != 0
    worked |= refunds != 0
    outside = np.ones(coding.owners, bool)
    outside[roster.engagement] = False
    outside[coding.engagements.num_rows + roster.institution] = False
    if outside.any():
        worked[outside] = False
    counts = np.count_nonzero(worked, axis=1)
    categories = np.arange(services.shape[1], dtype=np.min_scalar_type(services.shape[1]))
    runs = _runs_of_lines(coding, counts)
    named = _of_owners(coding, bool(counts[coding.engagements.num_rows :].any()))
    return coded_table(WORKLOAD, [
        *(coded_column(_joined(np.repeat(codes, counts), runs), texts) for codes, texts in named),
        coded_column(_joined(np.broadcast_to(categories, worked.shape)[worked], runs), coding.categories.values),
        _joined(services[worked], runs),
        _joined(points[worked], runs),
    ])  # fmt: skip


def _of_owners(coding: Coding, with_own_work: bool) -> list[tuple[npt.NDArray[np.signedinteger], pa.Array]]:
    """Name institution, person and first day of every cell owner, '' for those of own work."""
    person, staff = coding.staff_of_owner, coding.staff.values
    days = coded_days(coding.engagement_from)
    texts = days.dictionary
    day = np.concatenate([days.indices.to_numpy(), np.full(len(coding.institutions), len(texts), np.int32)])
    if with_own_work:
        person = np.where(person < 0, np.int32(len(staff)), person)
        staff, texts = (pa.concat_arrays([column, pa.array([""], pa.string())]) for column in (staff, texts))
    return [
        (narrowed(codes, len(named)), named)
        for codes, named in (
            (coding.institution_of_owner, coding.institutions.values), (person, staff), (day, texts),
        )
    ]  # fmt: skip


def _runs_of_lines(coding: Coding, counts: Int64) -> list[slice]:
    """Find the runs of lines in order of (institution, own work first, owner).

    Owners are in order already, but for own work, so that there are few of them.
    """
    owners = np.flatnonzero(counts)
    place = 2 * coding.institution_of_owner[owners].astype(np.int64) + (coding.staff_of_owner[owners] >= 0)
    order = np.argsort(place, kind="stable")
    first = np.flatnonzero(np.diff(order, prepend=-2) != 1)
    ends = np.cumsum(counts[owners])
    last = order[np.append(first[1:], len(order))[: len(first)] - 1]
    starts = ends[order[first]] - counts[owners][order[first]]
    return [slice(start, end) for start, end in zip(starts.tolist(), ends[last].tolist(), strict=True)]


def _joined(column: npt.NDArray[Any], runs: Sequence[slice]) -> npt.NDArray[Any]:
    """Put the runs of a column one behind the other."""
    return column if len(runs) < 2 else np.concatenate([column[run] for run in runs])


def components(policy: Policy, outputs: Sequence[str], day: date) -> pa.Table:
    """List the components of the run in the policy's order, with class and label."""
    rows = [
        {"component": one.name, "kind": one.kind, "label": one.label, "pay_class": term.pay_class}
        for one in (*policy.components.values(), *policy.statements.values())
        if one.name in outputs and (term := one.on(day))
    ]
    return pa.Table.from_pylist(rows, schema=COMPONENTS)
