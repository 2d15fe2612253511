"""The ledger database: runs staged, verified, published; what was published never changes.

`ledger.py` is what others use, with the values of `records.py`; they may import both names and values from here, and
`history.read_by`. `connect.py` knows the databases, `schema.py` the tables, `migrations/` how they come about,
`run_tables.py` and `results_mapping.py` how results are stored in them, `bulk_rows.py` how rows travel. `staging.py`,
`publishing.py`, `verifying.py` and `history.py` do one thing each; `audit.py` binds stagings and publications into a
chain, with which `revisions.py` compares the publications, `stored_run.py` a run that is read, and `strangers.py` finds
what others put into the database. `sqlite_file.py` opens SQLite's file. Payments: `payment_drafts.py` writes them and
`payment_steps.py` their steps, by what `payment_balances.py` adds up; `payment_rows.py` knows their rows,
`payment_chain.py` what the chain says of them.

This room may import what decides a payment (`batch/payments`), results, snapshots' schemas and content digests. It must
not import what computes, freezes or prints: a ledger keeps figures and knows no rule of pay.
"""

from batch.ledger.ledger import Ledger
from batch.ledger.payment_records import PaymentRecord, PaymentSheet
from batch.ledger.records import Acceptance, AuditEntry, History, Publication, Published, RunRecord

__all__ = [
    "Acceptance",
    "AuditEntry",
    "History",
    "Ledger",
    "PaymentRecord",
    "PaymentSheet",
    "Publication",
    "Published",
    "RunRecord",
]
