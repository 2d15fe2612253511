"""Rows of a snapshot as the peers get them: numbers, patients and limit periods resolved."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from batch.input_tables import LIMIT_PERIODS
from batch.snapshot.snapshot import Part, Snapshot
from benchmarks.peers.rows import IntegerRows, narrowest


def read_integer_rows(snapshot: Snapshot) -> IntegerRows:
    """Read all rows to be priced, and all limited rows with their history, into memory."""
    coding = snapshot.coding
    hot, limited = _read(snapshot.hot_parts()), _read(snapshot.limited_parts())
    rows, limited_rows = _alike(_rows(hot), _rows(limited))
    new_patient = _differs(limited["patient_hi"]) | _differs(limited["patient_lo"])
    return IntegerRows(
        rows=pa.table(rows),
        limited=_table(
            {
                "patient": np.cumsum(new_patient, dtype=np.int64),
                "item": limited["item"],
                "span": _span(limited["day"], coding.limit_period[limited["item_row"]]),
                "service": np.cumsum(limited["first_of_service"], dtype=np.int64),
                "limit_count": coding.limit_count[limited["item_row"]],
                "counting_only": limited["counting_only"],
                "refund": limited["refund"],
            },
            limited_rows,
        ),
        items=_table(
            {
                "item_row": np.arange(len(coding.item_rows)),
                "category": coding.category_of_row,
                "equivalents": coding.priced_equivalents,
            }
        ),
        difficulties=_table(
            {
                "difficulty_row": np.arange(len(coding.coefficient)),
                "coefficient": coding.coefficient,
            }
        ),
        categories=len(coding.categories),
    )


def _table(columns: dict[str, np.ndarray], ready: dict[str, np.ndarray] | None = None) -> pa.Table:
    return pa.table({**(ready or {}), **{name: narrowest(column) for name, column in columns.items()}})


def _alike(
    rows: dict[str, np.ndarray], limited: dict[str, np.ndarray]
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Store the columns of both in one type each: the peers put the rows together."""
    kinds = {name: narrowest(np.concatenate([rows[name], limited[name]])).dtype for name in rows}
    first, second = ({name: one[name].astype(kind) for name, kind in kinds.items()} for one in (rows, limited))
    return first, second


def _read(parts: list[Part]) -> dict[str, np.ndarray]:
    tables = []
    for part in parts:
        with pa.OSFile(str(part.path)) as file, pa.ipc.open_file(file) as reader:
            tables.append(reader.read_all())
    table = pa.concat_tables(tables)
    return {name: table[name].to_numpy() for name in table.column_names}


def _rows(rows: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {
        "owner": rows["engagement"],
        "item_row": rows["item_row"],
        "difficulty_row": rows["difficulty_row"],
        "amount": rows["amount"],
    }


def _differs(values: np.ndarray) -> np.ndarray:
    return np.concatenate([[True], values[1:] != values[:-1]]) if len(values) else np.zeros(0, bool)


def _span(days: np.ndarray, period: np.ndarray) -> np.ndarray:
    """Number the calendar day, month, quarter or year of each day, by the kind of its limit."""
    dates = days.astype("datetime64[D]")
    months = dates.astype("datetime64[M]").astype(np.int64)
    spans = {"day": days, "month": months, "quarter": months // 3, "year": months // 12}
    return np.select([period == LIMIT_PERIODS.index(name) for name in spans], [spans[name] for name in spans]).astype(
        np.int64
    )
