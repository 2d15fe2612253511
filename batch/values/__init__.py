"""Typed columns from raw ones: parsers of texts, numbers and days, faults by row.

`parse` is the entrance; `cells` and `utf8` hold the kernels that look at bytes, `written_forms` reads what people write
otherwise, `messages` says in words why a value cannot be read. Freeze imports this room. It may import
`batch.input_tables`, whose kinds of columns it implements; it must know neither a source nor a period.
"""
