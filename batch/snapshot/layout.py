"""Names and sizes of a snapshot's files, for whoever reads its manifest alone."""

from __future__ import annotations

SCHEMA_VERSION = 2
# Versions that are read: 1 kept neither `history_work` nor `history_figures`, and nothing else is different. A stored
# sample of each, and of all forms of a version, is replayed by tests/stored_samples.
READABLE = (1, SCHEMA_VERSION)
BATCH_ROWS = 65_536  # rows of a record batch, and of a row group beside it
MANIFEST = "manifest.json"
NEWEST = "newest"  # beside the snapshots of a period: the digest of the one frozen last
RECORD_IDS = "record_ids.u64"
FILE_WORDS = {MANIFEST: "快照清单", RECORD_IDS: "记录号的散列", NEWEST: "最新快照的名称"}  # in Chinese messages
