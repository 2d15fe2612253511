"""Upload of a snapshot to a store: what pricing reads of it, once, and its manifest last.

The manifest that is uploaded holds what the digest covers and the hashes of the files that are there; the notes of
the freeze, which may quote the source, stay here.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from pathlib import Path

from batch.cluster.store import MANIFEST_ENDS, Store, StoredSnapshot
from batch.file_access import create
from batch.pricing.part_sums import HOT_PART, LIMITED_PART, PRICED_BY
from batch.snapshot.snapshot import Snapshot
from batch.snapshot.verification import file_hash
from payengine.errors import IntegrityBroken, Problem, Unavailable
from payengine.system_errors import in_words
from payengine.texts import say


def upload(snapshot: Snapshot, store: Store) -> StoredSnapshot:
    """Put into a store what workers read of a snapshot, and is not there in its whole length.

    `IntegrityBroken` for a file that is not as it was written, `Unavailable` where the store cannot be used.
    """
    folder = f"{snapshot.period}/{snapshot.digest}"
    names = files_read(snapshot)
    manifest = json.dumps(
        {
            "schema": snapshot.manifest["schema"], "digest": snapshot.digest, "logical": snapshot.logical,
            "parts": snapshot.manifest["parts"], "files": {name: {"sha256": told} for name, told in names.items()},
            "warnings": [], "frozen": {},
        },
        ensure_ascii=False, sort_keys=True,
    ).encode()  # fmt: skip
    stored = StoredSnapshot(f"{store.address}/{folder}", hashlib.sha256(manifest).hexdigest())
    there = store.sizes(folder)
    for name, told in names.items():
        file = snapshot.path / name
        try:
            size = file.stat().st_size
            if there.get(told) == size:
                continue
            changed = file_hash(file) != told
        except OSError as error:
            raise Unavailable(say("{path} cannot be read: {why}", path=file, why=in_words(error))) from error
        if changed:
            raise IntegrityBroken(
                say("snapshot {path} is not what was frozen", path=snapshot.path),
                [Problem(say("this file was changed"), name)],
                say("Restore the folder from a copy, or freeze the period again: payengine month PERIOD."),
            )
        store.put(file, f"{folder}/{told}")
    if there.get(f"{stored.manifest}{MANIFEST_ENDS}") != len(manifest):
        with tempfile.TemporaryDirectory(prefix="payengine-") as working:
            file = Path(working, "manifest")
            with create(file) as stream:
                stream.write(manifest)
            if store.address.startswith(("file://", "local://")):  # the rights of the file are those of its copy
                file.chmod((snapshot.path / "manifest.json").stat().st_mode & 0o777)
            store.put(file, f"{folder}/{stored.manifest}{MANIFEST_ENDS}")
    return stored


def files_read(snapshot: Snapshot) -> dict[str, str]:
    """List the files of a snapshot that pricing reads, with their hashes."""
    tables = [f"tables/{name}.parquet" for name in PRICED_BY if name in snapshot.logical["tables"]]
    parts = ((HOT_PART, snapshot.hot_parts()), (LIMITED_PART, snapshot.limited_parts()))
    names = [*tables, *(f"{kind}/{part.path.name}" for kind, those in parts for part in those)]
    return {name: str(snapshot.manifest["files"][name]["sha256"]) for name in names}
