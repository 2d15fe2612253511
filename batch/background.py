"""Background worker: a second thread that does work in the order given.

It is never more than two pieces behind.

Arrow, DuckDB, hashing and the kernels all release the interpreter, so one worker keeps the other processor busy. A
failure of the work is raised where the next piece is handed over, or where the worker ends.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

Piece = TypeVar("Piece")

DEPTH = 2  # pieces that may wait: enough to hide a pause of either thread, and little memory


class BackgroundWorker(Generic[Piece]):
    """Worker thread that passes pieces to `work`; leaving it waits until all are done."""

    def __init__(self, work: Callable[[Piece], None]) -> None:
        self._work = work
        self._waiting: queue.Queue[Piece | None] = queue.Queue(DEPTH)
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def put(self, piece: Piece) -> None:
        """Hand over a piece; blocks while two are waiting."""
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


def ahead(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Yield the pieces of an iterator that another thread goes through, at most two ahead."""
    made: queue.Queue[tuple[bool, Any]] = queue.Queue(DEPTH)
    ended = threading.Event()

    def offer(item: tuple[bool, Any]) -> bool:
        while not ended.is_set():
            try:
                made.put(item, timeout=0.1)
                return True
            except queue.Full:
                continue
        return False

    def run() -> None:
        try:
            for piece in pieces:
                if not offer((True, piece)):
                    return
            offer((False, None))
        except BaseException as error:
            offer((False, error))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        while True:
            more, item = made.get()
            if not more:
                break
            yield item
        if item is not None:
            raise item
    finally:
        ended.set()
        thread.join()
