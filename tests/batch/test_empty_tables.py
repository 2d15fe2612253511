"""A row that counts is a row of the period; tables without one are told or refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from batch.workspace import Workspace
from payengine.errors import Refused
from tests.support.small_county import OCTOBER, call, county, engagement, pay, record, tables, write

SEPTEMBER = "2026-09"
NOBODY = (
    "nobody gets 岗位工资 (post_pay), 薪级工资 (grade_pay), 津贴补贴 (allowance), "
    "基础性绩效工资 (basic_performance_pay)"
)


def published(office: Workspace, month: str) -> None:
    office.freeze(month)
    office.publish(office.run(month).run)


def test_rows_of_another_month_are_counted_and_refuse_the_run(tmp_path: Path) -> None:
    office = county(tmp_path / "c", tables(pay_component=[pay("S1", period=SEPTEMBER), pay("S2", period=SEPTEMBER)]))
    frozen = office.freeze(OCTOBER)
    assert frozen.table_rows["pay_component"].as_json() == {"read": 2, "of_period": 0, "used": 0}
    assert "pay_component" not in frozen.absent_tables
    assert "none of 2026-10" in call(tmp_path / "c", "freeze", OCTOBER).output
    told = json.loads(call(tmp_path / "c", "--json", "freeze", OCTOBER).output)
    assert told["table_rows"]["pay_component"] == {"read": 2, "of_period": 0, "used": 0}
    with pytest.raises(Refused) as refused:
        office.run(OCTOBER)
    [problem] = refused.value.problems
    assert problem.where == "pay_component"
    assert problem.what == "has 2 rows, none of 2026-10"
    assert 'allow_empty = ["pay_component"]' in problem.remedy


def test_the_office_may_allow_it_and_is_told_what_it_costs(tmp_path: Path) -> None:
    rows = tables(pay_component=[pay("S1", period=SEPTEMBER)])
    refused = county(tmp_path / "a", rows)
    office = county(tmp_path / "b", rows, settings='allow_empty = ["pay_component"]')
    assert refused.freeze(OCTOBER).digest == office.freeze(OCTOBER).digest
    outcome = office.run(OCTOBER)
    assert f"pay_component: 1 rows, none of 2026-10: {NOBODY}" in outcome.warnings


def test_rows_that_are_missing_are_told_with_the_table_that_is_absent(tmp_path: Path) -> None:
    layer = '[formulas.month]\noutputs = ["bonus"]\n[names.finance]\nbonus = "奖金"\n'
    layer += '[pools.bonus_pool]\nlabel = "奖金"\n'
    layer += 'add = ["finance[bonus]"]\n[components.bonus]\nlabel = "奖金"\nclass = "variable"\n'
    layer += 'funding = "service_income"\npool = "bonus_pool"\nweights = "points"\n'
    office = county(tmp_path / "c", tables(), layer=layer)
    office.freeze(OCTOBER)
    with pytest.raises(Refused) as refused:
        office.run(OCTOBER)
    [told] = [problem for problem in refused.value.problems if problem.where == "finance" and problem.column == "bonus"]
    assert told.remedy.startswith("no table finance: give it")


def test_a_table_that_is_no_table_is_no_setting(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="did you mean pay_component"):
        county(tmp_path / "c", tables(), settings='allow_empty = ["pay_components"]')


def test_absent_header_only_and_of_another_month_are_three_words(tmp_path: Path) -> None:
    absent = county(tmp_path / "a", tables())
    absent.freeze(OCTOBER)
    assert f"no table pay_component: {NOBODY}" in absent.run(OCTOBER).warnings
    header = county(tmp_path / "b", tables(pay_component=[]))
    header.freeze(OCTOBER)
    assert f"pay_component: a header and no row: {NOBODY}" in header.run(OCTOBER).warnings
    full = county(tmp_path / "c", tables(pay_component=[pay("S1"), pay("S2")]))
    full.freeze(OCTOBER)
    assert not [text for text in full.run(OCTOBER).warnings if "pay_component" in text]


def test_a_table_that_the_last_month_had_and_this_one_lacks_refuses_the_run(tmp_path: Path) -> None:
    both = tables(SEPTEMBER, OCTOBER, service_record=[record("R0", day="2026-09-05"), record("R1")])
    office = county(tmp_path / "c", both | {"pay_component": [pay("S1", period=SEPTEMBER)]})
    published(office, SEPTEMBER)
    (tmp_path / "c" / "input" / "pay_component.csv").unlink()
    before = office.freeze(OCTOBER).digest
    with pytest.raises(Refused) as refused:
        office.run(OCTOBER)
    assert [problem.what for problem in refused.value.problems] == ["gave 1 rows to 2026-09 and gives none to 2026-10"]
    # What the ledger says never enters the snapshot: without a ledger it has the same digest.
    alone = county(tmp_path / "alone", both)
    assert alone.freeze(OCTOBER).logical["tables"] == office.freeze(OCTOBER).logical["tables"]
    allowed = tmp_path / "c" / "payengine.toml"
    allowed.write_text('allow_empty = ["pay_component"]\n' + allowed.read_text(encoding="utf-8"), encoding="utf-8")
    office = Workspace(tmp_path / "c")
    assert office.freeze(OCTOBER).digest == before
    assert office.run(OCTOBER).state == "staged"


def test_a_month_without_records_refuses_the_run_after_a_month_with_some(tmp_path: Path) -> None:
    office = county(tmp_path / "c", tables(SEPTEMBER, OCTOBER, service_record=[record("R0", day="2026-09-05")]))
    published(office, SEPTEMBER)
    write(tmp_path / "c" / "input", {"service_record": []})
    office.freeze(OCTOBER)
    with pytest.raises(Refused) as refused:
        office.run(OCTOBER)
    assert "service_record" in {problem.where for problem in refused.value.problems}


def test_a_month_without_anything_says_so(tmp_path: Path) -> None:
    office = county(tmp_path / "c", tables(service_record=[]))
    office.freeze(OCTOBER)
    output = call(tmp_path / "c", "run", OCTOBER).output
    assert "No row of service_record was read." in output
    assert "Rows:  = " not in output
    assert "service_record: a header and no row: nobody gets 当量绩效 (workload_pay)" in output


@pytest.mark.parametrize(
    "name", ["pay_components.csv", "pay_component (1).csv", "pay_component.et", "Pay_Component.txt"]
)
def test_a_file_that_is_not_read_is_named_with_the_nearest_table(tmp_path: Path, name: str) -> None:
    office = county(tmp_path / "c", tables())
    (tmp_path / "c" / "input" / name).write_text("staff\n", encoding="utf-8")
    told = f"{name} is not read: it is no input table (did you mean pay_component?)"
    advice = "; save pay_component.et as .xlsx" if name.endswith(".et") else ""
    assert told + advice in office.freeze(OCTOBER).warnings
    assert told in call(tmp_path / "c", "freeze", OCTOBER).output


def test_other_files_are_named_in_one_line_and_parts_of_another_kind_too(tmp_path: Path) -> None:
    office = county(tmp_path / "c", tables())
    folder = tmp_path / "c" / "input"
    (folder / "说明.txt").write_text("x", encoding="utf-8")
    (folder / "staff").mkdir()
    (folder / "staff.csv").rename(folder / "staff" / "one.csv")
    (folder / "staff" / "two.xlsx").write_text("x", encoding="utf-8")
    [told] = [text for text in office.freeze(OCTOBER).warnings if "not read" in text]
    assert told == "not read, being no input table: staff/two.xlsx, 说明.txt"


def test_a_later_freeze_of_the_same_content_says_why_a_table_gives_nothing_now(tmp_path: Path) -> None:
    office = county(tmp_path / "c", tables(pay_component=[]))
    first = office.freeze(OCTOBER)
    write(tmp_path / "c" / "input", {"pay_component": [pay("S1", period=SEPTEMBER)]})
    second = office.freeze(OCTOBER)
    assert second.digest == first.digest
    assert second.table_rows["pay_component"].read == 1
    second.verify_files()
    with pytest.raises(Refused):
        office.run(OCTOBER)


def test_who_is_engaged_and_paid_nothing_is_named(tmp_path: Path) -> None:
    office = county(tmp_path / "c", tables(pay_component=[pay("S1")]))
    office.freeze(OCTOBER)
    assert "engaged in 2026-10 and paid nothing: 1 person(s): I1 S2" in office.run(OCTOBER).warnings
    both = county(tmp_path / "d", tables(pay_component=[pay("S1"), pay("S2")]))
    both.freeze(OCTOBER)
    assert not [text for text in both.run(OCTOBER).warnings if "paid nothing" in text]


@pytest.mark.parametrize("name", ["engagement", "service_item"])
def test_a_table_without_which_nobody_is_paid_refuses_the_run_when_it_has_no_row(tmp_path: Path, name: str) -> None:
    office = county(tmp_path / "a", tables(**{name: []}))
    office.freeze(OCTOBER)
    with pytest.raises(Refused) as refused:
        office.run(OCTOBER)
    [problem] = [one for one in refused.value.problems if one.where == name]
    assert problem.what == "a header and no row"
    assert problem.remedy == f"fill it in, then: payengine month {OCTOBER}"
    allowed = county(tmp_path / "b", tables(**{name: []}), settings=f'allow_empty = ["{name}"]')
    allowed.freeze(OCTOBER)
    assert f"{name}: a header and no row: pay that depends on it counts nothing" in allowed.run(OCTOBER).warnings


def test_engagements_that_have_ended_alone_refuse_the_run(tmp_path: Path) -> None:
    ended = [engagement("S1", until="2026-09-01"), engagement("S2", until="2026-10-01")]
    office = county(tmp_path / "a", tables(engagement=ended))
    office.freeze(OCTOBER)
    with pytest.raises(Refused) as refused:
        office.run(OCTOBER)
    assert ("engagement", "has 2 rows, none of 2026-10") in [(one.where, one.what) for one in refused.value.problems]


@pytest.mark.parametrize(
    ("name", "typed", "meant"),
    [
        ("service_item", "shars", "shares"), ("service_item", "jont", "joint"), ("service_item", "ｊｏｉｎｔ", "joint"),
        ("adjustment", "stauts", "status"), ("adjustment", "deadlin", "deadline"),
    ],
)  # fmt: skip
def test_a_column_called_nearly_like_an_optional_one_is_told(tmp_path: Path, name: str, typed: str, meant: str) -> None:
    office = county(tmp_path / "c", tables(adjustment=[]))
    file = tmp_path / "c" / "input" / f"{name}.csv"
    content = file.read_text(encoding="utf-8")
    assert not [text for text in office.freeze(OCTOBER).warnings if "column" in text]
    file.write_text(content.replace(f",{meant}", f",{typed}", 1), encoding="utf-8")
    told = f"input/{name}.csv: column {typed} is not read (did you mean {meant}?)"
    assert told in office.freeze(OCTOBER).warnings
    header, *rows = content.splitlines()
    more = [f"{header},telephone", *(f"{row}," for row in rows)]
    file.write_text("\n".join(more) + "\n", encoding="utf-8")
    assert not [text for text in office.freeze(OCTOBER).warnings if "telephone" in text]
