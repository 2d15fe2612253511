"""Rows of result tables: cut apart where a value ends, whatever the table holds."""

from __future__ import annotations

import pyarrow as pa

from batch.reports.selected_rows import slices


def test_a_table_is_cut_where_its_key_changes() -> None:
    table = pa.table({"institution": ["I1", "I1", "I2", "I3", "I3"], "fen": [1, 2, 3, 4, 5]})
    parts = {key: part["fen"].to_pylist() for key, part in slices(table, "institution").items()}
    assert parts == {"I1": [1, 2], "I2": [3], "I3": [4, 5]}


def test_a_table_without_rows_has_no_parts() -> None:
    assert slices(pa.table({"institution": pa.array([], pa.string())}), "institution") == {}
