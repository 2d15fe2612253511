"""Inputs of formulas: columns of a snapshot's tables, its history and the priced workload.

`catalogue` describes every input in one entry, `entry` the kinds of sources, and `provider` computes each kind; the
other files are families of inputs (absences, contracts, period tables, history). `roster` says who is in a run. To
add an input, add an entry, and its line in docs/formulas.md (a test prints it). It may import `batch.snapshot`,
`batch.input_tables`, `batch.results` and payengine; it must not import `compute`, nor anything that reads sources or
the ledger, and no formula.
"""
