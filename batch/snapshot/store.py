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

from batch import failpoints
from batch.file_access import POSIX, create, make_folder
from batch.snapshot.layout import MANIFEST, NEWEST
from batch.snapshot.manifest import replace_manifest
from batch.snapshot.snapshot import Snapshot
from payengine.errors import IntegrityBroken, Refused, Unavailable
from payengine.texts import say

TEMPORARY = ".tmp"
WINDOWS = os.name == "nt"
LOCK_ATTEMPTS = 100
LEFT_OVER_SECONDS = 3600.0  # a pointer is made in far less
RENAME_SECONDS = 10.0  # how long a rename waits for a virus scanner or an open map on Windows


@contextlib.contextmanager
def working_folder(snapshots: Path) -> Iterator[Path]:
    """Make a folder to write into, removed at the end unless it was renamed.

    The folders that dead freezes left behind are removed first. `Unavailable` if none can be locked.
    """
    base = snapshots / TEMPORARY
    make_folder(snapshots)
    make_folder(base)
    remove_leftovers(base)
    name, lock = _own_lock(base)
    folder = base / name
    try:
        make_folder(folder)
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
    probe = base / f"{secrets.token_hex(8)}.lock"
    probe.touch()  # raises what a lock does not tell: the folder cannot be written
    probe.unlink(missing_ok=True)
    raise Unavailable(
        say(
            "{path} cannot be locked: the disk or the network drive does not know locks, which a freeze needs",
            path=base,
        ),
        remedy=say("Put the workspace on a disk of this machine."),
    )


def remove_leftovers(base: Path) -> None:
    """Remove the folders of freezes that are no longer running."""
    for name in sorted({entry.name.removesuffix(".lock") for entry in base.iterdir()}):
        path = base / f"{name}.lock"
        lock = _locked(path)
        if lock is not None:
            shutil.rmtree(base / name, ignore_errors=True)
            _let_go(lock, path)


def put_in_place(finished: Path, snapshots: Path, *, newest: bool = True) -> Snapshot:
    """Rename a finished snapshot to its period and digest.

    A whole one that is there already is kept; what this freeze warned of is told all the same. It becomes the newest of
    its period, which a run takes unless told otherwise, if `newest` says so.
    """
    snapshot = Snapshot.open(finished)
    period = snapshots / str(snapshot.period)
    for folder in (snapshots, period):
        make_folder(folder)
        _share_as(finished, folder)
    final = period / snapshot.digest
    _write_through(finished)
    failpoints.reached("freeze: before it is in place")
    if final.exists() and not _is_whole(snapshots, snapshot):
        _rename(final, finished.with_name(f"{finished.name}-damaged"))
    if not final.exists():
        try:
            _rename(finished, final)
            _write_folder_through(period)
        except OSError:
            if not final.exists():  # else another freeze of the same content was quicker
                raise
    else:
        _note_again(final, snapshot.manifest, finished.parent)
    failpoints.reached("freeze: before it is the newest")
    if newest:
        _point_to(period / NEWEST, snapshot.digest, finished)
    failpoints.reached("freeze: in place")
    told = {key: snapshot.manifest[key] for key in ("warnings", "frozen")}
    return Snapshot(final, Snapshot.open(final).manifest | told)


def _note_again(folder: Path, newer: dict[str, Any], working: Path) -> None:
    """Replace the notes beside the digest by those of a later freeze of the same content.

    The content is the same, but the source may say otherwise why a table gives nothing.
    """
    manifest = Snapshot.open(folder).manifest
    if _notes(manifest) != _notes(newer):
        told = {name: newer[name] for name in ("warnings", "frozen")}
        replace_manifest(folder, manifest | told, working, _patiently)


def _notes(manifest: dict[str, Any]) -> tuple[object, ...]:
    frozen = manifest.get("frozen", {})
    told = ("tables", "same_rows", "record_months", "period_rows")
    return manifest["warnings"], *(frozen.get(name) for name in told)


def _is_whole(snapshots: Path, snapshot: Snapshot) -> bool:
    """Check that a snapshot which stands there already is the same in every value.

    Where its files are to be those that were just written, byte for byte, their hashes say it; else every value is
    read.
    """
    try:
        stored = Snapshot.stored(snapshots, snapshot.period, snapshot.digest)
        if stored.manifest["files"] == snapshot.manifest["files"]:
            stored.verify_files()
        else:
            stored.verify()
    except (IntegrityBroken, Refused):
        return False
    return True


def _point_to(pointer: Path, digest: str, finished: Path) -> None:
    """Replace the small file that names the newest snapshot of a period.

    The new one is made beside the finished snapshot, where leftovers are removed, and has the rights of its files.
    """
    for old in pointer.parent.glob(f".{NEWEST}-*"):  # of earlier versions, which made it in place
        if time.time() - old.stat().st_mtime > LEFT_OVER_SECONDS:
            old.unlink(missing_ok=True)
    new = finished.with_name(f"{NEWEST}-{secrets.token_hex(8)}")
    try:
        with create(new) as file:
            file.write(f"{digest}\n".encode())
            file.flush()
            os.fsync(file.fileno())
        if POSIX:
            new.chmod((pointer.parent / digest / MANIFEST).stat().st_mode & 0o777)
        _patiently(lambda: new.replace(pointer))
        _write_folder_through(pointer.parent)
    finally:
        new.unlink(missing_ok=True)


def _share_as(finished: Path, folder: Path) -> None:
    """Let a folder be used by whoever may use the snapshot that is put into it."""
    if not POSIX:
        return
    has, needs = folder.stat().st_mode & 0o777, finished.stat().st_mode & 0o777
    if has | needs != has:
        with contextlib.suppress(PermissionError):  # another user's folder: the rights are that user's choice
            folder.chmod(has | needs)


def _write_through(folder: Path) -> None:
    """Have the disk hold all files of a folder, before a name that could outlive them."""
    for place, _, files in os.walk(folder):
        for name in files:
            with Path(place, name).open("r+b") as file:
                os.fsync(file.fileno())
        _write_folder_through(Path(place))


def _write_folder_through(folder: Path) -> None:
    """Have the disk hold a folder's entries; Windows cannot be asked to."""
    if POSIX:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


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
