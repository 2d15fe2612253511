"""Versions of the ledger's schema, one file each, and the mechanism that applies them.

`migrate.py` is the mechanism, `steps.py` the kinds of steps, and `v0001_first_tables.py` and its successors are the
versions. A version's statements are literal, for each dialect: a fresh ledger goes through all of them, so none may
follow from `batch/ledger/schema.py`, which describes the tables of today only. A published file is not edited.

To add a version: a file `v0002_<noun>.py` with a `MIGRATION` of the next number, found by its name; the same change
in `schema.py` (or in `batch/result_tables.py`, for a table of results); the version's pinned digest in
`tests/batch/ledger/test_migrations.py`. Its `views` are all that the ledger has then, those of before repeated: one
that is not named is dropped. When a version is published, ledgers of it are stored
(`tests/batch/ledger/stored_ledgers`). A test compares the sum of the versions with `schema.py` on each database.
Tables `ledger_schema` and `audit_entry` keep their columns, since every version is entered in them; a column that is
added to `run` is not part of a publication's digest.

`migrate.py` may import the failpoints, the ledger's connections, its audit chain and `schema.ledger_schema`; a version
may import `steps.py` alone. Import modules from here, not names: `migrate` is a module.
"""
