"""Parsers over the buffers of Arrow arrays: what stands in a cell -> a number, or why it cannot be read.

A text column is (offsets, data): value i is the bytes data[offsets[i]:offsets[i + 1]]. A parser writes a value and a
fault for every row; a fault of 0 is a clean value. Each returns how many rows are faulty, so that a clean column needs
no second look.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from payengine.kernels.compile import compiled, inlined

# Faults, in the order in which they are looked for.
CLEAN, EMPTY, NOT_UTF8, BLANKS, CUT, NOT_A_NUMBER, DECIMALS, BELOW, ABOVE, NOT_A_DATE, ZONED, NUL = range(12)

FIRST_YEAR, LAST_YEAR = 1900, 9999
MOST_DIGITS = 18  # of a mantissa in int64
POWERS = np.array([10**n for n in range(MOST_DIGITS + 1)], dtype=np.int64)
DAYS_BEFORE = np.array([0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334], dtype=np.int64)
DAYS_OF = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], dtype=np.int64)
EPOCH = 719_162  # days from 0001-01-01 to 1970-01-01

ZERO, NINE, DOT, PLUS, MINUS, SLASH, COLON, SPACE, LOWER_E, UPPER_E, UPPER_T, UPPER_Z = tuple(b"09.+-/: eETZ")
DELETE = 0x7F


@inlined
def digit(byte: Any) -> Any:
    return ZERO <= byte <= NINE


@inlined
def blank_at(data: Any, at: Any, end: Any) -> Any:
    """Whether a blank of Unicode begins at `at`: ASCII blanks and controls, no-break, ideographic, zero-width ..."""
    first = data[at]
    if first <= 0x20 or first == 0x7F:
        return True
    if first == 0xC2:
        return at + 1 < end and (data[at + 1] == 0xA0 or data[at + 1] == 0x85)
    if at + 2 >= end:
        return False
    second, third = data[at + 1], data[at + 2]
    if first == 0xE2:
        return (second == 0x80 and (0x80 <= third <= 0x8D or 0xA8 <= third <= 0xAF)) or (
            second == 0x81 and third in (0x9F, 0xA0)
        )
    if first == 0xE3:
        return second == 0x80 and third == 0x80
    if first == 0xE1:
        return second == 0x9A and third == 0x80
    return first == 0xEF and second == 0xBB and third == 0xBF


@inlined
def blanks_around(data: Any, begin: Any, end: Any) -> Any:
    """Whether the value, which is not empty, begins or ends with a blank."""
    if SPACE < data[begin] < DELETE and SPACE < data[end - 1] < DELETE:
        return False
    if blank_at(data, begin, end):
        return True
    last = end - 1
    while last > begin and (data[last] & 0xC0) == 0x80:
        last -= 1
    return blank_at(data, last, end)


@inlined
def valid_utf8(data: Any, begin: Any, end: Any) -> Any:
    """Whether the bytes are well-formed UTF-8 (no overlong forms, no surrogates, nothing beyond U+10FFFF)."""
    at = begin
    while at < end:
        first = data[at]
        if first < 0x80:
            at += 1
            continue
        lowest, highest = 0x80, 0xBF
        if 0xC2 <= first <= 0xDF:
            more = 1
        elif 0xE0 <= first <= 0xEF:
            more = 2
            if first == 0xE0:
                lowest = 0xA0
            elif first == 0xED:
                highest = 0x9F
        elif 0xF0 <= first <= 0xF4:
            more = 3
            if first == 0xF0:
                lowest = 0x90
            elif first == 0xF4:
                highest = 0x8F
        else:
            return False
        if at + more >= end or not lowest <= data[at + 1] <= highest:
            return False
        for n in range(2, more + 1):
            if not 0x80 <= data[at + n] <= 0xBF:
                return False
        at += more + 1
    return True


@inlined
def cut_by_spreadsheet(data: Any, begin: Any, end: Any) -> Any:
    """Whether a code looks like 1.23457E+14: digits, perhaps a dot, E+ and up to three digits."""
    if (
        end - begin < 4
        or not digit(data[end - 1])
        or (data[end - 2] != PLUS and data[end - 3] != PLUS and data[end - 4] != PLUS)
    ):
        return False
    mark = end - 1
    while mark > begin and end - mark <= 3 and digit(data[mark]):
        mark -= 1
    if mark == end - 1 or data[mark] != PLUS or mark - 1 <= begin:
        return False
    if data[mark - 1] != UPPER_E and data[mark - 1] != LOWER_E:
        return False
    at = begin + 1 if data[begin] == MINUS else begin
    if at >= mark - 1:
        return False
    dots = 0
    for n in range(at, mark - 1):
        if data[n] == DOT:
            dots += 1
        elif not digit(data[n]):
            return False
    return dots <= 1 and digit(data[at])


@compiled("int64(readonly_int32, readonly_uint8, bool_, bool_, bool_, uint8[::1])")
def check_texts(offsets: Any, data: Any, may_be_empty: Any, is_ascii: Any, has_nul: Any, faults: Any) -> Any:
    """Texts and codes; `is_ascii`: no byte is above 0x7F; `has_nul`: some byte is 0."""
    wrong = 0
    for row in range(len(faults)):
        begin, end = offsets[row], offsets[row + 1]
        fault = CLEAN
        if begin == end:
            if not may_be_empty:
                fault = EMPTY
        elif not is_ascii and not valid_utf8(data, begin, end):
            fault = NOT_UTF8
        elif blanks_around(data, begin, end):
            fault = BLANKS
        elif cut_by_spreadsheet(data, begin, end):
            fault = CUT
        elif has_nul:
            for at in range(begin, end):
                if data[at] == 0:
                    fault = NUL
        faults[row] = fault
        wrong += fault != CLEAN
    return wrong


@inlined
def parse_fixed(data: Any, begin: Any, end: Any, decimals: Any) -> Any:
    """(value, fault) of a decimal number with an optional exponent, in units of 10**-decimals."""
    at = begin
    negative = data[at] == MINUS
    if negative or data[at] == PLUS:
        at += 1
    mantissa = np.int64(0)
    significant = 0  # digits of the mantissa, which ends in no zero
    zeros = 0  # zeros seen behind it
    digits = 0
    fraction = 0
    dot = False
    while at < end:
        byte = data[at]
        if digit(byte):
            digits += 1
            fraction += dot
            if byte == ZERO:
                zeros += mantissa != 0
            else:
                significant += zeros + 1
                if significant <= MOST_DIGITS:
                    mantissa = mantissa * POWERS[zeros + 1] + np.int64(byte - ZERO)
                else:
                    mantissa = np.int64(1)  # only known to be far too long
                zeros = 0
        elif byte == DOT and not dot:
            dot = True
        else:
            break
        at += 1
    exponent = 0
    if digits == 0:
        return np.int64(0), NOT_A_NUMBER
    if at < end:
        if data[at] != LOWER_E and data[at] != UPPER_E:
            return np.int64(0), NOT_A_NUMBER
        at += 1
        down = at < end and data[at] == MINUS
        if at < end and (down or data[at] == PLUS):
            at += 1
        if at == end:
            return np.int64(0), NOT_A_NUMBER
        while at < end:
            if not digit(data[at]):
                return np.int64(0), NOT_A_NUMBER
            if exponent < 10_000:  # far beyond every bound already
                exponent = exponent * 10 + (data[at] - ZERO)
            at += 1
        if down:
            exponent = -exponent
    if mantissa == 0:
        return np.int64(0), CLEAN
    power = exponent - fraction + zeros + decimals  # the last digit of the mantissa is worth 10**power units
    if power < 0:
        return np.int64(0), DECIMALS
    if significant + power > MOST_DIGITS:
        return np.int64(0), BELOW if negative else ABOVE
    value = mantissa * POWERS[power]
    return (-value if negative else value), CLEAN


@compiled(
    "int64(readonly_int32, readonly_uint8, int64, int64, int64, bool_, int64[::1], uint8[::1], uint8[::1])",
)
def read_fixed(
    offsets: Any,
    data: Any,
    decimals: Any,
    least: Any,
    greatest: Any,
    may_be_empty: Any,
    values: Any,
    present: Any,
    faults: Any,
) -> Any:
    """Exact numbers in units of 10**-decimals; `present` is 0 where the text is empty."""
    wrong = 0
    for row in range(len(values)):
        begin, end = offsets[row], offsets[row + 1]
        value = np.int64(0)
        fault = CLEAN
        if begin == end:
            if not may_be_empty:
                fault = EMPTY
        else:
            value, fault = parse_fixed(data, begin, end, decimals)
            if fault == CLEAN:
                if value < least:
                    fault = BELOW
                elif value > greatest:
                    fault = ABOVE
            elif fault == NOT_A_NUMBER and blanks_around(data, begin, end):
                fault = BLANKS
        values[row] = value if fault == CLEAN else 0
        present[row] = begin != end
        faults[row] = fault
        wrong += fault != CLEAN
    return wrong


@compiled("int64(readonly_int64, int64, int64, int64, int64[::1], uint8[::1])")
def read_decimal128(words: Any, shift: Any, least: Any, greatest: Any, values: Any, faults: Any) -> Any:
    """Decimals of 128 bits (low word, high word), to be multiplied by 10**shift (divided, where it is negative).

    The caller has seen to it that -18 <= shift <= 18 and that no high word counts where shift is negative.
    """
    wrong = 0
    for row in range(len(values)):
        low, high = words[2 * row], words[2 * row + 1]
        value = low
        fault = CLEAN
        if high != (low >> 63):  # beyond 64 bits
            fault = BELOW if high < 0 else ABOVE
        elif shift >= 0:
            limit = POWERS[MOST_DIGITS] // POWERS[shift]
            if value > limit:
                fault = ABOVE
            elif value < -limit:
                fault = BELOW
            else:
                value = value * POWERS[shift]
        else:
            power = POWERS[-shift]
            quotient = abs(value) // power
            if value == -(2**63) or quotient * power != abs(value):
                fault = DECIMALS
            value = quotient if value >= 0 else -quotient
        if fault == CLEAN:
            if value < least:
                fault = BELOW
            elif value > greatest:
                fault = ABOVE
        values[row] = value if fault == CLEAN else 0
        faults[row] = fault
        wrong += fault != CLEAN
    return wrong


@inlined
def days_since_epoch(year: Any, month: Any, day: Any) -> Any:
    """The day number of a date, or -2**31 if there is no such date."""
    leap = (year % 4 == 0 and year % 100 != 0) or year % 400 == 0
    if not (FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= 12 and day >= 1):
        return -(2**31)
    if day > DAYS_OF[month - 1] + (leap and month == 2):
        return -(2**31)
    before = year - 1
    days = before * 365 + before // 4 - before // 100 + before // 400 + DAYS_BEFORE[month - 1] + day - 1
    return days + (leap and month > 2) - EPOCH


@inlined
def number_at(data: Any, at: Any, end: Any, most: Any) -> Any:
    """(number, position behind it) of up to `most` digits; the position is `at` if there is none."""
    number = np.int64(0)
    start = at
    while at < end and at - start < most and digit(data[at]):
        number = number * 10 + np.int64(data[at] - ZERO)
        at += 1
    return number, at


@inlined
def parse_time(data: Any, at: Any, end: Any) -> Any:
    """The fault of what follows a date: a time of day is passed over, one with a time zone is refused."""
    if (data[at] != SPACE and data[at] != UPPER_T) or end - at < 6:
        return NOT_A_DATE
    hour, behind = number_at(data, at + 1, end, 2)
    if behind != at + 3 or data[behind] != COLON:
        return NOT_A_DATE
    minute, behind = number_at(data, at + 4, end, 2)
    if behind != at + 6 or hour > 23 or minute > 59:
        return NOT_A_DATE
    at = behind
    if at < end and data[at] == COLON:
        second, behind = number_at(data, at + 1, end, 2)
        if behind != at + 3 or second > 59:
            return NOT_A_DATE
        at = behind
        if at < end and data[at] == DOT:
            at += 1
            start = at
            while at < end and digit(data[at]):
                at += 1
            if at == start:
                return NOT_A_DATE
    if at == end:
        return CLEAN
    return ZONED if data[at] in (PLUS, MINUS, SPACE, UPPER_Z) else NOT_A_DATE


@inlined
def parse_day(data: Any, begin: Any, end: Any) -> Any:
    """(day, fault) of 2026-10-03, 2026/10/3 or 20261003, with or without a time of day."""
    year, at = number_at(data, begin, end, 4)
    if at != begin + 4 or at == end:
        return 0, NOT_A_DATE
    separator = data[at]
    if separator in (MINUS, SLASH):
        start = at + 1
        month, at = number_at(data, start, end, 2)
        if at == start or at >= end or data[at] != separator or (separator == MINUS and at != start + 2):
            return 0, NOT_A_DATE
        start = at + 1
        day, at = number_at(data, start, end, 2)
        if at == start or (separator == MINUS and at != start + 2):
            return 0, NOT_A_DATE
    else:
        month, at = number_at(data, begin + 4, end, 2)
        day, at = number_at(data, begin + 6, end, 2) if at == begin + 6 else (0, at)
        if at != begin + 8:
            return 0, NOT_A_DATE
    value = days_since_epoch(year, month, day)
    if value == -(2**31):
        return 0, NOT_A_DATE
    return value, CLEAN if at == end else parse_time(data, at, end)


@compiled("int64(readonly_int32, readonly_uint8, bool_, int32[::1], uint8[::1], uint8[::1])")
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
        values[row] = np.int32(value) if fault == CLEAN else np.int32(0)
        present[row] = begin != end
        faults[row] = fault
        wrong += fault != CLEAN
    return wrong
