"""Arrow schemas of a snapshot's files."""

from __future__ import annotations

import pyarrow as pa

# Row groups of the history read at a time: a list of all persons is searched once for each time.
HISTORY_GROUPS = 16
RECORD_COLUMNS = (
    pa.field("record_id", pa.string(), nullable=False),
    pa.field("service_date", pa.int32(), nullable=False),  # as priced: a refund carries its original's
    pa.field("quantity", pa.int64(), nullable=False),  # hundredths
    pa.field("share", pa.int64(), nullable=False),  # ten-thousandths, as priced
    pa.field("reverses", pa.string(), nullable=False),
)
RECORDS = pa.schema(RECORD_COLUMNS)
LIMITED = pa.schema(
    [
        pa.field("patient_hi", pa.uint64(), nullable=False),
        pa.field("patient_lo", pa.uint64(), nullable=False),
        pa.field("has_patient", pa.uint8(), nullable=False),
        pa.field("item", pa.int32(), nullable=False),
        pa.field("day", pa.int32(), nullable=False),
        pa.field("first_of_service", pa.uint8(), nullable=False),
        pa.field("counting_only", pa.uint8(), nullable=False),
        pa.field("refund", pa.uint8(), nullable=False),  # ORIGINAL or one of the three below
        pa.field("engagement", pa.int32(), nullable=False),
        pa.field("item_row", pa.int32(), nullable=False),
        pa.field("difficulty_row", pa.int32(), nullable=False),
        pa.field("amount", pa.int64(), nullable=False),
    ]
)
# What a limited row is. Where its service is not accepted, a refund is `reversed`; where it is, EXCESS (together with
# the other refunds more than the row) is `bad_quantity`, REFUND_OF_BAD_SHARE (its amount is 0) is `bad_share`.
ORIGINAL, REFUND, EXCESS, REFUND_OF_BAD_SHARE = 0, 1, 2, 3
LIMITED_RECORDS = pa.schema(
    [
        RECORD_COLUMNS[0],
        pa.field("staff", pa.string(), nullable=False),
        pa.field("institution", pa.string(), nullable=False),
        *RECORD_COLUMNS[1:],
        pa.field("copies_before", pa.int32(), nullable=False),
    ]
)
REJECTED = pa.schema(
    [
        pa.field("record_id", pa.string(), nullable=False),
        pa.field("staff", pa.string(), nullable=False),
        pa.field("institution", pa.string(), nullable=False),
        pa.field("reason", pa.string(), nullable=False),
        pa.field("copy", pa.int32(), nullable=False),
        pa.field("service_date", pa.int32(), nullable=False),
        pa.field("item", pa.string(), nullable=False),
        pa.field("quantity", pa.int64()),
        pa.field("share", pa.int64()),
        pa.field("reverses", pa.string(), nullable=False),
    ]
)
SUMMARIES = pa.schema(
    [
        pa.field("record_id", pa.string(), nullable=False),
        pa.field("engagement", pa.int32(), nullable=False),  # the cell owner
        pa.field("item_row", pa.int32(), nullable=False),
        pa.field("services", pa.int64(), nullable=False),
    ]
)  # kept rows of `hot` that stand for so many services each, in order of the record id
HISTORY = pa.schema(
    [
        *(
            pa.field(name, pa.string(), nullable=False)
            for name in (
                "period",
                "kind",
                "institution",
                "staff",
                "engagement_from",
                "component",
                "pay_class",
                "funding",
            )
        ),
        pa.field("amount_fen", pa.int64(), nullable=False),
    ]
)
HISTORY_WORK = pa.schema(
    [
        *(
            pa.field(name, pa.string(), nullable=False)
            for name in ("period", "institution", "staff", "engagement_from", "category")
        ),
        pa.field("services", pa.int64(), nullable=False),
        pa.field("points_micro", pa.int64(), nullable=False),
    ]
)
HISTORY_FIGURES = pa.schema(
    [
        *(pa.field(name, pa.string(), nullable=False) for name in ("period", "level", "institution", "name", "unit")),
        pa.field("scale", pa.int64(), nullable=False),
        pa.field("value", pa.int64(), nullable=False),  # in units of 10**-scale
    ]
)

LINES, WORK, FIGURES = "history", "history_work", "history_figures"
HISTORY_TABLES = {LINES: HISTORY, WORK: HISTORY_WORK, FIGURES: HISTORY_FIGURES}


def hot_schema(dtypes: dict[str, str]) -> pa.Schema:
    """Build the schema of the hot columns; their widths are the snapshot's own."""
    return pa.schema([pa.field(name, pa.type_for_alias(kind), nullable=False) for name, kind in dtypes.items()])
