"""Policies of the regions: every value has its document, and each example runs.

Nothing is invented under a region's name.
"""

from __future__ import annotations

import json
import re
import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

import formulas
from batch.cli.root import root
from batch.compute.compute import parameters_read
from batch.compute.policy_formulas import CLASSIFIED, with_policy_formulas
from batch.input_tables import REASONS
from batch.inputs.catalogue import BY_NAME
from payengine import texts
from payengine.graph import Rules
from payengine.graph.resolve import resolve
from payengine.periods import KINDS, Period
from payengine.policy import DatedValue, Policy, describe, list_policies, load_policy, new_policy, to_supply
from tests.support.paths import DOCS, ROOT
from tests.support.policy_files import check_policy
from tests.support.sources_page import FOUNDING, documents

FILES = {file.code: file for file in list_policies([formulas.POLICIES])}
REGIONS = [code for code, file in FILES.items() if file.level == "region"]
EXAMPLES = [f"{code}-example" for code in REGIONS]
PERIODS = {"month": "2026-10", "quarter": "2026-Q3", "half_year": "2026-H2", "year": "2026"}


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAYENGINE_LANG", "en")
    monkeypatch.delenv("PAYENGINE_WORKSPACE", raising=False)
    texts._from_environment.cache_clear()


def shipped(code: str) -> Policy:
    return load_policy(code, [formulas.POLICIES])


def periods(policy: Policy) -> list[Period]:
    """Return a period of each kind for which the policy computes something."""
    return [Period.parse(PERIODS[kind]) for kind in KINDS if policy.formulas(kind)[0]]


def call(folder: Path, *words: object, code: int = 0) -> str:
    result = CliRunner().invoke(root, ["--workspace", str(folder), *map(str, words)], prog_name="payengine")
    assert result.exit_code == code, result.output
    return result.stdout


def values_of(policy: Policy) -> list[DatedValue]:
    return [value for parameter in policy.parameters.values() for value in parameter.values]


def test_every_region_is_there() -> None:
    cited = {value.source.split()[0] for code in REGIONS for value in values_of(shipped(code))}
    assert documents(FOUNDING) <= cited, "every founding document has its region"
    assert set(EXAMPLES) <= set(FILES), "every region has an example county"
    assert all(FILES[code].level == "county" and FILES[code].illustrative for code in EXAMPLES)
    assert not any(file.illustrative for code, file in FILES.items() if file.level in ("national", "region"))


@pytest.mark.parametrize("code", FILES)
def test_a_shipped_policy_loads_and_its_rules_hold(code: str) -> None:
    """A shipped policy loads, and its rules hold for each kind of period.

    No unknown name, no cycle, levels and units that meet; a region may leave values to the county, nothing else.
    """
    policy = shipped(code)
    for period in periods(policy):
        parameters_read(policy, period)


@pytest.mark.parametrize("code", [code for code in FILES if not FILES[code].illustrative])
def test_a_value_of_a_document_names_its_document(code: str) -> None:
    """A value under a region's name has its document and clause and is not invented."""
    for parameter in shipped(code).parameters.values():
        for value in parameter.values:
            document, _, clause = value.source.partition(" ")
            told = f"{code} {parameter.name} {value.source}"
            assert document in documents() - {"default", "illustrative"}, told
            assert not value.illustrative, told
            assert clause or document not in {
                "shengzhou-2022",
                "xining-2024",
                "guangan-14th",
                "yangzhou-14th",
                "shangyi",
            }, told


def cited(source: str) -> set[str]:
    """Return the documents that a source names; a semicolon separates several."""
    return {one.split()[0] for one in source.split("；") if one}


@pytest.mark.parametrize("code", [code for code in FILES if FILES[code].level == "national"])
def test_the_checks_that_all_share_name_no_region_s_document(code: str) -> None:
    """A check of the national layer names no document of a region.

    What a check rests on differs from region to region: the threshold's own source, or what the region says.
    """
    assert [check.name for check in shipped(code).checks.values() if check.source] == []


@pytest.mark.parametrize("code", [*REGIONS, *EXAMPLES])
def test_a_region_s_checks_cite_its_own_documents_only(code: str) -> None:
    """A region's checks cite only its own documents.

    That covers each check, computed or not: its own source, and those of the values that limit it.
    """
    policy, region = shipped(code), shipped(code.removesuffix("-example"))
    own = {document for one in region.parameters.values() for value in one.values for document in cited(value.source)}
    own |= {"practice", "default", "illustrative"}
    for check in policy.checks.values():
        limits = [policy.parameters[name] for name in (check.threshold, check.when) if name in policy.parameters]
        sources = [check.source, *(value.source for limit in limits for value in limit.values)]
        assert set().union(*map(cited, sources)) <= own, f"{check.name}: {sources}"


@pytest.mark.parametrize("code", REGIONS)
def test_a_document_s_value_ends(code: str) -> None:
    """Every value of a plan ends with the plan, in 2025: none goes on in silence.

    Shengzhou's document says that it holds from its publication on, and names no end: its values say so.
    """
    for parameter in shipped(code).parameters.values():
        for value in parameter.values:
            if value.source.startswith("shengzhou-2022"):
                assert (value.until, value.continues) == (None, "本文件自发布之日起施行"), parameter.name
            else:
                assert value.until is not None, f"{parameter.name} has no end"
                assert value.until <= date(2026, 1, 1), f"{parameter.name} goes on after its plan"


@pytest.mark.parametrize("code", EXAMPLES)
def test_what_an_example_invents_is_marked(code: str) -> None:
    policy, region = shipped(code), shipped(code.removesuffix("-example"))
    own = {value for parameter in region.parameters.values() for value in parameter.values}
    for parameter in policy.parameters.values():
        for value in parameter.values:
            printed = value in own or value.continued is not None
            assert printed or value.illustrative, f"{parameter.name} {value}"
            assert value.illustrative or value.layer != code
    assert all(shown.illustrative for shown in describe(policy, date(2026, 10, 1)) if shown.source == "illustrative")


@pytest.mark.parametrize("code", EXAMPLES)
def test_an_example_lacks_nothing(code: str) -> None:
    policy = shipped(code)
    for period in periods(policy):
        check_policy(policy, period)
        assert to_supply(policy, period) == []


@pytest.mark.parametrize("code", EXAMPLES)
def test_an_example_lists_what_its_region_computes(code: str) -> None:
    """The example adds values, and takes away no rule of the region."""
    policy, region = shipped(code), shipped(code.removesuffix("-example"))
    for kind in KINDS:
        assert set(region.formulas(kind)[0]) <= set(policy.formulas(kind)[0])


@pytest.mark.parametrize("code", REGIONS)
def test_check_lists_what_a_county_must_still_supply(code: str, tmp_path: Path) -> None:
    """`policy check` lists in words what a county must still supply.

    It says what the value is, for which keys, and that no document prints it; a region is not refused for that.
    """
    answer = json.loads(call(tmp_path, "--json", "policy", "check", code, "--period", "2025-03"))
    told = call(tmp_path, "policy", "check", code, "--period", "2025-03")
    asked = to_supply(shipped(code), Period.parse("2025-03"))
    assert [(each["parameter"], each["where"]) for each in answer["to_supply"]] == [
        (each.parameter, dict(each.where)) for each in asked
    ]
    for each in asked:
        assert re.search("[一-鿿]", each.label)
        [line] = [one for one in told.splitlines() if one.startswith(f"  {each.parameter}  ")]
        assert each.label in line
        assert all(str(key) in line for key in dict(each.where).values())
        assert "the documents print no value" in line


@pytest.mark.parametrize("code", REGIONS)
def test_a_required_parameter_says_what_to_supply(code: str) -> None:
    asked = [parameter for parameter in shipped(code).parameters.values() if parameter.required]
    assert asked
    assert not [parameter.name for parameter in asked if not re.search("[一-鿿]", parameter.ask)]


@pytest.mark.parametrize("code", REGIONS)
def test_a_region_asks_for_what_its_formulas_read(code: str, tmp_path: Path) -> None:
    """A region leaves no blank that no formula reads."""
    answer = json.loads(call(tmp_path, "--json", "policy", "check", code))
    assert answer["to_supply"]
    assert [each["parameter"] for each in answer["to_supply"] if not each["read"]] == []


@pytest.mark.parametrize("code", REGIONS)
def test_a_new_county_has_exactly_the_blanks(code: str) -> None:
    region = shipped(code)
    file = tomllib.loads(new_policy("haiyan", region, "海晏县"))
    blanks = {
        (name, tuple(sorted((key, found) for key, found in value.get("where", {}).items() if found)))
        for name, parameter in file["parameters"].items()
        for value in parameter["values"]
    }
    assert blanks == {(each.parameter, each.where) for each in to_supply(region)}
    assert file["policy"]["extends"] == [code]


def test_a_county_s_blanks_filled_in_make_a_policy_that_runs(tmp_path: Path) -> None:
    """Blanks of `policy new`, filled in, make a policy that lacks nothing."""
    text = new_policy("haiyan", shipped("shengzhou"), "海晏县")
    record = re.compile(r'^# (\[\[cont.*|parameters = .*|  ".*|\]|from = .*|document = .*|date = .*)$', re.MULTILINE)
    text = record.sub(r"\1", text)  # go on with what the document ends
    text = text.replace('from = ""', "from = 2026-01-01").replace('until = ""', "until = 2027-01-01")
    text = text.replace('source = ""', 'source = "海晏县卫健〔2026〕1 号"').replace('date = ""', "date = 2025-12-20")
    text = text.replace('document = ""', 'document = "海晏县财〔2026〕2 号"').replace(
        'cause = ""', 'cause = "first_setting"'
    )
    for name, value in (("workload", "0.4"), ("quality", "0.3"), ("ethics", "0.1"), ("satisfaction", "0.2")):
        text = re.sub(f'(indicator = "{name}" }}\\nvalue = )""', f'\\1"{value}"', text)
    text = re.sub(r'\{ category = "" \}(.*)\nvalue = ""', r'{ category = "public_health" }\1\nvalue = true', text)
    text = text.replace('{ task = "" }', '{ task = "epidemic" }').replace('value = ""', 'value = "1"')
    names = '\n[names.task]\nepidemic = "疫情应急处置"\n'
    (tmp_path / "haiyan.toml").write_text(text + names, encoding="utf-8")
    policy = load_policy("haiyan", [tmp_path, formulas.POLICIES])
    check_policy(policy, Period.parse("2026-10"))
    assert to_supply(policy, Period.parse("2026-10")) == []
    assert not policy.illustrative


@pytest.mark.parametrize("code", REGIONS)
def test_show_prints_every_value_in_force_with_its_source(code: str, tmp_path: Path) -> None:
    """`policy show` prints every value in force with its source.

    A month is accepted as well as a date.
    """
    shown = json.loads(call(tmp_path, "--json", "policy", "show", code, "--on", "2025-03"))
    policy, day = shipped(code), date(2025, 3, 1)
    assert shown["on"] == "2025-03-01"
    expected = [(one.parameter, one.value, one.source) for one in describe(policy, day)]
    assert [(each["parameter"], each["value"], each["source"]) for each in shown["values"]] == expected
    assert len(expected) == sum(value.holds_on(day) for one in policy.parameters.values() for value in one.values)


XINING_IN_MARCH_2025 = {
    "fixed_share_floor": ("0.60", "xining-2024 22"),
    "fixed_share_target": ("0.70", "xining-2024 annex 22"),
    "public_health_floor": ("1", "xining-2024 22"),
    "management_rate_limit": ("0.10", "xining-2024 19"),
    "budget_execution_floor": ("0.95", "xining-2024 annex 19"),
    "technical_income_target": ("0.60", "xining-2024 20"),
    "contract_satisfaction_floor": ("0.80", "xining-2024 9"),
    "inspection_floor": ("0.15", "xining-2024 annex 24"),
    "village_pension_level": ("2000", "xining-2024 annex 22"),
}


def test_what_xining_prints() -> None:
    """Xining's policy has the values of the task list's 2024 and 2025 columns.

    Changes between the two years are checked too.
    """
    shown = {one.parameter: one for one in describe(shipped("xining"), date(2025, 3, 1))}
    for name, (value, source) in XINING_IN_MARCH_2025.items():
        assert (Decimal(shown[name].value), shown[name].source) == (Decimal(value), source)
    earlier = {one.parameter: one.value for one in describe(shipped("xining"), date(2024, 3, 1))}
    assert Decimal(earlier["management_rate_limit"]) == Decimal("0.11")
    assert Decimal(earlier["contract_satisfaction_floor"]) == Decimal("0.75")
    for name in ("outpatient_satisfaction_floor", "inpatient_satisfaction_floor"):
        assert Decimal(earlier[name]) == Decimal("0.90")
    assert not {"budget_execution_floor", "inspection_floor", "fixed_share_target"} & set(earlier)
    assert "outpatient_satisfaction_floor" not in shown, "from 2025 on last year's satisfaction is the measure"


def test_hospital_clauses_are_for_hospitals() -> None:
    """Hospital clauses (公立医院 in the heading) apply to hospitals only.

    A township centre has no floor until the county sets one.
    """
    policy, day = shipped("xining"), date(2025, 3, 1)
    for name in ("fixed_share_floor", "public_health_floor", "management_rate_limit", "budget_execution_floor"):
        assert policy.value(name, day, kind="county_hospital") is not None
        assert policy.value(name, day, kind="township_center") is None


def test_a_value_that_has_ended_stops_a_run_until_its_continuation_is_recorded(tmp_path: Path) -> None:
    """A value that has ended stops a run until its continuation is recorded.

    A plan's value holds to the end of 2025; a continuation has a document and a date.
    """
    county = '[policy]\ncode = "huangyuan"\ntitle = "县"\nextends = ["xining"]\n'
    (tmp_path / "huangyuan.toml").write_text(county, encoding="utf-8")
    ended = load_policy("huangyuan", [tmp_path, formulas.POLICIES])
    lacking = ended.coverage_problems(["fixed_share_floor"], Period.parse("2026-01"))
    assert ["2026-01-01" in problem.what for problem in lacking] == [True]
    assert ended.coverage_problems(["fixed_share_floor"], Period.parse("2025-12")) == []
    record = '[[continuation]]\nparameters = ["fixed_share_floor"]\nfrom = 2026-01-01\n'
    record += 'document = "县卫健〔2025〕88 号"\ndate = 2025-12-20\n'
    (tmp_path / "huangyuan.toml").write_text(county + record, encoding="utf-8")
    going_on = load_policy("huangyuan", [tmp_path, formulas.POLICIES])
    assert going_on.coverage_problems(["fixed_share_floor"], Period.parse("2026-01")) == []
    [floor, _] = [one for one in describe(going_on, date(2026, 3, 1)) if one.parameter == "fixed_share_floor"]
    assert floor.source == "xining-2024 22"
    assert "县卫健〔2025〕88 号" in floor.note


@pytest.mark.parametrize("code", EXAMPLES)
def test_an_example_s_continuations_are_marked(code: str) -> None:
    """An example continues the values that ended in 2025 by records shown as invented."""
    policy = shipped(code)
    continued = [value for one in policy.parameters.values() for value in one.values if value.continued]
    ended = {
        one.name
        for one in shipped(code.removesuffix("-example")).parameters.values()
        for value in one.values
        if value.until == date(2026, 1, 1)
    }
    assert {one.name for one in policy.parameters.values() for value in one.values if value.continued} == ended
    assert all(value.illustrative and "虚构" in value.continued.document for value in continued if value.continued)


# docs/rules.md: obligation -> document and clause -> formula or check -> test. It is kept true to what exists.

RULES = Rules.of_package(formulas)
OF_THE_POLICY = {"delegated_to", "public_class"}  # keys of policy files that carry an obligation


def rows_of_rules(file: str) -> list[list[str]]:
    """Read the rows of the table of obligations.

    Each has number, obligation, clauses, formulas and checks, tests.
    """
    text = (DOCS / file).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if re.match(r"\| \d+ \|", line)]
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines]


def named(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def checks_of(cell: str) -> list[str]:
    return re.findall(r"(?:check|核对) `([^`]+)`", cell)


@pytest.mark.parametrize("file", ["rules.md", "rules.zh.md"])
def test_the_rules_name_what_exists(file: str) -> None:
    """Each obligation 1-24 has a clause, a formula, check or gate, and a test.

    Every name in the table exists.
    """
    rows = rows_of_rules(file)
    assert [int(row[0]) for row in rows] == list(range(1, 25))
    policy = shipped("national")
    known = {formula.name for formula in RULES} | set(RULES.variants) | set(policy.parameters) | set(policy.components)
    known |= {*REASONS, *OF_THE_POLICY, *CLASSIFIED}
    for number, _, clauses, rules, _, tests in rows:
        assert {source.split()[0] for source in named(clauses)} <= documents(), number
        assert set(checks_of(rules)) <= set(policy.checks), number
        assert set(named(rules)) - set(checks_of(rules)) <= known, number
        assert named(rules), number
        assert named(tests), number
        for test in named(tests):
            path, _, function = test.partition("::")
            assert (ROOT / path).is_file(), test
            assert not function or f"def {function}(" in (ROOT / path).read_text(encoding="utf-8"), test


def test_the_rules_say_the_same_in_both_languages() -> None:
    english, chinese = (
        [[named(cell) for cell in row[2:]] for row in rows_of_rules(file)] for file in ("rules.md", "rules.zh.md")
    )
    assert english == chinese


def test_every_check_is_told_in_the_rules() -> None:
    """Every check on the compliance sheet rests on an obligation.

    The exceptions are the bounds of a variant's own.
    """
    told = {name for row in rows_of_rules("rules.md") for name in checks_of(row[3])}
    of_variants = {
        "incentive_share_floor",
        "incentive_share_limit",
    }
    assert set(shipped("national").checks) - told == of_variants


def figures_of(cell: str) -> list[str]:
    return named(re.sub(r"(?:check|核对) `[^`]+`", "", cell))


def carried_out(code: str) -> set[str]:
    """Collect what a region's outputs are computed from, and the checks that it sets."""
    policy, found = shipped(code), set[str]()
    for period in periods(policy):
        outputs, choices = policy.formulas(period.kind)
        made = with_policy_formulas(RULES, policy, outputs, period.last_day, choices, period.kind)
        needed = resolve(Rules(made), outputs, choices, BY_NAME, policy.parameters, code)
        found |= {name for formula in needed.order for name in (formula.name, formula.gives)} | {*needed.inputs}
        found |= {name for name in needed.parameters if has_value(policy, name)}
    for check in policy.checks.values():
        read = {check.threshold, check.when} & set(policy.parameters)
        if read and all(has_value(policy, name) for name in read) and check.needs in {"", *found}:
            found.add(f"check {check.name}")
    return found


def has_value(policy: Policy, name: str) -> bool:
    parameter = policy.parameters[name]
    return bool(parameter.values) or parameter.required


def test_each_rule_says_which_region_carries_it_out() -> None:
    """Each row names the regions that compute one of its formulas or set one of its checks.

    Formulas, figures and parameters that no region computes are named too: a county may choose them.
    """
    carried = {code: carried_out(code) for code in REGIONS}
    for number, _, _, rules, regions, _ in rows_of_rules("rules.md"):
        checks = checks_of(rules)
        names = [name for name in figures_of(rules) if name not in {*REASONS, *OF_THE_POLICY}]
        told = [*names, *(f"check {name}" for name in checks)]
        by = [code for code in REGIONS if carried[code].intersection(told)]
        free = [name for name in names if not any(name in found for found in carried.values())]
        whole = regions.startswith("every region")
        assert named(regions) == [*([] if whole else by), *free], number
        assert not whole or by == REGIONS, number
