"""Cells of sheets by their headings, for tests that add them up again."""

from __future__ import annotations

from batch.ledger import Ledger
from batch.reports.register import Names
from batch.reports.sheets.material import SheetMaterial
from batch.reports.sheets.sheet import Cell, Sheet
from batch.sheet_payments import with_payments
from batch.sheets import material_of
from payengine.policy import Policy

NAMES = Names({"I1": "青河镇卫生院", "I2": "柳林镇卫生院"}, {"N1": "孙平", "N2": "康曦明"})


def cells(sheet: Sheet) -> list[dict[str, Cell]]:
    """List the rows of all groups by heading; `group` is that of their group."""
    headings = [column.heading for column in sheet.columns]
    assert len(set(headings)) == len(headings), headings
    return [
        {**dict(zip(headings, row, strict=True)), "group": group.heading}
        for group in sheet.groups()
        for row in group.rows
    ]


def column(sheet: Sheet, heading: str) -> list[int]:
    """List the whole numbers of a column; what is not given is left out."""
    found = [row[heading] for row in cells(sheet)]
    assert all(each is None or isinstance(each, int) for each in found), heading
    return [each for each in found if isinstance(each, int)]


def total(sheet: Sheet, heading: str) -> int:
    """Add up a column that the sheet totals."""
    assert next(each for each in sheet.columns if each.heading == heading).has_total, heading
    return sum(column(sheet, heading))


def material(ledger: Ledger, run: str, folder: object, policy: Policy | None = None) -> SheetMaterial:
    """Gather the material of a run whose snapshot is not here."""
    from pathlib import Path

    record = ledger.run(run)
    made = material_of(record, ledger.results(record.id), NAMES, Path(str(folder)) / "snapshots", ledger)
    return with_payments(made, ledger, policy, lambda keys: NAMES)
