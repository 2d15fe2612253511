"""Messages to the author of a county's policy, who knows payroll and no program."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import formulas
from batch.compute.compute import parameters_read
from batch.workspace import Workspace
from payengine import texts
from payengine.errors import Refused
from payengine.periods import Period
from payengine.policy import load_policy
from tests.support.policy_files import head
from tests.support.schemes import workspace

MONTH = Period.parse("2026-10")
LINE = '[components.bonus]\nlabel = "奖励"\nclass = "variable"\nfunding = "service_income"\n'
OUTPUT = '[formulas.month]\noutputs = ["bonus"]\n'
FIGURE = '[figures.rating]\nlabel = "评分"\nlevel = "staff"\nunit = "{unit}"\n'
PRICE = (
    '[parameters.price]\nlabel = "单价"\nunit = "yuan per month"\n'
    'values = [{ from = 2026-01-01, continues = "x", value = "3", source = "illustrative" }]\n'
)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    texts.use("en")
    yield
    texts.use(None)


def told(folder: Path, text: str) -> list[str]:
    """The lines of the report of a county's policy that cannot be used for a month."""
    (folder / "own.toml").write_text(head("own", "national") + text, encoding="utf-8")
    policy = load_policy("own", [folder, formulas.POLICIES])
    with pytest.raises(Refused) as refused:
        parameters_read(policy, MONTH)
    return [line.strip() for line in refused.value.report().splitlines()]


UNIT_FAULTS = [
    (
        LINE + 'level = "staff"\nadd = ["points", "price"]\n' + PRICE,
        "bonus  add: points (points), add: price (yuan per month) are of different units, so they are neither added "
        "nor compared; multiply what is in yuan per month by a figure in points per yuan",
    ),
    (
        LINE + 'level = "staff"\ntimes = ["points", "fte"]\n',
        "bonus  times: points (points), times: fte (ratio) give points, and it is declared in yuan; "
        "it fits with one more factor (times) in yuan per point",
    ),
    (
        LINE + 'level = "staff"\ntimes = ["price", "points"]\n' + PRICE,
        "bonus  times: price (yuan per month), times: points (points) give yuan × points, and it is declared in yuan",
    ),
    (
        LINE + 'level = "staff"\ntimes = ["price", "fte"]\nat_most = "points"\n' + PRICE,
        "bonus  at_most: points (points) limits a result in yuan; a limit has the unit of what it limits",
    ),
    (
        LINE + 'level = "staff"\nslices_of = "points"\nslices = [{ from = "price", rate = "2" }]\n' + PRICE,
        "bonus  slices_of: points (points), slices.from: price (yuan per month) are of different units",
    ),
    (
        LINE + 'level = "staff"\nslices_of = "points"\n'
        'slices = [{ from = "0", rate = "price" }, { from = "5", rate = "points" }]\n' + PRICE,
        "bonus  slices.rate: price (yuan per month), slices.rate: points (points) are of different units",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line"), UNIT_FAULTS)
def test_a_fault_of_units_names_calculation_key_operands_and_what_fits(tmp_path: Path, text: str, line: str) -> None:
    lines = told(tmp_path, OUTPUT + text)
    assert [one for one in lines if one.startswith(line)], "\n".join(lines)


def test_units_of_a_fault_are_told_in_chinese(tmp_path: Path) -> None:
    texts.use("zh")
    lines = told(tmp_path, OUTPUT + LINE + 'level = "staff"\ntimes = ["price", "points"]\n' + PRICE)
    assert any(
        "times：price（元/月）、times：points（当量）：得到的单位是 元 × 当量，而声明的单位是 元" in one
        for one in lines
    )


def test_an_unrounded_figure_is_no_output_and_the_remedy_says_why(tmp_path: Path) -> None:
    figure = FIGURE.format(unit="yuan") + 'times = ["price", "fte"]\nround = "unrounded"\n' + PRICE
    lines = told(tmp_path, OUTPUT.replace("bonus", "rating") + figure)
    assert any("it is passed on unrounded, so it is no output; list a figure that is rounded" in one for one in lines)


def test_levels_are_told_in_the_words_of_the_glossary(tmp_path: Path) -> None:
    line = LINE + 'level = "staff"\ntimes = ["finance[money]", "fte"]\n[names.finance]\nmoney = "总量"\n'
    lines = told(tmp_path, OUTPUT + line)
    assert any("is an amount of level institution" in one for one in lines), lines
    texts.use("zh")
    lines = told(tmp_path, OUTPUT + line)
    assert any("是 机构 层的数额" in one for one in lines), lines
    assert not re.search("ENGAGEMENT|STAFF|INSTITUTION|DEPARTMENT|CONSORTIUM", "".join(lines))


def test_a_charge_to_an_unknown_pool_is_told_once(tmp_path: Path) -> None:
    """No line besides says that no formula gives the pool and its account."""
    line = LINE + 'charged_to = "workload_pol"\nlevel = "staff"\ntimes = ["price", "fte"]\n' + PRICE
    lines = told(tmp_path, OUTPUT + line)
    assert [one for one in lines[1:] if "workload_pol" in one] == [
        "charged_to  'workload_pol' is no pool, so nothing can be charged to it (did you mean workload_pool?); "
        'charge it to a pool, "total" or "outside"'
    ]
    assert len(lines) == 3


SCHEME = "limits-in-a-pool"


def scheme(folder: Path, old: str, new: str) -> Workspace:
    made = workspace(SCHEME, folder / "county")
    file = folder / "county" / "policy" / "limits.toml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")
    return made


def test_a_value_that_the_policy_lacks_is_asked_of_the_policy(tmp_path: Path) -> None:
    """The remedy says what to write there, and nothing sends the author to the input tables."""
    value = '[{ from = 2026-01-01, continues = "至下次调整", value = "800"'
    made = scheme(tmp_path, value, value.replace("value", 'where = { department_class = "nursing" }, value'))
    period = Period.parse("2026-01")
    made.freeze(period)
    with pytest.raises(Refused) as refused:
        made.run(period)
    report = refused.value.report()
    assert "guaranteed  2026-01-31  no value for 保底 where" in report
    assert (
        "write [[parameters.guaranteed.values]] with from = 2026-01-01, "
        'where = { department_class = "clinical" }, a value and its source'
    ) in report
    assert "input tables" not in report
    assert "limits.toml: 1 problem(s)" in report


@pytest.mark.parametrize(("given", "decimals"), [("0", 0), ("1", 1), ("", 2)])
def test_a_line_is_rounded_as_it_says(tmp_path: Path, given: str, decimals: int) -> None:
    text = 'times = ["third", "head"]\n' + (f'round = "{given}"\n' if given else "")
    made = scheme(
        tmp_path, 'pool = "extra_pool"\nweights = "points"\nat_most = "extra_cap"\ncut = "pool"\n',
        text + '[parameters.third]\nlabel = "三分"\nunit = "yuan"\n'
        'values = [{ from = 2026-01-01, continues = "x", value = "33.3333", source = "illustrative" }]\n',
    )  # fmt: skip
    period = Period.parse("2026-01")
    made.freeze(period)
    lines = made.run(period).results.pay_lines.to_pylist()
    paid = {one["amount_fen"] for one in lines if one["component"] == "extra_bonus" and one["amount_fen"]}
    assert paid == {{0: 3300, 1: 3330, 2: 3333}[decimals]}
