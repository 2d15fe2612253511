"""Sources, snapshots, the run and its ledger, exports and the command line."""
