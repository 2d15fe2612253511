"""Identity of a run: digests of its inputs and of the sources that compute it.

They are the same on every machine.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

from batch.content_digest import digest_of

# The rooms and modules of `batch` that decide figures; readers of sources do not, because snapshots carry their own
# digest. Whatever is put into these rooms is covered by the id of every run.
COMPUTING = (
    "arrow_columns.py", "compute", "input_tables.py", "inputs", "pricing", "report_names.py", "result_tables.py",
    "results.py", "snapshot/codes.py",
)  # fmt: skip


@cache
def formulas_digest() -> str:
    """Return the digest of the rules: SHA-256 over the sources of `formulas`."""
    return _digest(_sources(resources.files("formulas"), "formulas"))


@cache
def engine_digest() -> str:
    """Return the digest of what evaluates the rules, in `payengine` and `batch`."""
    batch = resources.files("batch")
    own = [source for name in COMPUTING for source in _sources(batch.joinpath(name), f"batch/{name}")]
    return _digest([*_sources(resources.files("payengine"), "payengine"), *own])


def run_id(contents: Mapping[str, object]) -> str:
    """Return the id of a run: a digest of what it was made from."""
    return digest_of(contents)


def _sources(entry: Traversable, place: str) -> Iterator[tuple[str, Traversable]]:
    """A module, or all modules of a folder and of the folders in it, with their places."""
    if entry.is_dir():
        for inner in sorted(entry.iterdir(), key=lambda each: each.name):
            yield from _sources(inner, f"{place}/{inner.name}")
    elif entry.name.endswith(".py"):
        yield place, entry


def _digest(sources: Iterable[tuple[str, Traversable]]) -> str:
    """Digest each source's place and text.

    Line ends are made the same: a checkout on Windows has others.
    """
    told = {place: hashlib.sha256(b"\n".join(entry.read_bytes().splitlines())).hexdigest() for place, entry in sources}
    return digest_of(told)
