"""Office behind the pages: its workspace, and what is kept of slow answers.

A request speaks its own language; a policy's words are made where it is loaded, so each language has its workspace.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Generic, TypeVar

from batch.cli.web.scope import Scope
from batch.ledger import Accessed, Revoked
from batch.workspace import Workspace
from payengine.errors import Unavailable
from payengine.texts import LANGUAGES, language, say

MOST_EXPLAINED = 4  # explanations that are kept: each holds the results of a run
MOST_PREPARED = 2  # simulations that are kept: each holds every figure of a period
PATIENCE = 60.0  # seconds that a visitor waits for another's computation

Kept = TypeVar("Kept")


class Shelf(Generic[Kept]):
    """The last few answers, by what was asked."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._kept: OrderedDict[Hashable, Kept] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, asked: Hashable, make: Callable[[], Kept]) -> Kept:
        """Return what is kept, or make it; the one that was asked for longest ago makes room."""
        if asked in self._kept:
            self._kept.move_to_end(asked)
        else:
            while len(self._kept) >= self.most:  # before the new one is made: both would be in memory
                self._kept.popitem(last=False)
            self._kept[asked] = make()
        return self._kept[asked]


class Office:
    """Workspace of a server, with what its pages keep."""

    def __init__(self, folder: Path) -> None:
        self._workspaces = {each: Workspace(folder) for each in LANGUAGES}
        self._turn = threading.Lock()
        self._links = threading.Lock()
        self._revoked = Revoked()  # as far as the audit chain was read
        self.explained: Shelf[object] = Shelf(MOST_EXPLAINED)
        self.prepared: Shelf[object] = Shelf(MOST_PREPARED)

    @property
    def workspace(self) -> Workspace:
        """Return the workspace in the language that is spoken."""
        return self._workspaces[language()]

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Compute alone; `Unavailable` if another computation takes a minute.

        So visitors cannot exhaust memory and processors.
        """
        if not self._turn.acquire(timeout=PATIENCE):
            raise Unavailable(say("another visitor's figures are being computed"), remedy=say("Try it again."))
        try:
            yield
        finally:
            self._turn.release()

    def is_revoked(self, link: str) -> bool:
        """Tell if a link was revoked; what the ledger cannot answer now raises, and lets nobody in."""
        with self._links:
            with self.workspace.ledger(needed=True) as ledger:
                self._revoked = ledger.revoked_links(self._revoked)
            return link in self._revoked.links

    def log_access(self, scope: Scope, action: str, *objects: Accessed) -> str:
        """Log that records were looked at; returns '' or why it was not logged."""
        told = [
            Accessed(
                one.period, one.run, one.institution, one.staff, "; ".join(filter(None, (one.detail, f"web {scope}")))
            )
            for one in objects
        ]
        return self.workspace.log_access(action, *told)
