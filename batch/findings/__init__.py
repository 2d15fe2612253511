"""Findings: what is implausible in a period, told and never refused by itself.

Here live what a finding is (`finding`), and the comparisons that make some: of published periods with what source and
policy say now (`published_changes`), of the rows of one record (`split_records`). Nothing here enters a snapshot's
digest or a run's id. It may import the source, the snapshot, the ledger and the policy; only the workspace and the
command line import it.
"""
