"""Proofs of a payslip, or of an earlier head, against a head that somebody noted.

`merkle.py` are the hash trees of RFC 6962, `heads.py` how a head is written and found in a text, `entries.py` the
tree of the audit chain's entries, `payslips.py` that of a run's payslips, `secret.py` what salts these. `documents.py`
is the file that `payengine prove` writes, `checking.py` decides whether it holds: by the file and a head alone, so it
may be read where there is neither workspace nor ledger.

This room knows no database, the ledger hands it rows and entries. It may import content digests, the rights of files
and the names of reports; nothing that reads a ledger, computes or prints.
"""
