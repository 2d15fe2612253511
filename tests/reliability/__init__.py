"""Faults that are declared by name, each done to a random county, and what must come of it."""

from tests.reliability import (
    damages_amounts,
    damages_codes,
    damages_files,
    damages_ledger,
    damages_next_month,
    damages_policy,
    damages_rows,
    damages_snapshot,
    damages_values,
)
from tests.reliability.damage import DAMAGES

__all__ = [
    "DAMAGES", "damages_amounts", "damages_codes", "damages_files", "damages_ledger", "damages_next_month",
    "damages_policy", "damages_rows", "damages_snapshot", "damages_values",
]  # fmt: skip
