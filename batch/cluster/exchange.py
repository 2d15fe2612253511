"""Exchange of files between a freeze and its workers: a folder of a store.

It lies under `ADDRESS/.freeze/`, in the freeze's own folder where no store is named. A file is named by the SHA-256 of
its bytes, so that a task done twice leaves one file. The folder is removed when the records are read, also after a
failure; what a killed command left is removed by the first freeze over the same store a day later.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from batch.cluster.store import Store
from batch.snapshot.verification import file_hash
from payengine.errors import IntegrityBroken, Problem, Unavailable
from payengine.texts import say

FOLDER = ".freeze"
LEFT_OVER = timedelta(days=1)  # longer than any freeze
_TIME = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class Place:
    """Address of a store, and the folder of one freeze in it."""

    address: str
    folder: str


class FileExchange:
    """Folder of one freeze in a store; `working` is a folder of this process."""

    def __init__(self, store: Store, folder: str, working: Path) -> None:
        self.store = store
        self.place = Place(store.address, folder)
        self._working = working

    def put(self, file: Path) -> str:
        """Leave a file; returns its name, the hash of its bytes."""
        name = file_hash(file)
        self.store.put(file, f"{self.place.folder}/{name}")
        return name

    @property
    def is_open(self) -> bool:
        """Tell if the freeze still goes on: its folder holds at least its tables."""
        return bool(self.store.sizes(self.place.folder))

    @contextmanager
    def fetched(self, name: str) -> Iterator[Path]:
        """Give the file of a name; afterwards this process keeps it no longer.

        `IntegrityBroken` for other bytes than its name says, `Unavailable` for a file that is lost.
        """
        file = self._working / f"{os.urandom(8).hex()}.fetched"
        try:
            self.store.get(f"{self.place.folder}/{name}", file)
            if file_hash(file) != name:
                raise IntegrityBroken(
                    say("the store {address} holds other bytes than were put into it", address=self.store.address),
                    [Problem(say("has {n} bytes of another hash", n=f"{file.stat().st_size:,}"), name)],
                    say("Nothing was frozen. Run the command again."),
                )
            yield file
        finally:
            file.unlink(missing_ok=True)


@contextmanager
def new_folder(store: Store) -> Iterator[str]:
    """Name a folder for one freeze, and remove it in the end with all that is in it."""
    remove_leftovers(store)
    folder = f"{FOLDER}/{datetime.now(UTC).strftime(_TIME)}-{os.urandom(8).hex()}"
    try:
        yield folder
    finally:
        with suppress(Unavailable):  # out of reach: it is removed later
            store.remove(folder)


def remove_leftovers(store: Store) -> None:
    """Remove the folders of freezes that began more than a day ago."""
    oldest = (datetime.now(UTC) - LEFT_OVER).strftime(_TIME)
    for name in store.folders(FOLDER):
        if name < oldest:
            store.remove(f"{FOLDER}/{name}")
