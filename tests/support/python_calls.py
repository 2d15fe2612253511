"""Number of calls that Python makes, of which rows must not make more."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

ROUNDS = 5  # in one of which a kernel may be compiled, by millions of calls


def fewest_calls(work: Callable[[], object]) -> int:
    """Count the calls of the round that makes the fewest."""
    return min(count_calls(work) for _ in range(ROUNDS))


def count_calls(work: Callable[[], object]) -> int:
    """Count the calls of functions, in Python and in C, while `work` runs in this thread."""
    calls = 0

    def count(_frame: FrameType, event: str, _argument: Any) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
    return calls
