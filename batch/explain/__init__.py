"""Explanation of a run's figures, down to the service records.

`explanation.py` computes a run again with a recorder and compares its figures with the stored ones; `paid_work.py`
lists the records behind points, `parameter_reads.py` the dated values behind parameters; `as_json.py` describes all of
it. The steps themselves are recorded by `payengine.graph.trace`. The room may import what computes (`compute`,
`inputs`, `pricing`) and `snapshot`; it reads results as values, and must not import `ledger`, nor print.
"""
