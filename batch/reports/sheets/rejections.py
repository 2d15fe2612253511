"""Rejected service records (拒付清单), each with its reason in words; never a patient."""

from __future__ import annotations

from collections.abc import Iterator

from batch.input_tables import REASONS
from batch.reports.register import reason_text
from batch.reports.selected_rows import counted
from batch.reports.sheets.material import NoSheet, SheetMaterial, signatures, without_records
from batch.reports.sheets.sheet import DATE, HUNDREDTHS, Cell, Sheet, SheetColumn, SheetGroup
from batch.reports.sheets.words import reason_words
from payengine.texts import say


def make(material: SheetMaterial) -> Sheet | NoSheet:
    """Make the sheet: a row for each row of a service record that is not paid."""
    if absent := without_records(material):
        return absent
    counts = {row["reason"]: row["rows"] for row in counted(material.results.rejections, ["reason"])}
    notes = [say("Rows rejected: {n}", n=f"{sum(counts.values()):,}")]
    notes += [
        say("{reason}: {n} rows. {meaning}", reason=reason_words(one), n=f"{counts[one]:,}", meaning=reason_text(one))
        for one in REASONS if one in counts
    ]  # fmt: skip
    if material.snapshot is None:
        notes.append(say("Dates, items and quantities are not given: the run's snapshot is not in this workspace."))
    return Sheet(
        name="rejections",
        tab=say("Rejected records"),
        title=say("Service records that are not paid"),
        subtitle=material.subtitle,
        columns=(
            SheetColumn(say("Institution code")),
            SheetColumn(say("Institution")),
            SheetColumn(say("Staff code")),
            SheetColumn(say("Name")),
            SheetColumn(say("Record")),
            SheetColumn(say("Date"), DATE),
            SheetColumn(say("Item code")),
            SheetColumn(say("Item")),
            SheetColumn(say("Quantity"), HUNDREDTHS),
            SheetColumn(say("Reason")),
            SheetColumn(say("Meaning")),
        ),
        groups=lambda: [SheetGroup("", _rows(material))],
        notes=tuple(notes),
        signatures=signatures(),
        has_grand_total=False,
    )


def _rows(material: SheetMaterial) -> Iterator[list[Cell]]:
    for line in material.rejected() or ():
        yield [
            line.institution, material.names.institutions.get(line.institution, ""), line.staff,
            material.names.staff.get(line.staff, ""), line.record_id, line.day, line.item, line.item_name,
            line.quantity_e2, reason_words(line.reason), reason_text(line.reason),
        ]  # fmt: skip
