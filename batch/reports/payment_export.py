"""Table of a payment's lines, for the bank file and the voucher."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import pyarrow as pa

from batch.payments.line import PaymentLine
from batch.reports.export import text_column
from batch.reports.register import Names
from payengine.exact import FEN

_TEXT, _WHOLE = pa.string(), pa.int64()
_COLUMNS = {
    "payment": _WHOLE, "pay_date": _TEXT, "institution": _TEXT, "institution_name": _TEXT, "staff": _TEXT,
    "staff_name": _TEXT, "period": _TEXT, "revision": _WHOLE, "previous_revision": _WHOLE, "component": _TEXT,
    "funding": _TEXT, "cause": _TEXT, "returned": _TEXT, "amount_fen": _WHOLE,
}  # fmt: skip


def payment_table(
    number: int, pay_date: str, lines: Sequence[PaymentLine], returned: Collection[tuple[str, str]], names: Names
) -> pa.Table:
    """List a payment's lines with the names of institutions and people, in fen and in yuan.

    `returned` are the (institution, staff) whose transfer came back. `staff` is '' on a statement's lines.
    """
    rows: list[dict[str, Any]] = [
        {
            **line.key._asdict(), "period": str(line.key.period), "payment": number, "pay_date": pay_date,
            "institution_name": names.institutions.get(line.key.institution, ""),
            "staff_name": names.staff.get(line.key.staff, ""), "revision": line.revision,
            "previous_revision": line.previous_revision, "cause": line.cause,
            "returned": "yes" if (line.key.institution, line.key.staff) in returned else "no",
            "amount_fen": line.amount_fen,
        }
        for line in lines
    ]  # fmt: skip
    table = pa.Table.from_pylist(rows, pa.schema(list(_COLUMNS.items())))
    return table.append_column("amount_yuan", text_column(table["amount_fen"], FEN))
