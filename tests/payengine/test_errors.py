"""Reports of errors: places in words, and what follows from one cause told with it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import batch  # noqa: F401  (its words of tables and columns)
from payengine import texts
from payengine.errors import Problem, Refused
from payengine.texts import said_again, word


@pytest.fixture
def chinese() -> Iterator[None]:
    texts.use("zh")
    yield
    texts.use(None)


def unknown(where: str, row: int, table: str = "", letter: str = "") -> Problem:
    what = "005 is in no row of staff"
    return Problem(what, where, row, "staff", letter=letter, table=table, cause=what)


def test_follow_ups_of_one_cause_are_told_at_the_first() -> None:
    problems = [
        unknown("engagement.csv", 5, "engagement"), unknown("pay.csv", 8, "pay_component"),
        unknown("pay.csv", 9, "pay_component"), Problem("is empty", "pay.csv", 3, "amount"),
    ]  # fmt: skip
    assert Refused("refused", problems).report().splitlines() == [
        "refused",
        "engagement.csv: 1 problem(s)",
        "  row 5  staff  005 is in no row of staff",
        "    of the same cause: pay.csv staff: 2 row(s)",
        "pay.csv: 1 problem(s)",
        "  row 3  amount  is empty",
    ]


def test_the_same_words_without_a_cause_are_told_each() -> None:
    told = Refused("refused", [Problem("is empty", "a.csv", 1, "x"), Problem("is empty", "b.csv", 1, "x")]).report()
    assert told.count("is empty") == 2


@pytest.mark.usefixtures("chinese")
def test_tables_and_columns_bear_their_words_in_chinese() -> None:
    told = Refused("被拒绝", [Problem("为空", "pay_component", 4, "amount")]).report()
    assert "薪酬项目表（pay_component）：1 处问题" in told
    assert "第 4 行  金额（元）（amount）  为空" in told
    cell = Problem("为空", "模板.xlsx", 4, "amount", letter="D", table="pay_component").line()
    assert cell == "  单元格 D4  金额（元）  为空"


def test_a_name_is_said_again_in_the_other_language() -> None:
    stored = word("pay_component")
    kept = texts.recipe(stored)
    assert stored == "pay_component"
    with texts.speaking("zh"):
        assert said_again(stored, kept) == "薪酬项目"


def test_a_label_of_the_policy_stands_beside_its_code() -> None:
    line = Problem("no row", "finance", column="workload_pool", label="当量绩效可分配总量").line()
    assert "当量绩效可分配总量 (workload_pool)" in line
