"""The codes that freeze, pricing and computation share."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from batch import input_tables as tables
from batch.snapshot.codes import Codes, Coding
from batch.values import parse as values
from payengine.periods import OPEN

NAMES = ["a", "A", "é", "Z9", "中", "𬭎", "﹏", "10", "9", "a1"]


def typed(name: str, rows: list[dict[str, object]]) -> pa.Table:
    """Build a reference table of typed values; missing ones are 0, '' or open."""
    schema = values.schema(tables.BY_NAME[name])
    empty = {"until": OPEN, "limit_count": tables.NO_LIMIT, "first_worked": None}
    defaults = {field.name: empty.get(field.name, "" if field.type == pa.string() else 0) for field in schema}
    defaults |= {field.name: False for field in schema if field.type == pa.bool_()}
    return pa.Table.from_pylist([defaults | row for row in rows], schema)


def county(**changed: list[dict[str, object]]) -> Coding:
    rows: dict[str, list[dict[str, object]]] = {
        "institution": [{"code": "b"}, {"code": "a"}, {"code": "a", "from": 5}],
        "staff": [{"code": "y"}, {"code": "x"}],
        "engagement": [
            {"staff": "x", "institution": "b"}, {"staff": "y", "institution": "a", "from": 9},
            {"staff": "y", "institution": "a", "from": 3, "until": 9}, {"staff": "x", "institution": "a"},
        ],
        "service_item": [
            {"code": "Q", "category": "directed", "equivalents": 7},
            {"code": "P", "category": "basic", "equivalents": 20_000, "from": 4},
            {"code": "P", "category": "basic", "equivalents": 10_000, "limit_count": 2, "limit_period": "month"},
        ],
        "difficulty": [
            {"institution": "a", "item": "Q", "coefficient": 12_000},
            {"institution": "a", "item": "", "coefficient": 11_000},
        ],
    }  # fmt: skip
    return Coding.of({name: typed(name, given) for name, given in (rows | changed).items()})


def test_codes_are_in_the_order_of_their_bytes() -> None:
    """Python's own order of encoded texts, not an alphabet's and not that of UTF-16."""
    codes = Codes.of(pa.chunked_array([NAMES[:4], NAMES[4:], NAMES]))
    assert codes.values.to_pylist() == sorted(NAMES, key=str.encode)


def test_codes_there_and_back() -> None:
    codes = Codes.of(pa.chunked_array([NAMES]))
    index = codes.index(pa.array([*NAMES, "unknown", ""]))
    assert index.tolist()[-2:] == [-1, -1]
    assert codes.texts(index).to_pylist() == [*NAMES, "", ""]
    assert codes.index(pa.chunked_array([["中"], ["a"]])).tolist() == [codes.values.to_pylist().index(c) for c in "中a"]


def test_no_codes_at_all() -> None:
    codes = Codes.of(pa.chunked_array([], pa.string()))
    assert len(codes) == 0
    assert codes.index(pa.array(["a"])).tolist() == [-1]
    assert codes.texts(np.array([-1], np.int32)).to_pylist() == [""]


def test_engagements_are_ordered_by_institution_staff_and_from() -> None:
    coding = county()
    rows = zip(*(coding.engagements[name].to_pylist() for name in ("institution", "staff", "from")), strict=True)
    assert list(rows) == [("a", "x", 0), ("a", "y", 3), ("a", "y", 9), ("b", "x", 0)]
    assert coding.engagement_institution.tolist() == [0, 0, 0, 1]
    assert coding.engagement_staff.tolist() == [0, 1, 1, 0]
    assert coding.engagement_from.tolist() == [0, 3, 9, 0]
    assert coding.engagement_until.tolist() == [OPEN, 9, OPEN, OPEN]


def test_owners_are_engagements_then_institutions() -> None:
    coding = county()
    assert coding.owners == 6
    assert coding.institution_of_owner.tolist() == [0, 0, 0, 1, 0, 1]
    assert coding.staff_of_owner.tolist() == [0, 1, 1, 0, -1, -1]


def test_item_rows() -> None:
    coding = county()
    assert coding.item_of_row.tolist() == [0, 0, 1]
    assert coding.equivalents.tolist() == [10_000, 20_000, 7]
    assert coding.priced_equivalents.tolist() == [10_000, 20_000, 0]  # `directed` is paid by task
    assert coding.categories.values.to_pylist() == ["basic", "directed"]
    assert coding.category_of_row.tolist() == [0, 0, 1]
    assert coding.limit_count.tolist() == [2, -1, -1]
    assert coding.limit_period.tolist() == [1, -1, -1]
    assert coding.limited_items.tolist() == [True, False]


def test_difficulty_row_0_is_one() -> None:
    assert county().coefficient.tolist() == [10_000, 11_000, 12_000]
    assert county(difficulty=[]).coefficient.tolist() == [10_000]


def test_the_order_of_rows_does_not_matter() -> None:
    rows: list[dict[str, object]] = [{"staff": "x", "institution": "b"}, {"staff": "y", "institution": "a"}]
    assert county(engagement=rows).engagements.equals(county(engagement=rows[::-1]).engagements)


@pytest.mark.parametrize("column", ["engagement_institution", "item_of_row", "coefficient", "limit_count"])
def test_arrays_have_their_widths(column: str) -> None:
    kind = {"coefficient": np.int64, "limit_count": np.int64}.get(column, np.int32)
    assert getattr(county(), column).dtype == kind
