"""Rights of the files that hold pay: ledger, snapshots, exports.

They belong to the office alone unless its settings say otherwise.

`private`: the user who runs the program; `group`: that user's group too, to read and write; `system`: whatever the
system gives new files. Windows has no such rights: there the folder's own hold.
"""

from __future__ import annotations

import glob
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

PRIVATE, GROUP, SYSTEM = "private", "group", "system"
ACCESS = (PRIVATE, GROUP, SYSTEM)
_FILES = {PRIVATE: 0o600, GROUP: 0o660}
_FOLDERS = {PRIVATE: 0o700, GROUP: 0o770}
POSIX = os.name == "posix"
LEFT_OVER_SECONDS = 3600.0  # a file is written in far less
_PATIENCE = (0.05, 0.2, 0.5, 1.0)  # seconds between attempts at replacing a file that Windows holds open


def create(file: Path, access: str = PRIVATE) -> BinaryIO:
    """Open a new file to write, private from its beginning; `FileExistsError` if it is there."""
    stream = os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600), "wb")
    grant(file, access)
    return stream


@contextmanager
def replacing(file: Path, access: str = PRIVATE) -> Iterator[BinaryIO]:
    """Open a file to write that appears under its name when it is whole.

    It takes the place of one that is there.
    """
    partial = file.with_name(f".{file.name}.{os.getpid()}.partial")
    for old in file.parent.glob(f".{glob.escape(file.name)}.*.partial"):  # what a killed command left
        if time.time() - old.stat().st_mtime > LEFT_OVER_SECONDS:
            old.unlink(missing_ok=True)
    try:
        with create(partial, access) as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        _replace(partial, file)
    finally:
        partial.unlink(missing_ok=True)


def _replace(partial: Path, file: Path) -> None:
    """Rename; try again later where another program (Excel) holds the file open."""
    for wait in _PATIENCE:
        try:
            partial.replace(file)
            return
        except PermissionError:
            time.sleep(wait)
    partial.replace(file)


def make_folder(folder: Path, access: str = PRIVATE) -> None:
    """Make a folder that is not there yet; the folders above it are the system's."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        folder.mkdir(mode=0o777 if access == SYSTEM else 0o700)
    except FileExistsError:
        if not folder.is_dir():
            raise
    else:
        if access == GROUP:
            grant(folder, access)


def grant(entry: Path, access: str) -> None:
    """Give a file or folder of ours its rights."""
    if not POSIX:
        return
    is_folder = entry.is_dir()
    if access == SYSTEM:
        mask = os.umask(0o077)
        os.umask(mask)
        entry.chmod((0o777 if is_folder else 0o666) & ~mask)
    else:
        entry.chmod((_FOLDERS if is_folder else _FILES)[access])


def grant_all(folder: Path, access: str) -> None:
    """Give a folder and everything in it its rights."""
    for entry in [folder, *folder.rglob("*")]:
        grant(entry, access)


def is_open_to_others(file: Path, access: str = PRIVATE) -> bool:
    """Tell if more people than `access` allows may read or write a file."""
    mask = stat.S_IRWXO if access == GROUP else stat.S_IRWXG | stat.S_IRWXO
    return POSIX and bool(file.stat().st_mode & mask)
