"""Eligibility of a single row: the first reason against paying it, or the table rows that price it.

The reasons from `unknown_institution` to `after_death`, in their order (docs/input.md). Rows of several persons and
reversals have been resolved before: here a row has one person, or none, and its share is right or not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from batch.freeze.records.record_rules import EVERY_ITEM, NO_LICENSE, OWN_WORK, RecordRules
from batch.input_tables import REASONS
from payengine.kernels.arrays import Int32, Int64, UInt8
from payengine.kernels.compile import compiled, inlined

ELIGIBLE = 0  # no reason against the row; reason k is REASONS[k - 1]
EMPTY = -(2**63)  # an empty quantity or share

(
    DUPLICATE_ROW, INCONSISTENT_RECORD, REVERSED, UNKNOWN_INSTITUTION, UNKNOWN_STAFF, UNKNOWN_ITEM, BAD_QUANTITY,
    BAD_SHARE, NO_PATIENT, INSTITUTION_CLOSED, ITEM_NOT_IN_FORCE, NOT_ENGAGED, ABSENT, NOT_LICENSED, AFTER_DEATH,
    OVER_LIMIT,
) = range(1, len(REASONS) + 1)  # fmt: skip


@inlined
def in_force(since: Any, until: Any, start: Any, end: Any, day: Any) -> Any:
    """Find the row in [start, end) whose interval holds `day`; -1 if none does."""
    for row in range(start, end):
        if since[row] <= day < until[row]:
            return row
    return -1


@inlined
def difficulty_of(starts: Any, items: Any, since: Any, until: Any, institution: Any, item: Any, day: Any) -> Any:
    """Find the difficulty row of this institution and item in force, as its index in the table; -1 if none is."""
    low, high = starts[institution], starts[institution + 1]
    end = high
    while low < high:  # the first row of the item
        middle = (low + high) // 2
        if items[middle] < item:
            low = middle + 1
        else:
            high = middle
    while low < end and items[low] == item:
        if since[low] <= day < until[low]:
            return low
        low += 1
    return -1


@compiled(
    "void(readonly_int32, readonly_int64, readonly_int64, readonly_int64, readonly_int64, readonly_uint8, "
    "readonly_uint8, readonly_uint8, int64, "
    "readonly_int64, readonly_int32, readonly_int32, "
    "readonly_int64, readonly_int32, readonly_int32, readonly_uint8, readonly_int32, "
    "readonly_int64, readonly_int32, readonly_int32, readonly_int32, readonly_int32, "
    "readonly_int64, readonly_int32, readonly_int32, "
    "readonly_int64, readonly_int32, readonly_int32, readonly_int32, "
    "readonly_int64, readonly_int32, readonly_int32, readonly_int32, "
    "uint8[::1], int32[::1], int32[::1], int32[::1])"
)
def check_rows(
    day: Any, institution: Any, staff: Any, item: Any, quantity: Any, right_share: Any, has_patient: Any,
    after_death: Any, engagements: Any,
    institution_starts: Any, institution_from: Any, institution_until: Any,
    item_starts: Any, item_from: Any, item_until: Any, item_limited: Any, item_license: Any,
    engagement_starts: Any, engagement: Any, engagement_institution: Any, engagement_from: Any, engagement_until: Any,
    absence_starts: Any, absence_from: Any, absence_until: Any,
    license_starts: Any, license_kind: Any, license_from: Any, license_until: Any,
    difficulty_starts: Any, difficulty_item: Any, difficulty_from: Any, difficulty_until: Any,
    reason: Any, owner: Any, item_row: Any, difficulty_row: Any,
) -> None:  # fmt: skip
    """Write the first reason that applies to each row, or its cell owner, item row and difficulty row."""
    for row in range(day.size):
        on, house, who, what = day[row], institution[row], staff[row], item[row]
        owner[row] = -1
        item_row[row] = -1
        difficulty_row[row] = 0
        if house < 0:
            reason[row] = UNKNOWN_INSTITUTION
            continue
        if who < OWN_WORK:
            reason[row] = UNKNOWN_STAFF
            continue
        if what < 0:
            reason[row] = UNKNOWN_ITEM
            continue
        if quantity[row] <= 0:  # EMPTY too
            reason[row] = BAD_QUANTITY
            continue
        if right_share[row] == 0 or who >= engagement_starts.size - 1:  # a team is no person
            reason[row] = BAD_SHARE
            continue
        offered = in_force(item_from, item_until, item_starts[what], item_starts[what + 1], on)
        if has_patient[row] == 0 and offered >= 0 and item_limited[offered] != 0:
            reason[row] = NO_PATIENT
            continue
        if (
            in_force(institution_from, institution_until, institution_starts[house], institution_starts[house + 1], on)
            < 0
        ):
            reason[row] = INSTITUTION_CLOSED
            continue
        if offered < 0:
            reason[row] = ITEM_NOT_IN_FORCE
            continue
        found = -1
        if who == OWN_WORK:
            found = engagements + house
        else:
            for at in range(engagement_starts[who], engagement_starts[who + 1]):
                if engagement_institution[at] == house and engagement_from[at] <= on < engagement_until[at]:
                    found = engagement[at]
                    break
            if found < 0:
                reason[row] = NOT_ENGAGED
                continue
            if in_force(absence_from, absence_until, absence_starts[who], absence_starts[who + 1], on) >= 0:
                reason[row] = ABSENT
                continue
            if item_license[offered] != NO_LICENSE:
                held = False
                for at in range(license_starts[who], license_starts[who + 1]):
                    if license_kind[at] == item_license[offered] and license_from[at] <= on < license_until[at]:
                        held = True
                        break
                if not held:
                    reason[row] = NOT_LICENSED
                    continue
        if after_death[row] != 0:
            reason[row] = AFTER_DEATH
            continue
        reason[row] = ELIGIBLE
        owner[row] = found
        item_row[row] = offered
        hard = difficulty_of(difficulty_starts, difficulty_item, difficulty_from, difficulty_until, house, what, on)
        if hard < 0:
            hard = difficulty_of(
                difficulty_starts, difficulty_item, difficulty_from, difficulty_until, house, EVERY_ITEM, on
            )
        difficulty_row[row] = hard + 1


@dataclass(frozen=True)
class Eligibility:
    """Result for each row; owner, item row and difficulty row are set where the reason is ELIGIBLE."""

    reason: UInt8
    owner: Int32
    item_row: Int32
    difficulty_row: Int32


def check_eligibility(
    rules: RecordRules, day: Int32, institution: Int64, staff: Int64, item: Int64, quantity: Int64, right_share: UInt8,
    has_patient: UInt8, after_death: UInt8,
) -> Eligibility:  # fmt: skip
    """Check rows one by one. Staff codes are persons, OWN_WORK or unknown; a team's row has no right share."""
    rows = day.size
    eligibility = Eligibility(np.empty(rows, np.uint8), *(np.empty(rows, np.int32) for _ in range(3)))
    check_rows(
        day, institution, staff, item, quantity, right_share, has_patient, after_death,
        rules.coding.engagements.num_rows, *rules.tables,
        eligibility.reason, eligibility.owner, eligibility.item_row, eligibility.difficulty_row,
    )  # fmt: skip
    return eligibility
