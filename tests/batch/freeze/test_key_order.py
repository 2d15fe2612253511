"""Reference tables are ordered by their key as texts are, though numbers are compared."""

from __future__ import annotations

from random import Random

import numpy as np
import pyarrow as pa
import pytest

from batch.freeze.reference import rows as reference_rows
from batch.freeze.reference.rows import key_order
from batch.input_tables import BY_NAME, Table
from batch.values.parse import schema

CODES = ("", "A", "AB", "B", "Z10", "Z9", "a", "é", "中", "\U0001f600", "\uffee")


def drawn(table: Table, rows: int, seed: int) -> pa.Table:
    """Draw rows of few codes and days, so that most keys stand several times."""
    random = Random(seed)
    kinds = {"string": lambda: random.choice(CODES), "bool": lambda: random.random() < 0.5}
    columns = [
        pa.array([kinds.get(str(field.type), lambda: random.randrange(-3, 9))() for _ in range(rows)], field.type)
        for field in schema(table)
    ]
    return pa.Table.from_arrays(columns, schema=schema(table))


def expected(table: Table, data: pa.Table) -> list[int]:
    names = [*table.key, *(["from"] if table.dated else [])]
    columns = [data[name].to_pylist() for name in names]
    keys = [
        tuple(value.encode() if isinstance(value, str) else value for value in row)
        for row in zip(*columns, strict=True)
    ]
    return sorted(range(data.num_rows), key=lambda row: keys[row])


@pytest.mark.parametrize("most", [2**62, 40])
@pytest.mark.parametrize("rows", [0, 1, 400])
@pytest.mark.parametrize("name", ["pay_component", "engagement", "license", "calendar", "staff"])
def test_rows_stand_in_the_order_of_the_bytes_of_their_key(
    name: str, rows: int, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Equal keys stay as they were read; more keys than a number holds change nothing."""
    monkeypatch.setattr(reference_rows, "MOST_KEYS", most)
    table = BY_NAME[name]
    data = drawn(table, rows, seed=rows)
    order = key_order(table, data)
    assert order.places.tolist() == expected(table, data)
    keys = list(zip(*(data[column].to_pylist() for column in table.key), strict=True))
    in_order = [keys[row] for row in order.places.tolist()]
    assert order.starts.tolist() == [not at or in_order[at] != in_order[at - 1] for at in range(rows)]


def test_some_rows_stand_as_they_would_without_the_others() -> None:
    """Rows that could not be read are left out, and do not part the rows of one key."""
    table = BY_NAME["pay_component"]
    data = drawn(table, 300, seed=5)
    chosen = np.arange(300) % 3 > 0
    some, alone = key_order(table, data).of(chosen), key_order(table, data.filter(pa.array(chosen)))
    assert some.places.tolist() == np.flatnonzero(chosen)[alone.places].tolist()
    assert some.starts.tolist() == alone.starts.tolist()
