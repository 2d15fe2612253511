"""Service records of a month: read, checked, linked, and written in three passes.

`ingest`, `screen` and `write` are the passes; `linked` with `consistency`, `originals`, `reversals` and `team_rows`
resolves rows that depend on others. Only `batch.freeze` and its tests import from here. This package may import
`batch.freeze.sorting`, `batch.snapshot`, `batch.values` and, for a row's place in a message, `batch.sources`; it must
not import `batch.freeze.reference`: the checked tables come in as arguments.
"""
