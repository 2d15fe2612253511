"""The office's own codes of services become items by the table `item_map`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch.cli.views.snapshot import snapshot_json
from batch.freeze import freeze_period
from batch.freeze.records.item_map import NONE, ItemMap
from batch.snapshot.snapshot import Snapshot
from batch.sources import SourceSettings, open_source
from payengine.errors import Refused
from payengine.periods import OPEN, Period
from tests.support import input_county, own_names
from tests.support.freeze_case import Row, freeze, kept, reasons, record

OCTOBER = Period.parse("2026-10")


def mapped(source_item: str, item: str, begin: str = "", until: str = "") -> Row:
    return {"source_item": source_item, "item": item, "from": begin, "until": until}


def items(snapshot: Snapshot) -> dict[str, str]:
    codes = snapshot.coding.item_rows["code"]
    return {row["record_id"]: codes[row["item_row"]].as_py() for row in kept(snapshot)}


def told(folder: Path, *rows: Row, **more: Any) -> list[str]:
    with pytest.raises(Refused) as refused:
        freeze(folder, [record("R1")], item_map=list(rows), **more)
    return [f"{problem.row} {problem.column}: {problem.what}" for problem in refused.value.problems]


def test_codes_become_items_and_items_stay(tmp_path: Path) -> None:
    records = [record("R1", item="1102"), record("R2"), record("R3", item="1102"), record("R4", item="9999")]
    snapshot = freeze(tmp_path, records, item_map=[mapped("1102", "EXAM"), mapped("1103", "EXAM")])
    assert items(snapshot) == {"R1": "EXAM", "R2": "EXAM", "R3": "EXAM"}
    assert reasons(snapshot) == {"R4": "unknown_item"}
    assert snapshot_json(snapshot)["mapped"]["items"] == [{"own": "1102", "ours": "EXAM", "values": 2}]
    assert snapshot.digest == freeze(tmp_path, [row | {"item": "EXAM"} for row in records[:3]] + records[3:]).digest


def test_the_most_frequent_codes_in_no_map_are_told_first(tmp_path: Path) -> None:
    records = [record(f"R{n}", item="7777" if n < 3 else "1103") for n in range(4)]
    snapshot = freeze(tmp_path, records, item_map=[mapped("1102", "EXAM")])
    found = [text for text in snapshot.warnings if "name item" in text]
    assert found == [
        "service_record: 3 rejected row(s) name item 7777, which is in no row of service_item, item_map",
        "service_record: 1 rejected row(s) name item 1103, which is in no row of service_item, item_map "
        "(did you mean 1102?)",
    ]


def test_a_code_means_another_item_from_a_day_on(tmp_path: Path) -> None:
    item_map = [mapped("1102", "EXAM", until="2026-10-10"), mapped("1102", "TASK", "2026-10-10", "2026-10-20")]
    days = ("2026-10-09", "2026-10-10", "2026-10-19", "2026-10-20")
    snapshot = freeze(tmp_path, [record(day, day, item="1102") for day in days], item_map=item_map)
    assert items(snapshot) == {"2026-10-09": "EXAM", "2026-10-10": "TASK", "2026-10-19": "TASK"}
    assert reasons(snapshot) == {"2026-10-20": "unknown_item"}
    assert [text for text in snapshot.warnings if "name item" in text] == [
        "service_record: 1 rejected row(s) name item 1102, which no row of item_map maps on their days"
    ]


def test_one_code_of_two_items_at_a_time_is_refused(tmp_path: Path) -> None:
    assert told(tmp_path, mapped("1102", "EXAM"), mapped("1102", "TASK")) == [
        "1 until: is empty, which overlaps row 2 of the same source_item"
    ]


def test_an_unknown_item_is_refused_with_the_nearest(tmp_path: Path) -> None:
    assert told(tmp_path, mapped("1102", "EXMA"), mapped("", "EXAM")) == [
        "1 item: EXMA is in no row of service_item (did you mean EXAM?)",
        "2 source_item: is empty",
    ]


def test_codes_of_limited_items_count_in_the_year(tmp_path: Path) -> None:
    """A row of an earlier month counts only by the limit of its item, which the map names."""
    records = [record("R1", "2026-03-01", item="88", patient="P"), record("R2", item="88", patient="P")]
    snapshot = freeze(tmp_path, records, item_map=[mapped("88", "CHECK")])
    assert snapshot.counts["counting_only"] == 1
    assert snapshot_json(snapshot)["mapped"]["items"] == [{"own": "88", "ours": "CHECK", "values": 2}]


@pytest.mark.parametrize("form", ["csv", "parquet", "sqlite", "query"])
def test_a_map_of_two_columns_is_enough(form: str, tmp_path: Path) -> None:
    written = own_names.written(input_county.CONTENT)
    written["item_map"] = [["source_item", "item"], ["110200001", "A01"], ["老年体检", "B01"], ["x", "B01"]]
    forms = {"csv": own_names.csv_folder, "parquet": own_names.parquet_folder}
    given: dict[str, Any]
    if form in forms:
        given = dict(forms[form](tmp_path / "input", written))
    else:
        if form == "query":
            written["his_codes"] = [["a", "b"], *written.pop("item_map")[1:]]
        given = dict(own_names.sqlite(tmp_path / "his.sqlite", written))
        if form == "query":
            given["queries"] = {"item_map": "select a as source_item, b as item from his_codes"}
    values = {**own_names.VALUES, "service_record": {"institution": {"城关": "I02"}}}
    settings = SourceSettings.parse({**given, "columns": own_names.COLUMNS, "values": values})
    with open_source(settings, tmp_path) as source:
        snapshot = freeze_period(source, OCTOBER, tmp_path / "snapshots", patient_key=b"k" * 32)
    plain = SourceSettings.parse(input_county.csv_folder(tmp_path / "plain"))
    with open_source(plain, tmp_path) as source:
        expected = freeze_period(source, OCTOBER, tmp_path / "snapshots", patient_key=b"k" * 32)
    assert snapshot.digest == expected.digest
    assert not [text for text in snapshot.warnings if "item_map" in text]


def test_two_maps_of_items_are_refused(tmp_path: Path) -> None:
    written = own_names.written()
    written["item_map"] = [["source_item", "item"], ["110200001", "A01"]]
    given = own_names.csv_folder(tmp_path / "input", written)
    with (
        open_source(SourceSettings.parse({**given, **own_names.SETTINGS}), tmp_path) as source,
        pytest.raises(Refused) as refused,
    ):
        freeze_period(source, OCTOBER, tmp_path / "snapshots", patient_key=b"k" * 32)
    assert [problem.what for problem in refused.value.problems] == [
        "the settings map items too, under [source.values.service_record.item]"
    ]


Interval = tuple[str, int, int]


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(-5, 60), st.integers(1, 20)), max_size=8),
    st.lists(st.tuples(st.sampled_from("abcd"), st.integers(-10, 80)), max_size=20),
)
def test_a_code_is_looked_up_by_its_day(rows: list[Interval], asked: list[tuple[str, int]]) -> None:
    """Against a search through all rows."""
    apart: list[Interval] = []
    for code, begin, length in rows:
        if all(code != other or begin + length <= start or begin >= end for other, start, end in apart):
            apart.append((code, begin, begin + length if length < 20 else OPEN))
    apart = [
        row for row in apart if not any(row != one and row[0] == one[0] and row[1] < one[1] < row[2] for one in apart)
    ]
    table = pa.table(
        {
            "source_item": pa.array([code for code, _, _ in apart], pa.string()),
            "item": pa.array([f"{code}{begin}" for code, begin, _ in apart], pa.string()),
            "from": pa.array([begin for _, begin, _ in apart], pa.int32()),
            "until": pa.array([end for _, _, end in apart], pa.int32()),
        }
    )
    item_map = ItemMap.of(table)
    if item_map is None:
        assert not apart
        return
    texts = pa.array([code for code, _ in asked], pa.string())
    places = item_map.places(texts, np.array([day for _, day in asked], np.int32))
    found = ["" if place == NONE else item_map.rows["item"][place].as_py() for place in places.tolist()]
    assert found == [
        next((f"{code}{begin}" for code, begin, end in apart if code == own and begin <= day < end), "")
        for own, day in asked
    ]
