"""A lane: work done by a second thread, in the order in which it is handed over, never more than two pieces behind.

Arrow, DuckDB, hashing and the kernels all release the interpreter, so one lane keeps the other processor busy. What
fails in a lane is raised where work is handed over next, or where the lane ends.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Generic, Self, TypeVar

Piece = TypeVar("Piece")

DEPTH = 2


class Lane(Generic[Piece]):
    """Hands pieces to `work` on a thread of its own; a context manager that waits until all of them are done."""

    def __init__(self, work: Callable[[Piece], None]) -> None:
        self._work = work
        self._waiting: queue.Queue[Piece | None] = queue.Queue(DEPTH)
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def put(self, piece: Piece) -> None:
        """Hand over a piece; waits while two are waiting."""
        self._raise()
        self._waiting.put(piece)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._waiting.put(None)
        self._thread.join()
        if error is None:
            self._raise()

    def _run(self) -> None:
        while (piece := self._waiting.get()) is not None:
            if self._failure is None:  # after a failure only drain, so that nobody waits for ever
                try:
                    self._work(piece)
                except BaseException as error:
                    self._failure = error

    def _raise(self) -> None:
        if self._failure is not None:
            raise self._failure
