"""Reading of a month's records by other processes, where the source has parts.

The tasks go out as values, and their outcomes are taken in in the order of the parts: rows, counts and everything that
is wrong stand then where they would stand if this process had read the source itself.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import pyarrow as pa

from batch import failpoints
from batch.freeze.records.ingest import Ingestion, RecordSpools
from batch.freeze.records.part_rows import CHECKED_BY, DEATHS, PartOutcome, PartPlan, PartTask, ids_of, read_run
from batch.freeze.records.patients import DigestedDeaths, FreezeKeys
from batch.freeze.records.read import Reader
from batch.freeze.records.summaries import Summaries
from batch.freeze.records.unreadable import UnreadableValues
from batch.freeze.reference.read import Reference
from batch.input_tables import ITEM_MAP, RECORD, SUMMARY
from batch.sources import Source
from batch.sources.table_parts import TablePart, TableParts
from payengine.periods import Period

TASK_ROWS = 2**20  # parts of fewer rows go out together


class Exchange(Protocol):
    """Place where this process and the others leave files for each other, for one freeze."""

    def put(self, file: Path) -> str:
        """Leave a file; returns its name, the hash of its bytes."""

    def fetched(self, name: str) -> AbstractContextManager[Path]:
        """Give the file of a name, whose bytes have been compared with it; afterwards it is gone."""

    def outcomes(self, tasks: Sequence[PartTask], plan: PartPlan) -> Generator[PartOutcome, None, None]:
        """Have the tasks done; the outcomes come as they end. Closing it gives up what is not done."""


class Workers(Protocol):
    """Other processes that read parts of a source."""

    def exchange(self, working: Path) -> AbstractContextManager[Exchange]:
        """Open an exchange, gone afterwards; `working` is the freeze's own folder."""


@dataclass
class Reading:
    """Objects that reading the records fills, on this machine or on others."""

    reader: Reader
    unreadable: UnreadableValues
    ingest: Ingestion
    spooled: RecordSpools
    summaries: Summaries | None


class PartReading:
    """Reading of the records of one freeze by workers."""

    def __init__(
        self, workers: Workers, working: Path, reference: Reference, privacy: str, patient_key: bytes | None
    ) -> None:
        self._workers = workers
        self._working = working
        self._reference = reference
        self._privacy = privacy
        self._number = secrets.token_hex(16)
        self.keys = FreezeKeys.of(patient_key, self._number)

    def read(self, source: Source, period: Period, into: Reading, tell: Callable[[int], None]) -> bool:
        """Have the parts read and take in the outcomes; False where there are no parts.

        `tell` takes the rows so far. `Refused` as `Source.read`, for the first part in the order of reading that cannot
        be read to its end.
        """
        table = source.parts(RECORD.name)
        if table is None or len(table.parts) < 2:
            return False
        tasks = list(tasks_of(table.parts))
        with self._workers.exchange(self._working) as exchange:
            plan = PartPlan(
                str(period), self._privacy, self._number, self.keys.check, table.settings,
                self._left(exchange),
            )  # fmt: skip
            with closing(exchange.outcomes(tasks, plan)) as outcomes:
                for outcome in _in_order(outcomes):
                    _take_in(table, tasks[outcome.number], outcome, exchange, into)
                    failpoints.reached("freeze: while records are read")
                    tell(into.unreadable.rows_seen)
        return True

    def _left(self, exchange: Exchange) -> Mapping[str, str]:
        """Leave the tables by which the records are checked; returns their names."""
        names = {}
        for table, rows in checked_by(self._reference, self.keys).items():
            file = self._working / f"{table}.checked"
            with pa.OSFile(str(file), "wb") as stream, pa.ipc.new_stream(stream, rows.schema) as writer:
                writer.write_table(rows)
            names[table] = exchange.put(file)
            file.unlink()
        return names


def checked_by(reference: Reference, keys: FreezeKeys) -> dict[str, pa.Table]:
    """Choose what records are checked by, without the code of any patient."""
    tables = {name: reference.tables[name] for name in CHECKED_BY}
    chosen = {name: rows.select(CHECKED_BY[name]) if CHECKED_BY[name] else rows for name, rows in tables.items()}
    chosen[DEATHS] = DigestedDeaths.digested(reference.tables["patient"], keys)
    if reference.item_map is not None:
        chosen[ITEM_MAP.name] = reference.item_map.rows
    if reference.summaries is not None:
        chosen[SUMMARY.name] = reference.summaries.data
    return chosen


def tasks_of(parts: Sequence[TablePart]) -> Iterator[PartTask]:
    """Put parts into tasks, each of at most `TASK_ROWS` rows unless a part has more."""
    held: list[TablePart] = []
    number = rows = 0
    for part in parts:
        if held and rows + part.rows > TASK_ROWS:
            yield PartTask(number, tuple(held))
            held, rows, number = [], 0, number + 1
        held.append(part)
        rows += part.rows
    if held:
        yield PartTask(number, tuple(held))


def _in_order(outcomes: Iterator[PartOutcome]) -> Iterator[PartOutcome]:
    """Give the outcomes in the order of their tasks."""
    waiting: dict[int, PartOutcome] = {}
    wanted = 0
    for outcome in outcomes:
        waiting[outcome.number] = outcome
        while wanted in waiting:
            yield waiting.pop(wanted)
            wanted += 1


def _take_in(table: TableParts, task: PartTask, outcome: PartOutcome, exchange: Exchange, into: Reading) -> None:
    """Take in an outcome, as if the rows of its parts had been read here."""
    reader, spooled = into.reader, into.spooled
    was_clean = not into.unreadable.any  # else this process would have looked for nothing but more of them
    if was_clean:
        reader.cut_codes.add(outcome.cut_codes)
        if into.summaries:
            into.summaries.add(outcome.summarised)
    into.unreadable.add(outcome.unreadable)
    for column, count in outcome.normalised.items():
        reader.normalised.counts[column] = reader.normalised.counts.get(column, 0) + count
    reader.months.join(outcome.months)
    reader.limited_months.join(outcome.limited_months)
    if reader.item_map is not None:
        reader.item_map.counts += np.array(outcome.mapped_items, np.int64)
    for kind, count in outcome.read.items():
        spooled.read[kind] += count
    for part, facts in zip(task.parts, outcome.facts, strict=False):  # a broken part is the last that has facts
        table.took(part, facts)
    if outcome.broken is not None:
        raise outcome.broken
    if not into.unreadable.any:
        for run in outcome.runs:
            spool = getattr(spooled, run.kind)
            with exchange.fetched(run.name) as path:
                for rows in read_run(path):
                    spool.write(rows)
                    of_period, counting = ids_of(run.kind, rows)
                    spooled.ids.write(of_period)
                    spooled.counting_ids.write(counting)
