"""Reading of an archive that may be hostile: every digest comes before the use.

The order is that of trust. The container must be of the one form that is written; every file must have its digest; the
run's id must follow from the header; chain, policy, sources, snapshot and results must be those that header and chain
name. Nothing of it is ever executed or unpickled.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from batch.archive import encryption
from batch.archive.file_bounds import unbounded
from batch.archive.layout import (
    ARCHIVE,
    CHAIN,
    DIGESTS,
    FORMAT,
    FULL,
    GUIDES,
    LARGEST_TEXT,
    LOGICAL,
    POLICY,
    RESULTS,
    SNAPSHOT,
    SOURCES,
    TABLES_OF_RECORDS,
    VARIANTS,
    WITHOUT_RECORDS,
)  # fmt: skip
from batch.archive.result_files import differing_csv, read_parquet
from batch.archive.writer import policy_files
from batch.archive.zip_file import BEGINNING, BrokenContainer, ReadZip
from batch.audit.replay import require_own_id
from batch.content_digest import digest_of, texts_digest
from batch.ledger import AuditEntry, audit
from batch.ledger.results_mapping import HELD_IN, digests_of, meta_of
from batch.ledger.run_tables import RUN_TABLES
from batch.ledger.sources import FACT
from batch.ledger.stored_run import HEADER, contents_of, entry_of
from batch.proof import entries
from batch.result_tables import RESULT_TABLES
from batch.results import SCHEMAS, Meta, Results
from batch.snapshot.snapshot import Snapshot
from batch.snapshot.verification import damage
from batch.source_texts import Sources
from payengine.errors import IntegrityBroken, PayengineError, Problem, Refused, Unavailable, UsageError
from payengine.periods import Period
from payengine.texts import say

_DIGEST = re.compile("[0-9a-f]{64}")
_DAMAGE: tuple[type[Exception], ...] = (*damage(), zipfile.BadZipFile, EOFError, RuntimeError, RecursionError)
_DETAILS: Mapping[str, type] = {
    "policy_code": str, "policy_title": str, "illustrative": bool, "counts": dict, "warnings": list,
    "empty_tables": list,
}  # fmt: skip


@dataclass(frozen=True)
class ArchiveSeen:
    """Marks of an archive: the digest of its list of digests, its files, its chain's head."""

    digest: str
    files: int
    head: str


@dataclass(frozen=True)
class ReadArchive:
    """Run in an archive, all of which was compared with its digests.

    `snapshot` is None where the archive was written without records; its results lack the tables that name some.
    """

    seen: ArchiveSeen
    header: Mapping[str, Any]
    policy: str
    sources: Mapping[str, Sources | None]
    results: Results
    digests: Mapping[str, str]
    snapshot: Snapshot | None


def read_archive(file: Path, folder: Path, identities: Sequence[Path] = ()) -> ReadArchive:
    """Read an archive into an empty folder, and compare all of it with its digests.

    `Refused` for a file that is no archive, of a newer format, or encrypted for others; `IntegrityBroken` for one that
    is not as it was written, with everything that was found first; `Unavailable` where the disk lacks room.
    """
    plain = _plain_file(file, folder, identities)
    try:
        return _read(file, plain, folder)
    except BrokenContainer as error:
        raise broken(file, [Problem(str(error))]) from error
    except IntegrityBroken as error:
        raise broken(file, error.problems or [Problem(error.what)]) from error
    except PayengineError:
        raise
    except _DAMAGE as error:
        why = " ".join((str(error) or type(error).__name__).split())[:160]
        raise broken(file, [Problem(say("cannot be read: {why}", why=why))]) from error


def broken(file: Path, problems: Sequence[Problem]) -> IntegrityBroken:
    """Make the error of an archive that is not as it was written."""
    return IntegrityBroken(
        say("the archive {file} is not as it was written: {n} problem(s)", file=file, n=len(problems)),
        problems,
        remedy=say("Do not use what it says. Ask for it again, and compare the digest of the archive by another way."),
    )


def _plain_file(file: Path, folder: Path, identities: Sequence[Path]) -> Path:
    """Find the archive's plain form, decrypted into the folder if need be."""
    if not file.is_file():
        raise UsageError(
            say("there is no file {file}", file=file),
            remedy=say("Name a run, a period, or a file that payengine archive wrote."),
        )
    with file.open("rb") as opened:
        begin = opened.read(64)
    if begin.startswith(encryption.BEGINNINGS):
        plain = folder / "plain"
        encryption.decrypt(file, plain, identities)
        with plain.open("rb") as opened:
            begin = opened.read(64)
        file, shown = plain, file
    else:
        shown = file
    if not begin.startswith(BEGINNING):
        raise _no_archive(shown)
    return file


def _no_archive(file: Path) -> Refused:
    return Refused(
        say("{file} is no archive of payengine", file=file),
        remedy=say("Name a run, a period, or a file that payengine archive wrote."),
    )


def _read(file: Path, plain: Path, folder: Path) -> ReadArchive:
    unpacked = folder / "archive"
    with ReadZip(plain) as opened:
        if not {ARCHIVE, DIGESTS} <= set(opened.sizes):
            raise _no_archive(file)
        if sum(opened.sizes.values()) > shutil.disk_usage(folder).free:
            raise Unavailable(say("the disk lacks room for the archive {file}", file=file))
        digest = _unpack(opened, unpacked)
    names = sorted(opened.sizes)
    archive = _object(unpacked / ARCHIVE)
    if archive.get("format") != FORMAT:
        raise Refused(
            say("the archive {file} has format {format}", file=file, format=archive.get("format")),
            remedy=say("This payengine reads format {known}: use the one that wrote it, or a newer one.", known=FORMAT),
        )
    if archive.get("variant") not in VARIANTS:
        raise ValueError(say("{name} is not what was written there", name=ARCHIVE))
    header, meta = _header(archive.get("run"))
    policy = _text(unpacked / POLICY)
    sources = _sources(unpacked, names, meta)
    chain = _chain(unpacked / CHAIN, header, policy, sources)
    _check_files(unpacked, names, str(archive["variant"]), policy, json.loads(header["digests"]))
    problems = list(unbounded(unpacked))
    if problems:
        raise broken(file, problems)
    snapshot = _snapshot(unpacked, folder, meta, str(archive["variant"]))
    results, digests = _results(unpacked, header, meta, str(archive["variant"]))
    head = str(entries.head(chain)) if chain else ""
    return ReadArchive(ArchiveSeen(digest, len(names), head), header, policy, sources, results, digests, snapshot)


def _unpack(opened: ReadZip, into: Path) -> str:
    """Write every file into a folder and compare it with its digest.

    Returns the digest of the list of digests.
    """
    content = _limited(opened, DIGESTS)
    index = json.loads(content)
    told = index["files"]
    names = set(opened.sizes) - {DIGESTS}
    if not isinstance(told, dict) or set(told) != names:
        strange = sorted(names.symmetric_difference(told if isinstance(told, dict) else ()))
        raise IntegrityBroken("", [Problem(say("does not stand in the list of digests, or is missing"), name)
                                   for name in strange])  # fmt: skip
    changed = []
    for name in sorted(names):
        target = into.joinpath(*name.split("/"))
        target.parent.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256()
        with target.open("xb") as file:
            for chunk in opened.chunks(name):
                digest.update(chunk)
                file.write(chunk)
        if told[name]["sha256"] != digest.hexdigest() or told[name]["bytes"] != opened.sizes[name]:
            changed.append(Problem(say("does not have its digest"), name))
    if changed:
        raise IntegrityBroken("", changed)
    return hashlib.sha256(content).hexdigest()


def _limited(opened: ReadZip, name: str) -> bytes:
    if opened.sizes[name] > LARGEST_TEXT:
        raise ValueError(say("it is larger than {n} bytes", n=f"{LARGEST_TEXT:,}"))
    return b"".join(opened.chunks(name))


def _text(file: Path) -> str:
    if file.stat().st_size > LARGEST_TEXT:
        raise ValueError(say("it is larger than {n} bytes", n=f"{LARGEST_TEXT:,}"))
    return file.read_bytes().decode()


def _object(file: Path) -> dict[str, Any]:
    found = json.loads(_text(file))
    if not isinstance(found, dict):
        raise ValueError(say("{name} is not what was written there", name=file.name))
    return found


def _header(run: object) -> tuple[dict[str, str], Meta]:
    """Check a run's header, and that its id follows from it."""
    wrong = ValueError(say("{name} is not what was written there", name=ARCHIVE))
    if not isinstance(run, dict) or set(run) != set(HEADER) or not all(isinstance(one, str) for one in run.values()):
        raise wrong
    if not all(_DIGEST.fullmatch(run[name]) for name in ("id", "snapshot", "policy", "formulas", "engine")):
        raise wrong
    holds, details, digests = (json.loads(run[name]) for name in ("holds", "details", "digests"))
    texts = [*holds.values(), *digests.values()]
    if Period.find(run["period"]) is None or not all(isinstance(text, str) for text in texts):
        raise wrong
    if not all(isinstance(details.get(name), kind) for name, kind in _DETAILS.items()):
        raise wrong
    if not all(isinstance(text, str) for name in ("warnings", "empty_tables") for text in details[name]):
        raise wrong
    meta = meta_of(run)
    require_own_id(meta)
    return run, meta


def _sources(unpacked: Path, names: Sequence[str], meta: Meta) -> dict[str, Sources | None]:
    """Read the sources, which must be those of the run's id; None where they were not kept."""
    found: dict[str, Sources | None] = {}
    taken: set[str] = set()
    for digest, roots in ((meta.formulas_digest, ("formulas",)), (meta.engine_digest, ("payengine", "batch"))):
        own = [name for name in names if name.startswith(tuple(f"{SOURCES}/{root}/" for root in roots))]
        taken.update(own)
        texts = {name.removeprefix(f"{SOURCES}/"): _text(unpacked / name) for name in own}
        if texts and texts_digest(texts) != digest:
            raise IntegrityBroken("", [Problem(say("are not those that the run's id names"), f"{SOURCES}/{roots[0]}")])
        found[digest] = texts or None
    _refuse_strange({name for name in names if name.startswith(f"{SOURCES}/")} - taken)
    return found


def _chain(
    file: Path, header: Mapping[str, Any], policy: str, sources: Mapping[str, Sources | None]
) -> list[AuditEntry]:
    """Read the audit chain, which must hold and end with the digests of this run."""
    chain = []
    for row in json.loads(_text(file)):
        number, *texts = row
        if isinstance(number, bool) or not isinstance(number, int) or not all(isinstance(one, str) for one in texts):
            raise ValueError(say("{name} is not what was written there", name=CHAIN))
        chain.append(AuditEntry(number, *texts))
    problems = [Problem(one.what, CHAIN, row=one.row) for one in audit.broken(chain)]
    if chain and not problems:
        facts = audit.facts(chain[-1])
        said = facts.get("digests")
        if entry_of(header["id"], chain) is not chain[-1] or said != contents_of(header, policy):
            problems.append(Problem(say("does not end with the digests of this run"), CHAIN))
        own = [one for one in map(audit.facts, chain) if one.get("run") == header["id"]]
        if any(sources.get(name) is None for one in own for name in one.get(FACT, [])):
            problems.append(Problem(say("names sources that are not here"), CHAIN))
    if problems:
        raise IntegrityBroken("", problems)
    return chain


def _check_files(unpacked: Path, names: Sequence[str], variant: str, policy: str, digests: Mapping[str, str]) -> None:
    """Check that all files are there that an archive has, and no others."""
    expected = {ARCHIVE, CHAIN, DIGESTS, POLICY, *GUIDES.values()}
    layers = policy_files(policy)
    expected |= set(layers)
    tables = [name for name in RESULT_TABLES if variant == FULL or name not in TABLES_OF_RECORDS]
    expected |= {f"{RESULTS}/{name}.{kind}" for name in tables for kind in ("parquet", "csv")}
    if variant == WITHOUT_RECORDS:
        expected.add(LOGICAL)
    here = {name for name in names if name.partition("/")[0] != SOURCES}
    own = {name for name in here if name.startswith(f"{SNAPSHOT}/")} if variant == FULL else set()  # compared later
    older = [name for name in tables if HELD_IN[name] not in digests]  # than the table: it may be empty or missing
    own |= {f"{RESULTS}/{name}.{kind}" for name in older for kind in ("parquet", "csv")}
    _refuse_strange(here.symmetric_difference(expected) - own)
    for name, content in layers.items():
        if (unpacked / name).read_bytes() != content:
            raise IntegrityBroken("", [Problem(say("does not say what {file} says", file=POLICY), name)])


def _refuse_strange(names: set[str]) -> None:
    if names:
        what = say("is missing, or is no file of an archive")
        raise IntegrityBroken("", [Problem(what, name) for name in sorted(names)])


def _snapshot(unpacked: Path, folder: Path, meta: Meta, variant: str) -> Snapshot | None:
    """Open the snapshot and compare all of it; None where there are no records."""
    if variant == WITHOUT_RECORDS:
        if digest_of(_object(unpacked / LOGICAL)) != meta.snapshot_digest:
            raise IntegrityBroken("", [Problem(say("does not have its digest"), LOGICAL)])
        return None
    place = folder / "snapshots" / str(meta.period) / meta.snapshot_digest
    place.parent.mkdir(parents=True)
    (unpacked / SNAPSHOT).rename(place)
    snapshot = Snapshot.stored(folder / "snapshots", meta.period, meta.snapshot_digest)
    snapshot.verify()
    return snapshot


def _results(unpacked: Path, header: Mapping[str, Any], meta: Meta, variant: str) -> tuple[Results, dict[str, str]]:
    """Read the results, which must have the digests that the header states."""
    tables: dict[str, pa.Table] = {}
    for name, schema in SCHEMAS.items():
        file = unpacked / RESULTS / f"{name}.parquet"
        tables[name] = read_parquet(name, file) if file.is_file() else schema.empty_table()
    results = Results(meta=meta, **tables)
    digests: dict[str, str] = json.loads(header["digests"])
    lacking = {HELD_IN[name] for name in TABLES_OF_RECORDS} if variant == WITHOUT_RECORDS else set()
    problems = [
        Problem(say("rows were changed, added or taken away"), name)
        for name, digest in digests_of(results).items()
        if name not in lacking and digest != digests.get(name, RUN_TABLES[name].digest_without())
    ]
    present = [name for name in RESULT_TABLES if (unpacked / RESULTS / f"{name}.csv").is_file()]
    if not problems:
        problems = differing_csv(present, tables.__getitem__, lambda name: unpacked / RESULTS / f"{name}.csv")
    if problems:
        raise IntegrityBroken("", problems)
    return results, digests
