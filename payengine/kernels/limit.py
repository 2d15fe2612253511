"""Acceptance of services of limited items, in the order in which they were done."""

from __future__ import annotations

import numpy as np

from payengine.kernels.arrays import Int32, Int64, UInt8, UInt64
from payengine.kernels.calendar import DAY, MONTH, QUARTER
from payengine.kernels.calendar import month_number as month_of
from payengine.kernels.compile import by_python, compiled, inlined

NO_LIMIT = -1
OK, BAD_CODE, NOT_IN_ORDER, NO_PATIENT = range(4)


@inlined
def compared(patient_hi: UInt64, patient_lo: UInt64, has_patient: UInt8, item: Int32, row: int) -> int:
    """Compare (patient, item) of the row before with that of `row`: -1, 0 or 1.

    As it comes before, equals or comes after.
    """
    before = row - 1
    if patient_hi[before] != patient_hi[row]:
        return -1 if patient_hi[before] < patient_hi[row] else 1
    if patient_lo[before] != patient_lo[row]:
        return -1 if patient_lo[before] < patient_lo[row] else 1
    if has_patient[before] != has_patient[row]:
        return -1 if has_patient[before] < has_patient[row] else 1
    if item[before] != item[row]:
        return -1 if item[before] < item[row] else 1
    return 0


@compiled(
    "UniTuple(int64, 2)(readonly_uint64, readonly_uint64, readonly_uint8, readonly_int32, readonly_int32,"
    "readonly_uint8, readonly_int32, readonly_int64, readonly_int32, uint8[::1])",
    otherwise=by_python,
)
def limit(
    patient_hi: UInt64,
    patient_lo: UInt64,
    has_patient: UInt8,
    item: Int32,
    day: Int32,
    first_of_service: UInt8,
    item_row: Int32,
    limit_count: Int64,
    limit_period: Int32,
    accepted: UInt8,
) -> tuple[int, int]:
    """Set accepted[row] to 1 for the rows of accepted services, else to 0.

    Rows stand in order of (patient, item, day, record); the rows of one service are neighbours, of which the first has
    first_of_service 1, and the others, refunds too, share its decision. By item row: `limit_count` (`NO_LIMIT`, or how
    many are accepted) and `limit_period` (the index of day, month, quarter, year). A service is accepted while those
    accepted before it in its calendar period are fewer than the limit of its own item row; one without a limit is
    accepted and counts for the later ones. Rows without a patient are accepted and count nowhere.

    Returns (OK, 0), or what is wrong and the first row (counted from 1) where it is.
    """
    decision = np.uint8(0)
    of_day = of_month = of_quarter = of_year = 0
    for row in range(len(accepted)):
        code = item_row[row]
        if code < 0 or code >= len(limit_count):
            return BAD_CODE, row + 1
        count = limit_count[code]
        period = limit_period[code]
        if count < NO_LIMIT or (count != NO_LIMIT and (period < 0 or period > 3)):
            return BAD_CODE, row + 1
        same = False
        if row > 0:
            order = compared(patient_hi, patient_lo, has_patient, item, row)
            if order > 0 or (order == 0 and day[row] < day[row - 1]):
                return NOT_IN_ORDER, row + 1
            same = order == 0
        if first_of_service[row] == 0:
            if not same or day[row] != day[row - 1]:
                return NOT_IN_ORDER, row + 1
            accepted[row] = decision
            continue
        if has_patient[row] == 0:
            if count != NO_LIMIT:
                return NO_PATIENT, row + 1
            decision = np.uint8(1)
            accepted[row] = decision
            continue
        if not same:
            of_day = of_month = of_quarter = of_year = 0
        elif day[row] != day[row - 1]:  # most patients have one service of an item, whose month nobody asks for
            of_day = 0
            before, month = month_of(np.int64(day[row - 1])), month_of(np.int64(day[row]))
            if month != before:
                of_month = 0
                if month // 3 != before // 3:
                    of_quarter = 0
                    if month // 12 != before // 12:
                        of_year = 0
        taken = of_year
        if period == DAY:
            taken = of_day
        elif period == MONTH:
            taken = of_month
        elif period == QUARTER:
            taken = of_quarter
        decision = np.uint8(count == NO_LIMIT or taken < count)
        if decision:
            of_day += 1
            of_month += 1
            of_quarter += 1
            of_year += 1
        accepted[row] = decision
    return OK, 0
