"""The ledger database: runs staged, verified, published; what was published never changes."""

from batch.ledger.ledger import Ledger
from batch.ledger.records import AuditEntry, History, Publication, Published, RunRecord

__all__ = ["AuditEntry", "History", "Ledger", "Publication", "Published", "RunRecord"]
