"""Reference tables of a period: read whole, checked whole, every problem reported at once.

`read` is what `batch.freeze` calls; `checks` holds the rules, `rows` a table as it was read. This package may import
`batch.sources`, `batch.values` and `batch.input_tables`; it must not know of service records, of their coding, or of
the snapshot that the tables are written into.
"""
