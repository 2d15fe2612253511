"""Writing of an archive: the same run makes the same bytes."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from batch.archive.contents import RunContents
from batch.archive.encryption import encrypt, recipients_of
from batch.archive.guide import guides
from batch.archive.layout import (
    ARCHIVE,
    CHAIN,
    DIGESTS,
    FORMAT,
    FULL,
    LOGICAL,
    POLICIES,
    POLICY,
    RESULTS,
    SNAPSHOT,
    SOURCES,
    TABLES_OF_RECORDS,
    WITHOUT_RECORDS,
)  # fmt: skip
from batch.archive.result_files import csv_bytes, parquet_bytes
from batch.archive.zip_file import write_zip
from batch.content_digest import canonical_json
from batch.file_access import PRIVATE, create, replacing
from batch.snapshot.layout import MANIFEST
from batch.snapshot.verification import file_hash

Files = dict[str, bytes | Path]


@dataclass(frozen=True)
class Archived:
    """Archive that was written: its run, the digest of its contents, its files and bytes."""

    run: str
    period: str
    digest: str
    files: int
    size: int
    variant: str
    recipients: int


def write_archive(
    contents: RunContents, file: Path, *, without_records: bool = False, recipients: Sequence[str] = (),
    access: str = PRIVATE,
) -> Archived:  # fmt: skip
    """Write an archive, encrypted if there are recipients.

    A file that is there is replaced at the end.

    `UsageError` for a recipient that is no public key of age.
    """
    keys = recipients_of(recipients) if recipients else []
    variant = WITHOUT_RECORDS if without_records else FULL
    files = files_of(contents, variant)
    with replacing(file, access) as stream:
        if not keys:
            write_zip(stream, files)
        else:
            with tempfile.TemporaryDirectory(prefix="payengine-") as folder:
                plain = Path(folder) / "plain"
                with create(plain) as whole:
                    write_zip(whole, files)
                with plain.open("rb") as whole:
                    encrypt(whole, stream, keys)
        size = stream.tell()
    index = files[DIGESTS]
    assert isinstance(index, bytes)
    return Archived(
        contents.header["id"], contents.header["period"], hashlib.sha256(index).hexdigest(), len(files), size,
        variant, len(keys),
    )  # fmt: skip


def files_of(contents: RunContents, variant: str) -> Files:
    """List the files of an archive, from memory or where they stand."""
    files: Files = {
        ARCHIVE: _json({"format": FORMAT, "variant": variant, "run": dict(contents.header)}),
        CHAIN: _json([[one.number, one.entry, one.previous, one.hash] for one in contents.chain]),
        POLICY: contents.policy.encode(),
        **policy_files(contents.policy),
        **_results(contents, variant),
        **_snapshot(contents.snapshot, variant),
    }
    for texts in contents.sources.values():
        files |= {f"{SOURCES}/{path}": text.encode() for path, text in (texts or {}).items()}
    files |= guides(contents, variant)
    files[DIGESTS] = _json({"format": FORMAT, "files": {name: _told(files[name]) for name in sorted(files)}})
    return files


def policy_files(policy: str) -> dict[str, bytes]:
    """List the files of a kept policy, by numbered names in the order of their layers."""
    found = {}
    for number, layer in enumerate(json.loads(policy)["layers"], 1):
        stem = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in PurePath(layer["file"]).stem)
        found[f"{POLICIES}/{number:02}-{stem[:64].strip('-') or 'layer'}.toml"] = str(layer["text"]).encode()
    return found


def _results(contents: RunContents, variant: str) -> Files:
    files: Files = {}
    for name, table in contents.results.tables().items():
        if variant == FULL or name not in TABLES_OF_RECORDS:
            files[f"{RESULTS}/{name}.parquet"] = parquet_bytes(table)
            files[f"{RESULTS}/{name}.csv"] = csv_bytes(name, table)
    return files


def _snapshot(folder: Path, variant: str) -> Files:
    if variant == WITHOUT_RECORDS:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return {LOGICAL: canonical_json(manifest["logical"])}
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return {f"{SNAPSHOT}/{file.relative_to(folder).as_posix()}": file for file in files}


def _told(content: bytes | Path) -> dict[str, object]:
    if isinstance(content, bytes):
        return {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    return {"sha256": file_hash(content), "bytes": content.stat().st_size}


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"
