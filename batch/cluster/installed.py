"""Digest of the program as it is installed, by which command and workers know each other."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

from batch.content_digest import texts_digest


@cache
def installed_digest() -> str:
    """Digest every module of `payengine` and `batch`; line ends are made the same."""
    return texts_digest(dict(text for room in ("payengine", "batch") for text in _texts(resources.files(room), room)))


def _texts(entry: Traversable, place: str) -> Iterator[tuple[str, str]]:
    if entry.is_dir():
        for inner in sorted(entry.iterdir(), key=lambda each: each.name):
            yield from _texts(inner, f"{place}/{inner.name}")
    elif entry.name.endswith(".py"):
        yield place, b"\n".join(entry.read_bytes().splitlines()).decode()
