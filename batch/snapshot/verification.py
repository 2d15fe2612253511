"""Verification of a snapshot against the digest that names it.

Three steps, each trusting only what the one before has shown:

1. `broken_manifest`: the manifest's digest, the folder's name and the period agree; no link leads out of the folder.
   From here on the manifest's row counts and schemas are what was frozen.
2. `broken_structure`: the files are those of the manifest, and each holds the rows and columns stated there. Only the
   files' own directories are read, so a file that claims other sizes is never read in full.
3. `broken_columns`: the values have the digests stated. It streams, and runs beside the pricing.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from batch.background import BackgroundWorker
from batch.content_digest import TableDigest, digest_of
from batch.input_tables import BY_NAME
from batch.snapshot.layout import BATCH_ROWS, MANIFEST, RECORD_IDS
from batch.snapshot.record_months import RecordMonths
from batch.snapshot.table_rows import TableRows
from payengine.errors import Problem
from payengine.texts import say

if TYPE_CHECKING:
    import pyarrow as pa

DIGEST = re.compile(r"[0-9a-f]{64}")
HISTORIES = ("history", "history_work", "history_figures")
ARROW = {"hot": "records", "limited": "limited_records"}  # what pricing reads; beside each, the record ids
_TABLE = re.compile(r"[a-z][a-z_]*")


def damage() -> tuple[type[Exception], ...]:
    """List all that Arrow, Parquet and NumPy raise for bytes that are no file of theirs."""
    import pyarrow as pa

    return (
        OSError, pa.ArrowException, ValueError, KeyError, TypeError, IndexError, OverflowError, MemoryError,
        AttributeError,
    )  # fmt: skip


class Snapshot(Protocol):
    """Part of an opened snapshot (`batch.snapshot.snapshot.Snapshot`) that is verified here."""

    path: Path
    manifest: dict[str, Any]

    @property
    def logical(self) -> dict[str, Any]:
        """Content that the digest covers."""

    @property
    def digest(self) -> str:
        """Digest that the manifest states."""


def broken_manifest(snapshot: Snapshot) -> Iterator[Problem]:
    """List what makes a manifest unfit to say what the files must hold."""
    yield from _links(snapshot.path)
    if not _is_complete(snapshot.manifest):
        yield Problem(say("is damaged"), MANIFEST)
    elif _digest(snapshot.logical) != snapshot.digest:
        yield Problem(say("the manifest does not match its digest"), MANIFEST)


def _digest(logical: Mapping[str, Any]) -> str:
    """Compute a manifest's digest; '' of what no freeze writes, like half a character."""
    try:
        return digest_of(logical)
    except (ValueError, TypeError, RecursionError):
        return ""


def broken_identity(snapshot: Snapshot, period: object) -> Iterator[Problem]:
    """List what a stored snapshot is that its place does not say."""
    if snapshot.digest != snapshot.path.name:
        yield Problem(say("the folder's name is not the digest of the manifest"), MANIFEST)
    if snapshot.logical["period"] != str(period):
        told = say("is a snapshot of {found}, not of {period}", found=snapshot.logical["period"], period=period)
        yield Problem(told, MANIFEST)


def broken_structure(snapshot: Snapshot) -> Iterator[Problem]:
    """List files that are missing, strange, or of another shape than the manifest says."""
    names = {name for table in tables_of(snapshot) for name in _files(snapshot, table)}
    present = {file.relative_to(snapshot.path).as_posix() for file in snapshot.path.rglob("*") if file.is_file()}
    beside = {MANIFEST, *({RECORD_IDS} & set(snapshot.manifest["files"]))}
    for name in sorted(present - names - beside):
        yield Problem(say("this file does not belong to the snapshot"), name)
    for name in sorted(names - present):
        yield Problem(say("this file is missing"), name)
    if names <= present:
        for table in tables_of(snapshot):
            yield from _shape(snapshot, table)


def broken_hashes(snapshot: Snapshot, *only: str) -> Iterator[Problem]:
    """List files whose bytes are not those that were written: of all tables, or of those named."""
    names = [name for table in only or tables_of(snapshot) for name in _files(snapshot, table)]
    if (not only or "records" in only) and RECORD_IDS in snapshot.manifest["files"]:  # of no digest, but compared
        names.append(RECORD_IDS)
    for name in names:
        file = snapshot.path / name
        told = snapshot.manifest["files"].get(name)
        if name == RECORD_IDS and not file.is_file():
            yield Problem(say("this file is missing"), name)
        elif file.is_file() and (told is None or file_hash(file) != told["sha256"]):
            yield Problem(say("this file was changed"), name)


def broken_columns(snapshot: Snapshot, only: Sequence[str] = ()) -> Iterator[Problem]:
    """List tables whose values do not have their digests: all, or those named."""
    for table in only or tables_of(snapshot):
        told = described(snapshot, table)
        try:
            found = _description(_batches(snapshot, table))
        except damage() as error:
            yield _unreadable(table, error)
            continue
        if found["rows"] != told["rows"] or (found["columns"] or told["columns"]) != told["columns"]:
            yield Problem(say("the rows do not match their digest"), table)


def _description(batches: Iterator[pa.RecordBatch]) -> Mapping[str, Any]:
    """Describe a table as the manifest does, without columns if it has no batch.

    Rows are read while those before them are digested.
    """
    digests: list[TableDigest] = []

    def update(batch: pa.RecordBatch) -> None:
        if not digests:
            digests.append(TableDigest(batch.schema))
        digests[0].update(batch)

    with BackgroundWorker(update) as worker:
        for batch in batches:
            worker.put(batch)
    return digests[0].describe() if digests else {"rows": 0, "columns": []}


def broken_parts(snapshot: Snapshot) -> Iterator[Problem]:
    """List patients whose limited rows are divided among files.

    A limit would count them anew in the next file. The digests are of all files together, so they do not tell where one
    file ends.
    """
    import pyarrow as pa

    before: Any = None
    for name in _files(snapshot, "limited"):
        try:
            with pa.memory_map(str(snapshot.path / name)) as source, pa.ipc.open_file(source) as reader:
                numbers = [n for n in range(reader.num_record_batches) if reader.get_batch(n).num_rows]
                if not numbers:
                    continue
                first, last = (reader.get_batch(numbers[end]) for end in (0, -1))
                ends = [
                    tuple(batch.column(column)[row].as_py() for column in ("patient_hi", "patient_lo", "has_patient"))
                    for batch, row in ((first, 0), (last, last.num_rows - 1))
                ]
        except damage() as error:
            yield _unreadable(name, error)
            continue
        if before == ends[0] and before[2]:
            yield Problem(say("a patient's rows are divided among two files"), name)
        before = ends[1]


def described(snapshot: Snapshot, table: str) -> Mapping[str, Any]:
    """Return what the manifest says of a table, by its name there."""
    logical = snapshot.logical
    return logical["tables"][table[7:]] if table.startswith("tables/") else logical[table]  # type: ignore[no-any-return]


def is_link(path: Path) -> bool:
    """Tell if a path is a symbolic link, or a junction (which Python knows from 3.12 on)."""
    junction: Callable[[Path], bool] = getattr(os.path, "isjunction", lambda _: False)
    return path.is_symlink() or junction(path)


def file_hash(path: Path) -> str:
    """Hash a file's bytes by SHA-256."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def tables_of(snapshot: Snapshot) -> list[str]:
    """Name every table that the digest covers; what pricing waits for comes last."""
    kept = [f"tables/{name}" for name in snapshot.logical["tables"]]
    summaries = ["summaries"] if "summaries" in snapshot.logical else []
    return [
        *kept, *_histories(snapshot.logical), *summaries, "rejected", "records", "limited_records", "hot", "limited",
    ]  # fmt: skip


def _histories(logical: Mapping[str, Any]) -> tuple[str, ...]:
    """Name the tables of earlier periods: all, or the first alone, as the first format has it."""
    return HISTORIES if set(HISTORIES[1:]) & logical.keys() else HISTORIES[:1]


def _files(snapshot: Snapshot, table: str) -> list[str]:
    """Name the files of a table, in order."""
    for arrow, ids in ARROW.items():
        if table in (arrow, ids):
            ending = "arrow" if table == arrow else "parquet"
            return [f"{table}/{number:05}.{ending}" for number in range(len(snapshot.manifest["parts"][arrow]))]
    return [f"{table}.parquet"]


def _shape(snapshot: Snapshot, table: str) -> Iterator[Problem]:
    """Compare rows and columns of a table's files with the manifest, by the files' directories."""
    told = described(snapshot, table)
    columns = [(column["name"], column["type"]) for column in told["columns"]]
    parts = next((snapshot.manifest["parts"][name] for name, ids in ARROW.items() if table in (name, ids)), None)
    rows = 0
    for number, name in enumerate(_files(snapshot, table)):
        try:
            found, named = _read_shape(snapshot.path / name)
        except damage() as error:
            yield _unreadable(name, error)
            continue
        rows += found
        if named != columns:
            yield Problem(say("the columns are not those that were frozen"), name)
        elif parts is not None and found != parts[number]:
            yield Problem(say("has {found} rows, not {told}", found=found, told=parts[number]), name)
    if parts is None and rows != told["rows"]:
        yield Problem(say("has {found} rows, not {told}", found=rows, told=told["rows"]), _files(snapshot, table)[0])
    elif parts is not None and sum(parts) != told["rows"]:
        yield Problem(say("has {found} rows, not {told}", found=sum(parts), told=told["rows"]), table)


def _read_shape(file: Path) -> tuple[int, list[tuple[str, str]]]:
    """Read a file's own statement of its rows, and of its columns' names and types."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if file.suffix == ".parquet":
        with pq.ParquetFile(file, pre_buffer=False) as parquet:
            groups = (parquet.metadata.row_group(number).num_rows for number in range(parquet.num_row_groups))
            return sum(groups), _named(parquet.schema_arrow)
    with pa.memory_map(str(file)) as source, pa.ipc.open_file(source) as reader:
        rows = 0
        for number in range(reader.num_record_batches):
            batch = reader.get_batch(number)
            batch.validate()  # that its buffers are as long as its rows need
            rows += batch.num_rows
        return rows, _named(reader.schema)


def _named(schema: pa.Schema) -> list[tuple[str, str]]:
    return [(field.name, str(field.type)) for field in schema]


def _batches(snapshot: Snapshot, table: str) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    for name in _files(snapshot, table):
        file = snapshot.path / name
        if file.suffix == ".parquet":
            with pq.ParquetFile(file, pre_buffer=False) as parquet:
                yield from parquet.iter_batches(BATCH_ROWS)
        else:
            with pa.memory_map(str(file)) as source, pa.ipc.open_file(source) as reader:
                for number in range(reader.num_record_batches):
                    yield reader.get_batch(number)


def _links(folder: Path) -> Iterator[Problem]:
    """List links and other things that are neither file nor folder, the folder itself included."""
    if is_link(folder):
        yield Problem(say("is a link; a snapshot holds files and folders only"), folder.name)
        return
    for place, folders, files in os.walk(folder):
        for name in sorted([*folders, *files]):
            entry = Path(place, name)
            if is_link(entry) or not (entry.is_file() or entry.is_dir()):
                what = say("is a link; a snapshot holds files and folders only")
                yield Problem(what, entry.relative_to(folder).as_posix())


def _is_complete(manifest: Mapping[str, Any]) -> bool:
    """Check that a manifest has every entry that a reader takes for granted, each of its type."""
    try:
        logical = manifest["logical"]
        others = (*_histories(logical), "rejected", *ARROW, *ARROW.values(), *({"summaries"} & logical.keys()))
        tables = [*logical["tables"].values(), *(logical[name] for name in others)]
        typed = [
            isinstance(logical["period"], str),
            isinstance(logical["counts"], dict),
            all(_TABLE.fullmatch(name) for name in (*logical["tables"], *logical["absent_tables"])),
            all(_is_count(table["rows"]) for table in tables),
            all(isinstance(column[k], str) for table in tables for column in table["columns"] for k in _COLUMN),
            all(isinstance(logical["history"][name], list) for name in ("publications", "missing")),
            all(isinstance(made[k], str) for made in logical["history"]["publications"] for k in ("period", "run")),
            _PERIOD.fullmatch(logical["history"].get("first_period", str(logical["period"]))) is not None,
            all(_is_count(rows) for name in ARROW for rows in manifest["parts"][name]),
            all(isinstance(told["sha256"], str) for told in manifest["files"].values()),
            all(isinstance(text, str) for text in manifest["warnings"]),
            all(_is_count(count) for noted in _notes(manifest["frozen"]) for count in noted.values()),
            all(_is_longer_row(row) for row in manifest["frozen"].get("longer", [])),
            *_notes_typed(manifest["frozen"]),
        ]
    except (KeyError, TypeError, AttributeError):
        return False
    return all(typed)


def _notes(frozen: Mapping[str, Any]) -> Iterator[Mapping[str, object]]:
    """Give the counts that a freeze noted of each table; earlier versions noted fewer."""
    for name in ("tables", "normalised"):
        yield from frozen.get(name, {}).values()


def _notes_typed(frozen: Mapping[str, Any]) -> Iterator[bool]:
    """Check the other notes of a freeze, each of which may be missing.

    `TypeError`, `KeyError` or `AttributeError` where one is of another shape.
    """
    for counts in frozen.get("tables", {}).values():
        TableRows(**counts)
    yield all(_is_count(count) for count in frozen.get("last_days", {}).values())
    yield all(isinstance(text, str) for text in frozen.get("notes", []))
    months = RecordMonths(**frozen.get("record_months", {}))
    yield isinstance(months.is_whole, bool)
    if months.query:
        yield isinstance(months.query["asks_reversals"], bool)
        yield all(isinstance(name, str) for name in months.query["binds"])
    yield all(
        isinstance(name, str) and _is_count(n) for rows in (months.rows, months.limited) for name, n in rows.items()
    )
    for periods in frozen.get("period_rows", {}).values():
        yield all(_is_count(rows["rows"]) and isinstance(rows["digest"], str) for rows in periods.values())
    same = frozen.get("same_rows", {})
    if same:
        yield _is_count(same["rows"]) and isinstance(same["at_least"], bool)
        yield all(_is_count(rows) for rows in same["items"].values())
        yield all(isinstance(text, str) for text in same["first"])
    mapped = frozen.get("mapped", {})
    yield all(isinstance(name, str) for columns in mapped.get("columns", {}).values() for name in columns.values())
    counted = [codes for columns in mapped.get("values", {}).values() for codes in columns.values()]
    yield all(_is_mapped(row) for rows in [*counted, mapped.get("items", [])] for row in rows)


_PERIOD = re.compile(r"20\d\d(-(Q[1-4]|H[12]|0[1-9]|1[0-2]))?", re.ASCII)
_COLUMN = ("name", "type", "digest")


def _is_longer_row(row: object) -> bool:
    """Tell if a note is (table, name, period, number of rows)."""
    if not isinstance(row, list) or len(row) != 4 or not all(isinstance(text, str) for text in row[:3]):
        return False
    return row[0] in BY_NAME and _PERIOD.fullmatch(row[2]) is not None and _is_count(row[3])


def _is_mapped(row: object) -> bool:
    """Tell if a note is (the office's code, ours, number of values)."""
    return (
        isinstance(row, list) and len(row) == 3 and all(isinstance(text, str) for text in row[:2]) and _is_count(row[2])
    )


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _unreadable(name: str, error: BaseException) -> Problem:
    why = " ".join((str(error) or type(error).__name__).split())[:160]
    return Problem(say("cannot be read: {why}", why=why), name)
