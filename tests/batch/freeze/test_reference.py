"""Checks of reference data: one wrong row refuses the freeze; all problems come together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batch import input_tables as tables
from batch.freeze import freeze_period
from batch.freeze.reference.read import Reference, check_reference
from batch.sources import SourceSettings, open_source
from payengine.errors import Problem, Refused
from payengine.periods import Period
from tests.support import input_county

OCTOBER = Period.parse("2026-10")
POST = "x|clinical||||filed|"  # department to employment


def check(folder: Path, period: Period = OCTOBER, **changes: Any) -> tuple[Reference, list[Problem]]:
    """Read the county with some tables changed, as CSV files."""
    found = input_county.csv_folder(folder / "input", content=input_county.changed(**changes))
    with open_source(SourceSettings.parse(found), folder) as source:
        return check_reference(source, period)


def lines(folder: Path, **changes: Any) -> list[str]:
    """The problems of a changed county, each as file, row, column and text."""
    _, problems = check(folder, **changes)
    return [f"{problem.where} {problem.line().strip()}" for problem in problems]


# --- each rule of a row -----------------------------------------------------------------------------------------


def test_an_unknown_code_is_told_with_the_nearest_one(tmp_path: Path) -> None:
    found = lines(tmp_path, license=["S10|physician|2020-01-01|"], absence=["X9|leave|yes|2026-01-01|"])
    assert found == [
        "input/license.csv row 2  staff  S10 is in no row of staff (did you mean S01?)",
        "input/absence.csv row 2  staff  X9 is in no row of staff",
    ]


@pytest.mark.parametrize(
    ("table", "line", "problem"),
    [
        ("institution", "I09|x|clinic|I01|1|2020-01-01|", "kind  clinic is not one of county_hospital"),
        ("institution", "I09|x|cdc|I99|1|2020-01-01|", "parent  I99 is in no row of institution"),
        ("institution", "I09|x|cdc||3|2020-01-01|", "public_class  3 is more than 2"),
        ("institution", "I09|x|cdc||1||", "from  is empty"),
        ("engagement", f"S01|I09||{POST}standard|no|1|1|2020-01-01|", "institution  I09 is in no row of institution"),
        ("engagement", f"S01|I03|I09|{POST}standard|no|1|1|2020-01-01|", "employer  I09 is in no row of institution"),
        ("engagement", f"S01|I03||{POST}standard|no|1|1.00005|2020-01-01|", "post_coefficient  1.00005 has more"),
        ("engagement", f"S01|I03||{POST}standard|no|-1|1|2020-01-01|", "fte  -1 is less than 0"),
        ("engagement", f"S01|I03||{POST}standard|x|1|1|2020-01-01|", "director  x is neither yes nor no"),
        ("engagement", f"S01|I03||{POST}hourly|no|1|1|2020-01-01|", "pay_scheme  hourly is not one of standard, agree"),
        ("team_member", "T02|S01|0|2026-01-01|", "share  0 is less than 0.0001"),
        ("service_item", "Z|x|basic_medical|214748.3648||||2020-01-01|", "equivalents  214748.3648 is more than"),
        ("service_item", "Z|x|basic_medical|1||2||2020-01-01|", "limit_period  is empty, but limit_count is 2"),
        ("service_item", "Z|x|basic_medical|1|||month|2020-01-01|", "limit_count  is empty, but limit_period is month"),
        ("service_item", "Z|x|basic_medical|1||-1|month|2020-01-01|", "limit_count  -1 is less than 0"),
        ("service_item", "Z|x|basic_medical|1||1|fortnight|2020-01-01|", "limit_period  fortnight is not one of day"),
        ("service_item", "Z|x||1||||2020-01-01|", "category  is empty"),
        ("difficulty", "I03|Z99|1|2020-01-01|", "item  Z99 is in no row of service_item"),
        ("patient", "P10|2026-02-30", "died  2026-02-30 is not a date"),
        ("patient", "1.23457E+14|2026-02-28", "patient  the value is a code that a spreadsheet cut"),
        ("appraisal", "I02|S02|quality|101|100|2026-10", "score  101 is more than full_score 100"),
        ("appraisal", "I02|S02|quality|0|0|2026-10", "full_score  0 is less than 0.0001"),
        ("finance", "I02|other|1.005|2026-10", "amount  1.005 has more than 2 decimals"),
        ("finance", "I02|other|1|2026-13", "period  2026-13 is not a period"),
        ("directed_task", "I03|S03|x|1.5|2026-10", "count  1.5 is not a whole number"),
        ("adjustment", "I02|S01|bonus|1||x|2026-10||", "case  is empty"),
        ("adjustment", "I02|S01|bonus|1|C-18||2026-10||", "approver  is empty"),
        ("contract", "C3|I02|T01|x|self|1|2026-02-01||2026-01-31", "cancelled_on  2026-01-31 is before from"),
        ("staff", "S01 |x|", 'code  "S01 " has blanks before or after it'),
        ("staff", "|x|", "code  is empty"),
    ],
)  # fmt: skip
def test_a_wrong_row_is_told_by_table_row_and_column(tmp_path: Path, table: str, line: str, problem: str) -> None:
    found = lines(tmp_path, **{table: [f"+{line}"]})
    row = len(input_county.CONTENT[table]) + 2  # as a spreadsheet counts
    assert [text for text in found if text.startswith(f"input/{table}.csv row {row}  {problem}")], found
    assert len(found) == 1, found


def test_an_interval_has_at_least_one_day(tmp_path: Path) -> None:
    found = lines(tmp_path, license=["S01|physician|2026-02-01|2026-02-01", "S02|nurse|2026-02-01|2026-02-02"])
    assert found == ["input/license.csv row 2  until  2026-02-01 is not after from 2026-02-01"]


# --- keys and intervals -----------------------------------------------------------------------------------------


def test_a_key_stands_once_and_the_other_row_is_named(tmp_path: Path) -> None:
    found = lines(tmp_path, staff=["+S02|again|"], finance=["+I02|budget|8|2026", "+I02|budget|8|2025"])
    assert found == [
        "input/staff.csv row 6  code  stands already in row 3: one row per code",
        "input/finance.csv row 5  line  stands already in row 3: one row per institution, line and period",
    ]


def test_intervals_of_a_key_may_touch_but_not_overlap(tmp_path: Path) -> None:
    touching = ["S01|physician|2020-01-01|2021-01-01", "S01|physician|2021-01-01|"]
    assert not lines(tmp_path / "touching", license=touching)
    found = lines(
        tmp_path, license=["S01|physician|2021-01-01|", "S01|nurse|2021-01-01|", "S01|physician|2020-01-01|2021-01-02"]
    )
    assert found == ["input/license.csv row 4  until  2021-01-02 overlaps row 2 of the same staff and kind"]


def test_every_overlap_is_told_also_with_an_interval_inside_another(tmp_path: Path) -> None:
    found = lines(tmp_path, license=[
        "S01|physician|2020-01-01|2030-01-01", "S01|physician|2021-01-01|2022-01-01",
        "S01|physician|2023-01-01|2024-01-01", "S01|nurse|2020-01-01|", "S01|nurse|2025-01-01|",
    ])  # fmt: skip
    assert found == [
        "input/license.csv row 2  until  2030-01-01 overlaps row 3 of the same staff and kind",
        "input/license.csv row 2  until  2030-01-01 overlaps row 4 of the same staff and kind",
        "input/license.csv row 5  until  is empty, which overlaps row 6 of the same staff and kind",
    ]


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 12), st.integers(1, 16)), max_size=8))
@settings(max_examples=25)
def test_overlaps_are_found_wherever_two_intervals_share_a_day(
    tmp_path_factory: pytest.TempPathFactory, intervals: list[tuple[int, int, int]]
) -> None:
    rows = [
        f"S0{staff}|nurse|2026-{begin:02}-01|" + ("" if end > 12 else f"2026-{end:02}-01")
        for staff, begin, end in intervals
        if begin < end
    ]
    kept = [(staff, begin, 99 if end > 12 else end) for staff, begin, end in intervals if begin < end]
    meet = any(
        one[0] == other[0] and one[1] < other[2] and other[1] < one[2]
        for at, one in enumerate(kept)
        for other in kept[:at]
    )
    found = lines(tmp_path_factory.mktemp("overlap"), license=rows)
    assert bool(found) == meet, found


# --- rules of several rows --------------------------------------------------------------------------------------


def test_a_code_is_a_person_or_a_team_but_not_both(tmp_path: Path) -> None:
    found = lines(tmp_path, team_member=["S03|S01|1|2026-01-01|"])
    assert found == ["input/team_member.csv row 2  team  S03 is a staff code too; a team needs a code of its own"]


def test_no_institution_stands_above_itself(tmp_path: Path) -> None:
    found = lines(tmp_path, institution=[
        "I01|a|county_hospital|I03|2|2020-01-01|", "I02|b|cdc|I01|1|2020-01-01|", "I03|c|cdc|I02|1|2020-01-01|",
        "I04|d|cdc|I04|1|2020-01-01|", "I05|d|cdc|I01|1|2020-01-01|",
    ])  # fmt: skip
    assert [text for text in found if "circle" in text] == [
        "input/institution.csv row 3  parent  I01 -> I03 -> I02 -> I01: a circle of parents",
        "input/institution.csv row 5  parent  I04 -> I04: a circle of parents",
    ]


def test_the_rows_of_a_contract_agree_but_for_their_money(tmp_path: Path) -> None:
    found = lines(tmp_path, contract=[
        "C1|I02|T01|基础包|fund|20|2026-01-01||", "C1|I02|T02|基础包|self|10|2026-01-01||2026-05-01",
        "C1|I02|T02|升级包|self|10|2025-01-01|2026-01-01|",
    ])  # fmt: skip
    assert found == [
        "input/contract.csv row 3  team  T02 differs from row 2 of the same contract",
        "input/contract.csv row 3  cancelled_on  2026-05-01 differs from row 2 of the same contract",
    ]


def test_a_column_whose_long_codes_all_end_in_zeros_was_cut(tmp_path: Path) -> None:
    cut = ["110101199001011000|2026-01-01", "110101199001012000|2026-01-01"]
    assert "all 2 codes longer than 15 digits have zeros after the 15th" in lines(tmp_path / "cut", patient=cut)[0]
    whole = [*cut, "110101199001012001|2026-01-01"]
    assert not lines(tmp_path / "whole", patient=whole)
    assert not lines(tmp_path / "one", patient=cut[:1])


# --- all at once ------------------------------------------------------------------------------------------------


def test_every_problem_of_every_table_is_told_at_once(tmp_path: Path) -> None:
    changes = {
        "staff": ["+ S9|x|2020-02-30"], "finance": None, "license": ["+X|nurse|2020-01-01|"], "institution": None,
        "service_record": None, "measure": ["+I02|beds|1,5|2026-10"],
    }  # fmt: skip
    found = input_county.csv_folder(tmp_path / "input", content=input_county.changed(**changes))
    with open_source(SourceSettings.parse(found), tmp_path) as source, pytest.raises(Refused) as refused:
        freeze_period(source, OCTOBER, tmp_path / "snapshots", patient_key=None, privacy="as given")
    report = refused.value.report()
    assert report.startswith("freeze refused: 6 problem(s) in the input tables\n")
    assert "table institution is missing; the source has: absence, adjustment" in report
    assert "table service_record is missing\n" in report
    assert "in no row of institution" not in report  # nobody knows
    assert 'row 6  code  " S9" has blanks before or after it' in report
    assert "row 6  first_worked  2020-02-30 is not a date" in report
    assert "row 4  staff  X is in no row of staff" in report
    assert "row 4  value  1,5 is not a number" in report
    assert report.endswith("Nothing was frozen. Correct the input and run the command again.")


def test_after_a_thousand_problems_of_one_kind_the_rest_is_counted(tmp_path: Path) -> None:
    _, problems = check(tmp_path, license=[f"X{n}|nurse|2026-01-01|2026-13-01" for n in range(2_500)])
    assert len(problems) == 2_002
    assert problems[0].what == "... and 1500 more rows"


def test_a_database_has_no_row_numbers_so_the_key_is_told(tmp_path: Path) -> None:
    found = input_county.sqlite(
        tmp_path / "his.sqlite", input_county.changed(absence=["S02|leave|maybe|2026-10-08|2026-10-01"])
    )
    with open_source(SourceSettings.parse(found), tmp_path) as source:
        _, problems = check_reference(source, OCTOBER)
    assert [problem.what for problem in problems] == [
        "maybe is neither yes nor no [staff S02, kind leave, from 2026-10-08]",
        "2026-10-01 is not after from 2026-10-08 [staff S02, kind leave, from 2026-10-08]",
    ]
    assert {problem.where for problem in problems} == {f"table absence of {source.name}"}


# --- what is kept -----------------------------------------------------------------------------------------------


def kept(reference: Reference, table: str, column: str) -> list[Any]:
    found: list[Any] = reference.tables[table][column].to_pylist()
    return found


def test_a_period_keeps_the_rows_that_concern_it(tmp_path: Path) -> None:
    later, ended = (
        f"+S02|I03||{POST}standard|no|1|1|2026-11-01|",
        f"+S03|I02||{POST}standard|no|1|1|2020-01-01|2026-01-01",
    )
    earlier = f"+S02|I02|I01|{POST}standard|no|1|1|2019-03-01|2021-01-01"  # where S02 is in this year, too
    october, problems = check(tmp_path, engagement=[later, ended, earlier])
    assert not problems
    assert kept(october, "appraisal", "period") == ["2026-10", "2026-10"]
    assert kept(october, "finance", "line") == ["workload_pool"]
    assert kept(october, "opening_balance", "period") == ["2025", "2026"]
    assert kept(october, "patient", "patient") == ["P09"]  # the other died later
    assert kept(october, "engagement", "staff") == [
        "S01",
        "S01",
        "S02",
        "S02",
        "S03",
    ]  # of 8: one begins later, s03 and one ended; the earlier one of S02 tells since when
    assert kept(october, "service_item", "code") == ["A01", "B01", "B01", "D01"]
    assert october.rows["engagement"].as_json() == {"read": 8, "of_period": 4, "used": 5}


def test_a_half_year_keeps_its_months_and_its_quarters(tmp_path: Path) -> None:
    first, _ = check(tmp_path / "one", Period.parse("2026-H1"))
    second, _ = check(tmp_path / "two", Period.parse("2026-H2"))
    assert kept(first, "finance", "period") == []
    assert sorted(kept(second, "finance", "period")) == ["2026-10", "2026-Q4"]


def test_a_quarter_keeps_its_months_and_a_year_its_quarters(tmp_path: Path) -> None:
    quarter, _ = check(tmp_path / "q", Period.parse("2026-Q4"))
    assert kept(quarter, "finance", "period") == ["2026-Q4", "2026-10"]
    year, _ = check(tmp_path / "y", Period.parse("2026"))
    assert sorted(kept(year, "finance", "period")) == ["2026", "2026-10", "2026-Q4"]
    assert kept(year, "appraisal", "period") == ["2026-09", "2026-10", "2026-10"]


def test_a_missing_optional_table_is_empty_and_named(tmp_path: Path) -> None:
    optional = [table.name for table in tables.REFERENCE if table.optional and table is not tables.SUMMARY]
    reference, problems = check(tmp_path, service_summary=None, **dict.fromkeys(optional))
    assert not problems
    assert list(reference.missing) == [name for name in optional if not tables.BY_NAME[name].kept_if_given]
    assert all(reference.tables[name].num_rows == 0 for name in optional)


def test_an_amount_for_a_person_not_engaged_is_a_warning(tmp_path: Path) -> None:
    reference, problems = check(
        tmp_path, pay_component=["+S01|I03|post_pay|12.3|2026-10", "+S01|I03|post_pay|1|2026-09"]
    )
    assert not problems
    assert reference.warnings == ("pay_component: post_pay 12.30 of S01 is not paid: not engaged at I03 in 2026-10",)


def test_more_than_40_000_items_are_read(tmp_path: Path) -> None:
    items = [f"X{n:05}|x|basic_medical|1||||2020-01-01|" for n in range(70_000)]
    reference, problems = check(
        tmp_path, service_item=items, difficulty=["I03|X69999|1|2020-01-01|"], service_summary=None
    )
    assert not problems
    assert reference.tables["service_item"].num_rows == 70_000
    assert kept(reference, "service_item", "code")[-1] == "X69999"


def test_an_empty_county_has_nothing_wrong(tmp_path: Path) -> None:
    reference, problems = check(tmp_path, **{table.name: [] for table in tables.TABLES})
    assert not problems
    assert not reference.warnings
    assert {table.num_rows for table in reference.tables.values()} == {0}
