"""Computing of a run: a pure function of snapshot, policy and formulas.

Nothing else is read and nothing is written.

`compute` is the way in: it checks names and tables, evaluates the graph over `batch.inputs` and `batch.pricing`, and
lists the results in canonical order. `policy_formulas` and `check_formulas` make formulas of a policy, `run_id` digests
all that decides a figure. It must not import `reports`, `audit`, `ledger`, `sources`, `freeze` or `cli`: what it tells
them stands in `batch.results` and `batch.report_names`.
"""
