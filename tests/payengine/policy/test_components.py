"""Components and funding, choices by kind of period, names, and the policy's digest.

Descriptions in words belong here too.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

import formulas
from batch import input_tables as tables
from payengine.errors import Refused
from payengine.periods import Period
from payengine.policy import (
    Funding,
    Policy,
    describe,
    ending,
    list_policies,
    load_policy,
    new_policy,
    policy_digest,
    to_supply,
)
from payengine.policy.digest import canonical
from payengine.policy.keys import CLOSED
from tests.support.paths import DOCS
from tests.support.policy_files import OPEN, check_policy, head, load, price, refusal

MARCH = date(2025, 3, 1)
FUNDING = '[names.funding]\nfiscal = "财政"\nincome = "收入"\n'
PAY = '[components.pay]\nlabel = "绩效"\n'
GOOD = PAY + 'class = "fixed"\nfunding = "fiscal"\n'


def parts(folder: Path, text: str) -> Policy:
    return load(folder, "p", {"p": head("p") + FUNDING + text})


def wrong(folder: Path, text: str) -> str:
    return "\n".join(refusal(folder, "p", {"p": head("p") + FUNDING + text}))


def test_a_component_has_a_class_and_funding(tmp_path: Path) -> None:
    policy = parts(tmp_path, PAY + 'class = "variable"\nfunding = "fiscal"\ninput = "bonus"\n')
    pay = policy.components["pay"]
    term = pay.on(MARCH)
    assert term is not None
    assert (pay.kind, pay.input) == ("pay", "bonus")
    assert (term.pay_class, term.funding) == ("variable", (Funding("fiscal", 10000),))
    assert policy.known("component") == ("bonus",)


def test_two_sources_pay_shares_that_sum_to_one(tmp_path: Path) -> None:
    two = 'funding = [{{ source = "fiscal", share = "0.7" }}, {{ source = "income", share = "{}" }}]\n'
    policy = parts(tmp_path, PAY + 'class = "fixed"\n' + two.format("0.3"))
    term = policy.components["pay"].on(MARCH)
    assert term is not None
    assert term.funding == (Funding("fiscal", 7000), Funding("income", 3000))
    assert "funding" in (report := wrong(tmp_path, PAY + 'class = "fixed"\n' + two.format("0.2999")))
    assert "shares below 1 sum to 1, and these do not" in report
    assert "is no ratio above 0" in wrong(tmp_path, PAY + 'class = "fixed"\n' + two.format("0"))
    twice = two.replace("income", "fiscal")
    assert "a source stands in it twice" in wrong(tmp_path, PAY + 'class = "fixed"\n' + twice.format("0.3"))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (PAY + 'class = "fix"\nfunding = "fiscal"\n', "'fix' is not one of fixed, variable (did you mean fixed?)"),
        (PAY + 'funding = "fiscal"\n', "components.pay  class is missing"),
        (PAY + 'class = "fixed"\n', "funding is missing"),
        (PAY, "components.pay  funding is missing"),
        ('[components.pay]\nclass = "fixed"\nfunding = "fiscal"\n', "components.pay  label is missing"),
        (PAY + 'class = "fixed"\nfunding = "fiscl"\n', "'fiscl' is not under [names.funding] (did you mean fiscal?)"),
        (PAY + 'clas = "fixed"\nfunding = "fiscal"\n', "unknown key 'clas' (did you mean class?)"),
        ('[statements.x]\nlabel = "x"\nclass = "fixed"\nfunding = "fiscal"\n', "unknown key 'class'"),
        (GOOD + '[statements.pay]\nlabel = "x"\nfunding = "fiscal"\n', "is a component and a statement"),
        ('[names.measures]\na = ""\n', "(did you mean measure?)"),
        ('[names.measure]\na = ""\n[ignored]\nmeasure = ["a"]\n', "'a' is known and ignored"),
        ('[formulas.mont]\na = "b"\n', "(did you mean month?)"),
        ('[formulas.month]\nwithout = ["a"]\n', "'a' is no output of an earlier layer"),
        ('[formulas.month]\na = ["b"]\n', "formulas.month.a  must be a text in quotes"),
        ('[formulas.month]\noutputs = ["b", "b"]\n', "'b' stands in it twice"),
        ('[requires]\nmonths = ["finance"]\n', "(did you mean month?)"),
        ('[formulas.halfyear]\na = "b"\n', "(did you mean half_year?)"),
        ('[requires]\nhalf-year = ["finance"]\n', "(did you mean half_year?)"),
        (PAY + 'class = "fixed"\nfunding = "fiscal"\nterms = []\n', "stands beside terms"),
    ],
    ids=lambda text: text[-60:],
)  # fmt: skip
def test_a_wrong_part_is_refused(tmp_path: Path, text: str, line: str) -> None:
    assert line in wrong(tmp_path, text)


def terms(first: str, second: str) -> str:
    entry = '{{ {}, class = "{}", funding = "fiscal" }},\n'
    return PAY + "terms = [\n" + entry.format(first, "variable") + entry.format(second, "fixed") + "]\n"


def test_a_class_changes_on_a_date(tmp_path: Path) -> None:
    policy = parts(tmp_path, terms("from = 2024-01-01, until = 2025-03-01", 'from = 2025-03-01, continues = "x"'))
    found = [policy.components["pay"].on(day) for day in (date(2023, 12, 31), date(2025, 2, 28), MARCH)]
    assert [term and term.pay_class for term in found] == [None, "variable", "fixed"]
    gap = terms("from = 2024-01-01, until = 2025-02-01", 'from = 2025-03-01, continues = "x"')
    assert "the terms leave a gap at 2025-02-01" in wrong(tmp_path, gap)
    overlap = terms("from = 2024-01-01, until = 2025-04-01", 'from = 2025-03-01, continues = "x"')
    assert "the terms overlap at 2025-03-01" in wrong(tmp_path, overlap)


def test_a_later_layer_chooses_anew_by_kind_of_period(tmp_path: Path) -> None:
    nation = head("nation") + (
        '[formulas.month]\noutputs = ["pay", "reward"]\npay = "by_price"\n[formulas.year]\noutputs = ["reward"]\n'
        '[requires]\nmonth = ["appraisal"]\n'
    )
    county = head("county", "nation") + (
        '[formulas.month]\noutputs = ["bonus"]\nwithout = ["reward"]\npay = "by_value"\n'
        '[requires]\nmonth = ["finance"]\n'
    )
    policy = load(tmp_path, "county", {"nation": nation, "county": county})
    assert policy.formulas("month") == (("pay", "bonus"), {"pay": "by_value"})
    assert policy.formulas("year") == (("reward",), {})
    assert policy.formulas("quarter") == ((), {})
    assert policy.required_tables == {"month": ("appraisal", "finance")}


def test_half_years_are_part_of_the_digest_of_policies_that_compute_them_alone(tmp_path: Path) -> None:
    """A policy without half-years has the digest that it had before there were any."""
    month = '[formulas.month]\noutputs = ["pay"]\n'
    half_year = '[formulas.half_year]\noutputs = ["pay"]\n[requires]\nhalf_year = ["appraisal"]\n'
    plain, settling = (parts(tmp_path, GOOD + text) for text in (month, month + half_year))
    assert policy_digest(plain) != policy_digest(settling)
    assert set(canonical(plain)["formulas"]) == {"month"}
    of_month, of_half_year = Period.parse("2026-06"), Period.parse("2026-H1")
    assert policy_digest(plain, of_month) == policy_digest(settling, of_month)
    assert policy_digest(plain, of_half_year) != policy_digest(settling, of_half_year)
    assert settling.formulas("half_year") == (("pay",), {})
    assert settling.required_tables == {"half_year": ("appraisal",)}


def test_a_later_layer_changes_what_it_says_of_a_component(tmp_path: Path) -> None:
    nation = head("nation") + FUNDING + PAY + 'class = "fixed"\nfunding = "fiscal"\ninput = "pay"\n'
    county = head("county", "nation") + '[components.pay]\nclass = "variable"\nfunding = "income"\n'
    pay = load(tmp_path, "county", {"nation": nation, "county": county}).components["pay"]
    assert (pay.label, pay.input) == ("绩效", "pay")
    assert (pay.terms[0].pay_class, pay.terms[0].funding[0].source) == ("variable", "income")


def test_names_are_known_ignored_or_refused_with_the_nearest(tmp_path: Path) -> None:
    policy = parts(tmp_path, '[names.finance]\nworkload_pool = "总量"\n[ignored]\nfinance = ["rent"]\n')
    assert policy.unknown_names("finance", ["rent", "workload_pool"]) == []
    (problem,) = policy.unknown_names("line", ["workload_pol"])
    assert "did you mean workload_pool?" in problem.what
    assert "[ignored]" in problem.remedy
    assert policy.label("finance", "workload_pool") == "总量"
    assert policy.label("finance", "rent") == "rent"


def test_the_order_of_names_is_the_order_of_values(tmp_path: Path) -> None:
    """Values stand in the order of names, which decides ties when an amount is split."""
    policy = parts(tmp_path, '[names.part]\nvillage = ""\ntownship = ""\n' + price(
        f'from = 2024-01-01, value = "1", where = {{ part = "township" }}, {OPEN}',
        f'from = 2024-01-01, value = "2", where = {{ part = "village" }}, {OPEN}',
    ))  # fmt: skip
    assert [value.where["part"] for value in policy.parameters["price"].values] == ["village", "township"]


BASE = price('from = 2024-01-01, until = 2026-01-01, value = "1", source = "s"')


def test_the_digest_is_of_what_can_change_a_figure(tmp_path: Path) -> None:
    text = PAY + 'class = "fixed"\nfunding = "fiscal"\n' + BASE
    plain = policy_digest(parts(tmp_path, text))
    for old, new in (("绩效", "奖金"), ("单价", "价"), ('"s"', '"another source"'), ("class", "# a comment\nclass")):
        assert policy_digest(parts(tmp_path, text.replace(old, new))) == plain
    for old, new in (
        ('"1"', '"1.0001"'), ("2024-01-01", "2024-02-01"), ("2026-01-01", "2026-02-01"), ('"fixed"', '"variable"'),
        ('funding = "fiscal"', 'funding = "income"'),
    ):  # fmt: skip
        assert policy_digest(parts(tmp_path, text.replace(old, new))) != plain


def test_a_value_of_next_year_does_not_make_an_old_month_another(tmp_path: Path) -> None:
    month, later = Period.parse("2025-03"), Period.parse("2026-03")
    plain = parts(tmp_path, BASE)
    now = 'from = 2024-01-01, until = 2026-01-01, value = "1", source = "s"'
    more = parts(tmp_path, price(now, f'from = 2026-01-01, value = "2", {OPEN}'))
    assert policy_digest(more) != policy_digest(plain)
    assert policy_digest(more, month) == policy_digest(plain, month)
    assert policy_digest(more, later) != policy_digest(plain, later)
    unread = parts(tmp_path, BASE + BASE.replace("price", "other").replace('"1"', '"7"'))
    assert policy_digest(unread, month) != policy_digest(plain, month)
    assert policy_digest(unread, month, ["price"]) == policy_digest(plain, month, ["price"])


def test_a_continuation_is_the_same_as_a_later_end(tmp_path: Path) -> None:
    record = '[[continuation]]\nparameters = ["price"]\ndocument = "d"\ndate = 2025-12-20\n'
    record += "from = 2026-01-01\nuntil = 2027-01-01\n"
    assert policy_digest(parts(tmp_path, BASE + record)) == policy_digest(
        parts(tmp_path, BASE.replace("2026-01-01", "2027-01-01"))
    )


REGION = """
[names.task]
rescue = "急救"
drill = "演练"
[parameters.unit_price]
label = "标准当量单价（财政购买）"
unit = "yuan per equivalent"
required = true
approvals = ["health", "finance"]
[parameters.task_amount]
label = "指令性工作定额"
unit = "yuan per task"
required = true
per = "task"
values = [{ from = 2024-01-01, continues = "x", source = "plan 1", where = { task = "drill" }, value = "300" }]
[parameters.floor]
label = "固定占比下限"
unit = "ratio"
[[parameters.floor.values]]
from = 2024-01-01
until = 2026-01-01
source = "plan 22"
value = "0.60"
where = { kind = "county_hospital" }
"""


def test_what_a_county_must_supply_is_said_in_words(tmp_path: Path) -> None:
    policy = load(tmp_path, "region", {"region": head("region") + REGION})
    assert [(one.parameter, one.where, one.text) for one in to_supply(policy)] == [
        ("task_amount", (("task", "rescue"),),
         "指令性工作定额, in yuan per task, for 急救 (rescue): the documents print no value; write your county's own"),
        ("unit_price", (), "标准当量单价（财政购买）, in yuan per equivalent: the documents print no value; "
         "write the one approved by the health office and the finance office"),
    ]  # fmt: skip
    assert [one.parameter for one in ending(policy, Period.parse("2026-01"))] == ["floor"]
    assert ending(policy, Period.parse("2025-12")) == []


def test_a_new_county_gets_exactly_the_blanks_and_loads_once_they_are_filled(tmp_path: Path) -> None:
    text = new_policy("haiyan", load(tmp_path, "region", {"region": head("region") + REGION}), "海晏县")
    report = "\n".join(refusal(tmp_path, "haiyan", {"haiyan": text}))
    (task,) = (line for line in report.splitlines() if line.startswith("task_amount"))
    (price,) = (line for line in report.splitlines() if line.startswith("unit_price"))
    assert "not filled in: from, until, value, source" in task
    assert "not filled in: from, until, value, source, approvals.document, approvals.date" in price
    assert report.count("not filled in: ") == 2
    filled = text.replace('value = ""', 'value = "9.5"').replace('document = ""', 'document = "1 号"')
    filled = filled.replace('source = ""', 'source = "haiyan 1"').replace('date = ""', 'date = "2024-12-20"')
    filled = filled.replace('cause = ""', 'cause = "first_setting"').replace('from = ""', 'from = "2025-01-01"')
    filled = filled.replace('\nuntil = ""', '\ncontinues = "until replaced"', 1)
    filled = filled.replace('\nuntil = ""', "\nuntil = 2026-01-01")
    policy = load(tmp_path, "haiyan", {"haiyan": filled})
    assert (policy.title, policy.layers[-1].level) == ("海晏县", "county")
    assert to_supply(policy) == []
    assert to_supply(policy, Period.parse("2025-03")) == []
    assert [one.parameter for one in to_supply(policy, Period.parse("2026-01"))] == ["unit_price"]
    assert policy.value("unit_price", MARCH) == policy.value("task_amount", MARCH, task="rescue") == 95000


def test_a_policy_without_blanks_says_so(tmp_path: Path) -> None:
    text = new_policy("own", load(tmp_path, "p", {"p": head("p") + BASE}))
    assert "needs nothing more" in text
    assert load(tmp_path, "own", {"own": text}).value("price", MARCH) == 10000


def test_values_in_force_are_described_with_their_source(tmp_path: Path) -> None:
    county = head("county", "region", more="illustrative = true") + (
        '[[continuation]]\nparameters = ["floor"]\nfrom = 2026-01-01\ndocument = "88 号"\ndate = 2025-12-20\n'
    )
    policy = load(tmp_path, "county", {"region": head("region") + REGION, "county": county})
    before = {one.parameter: one for one in describe(policy, MARCH)}
    after = {one.parameter: one for one in describe(policy, date(2026, 1, 1))}
    assert (before["floor"].value, before["floor"].source, before["floor"].illustrative) == ("0.60", "plan 22", False)
    assert before["floor"].where == "kind=county_hospital"
    assert (after["floor"].illustrative, after["floor"].note) == (True, "continued by 88 号 of 2025-12-20")
    assert (before["task_amount"].value, before["task_amount"].where) == ("300.00", "task=演练 (drill)")
    assert "unit_price" not in before
    assert policy.illustrative


def test_the_demo_policy_is_what_it_says_it_is() -> None:
    policy, day = load_policy("demo", [formulas.POLICIES]), date(2020, 1, 1)
    assert policy.illustrative
    assert all(value.illustrative for parameter in policy.parameters.values() for value in parameter.values)
    assert policy.value("purchase_unit_price", day) == 95000
    assert policy.value("staff_point_price", day) == 42000
    assert policy.known("indicator") == ("workload", "quality", "ethics", "satisfaction")
    weights = [policy.value("appraisal_weight", day, indicator=name) for name in policy.known("indicator")]
    assert weights == [4000, 3000, 1000, 2000]
    assert policy.value("directed_task_amount", day, task="epidemic_response") == 800_0000
    assert policy.value("directed_task_amount", day, task="night_emergency") == 5000_0000
    assert policy.value("base_guarantee_amount", day, kind="village_clinic") == 1500_0000
    assert policy.value("base_guarantee_amount", day, kind="township_center") == 0
    assert to_supply(policy) == []
    assert "workload_pool" in policy.known("line")
    assert "population" in policy.known("name")
    paid = {name: policy.components[name] for name in policy.formulas()[0] if name in policy.components}
    fixed = [name for name, part in paid.items() if part.terms[0].pay_class == "fixed"]
    assert fixed == ["post_pay", "grade_pay", "allowance", "basic_performance_pay"]


def test_shipped_policies_load_and_are_listed_by_their_code() -> None:
    listed = list_policies([formulas.POLICIES])
    assert {"demo", "demo-point-value", "national"} <= {file.code for file in listed}
    for file in listed:
        policy = load_policy(file.code, [formulas.POLICIES])
        assert policy.code == file.code
        assert re.search("[一-鿿]", policy.title)


def test_the_national_layer_holds_no_value() -> None:
    parameters = load_policy("national", [formulas.POLICIES]).parameters
    assert not [value for parameter in parameters.values() for value in parameter.values]


def test_closed_lists_are_those_of_the_input_tables() -> None:
    engagement, institution = tables.BY_NAME["engagement"], tables.BY_NAME["institution"]
    assert CLOSED["kind"] == institution.column("kind").choices
    for key in ("department_class", "employment", "pay_scheme"):
        assert CLOSED[key] == engagement.column(key).choices
    bounds = institution.column("public_class")
    assert CLOSED["public_class"] == tuple(str(number) for number in range(bounds.least or 0, bounds.greatest + 1))


EXAMPLE = re.compile(r"```toml\n# (policy/\S+\.toml)\n(.*?)```", re.DOTALL)


@pytest.mark.parametrize("language", ["policy.md", "policy.zh.md"])
def test_the_documented_county_loads(tmp_path: Path, language: str) -> None:
    """The policy files printed in the documentation load and run."""
    text = (DOCS / language).read_text(encoding="utf-8")
    files = dict(EXAMPLE.findall(text))
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    policy = load_policy("haiyan", [tmp_path / "policy", formulas.POLICIES], tmp_path / "policy" / "institutions")
    assert len(files) == 3
    check_policy(policy, Period.parse("2026-10"))
    assert policy.value("staff_point_price", date(2026, 10, 1), institution="I07") == 46000
    assert to_supply(policy) == []
    with pytest.raises(Refused):
        load_policy("haiyan", [tmp_path / "nowhere"])
