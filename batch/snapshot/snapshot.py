"""Snapshot: one period's frozen input, immutable columns in a folder named by digest.

```
manifest.json               period, schema version, counts, logical digests; beside them the hashes of the files
tables/<name>.parquet       the typed reference tables
history.parquet             published pay and statement lines of the year's earlier periods, of a settlement's own too
history_work.parquet        the same periods' services and points; history_figures.parquet what they reported
hot/00000.arrow ...         what pricing reads, coded and narrow, in order of (owner, date, record_id, staff)
records/00000.parquet ...   record ids and values of the same rows in the same order
limited/00000.arrow ...     rows of items with a limit, in order of (patient, item, date, record_id of the service)
limited_records/00000.parquet ...
rejected.parquet            rows refused, in order of (record_id, staff, copy)
record_ids.u64              sorted hashes of the ids of all rows of the month, beside the digest
```

Files are opened one after another and closed again, so that memory does not grow with the number of records.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from batch.content_digest import TableDigest, digest_of
from batch.snapshot.codes import Coding
from batch.snapshot.period_rows import PeriodRows
from batch.snapshot.record_ids import RECORD_IDS, RecordIds
from batch.snapshot.record_months import RecordMonths
from batch.snapshot.schemas import BATCH_ROWS, HISTORY, MANIFEST, NEWEST, SCHEMA_VERSION
from batch.snapshot.table_rows import TableRows
from payengine.errors import IntegrityBroken, Problem, Refused, UsageError
from payengine.periods import Period
from payengine.texts import say


@dataclass(frozen=True)
class Part:
    """Arrow file of hot or limited rows."""

    path: Path
    rows: int

    @contextmanager
    def open(self) -> Iterator[pa.ipc.RecordBatchFileReader]:
        """Open the file's record batches (of 65,536 rows), memory-mapped.

        The map ends when the last array is dropped.
        """
        with pa.memory_map(str(self.path)) as source, pa.ipc.open_file(source) as reader:
            yield reader


class Snapshot:
    """Frozen period, opened to read."""

    def __init__(self, path: Path, manifest: dict[str, Any]) -> None:
        self.path = path
        self.manifest = manifest

    @classmethod
    def open(cls, path: Path) -> Snapshot:
        """Open a snapshot folder; a folder that is none, or of a newer version, is refused."""
        try:
            manifest = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
            version = manifest["schema"]
            manifest["logical"], manifest["digest"], manifest["files"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise Refused(say("{path} is not a snapshot: {why}", path=path, why=error)) from error
        if version != SCHEMA_VERSION:
            raise Refused(
                say("snapshot {path} has schema version {version}", path=path, version=version),
                remedy=say(
                    "This payengine reads version {known}: freeze again, or use a newer one.", known=SCHEMA_VERSION
                ),
            )
        return cls(path, manifest)

    @property
    def logical(self) -> dict[str, Any]:
        """Content that the digest covers."""
        return self.manifest["logical"]  # type: ignore[no-any-return]

    @property
    def digest(self) -> str:
        return str(self.manifest["digest"])

    @property
    def period(self) -> Period:
        return Period.parse(self.logical["period"])

    @property
    def counts(self) -> dict[str, Any]:
        """Service records by outcome; see docs/input.md."""
        return self.logical["counts"]  # type: ignore[no-any-return]

    @property
    def absent_tables(self) -> list[str]:
        """Optional tables that the source did not have; they count as empty."""
        return list(self.logical["absent_tables"])

    @property
    def table_rows(self) -> dict[str, TableRows]:
        """Rows of each table that the source had: read, of the period, kept in the snapshot.

        Nothing of a snapshot whose freeze did not note them.
        """
        noted = self.manifest.get("frozen", {}).get("tables", {})
        return {name: TableRows(**counts) for name, counts in noted.items()}

    @property
    def record_months(self) -> RecordMonths | None:
        """Rows of service_record that the source had, by month; None where it was not kept."""
        noted = self.manifest.get("frozen", {}).get("record_months")
        return None if noted is None else RecordMonths(**noted)

    @property
    def period_rows(self) -> PeriodRows:
        """Number and digest of the source's rows by table and period; empty if not kept."""
        return self.manifest.get("frozen", {}).get("period_rows", {})  # type: ignore[no-any-return]

    def record_ids(self) -> RecordIds | None:
        """Map the hashes of its record ids; None where the freeze kept none.

        `IntegrityBroken` if the file is not as it was written.
        """
        told = self.manifest["files"].get(RECORD_IDS)
        if told is None:
            return None
        try:
            found = RecordIds.open(self.path / RECORD_IDS)
        except (OSError, ValueError) as error:
            raise IntegrityBroken(
                say("snapshot {path} is not what was frozen", path=self.path), [Problem(str(error), RECORD_IDS)]
            ) from error
        return found

    @property
    def normalised(self) -> dict[str, dict[str, int]]:
        """Dates and numbers that the source wrote otherwise than plainly, by table and column."""
        return dict(self.manifest["frozen"].get("normalised", {}))

    @property
    def warnings(self) -> list[str]:
        """Warnings of the freeze, in the language it was frozen in."""
        return list(self.manifest["warnings"])

    def table(self, name: str) -> pa.Table:
        """Read a typed reference table, in the canonical order of its key."""
        return _read_parquet(self.path / "tables" / f"{name}.parquet")

    def tables(self) -> dict[str, pa.Table]:
        return {name: self.table(name) for name in self.logical["tables"]}

    def history(self) -> pa.Table:
        """Read published pay and statement lines of the year's earlier periods.

        They are as they stood at the freeze.

        A settlement's history holds its own months, quarters and half-years too. Texts are dictionaries: there are
        many lines, of few texts.
        """
        texts = [field.name for field in HISTORY if pa.types.is_string(field.type)]
        with pq.ParquetFile(self.path / "history.parquet", read_dictionary=texts) as file:
            return file.read().unify_dictionaries().combine_chunks()

    def history_work(self) -> pa.Table:
        """Read services and points of the same periods, by engagement and category.

        Without an engagement they are the institution's.
        """
        return pq.ParquetFile(self.path / "history_work.parquet").read()

    def history_figures(self) -> pa.Table:
        """Read the figures that the same periods reported of institutions and of the run."""
        return pq.ParquetFile(self.path / "history_figures.parquet").read()

    @cached_property
    def coding(self) -> Coding:
        names = ("institution", "staff", "engagement", "service_item", "difficulty")
        return Coding.of({name: self.table(name) for name in names})

    @property
    def hot_dtypes(self) -> dict[str, str]:
        """Width of each hot column: engagement, item_row, difficulty_row, amount."""
        return {column["name"]: column["type"] for column in self.logical["hot"]["columns"]}

    def hot_parts(self) -> list[Part]:
        return self._parts("hot")

    def limited_parts(self) -> list[Part]:
        return self._parts("limited")

    def records_parts(self) -> list[Path]:
        """List the files of record ids, row for row those of `hot_parts`."""
        return [self.path / "records" / f"{number:05}.parquet" for number in range(len(self.hot_parts()))]

    def limited_records_parts(self) -> list[Path]:
        return [self.path / "limited_records" / f"{number:05}.parquet" for number in range(len(self.limited_parts()))]

    def rejected(self) -> Iterator[pa.RecordBatch]:
        """Read the rejected rows, in order of (record_id, staff, copy)."""
        with pq.ParquetFile(self.path / "rejected.parquet", pre_buffer=False) as file:
            yield from file.iter_batches(BATCH_ROWS)

    def _parts(self, folder: str) -> list[Part]:
        rows = self.manifest["parts"][folder]
        return [Part(self.path / folder / f"{number:05}.arrow", count) for number, count in enumerate(rows)]

    def verify(self) -> None:
        """Compare files with their hashes and columns with their digests.

        `IntegrityBroken` lists what differs.
        """
        self.verify_files()
        self._raise(list(self._broken_columns()))

    def verify_files(self) -> None:
        """Compare files with their hashes, and the manifest with its digest.

        `IntegrityBroken` lists what differs.
        """
        self._raise(list(self._broken_files()))

    def _raise(self, problems: list[Problem]) -> None:
        if problems:
            raise IntegrityBroken(
                say("snapshot {path} is not what was frozen", path=self.path), problems,
                say("Restore the folder from a copy, or freeze the period again."),
            )  # fmt: skip

    def _broken_files(self) -> Iterator[Problem]:
        if digest_of(self.logical) != self.digest:
            yield Problem(say("the manifest does not match its digest"), MANIFEST)
        stated = self.manifest["files"]
        present = {file.relative_to(self.path).as_posix() for file in self.path.rglob("*") if file.is_file()}
        for name in sorted(present - set(stated) - {MANIFEST}):
            yield Problem(say("this file does not belong to the snapshot"), name)
        for name, told in stated.items():
            if name not in present:
                yield Problem(say("this file is missing"), name)
            elif file_hash(self.path / name) != told["sha256"]:
                yield Problem(say("this file was changed"), name)

    def _broken_columns(self) -> Iterator[Problem]:
        for name, batches in self._logical_tables():
            told = self.logical["tables"][name[7:]] if name.startswith("tables/") else self.logical[name]
            digest = None
            for batch in batches:
                digest = digest or TableDigest(batch.schema)
                digest.update(batch)
            found = digest.describe() if digest else {"rows": 0}
            if found["rows"] != told["rows"] or (digest and found["columns"] != told["columns"]):
                yield Problem(say("the rows do not match their digest"), name)

    def _logical_tables(self) -> Iterator[tuple[str, Iterator[pa.RecordBatch]]]:
        """Read every table that the digest covers, by its name in the manifest."""
        for table in self.logical["tables"]:
            yield f"tables/{table}", _parquet_batches([self.path / "tables" / f"{table}.parquet"])
        for name in ("history", "history_work", "history_figures"):
            yield name, _parquet_batches([self.path / f"{name}.parquet"])
        yield "rejected", _parquet_batches([self.path / "rejected.parquet"])
        yield "records", _parquet_batches(self.records_parts())
        yield "limited_records", _parquet_batches(self.limited_records_parts())
        yield "hot", _arrow_batches(self.hot_parts())
        yield "limited", _arrow_batches(self.limited_parts())


def find_snapshot(snapshots: Path, period: Period, digest: str = "") -> Snapshot:
    """Find a period's snapshot: the one frozen last, or the one of this digest.

    `digest` may be the beginning of one, if no other begins so.
    """
    folder = snapshots / str(period)
    if not digest:
        try:
            digest = (folder / NEWEST).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise UsageError(
                say("{period} has not been frozen", period=period),
                remedy=say("Run: payengine freeze {period}", period=period),
            ) from error
        return Snapshot.open(folder / digest)
    found = sorted(entry.name for entry in folder.glob("*") if entry.is_dir() and entry.name.startswith(digest))
    if len(found) != 1:
        known = sorted(entry.name[:12] for entry in folder.glob("*") if entry.is_dir())
        raise UsageError(
            say("{n} snapshots of {period} begin with {digest}", n=len(found), period=period, digest=digest),
            remedy=say("There are: {names}", names=", ".join(known) or say("none")),
        )
    return Snapshot.open(folder / found[0])


def file_hash(path: Path) -> str:
    """Hash a file's bytes by SHA-256."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read_parquet(path: Path) -> pa.Table:
    with pq.ParquetFile(path) as file:
        return file.read()


def _parquet_batches(paths: list[Path]) -> Iterator[pa.RecordBatch]:
    for path in paths:
        with pq.ParquetFile(path, pre_buffer=False) as file:
            yield from file.iter_batches(BATCH_ROWS)


def _arrow_batches(parts: list[Part]) -> Iterator[pa.RecordBatch]:
    for part in parts:
        with part.open() as reader:
            for number in range(reader.num_record_batches):
                yield reader.get_batch(number)
