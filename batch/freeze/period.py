"""The freeze of one month, from the first row read to the snapshot in its place."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import duckdb
import pyarrow as pa

from batch.coding import Coding
from batch.freeze.faults import Faulty
from batch.freeze.folder import put_in_place, working_folder
from batch.freeze.ingest import Ingest, Spooled
from batch.freeze.lane import Lane
from batch.freeze.manifest import Described, counts, write_manifest
from batch.freeze.marks import MarkKey
from batch.freeze.order import KeptRows, limited_rows, write_hot, write_limited, write_rejected
from batch.freeze.parts import Files, write_table
from batch.freeze.patients import Deaths, Pseudonyms
from batch.freeze.reading import Reader
from batch.freeze.rules import Rules
from batch.freeze.sift import sift
from batch.freeze.sinks import Sinks
from batch.freeze.suspects import resolve_suspects
from batch.logical import Description
from batch.reference import Reference, check_reference
from batch.snapshot import HISTORY, Snapshot
from batch.sources import Binds, Source
from batch.tables import RECORD, REFERENCE
from payengine.errors import Problem, Refused, Unavailable, UsageError
from payengine.periods import MONTH, Period
from payengine.texts import say

if TYPE_CHECKING:
    from batch.ledger import History

Progress = Callable[[str, int, int], None]

SORT_MEMORY = "160MB"  # of DuckDB; the process then stays below 700 MB
SORT_THREADS = 2  # each needs its share of that memory
NOT_KEPT = ("patient",)  # who has died decides about rows; no list of patients enters a snapshot


def freeze_period(
    source: Source,
    period: Period,
    folder: Path,
    *,
    patient_key: bytes | None,
    privacy: str = "hmac",
    history: History | None = None,
    progress: Progress | None = None,
) -> Snapshot:
    """Freeze a month of `source` into `folder`/<period>/<digest>.

    `privacy` is "hmac" (patients are hashed with `patient_key`) or "as given" (the source gives pseudonyms); `history`
    holds the published lines of the year's earlier months. `Refused` with every problem of the input, `Unavailable`
    if the disk fails: nothing is frozen then.
    """
    if period.kind != MONTH:
        raise UsageError(
            say("{period} is not a month, and only months can be frozen", period=period),
            remedy=say("Give a month, for example {month}.", month=period.months()[-1]),
        )
    tell = progress or _silent
    pseudonyms = Pseudonyms(privacy, patient_key)
    with _frugal_memory():
        tell(say("reading the reference tables"), 0, 0)
        reference, problems = check_reference(source, period)
        if problems:
            _refuse(source, period, reference, problems, tell)
        with _disk_failures(folder), working_folder(folder) as working:
            finished = working / "snapshot"
            finished.mkdir()
            _freeze(source, period, working, finished, reference, pseudonyms, history, tell)
            return put_in_place(finished, folder)


def _freeze(
    source: Source, period: Period, working: Path, finished: Path, reference: Reference, pseudonyms: Pseudonyms,
    history: History | None, tell: Progress,
) -> None:  # fmt: skip
    rules = Rules.of(reference.tables)
    faulty = Faulty(lambda row: source.place(RECORD.name, row))
    spooled = Spooled.into(working)
    sinks = Sinks.into(working, rules)
    files: Files = {}
    try:
        key = MarkKey.fresh()
        ingest = Ingest(rules, pseudonyms, Deaths(reference.tables["patient"], key), key, spooled)
        reader = Reader(rules.coding, period, faulty)
        faulty.refuse(_read_records(source, period, reader, faulty, tell, ingest))
        spooled.close()
        pa.default_memory_pool().release_unused()
        with _sorter(working) as connection:
            tell(say("putting records together"), 0, 0)
            sifted = sift(spooled)
            resolve_suspects(spooled, sifted, rules, faulty, sinks, connection, working)
            sinks.close()
            tell(say("sorting limited items and rejections"), 0, 0)
            limited_parts, limited = write_limited(connection, finished, files, limited_rows(sifted, sinks), sinks)
            rejected = write_rejected(connection, finished, files, sinks)
            tell(say("sorting what is to be priced"), 0, 0)
            hot_parts, hot = write_hot(connection, finished, files, KeptRows(sifted, sinks), rules.coding)
    finally:
        spooled.close()
        sinks.close()
    lines, publications = _history(history)
    described = Described(
        tables=_write_tables(finished, reference, files),
        history=write_table(finished, "history.parquet", HISTORY, lines.to_batches(), files),
        rejected=rejected,
        columns=hot | limited,
        parts={"hot": hot_parts, "limited": limited_parts},
    )
    write_manifest(
        finished, period, pseudonyms.privacy, counts(spooled, sinks, described), described, reference.missing,
        publications, reference.warnings, source.name, reference.rows, files,
    )  # fmt: skip


def _read_records(
    source: Source, period: Period, reader: Reader, faulty: Faulty, tell: Progress, ingest: Ingest | None
) -> list[Problem]:
    """Read the records on this thread (a connection may belong to it), convert and code them on another.

    Without `ingest` only their faults are looked for. The problems of a source that cannot be read to its end.
    """

    def take(raw: pa.RecordBatch) -> None:
        batch = reader.read(raw)
        if batch is not None and ingest is not None:
            ingest.take(batch)

    with Lane(take) as lane:
        try:
            for raw in source.read(RECORD.name, Binds.of(period)):
                lane.put(raw)
                tell(say("reading service records"), faulty.rows_seen, 0)
        except Refused as broken:
            return list(broken.problems) or [Problem(broken.what, source.name)]
    return []


def _refuse(source: Source, period: Period, reference: Reference, problems: list[Problem], tell: Progress) -> NoReturn:
    """Refuse the reference tables, together with what cannot be read of the records."""
    faulty = Faulty(lambda row: source.place(RECORD.name, row))
    if RECORD.name in source.present() and not source.problems([RECORD]):
        reader = Reader(Coding.of(reference.tables), period, faulty)
        problems = problems + _read_records(source, period, reader, faulty, tell, None)
    faulty.refuse(problems)
    raise AssertionError("there were no problems")


def _write_tables(finished: Path, reference: Reference, files: Files) -> dict[str, Description]:
    described = {}
    for table in REFERENCE:
        if table.name not in NOT_KEPT:
            rows = reference.tables[table.name]
            place = f"tables/{table.name}.parquet"
            described[table.name] = write_table(finished, place, rows.schema, rows.to_batches(), files)
    return described


def _history(history: History | None) -> tuple[pa.Table, dict[str, Any]]:
    """The lines in the order of all their columns, and which publications they are of."""
    if history is None:
        return HISTORY.empty_table(), {"publications": [], "missing": []}
    lines = history.lines.select(HISTORY.names).cast(HISTORY)
    publications = [
        {"period": str(each.period), "revision": each.revision, "run": each.run} for each in history.publications
    ]
    publications.sort(key=lambda each: str(each["period"]))
    missing = sorted(str(month) for month in history.missing)
    return (
        lines.sort_by([(name, "ascending") for name in HISTORY.names]),
        {"publications": publications, "missing": missing},
    )


@contextmanager
def _sorter(working: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """DuckDB, on a file of the temporary folder and within a small memory."""
    spill = working / "spill"
    connection = duckdb.connect(
        working / "work.duckdb",
        config={
            "memory_limit": SORT_MEMORY,
            "threads": min(SORT_THREADS, os.cpu_count() or 1),
            "temp_directory": str(spill),
            "preserve_insertion_order": False,
        },
    )
    try:
        yield connection
    finally:
        with suppress(duckdb.Error):  # after a failure of the disk closing fails too
            connection.close()


@contextmanager
def _disk_failures(folder: Path) -> Iterator[None]:
    """What the disk refuses, in a user's words."""
    try:
        yield
    except (OSError, duckdb.IOException, duckdb.OutOfMemoryException, duckdb.FatalException) as error:
        raise Unavailable(
            say("the snapshot cannot be written to {folder}: {why}", folder=folder, why=str(error).splitlines()[0]),
            remedy=say("Nothing was frozen. Make room on the disk, or allow writing there, and run the command again."),
        ) from error


@contextmanager
def _frugal_memory() -> Iterator[None]:
    """Arrow's memory from the system's allocator meanwhile: its own keeps what it had when it was busiest (50 MB)."""
    before = pa.default_memory_pool()
    pa.set_memory_pool(pa.system_memory_pool())
    try:
        yield
    finally:
        pa.set_memory_pool(before)


def _silent(stage: str, done: int, total: int) -> None:
    """No progress is shown."""
