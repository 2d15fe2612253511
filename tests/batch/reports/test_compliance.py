"""Compliance sheet: a policy's checks, stored with the run and printed from the ledger."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import batch.compute.compute
import formulas
from batch.cli.root import root
from batch.cli.views.compliance import compliance_parts
from batch.input_tables import BY_NAME, KINDS_OF_INSTITUTION
from batch.report_names import FAILS, HOLDS, NOT_APPLICABLE, NOT_GIVEN, NOTHING, REPORTED
from batch.reports.compliance import Obligation
from batch.workspace import Workspace
from payengine import texts
from payengine.errors import Refused
from payengine.graph import INSTITUTION, RATIO, YUAN, Rules, formula, where
from payengine.periods import KINDS, YEAR
from payengine.policy import list_policies, load_policy
from tests.support import cases_runner
from tests.support.settled_county import POLICY, RULES, county


@pytest.mark.parametrize("case", cases_runner.cases("compliance"), ids=lambda case: case["name"])
def test_worked_case(case: dict[str, Any]) -> None:
    cases_runner.check(case)


def test_every_check_ships_with_what_it_compares() -> None:
    """A check that is set compares figures that the graph finds.

    The national checks do so under parameters of their own.
    """
    case = {"name": "c", "institutions": {"A": "county_hospital"}, "expect": {}, "period": "2026"}
    case["checks"] = {"rate": {"figure": "finance[personnel]", "at_most": "no_such_figure", "unit": "yuan"}}
    case["names"] = {"finance": {"personnel": ""}}
    with pytest.raises(Refused, match="no_such_figure is no formula, input or parameter"):
        cases_runner.compute(case, ["check.rate.result"])


def test_what_is_missing_is_not_given_and_no_silent_pass() -> None:
    """A check that lacks its input is not given, and the whole does not pass then.

    A has 0.90 of at least 0.87, B nothing; C is no hospital.
    """
    case = {
        "name": "c",
        "institutions": {"A": "county_hospital", "B": "county_hospital", "C": "village_clinic"},
        "period": "2026",
        "names": {"measure": {"staff_satisfaction": ""}},
        "given": {"measure": {"staff_satisfaction": ["0.90", "", ""]}},
        "checks": {
            "staff": {"figure": "measure[staff_satisfaction]", "at_least": "0.87", "kinds": ["county_hospital"]}
        },
        "expect": {"check.staff.result": [], "check.staff.result_of_all": []},
    }
    assert cases_runner.compute(case) == {
        "check.staff.result": [str(HOLDS), str(NOT_GIVEN), str(NOT_APPLICABLE)],
        "check.staff.result_of_all": [str(NOT_GIVEN)],
    }
    case["given"]["measure"]["staff_satisfaction"][0] = "0.80"  # one that fails fails all, whatever the others did
    assert cases_runner.compute(case)["check.staff.result_of_all"] == [str(FAILS)]


@pytest.mark.parametrize(
    ("over", "limit", "told"),
    [
        (["100", "100", "100"], "0.6", [HOLDS, HOLDS, HOLDS, HOLDS]),  # 150 / 300 = 0.5
        (["100", "", "100"], "0.6", [HOLDS, NOT_GIVEN, HOLDS, NOT_GIVEN]),
        (["100", "", "0"], "0.6", [HOLDS, NOT_GIVEN, NOTHING, NOT_GIVEN]),
        (["100", "", "100"], "0.4", [FAILS, NOT_GIVEN, FAILS, NOT_GIVEN]),  # the sum of three is not that of two
    ],
)
def test_a_sum_in_which_one_figure_is_not_given_is_not_given(
    over: list[str], limit: str, told: list[int]
) -> None:  # fmt: skip
    case = {
        "name": "c",
        "institutions": dict.fromkeys("ABC", "county_hospital"),
        "period": "2026",
        "names": {"finance": {"personnel": "", "income": ""}},
        "given": {"finance": {"personnel": ["50", "50", "50"], "income": over}},
        "checks": {"share": {"figure": "finance[personnel]", "over": "finance[income]", "at_most": limit}},
        "expect": {"check.share.result": [], "check.share.result_of_all": []},
    }
    found = cases_runner.compute(case)
    assert [*found["check.share.result"], *found["check.share.result_of_all"]] == [str(one) for one in told]


def test_a_check_of_the_whole_run_is_not_given_where_nobody_reports() -> None:
    case = {
        "name": "c",
        "institutions": {"A": "county_hospital", "B": "county_hospital"},
        "period": "2026",
        "names": {"measure": {"inspected": ""}},
        "given": {"measure": {"inspected": ["", ""]}},
        "checks": {
            "inspections": {"figure": "measure[inspected]", "at_least": "1", "unit": "count", "level": "consortium"}
        },
        "expect": {"check.inspections.result_of_all": []},
    }
    assert cases_runner.compute(case) == {"check.inspections.result_of_all": [str(NOT_GIVEN)]}


@pytest.mark.parametrize(
    ("given_by", "over", "told"),
    [
        ({}, ["40", "40", "40"], HOLDS),  # 18 / 120 = 0.15
        ({}, ["40", "", "40"], NOT_GIVEN),  # B did not report: 12 / 80 = 0.15 is not the whole
        ({}, ["40", "0", "40"], HOLDS),  # B reports that it has none
        ({"given_by": "any"}, ["40", "", ""], HOLDS),  # A reports for all
        ({"given_by": "any", "kinds": ["township_center"]}, ["40", "40", "40"], NOT_APPLICABLE),
    ],
)
def test_a_check_of_the_whole_run_does_not_pass_on_a_part(
    given_by: dict[str, Any], over: list[str], told: int
) -> None:  # fmt: skip
    case = {
        "name": "c",
        "institutions": dict.fromkeys("ABC", "county_hospital"),
        "period": "2026",
        "names": {"measure": {"inspected": "", "registered": ""}},
        "given": {"measure": {"inspected": ["6" if one else "" for one in over], "registered": over}},
        "checks": {
            "inspections": {
                "figure": "measure[inspected]", "over": "measure[registered]", "at_least": "0.15",
                "level": "consortium", **given_by,
            }
        },
        "expect": {"check.inspections.result_of_all": []},
    }  # fmt: skip
    assert cases_runner.compute(case) == {"check.inspections.result_of_all": [str(told)]}


@pytest.mark.parametrize(
    ("language", "told"),
    [("en", "Held, and in no figure of all together: V, W"), ("zh", "暂缓、未计入全体数值的机构：V、W")],
)
def test_institutions_that_are_held_are_named_beside_figures_of_all(language: str, told: str) -> None:
    texts.use(language)
    try:
        assert told in compliance_parts([Obligation("one", "一")], {}, "", ["V", "W"])
        assert all(not isinstance(part, str) or "V" not in part for part in compliance_parts([Obligation("one")], {}))
    finally:
        texts.use(None)


@pytest.mark.parametrize("line", ["insurance_pool", "public_health_pool"])
def test_money_that_nobody_pools_is_not_given(line: str) -> None:
    """A pool of 0 is a figure; a pool of which nobody has a row is none."""
    name = {"insurance_pool": "insurance_pooled", "public_health_pool": "public_health_pooled"}[line]
    case: dict[str, Any] = {
        "name": "c",
        "institutions": dict.fromkeys("AB", "county_hospital"),
        "period": "2026",
        "names": {"finance": {line: ""}},
        "given": {"finance": {line: ["", ""]}},
        "checks": {"pooled": {"figure": name, "unit": "yuan", "level": "consortium"}},
        "expect": {"check.pooled.result_of_all": []},
    }
    assert cases_runner.compute(case) == {"check.pooled.result_of_all": [str(NOT_GIVEN)]}
    case["given"]["finance"][line] = ["0", ""]
    assert cases_runner.compute(case) == {"check.pooled.result_of_all": [str(REPORTED)]}


def test_who_gives_a_figure_of_the_whole_run_is_a_known_word() -> None:
    one = {"figure": "a", "level": "consortium", "given_by": "some"}
    case = {"name": "c", "institutions": {"A": "county_hospital"}, "expect": {}, "checks": {"one": one}}
    with pytest.raises(Refused, match="'some' is not one of every, any"):
        cases_runner.case_policy(case)


@pytest.mark.parametrize(
    ("limit", "over", "threshold"), [("2", "", ["2", "2", "2", "0"]), ("0", "", ["0", "0", "0", "0"])]
)
def test_a_written_limit_of_each_institution_is_not_added_up(limit: str, over: str, threshold: list[str]) -> None:
    """At most 2 open cases each: three institutions have 2, 1 and 0, and 6 is nobody's limit."""
    case = {
        "name": "c",
        "institutions": dict.fromkeys("ABC", "county_hospital"),
        "period": "2026",
        "names": {"measure": {"open": ""}},
        "given": {"measure": {"open": ["2", "1", "0"]}},
        "checks": {"open": {"figure": "measure[open]", "at_most": limit, "unit": "count"}},
        "expect": {"check.open.threshold": [], "check.open.figure_of_all": [], "check.open.threshold_of_all": []},
    }
    found = cases_runner.compute(case)
    told = [*found["check.open.threshold"], *found["check.open.threshold_of_all"]]
    assert [Decimal(one) for one in told] == [Decimal(one) for one in threshold]
    assert [Decimal(one) for one in found["check.open.figure_of_all"]] == [3]


def test_a_figure_of_the_whole_run_is_not_added_up_by_institution() -> None:
    case = {
        "name": "c",
        "institutions": {"A": "county_hospital", "B": "county_hospital"},
        "period": "2026",
        "checks": {"heads": {"figure": "months_of_period", "at_most": "12", "unit": "count"}},
        "expect": {"check.heads.result": []},
    }
    with pytest.raises(Refused, match="months_of_period is one figure of the whole run"):
        cases_runner.compute(case)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"figure": "a", "at_least": "1", "at_most": "2"}, "compares in several ways (at_least, at_most)"),
        ({"figure": "a", "target": "1"}, "a target has a tolerance"),
        ({"figure": "a", "at_least": "1", "tolerance": "0.1"}, "a target has a tolerance"),
        ({"figure": "a", "when": "satisfaction_above_last_yaer"}, "did you mean satisfaction_above_last_year?"),
        ({"figure": "a", "kinds": ["township_centre"]}, "did you mean township_center?"),
        ({"figure": "a", "level": "county"}, "'county' is not one of institution, consortium"),
        ({"figure": "a", "periods": ["yearly"]}, "did you mean year?"),
        ({"figure": "a", "at_leats": "1"}, "at_leats"),
        ({"figure": "a", "adds_up": "no"}, "adds_up"),
        ({"at_least": "1"}, "figure is missing"),
    ],
)  # fmt: skip
def test_a_check_that_is_written_wrongly_is_refused(given: dict[str, Any], told: str) -> None:
    case = {"name": "c", "institutions": {"A": "county_hospital"}, "expect": {}, "checks": {"one": given}}
    with pytest.raises(Refused) as refused:
        cases_runner.case_policy(case)
    assert told in refused.value.report()


def test_a_check_is_computed_only_where_it_is_set_and_its_figures_are_output() -> None:
    national = load_policy("national", [formulas.POLICIES])
    assert [one.name for kind in KINDS for one in national.checks_of(kind)] == []
    xining = load_policy("xining", [formulas.POLICIES])
    names = [one.name for one in xining.checks_of(YEAR)]
    assert {"fixed_share", "management_rate", "budget_execution", "inspections"} <= set(names)
    assert not {"village_parity", "equal_sharing"} & set(names)


@pytest.mark.parametrize("code", [file.code for file in list_policies([formulas.POLICIES])])
def test_gap_and_dispersion_are_reported_wherever_rewards_are_paid(code: str) -> None:
    """Gap and dispersion are reported once each wherever rewards are paid.

    The gap is reported against a limit where the policy sets one, and in a policy without rewards not at all.
    """
    policy = load_policy(code, [formulas.POLICIES])
    pays = "reward_pay" in policy.formulas("year")[0]
    made = {one.name: one for one in policy.checks_of(YEAR)}
    figures = [one.figure for one in made.values()]
    assert figures.count("director_to_staff_pay") == pays
    assert figures.count("reward_spread") == (pays and bool(policy.parameters["reward_staff_share"].values))
    if pays:
        limited = bool(policy.parameters["director_pay_limit"].values)
        assert (made["director_pay"].direction, made["director_pay"].threshold) == (
            ("at_most", "director_pay_limit") if limited else ("", "")
        )


def test_a_limit_holds_without_the_output_with_which_its_figure_is_reported() -> None:
    """`report_with` adds a report; it takes no check away."""
    case = {"name": "c", "institutions": {}, "expect": {}, "period": "2026"}
    case["checks"] = {"pay": {"figure": "f", "at_most": "limit", "report_with": "rewards"}}
    limit: dict[str, Any] = {"unit": "ratio", "optional": True, "values": []}
    case["parameters"] = {"limit": limit}
    assert cases_runner.case_policy(case).checks_of(YEAR) == []
    limit["values"] = [{"value": "3"}]
    [check] = cases_runner.case_policy(case).checks_of(YEAR)
    assert (check.direction, check.threshold, check.report_with) == ("at_most", "limit", "")


# Through freeze, run, ledger and command line.

CHECKS = """
[checks.paid]
label = "本年已付不超过限额"
figure = "paid_to_date"
at_most = "paid_limit"
unit = "yuan"
periods = ["month"]
[checks.satisfaction]
label = "患者满意度"
figure = "measure[patient_satisfaction]"
at_least = "0.90"
kinds = ["village_clinic"]
periods = ["month"]
source = "toy 2"
[checks.advances]
label = "预发占已付"
figure = "advance_of_institution"
over = "paid_to_date"
periods = ["month"]
source = "toy 3"

[checks.growth]
label = "满意度高于上一年"
figure = "measure[patient_satisfaction]"
above = "measure_last_year[patient_satisfaction]"
kinds = ["village_clinic"]
periods = ["month"]
source = "toy 5"
[checks.gap]
label = "负责人收入之比"
figure = "gap_of_institution"
at_most = "gap_limit"
report_with = "advance"
periods = ["month"]
[checks.apart]
label = "最高与最低之差"
figure = "paid_to_date"
unit = "yuan"
adds_up = false
periods = ["month"]
[checks.lapsed]
label = "去年的限额"
figure = "paid_to_date"
at_most = "lapsed_limit"
unit = "yuan"
periods = ["month"]

[names.measure]
patient_satisfaction = "患者满意度"
[parameters.gap_limit]
label = "收入之比上限"
unit = "ratio"
optional = true
values = [{ from = 2020-01-01, where = { kind = "county_hospital" }, value = "3", source = "toy 6", continues = "toy" }]
[parameters.lapsed_limit]
label = "去年的限额"
unit = "yuan"
optional = true
values = [{ from = 2020-01-01, until = 2026-01-01, lapses = "toy", value = "1", source = "toy 7" }]
[parameters.paid_limit]
label = "限额"
unit = "yuan"
optional = true
values = [
  { from = 2020-01-01, where = { kind = "county_hospital" }, value = "1009.17", source = "toy 1", continues = "toy" },
  { from = 2020-01-01, until = 2026-01-01, where = { kind = "village_clinic" }, value = "1", source = "toy 4" },
]
[[continuation]]
parameters = ["paid_limit"]
from = 2026-01-01
document = "文〔2025〕1 号"
date = 2025-12-01
"""


@formula(level=INSTITUTION, unit=YUAN, label="预发", source="toy")
def advance_of_institution(advance):
    """Sum the institution's advances."""
    return advance.sum()


@formula(level=INSTITUTION, unit=RATIO, label="负责人收入之比", source="toy")
def gap_of_institution(advance):
    """Report 2 for every institution."""
    return where(advance.sum() < 0, 0, 2)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A workspace with January published, and its run."""
    folder = tmp_path_factory.mktemp("office")
    tables = county()
    tables["measure"] = [
        {"institution": "V", "name": "patient_satisfaction", "value": "0.9", "period": "2026-01"},
        {"institution": "V", "name": "patient_satisfaction", "value": "0.95", "period": "2025-01"},
    ]
    (folder / "input").mkdir()
    (folder / "policy").mkdir()
    (folder / "policy" / "toy.toml").write_text(POLICY + CHECKS, encoding="utf-8")
    for table, rows in tables.items():
        with (folder / "input" / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, [column.name for column in BY_NAME[table].columns], restval="")
            writer.writeheader()
            writer.writerows(rows)
    (folder / "payengine.toml").write_text(
        'policy = "toy"\nledger = "sqlite:///ledger.sqlite"\n[source]\nfolder = "input"\n', encoding="utf-8"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            batch.compute.compute, "shipped_rules", lambda: Rules([*RULES, advance_of_institution, gap_of_institution])
        )
        patch.setenv("PAYENGINE_PATIENT_KEY", "k" * 32)
        workspace = Workspace(folder)
        workspace.freeze("2026-01")
        run = workspace.run("2026-01").run
        workspace.publish(run)
        yield folder, run


def shown(office: tuple[Path, str], *words: str) -> str:
    folder, run = office
    command = ["--workspace", str(folder), *words[:2], "show", run, "--compliance", *words[2:]]
    result = CliRunner().invoke(root, command, prog_name="payengine")
    assert result.exit_code == 0, result.output
    return result.output


def test_the_sheet_as_json(office: tuple[Path, str]) -> None:
    """The sheet as JSON has the exact figures.

    A's and B's pay is 1,000.01 + 2 x 1.25 and 2 x 3, C's 2 x 0.33: 1,009.17 in all, exactly the limit.
    """
    paid, satisfaction, advances, *_ = json.loads(shown(office, "--lang", "en", "--json"))["compliance"]
    assert (paid["check"], paid["label"], paid["unit"], paid["direction"]) == (
        "paid", "本年已付不超过限额", "yuan", "at_most",
    )  # fmt: skip
    hospital, clinic = paid["institutions"]
    assert hospital == {
        "institution": "H", "name": hospital["name"], "result": "pass", "figure": {"value": 100917, "scale": 2},
        "threshold": hospital["threshold"], "tolerance": None, "source": "toy 1",
        "lacks": [],
    }  # fmt: skip
    assert Decimal(hospital["threshold"]["value"]).scaleb(-hospital["threshold"]["scale"]) == Decimal("1009.17")
    assert (clinic["result"], clinic["source"]) == ("fail", "toy 4（延续执行：文〔2025〕1 号）")  # 2 x 7.77 = 15.54 > 1
    assert paid["consortium"]["result"] == "fail"  # 1,024.71 > 1,010.17
    assert paid["consortium"]["figure"] == {"value": 102471, "scale": 2}
    assert paid["consortium"]["institutions"] == {
        "pass": 1, "fail": 1, "reported": 0, "nothing_to_compare": 0, "not_applicable": 0,
        "not_given": 0,
    }  # fmt: skip
    assert [one["result"] for one in satisfaction["institutions"]] == ["not_applicable", "pass"]
    assert satisfaction["institutions"][0]["figure"] is None
    assert satisfaction["consortium"]["figure"] is None
    assert satisfaction["consortium"]["threshold"] is None
    assert satisfaction["consortium"]["result"] == "pass"
    assert advances["direction"] == "reported"
    assert advances["institutions"][0]["threshold"] is None
    assert advances["institutions"][1]["figure"] == {"value": 10**6, "scale": 6}


def checks(office: tuple[Path, str]) -> dict[str, Any]:
    found = json.loads(shown(office, "--lang", "en", "--json"))["compliance"]
    return {one["check"]: one for one in found}


def test_what_does_not_add_up_has_no_figure_and_no_threshold_of_all(office: tuple[Path, str]) -> None:
    """A check whose figures do not add up has no figure and no threshold of the whole run.

    0.9 is not above 0.95: the only clinic fails, so the whole fails. Gaps have no sum: no result either.
    """
    found = checks(office)
    growth = found["growth"]
    assert growth["institutions"][1]["threshold"] == {"value": 9500, "scale": 4}
    whole = {"figure": None, "threshold": None, "tolerance": None}
    assert growth["consortium"].items() >= {"result": "fail", **whole, "source": "toy 5"}.items()
    apart = found["apart"]
    assert [one["result"] for one in apart["institutions"]] == ["reported", "reported"]
    assert apart["consortium"].items() >= {"result": None, **whole}.items()


def test_a_figure_is_reported_where_it_has_no_limit(office: tuple[Path, str]) -> None:
    gap = checks(office)["gap"]
    hospital, clinic = gap["institutions"]
    assert (hospital["result"], hospital["source"], hospital["threshold"]["value"]) == ("pass", "toy 6", 30000)
    assert (clinic["result"], clinic["source"], clinic["threshold"]) == ("reported", "", None)
    assert (gap["direction"], gap["consortium"]["result"], gap["consortium"]["threshold"]) == ("at_most", "pass", None)
    assert gap["consortium"]["source"] == "toy 6"


def test_each_check_says_for_which_kinds_it_holds(office: tuple[Path, str]) -> None:
    """Each check states the kinds of institution for which it holds.

    These are all; those of its own list; those for which its threshold has a value; none, where the value has ended.
    """
    told = {name: (one["scope"], one["threshold_scope"]) for name, one in checks(office).items()}
    all_kinds = list(KINDS_OF_INSTITUTION)
    assert told == {
        "paid": (["county_hospital", "village_clinic"],) * 2,
        "satisfaction": (["village_clinic"],) * 2,
        "advances": (all_kinds, []),
        "growth": (["village_clinic"],) * 2,
        "gap": (all_kinds, ["county_hospital"]),
        "apart": (all_kinds, []),
        "lapsed": ([], []),
    }


def test_a_check_that_holds_nowhere_has_its_unit(office: tuple[Path, str]) -> None:
    lapsed = checks(office)["lapsed"]
    assert (lapsed["unit"], lapsed["direction"]) == ("yuan", "at_most")
    assert "去年的限额 (yuan)  |  lapsed\n  Scope: no institution in this period\n" in shown(office, "--lang", "en")


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", ["  Scope: all kinds of institution\n", "  Scope: county hospitals, village clinics\n",
                "  Scope: no institution in this period\n",
                "  The threshold is for county hospitals; others are reported."]),
        ("zh", ["  适用范围：各类机构\n", "  适用范围：县级医院、村卫生室\n", "  适用范围：本期无适用机构",
                "  标准只适用于县级医院，其余仅报告。"]),
    ],
)  # fmt: skip
def test_the_scope_as_printed(office: tuple[Path, str], language: str, told: list[str]) -> None:
    printed = shown(office, "--lang", language)
    assert [part for part in told if part not in printed] == [], printed


def test_the_last_line_of_the_sheet_says_only_what_holds_of_all(office: tuple[Path, str]) -> None:
    """The sheet's last line has no threshold of all if nothing adds up.

    If nothing is compared either, there is no such line.
    """
    sheets = shown(office, "--lang", "en").split("\n\n")
    growth, gap, apart = (
        next(sheet for sheet in sheets if f"  |  {name}\n" in sheet) for name in ("growth", "gap", "apart")
    )
    assert re.search(r"\n +All together +FAIL +toy 5$", growth, re.MULTILINE)
    assert re.search(r"\n +All together +pass +toy 6$", gap, re.MULTILINE)
    assert "All together" not in apart


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", ["FAIL", "All together", "Not applicable to 1 institution(s).", "≤ 1,009.17", "100.00 %", "≥ 90.00 %"]),
        ("zh", ["未达到", "全体", "不适用于 1 个机构。", "≤ 1,009.17", "仅报告", "toy 4（延续执行：文〔2025〕1 号）"]),
    ],
)
def test_the_sheet_as_printed(office: tuple[Path, str], language: str, told: list[str]) -> None:
    printed = shown(office, "--lang", language)
    assert [part for part in told if part not in printed] == [], printed


def test_the_sheet_of_one_institution_has_the_others_in_its_last_line_only(office: tuple[Path, str]) -> None:
    paid = json.loads(shown(office, "--lang", "en", "--json", "--institution", "V"))["compliance"][0]
    assert [one["institution"] for one in paid["institutions"]] == ["V"]
    assert paid["consortium"]["figure"] == {"value": 102471, "scale": 2}
    assert paid["consortium"]["institutions"]["pass"] == 1


def test_checks_do_not_stand_among_the_reported_figures(office: tuple[Path, str]) -> None:
    folder, run = office
    command = ["--workspace", str(folder), "--json", "show", run, "--institution", "H"]
    result = json.loads(CliRunner().invoke(root, command, prog_name="payengine").output)
    assert [row["name"] for row in result["reports"] if row["name"].startswith("check.")] == []


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "2 check(s) fail: 本年已付不超过限额 (at 1 institution(s)), 满意度高于上一年 (at 1 institution(s)); see "
               "payengine show {run} --compliance"),
        ("zh", "2 项检查不符合：本年已付不超过限额（1 个机构）、满意度高于上一年（1 个机构）；详见 "
               "payengine show {run} --compliance"),
    ],
)  # fmt: skip
def test_run_and_publication_warn_of_checks_that_fail(
    office: tuple[Path, str], monkeypatch: pytest.MonkeyPatch, language: str, told: str
) -> None:
    """The clinic paid more than its limit, and is not above last year."""
    folder, run = office
    monkeypatch.setenv("PAYENGINE_PATIENT_KEY", "k" * 32)
    for words in (["publish", run], ["run", "2026-01", "--dry-run"]):
        command = ["--workspace", str(folder), "--lang", language, "--json", *words]
        answer = CliRunner().invoke(root, command, prog_name="payengine")
        assert answer.exit_code == 0, answer.output
        assert told.format(run=run[:12]) in json.loads(answer.output)["warnings"]
