"""Village clinics' sheet of a run made by hand: pension, parity, staff of a centre."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pytest

from batch import results as schemas
from batch.reports.register import Names
from batch.reports.sheets import village
from batch.reports.sheets.material import NoSheet, SheetMaterial
from batch.reports.sheets.sheet import Sheet
from batch.snapshot.snapshot import Snapshot
from payengine.policy import Policy
from tests.support.evaluate import keyed, parameter, written
from tests.support.sheet_cells import cells, total
from tests.support.small_run import small, table

NAMES = Names(
    {"T1": "青河镇卫生院", "V1": "上王庄村卫生室", "V2": "下王庄村卫生室"},
    {"S1": "毛欣", "S2": "胡建国", "S3": "阎军安"},
    {"fiscal": "财政补助", "insured_person": "参保人个人"},
)
LAST = 2_147_483_647
INSTITUTIONS = [
    {"code": code, "kind": kind, "public_class": 1}
    for code, kind in (("T1", "township_center"), ("V1", "village_clinic"), ("V2", "village_clinic"))
]
ENGAGEMENTS = [
    {"staff": staff, "institution": institution, "employment": employment}
    for staff, institution, employment in (
        ("S1", "V1", "village"), ("S2", "T1", "village"), ("S3", "T1", "established"),
    )
]  # fmt: skip
REPORTS = [
    ("V1", "pension_due", "村医养老保险缴费", 200_000),
    ("V2", "pension_due", "村医养老保险缴费", 0),
    ("V1", "pension_by_payer[fiscal]", "村医养老保险各方承担[财政补助]", 120_000),
    ("V1", "pension_by_payer[insured_person]", "村医养老保险各方承担[参保人个人]", 80_000),
    ("V1", "village_line", "上级卫生院同类人员人均收入", 450_000),
    ("V1", "village_parity_lacking", "村医持平缺口", 12_345),
]


@pytest.fixture
def material(tmp_path: Path) -> SheetMaterial:
    rows = [("institution", at, "", name, label, "yuan", 2, value) for at, name, label, value in REPORTS]
    lacking = (
        "institution",
        "V2",
        "",
        "village_parity_lacking.not_given[0]",
        "村医持平缺口：缺少 pay",
        "not_given",
        0,
        1,
    )
    results = small(
        pay_lines=table(
            schemas.PAY_LINES,
            ("V1", "S1", "2020-01-01", "post_pay", "fiscal", 100_000),
            ("T1", "S2", "2020-01-01", "post_pay", "fiscal", 90_000),
            ("T1", "S2", "2020-01-01", "workload_pay", "fiscal", -500),
            ("T1", "S3", "2020-01-01", "post_pay", "fiscal", 400_000),
        ),
        statement_lines=table(
            schemas.STATEMENT_LINES,
            ("T1", "service_purchase", "fiscal", 777_00), ("V1", "service_purchase", "fiscal", 120_000),
        ),
        workload=schemas.WORKLOAD.empty_table(),
        reports=table(schemas.REPORTS, *rows, lacking),
    )  # fmt: skip
    tables: dict[str, Any] = {
        "institution": pa.Table.from_pylist(INSTITUTIONS),
        "engagement": pa.Table.from_pylist(ENGAGEMENTS),
    }
    return SheetMaterial(results, NAMES, snapshot=cast("Snapshot", object()), policy=policy(tmp_path), _tables=tables)


def policy(folder: Path) -> Policy:
    level = parameter("village_pension_level", 'value = "2000"')
    return written(
        folder,
        "county",
        level + keyed("village_pension_payer_share", "funding", {"fiscal": "3", "insured_person": "2"}),
    )


def sheet_of(material: SheetMaterial) -> Sheet:
    made = village.make(material)
    assert isinstance(made, Sheet)
    return made


def test_village_staff_of_a_centre_are_there_and_others_are_not(material: SheetMaterial) -> None:
    sheet = sheet_of(material)
    rows = [(row["group"], row["Staff code"], row["Total of the person"]) for row in cells(sheet)]
    assert rows == [
        ("青河镇卫生院 (T1)", "S2", 89_500),
        ("上王庄村卫生室 (V1)", "S1", 100_000),
        ("上王庄村卫生室 (V1)", None, None),
        ("下王庄村卫生室 (V2)", None, None),
    ]
    assert total(sheet, "Total of the person") == 189_500
    assert total(sheet, "Given to the clinic") == 120_000  # what the centre gets is not a clinic's


def test_pension_is_no_pay_and_says_who_pays_it(material: SheetMaterial) -> None:
    sheet = sheet_of(material)
    first, second = (row for row in cells(sheet) if row["Staff code"] is None)
    assert (first["Pension contributions"], first["of these: 财政补助"], first["of these: 参保人个人"]) == (
        200_000, 120_000, 80_000,
    )  # fmt: skip
    assert (second["Pension contributions"], second["of these: 财政补助"]) == (0, None)
    assert "Pension level: 2,000.00 yuan a year." in sheet.notes
    assert "Payers of the pension: 财政补助 3, 参保人个人 2." in sheet.notes


def test_parity_stands_as_reported_and_what_is_not_given_stays_so(material: SheetMaterial) -> None:
    sheet = sheet_of(material)
    first, second = (row for row in cells(sheet) if row["Staff code"] is None)
    assert (first["上级卫生院同类人员人均收入"], first["村医持平缺口"]) == (450_000, 12_345)
    assert (second["上级卫生院同类人员人均收入"], second["村医持平缺口"]) == (None, None)
    line = next(column for column in sheet.columns if column.heading == "上级卫生院同类人员人均收入")
    assert not line.has_total  # a sum of means means nothing


def test_one_institution_alone(material: SheetMaterial) -> None:
    assert {row["group"] for row in cells(sheet_of(material.of("V2")))} == {"下王庄村卫生室 (V2)"}
    centre = cells(sheet_of(material.of("T1")))
    assert [row["Staff code"] for row in centre] == ["S2"]
    others = SheetMaterial(
        small(pay_lines=schemas.PAY_LINES.empty_table(), workload=schemas.WORKLOAD.empty_table(),
              reports=schemas.REPORTS.empty_table()),
        NAMES, snapshot=material.snapshot, _tables=material._tables,
    )  # fmt: skip
    assert isinstance(village.make(others), NoSheet)
