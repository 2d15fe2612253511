"""Codes that a spreadsheet cut refuse the freeze."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from payengine.errors import Problem, Refused
from tests.support.freeze_case import engagement, freeze, record, reference

CUT = ["330683195001010000", "330683194002020000"]


def refused(folder: Path, *records: dict[str, str], **changed: Any) -> list[Problem]:
    with pytest.raises(Refused) as found:
        freeze(folder, records, **changed)
    return list(found.value.problems)


@pytest.mark.parametrize("column", ["patient", "record_id"])
@pytest.mark.parametrize("batch_rows", [1, 1_000])
def test_cut_codes_of_records_refuse_the_freeze_and_are_not_shown(tmp_path: Path, column: str, batch_rows: int) -> None:
    rows = [record(f"R{n}") | {column: code} for n, code in enumerate(CUT)]
    [problem] = refused(tmp_path, *rows, record("R9"), batch_rows=batch_rows)
    assert (problem.column, problem.remedy) == (column, "export the column as text")
    assert problem.what == "all codes longer than 15 digits have zeros after the 15th: a spreadsheet cut them"
    assert not any(code in str(problem) for code in CUT)


@pytest.mark.parametrize(
    "patients",
    [
        [*CUT, "330683195001010001"],  # one that no spreadsheet wrote
        ["330683195001010001", *CUT],
        [CUT[0], CUT[0]],  # one code, by chance
        [f"{code}X" for code in CUT],  # no number
        [f"P{code}" for code in CUT],
        ["100000000000000", "200000000000000", "300000000000000"],  # 15 digits are kept
    ],
)
@pytest.mark.parametrize("batch_rows", [1, 1_000])
def test_codes_that_may_be_whole_are_read(tmp_path: Path, patients: list[str], batch_rows: int) -> None:
    rows = [record(f"R{n}", patient=patient) for n, patient in enumerate(patients)]
    assert freeze(tmp_path, rows, batch_rows=batch_rows).counts["kept"] == len(patients)


def test_codes_of_rows_that_are_not_read_refuse_nothing(tmp_path: Path) -> None:
    rows = [record(f"R{n}", "2026-09-05", patient=code) for n, code in enumerate(CUT)]
    assert freeze(tmp_path, [*rows, record("R9")]).counts["kept"] == 1


def test_a_reference_code_without_its_leading_zeros_is_told_with_its_likeness(tmp_path: Path) -> None:
    staff = [*reference()["staff"], {"code": "007"}, {"code": "17"}]
    [problem] = refused(tmp_path, staff=staff, engagement=[engagement("A"), engagement("7")])
    assert problem.what == "7 is in no row of staff (did you mean 007?)"
