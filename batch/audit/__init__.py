"""Audit of results: invariants of what may be stored, and the difference of two runs.

It reads results (`batch.results`), as they were computed or as they come back from a ledger, and computes sums in a way
of its own; to tell in what two runs differ it compares their snapshots and policies too. It must not import what
computed the results (`compute`, `inputs`, `pricing`), nor print.
"""
