"""Pricing: exact points of a snapshot's service records, limits decided, and rejections.

`price_snapshot` is the way in, `price_parts` where other processes price the parts. Nothing here knows policies or
formulas: a workload depends on the snapshot and on the institutions held, so that one pricing serves every policy. It
may import `batch.snapshot`, `batch.input_tables`, `batch.results` and payengine; it must not import `inputs`, `compute`
or anything that reads sources or the ledger.
"""
