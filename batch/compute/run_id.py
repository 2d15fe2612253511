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

# The modules of `batch` that decide figures; readers of sources do not, because snapshots carry their own digest.
COMPUTING = (
    "compute/adjustment_report.py",
    "compute/check_formulas.py",
    "compute/check_results.py",
    "compute/compute.py",
    "compute/policy_formulas.py",
    "compute/result_tables.py",
    "compute/run_id.py",
    "compute/settlement.py",
    "input_tables.py",
    "inputs/absences.py",
    "inputs/catalogue.py",
    "inputs/contracts.py",
    "inputs/entry.py",
    "inputs/history.py",
    "inputs/history_lines.py",
    "inputs/history_work.py",
    "inputs/keyed_columns.py",
    "inputs/period_tables.py",
    "inputs/provider.py",
    "inputs/roster.py",
    "inputs/table_figures.py",
    "inputs/team_pools.py",
    "pricing/limits.py",
    "pricing/price_snapshot.py",
    "pricing/rejections.py",
    "report_names.py",
    "results.py",
    "snapshot/codes.py",
)


@cache
def formulas_digest() -> str:
    """Return the digest of the rules: SHA-256 over the sources of `formulas`."""
    return _digest(_sources(resources.files("formulas"), "formulas"))


@cache
def engine_digest() -> str:
    """Return the digest of what evaluates the rules, in `payengine` and `batch`."""
    batch = resources.files("batch")
    own = ((f"batch/{name}", batch.joinpath(name)) for name in COMPUTING)
    return _digest([*_sources(resources.files("payengine"), "payengine"), *own])


def run_id(contents: Mapping[str, object]) -> str:
    """Return the id of a run: a digest of what it was made from."""
    return digest_of(contents)


def _sources(folder: Traversable, place: str) -> Iterator[tuple[str, Traversable]]:
    for entry in sorted(folder.iterdir(), key=lambda one: one.name):
        if entry.is_dir():
            yield from _sources(entry, f"{place}/{entry.name}")
        elif entry.name.endswith(".py"):
            yield f"{place}/{entry.name}", entry


def _digest(sources: Iterable[tuple[str, Traversable]]) -> str:
    """Digest each source's place and text.

    Line ends are made the same: a checkout on Windows has others.
    """
    told = {place: hashlib.sha256(b"\n".join(entry.read_bytes().splitlines())).hexdigest() for place, entry in sources}
    return digest_of(told)
