"""Archives: one run in one file, from which an auditor computes it again elsewhere.

`layout` names what stands in one, `zip_file` writes and reads the container, `result_files` the tables, `guide` the
page for the auditor, `encryption` the form for recipients. `writer` makes an archive, `reader` checks one that may be
hostile, `replay` computes its run again. docs/archive.md describes the format.

It may import the ledger, the snapshots, the results and `batch.audit`; it computes nothing itself.
"""
