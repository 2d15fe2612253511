"""Store of the snapshots: a finished one appears in its folder all at once, or not at all.

A freeze writes into a folder of its own under `.tmp` and holds a lock on a file beside it; the system lets go of the
lock if the process dies. So the next freeze can tell which folders are left over, and removes them. The finished folder
is renamed to its digest.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from filelock import FileLock

from batch.snapshot.manifest import replace_manifest
from batch.snapshot.schemas import NEWEST
from batch.snapshot.snapshot import Snapshot
from payengine.errors import IntegrityBroken, Refused, Unavailable
from payengine.texts import say

TEMPORARY = ".tmp"
WINDOWS = os.name == "nt"
LOCK_ATTEMPTS = 100
RENAME_SECONDS = 10.0  # how long a rename waits for a virus scanner or an open map on Windows


@contextlib.contextmanager
def working_folder(snapshots: Path) -> Iterator[Path]:
    """Make a folder to write into, removed at the end unless it was renamed.

    The folders that dead freezes left behind are removed first. `Unavailable` if none can be locked.
    """
    base = snapshots / TEMPORARY
    base.mkdir(parents=True, exist_ok=True)
    remove_leftovers(base)
    name, lock = _own_lock(base)
    folder = base / name
    try:
        folder.mkdir()
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        _let_go(lock, base / f"{name}.lock")


def _own_lock(base: Path) -> tuple[str, FileLock]:
    """Lock a name that nobody uses.

    Several attempts, because a freeze that is clearing up may be quicker to lock a new, empty file.
    """
    for _ in range(LOCK_ATTEMPTS):
        name = secrets.token_hex(8)
        lock = _locked(base / f"{name}.lock")
        if lock is not None:
            return name, lock
    raise Unavailable(say("{path} cannot be locked", path=base))


def remove_leftovers(base: Path) -> None:
    """Remove the folders of freezes that are no longer running."""
    for name in sorted({entry.name.removesuffix(".lock") for entry in base.iterdir()}):
        path = base / f"{name}.lock"
        lock = _locked(path)
        if lock is not None:
            shutil.rmtree(base / name, ignore_errors=True)
            _let_go(lock, path)


def put_in_place(finished: Path, snapshots: Path) -> Snapshot:
    """Rename a finished snapshot to its period and digest.

    A whole one that is there already is kept; what this freeze warned of is told all the same.
    """
    snapshot = Snapshot.open(finished)
    period = snapshots / str(snapshot.period)
    period.mkdir(parents=True, exist_ok=True)
    final = period / snapshot.digest
    if final.exists() and not _is_whole(final):
        _rename(final, finished.with_name(f"{finished.name}-damaged"))
    if not final.exists():
        try:
            _rename(finished, final)
        except OSError:
            if not final.exists():  # else another freeze of the same content was quicker
                raise
    else:
        _note_again(final, snapshot.manifest)
    _point_to(period / NEWEST, snapshot.digest)
    told = {key: snapshot.manifest[key] for key in ("warnings", "frozen")}
    return Snapshot(final, Snapshot.open(final).manifest | told)


def _note_again(folder: Path, newer: dict[str, Any]) -> None:
    """Replace the notes beside the digest by those of a later freeze of the same content.

    The content is the same, but the source may say otherwise why a table gives nothing.
    """
    manifest = Snapshot.open(folder).manifest
    if _notes(manifest) != _notes(newer):
        replace_manifest(folder, manifest | {name: newer[name] for name in ("warnings", "frozen")}, _patiently)


def _notes(manifest: dict[str, Any]) -> tuple[object, ...]:
    frozen = manifest.get("frozen", {})
    return manifest["warnings"], *(frozen.get(name) for name in ("tables", "record_months", "period_rows"))


def _is_whole(folder: Path) -> bool:
    try:
        Snapshot.open(folder).verify_files()
    except (IntegrityBroken, Refused):
        return False
    return True


def _point_to(pointer: Path, digest: str) -> None:
    """Replace the small file that names the newest snapshot of a period."""
    new = pointer.with_name(f".{pointer.name}-{secrets.token_hex(8)}")
    try:
        new.write_text(digest + "\n", encoding="utf-8")
        _patiently(lambda: new.replace(pointer))
    finally:
        new.unlink(missing_ok=True)


def _rename(old: Path, new: Path) -> None:
    _patiently(lambda: old.rename(new))


def _patiently(act: Callable[[], object]) -> None:
    """Repeat an action that another program may hold up for a moment.

    Windows raises PermissionError then.
    """
    deadline = time.monotonic() + RENAME_SECONDS
    wait = 0.05
    while True:
        try:
            act()
        except PermissionError:
            if not WINDOWS or time.monotonic() > deadline:
                raise
            time.sleep(wait)
            wait = min(1.0, wait * 2)
        else:
            return


def _locked(path: Path) -> FileLock | None:
    """Lock a file without waiting; None if another process holds it, or if it cannot be opened.

    A lock on a file that was removed in between counts as held. A file system without locks is refused, not worked
    around: a mark there would outlive a killed process.
    """
    lock = FileLock(path, blocking=False, fallback_to_soft=False)
    try:
        lock.acquire()
    except OSError:  # a Timeout too
        return None
    return lock


def _let_go(lock: FileLock, path: Path) -> None:
    if not WINDOWS:  # removed while it is locked, so that nobody locks a file without a name
        path.unlink(missing_ok=True)
    lock.release()  # which removes the file on Windows
