"""Findings: what is implausible in a period's input or results.

It is told and kept, and refuses nothing by itself. `check.py` makes all findings from the `Material` that is gathered
for it, `kinds.py` lists the kinds with their thresholds, `gate.py` stands before a publication, `notes.py` keeps what a
freeze saw. To add a kind: an entry of `KINDS`, its check, its row in docs/policy.md, a test that fails without it.

`published_changes.py` compares the published periods with what source and policy say now, and `published_note.py` keeps
what a freeze saw of them; `split_records.py` compares the rows of one record. Nothing here enters a snapshot's digest
or a run's id. This room reads the source, snapshots and the ledger; it must import neither what prices nor what prints.
`batch/check.py` conducts it.
"""
