"""Freeze: one period's input, read once and written as an immutable snapshot (docs/input.md, `batch/snapshot.py`).

    source --ingest--> spools --suspects--> resolved rows --order--> parts --manifest--> snapshot

`ingest` types, codes and judges each row by itself; `suspects` puts together what cannot be judged alone (rows of one
record, reversals, teams); `order` sorts each kind of row once. Memory does not grow with the number of records: what is
in between lies in a temporary folder of the workspace.
"""

from batch.freeze.period import freeze_period

__all__ = ["freeze_period"]
