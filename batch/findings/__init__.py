"""Findings: what is implausible in a period's input or results.

It is told and kept, and refuses nothing by itself. `check.py` makes all findings from the `Material` that is gathered
for it, `kinds.py` lists the kinds with their thresholds, `gate.py` stands before a publication, `notes.py` keeps what a
freeze saw. To add a kind: an entry of `KINDS`, its check, its row in docs/policy.md, a test that fails without it.

This room reads snapshots and the ledger; it must import neither what computes nor what prints.
"""
