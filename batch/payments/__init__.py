"""Payments: what a payment pays of what is due, as pure functions.

`coverage.py` says which periods a payment covers, `settling.py` what it pays a person of what is outstanding, what it
recovers and what it carries, within the policy's limit (`recovery_limit.py`); `causes.py` names why a line is paid,
`closings.py` what of a closing lapses when a transfer comes back.

This room must not import a ledger, and reads no file and no clock: `batch/ledger/payment_drafts.py` hands in what is
outstanding and writes down what comes back, in one transaction.
"""
