"""Stored samples of every form of snapshot and ledger that was ever written."""
