"""Calculations of a policy, and what is refused because it contradicts itself."""

from __future__ import annotations

import re
import tomllib
from fractions import Fraction
from pathlib import Path

import pytest

from payengine.periods import Period
from payengine.policy import Funding, describe, policy_digest
from tests.support.paths import ROOT
from tests.support.policy_files import OPEN, head, load, refusal

FUNDING = '[names.funding]\nfiscal = "财政"\nlocal = "本地"\nprovince = "省级"\n'
LINE = '[components.bonus]\nlabel = "奖励"\nclass = "variable"\nfunding = "fiscal"\n'
STATEMENT = '[statements.subsidy]\nlabel = "补助"\nfunding = "fiscal"\n'
FIGURE = '[figures.weight]\nlabel = "权重"\nunit = "points"\n'
POOL = '[pools.money]\nlabel = "总量"\nadd = ["finance[money]"]\n'
RATIO = """
[names.part]
a = "甲"
b = "乙"
[parameters.share]
label = "比例"
unit = "ratio"
ratio = true
values = [
  { from = 2026-01-01, continues = "x", where = { part = "a" }, value = "1/3", source = "illustrative" },
  { from = 2026-01-01, continues = "x", where = { part = "b" }, value = "2/3", source = "illustrative" },
]
"""
OCTOBER = Period.parse("2026-10")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (LINE + 'add = ["a"]\nslices_of = "b"\nslices = []\n', "add and slices_of are two bases of one calculation"),
        (LINE + 'weights = "points"\ntimes = ["a"]\n', "weights says something only beside pool"),
        (LINE + 'pool = "p"\nweights = "w"\nat_least = "1"\ncut = "pool"\n', "cut says something only beside at_most"),
        (LINE + 'times = ["a"]\nat_most = "1"\ncut = "pool"\n', "cut says something only beside pool"),
        (LINE + 'mean_of = "a"\nper = "head"\nbest = "0"\n', "best is a whole number of persons, 1 or more"),
        (LINE + 'mean_of = "a"\nper = "head"\nbest = "1/2"\n', "best is a whole number of persons, 1 or more"),
        (LINE + 'times = ["a"]\nover = ["0"]\n', "nothing is divided by 0"),
        (LINE + 'times = ["a"]\nat_most = "-5"\n', "'-5' is below 0"),
        (LINE + 'pool = "money"\n' + POOL, "pool needs weights beside it"),
        (LINE + 'slices_of = "points"\n', "slices_of needs slices beside it"),
        (LINE + 'over = ["2"]\n', "it says neither a base nor times"),
        (LINE + 'times = ["1"]\n', "times  it names numbers only, which are of nobody"),
        (
            '[parameters.rate]\nlabel = "x"\nunit = "ratio"\nby = "title"\nvalues = []\n',
            "leave by out, and write where = { title = ... } in each value",
        ),
        (LINE + 'add = ["a"]\ninput = "a"\n', "it is paid as given and calculated; choose one of the two"),
        (LINE + 'pool = "money"\nweights = "a"\ntimes = ["b"]\n' + POOL, "a share of a pool is not multiplied"),
        (LINE + 'pool = "monye"\nweights = "a"\n' + POOL, "'monye' is no pool of [pools] (did you mean money?)"),
        (LINE + 'pool = "money[worke]"\nweights = "a"\n' + POOL + 'parts = { work = "1" }\n', "has no part 'worke'"),
        (LINE + 'pool = "money"\nweights = "a"\n' + POOL + 'parts = { work = "1" }\n', "in parts (work): name one"),
        (POOL + 'parts = { work = "1" }\n', "nobody shares in the part 'work'"),
        (
            '[pools.of]\nlabel = "x"\nlevel = "department"\ndivides = "money[worke]"\nby = "a"\n'
            + POOL
            + 'parts = { work = "1" }\n',
            "money has no part 'worke'",
        ),
        (
            LINE
            + 'pool = "money"\nweights = "a"\n'
            + LINE.replace("bonus", "other")
            + 'pool = "money"\nweights = "a"\n'
            + POOL
            + '[formulas.month]\noutputs = ["bonus"]\n',
            "other shares in it and is no output of a month",
        ),
        (
            LINE + 'add = ["a"]\n[formulas.month]\noutputs = ["bonus"]\n[formulas.quarter]\noutputs = ["bonus"]\n',
            "it is an output of several kinds of period (month, quarter): each would pay it again",
        ),
        (
            LINE
            + 'pool = "money"\nweights = "a"\n'
            + LINE.replace("bonus", "other")
            + 'pool = "more"\nweights = "a"\n'
            + POOL
            + POOL.replace("pools.money", "pools.more")
            + '[formulas.month]\noutputs = ["bonus", "other"]\n',
            "have all of finance[money] each, so it is paid more than once",
        ),
        (
            LINE
            + 'pool = "money"\nweights = "a"\n'
            + LINE.replace("bonus", "other")
            + 'pool = "more"\nweights = "a"\n'
            + POOL
            + '[pools.more]\nlabel = "x"\nadd = ["money"]\n[formulas.month]\noutputs = ["bonus", "other"]\n',
            "have all of money each, so it is paid more than once",
        ),
        (POOL + 'parts = { work = "0.5", rest = "0.4" }\n', "shares below 1 sum to 1, and these do not"),
        (POOL + 'parts = { work = "0" }\n', "'0' is no ratio above 0"),
        (POOL + 'unclaimed = "others"\n', "only the parts of a pool can go to the others"),
        (POOL + 'level = "department"\nunclaimed = "carried"\n', "only an institution's own pool is carried"),
        (POOL + 'level = "staff"\n', "a pool is of a department, an institution or the consortium"),
        (LINE + 'add = ["a + b"]\n', "'a + b' is neither a name nor a number"),
        (LINE + 'add = ["a"]\nprorated = "days"\n', "'days' is not one of days_engaged, days_present"),
        (LINE + 'add = ["a"]\namong = { titel = "x" }\n', "'titel' is not one of"),
        (LINE + 'add = ["a"]\namong = { employment = "contrakt" }\n', "(did you mean contract?)"),
        (LINE + 'add = ["a"]\namong = { title = "x" }\noutside = { title = "x" }\n', "so nobody is left"),
        (LINE + 'add = ["a"]\nlevel = "institution"\n', "a line of the payslip is of level engagement or staff"),
        (STATEMENT + 'add = ["a"]\nlevel = "staff"\n', "a line of the statement is of level institution"),
        (STATEMENT + 'pool = "money"\nweights = "a"\n' + POOL, "a statement line shares no pool"),
        (STATEMENT + 'times = ["finance[money]", "share[a]"]\n' + RATIO, "share[a] is a share of a ratio"),
        (
            '[formulas.month]\noutputs = ["bonus", "rest"]\n'
            + LINE
            + 'pool = "money"\nweights = "a"\n'
            + LINE.replace("bonus", "rest")
            + 'pool = "money"\nweights = "b"\n'
            + POOL,
            "bonus / rest have all of money each, so it is paid more than once",
        ),
        (LINE + 'mean_of = "a"\nper = "head"\n', "a line is no pool and no mean"),
        (LINE + 'slices_of = "points"\nslices = [{ from = "0", rate = "p" }]\nmemory = "year"\n', "memory of the year"),
        *(
            (
                LINE
                + f'level = "staff"\nslices_of = "{name}"\nmemory = "year"\nslices = [{{ from = "0", rate = "p" }}]\n',
                f"the year remembers points, services and pay of persons, but not {name}",
            )
            for name in ("directed_task[visits]", "my_count", "weighted_points")
        ),
        (FIGURE + 'mean_of = "points"\nper = "head"\n', "a mean is of a department, an institution or the consortium"),
        (FIGURE + 'mean_of = "points"\nlevel = "institution"\n', "mean_of needs per beside it"),
        (FIGURE + 'pool = "money"\nweights = "a"\n' + POOL, "a figure shares no pool"),
        ('[figures.w]\nlabel = "权重"\nadd = ["points"]\n', "unit is missing"),
        (FIGURE + 'add = ["points"]\n[pools.weight]\nlabel = "x"\nadd = ["a"]\n', "'weight' is a figure and a pool"),
        (LINE + 'add = ["a"]\n[figures.bonus]\nlabel = "x"\nunit = "yuan"\nadd = ["a"]\n', "is a component too"),
        (LINE + 'add = ["a"]\nat_most = "lots of it"\n', "'lots of it' is neither a name nor a number"),
        (LINE + 'pool = "money"\nweights = "a"\ncut = "nobody"\n' + POOL, "'nobody' is not one of others, pool"),
    ],
)
def test_what_contradicts_itself_is_refused_by_name(text: str, told: str, tmp_path: Path) -> None:
    report = "\n".join(refusal(tmp_path, "p", {"p": head("p") + FUNDING + text}))
    assert told in report


def test_funding_is_a_ratio_of_any_size(tmp_path: Path) -> None:
    sources = ('{ source = "fiscal", share = "3" }', '{ source = "province", share = "2" }')
    third = '{ source = "local", share = "1/3" }'
    listed = f"funding = [{', '.join((*sources, third))}]\n"
    policy = load(tmp_path, "p", {"p": head("p") + FUNDING + LINE.replace('funding = "fiscal"\n', listed)})
    term = policy.components["bonus"].on(OCTOBER.first_day)
    assert term is not None
    assert term.funding == (Funding("fiscal", 90000), Funding("province", 60000), Funding("local", 10000))


def test_parts_of_a_pool_are_exact_ratios(tmp_path: Path) -> None:
    text = LINE + 'pool = "money[a]"\nweights = "points"\n' + LINE.replace("bonus", "rest")
    text += 'pool = "money[b]"\nweights = "points"\n' + POOL + 'parts = { a = "1/3", b = "2/3" }\n'
    policy = load(tmp_path, "p", {"p": head("p") + FUNDING + text})
    assert policy.figures["money"].calculation.parts == (("a", Fraction(1, 3)), ("b", Fraction(2, 3)))


def test_a_later_layer_calculates_anew_or_takes_what_is_given(tmp_path: Path) -> None:
    files = {
        "p": head("p") + FUNDING + LINE + 'times = ["points", "price"]\nat_most = "cap"\n',
        "q": head("q", "p") + '[components.bonus]\nadd = ["finance[x]"]\n',
        "r": head("r", "p") + '[components.bonus]\ninput = "bonus"\n',
        "s": head("s", "p") + '[components.bonus]\nlabel = "另一名称"\n',
    }
    policies = {name: load(tmp_path, name, files) for name in files}
    made = {name: policy.components["bonus"].calculation for name, policy in policies.items()}
    assert made["q"] is not None
    assert (made["q"].add, made["q"].times, made["q"].at_most) == (("finance[x]",), (), "")
    assert (made["r"], policies["r"].components["bonus"].input) == (None, "bonus")
    assert made["s"] == made["p"]


def test_a_calculation_is_part_of_the_digest_and_its_words_are_not(tmp_path: Path) -> None:
    def digest(folder: str, text: str) -> str:
        (tmp_path / folder).mkdir()
        return policy_digest(load(tmp_path / folder, "p", {"p": head("p") + FUNDING + text}), OCTOBER)

    text = LINE + 'times = ["points", "price"]\n' + FIGURE + 'add = ["points"]\n'
    digests = {
        digest("a", text), digest("b", text.replace('"price"]', '"prise"]')), digest("c", text + 'at_least = "0"\n'),
    }  # fmt: skip
    assert len(digests) == 3
    assert digest("d", text.replace("权重", "另一名称")) in digests
    without = digest("e", LINE)
    assert without == digest("f", LINE.replace("奖励", "奖金"))


def banded(more: str, band: str = "a") -> str:
    value = f'{{ from = 2026-01-01, {OPEN}, where = {{ band = "{band}" }}, value = "1" }}'
    return f'[parameters.q]\nlabel="q"\nunit="yuan"\n{more}values=[{value}]\n'


BANDS = '[bands.b]\nfigure = "m"\nsteps = [{ name = "a", from = "0" }]\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[bands.b]\nfigure = "measure[x]"\nsteps = []\n', "it names no steps"),
        (BANDS.replace('figure = "m"\n', ""), "figure is missing"),
        (BANDS.replace("}]", '}, { name = "b", from = "0" }]'), "not begin above"),
        (BANDS.replace('"0"', '"0", above = "1"'), "from, or above: one of the two"),
        (banded(""), "values are keyed by band, but it is not said of what"),
        (banded('banded_by="c"\n') + BANDS, "there are no bands 'c'"),
        (banded('banded_by="b"\n', "z") + BANDS, "'z' is no band of b"),
    ],
)
def test_bands_that_do_not_fit_are_refused(text: str, told: str, tmp_path: Path) -> None:
    assert told in "\n".join(refusal(tmp_path, "p", {"p": head("p") + text}))


SHARES = '[names.part]\na = "甲"\nb = "乙"\nc = "丙"\n[parameters.share]\nlabel = "份额"\nunit = "ratio"\nby = "part"\n'


def shares(texts: dict[str, str], more: str = "ratio = true\n") -> str:
    values = [
        f'{{ from = 2026-01-01, {OPEN}, where = {{ part = "{part}" }}, value = "{text}" }}'
        for part, text in texts.items()
    ]
    return SHARES + more + f"values = [{', '.join(values)}]\n"


def test_a_ratio_has_shares_of_any_size(tmp_path: Path) -> None:
    def numbers(name: str, texts: dict[str, str]) -> list[int | None]:
        (tmp_path / name).mkdir()
        policy = load(tmp_path / name, "p", {"p": head("p") + shares(texts)})
        assert [one.value for one in describe(policy, OCTOBER.first_day)] == list(texts.values())
        return [policy.value("share", OCTOBER.first_day, part=part) for part in texts]

    assert numbers("whole", {"a": "6", "b": "3", "c": "1"}) == [60_000, 30_000, 10_000]
    assert numbers("thirds", {"a": "1/3", "b": "2/3"}) == [10_000, 20_000]
    assert numbers("mixed", {"a": "1/3", "b": "0.50", "c": "1/6"}) == [20_000, 30_000, 10_000]
    assert numbers("doctors", {"a": "1.20", "b": "1", "c": "0.80"}) == [12_000, 10_000, 8_000]


@pytest.mark.parametrize(
    ("texts", "more", "told"),
    [
        ({"a": "0.5", "b": "0.4"}, "ratio = true\n", "shares below 1 sum to 1, and these do not"),
        ({"a": "1/3", "b": "1/3"}, "ratio = true\n", "shares below 1 sum to 1, and these do not"),
        ({"a": "1/3"}, "", "only the shares of a ratio are written as fractions"),
        ({"a": "1/0"}, "ratio = true\n", "'1/0' is not a number"),
    ],
)
def test_a_slip_in_a_ratio_is_refused(texts: dict[str, str], more: str, told: str, tmp_path: Path) -> None:
    assert told in "\n".join(refusal(tmp_path, "p", {"p": head("p") + shares(texts, more)}))


KNOWN = '[known_income.fees]\nlabel = "诊疗费"\ninput = "fees"\n[names.component]\nfees = "诊疗费"\n'


@pytest.mark.parametrize(
    "amount",
    [
        'add = ["fees"]\n', 'add = ["pay_component[fees]"]\n', 'times = ["all_income", "rate"]\n',
        'add = ["with_fees"]\n[totals.with_fees]\nlabel = "x"\ncomponents = ["fees"]\n',
    ],
)  # fmt: skip
def test_known_income_is_never_paid(amount: str, tmp_path: Path) -> None:
    figure = '[figures.all_income]\nlabel = "x"\nunit = "yuan"\nadd = ["fees", "points"]\n'
    report = "\n".join(refusal(tmp_path, "p", {"p": head("p") + FUNDING + LINE + amount + figure + KNOWN}))
    assert "fees is known income: it is compared with, and never paid" in report


def test_known_income_may_be_subtracted_and_compared_with(tmp_path: Path) -> None:
    made = 'add = ["standard"]\nsubtract = ["fees"]\nat_least = "0"\nat_most = "fees"\n'
    assert load(tmp_path, "p", {"p": head("p") + FUNDING + LINE + made + KNOWN}).known_income


UNITS = [
    ("yaun per shift", "'yaun' in the unit", "Did you mean yuan?"),
    ("yuan per shfit", "'shfit' in the unit", "Did you mean shift?"),
    ("yuan per head and yera", "'yera' in the unit", "Did you mean year?"),
    ("yuan/shift", "'yuan/shift' in the unit", 'Write "yuan per shift".'),
    ("kilogram", "'kilogram' in the unit", "A unit begins with one of: yuan"),
    ("yuan per", "'yuan per' in the unit", "A unit begins with one of: yuan"),
]


@pytest.mark.parametrize(("unit", "what", "remedy"), UNITS)
def test_a_misspelt_unit_is_refused_wherever_it_is_written(tmp_path: Path, unit: str, what: str, remedy: str) -> None:
    """It would pass for a plain number, so that nothing would check the amounts."""
    parameter = f'[parameters.rate]\nlabel = "标准"\nunit = "{unit}"\n'
    figure = f'[figures.weight]\nlabel = "权重"\nunit = "{unit}"\nadd = ["1"]\n'
    check = f'[checks.limit]\nlabel = "限额"\nunit = "{unit}"\nfigure = "weight"\nat_most = "1"\n'
    told = refusal(tmp_path, "county", {"county": head("county") + parameter + figure + check})
    found = [line for line in told if what in line]
    assert len(found) == 3, told
    assert all(remedy in line for line in found)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (LINE + 'add = ["a"]\nround = "unrounded"\n', "it is money, which is paid in whole fen"),
        (LINE + 'add = ["a"]\nround = "3"\n', "it is money, which is paid in whole fen"),
        (POOL + 'round = "4"\n', "it is money, which is paid in whole fen"),
        (LINE + 'pool = "money"\nweights = "a"\nround = "0"\n' + POOL, "a share of a pool is in whole fen"),
    ],
)
def test_money_is_rounded_to_fen_or_coarser(tmp_path: Path, text: str, told: str) -> None:
    assert told in "\n".join(refusal(tmp_path, "county", {"county": head("county") + FUNDING + text}))


@pytest.mark.parametrize("page", ["policy.md", "policy.zh.md"])
def test_the_documented_cap_is_the_one_that_is_worked_by_hand(page: str) -> None:
    """The scheme `limits-in-a-pool` pays under the figures that the documentation prints."""
    text = (ROOT / "docs" / page).read_text("utf-8")
    [block] = [one for one in re.findall(r"```toml\n(.*?)```", text, re.DOTALL) if "[figures.work_cap]" in one]
    worked = tomllib.loads((ROOT / "tests/schemes/limits-in-a-pool/policy.toml").read_text("utf-8"))
    assert tomllib.loads(block)["figures"] == worked["figures"]
    assert worked["components"]["work_bonus"]["at_most"] == "work_cap"


def test_a_fraction_that_is_no_share_is_told_where_it_may_stand(tmp_path: Path) -> None:
    third = RATIO.replace("ratio = true\n", "")
    assert 'times = ["...", "1/3"]' in "\n".join(refusal(tmp_path, "p", {"p": head("p") + third}))


@pytest.mark.parametrize(
    ("fraction", "told"), [("1/4", 'written as fractions; write "0.25"'), ("2/3", 'times = ["...", "2/3"]')]
)
def test_a_fraction_that_is_a_decimal_is_told_as_one(fraction: str, told: str, tmp_path: Path) -> None:
    value = f'[{{ from = 2026-01-01, continues = "x", value = "{fraction}", source = "illustrative" }}]'
    plain = f'[parameters.rate]\nlabel = "比例"\nunit = "ratio"\nvalues = {value}\n'
    assert told in "\n".join(refusal(tmp_path, "p", {"p": head("p") + plain}))


def test_a_ratio_without_an_axis_is_refused(tmp_path: Path) -> None:
    """A share without others beside it has no proportion: 1/3 would count as 1."""
    value = '[{ from = 2026-01-01, continues = "x", value = "1/3", source = "illustrative" }]'
    plain = f'[parameters.rate]\nlabel = "比例"\nunit = "ratio"\nratio = true\nvalues = {value}\n'
    assert "are shares by the names of an axis" in "\n".join(refusal(tmp_path, "p", {"p": head("p") + plain}))
