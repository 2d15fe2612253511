"""Frugal memory: what a phase has freed goes back to the system before the next begins."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa

KEPT = 32 * 2**20  # bytes of the heap's end that stay with the process: a batch would take them again at once
LARGE = 8 * 2**20  # bytes: a block of this size is the system's own again once it is freed
TRIM_THRESHOLD, MMAP_THRESHOLD, ARENA_MAX = -1, -3, -8  # numbers of glibc's malloc.h


@contextmanager
def frugal_memory() -> Iterator[None]:
    """Take Arrow's memory from the system's allocator meanwhile, large blocks each by itself.

    Arrow's own allocator keeps what it had when it was busiest (50 MB). That of the GNU C library raises by itself the
    size from which a block is given back at once, up to 32 MB, and has a heap for every thread (70 MB).
    """
    before = pa.default_memory_pool()
    pa.set_memory_pool(pa.system_memory_pool())
    _settle_malloc()
    try:
        yield
    finally:
        give_back()
        pa.set_memory_pool(before)


def give_back() -> None:
    """Give the system the memory that a phase has freed."""
    pa.default_memory_pool().release_unused()


def _settle_malloc() -> None:
    """Set the size of a large block and one heap for all threads, in the GNU C library."""
    if sys.platform != "linux":
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(TRIM_THRESHOLD, KEPT)
        mallopt(MMAP_THRESHOLD, LARGE)
        mallopt(ARENA_MAX, 1)
