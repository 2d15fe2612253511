"""Arrow schemas of service rows on their way through freeze.

A *plain* row is paid if its record has no other row and nothing reverses it: one person (or none) with a share of
exactly 1, and no reason against it. Every other row is *linked* and keeps all its columns.
"""

from __future__ import annotations

import pyarrow as pa

from batch.snapshot.schemas import REJECTED as REJECTED_ROWS

# Why a row is read (docs/input.md): dated in the period; counting only; only because it reverses something read.
IN_PERIOD, COUNTING, LATE = 0, 1, 2


def _fields(**types: pa.DataType) -> list[pa.Field]:
    return [pa.field(name, kind, nullable=False) for name, kind in types.items()]


PLAIN = pa.schema(
    _fields(
        id_hash=pa.uint64(),
        record_id=pa.string(),
        day=pa.int32(),
        owner=pa.int32(),
        item_row=pa.int32(),
        difficulty_row=pa.int32(),
        quantity=pa.int64(),
        patient_hash=pa.uint64(),
    )
)
PLAIN_LIMITED = pa.schema([*PLAIN, *_fields(patient_hi=pa.uint64(), patient_lo=pa.uint64(), counting_only=pa.uint8())])
LINKED = pa.schema(
    _fields(
        id_hash=pa.uint64(),
        record_id=pa.string(),
        reverses_hash=pa.uint64(),
        reverses=pa.string(),
        kind=pa.uint8(),  # IN_PERIOD, COUNTING or LATE
        unreadable=pa.uint8(),  # a late row with a value that cannot be read: refuses the freeze if the row is read
        day=pa.int32(),
        institution=pa.int64(),
        staff=pa.int64(),
        item=pa.int64(),
        institution_text=pa.string(),  # only of unknown codes
        staff_text=pa.string(),
        item_text=pa.string(),
        quantity=pa.int64(),  # hundredths, or EMPTY
        share=pa.int64(),  # ten-thousandths, or EMPTY
        patient_hash=pa.uint64(),
        after_death=pa.uint8(),
        patient_hi=pa.uint64(),  # the patient as the snapshot keeps it; 0 but for limited items
        patient_lo=pa.uint64(),
    )
)

KEPT = pa.schema(
    _fields(
        owner=pa.int32(),
        day=pa.int32(),
        record_id=pa.string(),
        item_row=pa.int32(),
        difficulty_row=pa.int32(),
        quantity=pa.int64(),
        share=pa.int64(),
        reverses=pa.string(),
    )
)
KEPT_LIMITED = pa.schema(
    _fields(
        patient_hi=pa.uint64(),
        patient_lo=pa.uint64(),
        has_patient=pa.uint8(),
        item=pa.int32(),
        day=pa.int32(),
        service=pa.string(),  # the record_id of the original
        refund=pa.uint8(),
        record_id=pa.string(),
        staff=pa.string(),
        institution=pa.string(),
        counting_only=pa.uint8(),
        owner=pa.int32(),
        item_row=pa.int32(),
        difficulty_row=pa.int32(),
        quantity=pa.int64(),
        share=pa.int64(),
        reverses=pa.string(),
        copies_before=pa.int32(),  # rejections of the same record and staff code
    )
)
# A rejected row as the snapshot stores it, but for two columns: `reason` is 1 + its place in REASONS, and copies of a
# row are numbered only once all are sorted.
UNNUMBERED_REJECTIONS = pa.schema(
    [pa.field("reason", pa.uint8(), nullable=False) if field.name == "reason" else field for field in REJECTED_ROWS]
).remove(REJECTED_ROWS.get_field_index("copy"))
