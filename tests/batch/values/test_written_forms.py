"""Dates and numbers as people write them are read where they have one reading, and counted."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch import input_tables as tables
from batch.cli.views.snapshot import snapshot_json, snapshot_parts
from batch.freeze import freeze_period
from batch.input_tables import Column
from batch.snapshot.snapshot import Snapshot
from batch.sources import SourceSettings, open_source
from batch.values import parse as values
from batch.values.written_forms import Normalised
from payengine.errors import Refused
from payengine.periods import Period, day_number
from tests.support.freeze_case import Given, Row, freeze, item, kept, record, reference
from tests.support.python_calls import fewest_calls

DAY = Column("service_date", "day", empty=False)
AMOUNT = Column("amount", "fixed", decimals=2, empty=False, sign=tables.YUAN)
SHARE = Column("share", "fixed", decimals=4, sign=tables.PERCENT)
QUANTITY = Column("quantity", "fixed", decimals=2)
COUNT = Column("count", "count", empty=False, least=0)
CODE = Column("code", "code", empty=False)
OCTOBER = Period.parse("2026-10")


def read(column: Column, text: str, system: str = "1900") -> tuple[int | None, int, str]:
    """(value, values written otherwise, why it cannot be read)."""
    normalised = Normalised(system)
    typed, faults = values.parse(column, pa.array([text], pa.string()), normalised)
    normalised.count()
    return typed[0].as_py(), normalised.counts.get(column.name, 0), "" if faults is None else faults.what(0)


@pytest.mark.parametrize(
    "text",
    [
        "2026/10/31 8:05", "2026/10/31 0:00", "2026-10-31 8:05:09", "2026-10-31 8:05:09.5", "2026.10.31",
        "2026年10月31日", "2026年10月31日 8:05", "2026年10月31号", "46326", "46326.336806",
        " 2026-10-31", "2026/10/31\u3000", "２０２６－１０－３１", "２０２６年１０月３１日",
    ],
)  # fmt: skip
def test_a_date_with_one_reading_is_read_and_counted(text: str) -> None:
    assert read(DAY, text) == (day_number(date(2026, 10, 31)), 1, "")


@pytest.mark.parametrize("text", ["2020-1-1", "2020.1.1", "2020年1月1日", "2020年01月1日", "2020-01-1", "43831"])
def test_a_date_of_single_digits_is_read_and_counted(text: str) -> None:
    assert read(DAY, text) == (day_number(date(2020, 1, 1)), 1, "")


@pytest.mark.parametrize(
    "text", ["2020-01-01", "2020/1/1", "2020/01/01", "20200101", "2020-01-01 08:00", "2020/1/1T23:59"]
)
def test_a_plain_date_is_not_counted(text: str) -> None:
    assert read(DAY, text) == (day_number(date(2020, 1, 1)), 0, "")


@pytest.mark.parametrize(
    "text",
    [
        "1/2/2026", "31/10/2026", "26-10-31", "2026/10-31", "2026.10/31", "2026", "202610", "4632", "463260", "046326",
        "46326.", "-46326", "46,326", "Oct-26", "10月31日", "2026年10月", "2026-10-31 8", "8:05", " ", "46326 8:05",
        "2026年10月31日8时",
    ],
)  # fmt: skip
def test_a_date_with_no_reading_or_several_is_refused(text: str) -> None:
    value, counted, why = read(DAY, text)
    assert (value, counted) == (0, 0)
    assert ("write it as 2026-10-03" in why) or "blanks before or after" in why or text.startswith("2026"), why


@pytest.mark.parametrize("text", ["2026/2/30 8:00", "2026年13月1日", "2026.2.29", "2026/10/31 25:00", "2026-0-1"])
def test_a_date_that_there_is_not_is_refused_in_every_form(text: str) -> None:
    assert read(DAY, text)[1:] == (0, f"{text} is not a date")


def test_day_numbers_count_from_the_day_that_the_source_says() -> None:
    """46326 is 31 October 2026 in the one system and four years and a day later in the other."""
    assert read(DAY, "46326", "1904")[0] == day_number(date(2030, 11, 1))
    assert values.parse(DAY, pa.array([46_326], pa.int32()), None)[0].to_pylist() == [day_number(date(2026, 10, 31))]


@given(st.dates(date(1927, 5, 18), date(2173, 10, 13)))
def test_a_day_number_is_what_a_spreadsheet_says(day: date) -> None:
    assert read(DAY, str((day - date(1899, 12, 30)).days))[0] == day_number(day)


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("2,000.00", 200_000), ("2,000", 200_000), ("1,234,567.8", 123_456_780), ("￥2,280.50", 228_050),
        ("¥2280.5", 228_050), ("-￥5", -500), ("￥-5", -500), ("１２３．５０", 12_350), ("２，０００", 200_000),
        (" 12", 1_200), ("12\u3000", 1_200), ("\t12.5 ", 1_250), ("－12", -1_200), ("−12", -1_200), ("\xa01e2", 10_000),
        ("3120.50元", 312_050), ("3,120.5元", 312_050), ("-５元", -500),
    ],
)  # fmt: skip
def test_a_number_with_one_reading_is_read_and_counted(text: str, fen: int) -> None:
    assert read(AMOUNT, text) == (fen, 1, "")


@pytest.mark.parametrize(
    "text",
    [
        "1,5", "1,00", "12,34", "1,2345", "1,23,456", "0,125", "01,250", ",500", "1,000,", "1.000,50", "2 000", "5%",
        "¥5元", "5元元", "元", "5 元", "(5)", "'5", "￥", "--5", "-￥-5", "$5", "￥ 5", "1,000e2", "0x10", " ", "１２a",
    ],
)  # fmt: skip
def test_a_number_with_no_reading_or_several_is_refused(text: str) -> None:
    value, counted, why = read(AMOUNT, text)
    assert (value, counted) == (0, 0)
    assert why.endswith(("is not a number; write it as 1234.5", "has blanks before or after it")), why


def test_one_comma_is_ambiguous_where_a_number_may_have_three_decimals() -> None:
    assert "is not a number" in read(SHARE, "1,250")[2]
    assert read(SHARE, "1,250.0") == (12_500_000, 1, "")
    assert read(SHARE, "1,250,000") == (12_500_000_000, 1, "")
    assert "is not a number" in read(SHARE, "￥1")[2]  # no coefficient is money
    assert "is not a number" in read(SHARE, "1元")[2]
    assert "is not a number" in read(QUANTITY, "￥1")[2]  # nor is a quantity, of two decimals like money


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("50%", 5_000), ("５０％", 5_000), ("5%", 500), ("0.5%", 50), ("120%", 12_000), ("12.25%", 1_225),
        ("-5 %", None), ("-5%", -500), ("0%", 0), ("007%", 700), ("0.125%", None), ("%", None), (".5%", None),
        ("1,200%", None),
    ],
)  # fmt: skip
def test_percent_is_read_where_a_column_is_of_parts(text: str, parts: int | None) -> None:
    value, counted, told = read(SHARE, text)
    assert (value, counted) == ((0, 0) if parts is None else (parts, 1)), told
    assert (told == "") == (parts is not None)
    assert "is not a number" in read(AMOUNT, text)[2]
    assert read(COUNT, "1,250") == (1_250, 1, "")


def test_a_number_written_otherwise_keeps_its_bounds() -> None:
    assert read(AMOUNT, "2,000.005")[1:] == (0, "2,000.005 has more than 2 decimals")
    assert read(COUNT, " -1")[1:] == (0, " -1 is less than 0")
    assert "is more than" in read(AMOUNT, "￥99,999,999,999,999")[2]


@pytest.mark.parametrize("text", ["００１", " 007", "1,000", "2026年10月31日", "￥5"])
def test_codes_stay_as_they_are_written(text: str) -> None:
    typed, faults = values.parse(CODE, pa.array([text]))
    assert typed.to_pylist() == ([text] if faults is None else [""])
    assert (faults is None) == (text.strip() == text)


def test_a_dictionary_and_nulls_are_read_as_the_texts_are() -> None:
    texts = ["2,000", None, "1", "x", "2,000"]
    plain, coded = pa.array(texts), pa.array(texts).dictionary_encode()
    for raw in (plain, coded, plain.cast(pa.large_string()), plain.cast(pa.string_view())):
        normalised = Normalised()
        typed, faults = values.parse(AMOUNT, raw, normalised)
        normalised.count(np.array([True, True, True, True, False]))
        assert typed.to_pylist() == [200_000, 0, 100, 0, 200_000]
        assert faults is not None
        assert faults.rows.tolist() == [1, 3]
        assert normalised.counts == {"amount": 1}


def test_bytes_that_are_no_text_are_no_number() -> None:
    typed, faults = values.parse(AMOUNT, pa.array([b"\xff", b" 1"], pa.binary()))
    assert typed.to_pylist() == [0, 100]
    assert faults is not None
    assert faults.rows.tolist() == [0]


@pytest.mark.parametrize("form", ["{0} 8:{1:02}", "{0} ", "￥1,{1:03}.00"])
def test_no_row_of_a_column_written_otherwise_goes_through_python(form: str) -> None:
    """Only each distinct text of a batch does."""
    column = AMOUNT if form.startswith("￥") else DAY
    raw = pa.array([form.format("2026/10/31", n % 60) for n in range(500_000)])
    assert values.parse(column, raw)[1] is None
    assert fewest_calls(lambda: values.parse(column, raw)) < len(raw) // 10


# --- through the freeze -----------------------------------------------------------------------------------------


def test_the_freeze_counts_what_was_written_otherwise_and_shows_it(tmp_path: Path) -> None:
    """Rows of other months are not counted; the same content gives the same snapshot."""
    otherwise = [
        record("R1", "2026/10/5 8:05"), record("R2", "46300", quantity="１"),
        record("R3", "2026年9月5日"), record("R4"),
    ]  # fmt: skip
    plain = [record("R1"), record("R2"), record("R3", "2026-09-05"), record("R4")]
    check = item("CHECK", limit_count="2", limit_period="year")
    items = [item("EXAM", equivalents=" 1 ", **{"from": "2020.1.1"}), check]
    first = freeze(tmp_path, otherwise, service_item=items)
    assert first.normalised == {
        "service_item": {"equivalents": 1, "from": 1}, "service_record": {"service_date": 2, "quantity": 1},
    }  # fmt: skip
    assert {row["day"] for row in kept(first)} == {"2026-10-05"}
    assert snapshot_json(first)["normalised"] == first.normalised
    assert shown(first)[-4:] == [
        "service_item.equivalents 1", "service_item.from 1",
        "service_record.service_date 2", "service_record.quantity 1",
    ]  # fmt: skip
    second = freeze(tmp_path, plain, service_item=[item("EXAM"), check])
    assert second.digest == first.digest
    assert second.normalised == {}
    assert not any("written otherwise" in line for line in shown(second))


def shown(snapshot: Snapshot) -> list[str]:
    from rich.console import Console

    console = Console(width=200)
    with console.capture() as captured:
        for part in snapshot_parts(snapshot):
            console.print(part)
    return [" ".join(line.split()) for line in captured.get().splitlines() if line.strip()]


@pytest.mark.parametrize(("system", "day"), [(None, "2026-10-31"), ("1900", "2026-10-31"), ("1904", "2026-10-31")])
def test_the_settings_say_how_a_folders_day_numbers_count(tmp_path: Path, system: str | None, day: str) -> None:
    number = "44864" if system == "1904" else "46326"
    rows: dict[str, list[Row]] = {**reference(), "service_record": [record("R1", number)]}
    (tmp_path / "input").mkdir()
    for name, table in rows.items():
        header = [column.name for column in tables.BY_NAME[name].columns]
        lines = [",".join(row.get(column, "") for column in header) for row in table]
        (tmp_path / "input" / f"{name}.csv").write_text("\n".join([",".join(header), *lines, ""]), encoding="utf-8")
    settings = SourceSettings.parse({"folder": "input"} | ({"date_system": system} if system else {}))
    with open_source(settings, tmp_path) as source:
        snapshot = freeze_period(source, OCTOBER, tmp_path / "out", patient_key=None, privacy="as given")
    assert [row["day"] for row in kept(snapshot)] == [day]


def test_the_settings_know_two_date_systems() -> None:
    with pytest.raises(Refused, match="must be one of 1900, 1904"):
        SourceSettings.parse({"folder": "input", "date_system": "1905"})
    with pytest.raises(Refused, match="must be a text"):
        SourceSettings.parse({"folder": "input", "date_system": 1904})


def test_a_source_counts_from_1900_unless_told() -> None:
    assert Given({}).date_system == "1900"


PERIOD = Column("period", "period", empty=False)


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("2026/10", "2026-10"), ("2026-9", "2026-09"), ("2026.09", "2026-09"), ("2026.10", "2026-10"),
        ("2026年10月", "2026-10"), ("2026年9月", "2026-09"), ("２０２６年１０月", "2026-10"), ("2026年", "2026"),
        ("202610", "2026-10"), ("２０２６０９", "2026-09"),
    ],
)  # fmt: skip
def test_a_period_with_one_reading_is_read_and_counted(text: str, period: str) -> None:
    assert read(PERIOD, text) == (period, 1, "")
    assert read(PERIOD, period) == (period, 0, "")


@pytest.mark.parametrize("text", ["10/2026", "2026-13", "2026年13月", "26年10月", "2026/10/3", "202613", "20261"])
def test_a_period_without_one_reading_is_refused(text: str) -> None:
    value, other, told = read(PERIOD, text)
    assert (value, other) == ("", 0)
    assert "is not a period" in told


@pytest.mark.parametrize("raw", [pa.array(["2026.1"]), pa.array([2026.1]), pa.array(["２０２６．１"])])
def test_a_month_of_one_digit_behind_a_point_is_refused_with_the_reason(raw: pa.Array) -> None:
    """Typed as 2026.10 and kept as a number, it would be read as January."""
    typed, faults = values.parse(PERIOD, raw)
    assert typed.to_pylist() == [""]
    assert faults is not None
    assert "a spreadsheet makes 2026.1 of 2026.10; write 2026-10" in faults.what(0)
