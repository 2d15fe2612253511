"""Failpoints: named places at which a test can stop the program, as a crash would.

Nothing happens at them in use: `on` is set by tests only.
"""

from __future__ import annotations

from collections.abc import Callable

on: Callable[[str], None] | None = None


def reached(point: str) -> None:
    if on is not None:
        on(point)
