"""Columns of local dates: as int32 days since 1970-01-01."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from batch import input_tables as tables
from batch.input_tables import TIME_ZONE
from batch.values.cells import (
    BLANKS,
    CLEAN,
    COLON,
    DOT,
    EMPTY,
    MINUS,
    NORMALISED,
    NOT_A_DATE,
    PLUS,
    SLASH,
    SPACE,
    UPPER_T,
    UPPER_Z,
    ZERO,
    ZONED,
    Bytes,
    as_numpy,
    as_text,
    blanks_around,
    buffers,
    digit,
    is_text,
    present,
    read_distinct,
    wrong_type,
)
from batch.values.written_forms import DATE_SYSTEM, plain_day, read_again
from payengine.kernels.compile import compiled, inlined, interpreted
from payengine.periods import EPOCH, OPEN, day_number

FIRST_YEAR, LAST_YEAR = 1900, 9999
LAST_ASCII, LOWER, LOWER_A, LOWER_M, LOWER_P = 0x7F, 0x20, ord("a"), ord("m"), ord("p")
DAYS_BEFORE = np.array([0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334], dtype=np.int64)
DAYS_OF = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], dtype=np.int64)
NO_DAY = -(2**31)
BEFORE_1970 = 719_162  # days from 0001-01-01 to 1970-01-01
SHANGHAI_IS_EIGHT_SINCE = 684_867_600  # 1991-09-14 17:00 UTC, the end of the last summer time
_FIRST_DAY = day_number(EPOCH.replace(year=FIRST_YEAR, month=1, day=1))
_LAST_DAY = day_number(EPOCH.replace(year=LAST_YEAR, month=12, day=31))
_UNITS_A_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


@inlined
def days_since_epoch(year: Any, month: Any, day: Any) -> Any:
    """Number a date's day, or give NO_DAY if there is no such date."""
    leap = (year % 4 == 0 and year % 100 != 0) or year % 400 == 0
    if not (FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= 12 and day >= 1):
        return NO_DAY
    if day > DAYS_OF[month - 1] + (leap and month == 2):
        return NO_DAY
    before = year - 1
    days = before * 365 + before // 4 - before // 100 + before // 400 + DAYS_BEFORE[month - 1] + day - 1
    return days + (leap and month > 2) - BEFORE_1970


@inlined
def two_digits(data: Any, at: Any) -> Any:
    """Read the number that two bytes write, or something far below zero."""
    tens, ones = np.int64(data[at]) - ZERO, np.int64(data[at + 1]) - ZERO
    return tens * 10 + ones if 0 <= tens <= 9 and 0 <= ones <= 9 else -10_000


@inlined
def one_digit(data: Any, at: Any) -> Any:
    """Read the number that a byte writes, or something far below zero."""
    return np.int64(data[at]) - ZERO if digit(data[at]) else -10_000


@inlined
def fault_of_time(data: Any, at: Any, end: Any) -> Any:
    """Check the rest after a date: a time of day is passed over, a time zone is refused.

    An hour of one digit is `NORMALISED`.
    """
    fault = CLEAN
    if end - at < 5 or (data[at] != SPACE and data[at] != UPPER_T):
        return NOT_A_DATE
    if data[at + 2] == COLON:
        hour = one_digit(data, at + 1)
        fault = NORMALISED
        at += 3
    else:
        hour = two_digits(data, at + 1)
        at += 4
        if data[at - 1] != COLON or end - at < 2:
            return NOT_A_DATE
    if not (0 <= hour <= 23 and 0 <= two_digits(data, at) <= 59):
        return NOT_A_DATE
    at += 2
    if end - at >= 3 and data[at] == COLON:
        if not 0 <= two_digits(data, at + 1) <= 59:
            return NOT_A_DATE
        at += 3
        if end - at >= 2 and data[at] == DOT and digit(data[at + 1]):
            at += 2
            while at < end and digit(data[at]):
                at += 1
    if at == end:
        return fault
    while at < end and data[at] == SPACE:
        at += 1
    if at == end or data[at] > LAST_ASCII:  # blanks after it, or 上午
        return NOT_A_DATE
    if end - at >= 2 and data[at] | LOWER in (LOWER_A, LOWER_P):  # a.m., PM
        half = data[at + 1] == DOT or (end - at == 2 and data[at + 1] | LOWER == LOWER_M)
        fault = NOT_A_DATE if half else fault
    if fault == NOT_A_DATE:
        return NOT_A_DATE
    return ZONED if data[at - 1] == SPACE or data[at] in (PLUS, MINUS, UPPER_Z) else NOT_A_DATE


@inlined
def parse_day(data: Any, begin: Any, end: Any) -> Any:
    """Read (day, fault) of a date, with or without a time of day.

    Dates are written 2026-10-03, 2026/10/3 or 20261003; 2026-10-3 and 2026.10.3 are `NORMALISED`.
    """
    if end - begin < 8:
        return NO_DAY, NOT_A_DATE
    year = two_digits(data, begin) * 100 + two_digits(data, begin + 2)
    separator = data[begin + 4]
    fault = CLEAN
    if separator in (SLASH, MINUS, DOT):
        at = begin + 6 if data[begin + 6] == separator else begin + 7
        month = one_digit(data, begin + 5) if at == begin + 6 else two_digits(data, begin + 5)
        if data[at] != separator or at + 1 == end:
            return NO_DAY, NOT_A_DATE
        at += 1
        if at + 1 < end and digit(data[at + 1]):
            day = two_digits(data, at)
            at += 2
        else:
            day = one_digit(data, at)
            at += 1
        if separator == DOT or (separator == MINUS and at < begin + 10):
            fault = NORMALISED
    else:
        month, day, at = two_digits(data, begin + 4), two_digits(data, begin + 6), begin + 8
    value = days_since_epoch(year, month, day)
    if value == NO_DAY:
        return NO_DAY, NOT_A_DATE
    if at < end:
        rest = fault_of_time(data, at, end)
        fault = fault if rest == CLEAN else rest
    return value, fault


def read_few_days(offsets: Any, data: Any, may_be_empty: Any, values: Any, present: Any, faults: Any) -> Any:
    """Read days as the kernel does, which so few different ones are not worth."""
    return read_distinct(interpreted(read_days), offsets, data, (may_be_empty,), values, present, faults)


@compiled("int64(readonly_int32, readonly_uint8, bool_, int32[::1], uint8[::1], uint8[::1])", otherwise=read_few_days)
def read_days(offsets: Any, data: Any, may_be_empty: Any, values: Any, present: Any, faults: Any) -> Any:
    """Days since 1970-01-01; `present` is 0 where the text is empty."""
    wrong = 0
    for row in range(len(values)):
        begin, end = offsets[row], offsets[row + 1]
        value = np.int64(0)
        fault = CLEAN
        if begin == end:
            if not may_be_empty:
                fault = EMPTY
        else:
            value, fault = parse_day(data, begin, end)
            if fault == NOT_A_DATE and blanks_around(data, begin, end):
                fault = BLANKS
        values[row] = np.int32(value) if fault in (CLEAN, NORMALISED) else np.int32(0)
        present[row] = begin != end
        faults[row] = fault
        wrong += fault != CLEAN
    return wrong


def read_day(column: tables.Column, raw: pa.Array, date_system: str = DATE_SYSTEM) -> tuple[pa.Array, Bytes | None]:
    """Read a raw column of days; returns it typed, and the fault of each row if any."""
    kind = raw.type
    types = pa.types
    if types.is_integer(kind):  # 20261003
        raw, kind = raw.cast(pa.string()), pa.string()
    if is_text(kind):
        text = as_text(raw)
        bounds, data = buffers(text)
        values = np.empty(len(raw), np.int32)
        marks = np.empty(len(raw), np.uint8)
        kinds = np.empty(len(raw), np.uint8)
        wrong = read_days(bounds, data, column.empty, values, marks, kinds)
        here = None if marks.all() else marks.astype(bool)
        if wrong:
            if column.kind == "until":  # PostgreSQL's word for an open end
                wrong -= _forever(text, values, kinds)
            unread = np.flatnonzero((kinds == NOT_A_DATE) | (kinds == BLANKS))
            if unread.size:
                read_again(text, unread, kinds, values, lambda each: plain_day(each, date_system), _read_plain)
    elif types.is_date(kind) or types.is_timestamp(kind):
        days = _days_of(raw)
        here = present(raw)
        kinds = np.where((days < _FIRST_DAY) | (days > _LAST_DAY), NOT_A_DATE, CLEAN).astype(np.uint8)
        if here is not None:
            kinds[~here] = CLEAN if column.empty else EMPTY
        values = np.where(kinds == CLEAN, days, 0).astype(np.int32)
        wrong = int(np.count_nonzero(kinds))
    else:
        return pa.array(np.zeros(len(raw), np.int32)), wrong_type(raw)
    if here is not None and column.kind in ("until", "open"):
        values[~here] = OPEN
    if here is not None and column.kind == "from" and column.default:
        values[~here] = day_number(date.fromisoformat(column.default))
    missing = ~here if here is not None and column.kind == "day" and column.empty else None
    return pa.array(values, mask=missing), kinds if wrong else None


def _read_plain(text: pa.Array, values: npt.NDArray[Any], kinds: Bytes) -> None:
    bounds, data = buffers(text)
    read_days(bounds, data, False, values, np.empty(len(text), np.uint8), kinds)


def _forever(text: pa.Array, values: npt.NDArray[np.int32], kinds: Bytes) -> int:
    rows = np.flatnonzero(pc.equal(text, "infinity").to_numpy(zero_copy_only=False))
    values[rows] = OPEN
    kinds[rows] = CLEAN
    return len(rows)


def _days_of(raw: pa.Array) -> npt.NDArray[np.int64]:
    """Local days (Asia/Shanghai) of dates and timestamps; nulls are day 0."""
    kind = raw.type
    if pa.types.is_date32(kind):
        return as_numpy(raw.cast(pa.int32()), np.int64, 0)
    ticks = as_numpy(raw.cast(pa.int64()), np.int64, 0)
    if pa.types.is_date64(kind):
        return ticks // 86_400_000
    seconds = ticks // _UNITS_A_SECOND[kind.unit]
    if kind.tz is not None:
        seconds = seconds + _offset(seconds)
    return seconds // 86_400


def _offset(seconds: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Give the seconds that Shanghai is ahead of UTC at each instant.

    8 hours, but for the summers up to 1991 and times long ago.
    """
    offset = np.full(len(seconds), 8 * 3600, np.int64)
    early = np.flatnonzero(seconds < SHANGHAI_IS_EIGHT_SINCE)
    if len(early):
        zone = ZoneInfo(TIME_ZONE)
        for instant in np.unique(seconds[early]).tolist():
            moment = _moment(instant)
            if moment is not None:
                ahead = moment.astimezone(zone).utcoffset()
                offset[seconds == instant] = 0 if ahead is None else round(ahead.total_seconds())
    return offset


def _moment(instant: int) -> datetime | None:
    """Give an instant as a datetime, if there is one."""
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=instant)
    except OverflowError:
        return None
