"""Confirmation of work: it has every rejected row, as the sheet of rejections has."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from batch import results as schemas
from batch.reports.register import Names
from batch.reports.sheets import rejections, workload
from batch.reports.sheets.material import Readers, RejectedLine, SheetMaterial
from batch.reports.sheets.sheet import Cell, Sheet
from payengine.texts import use
from tests.support.sheet_cells import cells, total
from tests.support.small_run import NAMES, small, table

REJECTED = (
    ("R1", "S1", "H01", 1, "over_limit"),
    ("R2", "S1", "H01", 1, "duplicate_row"),
    ("R3", "S9", "H01", 1, "unknown_staff"),
    ("R4", "TEAM7", "H01", 1, "unknown_staff"),
    ("R5", "", "H01", 1, "bad_quantity"),
    ("R6", "S9", "X99", 1, "unknown_institution"),
    ("R7", "S1", "X99", 1, "unknown_institution"),
    ("R8", "S2", "V09", 1, "not_engaged"),  # an institution where nobody has paid work
    ("R9", "S9", "V09", 1, "unknown_staff"),
)


def material(*rejected: tuple[Any, ...], names: Names = NAMES) -> SheetMaterial:
    results = replace(small(), rejections=table(schemas.REJECTIONS, *rejected))
    lines = [RejectedLine(row[0], row[1], row[2], "", "", None, None, row[4]) for row in rejected]
    return SheetMaterial(results, names, readers=Readers(rejected=lambda institution: lines))


def sheet(given: SheetMaterial) -> Sheet:
    made = workload.make(given)
    assert isinstance(made, Sheet)
    return made


def blocks(given: SheetMaterial) -> list[tuple[Cell, dict[Cell, Cell]]]:
    """List the blocks with what they reject, by the words of the row."""
    found: dict[Cell, dict[Cell, Cell]] = {}
    for row in cells(sheet(given)):
        rejected = found.setdefault(row["group"], {})
        if row["Rows rejected"]:
            rejected[row["Item"]] = row["Rows rejected"]
    return list(found.items())


def test_rejected_rows_of_nobody_and_of_nowhere_have_blocks_of_their_own() -> None:
    names = replace(NAMES, institutions={**NAMES.institutions, "V09": "柳树村卫生室"})
    assert blocks(material(*REJECTED, names=names)) == [
        ("The institution's own work    海盐县人民医院 (H01)", {"not paid: wrong quantity": 1}),
        ("王𬭎 (S1)    海盐县人民医院 (H01)", {"not paid: duplicate row": 1, "not paid: over the limit": 1}),
        ("Rejected rows that name no known person (a team, an unknown code)    海盐县人民医院 (H01)",
         {"not paid: unknown person": 2}),
        ("李静 (S2)    武原街道社区卫生服务中心 (T02)", {}),
        ("李静 (S2)    柳树村卫生室 (V09)", {"not paid: not engaged": 1}),
        ("Rejected rows that name no known person (a team, an unknown code)    柳树村卫生室 (V09)",
         {"not paid: unknown person": 1}),
        ("Rejected rows that name no known institution", {"not paid: unknown institution": 2}),
    ]  # fmt: skip


@pytest.mark.parametrize("names", [NAMES, Names()], ids=["named", "without the snapshot"])
def test_the_sheet_adds_up_to_the_sheet_of_rejections(names: Names) -> None:
    given = material(*REJECTED, names=names)
    listed = rejections.make(given)
    assert isinstance(listed, Sheet)
    assert total(sheet(given), "Rows rejected") == len(cells(listed)) == len(REJECTED)


def test_in_chinese() -> None:
    use("zh")
    headings = [group.heading for group in sheet(material(*REJECTED)).groups()]
    assert "拒付的行未指明已登记人员（团队、未登记的编码）    海盐县人民医院 (H01)" in headings
    assert headings[-1] == "拒付的行未指明已登记机构"
