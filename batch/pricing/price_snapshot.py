"""Pricing of a snapshot's rows: limits, exact points per owner and category, rejections.

Each worker thread takes spans of record batches and opens one part at a time, so memory does not grow with the number
of records. Rows stand in order of their owners: spans have no owners in common but at their ends, so all threads add to
one table, and memory does not grow with the number of threads either. The sums are exact and commute: the number of
threads, the size of batches and the order of rows never change a byte of the result.

Texts of the rows that the run refuses are read when somebody asks for the rejections.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import count, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from batch.pricing.limits import NOT_LISTED, PAID, RUN_REJECTED, LimitDecisions, Refusals, decide, refused_rows
from batch.pricing.rejections import listing
from batch.pricing.summaries import SummaryWork, summary_work
from batch.result_tables import SUMMARY_ROWS, SUMMARY_SERVICES
from batch.snapshot.codes import Coding
from batch.snapshot.snapshot import Part, Snapshot
from payengine.errors import ExactOverflow, IntegrityBroken, PayengineError, Problem, UsageError
from payengine.exact.points import OwnersDoNotRise, PointSums, PriceTables, RowRefused
from payengine.kernels.arrays import Int64
from payengine.suggest import nearest
from payengine.system_errors import in_words
from payengine.texts import say

HOT = ("engagement", "item_row", "difficulty_row", "amount")
BATCHES_AT_ONCE = 4  # record batches of 65,536 rows that a worker takes at a time
MOST_THREADS = 8
MOST_WAITING = 4_000_000  # rows of limited items; a column of each takes 10 to 20 bytes


@dataclass(frozen=True)
class PricedWork:
    """Priced workload of a period; arrays are owners x categories (see `Coding`).

    services: paid rows that are no refunds, each row of a summary as many as it counts; refunds: paid rows that are;
    points_micro: stated points in millionths.
    Held institutions' cells are zero. A workload cell exists where there is a service or a refund. `held_rows` are the
    rows that a hold left out (paid or refused by the run), `counted_only` the earlier rows that merely counted in
    limits; `refused` are the rows that the run refused, without those held.
    """

    services: Int64
    refunds: Int64
    points_micro: Int64
    refused: tuple[Refusals, ...]
    held_rows: int
    counted_only: int
    snapshot: Snapshot
    held: tuple[str, ...]
    summaries: SummaryWork | None = None

    @cached_property
    def rejections(self) -> pa.Table:
        """Rejections of freeze and of the run, as `results.REJECTIONS`, without held ones."""
        return self._listed[0]

    @cached_property
    def _listed(self) -> tuple[pa.Table, int]:
        found = []
        for refusals in self.refused:
            with reading(refusals.records):
                found.append(refused_rows(refusals))
        return listing(self.snapshot, pa.concat_tables([RUN_REJECTED.empty_table(), *found]), self.held)

    @property
    def counts(self) -> dict[str, int]:
        """Numbers of rows paid, refunds, held and counted_only, and of freeze's rejections held.

        Where there are any, of the rows paid those of summaries, and the services that these count.
        """
        more = 0 if self.summaries is None else int(self.summaries.more.sum())
        return {
            "paid": int(self.services.sum()) - more,
            "refunds": int(self.refunds.sum()),
            "held": self.held_rows,
            "counted_only": self.counted_only,
            "held_rejected": self._listed[1],
            **({} if self.summaries is None else {
                SUMMARY_ROWS: int(self.summaries.rows.sum()), SUMMARY_SERVICES: int(self.summaries.services.sum()),
            }),
        }  # fmt: skip


def price_snapshot(snapshot: Snapshot, holds: Collection[str] = (), threads: int | None = None) -> PricedWork:
    """Price the rows of a snapshot; `holds` are the codes of institutions that are left out.

    Held institutions' rows still count in limits. `threads` None: one for each processor, up to 8. Raises
    `IntegrityBroken` for rows that cannot stand in a snapshot, `ExactOverflow` for points beyond 64 bits of millionths,
    `UsageError` for an unknown institution.
    """
    return stated(sum_work(snapshot, price_tables(snapshot), holds, threads))


def stated(work: SummedWork) -> PricedWork:
    """State exact sums at 6 decimals; `ExactOverflow` for points beyond 64 bits of millionths."""
    return work.stated(work.sums.services, work.sums.refunds, _stated(work.sums, work.snapshot.coding))


@dataclass(frozen=True)
class SummedWork:
    """Exact sums of a period's paid rows by owner and category, not stated yet.

    The sums are without held institutions; the other fields are those of `PricedWork`.
    """

    sums: PointSums
    refused: tuple[Refusals, ...]
    held_rows: int
    counted_only: int
    snapshot: Snapshot
    held: tuple[str, ...]

    def stated(self, services: Int64, refunds: Int64, points_micro: Int64) -> PricedWork:
        """Make the priced work of cells, owners x categories; `services` are the rows counted."""
        found = summary_work(self.snapshot, held_owners(self.snapshot.coding, self.held))
        if found is not None:
            services = services + found.more.reshape(services.shape)
        return PricedWork(
            services, refunds, points_micro, self.refused, self.held_rows, self.counted_only, self.snapshot, self.held,
            found,
        )  # fmt: skip


def sum_work(
    snapshot: Snapshot, tables: PriceTables, holds: Collection[str] = (), threads: int | None = None
) -> SummedWork:
    """Decide limits and add up a snapshot's rows in one pass; raises as `price_snapshot`."""
    held_owners(snapshot.coding, holds)
    threads = max(1, threads or _processors())
    try:
        done = _work(snapshot, tables, threads)
    except OwnersDoNotRise:  # no freeze writes rows so, but their sums are as good
        done = _work(snapshot, tables, 1)
    return summed(snapshot, holds, done.sums, done.refused, done.counted_only)


def summed(
    snapshot: Snapshot, holds: Collection[str], sums: PointSums, refused: Sequence[Refusals], counted_only: int
) -> SummedWork:
    """Take out of the sums of all rows what is held; `UsageError` for an unknown institution."""
    held = held_owners(snapshot.coding, holds)
    kept = tuple(refusals.without(held) for refusals in refused)
    rows = sums.rows + sum(len(refusals.rows) for refusals in refused)
    if held.any():
        sums.leave_out(held)
    return SummedWork(
        sums, kept, held_rows=rows - sums.rows - sum(len(refusals.rows) for refusals in kept),
        counted_only=counted_only, snapshot=snapshot, held=tuple(sorted(holds)),
    )  # fmt: skip


class _Work:
    """Sums of all threads, and what is added to them when every thread has ended.

    Threads add the hot rows of one span of owners each. The paid rows of limited items are of any owner: they wait, or
    are added to sums of their own where many wait.
    """

    def __init__(self, snapshot: Snapshot, tables: PriceTables, threads: int) -> None:
        self.snapshot = snapshot
        self.sums = PointSums(tables, threads)
        self.counted_only = 0
        self.refused: list[Refusals] = []
        self.owners: dict[int, tuple[int, int]] = {}  # the first and the last of each span, by the span's number
        self._waiting: list[_LimitedRows] = []
        self._apart: PointSums | None = None
        self._lock = threading.Lock()

    def decided(self, part: Part, decisions: LimitDecisions, records: Path) -> None:
        """Take the decided rows of a part."""
        paid, order = _by_owner(_as_narrow(decisions.paid(), self.snapshot.hot_dtypes))
        with self._lock:
            self.counted_only += int((decisions.outcome == NOT_LISTED).sum())
            self.refused.append(decisions.refusals(records))
            self._waiting.append(_LimitedRows(part, decisions.outcome, paid, order))
            if sum(len(rows.outcome) for rows in self._waiting) > MOST_WAITING:
                self._apart = self._apart or PointSums(self.sums.tables)
                self._add_waiting(self._apart)

    def finish(self) -> None:
        """Add what waits, once no thread adds any more.

        `OwnersDoNotRise` if spans had more owners in common than those at their ends.
        """
        ends = [end for _, span in sorted(self.owners.items()) for end in span]
        if any(before > after for before, after in pairwise(ends)):
            raise OwnersDoNotRise
        self._add_waiting(self.sums)
        if self._apart is not None:
            self.sums.merge(self._apart)
            self._apart = None
        self.refused.sort(key=lambda refusals: refusals.records)

    def _add_waiting(self, sums: PointSums) -> None:
        while self._waiting:
            rows = self._waiting.pop()
            try:
                sums.add(*rows.paid)
            except RowRefused:
                self._refuse_first(rows)
                raise

    def _refuse_first(self, rows: _LimitedRows) -> None:
        """Tell of the first row of a part that cannot be added, in the order of its file."""
        place = np.argsort(rows.order)
        try:
            PointSums(self.sums.tables).add(*(column[place] for column in rows.paid))
        except RowRefused as error:
            row = int(np.flatnonzero(rows.outcome == PAID)[error.row])
            raise refused_row(error, rows.part.path, row) from error


@dataclass(frozen=True)
class _LimitedRows:
    """Outcomes of a part's rows, and the columns of those paid, in the order of their owners.

    `order` are the places of the paid rows among those paid in the part.
    """

    part: Part
    outcome: npt.NDArray[np.int8]
    paid: tuple[npt.NDArray[Any], ...]
    order: npt.NDArray[np.intp]


class _Worker:
    """One thread, and the part of hot rows that it has open."""

    def __init__(self, work: _Work, number: int, alone: bool) -> None:
        self._work = work
        self._number = number
        self._alone = alone
        self._files = ExitStack()
        self._part: Part | None = None
        self._reader: pa.ipc.RecordBatchFileReader | None = None

    def run(self, tasks: Iterator[_Task]) -> None:
        """Do tasks until there are none left."""
        with self._files:
            for task in tasks:
                task(self)

    def price_span(self, part: Part, first: int, last: int, number: int) -> None:
        """Add the record batches [first, last) of a part of hot rows, the span of this number."""
        with reading(part.path):
            if self._part != part or self._reader is None:
                self._files.close()
                self._reader, self._part = self._files.enter_context(part.open()), part
            batches = [self._reader.get_batch(each) for each in range(first, last)]
            columns = [tuple(batch.column(name).to_numpy() for name in HOT) for batch in batches if batch.num_rows]
        if not columns:
            return
        sums = self._work.sums
        if self._alone:
            self._add(sums.add, part, first, columns)
            return
        ends = int(columns[0][0][0]), int(columns[-1][0][-1])
        span = sums.span(self._number, *ends)
        self._add(span.add, part, first, columns)
        span.close()
        self._work.owners[number] = ends

    def _add(self, add: Callable[..., None], part: Part, first: int, batches: list[_Columns]) -> None:
        row = 0  # of the span
        for columns in batches:
            try:
                with reading(part.path):  # columns may be of types that no freeze writes
                    add(*columns)
            except RowRefused as error:
                before = sum(self._reader.get_batch(each).num_rows for each in range(first)) if self._reader else 0
                raise refused_row(error, part.path, before + row + error.row) from error
            row += len(columns[0])

    def decide_part(self, part: Part, records: Path) -> None:
        """Decide the limited rows of a part."""
        self._work.decided(part, decided_part(part, self._work.snapshot.coding), records)


_Task = Callable[[_Worker], None]
_Columns = tuple[npt.NDArray[Any], ...]


def _work(snapshot: Snapshot, tables: PriceTables, threads: int) -> _Work:
    """Do all tasks by some threads.

    `OwnersDoNotRise` for rows that only one thread can add.
    """
    tasks = _TaskQueue(_tasks(snapshot))
    work = _Work(snapshot, tables, threads)
    if threads == 1:
        _Worker(work, 0, alone=True).run(tasks)
    else:
        with ThreadPoolExecutor(threads, thread_name_prefix="price") as pool:
            try:
                for running in [pool.submit(_Worker(work, each, alone=False).run, tasks) for each in range(threads)]:
                    running.result()
            finally:
                tasks.stop()
    work.finish()
    return work


def _tasks(snapshot: Snapshot) -> Iterator[_Task]:
    """Yield the parts of limited rows, which take longest, then spans of hot rows."""
    for part, records in zip(snapshot.limited_parts(), snapshot.limited_records_parts(), strict=True):
        yield partial(_Worker.decide_part, part=part, records=records)
    numbers = count()
    for part in snapshot.hot_parts():
        with reading(part.path), part.open() as reader:
            batches = reader.num_record_batches
        for first in range(0, batches, BATCHES_AT_ONCE):
            last = min(first + BATCHES_AT_ONCE, batches)
            yield partial(_Worker.price_span, part=part, first=first, last=last, number=next(numbers))


class _TaskQueue(Iterator[_Task]):
    """Queue of tasks for several threads; empty once one of them has failed."""

    def __init__(self, tasks: Iterator[_Task]) -> None:
        self._tasks = tasks
        self._lock = threading.Lock()

    def __next__(self) -> _Task:
        with self._lock:
            try:
                return next(self._tasks)
            except BaseException:
                self._tasks = iter(())
                raise

    def stop(self) -> None:
        with self._lock:
            self._tasks = iter(())


def _as_narrow(columns: tuple[npt.NDArray[Any], ...], dtypes: Mapping[str, str]) -> tuple[npt.NDArray[Any], ...]:
    """Narrow columns to the hot ones' types where every value fits.

    One compiled variant then serves both.
    """
    narrow = [np.dtype(dtypes[name]) for name in HOT]
    for column, kind in zip(columns, narrow, strict=True):
        bounds = np.iinfo(kind)
        if column.size and (int(column.min()) < bounds.min or int(column.max()) > bounds.max):
            return columns
    return tuple(column.astype(kind) for column, kind in zip(columns, narrow, strict=True))


def _by_owner(columns: tuple[npt.NDArray[Any], ...]) -> tuple[tuple[npt.NDArray[Any], ...], npt.NDArray[np.intp]]:
    """Put rows in the order of their owners; returns their places too.

    One thread adds them when all others have ended, and it need not jump from cell to cell.
    """
    order = np.argsort(columns[0], kind="stable")  # NumPy sorts 16 bits by counting
    return tuple(column[order] for column in columns), order


def held_owners(coding: Coding, holds: Collection[str]) -> npt.NDArray[np.bool_]:
    """Flag the owners that belong to held institutions; `UsageError` for an unknown one."""
    if not holds:
        return np.zeros(coding.owners, bool)
    known = coding.institutions.values.to_pylist()
    unknown = [code for code in sorted(holds) if code not in set(known)]
    if unknown:
        near = {code: nearest(code, known) for code in unknown}
        raise UsageError(
            say("{n} held institution(s) are not in the snapshot", n=len(unknown)),
            [
                Problem(say("did you mean {near}?", near=near[code]) if near[code] else say("is unknown"), column=code)
                for code in unknown
            ],
        )
    flags = np.isin(np.array(known, object), list(holds))
    return np.asarray(flags[coding.institution_of_owner], bool)


def price_tables(snapshot: Snapshot) -> PriceTables:
    """Make the tables that price a snapshot's rows; `IntegrityBroken` for wrong ones."""
    coding = snapshot.coding
    try:
        return PriceTables(
            coding.priced_equivalents, coding.coefficient, coding.category_of_row, coding.owners, len(coding.categories)
        )
    except ValueError as error:
        raise IntegrityBroken(say("{path} cannot be priced: {why}", path=snapshot.path, why=error)) from error


def _stated(sums: PointSums, coding: Coding) -> Int64:
    try:
        return sums.points_micro
    except ExactOverflow as error:
        raise points_too_large(coding, error) from error


def points_too_large(coding: Coding, error: ExactOverflow) -> ExactOverflow:
    """Name owner and category of a cell that cannot be stated: the error's row."""
    owner, category = divmod((error.problems[0].row or 1) - 1, len(coding.categories))
    institution = coding.institutions.texts(coding.institution_of_owner[owner : owner + 1])[0].as_py()
    staff = coding.staff.texts(coding.staff_of_owner[owner : owner + 1])[0].as_py()
    place = " ".join(part for part in (institution, staff, coding.categories.values[category].as_py()) if part)
    problem = Problem(say("the points do not fit 64 bits of millionths"), "service_record", column=place)
    return ExactOverflow(say("points are too large"), [problem])


def decided_part(part: Part, coding: Coding) -> LimitDecisions:
    """Decide the limited rows of a part; `IntegrityBroken` for rows that no freeze writes."""
    with reading(part.path):
        decisions = decide(part, coding)
    owner = decisions.columns["engagement"]
    strange = np.flatnonzero((owner < 0) | (owner >= coding.owners))  # refused rows are not priced
    if strange.size:
        raise refused_row(RowRefused(int(strange[0]), too_large=False), part.path, int(strange[0]))
    return decisions


def refused_row(error: RowRefused, path: Path, row: int) -> PayengineError:
    """Tell of a row that cannot be priced, counted from 0 within its file."""
    if error.too_large:
        what = say("the points of this row are too large")
        return ExactOverflow(say("points are too large"), [Problem(what, str(path), row + 1)])
    return IntegrityBroken(say("the snapshot is damaged"), [Problem(say("a code is in no table"), str(path), row + 1)])


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Say which file cannot be read."""
    try:
        yield
    except (OSError, pa.ArrowException, KeyError, TypeError) as error:
        raise IntegrityBroken(say("{path} cannot be read: {why}", path=path, why=in_words(error))) from error


def _processors() -> int:
    """Count the processors that this process may use, up to `MOST_THREADS`."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(usable, MOST_THREADS)
