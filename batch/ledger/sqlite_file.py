"""Connections to a SQLite ledger: to write, or only to read.

A ledger that is written keeps its latest changes in a log beside it (`-wal`), which every connection opens, and an
index of it (`-shm`) that each makes where it is missing. Whoever may not write in the folder cannot make one. The last
writer to close folds the log into the file and removes both: the file is then complete in itself, and read as it is
(`immutable`), without locks or other files; that nobody wrote meanwhile is looked at afterwards.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from batch.file_access import create
from batch.ledger.network_drive import on_network_share
from payengine.errors import Unavailable
from payengine.texts import say

_CACHE_KIB = 24 * 1024  # the pages of a county's run; SQLite's own 2 MB would write many of them twice


def open_to_write(file: Path, patience: float, access: str) -> sqlite3.Connection:
    """Open a ledger to write; a new one gets its rights before anything is in it."""
    with suppress(FileExistsError):
        create(file, access).close()
    return _opened(file, "mode=rw", patience, prepare=True)


def open_to_read(file: Path, patience: float) -> sqlite3.Connection:
    """Open a ledger to read; where the folder is read-only nothing is made beside it.

    `Unavailable` where its log holds changes that cannot be read without writing.
    """
    if not is_read_only(file):  # the last one to close clears the log away, for which it must be able to write
        connection = _opened(file, "mode=rw", patience)
        connection.execute("PRAGMA query_only = ON")
        return connection
    if not _log(file):
        return _opened(file, "mode=ro&immutable=1", patience)
    if not file.with_name(f"{file.name}-shm").exists():
        raise Unavailable(
            say("the ledger's log {file} is not folded into it, and cannot be read without writing", file=_wal(file)),
            remedy=say("Copy the ledger and its log to a folder of your own, or let its owner run: payengine runs"),
        )
    return _opened(file, "mode=ro", patience)


def is_read_only(file: Path) -> bool:
    """Tell if this user may not write a ledger or make the files beside it."""
    return not (os.access(file, os.W_OK) and os.access(file.parent, os.W_OK))


def state(file: Path) -> tuple[int, int, int]:
    """Describe a file and its log, so that a change in between shows."""
    found = file.stat()
    return found.st_mtime_ns, found.st_size, _log(file)


def require_unchanged(file: Path, before: tuple[int, int, int]) -> None:
    """Raise `Unavailable` if a ledger was written while it was read as it is."""
    if state(file) != before:
        raise Unavailable(
            say("the ledger {file} was written while it was read", file=file), remedy=say("Run the command again.")
        )


def _wal(file: Path) -> Path:
    return file.with_name(f"{file.name}-wal")


def _log(file: Path) -> int:
    """Size of the log beside a ledger, 0 if there is none."""
    try:
        return _wal(file).stat().st_size
    except FileNotFoundError:
        return 0


def _opened(file: Path, options: str, patience: float, *, prepare: bool = False) -> sqlite3.Connection:
    # Transactions are begun by the engine's events: the driver itself would delay BEGIN until the first write.
    connection = sqlite3.connect(f"{_uri(file)}?{options}", uri=True, timeout=patience, isolation_level=None)
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        if prepare:
            _prepare(connection, file)
    except BaseException:
        connection.close()
        raise
    return connection


def _uri(file: Path) -> str:
    """Write a file as a URI of SQLite: //server/share stays a path and is no host."""
    path = quote(file.as_posix(), safe="/:")
    return f"file://{path}" if path.startswith("/") else f"file:///{path}"


def _prepare(connection: sqlite3.Connection, file: Path) -> None:
    """Set durable commits, a cache for a run's rows, and a write-ahead log on a local disk.

    Readers do not block that log's writer.
    """
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    wanted = "delete" if on_network_share(file) else "wal"
    if connection.execute("PRAGMA journal_mode").fetchone()[0] != wanted:
        # Another process may be at it, or the disk cannot be written: either journal is safe, and writing will tell.
        with suppress(sqlite3.OperationalError):
            connection.execute(f"PRAGMA journal_mode = {wanted}")
