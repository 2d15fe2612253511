"""The register lists work, pay and refusals with every digit.

It does so in both languages and on any terminal.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest
from rich.console import Console

from batch import results as schemas
from batch.audit.difference import difference
from batch.cli.views.difference import difference_parts
from batch.cli.views.heading import heading
from batch.cli.views.institution import staff_sheet, statement_sheet
from batch.cli.views.payslip import pay_sheet
from batch.cli.views.register import register_parts
from batch.cli.views.text_width import cells
from batch.input_tables import REASONS
from batch.reports.register import (
    Names,
    StaffLine,
    find_institution,
    find_staff,
    labelled,
    reason_text,
    register,
    staff_lines,
)
from batch.results import Meta
from payengine import texts
from payengine.errors import UsageError
from payengine.exact.amounts import decimal_text, percent, share, yuan
from payengine.periods import Period
from tests.support.small_run import NAMES, small, table


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    texts.use("en")
    yield
    texts.use(None)


def printed(*parts: Any, width: int = 10_000) -> str:
    stream = io.StringIO()
    console = Console(file=stream, width=width, highlight=False, markup=False, emoji=False)
    for part in parts:
        stream.write(part + "\n") if isinstance(part, str) else console.print(part)
    return stream.getvalue()


def test_the_figures_of_each_institution_and_the_totals() -> None:
    figures = register(small(), NAMES)
    hospital, centre = figures.lines
    assert hospital.as_json() == {
        "institution": "H01", "name": "海盐县人民医院", "heads": 1, "services": 1_202, "rejected": 2,
        "points_micro": 37_021_500_000, "fixed_fen": 600_000, "variable_fen": 400_000, "gross_fen": 1_000_000,
        "fixed_share_e4": 6_000, "purchase_fen": 50_959_12,
    }  # fmt: skip
    assert centre.gross_fen == 123_456_789_000
    assert centre.fixed_share == 1234, "the policy's own figure goes before ours"
    assert figures.total.heads == 2, "one person at two institutions is one person"
    assert figures.total.rejected == 3
    assert figures.elsewhere == 1
    assert figures.total.gross_fen == hospital.gross_fen + centre.gross_fen
    assert list(figures.rejections) == ["duplicate_row", "unknown_institution", "over_limit"], (
        "in the order of section 6"
    )


def test_lines_are_the_sum_of_what_they_are_made_of() -> None:
    results = small()
    figures = register(results, Names())
    assert figures.total.gross_fen == sum(results.pay_lines["amount_fen"].to_pylist())
    assert figures.total.purchase_fen == sum(results.statement_lines["amount_fen"].to_pylist())
    assert figures.total.points_micro == sum(results.workload["points_micro"].to_pylist())
    assert sum(figures.rejections.values()) == results.rejections.num_rows
    for line in figures.lines:
        people = staff_lines(results, line.institution, Names())
        assert sum(each.gross_fen for each in people) == line.gross_fen
        assert sum(each.points_micro for each in people) == line.points_micro
        assert sum(each.services for each in people) == line.services


def test_the_printed_register_holds_every_figure() -> None:
    text = printed(*heading(small()), *register_parts(register(small(), NAMES)))
    for figure in (
        "37,021.500000", "0.000001", "6,000.00", "4,000.00", "1,234,567,890.00", "60.00 %", "12.34 %", "50,959.12",
        "2026-10", "policy demo 演示县", "abababababab", "Illustrative values", "V03  scores missing",
        "absence, contract",
        "a warning", "over_limit", "identical to another row", "武原街道社区卫生服务中心",
    ):  # fmt: skip
        assert figure in text, figure
    assert "of them 1 at institutions that are not in the register" in text
    assert "5.00" in next(line for line in text.splitlines() if "workload_pay" in line)
    assert not any(line.endswith(" ") for line in text.splitlines())


def test_values_that_are_in_force_bear_no_mark() -> None:
    meta = Meta("ab" * 32, Period.parse("2026-10"), "", "", "", "", illustrative=False)
    assert "llustrative" not in printed(*heading(small(meta=meta)))


@pytest.mark.parametrize("width", [10_000, 80, 40])
def test_columns_stay_aligned_beside_chinese_names(width: int) -> None:
    text = printed(*register_parts(register(small(), NAMES))[:1], width=width)
    for block in text.split("\n\n"):
        lines = block.rstrip("\n").splitlines()
        rule = next(line for line in lines if line.startswith("-"))
        ends = [index for index, char in enumerate(rule + " ") if char == " " and rule[index - 1] == "-"]
        for line in lines:
            if not line.startswith("-"):
                assert cells(line) <= cells(rule)
                assert cells(line) == ends[-1], "the last column is a figure and ends where its rule ends"


def test_a_narrow_terminal_gets_the_register_in_parts_and_no_figure_cut() -> None:
    wide = printed(*register_parts(register(small(), NAMES)))
    narrow = printed(*register_parts(register(small(), NAMES))[:1], width=80)
    assert narrow.count("Code") > 1
    assert all(cells(line) <= 80 for line in narrow.splitlines())
    for figure in ("1,234,567,890.00", "37,021.500000", "50,959.12", "12.34 %"):
        assert figure in wide
        assert figure in narrow


OWED = (
    ("institution", "T02", "", "pay.receivable", "应收回", "yuan", 2, 30_00),
    ("institution", "T02", "", "pay.payable", "应发", "yuan", 2, 1_234_567_920_00),
    ("staff", "T02", "S1", "pay.receivable", "应收回", "yuan", 2, 30_00),
)


@pytest.mark.parametrize(("language", "words"), [("en", ("Payable", "Receivable")), ("zh", ("应发", "应收回"))])
def test_totals_name_payable_and_receivable_apart(language: str, words: tuple[str, str]) -> None:
    """10,000.00 of H01 and 1,234,567,890.00 of T02, net of 30.00: 1,234,577,920.00 payable."""
    texts.use(language)
    run = small()
    owing = replace(run, reports=pa.concat_tables([run.reports, table(schemas.REPORTS, *OWED)]))
    figures = register(owing, NAMES)
    assert (figures.total.payable_fen, figures.total.receivable_fen) == (1_234_577_920_00, 30_00)
    assert figures.as_json()["total"]["payable_fen"] == 1_234_577_920_00
    sheet = printed(register_parts(figures)[0]).splitlines()
    assert [line.split() for line in sheet[-2:]] == [[words[0], "1,234,577,920.00"], [words[1], "-30.00"]]
    narrow = printed(register_parts(figures)[0], width=80).splitlines()
    assert [len([line for line in narrow if line.split()[:1] == [word]]) for word in words] == [1, 1], narrow
    assert "receivable_fen" not in register(run, NAMES).as_json()["total"]


def test_the_people_of_an_institution_are_not_netted_in_silence() -> None:
    """Two persons: 500.00 payable, 30.00 receivable, 470.00 net."""
    lines = [StaffLine("S1", "", variable_fen=500_00), StaffLine("S2", "", variable_fen=-30_00)]
    for settles in (False, True):
        *_, total, payable, receivable = (line.split() for line in printed(staff_sheet(lines, settles)).splitlines())
        assert "470.00" in total
        assert (payable, receivable) == (["Payable", "500.00"], ["Receivable", "-30.00"])
    assert "Payable" not in printed(staff_sheet(lines[:1]))


def test_a_run_without_records_says_so() -> None:
    run = small()
    empty = replace(run, meta=replace(run.meta, counts={"read": 0, "paid": 0}), rejections=run.rejections.slice(0, 0))
    text = printed(*register_parts(register(empty, NAMES)))
    assert "No row of service_record was read." in text
    assert "Rows:" not in text


def test_the_register_in_chinese() -> None:
    texts.use("zh")
    text = printed(*heading(small()), *register_parts(register(small(), NAMES)))
    for word in ("人数", "计酬服务", "剔除 3 行", "应发合计", "合计", "示例数值", "暂缓", "完全相同"):
        assert word in text, word


def test_every_reason_is_explained_in_both_languages() -> None:
    for language in texts.LANGUAGES:
        texts.use(language)
        told = [reason_text(reason) for reason in REASONS]
        assert len(set(told)) == len(REASONS)
        assert not set(told) & set(REASONS)


def test_a_payslip_shows_component_class_funding_and_amount() -> None:
    results = small()
    lines = labelled(results, results.pay_lines.filter(pa.compute.equal(results.pay_lines["staff"], "S1")))
    text = printed(pay_sheet(lines))
    assert "岗位工资" in text
    assert "fixed" in text
    assert "fiscal" in text
    assert "-0.05" in text
    assert "9,999.95" in text.splitlines()[-1]


def test_unknown_codes_are_answered_with_the_nearest() -> None:
    results = small()
    assert find_institution(results, "H01") == "H01"
    assert find_staff(results, "S1", None) == ["H01", "T02"]
    assert find_staff(results, "S1", "T02") == ["T02"]
    with pytest.raises(UsageError, match="Did you mean H01") as caught:
        find_institution(results, "H10")
    assert caught.value.exit_code == 2
    with pytest.raises(UsageError, match="was held in this run: scores missing"):
        find_institution(results, "V03")
    with pytest.raises(UsageError, match="nobody with the code S3"):
        find_staff(results, "S3", None)
    with pytest.raises(UsageError, match="S2 has no line at H01"):
        find_staff(results, "S2", "H01")


def test_the_difference_is_told_with_its_sign() -> None:
    before = small()
    rows = before.pay_lines.to_pylist()
    rows[0]["amount_fen"] += 1
    after = small(pay_lines=pa.Table.from_pylist(rows, schemas.PAY_LINES))
    text = printed(*difference_parts(difference(before, after), NAMES, {}, 1, "abcd"))
    assert "revision 1 (run abcd): pay +0.01 yuan, 1 person(s) at 1 institution(s)" in text
    assert "海盐县人民医院" in text
    same = printed(*difference_parts(difference(before, before), NAMES, {}, 1, "abcd"))
    assert "no difference" in same


@pytest.mark.parametrize(
    ("value", "scale", "expected"),
    [(0, 2, "0.00"), (-5, 2, "-0.05"), (123_456_789, 2, "1,234,567.89"), (-(2**63), 6, "-9,223,372,036,854.775808")],
)
def test_exact_numbers_are_printed_digit_by_digit(value: int, scale: int, expected: str) -> None:
    assert decimal_text(value, scale, grouped=True) == expected


def test_shares_are_rounded_half_up_and_a_share_of_nothing_is_none() -> None:
    assert share(322_000, 488_000) == 6598
    assert share(1, 20_000) == 1
    assert share(-1, 20_000) == -1
    assert share(0, 5) == 0
    assert share(0, 0) is None
    assert percent(None) == "-"
    assert percent(6598) == "65.98 %"
    assert yuan(100, signed=True) == "+1.00"


def test_a_name_in_the_place_of_a_code_is_told_by_the_code() -> None:
    with pytest.raises(UsageError) as refused:
        find_staff(small(), "王𬭎", None, NAMES.staff)
    assert refused.value.remedy == "王𬭎 is the name of S1: write the code."
    with pytest.raises(UsageError) as refused:
        find_institution(small(), "海盐县人民医院", NAMES.institutions)
    assert refused.value.remedy == "海盐县人民医院 is the name of H01: write the code."


def test_a_source_of_money_bears_the_policys_label_in_a_payslip() -> None:
    line = {"engagement_from": "2020-01-01", "component": "night_pay", "label": "夜班费", "pay_class": "variable",
            "funding": "local", "amount_fen": 100}  # fmt: skip
    texts.use("zh")
    assert "本地（local）" in printed(pay_sheet([line], {"local": "本地"}))
    assert "本地（local）" in printed(statement_sheet([line], {"local": "本地"}))
