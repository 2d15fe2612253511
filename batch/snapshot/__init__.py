"""Stored format of a snapshot: schemas, codes, writing, opening, verifying.

`layout` names the files, `schemas` the columns of each, `codes` gives code texts their integers, `part_writer` and
`manifest` write, `store` lets a finished folder appear, `snapshot` opens it, `verification` compares it with its
digest. Freeze writes through this room; pricing, inputs, the ledger and the workspace read through it. It may import
the small tools at the root of `batch` and `batch.input_tables`; it must not know a source, a rule about records, or a
policy.
"""
