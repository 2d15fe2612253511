"""Empty parts of a settlement's snapshot, where a month's has its service records.

A settlement reads no service records; its work is that of its months, as published (`history_work`).
"""

from __future__ import annotations

from pathlib import Path

from batch.freeze.records.write import widths
from batch.snapshot.codes import Coding
from batch.snapshot.manifest import RecordTables
from batch.snapshot.part_writer import Files, PartWriter, write_table
from batch.snapshot.schemas import LIMITED, LIMITED_RECORDS, RECORDS, REJECTED, hot_schema


def no_records(root: Path, coding: Coding, files: Files) -> RecordTables:
    """Write empty parts: nothing read, nothing kept, nothing rejected."""
    schemas = {
        "hot": hot_schema(widths(coding, 0)), "records": RECORDS,
        "limited": LIMITED, "limited_records": LIMITED_RECORDS,
    }  # fmt: skip
    columns = {}
    for name, schema in schemas.items():
        with PartWriter(root, name, schema, files, parquet=False) as writer:
            pass
        columns[name] = writer.describe()
    counts = dict.fromkeys(
        ("read", "dated_in_period", "counting_only", "late_reversals", "expanded", "kept", "limited", "unlisted"), 0
    )
    return RecordTables(
        counts={**counts, "rejected": {}},
        rejected=write_table(root, "rejected.parquet", REJECTED, [], files),
        columns=columns,
        parts={"hot": [], "limited": []},
    )
