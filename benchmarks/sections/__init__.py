"""Sections of the table, in the order in which they are measured.

Each adds lines to the figures of a `Bench`. They import the product as a user would.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from benchmarks.bench import Bench
from benchmarks.sections import (
    auditing,
    formulas,
    history,
    jobs,
    ledgers,
    memory,
    openfisca,
    pricing,
    simulation,
    starts,
)


@dataclass(frozen=True)
class Section:
    """One section: what stands above its lines, and what measures them."""

    title: str
    measure: Callable[[Bench], None]


SECTIONS: Mapping[str, Section] = {
    # These first, while this process is small: with its largest child it is to stay below four gigabytes.
    "memory": Section("Peak memory", memory.measure),
    "graph": Section("Formula graphs", formulas.measure),
    "pricing": Section("The run: read, limit, price, sum", pricing.measure),
    "ledger": Section("Writing a ledger", ledgers.measure),
    "job": Section("From the source to the published ledger", jobs.measure),
    "audit": Section("What an auditor asks of a published month", auditing.measure),
    "simulation": Section("Prices tried before they are paid", simulation.measure),
    "openfisca": Section("Formula graph beside OpenFisca-core", openfisca.measure),
    "history": Section("December, with eleven months of history", history.measure),
    "starts": Section("Starts", starts.measure),
}
