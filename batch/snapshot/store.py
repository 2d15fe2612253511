"""Where a freeze works, and how its result appears: all of it at once, or not at all.

A freeze writes into a folder of its own under `.tmp` and holds a lock on a file beside it; the system lets go of the
lock if the process dies. So the next freeze can tell what is left over, and removes it. The finished folder is renamed
to its digest.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

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
    """A new folder to write into, removed at the end unless it was renamed; what dead freezes left is removed first."""
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


def _own_lock(base: Path) -> tuple[str, IO[bytes]]:
    """A name that nobody uses, and its lock. A freeze that is clearing up may be quicker to lock a new, empty file."""
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
    """Let a finished snapshot appear under its period and digest; one that stands there already is kept."""
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
    _point_to(period / NEWEST, snapshot.digest)
    return Snapshot.open(final)


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
    """Do what another program may hold up for a moment; Windows then answers with a PermissionError."""
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


def _locked(path: Path) -> IO[bytes] | None:
    """The file, locked; None if another process holds it."""
    try:
        file = path.open("ab")
    except OSError:  # Windows refuses to open a file that is about to be removed
        return None
    if _lock(file):
        with contextlib.suppress(OSError):
            if os.path.samestat(os.fstat(file.fileno()), path.stat()):
                return file
    file.close()
    return None


def _let_go(file: IO[bytes], path: Path) -> None:
    if not WINDOWS:  # removed while it is locked, so that nobody locks a file without a name
        path.unlink(missing_ok=True)
    file.close()
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[bytes]) -> bool:
        try:
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _lock(file: IO[bytes]) -> bool:
        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
