"""Layout of an archive: names of its files, number of its format, limits of what is read."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

FORMAT = 1
FULL, WITHOUT_RECORDS = "full", "without-records"
VARIANTS = (FULL, WITHOUT_RECORDS)

ARCHIVE = "archive.json"  # format, variant, and the run's header as the ledger holds it
CHAIN = "chain.json"  # the audit chain from its first entry to the one that states the run's digests
DIGESTS = "digests.json"  # SHA-256 and size of every other file
POLICY = "policy.json"  # the policy's text as the ledger keeps it
GUIDES = {"en": "README.md", "zh": "README.zh.md"}
LOGICAL = "snapshot/logical.json"  # of an archive without records: the content that the snapshot's digest covers
SNAPSHOT, RESULTS, SOURCES, POLICIES = "snapshot", "results", "sources", "policy"
PLACES = frozenset({ARCHIVE, CHAIN, DIGESTS, POLICY, *GUIDES.values(), SNAPSHOT, RESULTS, SOURCES, POLICIES})
TABLES_OF_RECORDS = ("rejections",)  # results that name service records

MOST_FILES = 20_000  # a snapshot of 10,000,000 records has under 100, the sources some 300
LONGEST_NAME = 200
LARGEST_TEXT = 256 * 2**20  # bytes of a file that is read whole: JSON, sources, CSV
LARGEST_ARCHIVE = 2**40

_SEGMENT = r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?"
_NAME = re.compile(rf"{_SEGMENT}(?:/{_SEGMENT})*", re.ASCII)
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.ASCII | re.IGNORECASE)  # of Windows


def is_safe(name: str) -> bool:
    """Tell if a name is relative, plain, and the same file's name on every system."""
    if len(name) > LONGEST_NAME or not _NAME.fullmatch(name):
        return False
    segments = PurePosixPath(name).parts
    return segments[0] in PLACES and not any(_DEVICES.fullmatch(segment) for segment in segments)
