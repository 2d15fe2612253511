"""The ledger database: runs staged, verified, published; what was published never changes.

`ledger.py` is what others use, with the values of `records.py`; they may import both names and values from here, and
`history.read_by`. `connect.py` knows the databases, `schema.py` the tables, `migrations/` how they come about,
`run_tables.py` and `results_mapping.py` how results are stored in them, `bulk_rows.py` how rows travel: in by
`sqlite_rows.py`, `postgresql_rows.py` or `mariadb_rows.py`, out by `joined_columns.py`. `staging.py`, `publishing.py`,
`confirming.py`, `verifying.py` and `history.py` do one thing each, and so do `run_steps.py` (what is
done before a publication), `access_log.py` (who looked), `page_links.py` (who was given a link to the pages),
`activity.py` (who did what) and `roles.py` (rights on a server). `proposed.py` reads as if computed results were
published; `audit.py` binds stagings, steps, publications, confirmations (`confirmations.py`) and links into a chain,
with which `revisions.py` compares the publications, `stored_run.py` a run that is read, and `strangers.py` finds what
others put into the database. `payslip_tree.py` and `proving.py` are of the proofs that rest on the chain. `sources.py`
keeps the texts of formulas and engine. `sqlite_file.py` opens SQLite's file. Payments: `payment_drafts.py` writes them
and `payment_steps.py` their steps, by what `payment_balances.py` adds up; `payment_rows.py` knows their rows,
`payment_chain.py` what the chain says of them.

This room may import what decides a payment (`batch/payments`), results, snapshots' schemas and content digests. It must
not import what computes, freezes or prints: a ledger keeps figures and knows no rule of pay.
"""

from batch.ledger.activity import Activity, Wanted
from batch.ledger.ledger import Ledger
from batch.ledger.page_links import PageLink, Revoked
from batch.ledger.payment_records import PaymentRecord, PaymentSheet, PaymentSums
from batch.ledger.proposed import ProposedLedger
from batch.ledger.records import (
    Acceptance,
    Accessed,
    AuditEntry,
    Confirmation,
    History,
    Publication,
    Published,
    RunRecord,
    RunStep,
)
from batch.ledger.run_steps import Standing

__all__ = [
    "Acceptance",
    "Accessed",
    "Activity",
    "AuditEntry",
    "Confirmation",
    "History",
    "Ledger",
    "PageLink",
    "PaymentRecord",
    "PaymentSheet",
    "PaymentSums",
    "ProposedLedger",
    "Publication",
    "Published",
    "Revoked",
    "RunRecord",
    "RunStep",
    "Standing",
    "Wanted",
]
