"""Needs of a policy: input tables, names in them, values of the policy itself.

It is told from the formulas, before there is any row: `needs.py` puts it together. `table_needs.py` says which tables
are read and why, `name_needs.py` which names in them and what a missing row costs, `value_needs.py` which values of the
policy are missing. What a missing row costs is found by trying the formulas on `sample_rows.py`, where a row stands for
every kind of institution and person and none of the named rows is given; `placeholders.py` fills in the values that the
policy lacks, so that the formulas can be tried all the same. Nothing here decides a figure.
It imports the graph of `batch.compute`, and is imported by the command line and the template.
"""
