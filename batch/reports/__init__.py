"""Reports of results: register, compliance sheet and exported files.

They read results alone (`batch.results`, `batch.result_tables`, `batch.report_names`), or the difference of two, so
that a run of years ago is printed from the ledger as it was. They must not import `compute`, `inputs`, `pricing`,
`freeze` or `sources`; printing is the command line's.
"""
