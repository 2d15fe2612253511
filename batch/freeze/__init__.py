"""Freeze of one period's input: read once, checked, written as a snapshot.

The rules are in docs/input.md.

    source --read, ingest--> spools --screen, late_reversals, linked--> kept and rejected rows --write--> snapshot

`reference/` reads the reference tables and checks them whole. `records/` takes the service records in three passes:
`read` types the rows and drops those that the period does not read, `ingest` codes and checks each row by itself;
`screen` separates standalone rows from linked ones, which `linked` brings together (rows of one record, reversals,
teams); `write` sorts each kind of row once. `sorting/` sorts more rows than memory holds. `pipeline` puts these in
order. Memory does not grow with the number of records: rows in between lie in a temporary folder of the workspace. The
reasons are in docs/decisions/0007-freeze.md.

The rest of `batch` may import `freeze_period`. Freeze itself may import the readers (`sources`, `values`), the stored
format (`snapshot`) and the small tools at the root of `batch`; nothing that prices, computes, publishes or reports. The
ledger's history comes in as a value.
"""

from batch.freeze.pipeline import freeze_period

__all__ = ["freeze_period"]
