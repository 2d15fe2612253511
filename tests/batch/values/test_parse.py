"""Values are read exactly or refused, whatever the type in which a source stores them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from batch import input_tables as tables
from batch.input_tables import LARGEST_FIXED, NO_LIMIT, Column
from batch.values import parse as values
from payengine.periods import OPEN, day_number
from tests.support.python_calls import fewest_calls

QUANTITY = Column("quantity", "fixed", decimals=2)
SHARE = Column("share", "fixed", decimals=4)
AMOUNT = Column("amount", "fixed", decimals=2, empty=False)
COUNT = Column("count", "count", empty=False, least=0)
LIMIT = Column("limit_count", "count", least=0)
CODE = Column("code", "code", empty=False)
NAME = Column("name")
DAY = Column("service_date", "day", empty=False)
DIED = Column("died", "day")
FROM = Column("from", "from", empty=False)
UNTIL = Column("until", "until")
FLAG = Column("director", "flag", empty=False)
PERIOD = Column("period", "period", empty=False)
KIND = Column("kind", choices=("county_hospital", "township_center"), empty=False)
FAULTY = object()


def read(column: Column, given: Sequence[Any] | pa.Array, kind: pa.DataType | None = None) -> list[Any]:
    """The typed values; FAULTY where a value cannot be read."""
    raw = given if isinstance(given, pa.Array) else pa.array(given, kind)
    typed, faults = values.parse(column, raw)
    assert len(typed) == len(raw)
    assert typed.type == values.schema(tables.Table("t", (column,))).field(0).type
    found = typed.to_pylist()
    for row in [] if faults is None else faults.rows:
        found[row] = FAULTY
    return found


def why(column: Column, given: Any, kind: pa.DataType | None = None) -> str:
    """The message for a value that cannot be read."""
    _, faults = values.parse(column, pa.array([given], kind))
    assert faults is not None, f"{given!r} was read"
    assert len(faults) == 1
    return faults.what(0)


# --- exact numbers ----------------------------------------------------------------------------------------------

units = st.integers(-LARGEST_FIXED, LARGEST_FIXED)


def written(number: int, decimals: int, more: int = 0) -> str:
    """Write a number of units as text, with further zeros after it."""
    return f"{Decimal(number).scaleb(-decimals):f}" + "0" * more * (decimals > 0)


@given(st.lists(units, min_size=1), st.integers(0, 3))
@example([LARGEST_FIXED, -LARGEST_FIXED, 0, 1, -1], 0)
def test_texts_are_read_digit_by_digit(numbers: list[int], more: int) -> None:
    assert read(SHARE, [written(number, 4, more) for number in numbers]) == numbers


@given(st.lists(units, min_size=1))
def test_a_double_is_its_shortest_decimal_form(numbers: list[int]) -> None:
    doubles = [float(written(number, 2)) for number in numbers]
    assert all(Fraction(repr(double)) * 100 == number for double, number in zip(doubles, numbers, strict=True))
    assert read(QUANTITY, doubles) == numbers


@given(st.floats(allow_nan=False, allow_infinity=False))
@example(0.1 + 0.2)
@example(1e22)
@example(-0.0)
@example(5e-324)
def test_a_double_with_more_decimals_is_refused_not_rounded(double: float) -> None:
    exact = Fraction(repr(double)) * 100
    wanted = int(exact) if exact.denominator == 1 and abs(exact) <= LARGEST_FIXED else FAULTY
    assert read(QUANTITY, [double]) == [wanted]
    assert read(QUANTITY, [repr(double)]) == [wanted]  # and so is its text


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
@example(16777216.0)
@example(0.10000000149011612)
def test_a_short_float_is_its_own_shortest_form(single: float) -> None:
    exact = Fraction(str(np.float32(single))) * 100
    wanted = int(exact) if exact.denominator == 1 and abs(exact) <= LARGEST_FIXED else FAULTY
    assert read(QUANTITY, [single], pa.float32()) == [wanted]


@given(st.lists(st.decimals(-(10**20), 10**20, places=6), min_size=1), st.sampled_from([6, 10, 18]))
def test_decimals_of_any_scale_are_read_exactly(numbers: list[Decimal], scale: int) -> None:
    def wanted(number: Decimal) -> object:
        exact = Fraction(number) * 10_000
        return int(exact) if exact.denominator == 1 and abs(exact) <= LARGEST_FIXED else FAULTY

    numbers = [number for number in numbers if abs(number) < 10 ** (38 - scale)]
    assert read(SHARE, numbers, pa.decimal128(38, scale)) == [wanted(number) for number in numbers]
    assert read(SHARE, numbers, pa.decimal256(60, scale)) == [wanted(number) for number in numbers]


@given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1))
def test_whole_numbers_are_checked_against_the_bounds_before_they_are_scaled(numbers: list[int]) -> None:
    wanted = [number * 100 if abs(number) <= LARGEST_FIXED // 100 else FAULTY for number in numbers]
    assert read(QUANTITY, numbers, pa.int64()) == wanted


def test_unsigned_whole_numbers_do_not_wrap() -> None:
    assert read(QUANTITY, [2**64 - 1, 3], pa.uint64()) == [FAULTY, 300]


@given(st.text("0123456789.+-eE, 一", max_size=12))
@example("1e1")
@example("1e-1")
@example("1E+2")
@example("9" * 40)
@example("1e99999999999999999999")
@example("0e99999")
@example(".5")
@example("5.")
@example("+.")
def test_a_text_is_a_number_or_a_fault(given: str) -> None:
    """The parser agrees with Python's own on plain decimals with an optional exponent.

    Everything else is a fault; blanks around a number and commas between its thousands are passed over.
    """
    wanted: object = None
    text = given
    if text:
        text = text.strip(" ") or text
        text = text.replace(",", "") if re.fullmatch(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?", text, re.ASCII) else text
        plain = re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", text, re.ASCII)
        wanted = FAULTY
        if plain:
            exponent = int((plain[2] or "e0")[1:])
            if abs(exponent) < 100 or not Decimal(text.lower().split("e")[0]):
                exact = Fraction(text) * 100 if abs(exponent) < 100 else Fraction(0)
                wanted = int(exact) if exact.denominator == 1 and abs(exact) <= LARGEST_FIXED else FAULTY
    assert read(QUANTITY, [given]) == [wanted]


def test_missing_numbers_stay_missing_in_every_type() -> None:
    kinds = [
        pa.float64(),
        pa.float32(),
        pa.int32(),
        pa.uint64(),
        pa.decimal128(10, 2),
        pa.string(),
        pa.string_view(),
        pa.null(),
    ]
    for kind in kinds:
        assert read(QUANTITY, [None], kind) == [None]
        assert read(LIMIT, [None], kind) == [NO_LIMIT]
        assert read(AMOUNT, [None], kind) == [FAULTY]


def test_messages_of_numbers_name_what_is_wrong() -> None:
    assert why(QUANTITY, "1.005") == "1.005 has more than 2 decimals"
    assert why(QUANTITY, 0.30000000000000004) == "0.30000000000000004 has more than 2 decimals"
    assert why(QUANTITY, "1,00") == "1,00 is not a number; write it as 1234.5"
    assert why(QUANTITY, float("nan")) == "nan is not a number; write it as 1234.5"
    assert why(COUNT, "a") == "a is not a number; write it as 1234"
    assert why(QUANTITY, " x") == '" x" has blanks before or after it'
    assert why(COUNT, "1.5") == "1.5 is not a whole number"
    assert why(COUNT, -1) == "-1 is less than 0"
    assert why(AMOUNT, "") == "is empty"
    assert why(AMOUNT, "99999999999999") == "99999999999999 is more than 10000000000000"
    assert why(QUANTITY, date(2026, 1, 1)) == "2026-01-01 is stored as date32[day], which this column cannot be"


# --- days -------------------------------------------------------------------------------------------------------

days = st.dates(date(1900, 1, 1), date(9999, 12, 31))


@given(st.lists(days, min_size=1))
@example([date(1900, 1, 1), date(2000, 2, 29), date(9999, 12, 31), date(1970, 1, 1), date(1969, 12, 31)])
def test_days_are_the_same_in_every_form(dates: list[date]) -> None:
    numbers = [day_number(day) for day in dates]
    forms = [
        "{0:%Y}-{0:%m}-{0:%d}",
        "{0.year}/{0.month}/{0.day}",
        "{0:%Y%m%d}",
        "{0:%Y-%m-%d} 23:59:59.999",
        "{0:%Y-%m-%d}T00:00",
    ]
    for form in forms:
        assert read(DAY, [form.format(day) for day in dates]) == numbers
    assert read(DAY, dates, pa.date32()) == numbers
    assert read(DAY, dates, pa.date64()) == numbers
    assert read(DAY, [int(f"{day:%Y%m%d}") for day in dates]) == numbers
    moments = [datetime(day.year, day.month, day.day, 23, 59, 59) for day in dates]  # noqa: DTZ001  (local, as stored)
    for unit in ("s", "ms", "us"):
        assert read(DAY, moments, pa.timestamp(unit)) == numbers


@given(st.text("0123456789-/. :T", max_size=12))
@example("2026-10-3 8:05")
@example("2026.10.3")
@example("2026.10-3")
@example("2026-10-3 8:0")
@example("46326")
@example(" 46326.75 ")
@example("09999")
@example("2026-02-29")
@example("2026-13-01")
@example("2026-00-10")
@example("2026-1-3")
@example("20260230")
@example("2026-10-03 24:00")
@example("2026/1/:")
@example("2026/:/1")
@example("2026/11/")
@example("2026/1/123")
@example("2026//1/1")
@example("2026-10-:1")
@example("1899-12-31")
def test_a_text_is_a_day_or_a_fault(text: str) -> None:
    wanted: object = FAULTY
    plain = text.strip(" ")
    if re.fullmatch(r"[1-9]\d{4}(\.\d+)?", plain, re.ASCII):  # a spreadsheet's day number
        wanted = day_number(date(1899, 12, 30) + timedelta(days=int(plain[:5])))
    marked = [rf"(\d{{4}}){mark}(\d\d?){mark}(\d\d?)" for mark in ("-", "/", r"\.")]
    for pattern in (*marked, r"(\d{4})(\d\d)(\d\d)"):
        match = re.fullmatch(pattern + r"(?:[ T]([01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?)?", plain, re.ASCII)
        if match and int(match[1]) >= 1900:
            try:
                wanted = day_number(date(int(match[1]), int(match[2]), int(match[3])))
            except ValueError:
                wanted = FAULTY
    assert read(DAY, [text]) == [wanted]


@given(st.datetimes(datetime(1901, 1, 1), datetime(2100, 1, 1)))  # noqa: DTZ001
@example(datetime(2026, 9, 30, 16, 0))  # noqa: DTZ001  (midnight of 1 October in Shanghai)
@example(datetime(2026, 9, 30, 15, 59, 59))  # noqa: DTZ001
@example(datetime(1988, 7, 1, 15, 0))  # noqa: DTZ001  (summer time)
def test_an_instant_falls_on_its_day_in_shanghai(moment: datetime) -> None:
    instant = moment.replace(tzinfo=UTC)
    local = instant.astimezone(ZoneInfo("Asia/Shanghai"))
    for zone in ("UTC", "Asia/Shanghai", "America/New_York"):
        assert read(DAY, pa.array([instant], pa.timestamp("us", zone))) == [day_number(local.date())]


def test_an_interval_is_open_where_its_end_is_empty() -> None:
    for open_end in ("", None, "infinity"):
        assert read(UNTIL, [open_end], pa.string()) == [OPEN]
    assert read(UNTIL, [None], pa.date32()) == [OPEN]
    assert read(FROM, ["", None, "infinity"]) == [FAULTY] * 3
    assert read(DIED, ["", None]) == [None, None]


def test_messages_of_days_name_what_is_wrong() -> None:
    assert why(DAY, "2026-13-01") == "2026-13-01 is not a date"
    assert why(DAY, "2026-10-03T01:00:00+08:00") == "2026-10-03T01:00:00+08:00 carries a time zone; give the local date"
    assert why(DAY, "2026-10-03 01:00 CST") == "2026-10-03 01:00 CST carries a time zone; give the local date"
    for noon in ("2026/10/3 3:00 PM", "2026-10-03 03:00:00 a.m.", "2026/10/3 3:00PM", "2026-10-03 03:00 上午"):
        assert why(DAY, noon) == f"{noon} is not a date; write its hours as 0 to 23, or the date alone"
    assert why(DAY, "") == "is empty"
    assert why(DAY, 4_630) == "4630 is not a date"
    assert why(DAY, 2.5) == "2.5 is stored as double, which this column cannot be"
    assert why(DAY, 2**31 - 1, pa.date32()) == f"{2**31 - 1} is not a date"


# --- texts ------------------------------------------------------------------------------------------------------

BLANK = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2009\u200b\u2028\u202f\u205f\u3000\ufeff"
codes = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp", "Cf"]), min_size=1).filter(
    lambda text: not re.fullmatch(r"\d[\d.]*[eE]\+\d{1,3}", text)
)


@given(st.lists(codes, min_size=1))
@example(["I01", "i01", "王䶮", "𬭎", "a b", "é"])
def test_texts_pass_unchanged_in_every_layout(texts: list[str]) -> None:
    for kind in (pa.string(), pa.large_string(), pa.string_view(), pa.binary(), pa.large_binary(), pa.binary_view()):
        given = [text.encode() for text in texts] if "binary" in str(kind) else texts
        assert read(CODE, pa.array(given, kind)) == texts
        assert read(CODE, pa.array(["x", *texts, "y"]).slice(1, len(texts))) == texts
    assert read(CODE, pa.array(texts).dictionary_encode()) == texts


@given(st.text("ab王" + BLANK, min_size=1, max_size=4))
def test_blanks_before_or_after_a_text_are_refused_and_those_inside_kept(text: str) -> None:
    assert read(NAME, [text]) == [FAULTY if text[0] in BLANK or text[-1] in BLANK else text]


@given(st.binary(min_size=1, max_size=6))
@example(b"\xed\xa0\x80")
@example(b"\xc0\xaf")
@example(b"\xf4\x90\x80\x80")
def test_bytes_that_are_no_utf8_never_become_text(given: bytes) -> None:
    try:
        text = given.decode()
    except UnicodeDecodeError:
        text = ""
    found = read(NAME, pa.array([given, b"ok"], pa.binary()))
    assert found[1] == "ok"
    assert found[0] in (text, FAULTY)
    assert text or found[0] is FAULTY


@pytest.mark.parametrize("cut", ["1.23457E+14", "1E+05", "1.2e+017", "123E+3"])
def test_a_code_that_a_spreadsheet_cut_is_refused(cut: str) -> None:
    assert "spreadsheet cut" in why(CODE, cut)


@pytest.mark.parametrize("whole", ["E+1", "1E5", "A1.2E+3", "1.2.3E+4", "1E+2345", "12+34", "+3", "1E+", "3"])
def test_a_code_that_only_resembles_one_is_not(whole: str) -> None:
    assert read(CODE, [whole]) == [whole]


def test_numbers_as_codes_are_their_digits_as_far_as_a_double_keeps_them() -> None:
    assert read(CODE, [110101199001010011], pa.int64()) == ["110101199001010011"]
    assert read(CODE, [1001.0, 999_999_999_999_999.0]) == ["1001", "999999999999999"]
    assert "15 digits" in why(CODE, 123456789012345678.0)
    assert read(CODE, [Decimal(12)]) == ["12"]


@given(st.lists(st.sampled_from(["I01", "I02", "", " ", None, "x\0y"]), min_size=1))
def test_a_dictionary_is_read_as_its_values_are(given: list[str | None]) -> None:
    assert read(CODE, pa.array(given, pa.string()).dictionary_encode()) == read(CODE, given, pa.string())


def test_flags_are_read_in_the_ways_people_write_them() -> None:
    assert read(FLAG, ["yes", "no", "true", "False", "1", "0", "是", "否"]) == [True, False] * 4
    assert read(FLAG, [True, False, None]) == [True, False, FAULTY]
    assert read(FLAG, [1, 0, 2]) == [True, False, FAULTY]
    assert read(FLAG, [1.0, 0.0]) == [True, False]
    assert why(FLAG, "maybe") == "maybe is neither yes nor no"


def test_periods_and_choices() -> None:
    assert read(PERIOD, ["2026-10", "2026-Q4", "2026", "2026-13", "Oct-26"]) == [
        "2026-10",
        "2026-Q4",
        "2026",
        FAULTY,
        FAULTY,
    ]
    assert read(PERIOD, [2026]) == ["2026"]
    assert read(PERIOD, [202610]) == ["2026-10"]
    assert why(PERIOD, "202613") == "202613 is not a period; write 2026-10, 2026-Q4, 2026-H2 or 2026"
    assert why(KIND, "townshp_center") == (
        "townshp_center is not one of county_hospital, township_center (did you mean township_center?)"
    )
    assert read(KIND, ["", "county_hospital"]) == [FAULTY, "county_hospital"]


def test_a_long_value_is_shortened_and_controls_are_shown() -> None:
    assert why(DAY, "x" * 100) == "x" * 60 + "… is not a date; write it as 2026-10-03"
    assert why(NAME, "a\0b") == "a\\x00b contains a NUL character"


# --- batches ----------------------------------------------------------------------------------------------------


def test_a_batch_is_typed_and_its_faults_stand_by_column_and_row() -> None:
    table = tables.RECORD
    rows = [
        ("R1", "2026-10-01", "I1", "S1", "A", "1", "1", "P", ""),
        ("", "2026-10-32", "I1", "S1", "A", "x", "", None, None),
        ("R3", "2026-10-03", "", "", "", None, "0.5", "", "R1"),
    ]
    raw = pa.RecordBatch.from_arrays(
        [pa.array(column, pa.string()) for column in zip(*rows, strict=True)], [column.name for column in table.columns]
    )
    typed, faults = values.parse_batch(table, raw)
    assert typed.schema == values.schema(table)
    assert [(found.column.name, found.rows.tolist()) for found in faults] == [
        ("record_id", [1]), ("service_date", [1]), ("quantity", [1]),
    ]  # fmt: skip
    assert typed.to_pylist()[2] == {
        "record_id": "R3", "service_date": day_number(date(2026, 10, 3)), "institution": "", "staff": "", "item": "",
        "quantity": None, "share": 5_000, "patient": "", "reverses": "R1",
    }  # fmt: skip


def test_no_batch_is_too_small() -> None:
    for table in tables.TABLES:
        empty = pa.RecordBatch.from_pylist([], pa.schema([(column.name, pa.string()) for column in table.columns]))
        typed, faults = values.parse_batch(table, empty)
        assert (typed.num_rows, faults) == (0, [])


def test_no_value_of_a_million_goes_through_python() -> None:
    days = pa.array([f"2026-{1 + n % 12:02}-{1 + n % 28:02}" for n in range(100_000)] * 10)
    values.parse(DAY, days)
    assert fewest_calls(lambda: values.parse(DAY, days)) < len(days) // 100
