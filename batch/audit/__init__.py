"""Audit of results: invariants of what may be stored, and the difference of two runs.

It reads results only (`batch.results`), as they were computed or as they come back from a ledger, and computes sums in
a way of its own. It must not import what computed them (`compute`, `inputs`, `pricing`), nor print.
"""
