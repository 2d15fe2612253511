"""Periods: how they are written, what they are made of, their order."""

from __future__ import annotations

import pytest

from payengine.errors import UsageError
from payengine.periods import HALF_YEAR, KINDS, MONTH, QUARTER, Period


def texts(periods: list[Period]) -> list[str]:
    return [str(period) for period in periods]


def period(text: str) -> Period:
    return Period.parse(text)


ALL = ["2026", *(f"2026-H{n}" for n in (1, 2)), *(f"2026-Q{n}" for n in (1, 2, 3, 4))] + [
    f"2026-{n:02}" for n in range(1, 13)
]


@pytest.mark.parametrize("text", ALL)
def test_a_period_is_written_as_it_is_read(text: str) -> None:
    assert str(period(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "2026-H0",
        "2026-H3",
        "2026-h1",
        "2026H1",
        "2026-H",
        "2026-H01",
        "2026-6",
        "1899-H1",
        "9999-12",
        "9999",
        "3000-01",
    ],
)
def test_what_is_no_period_is_refused_with_the_four_ways_to_write_one(text: str) -> None:
    with pytest.raises(UsageError, match="2026-10, 2026-Q4, 2026-H2 or 2026"):
        period(text)


def test_a_half_year_is_six_months_of_181_to_184_days() -> None:
    first, second = period("2026-H1"), period("2026-H2")
    assert (str(first.first_day), str(first.last_day), first.days) == ("2026-01-01", "2026-06-30", 181)
    assert (str(second.first_day), str(second.last_day), second.days) == ("2026-07-01", "2026-12-31", 184)
    assert texts(second.months()) == [f"2026-{month:02}" for month in range(7, 13)]
    assert second.last_year() == period("2025-H2")


def test_a_half_year_settles_its_months_and_its_quarters() -> None:
    assert texts(period("2026-H2").settled()) == [*texts(period("2026-H2").months()), "2026-Q3", "2026-Q4"]
    assert texts(period("2026-Q4").settled()) == ["2026-10", "2026-11", "2026-12"]
    assert period("2026-10").settled() == []


def test_a_year_settles_its_months_quarters_and_half_years_in_the_order_in_which_they_end() -> None:
    year = period("2026")
    assert texts(year.settlements()) == ["2026-Q1", "2026-Q2", "2026-H1", "2026-Q3", "2026-Q4", "2026-H2"]
    assert len(year.settled()) == 18
    assert year.inner(HALF_YEAR) == [period("2026-H1"), period("2026-H2")]
    assert (
        period("2026-H1").inner(HALF_YEAR) == period("2026-Q1").inner(QUARTER) == period("2026-01").inner(MONTH) == []
    )


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("2026-06", ["2026-Q1"]),
        ("2026-07", ["2026-Q1", "2026-Q2", "2026-H1"]),
        ("2026-Q2", ["2026-Q1"]),  # the half-year that ends with it is not before it
        ("2026-Q3", ["2026-Q1", "2026-Q2", "2026-H1"]),
        ("2026-H2", ["2026-Q1", "2026-Q2", "2026-H1"]),
        ("2026-H1", []),
        ("2026", []),
    ],
)
def test_before_a_period_are_the_settlements_that_ended(text: str, before: list[str]) -> None:
    assert texts([each for each in period(text).earlier() if each.kind != MONTH]) == before


def test_no_period_is_both_before_another_and_inside_it_and_none_reads_itself() -> None:
    """Two periods never read each other: there is an order in which all can be published."""
    reads = {text: set(texts(period(text).earlier())) | set(texts(period(text).settled())) for text in ALL}
    for text, read in reads.items():
        assert not set(texts(period(text).earlier())) & set(texts(period(text).settled()))
        assert text not in read
        assert not [other for other in read if text in reads[other]]


def test_of_periods_that_begin_together_the_shorter_comes_first() -> None:
    assert texts(sorted(map(period, ALL)))[:5] == ["2026-01", "2026-Q1", "2026-H1", "2026", "2026-02"]
    assert KINDS == ("month", "quarter", "half_year", "year")


@pytest.mark.parametrize(
    ("written", "remedy"),
    [
        ("2026-1", "Did you mean 2026-01?"), ("2026年3月", "Did you mean 2026-03?"),
        ("2026q3", "Did you mean 2026-Q3?"),
        ("2026/h2", "Did you mean 2026-H2?"), ("2026-H3", ""), ("26-1", ""), ("2026-13", ""),
        ("9999-12", "The years of periods are 1900 to 2999."), ("1899-12", "The years of periods are 1900 to 2999."),
    ],
)  # fmt: skip
def test_a_refused_period_is_told_what_it_may_be(written: str, remedy: str) -> None:
    with pytest.raises(UsageError) as refused:
        Period.parse(written)
    assert refused.value.remedy == remedy
