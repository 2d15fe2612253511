"""Freeze one period's input: read once, checked, written as an immutable snapshot (docs/input.md).

    source --reading, ingest--> spools --sift, late, suspects--> resolved rows --order--> parts --manifest--> snapshot

`reading` types the rows and drops what the period does not read; `ingest` codes and judges each row by itself; `sift`
finds those that cannot be judged alone, and `suspects` puts them together (rows of one record, reversals, teams);
`order` sorts each kind of row once. Memory does not grow with the number of records: what is in between lies in a
temporary folder of the workspace. Why it is done so: docs/decisions/0007-freeze.md.
"""

from batch.freeze.pipeline import freeze_period

__all__ = ["freeze_period"]
