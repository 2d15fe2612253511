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
summaries.parquet           of the rows of hot those that stand for several services, if there are any
rejected.parquet            rows refused, in order of (record_id, staff, copy)
record_ids.u64              sorted hashes of the ids of all rows of the month, beside the digest
```

Files are opened one after another and closed again, so that memory does not grow with the number of records.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from batch.snapshot import verification
from batch.snapshot.layout import BATCH_ROWS, MANIFEST, NEWEST, READABLE, RECORD_IDS, SCHEMA_VERSION
from batch.snapshot.record_months import RecordMonths
from batch.snapshot.table_rows import LongerRows, TableRows
from batch.snapshot.verification import DIGEST, damage, file_hash, is_link
from payengine.errors import IntegrityBroken, Problem, Refused, UsageError
from payengine.periods import Period
from payengine.system_errors import in_words
from payengine.texts import all_said_again, joined, say

if TYPE_CHECKING:
    import pyarrow as pa

    from batch.snapshot.codes import Coding
    from batch.snapshot.period_rows import PeriodRows
    from batch.snapshot.record_ids import RecordIds

LARGEST_MANIFEST = 256 * 2**20  # bytes; a month of 10,000,000 records has about 60,000


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
        import pyarrow as pa

        with pa.memory_map(str(self.path)) as source, pa.ipc.open_file(source) as reader:
            yield reader


class Snapshot:
    """Frozen period, opened to read."""

    def __init__(self, path: Path, manifest: dict[str, Any]) -> None:
        self.path = path
        self.manifest = manifest

    @classmethod
    def open(cls, path: Path) -> Snapshot:
        """Open a snapshot folder; one that is not there, or of a newer version, is refused.

        `IntegrityBroken` for a manifest that is missing or is none. What it says is not compared with its digest:
        `stored` does that.
        """
        if not path.is_dir():
            raise Refused(say("{path} is not a snapshot: {why}", path=path, why=say("there is no such folder")))
        manifest = _manifest(path)
        version = manifest["schema"]
        if version not in READABLE:
            raise Refused(
                say("snapshot {path} has schema version {version}", path=path, version=version),
                remedy=say(
                    "This payengine reads versions up to {known}: freeze the period again (payengine month PERIOD), "
                    "or use a newer payengine.",
                    known=SCHEMA_VERSION,
                ),
            )
        return cls(path, manifest)

    @classmethod
    def stored(cls, snapshots: Path, period: Period, digest: str) -> Snapshot:
        """Open a period's snapshot by its whole digest.

        `IntegrityBroken` for a folder whose name, manifest and period do not agree, or that holds links; `Refused` for
        one that is no snapshot or of another version.
        """
        path = snapshots / str(period) / digest
        if is_link(path.parent):
            raise IntegrityBroken(
                say("snapshot {path} is not what was frozen", path=path),
                [Problem(say("is a link; a snapshot holds files and folders only"), path.parent.name)],
            )
        snapshot = cls.open(path)
        problems = list(verification.broken_manifest(snapshot))
        snapshot._raise(problems or list(verification.broken_identity(snapshot, period)))
        return snapshot

    @classmethod
    def if_here(cls, snapshots: Path, period: Period, digest: str) -> Snapshot | None:
        """Open it as `stored` does; None where it is not here, or is of another version."""
        try:
            return cls.stored(snapshots, period, digest)
        except Refused:
            return None

    @classmethod
    def if_sound(cls, snapshots: Path, period: Period, digest: str) -> Snapshot | None:
        """Open it as `stored` does; None where it cannot be used, damaged ones included."""
        try:
            return cls.if_here(snapshots, period, digest)
        except IntegrityBroken:
            return None

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
    def period_rows(self) -> PeriodRows | None:
        """Number and digest of the source's rows by table and period; None if not kept."""
        return self.manifest.get("frozen", {}).get("period_rows")  # type: ignore[no-any-return]

    def record_ids(self) -> RecordIds | None:
        """Map the hashes of its record ids; None where the freeze kept none.

        `IntegrityBroken` if the file is not as it was written: of another hash, out of order, or without the rows that
        the digest's counts name.
        """
        from batch.snapshot.record_ids import RecordIds

        told = self.manifest["files"].get(RECORD_IDS)
        if told is None:
            return None
        file = self.path / RECORD_IDS
        try:
            whole = file_hash(file) == told["sha256"]
            found = RecordIds.open(file) if whole else None
        except FileNotFoundError:
            self._raise([Problem(say("this file is missing"), RECORD_IDS)])
        except (OSError, ValueError) as error:
            self._raise([Problem(say("cannot be read: {why}", why=in_words(error)), RECORD_IDS)])
        if found is None or found.hashes.size < self.counts.get("dated_in_period", 0) or not found.is_ascending:
            self._raise([Problem(say("this file was changed"), RECORD_IDS)])
        return found

    @property
    def longer_rows(self) -> list[LongerRows]:
        """Rows of longer periods around this one: (table, name, period, number of rows)."""
        noted = self.manifest.get("frozen", {}).get("longer", [])
        return [(str(table), str(name), str(period), int(rows)) for table, name, period, rows in noted]

    @property
    def normalised(self) -> dict[str, dict[str, int]]:
        """Dates and numbers that the source wrote otherwise than plainly, by table and column."""
        return dict(self.manifest["frozen"].get("normalised", {}))

    @property
    def mapped(self) -> dict[str, Any]:
        """Give the office's own names and codes that were read as ours.

        `columns` by table and our name; `values` by table and column as (own code, ours, values); `items` as (own code,
        item, records), the most frequent first. Each may be missing.
        """
        return dict(self.manifest.get("frozen", {}).get("mapped", {}))

    @property
    def last_days(self) -> dict[str, int]:
        """Ends of intervals that were given as the last day inside and converted, by table."""
        return dict(self.manifest["frozen"].get("last_days", {}))

    @property
    def notes(self) -> list[str]:
        """Words on how the source was read, in the language in use."""
        frozen = self.manifest.get("frozen", {})
        return all_said_again(frozen.get("notes", []), frozen.get("notes_said"))

    @property
    def same_rows(self) -> dict[str, Any]:
        """Equal rows under different record ids: how many, by item, the first pairs.

        Empty if there are none.
        """
        return dict(self.manifest.get("frozen", {}).get("same_rows", {}))

    @property
    def warnings(self) -> list[str]:
        """Warnings of the freeze, in the language in use.

        They are in that of the freeze where an earlier version kept them.
        """
        return all_said_again(self.manifest["warnings"], self.manifest.get("frozen", {}).get("said"))

    def table(self, name: str) -> pa.Table:
        """Read a typed reference table, in the canonical order of its key."""
        return self._read_table(name)

    def _read_table(self, name: str, columns: list[str] | None = None) -> pa.Table:
        return _read_parquet(self.path / "tables" / f"{name}.parquet", columns)

    def tables(self) -> Mapping[str, pa.Table]:
        """Read the reference tables, each when it is asked for; see `reference_tables`."""
        from batch.snapshot.reference_tables import ReferenceTables

        return ReferenceTables(list(self.logical["tables"]), self._narrow_table)

    def _narrow_table(self, name: str) -> pa.Table:
        """Read a reference table, its repeated texts as dictionaries."""
        from batch.snapshot.reference_tables import REPEATED

        if name not in REPEATED:
            return self.table(name)
        return _read_parquet(self.path / "tables" / f"{name}.parquet", None, REPEATED[name])

    def history(self) -> pa.Table:
        """Read published pay and statement lines of the year's earlier periods.

        They are as they stood at the freeze.

        A settlement's history holds its own months, quarters and half-years too. Texts are dictionaries: there are
        many lines, of few texts.
        """
        import pyarrow as pa

        blocks = list(self.history_blocks())
        return pa.concat_tables(blocks).unify_dictionaries().combine_chunks()

    def history_blocks(self) -> Iterator[pa.Table]:
        """Read the lines of `history` some at a time.

        All those of a large county's year do not fit in memory. There is a block without rows, if there are no lines.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        from batch.snapshot.schemas import HISTORY, HISTORY_GROUPS

        texts = [field.name for field in HISTORY if pa.types.is_string(field.type)]
        path = self.path / "history.parquet"
        with _reading(path), pq.ParquetFile(path, read_dictionary=texts) as file:
            groups = range(file.num_row_groups)
            for first in range(0, max(len(groups), 1), HISTORY_GROUPS):
                block = file.read_row_groups(list(groups[first : first + HISTORY_GROUPS]))
                yield block.unify_dictionaries().combine_chunks()

    def history_work(self) -> pa.Table:
        """Read services and points of the same periods, by engagement and category.

        Without an engagement they are the institution's. Empty where the freeze kept none (`keeps_past_work`).
        """
        if not self.keeps_past_work:
            from batch.snapshot.schemas import HISTORY_WORK

            return HISTORY_WORK.empty_table()
        return _read_parquet(self.path / "history_work.parquet")

    def history_figures(self) -> pa.Table:
        """Read the figures that the same periods reported of institutions and of the run.

        Empty where the freeze kept none (`keeps_past_work`).
        """
        if not self.keeps_past_work:
            from batch.snapshot.schemas import HISTORY_FIGURES

            return HISTORY_FIGURES.empty_table()
        return _read_parquet(self.path / "history_figures.parquet")

    def summaries(self) -> pa.Table | None:
        """Read the priced rows that stand for several services each; None where there are none."""
        return _read_parquet(self.path / "summaries.parquet") if "summaries" in self.logical else None

    @property
    def keeps_past_work(self) -> bool:
        """False for snapshots of the first format, without work and figures of the earlier periods."""
        return "history_work" in self.logical

    @cached_property
    def coding(self) -> Coding:
        from batch.snapshot.codes import Coding

        tables = {name: self._narrow_table(name) for name in ("engagement", "service_item", "difficulty")}
        codes = {name: self._read_table(name, ["code"]) for name in ("institution", "staff")}
        return Coding.of(tables | codes)

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
        import pyarrow.parquet as pq

        with pq.ParquetFile(self.path / "rejected.parquet", pre_buffer=False) as file:
            yield from file.iter_batches(BATCH_ROWS)

    def _parts(self, folder: str) -> list[Part]:
        rows = self.manifest["parts"][folder]
        return [Part(self.path / folder / f"{number:05}.arrow", count) for number, count in enumerate(rows)]

    def verify(self) -> None:
        """Compare the manifest, every file and every column with their digests.

        Files are hashed beside the reading of their columns. `IntegrityBroken` lists what differs: files, or else
        columns.
        """
        self._raise(list(verification.broken_manifest(self)))
        with ThreadPoolExecutor(1) as beside:
            hashed = beside.submit(lambda: list(verification.broken_hashes(self)))
            strange = list(verification.broken_structure(self))
            try:
                values = [] if strange else [*verification.broken_parts(self), *verification.broken_columns(self)]
            except Exception:
                self._raise(hashed.result())  # a changed file can make anything fail
                raise
        self._raise(_of_files(hashed.result(), strange))
        self._raise(values)

    def verify_files(self) -> None:
        """Compare files with their hashes, and the manifest with its digest.

        `IntegrityBroken` lists what differs.
        """
        self._raise(list(verification.broken_manifest(self)))
        self._raise(_of_files(list(verification.broken_hashes(self)), list(verification.broken_structure(self))))

    def verify_structure(self) -> None:
        """Compare the manifest with its digest, and the files' shapes with the manifest.

        Shapes are the files' own statements of rows and columns, so this takes no time that grows with the rows.
        `IntegrityBroken` lists what differs.
        """
        self._raise(list(verification.broken_manifest(self)))
        self._raise(list(verification.broken_structure(self)))

    def verify_manifest(self) -> None:
        """Compare the manifest with its digest, and look for links.

        `IntegrityBroken` lists what differs.
        """
        self._raise(list(verification.broken_manifest(self)))

    def verify_content(self, *, parts_by_hash: bool = False) -> None:
        """Compare every value that a run reads with its digest.

        The files that it does not read (record ids of rows that need no limit, their sorted hashes) are compared with
        their hashes; `parts_by_hash` those of coded rows too, which other processes read and know by their hashes.
        To be called after `verify_structure`.
        `IntegrityBroken` lists what differs.
        """
        used = [name for name in verification.tables_of(self) if name != "records"]
        by_hash = ["records", *(verification.ARROW if parts_by_hash else ())]
        with ThreadPoolExecutor(1) as beside:
            hashed = beside.submit(lambda: list(verification.broken_hashes(self, *by_hash)))
            problems = [*verification.broken_parts(self), *verification.broken_columns(self, used)]
        self._raise([*problems, *hashed.result()])

    @contextmanager
    def verified(self, *, parts_by_hash: bool = False) -> Iterator[None]:
        """Verify every value that a run reads beside the work inside the context.

        `parts_by_hash` as in `verify_content`.

        The files' shapes come first: no file is read by sizes that nobody has checked. `IntegrityBroken` at its end,
        or in the place of whatever the work raises: damaged files can make anything fail.
        """
        self.verify_structure()
        with ThreadPoolExecutor(1) as beside:
            checking = beside.submit(self.verify_content, parts_by_hash=parts_by_hash)
            try:
                yield
            except Exception:
                checking.result()
                raise
            checking.result()

    def verify_values(self) -> None:
        """Compare every value of every table with the digest that names the snapshot.

        So a file that was changed is found whatever the hashes say that stand beside it. `IntegrityBroken` lists what
        differs.
        """
        self.verify_structure()
        self._raise([*verification.broken_parts(self), *verification.broken_columns(self)])

    def verify_record_ids(self) -> None:
        """Compare the record ids of its kept rows with their digests.

        `IntegrityBroken` lists what differs.
        """
        self._raise(list(verification.broken_columns(self, ["records", "limited_records"])))

    def verify_tables(self, *names: str) -> None:
        """Compare some reference tables with their digests; `IntegrityBroken` lists what differs."""
        self._raise(list(verification.broken_columns(self, [f"tables/{name}" for name in names])))

    def _raise(self, problems: list[Problem]) -> None:
        if problems:
            raise IntegrityBroken(
                say("snapshot {path} is not what was frozen", path=self.path), problems,
                say("Restore the folder from a copy, or freeze the period again: payengine month PERIOD."),
            )  # fmt: skip


def _of_files(changed: list[Problem], strange: list[Problem]) -> list[Problem]:
    """Put together what is wrong with files; of a changed one its shape is not told, too."""
    told = {problem.where for problem in changed}
    return [*changed, *(problem for problem in strange if problem.where not in told)]


def find_snapshot(snapshots: Path, period: Period, digest: str = "") -> Snapshot:
    """Find a period's snapshot: the one frozen last, or the one of this digest.

    `digest` may be the beginning of one, if no other begins so.
    """
    folder = snapshots / str(period)
    known = sorted(entry.name for entry in folder.glob("*") if entry.is_dir() and DIGEST.fullmatch(entry.name))
    if not digest:
        if not (known or os.path.lexists(folder / NEWEST)):
            raise UsageError(
                say("{period} has not been frozen", period=period),
                remedy=say("Begin it with: payengine month {period}", period=period),
            )
        return Snapshot.stored(snapshots, period, pointed_to(folder / NEWEST))
    found = [name for name in known if name.startswith(digest)]
    if len(found) != 1:
        raise UsageError(
            say("{n} snapshots of {period} begin with {digest}", n=len(found), period=period, digest=digest),
            remedy=say("There are: {names}", names=joined(name[:12] for name in known) or say("none")),
        )
    return Snapshot.stored(snapshots, period, found[0])


def _manifest(path: Path) -> dict[str, Any]:
    """Read a manifest as far as its version can be told."""
    file = path / MANIFEST
    try:
        if file.stat().st_size > LARGEST_MANIFEST:
            raise ValueError(say("it is larger than {n} bytes", n=f"{LARGEST_MANIFEST:,}"))
        manifest = json.loads(file.read_text(encoding="utf-8"))
        shape = {"schema": int, "logical": dict, "digest": str, "files": dict}
        if not isinstance(manifest, dict) or not all(isinstance(manifest.get(key), shape[key]) for key in shape):
            raise ValueError(say("it lacks entries that every snapshot has"))
        if not _is_period(manifest["logical"].get("period")):
            raise ValueError(say("it lacks entries that every snapshot has"))
    except PermissionError as error:
        raise Refused(say("{path} cannot be read: {why}", path=file, why=in_words(error))) from error
    except (OSError, ValueError, RecursionError) as error:
        why: object = in_words(error) if isinstance(error, OSError) else error
        if isinstance(error, json.JSONDecodeError):  # whose words are English
            why = say("it is no JSON from line {line}, column {column} on", line=error.lineno, column=error.colno)
        elif isinstance(error, UnicodeDecodeError | RecursionError):
            why = say("it is no JSON")
        raise IntegrityBroken(
            say("snapshot {path} is not what was frozen", path=path),
            [Problem(say("cannot be read: {why}", why=why), MANIFEST)],
            say("Restore the folder from a copy, or freeze the period again: payengine month PERIOD."),
        ) from error
    return manifest


def _is_period(text: object) -> bool:
    try:
        return isinstance(text, str) and str(Period.parse(text)) == text
    except UsageError:
        return False


def pointed_to(pointer: Path) -> str:
    """Read the digest that a pointer names; it names nothing else, no path above all."""
    named = b""
    with suppress(FileNotFoundError, IsADirectoryError), pointer.open("rb") as file:
        named = file.read(100).removesuffix(b"\n").removesuffix(b"\r")
    text = named.decode("ascii", "replace")
    if is_link(pointer) or not DIGEST.fullmatch(text):
        raise IntegrityBroken(
            say("{path} does not name a snapshot", path=pointer),
            remedy=say("Freeze the period again (payengine month PERIOD), or name its snapshot with --snapshot."),
        )
    return text


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Tell damage of a file in words."""
    try:
        yield
    except damage() as error:
        why = " ".join((str(error) or type(error).__name__).split())[:160]
        raise IntegrityBroken(
            say("{path} cannot be read: {why}", path=path, why=why),
            remedy=say("Restore the folder from a copy, or freeze the period again: payengine month PERIOD."),
        ) from error


def _read_parquet(path: Path, columns: list[str] | None = None, repeated: Sequence[str] = ()) -> pa.Table:
    """Read a Parquet file, or some of its columns.

    Of the texts `repeated` those that it has are read as dictionaries.
    """
    import pyarrow.parquet as pq

    with _reading(path):
        there = set(pq.read_schema(path).names) if repeated else ()
    with _reading(path), pq.ParquetFile(path, read_dictionary=[name for name in repeated if name in there]) as file:
        table = file.read(columns)
        return table.unify_dictionaries() if repeated else table
