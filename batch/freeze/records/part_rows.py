"""First pass over parts of the records by another process.

A task and its outcome are values. The coded rows lie in files (*runs*) whose names stand in the outcome; whoever
freezes puts them together in the order of the parts, so that all later passes see what they would have seen on one
machine. No code of a patient stands in a task, in an outcome or in a run: only hashes and digests, under keys that are
made of the patient key, which every process has from its own surroundings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from batch.freeze.records.ingest import Ingestion
from batch.freeze.records.item_map import ItemMap
from batch.freeze.records.patients import DigestedDeaths, FreezeKeys, Pseudonyms
from batch.freeze.records.read import Reader
from batch.freeze.records.record_rules import RecordRules
from batch.freeze.records.row_schemas import COUNTING, IN_PERIOD, LATE, LINKED, PLAIN, PLAIN_LIMITED
from batch.freeze.records.spreadsheet_codes import CutCodes
from batch.freeze.records.summaries import Summaries
from batch.freeze.records.unreadable import FoundValues, UnreadableValues
from batch.input_tables import ITEM_MAP, RECORD, SUMMARY
from batch.snapshot.record_months import MonthCounts
from batch.sources.base import Binds, Place
from batch.sources.parts import PartSource
from batch.sources.table_parts import AnotherFile, PartFacts, PartSettings, TablePart
from payengine.errors import Problem, Refused
from payengine.periods import Period

KINDS = {"plain": PLAIN, "limited": PLAIN_LIMITED, "linked": LINKED}
DEATHS = "deaths"
# What a process must know of the reference tables to check a record: of each table these columns, and no names.
CHECKED_BY: Mapping[str, tuple[str, ...]] = {
    "institution": ("code", "from", "until"),
    "staff": ("code",),
    "service_item": (),  # all of them
    "engagement": ("institution", "staff", "from", "until"),
    "absence": ("staff", "from", "until", "blocks_service"),
    "license": ("staff", "kind", "from", "until"),
    "difficulty": ("institution", "item", "coefficient", "from", "until"),
    "team_member": ("team", "staff", "share", "from", "until"),
}


@dataclass(frozen=True)
class PartPlan:
    """Values that all tasks of one freeze have in common.

    `tables` names, by table, the files of what the records are checked by. `number` is drawn for this freeze, `check`
    tells a process whether it has the same patient key.
    """

    period: str
    privacy: str
    number: str
    check: str
    settings: PartSettings
    tables: Mapping[str, str]


@dataclass(frozen=True)
class PartTask:
    """Parts of the records, one after another; `number` counts a freeze's tasks from 0."""

    number: int
    parts: tuple[TablePart, ...]


@dataclass(frozen=True)
class Run:
    """File of coded rows of one kind."""

    kind: str
    name: str


@dataclass
class PartOutcome:
    """Outcome of a task.

    `facts` are those of the parts that were read, in their order; `broken` is what kept the last of them from being
    read to its end, and then there are no runs, as where a value cannot be read.
    """

    number: int
    facts: list[PartFacts] = field(default_factory=list)
    broken: Refused | AnotherFile | None = None
    unreadable: FoundValues = field(default_factory=lambda: FoundValues(0, 0, (), ()))
    cut_codes: CutCodes = field(default_factory=CutCodes)
    normalised: dict[str, int] = field(default_factory=dict)
    months: MonthCounts = field(default_factory=MonthCounts)
    limited_months: MonthCounts = field(default_factory=MonthCounts)
    mapped_items: list[int] = field(default_factory=list)
    summarised: tuple[list[int], set[str]] = field(default_factory=lambda: ([], set()))
    read: dict[int, int] = field(default_factory=dict)
    runs: list[Run] = field(default_factory=list)


class PartRules:
    """Reference tables as a process has them that reads parts of the records."""

    def __init__(self, tables: Mapping[str, pa.Table], period: Period) -> None:
        """Take the tables that `part_reading.checked_by` gave."""
        self.rules = RecordRules.of(tables)
        self.deaths = tables[DEATHS]
        self._items = tables.get(ITEM_MAP.name)
        self._summaries = tables.get(SUMMARY.name)
        self._period = period

    def item_map(self) -> ItemMap | None:
        """Make the map of items, with no record counted."""
        return ItemMap.of(self._items)

    def summaries(self) -> Summaries | None:
        """Make the counts of services, with no record noted; their problems are told elsewhere."""
        if self._summaries is None:
            return None
        return Summaries(self._summaries, lambda row, column, what: Problem(what, row=row), self.rules, self._period)


def read_parts(
    task: PartTask, plan: PartPlan, rules: PartRules, patient_key: bytes | None, folder: Path,
    put: Callable[[Path], str],
) -> PartOutcome:  # fmt: skip
    """Read the parts of a task, code and check their rows; `put` names the files of these.

    What is wrong with the source's rows stands in the outcome. `folder` is empty, and the caller's to remove.
    """
    keys, period = FreezeKeys.of(patient_key, plan.number), Period.parse(plan.period)
    unreadable = UnreadableValues(lambda row: Place(""))
    item_map, summaries = rules.item_map(), rules.summaries()
    spooled: Any = _RunSpools(folder)
    with closing(spooled):
        deaths = DigestedDeaths(rules.deaths, keys.digests)
        ingest = Ingestion(rules.rules, Pseudonyms(plan.privacy, patient_key), deaths, keys.hashes, spooled)
        reader = Reader(rules.rules.coding, period, unreadable, plan.settings.date_system, item_map)
        outcome = PartOutcome(task.number)
        for part in task.parts:
            source = PartSource(part, plan.settings)
            try:
                for raw in source.read(RECORD.name, Binds.of(period)):
                    batch = reader.read(raw)
                    if batch is not None:
                        ingest.take(batch)
                        if summaries:
                            summaries.note(batch)
            except (Refused, AnotherFile) as broken:
                outcome.broken = broken
            outcome.facts.append(source.end())
            if outcome.broken:
                break
    outcome.unreadable, outcome.cut_codes = unreadable.found(), reader.cut_codes
    outcome.normalised = dict(reader.normalised.counts)
    outcome.months, outcome.limited_months = reader.months, reader.limited_months
    outcome.mapped_items = [] if item_map is None else item_map.counts.tolist()
    if summaries:
        outcome.summarised = summaries.noted()
    outcome.read = dict(spooled.read)
    if not outcome.broken and not unreadable.any:
        outcome.runs = [Run(kind, put(path)) for kind, path in spooled.written()]
    return outcome


def read_run(path: Path) -> Iterator[pa.RecordBatch]:
    """Read the rows of a run, in the batches in which they were written."""
    with pa.OSFile(str(path), "rb") as file, pa.ipc.open_stream(file) as reader:
        yield from reader


class _RunSpools:
    """Files of coded rows by kind, in the place of the spools of a freeze on one machine.

    Ids have no file: they stand in the rows.
    """

    def __init__(self, folder: Path) -> None:
        self.plain, self.limited, self.linked = (_RunWriter(folder / kind, schema) for kind, schema in KINDS.items())
        self.ids = self.counting_ids = _NoFile()
        self.read = {IN_PERIOD: 0, COUNTING: 0, LATE: 0}
        self.summaries = 0

    def close(self) -> None:
        for writer in (self.plain, self.limited, self.linked):
            writer.close()

    def written(self) -> Iterator[tuple[str, Path]]:
        """Give kind and file of each run that has rows."""
        for kind, writer in zip(KINDS, (self.plain, self.limited, self.linked), strict=True):
            if writer.rows:
                yield kind, writer.path


class _RunWriter:
    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self.path = path
        self.rows = 0
        self._names = schema.names
        self._file = pa.OSFile(str(path), "wb")
        self._writer = pa.ipc.new_stream(self._file, schema, options=pa.ipc.IpcWriteOptions(compression="lz4"))

    def write(self, rows: pa.RecordBatch) -> None:
        if rows.num_rows:
            self._writer.write_batch(rows.select(self._names))
            self.rows += rows.num_rows

    def close(self) -> None:
        self._writer.close()
        self._file.close()


class _NoFile:
    def write(self, rows: object) -> None:
        """Keep nothing."""


def ids_of(kind: str, rows: pa.RecordBatch) -> tuple[Any, Any]:
    """Give the hashes of a run's record ids: of the period, and of rows that only count."""
    hashes = rows["id_hash"].to_numpy()
    if kind == "plain":
        return hashes, hashes[:0]
    if kind == "limited":
        counting = rows["counting_only"].to_numpy() != 0
        return hashes[~counting], hashes[counting]
    kinds = rows["kind"].to_numpy()
    return hashes[kinds == IN_PERIOD], hashes[kinds == COUNTING]
