"""Eligibility of a single row: the first reason against it, or the rows that price it.

The reasons from `unknown_institution` to `after_death`, in their order (docs/input.md). Rows of several persons and
reversals have been resolved before: here a row has one person, or none, and its share is right or not.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from batch.freeze.records.record_rules import (
    EVERY_ITEM,
    NO_LICENSE,
    OWN_WORK,
    DifficultyRows,
    EngagementRows,
    Intervals,
    ItemRows,
    LicenseRows,
    RecordRules,
)
from batch.input_tables import REASONS
from payengine.kernels.arrays import Int32, Int64, UInt8, read_only
from payengine.kernels.compile import by_python, compiled, inlined

ELIGIBLE = 0  # no reason against the row; reason k is REASONS[k - 1]
EMPTY = -(2**63)  # an empty quantity or share

(
    DUPLICATE_ROW, INCONSISTENT_RECORD, REVERSED, UNKNOWN_INSTITUTION, UNKNOWN_STAFF, UNKNOWN_ITEM, BAD_QUANTITY,
    BAD_SHARE, NO_PATIENT, INSTITUTION_CLOSED, ITEM_NOT_IN_FORCE, NOT_ENGAGED, ABSENT, NOT_LICENSED, AFTER_DEATH,
    OVER_LIMIT,
) = range(1, len(REASONS) + 1)  # fmt: skip


@inlined
def in_force(table: Any, subject: Any, day: Any) -> Any:
    """Find the place of the subject's row that is in force on `day`; -1 if none is."""
    for row in range(table.starts[subject], table.starts[subject + 1]):
        if table.since[row] <= day < table.until[row]:
            return row
    return -1


@inlined
def difficulty_of(table: DifficultyRows, institution: Any, item: Any, day: Any) -> Any:
    """Find the place of the difficulty row in force; -1 if none is."""
    low, high = table.starts[institution], table.starts[institution + 1]
    end = high
    while low < high:  # the first row of the item
        middle = (low + high) // 2
        if table.item[middle] < item:
            low = middle + 1
        else:
            high = middle
    while low < end and table.item[low] == item:
        if table.since[low] <= day < table.until[low]:
            return low
        low += 1
    return -1


class RowColumns(NamedTuple):
    """Columns of rows to check, flags as 0 or 1; a team's row has no right share."""

    day: Int32
    institution: Int64
    staff: Int64
    item: Int64
    quantity: Int64
    right_share: UInt8
    has_patient: UInt8
    after_death: UInt8


class Eligibility(NamedTuple):
    """Result for each row; the other columns are set where the reason is ELIGIBLE."""

    reason: UInt8
    owner: Int32
    item_row: Int32
    difficulty_row: Int32


@compiled(
    "void(RowColumns(readonly_int32, readonly_int64, readonly_int64, readonly_int64, readonly_int64, readonly_uint8, "
    "readonly_uint8, readonly_uint8), "
    "Intervals(readonly_int64, readonly_int32, readonly_int32), "
    "ItemRows(readonly_int64, readonly_int32, readonly_int32, readonly_uint8, readonly_int32), "
    "EngagementRows(readonly_int64, readonly_int32, readonly_int32, readonly_int32, readonly_int32), "
    "Intervals(readonly_int64, readonly_int32, readonly_int32), "
    "LicenseRows(readonly_int64, readonly_int32, readonly_int32, readonly_int32), "
    "DifficultyRows(readonly_int64, readonly_int32, readonly_int32, readonly_int32), "
    "int64, Eligibility(uint8[::1], int32[::1], int32[::1], int32[::1]))",
    otherwise=by_python,
)
def check_rows(
    rows: RowColumns, institutions: Intervals, items: ItemRows, engagements: EngagementRows, absences: Intervals,
    licenses: LicenseRows, difficulties: DifficultyRows, own_work: int, found: Eligibility,
) -> None:  # fmt: skip
    """Write the first reason against each row, or its owner, item row and difficulty row.

    The cell owner of institution i's own work is `own_work` + i.
    """
    # Unpacked once: reading a tuple's field for every row costs 5 per cent.
    day_of, institution_of, staff_of, item_of, quantity, right_share, has_patient, after_death = rows
    reason, owner_of, item_row_of, difficulty_row_of = found
    for row in range(len(day_of)):
        day, institution, staff, item = day_of[row], institution_of[row], staff_of[row], item_of[row]
        owner_of[row] = -1
        item_row_of[row] = -1
        difficulty_row_of[row] = 0
        if institution < 0:
            reason[row] = UNKNOWN_INSTITUTION
            continue
        if staff < OWN_WORK:
            reason[row] = UNKNOWN_STAFF
            continue
        if item < 0:
            reason[row] = UNKNOWN_ITEM
            continue
        if quantity[row] <= 0:  # EMPTY too
            reason[row] = BAD_QUANTITY
            continue
        if right_share[row] == 0 or staff >= len(engagements.starts) - 1:  # a team is no person
            reason[row] = BAD_SHARE
            continue
        item_row = in_force(items, item, day)
        if has_patient[row] == 0 and item_row >= 0 and items.limited[item_row] != 0:
            reason[row] = NO_PATIENT
            continue
        if in_force(institutions, institution, day) < 0:
            reason[row] = INSTITUTION_CLOSED
            continue
        if item_row < 0:
            reason[row] = ITEM_NOT_IN_FORCE
            continue
        owner = -1
        if staff == OWN_WORK:
            owner = own_work + institution
        else:
            for at in range(engagements.starts[staff], engagements.starts[staff + 1]):
                here = engagements.institution[at] == institution
                if here and engagements.since[at] <= day < engagements.until[at]:
                    owner = engagements.engagement[at]
                    break
            if owner < 0:
                reason[row] = NOT_ENGAGED
                continue
            if in_force(absences, staff, day) >= 0:
                reason[row] = ABSENT
                continue
            if items.license[item_row] != NO_LICENSE:
                held = False
                for at in range(licenses.starts[staff], licenses.starts[staff + 1]):
                    right_kind = licenses.kind[at] == items.license[item_row]
                    if right_kind and licenses.since[at] <= day < licenses.until[at]:
                        held = True
                        break
                if not held:
                    reason[row] = NOT_LICENSED
                    continue
        if after_death[row] != 0:
            reason[row] = AFTER_DEATH
            continue
        reason[row] = ELIGIBLE
        owner_of[row] = owner
        item_row_of[row] = item_row
        difficulty = difficulty_of(difficulties, institution, item, day)
        if difficulty < 0:
            difficulty = difficulty_of(difficulties, institution, EVERY_ITEM, day)
        difficulty_row_of[row] = difficulty + 1


def check_eligibility(rules: RecordRules, rows: RowColumns) -> Eligibility:
    """Check rows one by one; staff codes are persons, OWN_WORK, teams or unknown."""
    count = rows.day.size
    found = Eligibility(np.empty(count, np.uint8), *(np.empty(count, np.int32) for _ in range(3)))
    given = RowColumns._make(read_only(column) for column in rows)
    check_rows(given, *rules.tables, rules.coding.engagements.num_rows, found)
    return found
