"""Rows of one period in a table whose rows name their period, as a number and a digest.

A snapshot keeps the rows of its own period. These facts of the freeze, beside the digest, are of all periods that the
source names: by them a later freeze sees that scores or amounts of a month were changed after it was published.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from batch.arrow_columns import Coded
from batch.content_digest import TableDigest, digest_of
from batch.input_tables import Table
from payengine.kernels.arrays import Int64

PeriodRows = Mapping[str, Mapping[str, Mapping[str, Any]]]  # by table and period: `rows` and `digest`
DIGITS = 32  # hexadecimal digits of a digest that are kept


def period_rows(table: Table, data: pa.Table, order: Int64) -> dict[str, dict[str, Any]]:
    """Describe the rows of each period of a typed table; `order` is their canonical order.

    Columns that say the same in all rows as their absence would are left out.
    """
    coded = Coded.of(data["period"])
    codes, found = coded.codes[order], {}
    for number, period in enumerate(coded.texts):
        rows = data.take(pa.array(order[codes == number]))
        for column in table.columns:
            if column.optional and column.kind in ("text", "code", "flag"):
                default = pa.scalar(column.default == "yes" if column.kind == "flag" else column.default)
                if pc.all(pc.equal(rows[column.name], default)).as_py():
                    rows = rows.drop_columns([column.name])
        digest = TableDigest(rows.schema)
        for batch in rows.combine_chunks().to_batches():
            digest.update(batch)
        found[period] = {"rows": rows.num_rows, "digest": digest_of(digest.describe())[:DIGITS]}
    return dict(sorted(found.items()))
