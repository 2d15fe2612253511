"""Freeze of one period, from the first row read to the snapshot in its place."""

from __future__ import annotations

import errno
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from batch import failpoints
from batch.arrow_columns import numbers
from batch.background import BackgroundWorker
from batch.content_digest import Description
from batch.file_access import PRIVATE, grant_all
from batch.freeze.empty_records import no_records
from batch.freeze.frugal_memory import frugal_memory, give_back
from batch.freeze.history_tables import begun_within, refuse_missing, remarks, write_history
from batch.freeze.mapping_notes import mapping_notes, mapping_warnings
from batch.freeze.part_reading import PartReading, Reading, Workers
from batch.freeze.records.ingest import Ingestion, RecordSpools
from batch.freeze.records.late_reversals import drop_unread_late
from batch.freeze.records.linked import resolve_linked
from batch.freeze.records.outputs import RecordOutputs
from batch.freeze.records.patients import Deaths, Pseudonyms
from batch.freeze.records.read import Batch, Reader
from batch.freeze.records.record_id_column import SortedIds, write_record_ids
from batch.freeze.records.record_rules import RecordRules
from batch.freeze.records.same_rows import SameRows
from batch.freeze.records.screen import screen_rows
from batch.freeze.records.summaries import Summaries
from batch.freeze.records.unknown_codes import unknown_codes
from batch.freeze.records.unreadable import UnreadableValues
from batch.freeze.records.write import KeptRows, write_hot, write_limited, write_rejected
from batch.freeze.reference.read import Reference, check_reference
from batch.freeze.row_counts import count_rows, record_rows
from batch.freeze.sorting.duckdb_sort import sorter
from batch.freeze.unread_files import unread_warnings
from batch.input_tables import NO_LIMIT, RECORD, REFERENCE, SUMMARY, Table
from batch.snapshot.codes import Coding
from batch.snapshot.manifest import HowRead, RecordTables, SnapshotTables, write_manifest
from batch.snapshot.part_writer import Files, write_table
from batch.snapshot.record_months import RecordMonths
from batch.snapshot.snapshot import Snapshot
from batch.snapshot.store import put_in_place, working_folder
from batch.snapshot.table_rows import TableRows
from batch.sources import Binds, Source
from batch.text_hashes import EMPTY_TEXT, HashKey
from payengine.errors import Problem, Refused, Unavailable
from payengine.periods import MONTH, OPEN, Period
from payengine.system_errors import in_words
from payengine.texts import say, word

if TYPE_CHECKING:
    from batch.ledger import History

Progress = Callable[[str, int, int], None]
TakeRows = Callable[[pa.RecordBatch], None]

# Who has died decides about rows, and no list of patients enters a snapshot; counts of services enter it as records.
NOT_KEPT = ("patient", SUMMARY.name)


def freeze_period(
    source: Source,
    period: Period,
    folder: Path,
    *,
    patient_key: bytes | None,
    privacy: str = "hmac",
    history: History | None = None,
    access: str = PRIVATE,
    reversing: TakeRows | None = None,
    first_period: Period | None = None,
    newest: bool = True,
    workers: Workers | None = None,
    progress: Progress | None = None,
) -> Snapshot:
    """Freeze a period of `source` into `folder`/<period>/<digest>.

    A month reads the service records; `privacy` is "hmac" (patients are hashed with `patient_key`) or "as given" (the
    source gives pseudonyms). A settlement reads none of them, and no patients. `history` is what the year's
    earlier periods gave, and for a settlement its own months; `access` says who may read what is written
    (`batch.file_access`); `reversing` takes, batch by batch, every row of the source that reverses another, whatever
    its date (schema `LINKED`); `first_period` is the office's first, where it began within a year; with `newest` the
    snapshot becomes the one that a run of the period takes. `workers` read the parts of the records, where the source
    has parts, to the same snapshot or the same refusal. `Refused` with every problem of the input, or
    every month of a settlement that is not published, `Unavailable` if the disk fails: nothing is frozen then.
    """
    tell = progress or _silent
    pseudonyms = Pseudonyms(privacy, patient_key) if period.kind == MONTH else None
    refuse_missing(period, history, first_period)
    first = begun_within(period, first_period)
    with frugal_memory():
        tell(say("reading the reference tables"), 0, 0)
        reference, problems = check_reference(source, period)
        failpoints.reached("freeze: tables are read")
        if problems:
            _refuse(source, period, reference, problems, tell)
        with _disk_failures(folder), working_folder(folder) as working:
            finished = working / "snapshot"
            finished.mkdir()
            files: Files = {}
            if pseudonyms is None:
                records = no_records(finished, Coding.of(reference.tables), files)
            else:
                parts = None
                if workers is not None:
                    parts = PartReading(workers, working, reference, privacy, patient_key)
                records = _freeze_records(
                    source, period, working, finished, reference, pseudonyms, files, tell, reversing, parts
                )
            unknown = () if pseudonyms is None else _unknown_codes(reference, finished)
            tables = _write_tables(finished, reference, files)
            described, publications = write_history(finished, history, files, first)
            warnings = (
                *source.warnings(), *reference.warnings, *remarks(period, history, first), *mapping_warnings(source),
            )  # fmt: skip
            failpoints.reached("freeze: before the manifest")
            write_manifest(
                finished, period, "" if pseudonyms is None else pseudonyms.privacy,
                SnapshotTables(tables, described, records), reference.missing, publications,
                (*warnings, *unknown, *unread_warnings(source)), source.name,
                reference.rows | _record_rows(records),
                _how_read(source, records.items_mapped, {**reference.normalised, **records.normalised}),
                reference.period_rows, reference.longer, files,
            )  # fmt: skip
            grant_all(finished, access)
            return put_in_place(finished, folder, newest=newest)


def _freeze_records(
    source: Source, period: Period, working: Path, finished: Path, reference: Reference, pseudonyms: Pseudonyms,
    files: Files, tell: Progress, reversing: TakeRows | None, parts: PartReading | None,
) -> RecordTables:  # fmt: skip
    """Read, check and sort the service records of a month."""
    rules = RecordRules.of(reference.tables)
    unreadable = UnreadableValues(lambda row: source.place(RECORD.name, row))
    spooled = RecordSpools.into(working, rules.coding.owners)
    outputs = RecordOutputs.into(working, rules)
    try:
        key = HashKey.fresh() if parts is None else parts.keys.hashes
        ingest = Ingestion(rules, pseudonyms, Deaths(reference.tables["patient"], key), key, spooled)
        item_map, counted = reference.item_map, reference.summaries
        reader = Reader(rules.coding, period, unreadable, source.date_system, item_map)
        summaries = None if counted is None else Summaries(counted.data, counted.problem, rules, period)
        of_parts = None
        if parts is not None:
            of_parts = partial(parts.read, source, period, Reading(reader, unreadable, ingest, spooled, summaries))
        problems = _read_records(source, period, reader, unreadable, tell, ingest, summaries, of_parts)
        unreadable.refuse(problems)
        summarised = None
        if summaries:
            summarised = summaries.write(finished, ingest.take(summaries.batch(), is_read=False), files)
        months = _months(source, period, reader)
        spooled.close()
        if reversing is not None:
            _hand_over(spooled, reversing)
        give_back()
        with ThreadPoolExecutor(1) as beside, sorter(working) as sorting:
            same = SameRows(rules.coding)
            others = beside.submit(same.note_others, spooled)
            tell(say("putting records together"), 0, 0)
            sorted_ids = SortedIds(working / "ids.sorted")
            screened, late = drop_unread_late(spooled, screen_rows(spooled, sorted_ids, working), unreadable, sorting)
            give_back()
            ids = beside.submit(write_record_ids, finished, sorted_ids, late, files)
            resolve_linked(screened, rules, outputs, sorting, working)
            outputs.close()
            give_back()
            failpoints.reached("freeze: while records are written")
            tell(say("sorting limited items and rejections"), 0, 0)
            limited_parts, limited = write_limited(sorting, working, finished, files, screened, outputs)
            rejected = write_rejected(sorting, working, finished, files, outputs)
            others.result()
            give_back()
            tell(say("sorting what is to be priced"), 0, 0)
            kept = KeptRows(screened, outputs, same)
            hot_parts, hot = write_hot(sorting, working, finished, files, kept, rules.coding)
            ids.result()
            found = same.told()
    finally:
        spooled.close()
        outputs.close()
    columns = hot | limited
    return RecordTables(
        count_rows(spooled, outputs, rejected, columns), rejected, columns,
        {"hot": hot_parts, "limited": limited_parts},
        {RECORD.name: reader.normalised.counts} if reader.normalised.counts else {}, found, months,
        [] if item_map is None else item_map.noted(), summarised,
    )  # fmt: skip


def _record_rows(records: RecordTables) -> dict[str, TableRows]:
    """Count the rows of the table of records; nothing of a settlement, which reads none."""
    if records.months is None:
        return {}
    kept = records.summaries["rows"] if records.summaries else 0
    return record_rows(records.counts, records.months.total, kept)


def _months(source: Source, period: Period, reader: Reader) -> RecordMonths:
    """Count the source's records by month, with those that the source passed over."""
    rows = Counter(reader.months.by_month())
    passed_over = source.months_passed_over(Binds.of(period), sum(rows.values()))
    rows.update(passed_over or {})
    query = source.query_facts(RECORD.name)
    return RecordMonths(dict(sorted(rows.items())), reader.limited_months.by_month(), passed_over is not None, query)


def _how_read(
    source: Source, items: Sequence[tuple[str, str, int]], normalised: Mapping[str, Mapping[str, int]]
) -> HowRead:
    """Put together what the parser and the source say about how values were written."""
    counts = {table: Counter(columns) for table, columns in normalised.items()}
    for table, columns in source.written_otherwise().items():
        counts.setdefault(table, Counter()).update(columns)
    return HowRead(counts, source.last_days(), tuple(source.notes()), mapping_notes(source, items))


def _hand_over(spooled: RecordSpools, reversing: TakeRows) -> None:
    for batch in spooled.linked.read():
        chosen = numbers(batch, "reverses_hash") != EMPTY_TEXT
        if chosen.any():
            reversing(batch.filter(pa.array(chosen)))


def _unknown_codes(reference: Reference, finished: Path) -> tuple[str, ...]:
    """List unknown codes under the table's name, which no kind of source changes."""
    rules = RecordRules.of(reference.tables)
    item_map = None if reference.item_map is None else reference.item_map.rows
    return tuple(unknown_codes(finished / "rejected.parquet", rules, word(RECORD.name), item_map))


def _read_records(
    source: Source,
    period: Period,
    reader: Reader,
    unreadable: UnreadableValues,
    tell: Progress,
    ingest: Ingestion | None,
    summaries: Summaries | None = None,
    of_parts: Callable[[Callable[[int], None]], bool] | None = None,
) -> list[Problem]:
    """Read the records on this thread, convert them on another and check them on a third.

    Or have others read their parts (`of_parts`).

    A connection may belong to the thread that opened it. Without `ingest` only their faults are looked for. Returns the
    problems of a source that cannot be read to its end.
    """

    def take(batch: Batch) -> None:
        if ingest is not None:
            ingest.take(batch)
            if summaries:
                summaries.note(batch)

    def read(raw: pa.RecordBatch) -> None:
        batch = reader.read(raw)
        if batch is not None:
            taking.put(batch)

    with BackgroundWorker(take) as taking, BackgroundWorker(read) as worker:
        try:
            are_read = of_parts is not None and of_parts(lambda rows: tell(say("reading service records"), rows, 0))
            for raw in () if are_read else source.read(RECORD.name, Binds.of(period)):
                worker.put(raw)
                failpoints.reached("freeze: while records are read")
                tell(say("reading service records"), unreadable.rows_seen, 0)
        except Refused as broken:
            return list(broken.problems) or [Problem(broken.what, source.name)]
    return [
        *source.missing_rows(RECORD.name, unreadable.rows_seen),
        *reader.cut_codes.problems(source.where(RECORD.name)),
        *(summaries.problems() if summaries else []),
    ]


def _refuse(source: Source, period: Period, reference: Reference, problems: list[Problem], tell: Progress) -> NoReturn:
    """Refuse the reference tables, together with what cannot be read of the records."""
    unreadable = UnreadableValues(lambda row: source.place(RECORD.name, row))
    if period.kind == MONTH and RECORD.name in source.present() and not source.problems([RECORD]):
        reader = Reader(Coding.of(reference.tables), period, unreadable, source.date_system)
        problems = problems + _read_records(source, period, reader, unreadable, tell, None)
    unreadable.refuse(problems)
    raise AssertionError("there were no problems")


def _write_tables(finished: Path, reference: Reference, files: Files) -> dict[str, Description]:
    described = {}
    for table in REFERENCE:
        if table.name not in NOT_KEPT and (table.name in reference.rows or not table.kept_if_given):
            rows = _without_defaults(table, reference.tables[table.name])
            place = f"tables/{table.name}.parquet"
            described[table.name] = write_table(finished, place, rows.schema, rows.to_batches(), files)
    return described


def _without_defaults(table: Table, rows: pa.Table) -> pa.Table:
    """Leave out the optional columns that say in no row more than their absence would.

    So a source that has such a column and one that lacks it freeze to the same snapshot.
    """
    for column in table.columns:
        if column.optional:
            default = pa.scalar(column.default == "yes" if column.kind == "flag" else column.default)
            if column.kind == "open":
                default = pa.scalar(OPEN, pa.int32())
            if column.kind == "count":
                default = pa.scalar(NO_LIMIT, pa.int64())
            if pc.all(pc.equal(rows[column.name], default)).as_py() is not False:
                rows = rows.drop_columns([column.name])
    return rows


@contextmanager
def _disk_failures(folder: Path) -> Iterator[None]:
    """Turn failures of the disk into `Unavailable`, in a user's words."""
    try:
        yield
    except (OSError, duckdb.IOException, duckdb.OutOfMemoryException, duckdb.FatalException) as error:
        if isinstance(error, OSError) and error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise Unavailable(
                say("the workspace cannot be written: {folder}: {why}", folder=folder, why=in_words(error)),
                remedy=say(
                    "Nothing was frozen. runs, show and export work on what is there; "
                    "to freeze, allow this user to write, or copy the workspace to where that is allowed."
                ),
            ) from error
        raise Unavailable(
            say("the snapshot cannot be written to {folder}: {why}", folder=folder, why=str(error).splitlines()[0]),
            remedy=say("Nothing was frozen. Make room on the disk, or allow writing there, and run the command again."),
        ) from error


def _silent(stage: str, done: int, total: int) -> None:
    """Show no progress."""
