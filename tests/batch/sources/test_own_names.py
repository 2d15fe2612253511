"""An office's own names of columns and codes are read as ours, as its settings state them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from batch.cli.views.snapshot import snapshot_json, snapshot_parts
from batch.freeze import freeze_period
from batch.snapshot.snapshot import Snapshot
from batch.sources import Binds, SourceSettings, open_source
from batch.sources.value_map import ValueMap
from payengine.errors import Refused
from payengine.periods import Period
from tests.support import input_county, own_names

OCTOBER = Period.parse("2026-10")
FORMS: dict[str, Callable[[Path, own_names.Written], dict[str, str]]] = {
    "csv": lambda folder, given: own_names.csv_folder(folder / "input", given),
    "gb18030": lambda folder, given: own_names.csv_folder(folder / "input", given, "gb18030"),
    "parquet": lambda folder, given: own_names.parquet_folder(folder / "input", given),
    "xlsx": lambda folder, given: own_names.workbook(folder / "input", given),
    "duckdb": lambda folder, given: own_names.duckdb_file(folder / "his.duckdb", given),
    "sqlite": lambda folder, given: own_names.sqlite(folder / "his.sqlite", given),
}


def frozen(folder: Path, given: dict[str, Any]) -> Snapshot:
    with open_source(SourceSettings.parse(given), folder) as source:
        return freeze_period(source, OCTOBER, folder / "snapshots", patient_key=b"k" * 32)


def refusal(folder: Path, given: dict[str, Any]) -> list[str]:
    with pytest.raises(Refused) as refused:
        frozen(folder, given)
    return [
        f"{problem.where}: {problem.what}" + (f"; {problem.remedy}" if problem.remedy else "")
        for problem in refused.value.problems
    ]


@pytest.fixture(scope="module")
def canonical(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """The county under our own names and codes."""
    folder = tmp_path_factory.mktemp("canonical")
    return frozen(folder, dict(input_county.csv_folder(folder / "input")))


@pytest.mark.parametrize("form", FORMS)
def test_a_county_of_its_own_names_and_codes_freezes_to_the_same_content(
    form: str, canonical: Snapshot, tmp_path: Path
) -> None:
    snapshot = frozen(tmp_path, {**FORMS[form](tmp_path, own_names.written()), **own_names.SETTINGS})
    assert snapshot.digest == canonical.digest
    assert snapshot.record_months == canonical.record_months
    assert snapshot.mapped["columns"] == own_names.COLUMNS
    counted = snapshot.mapped["values"]
    assert counted["engagement"]["employment"] == [
        ["正式工", "established", 2], ["临时工", "contract", 1], ["村", "village", 2]
    ]  # fmt: skip
    assert counted["engagement"]["pay_scheme"] == [["", "standard", 4]]
    assert counted["pay_component"]["component"] == [["岗位工资", "post_pay", 2]]
    assert {own: count for own, _, count in counted["service_record"]["item"]}["110200001"] >= 4
    snapshot.verify()


def test_without_the_settings_the_same_files_are_refused(tmp_path: Path) -> None:
    given = own_names.csv_folder(tmp_path / "input", own_names.written())
    told = refusal(tmp_path, dict(given))
    assert any("column record_id is missing" in text for text in told)


def test_names_and_codes_are_printed_and_stand_in_the_json(tmp_path: Path) -> None:
    given = own_names.csv_folder(tmp_path / "input", own_names.written())
    snapshot = frozen(tmp_path, {**given, **own_names.SETTINGS})
    told = snapshot_json(snapshot)["mapped"]
    assert told["columns"]["staff"] == {"code": "员工号", "name": "员工姓名"}
    assert told["values"]["finance"]["line"] == [{"own": "工作量总额", "ours": "workload_pool", "values": 1}]
    assert told["items"] == []
    parts = [str(part) for part in snapshot_parts(snapshot)]
    assert any("staff.code = 员工号" in part for part in parts)


# --- columns ----------------------------------------------------------------------------------------------------


def test_a_stated_name_that_the_source_lacks_is_refused_with_the_nearest(tmp_path: Path) -> None:
    given = own_names.csv_folder(tmp_path / "input", own_names.written())
    columns = {**own_names.COLUMNS, "pay_component": {"component": "工资项目", "amount": "实发"}}
    told = refusal(tmp_path, {**given, **own_names.SETTINGS, "columns": columns})
    assert told == [
        "input/pay_component.csv: column 工资项目 is missing, which the settings name for component "
        "(did you mean 工资项?); the columns are: staff, institution, 工资项, 实发, period"
    ]


def test_the_stated_and_our_own_column_together_are_ambiguous(tmp_path: Path) -> None:
    written = own_names.written()
    for line, more in zip(written["staff"], ["code", "x1", "x2", "x3", "x4"], strict=True):
        line.append(more)
    given = own_names.csv_folder(tmp_path / "input", written)
    told = refusal(tmp_path, {**given, **own_names.SETTINGS})
    assert told == [
        "input/staff.csv: columns 员工号 and code both stand for code; take one of them out, or name under "
        "[source.columns.staff] what code stands for"
    ]


def test_a_column_that_the_settings_name_for_another_is_not_ambiguous(canonical: Snapshot, tmp_path: Path) -> None:
    """The office calls the name of a person "code"."""
    written = own_names.written()
    written["staff"][0] = ["员工号", "code", "first_worked"]
    given = own_names.csv_folder(tmp_path / "input", written)
    columns = {**own_names.COLUMNS, "staff": {"code": "员工号", "name": "code"}}
    assert frozen(tmp_path, {**given, **own_names.SETTINGS, "columns": columns}).digest == canonical.digest


def test_a_name_that_is_taken_is_no_column_of_its_own_any_more(tmp_path: Path) -> None:
    given = input_county.csv_folder(tmp_path / "input")
    told = refusal(tmp_path, {**given, "columns": {"staff": {"name": "code"}}})
    assert told[0].startswith("input/staff.csv: columns code and name both stand for name")
    assert told[1].startswith("input/staff.csv: column code is missing")


def test_a_column_is_found_whatever_the_case_of_its_letters(canonical: Snapshot, tmp_path: Path) -> None:
    columns = {**own_names.COLUMNS, "engagement": {**own_names.COLUMNS["engagement"], "fte": "fTe"}}
    given = own_names.csv_folder(tmp_path / "input", own_names.written())
    assert frozen(tmp_path, {**given, **own_names.SETTINGS, "columns": columns}).digest == canonical.digest


def test_an_optional_column_under_another_name_is_read(tmp_path: Path) -> None:
    given = input_county.csv_folder(tmp_path / "input")
    file = tmp_path / "input" / "service_item.csv"
    file.write_text(file.read_text(encoding="utf-8").replace("minutes", "标准分钟", 1), encoding="utf-8")
    settings = SourceSettings.parse({**given, "columns": {"service_item": {"minutes": "标准分钟"}}})
    with open_source(settings, tmp_path) as source:
        [batch] = source.read("service_item", Binds.of(OCTOBER))
    assert batch["minutes"].to_pylist() == ["15", "", "40", ""]


# --- codes ------------------------------------------------------------------------------------------------------


def test_codes_that_no_row_has_are_told(tmp_path: Path) -> None:
    given = input_county.csv_folder(tmp_path / "input", content=input_county.changed(license=None))
    values = {
        "engagement": {"employment": {"正式工": "established", "员额": "filed"}},
        "license": {"kind": {"医师": "physician"}},
    }
    snapshot = frozen(tmp_path, {**given, "values": values, "columns": {"license": {"kind": "执业"}}})
    told = [text for text in snapshot.warnings if text.startswith("[source")]
    assert told == [
        "[source.columns.license] is not used: the source has no table license",
        "[source.values.license] is not used: the source has no table license",
        "[source.values.engagement.employment]: no row read has 正式工, 员额",
    ]


def test_codes_of_an_optional_column_that_is_missing_map_nothing(tmp_path: Path) -> None:
    given = input_county.csv_folder(tmp_path / "input")
    file = tmp_path / "input" / "adjustment.csv"
    lines = [line.rsplit(",", 2)[0] for line in file.read_text(encoding="utf-8").splitlines()]
    file.write_text("\n".join([*lines, ""]), encoding="utf-8")
    values = {"adjustment": {"status": {"none": "rectified"}}}
    snapshot = frozen(tmp_path, {**given, "values": values})
    assert "status" not in snapshot.table("adjustment").column_names
    assert "[source.values.adjustment.status] is not used: adjustment has no such column here" in snapshot.warnings


def test_a_code_is_mapped_once() -> None:
    stated = {"engagement": {"employment": {"a": "b", "b": "c"}}}
    values = ValueMap(stated)
    batch = pa.record_batch([pa.array(["a", "b", "c"])], names=["employment"])
    assert values.apply("engagement", batch)["employment"].to_pylist() == ["b", "c", "c"]
    assert values.counts() == {"engagement": {"employment": [("a", "b", 1), ("b", "c", 1)]}}


@pytest.mark.parametrize(
    "raw",
    [
        pa.array(["1", "2", None, ""]),
        pa.array([1, 2, None, None], pa.int64()),
        pa.array([1.0, 2.0, None, None], pa.float64()),
        pa.array(["1", "2", None, ""], pa.large_string()),
        pa.array([b"1", b"2", None, b""], pa.binary()),
        pa.array(["1", "2", None, ""]).dictionary_encode(),
        pa.array([1, 2, None, None], pa.int32()).dictionary_encode(),
    ],
    ids=lambda raw: str(raw.type),
)
def test_codes_are_compared_as_the_texts_that_the_parser_reads(raw: pa.Array) -> None:
    values = ValueMap({"staff": {"code": {"1": "one", "": "none"}}})
    batch = values.apply("staff", pa.record_batch([raw], names=["code"]))
    assert batch["code"].to_pylist() == ["one", "2", "none", "none"]
    assert values.counts()["staff"]["code"] == [("1", "one", 1), ("", "none", 2)]


def test_codes_of_no_text_and_without_rows() -> None:
    values = ValueMap({"staff": {"code": {"x": "y"}}})
    for raw in (pa.array([], pa.string()), pa.nulls(2), pa.array([b"\xff\xfe"], pa.binary())):
        values.apply("staff", pa.record_batch([raw], names=["code"]))
    assert list(values.unused()) == [("staff", "code", ["x"])]


# --- settings ---------------------------------------------------------------------------------------------------


def test_every_problem_of_the_settings_is_told_with_its_place() -> None:
    given = {
        "url": "sqlite:///a",
        "queries": {"staff": "select 1"},
        "columns": {
            "stafff": {"code": "x"},
            "staff": {"code": "员工号"},
            "engagement": {"stff": "x", "staff": 3, "fte": " ", "title": "职务", "role": "职务"},
            "patient": "x",
        },
        "values": {
            "engagements": {},
            "service_record": {"patient": {"1": "2"}, "quantity": {"1": "2"}, "itm": {}},
            "engagement": {
                "employment": {"正式工": "establised", "a": 1},
                "director": {"Y": "ja"},
                "title": "x",
                "role": {"a": " b"},
            },
            "pay_component": {"component": {"津贴": ""}},
        },
    }
    with pytest.raises(Refused) as refused:
        SourceSettings.parse(given)
    told = {problem.column: problem.what for problem in refused.value.problems}
    assert told == {
        "columns.stafff": "is not an input table (did you mean staff?)",
        "columns.staff": "a query stands for staff, which names its columns itself",
        "columns.engagement.stff": "engagement has no column stff (did you mean staff?)",
        "columns.engagement.staff": "must be a text",
        "columns.engagement.fte": "names no column",
        "columns.engagement.role": "职务 stands for title already",
        "columns.patient": "must be a table",
        "values.engagements": "is not an input table (did you mean engagement?)",
        "values.service_record.patient": "holds no codes",
        "values.service_record.quantity": "holds no codes",
        "values.service_record.itm": "service_record has no column itm (did you mean item?)",
        "values.engagement.employment.正式工": "'establised' is none of established, filed, contract, dispatched, "
        "rehired, village (did you mean established?)",
        "values.engagement.employment.a": "must be a text",
        "values.engagement.director.Y": "'ja' is none of yes, no",
        "values.engagement.title": "must be a table",
        "values.engagement.role.a": "' b' begins or ends with a blank",
        "values.pay_component.component.津贴": "component may not be empty",
    }
    with pytest.raises(Refused, match="must be a table"):
        SourceSettings.parse({"folder": "input", "columns": "x"})
