"""Cache of a worker: files of stored snapshots, verified on arrival, in a bounded folder.

A snapshot's files lie in a folder named by the hash of its manifest, in the places that a snapshot has for them. Those
used last stay; a task's own files are never removed while it is done, even where they alone are larger than the bound.
"""

from __future__ import annotations

import json
import os
import shutil
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from batch.cluster.store import MANIFEST_ENDS, Store, StoredSnapshot
from batch.file_access import make_folder
from batch.snapshot.layout import MANIFEST
from batch.snapshot.verification import file_hash
from payengine.errors import IntegrityBroken, Problem, Unavailable, UsageError
from payengine.system_errors import in_words
from payengine.texts import say

BOUND_VARIABLE = "PAYENGINE_PART_CACHE_MB"  # of a worker's environment
BOUND_MB = 4096


class PartCache:
    """Folder of one process; one task at a time uses it."""

    def __init__(self, folder: Path, bound: int) -> None:
        """Empty the folder, which belongs to this cache; `bound` is in bytes."""
        shutil.rmtree(folder, ignore_errors=True)
        make_folder(folder)
        self.bound = bound
        self._folder = folder
        self._used: OrderedDict[Path, int] = OrderedDict()  # bytes by file, the one used last at the end
        self._lock = threading.Lock()

    @property
    def size(self) -> int:
        """The bytes that it holds."""
        return sum(self._used.values())

    @contextmanager
    def holding(self, stored: StoredSnapshot, part: str) -> Iterator[Path]:
        """Fetch a part of a snapshot and its tables, unless they are here; gives their folder.

        `IntegrityBroken` for a file of other bytes than its hash says, `Unavailable` for one that is lost or out of
        reach. After any `IntegrityBroken`, the block's too, nothing of the snapshot is kept.
        """
        with self._lock:
            place = self._folder / stored.manifest
            try:
                held = [self._fetched(stored, f"{stored.manifest}{MANIFEST_ENDS}", stored.manifest, place / MANIFEST)]
                told = _files(place / MANIFEST)
                if part not in told:
                    raise IntegrityBroken(say("{name} is no file of the snapshot that is stored", name=part))
                for name in [*(name for name in told if name.startswith("tables/")), part]:
                    held.append(self._fetched(stored, told[name], told[name], place / name))
                self._shrink(held)
                yield place
            except IntegrityBroken:
                self._forget(place)
                raise

    def _fetched(self, stored: StoredSnapshot, name: str, told: str, file: Path) -> Path:
        """Fetch a file unless it is here."""
        if file in self._used and file.is_file():  # nobody cleared it away
            self._used.move_to_end(file)
            return file
        working = self._folder / f"{os.urandom(8).hex()}.partial"  # outside the snapshot, which holds its own only
        try:
            store(stored.address).get(name, working)
            if file_hash(working) != told:
                raise IntegrityBroken(
                    say("the store {address} holds other bytes than were frozen", address=stored.address),
                    [Problem(say("has {n} bytes of another hash", n=f"{working.stat().st_size:,}"), name)],
                    say("Remove this file from the store and run the command again: it is written again."),
                )
            make_folder(file.parent.parent)
            make_folder(file.parent)
            working.replace(file)
        except OSError as error:
            raise Unavailable(say("{path} cannot be written: {why}", path=self._folder, why=in_words(error))) from error
        finally:
            working.unlink(missing_ok=True)
        self._used[file] = file.stat().st_size
        return file

    def _shrink(self, held: Sequence[Path]) -> None:
        """Remove what was not used for longest, until the rest is within the bound."""
        kept = set(held)
        for file in [file for file in self._used if file not in kept]:
            if self.size <= self.bound:
                return
            self._remove(file)

    def _forget(self, place: Path) -> None:
        for file in [file for file in self._used if file.is_relative_to(place)]:
            self._remove(file)

    def _remove(self, file: Path) -> None:
        file.unlink(missing_ok=True)
        del self._used[file]


@lru_cache(4)
def store(address: str) -> Store:
    """Open the store of an address, once for this process."""
    return Store(address)


@lru_cache(4)
def cache_in(folder: str) -> PartCache:
    """Open the cache of a worker, by the folder that is its own."""
    return PartCache(Path(folder, "payengine-parts"), bound_bytes())


def bound_bytes() -> int:
    """Read the bound from the worker's environment; `UsageError` where it is no whole number."""
    text = os.environ.get(BOUND_VARIABLE, "").strip() or str(BOUND_MB)
    if not (text.isascii() and text.isdigit()):
        raise UsageError(say("{variable} is no whole number of megabytes", variable=BOUND_VARIABLE))
    return int(text) * 10**6


def _files(manifest: Path) -> dict[str, str]:
    """Read the hashes of a manifest whose own hash was compared."""
    content: Any = json.loads(manifest.read_text(encoding="utf-8"))
    return {name: str(told["sha256"]) for name, told in content["files"].items()}
