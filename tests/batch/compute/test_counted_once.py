"""Coefficients that count twice in a line and events that two lines pay are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

import formulas
from batch.cli.views.policy import policy_json, policy_parts
from batch.compute.compute import parameters_read
from payengine.errors import Refused
from payengine.periods import Period
from payengine.policy import Policy, load_policy, policy_digest
from tests.support.evaluate import APPROVED, Ready, V, keyed, month_of, parameter, written

OCTOBER = Period.parse("2026-10")
NAMES = """
[names.indicator]
quality = "质量"
ethics = "医德"
satisfaction = "满意度"
[names.part]
by_post = "按岗位"
by_points = "按当量"
[names.task]
first_contact = "首诊"
night = "夜间急救"
multi_site_sessions = "多点执业"
[names.measure]
first_contacts = "首诊人次"
residents = "常住人口"
"""
QUALITY = keyed("appraisal_weight", "indicator", {"quality": "1"})


def wrong(policy: Policy, period: Period = OCTOBER) -> list[str]:
    """List what is wrong with a policy but values that it lacks, as lines of the report."""
    try:
        parameters_read(policy, period)
    except Refused as refused:
        return [problem.line().strip() for problem in refused.problems]
    return []


# A coefficient that is multiplied twice.


def split_pool(weight: str, more: str = "") -> str:
    """A pool of which a fifth goes by post and the rest by `weight`."""
    return (
        NAMES
        + month_of("workload_pay", 'workload_pay = "by_split_pool"\nworkload_pool = "pool_as_given"'
                                   '\nquality_coefficient = "staff_weighted_score"')
        + QUALITY
        + keyed("workload_part_share", "part", {"by_post": "0.2", "by_points": "0.8"})
        + keyed("workload_part_weight", "part", {"by_post": "post_weight", "by_points": weight})
        + more
    )  # fmt: skip


DECLARED = '[counted_twice.workload_pay]\npost_coefficient = "海晏县〔2026〕4 号第 3 条（虚构）"\n'


def test_a_post_counts_once_in_a_pool_of_which_a_part_goes_by_post(tmp_path: Path) -> None:
    """The post has its fifth of the pool, and no say in the rest.

    Pool 30,000: 6,000 by post, 24,000 by points; a doctor of 1.5 and a nurse of 1, both of quality 1.

    By post 6,000 x 1.5 / 2.5 = 3,600. By points 1,200 of 2,000: 24,000 x 0.6 = 14,400, together 18,000.00.
    With the post in the points too 1,200 x 1.5 = 1,800 of 2,600: 24,000 x 1,800 / 2,600 = 16,615.38, together
    20,215.38: the shipped `ask` said so, and the doctor had 2,215.38 of the nurse.
    """
    paid = {}
    for weight, more in (("quality_weighted_points", ""), ("points", ""), ("weighted_points", DECLARED)):
        policy = written(tmp_path, f"by_{weight}", split_pool(weight, more))
        assert wrong(policy) == []
        found, _ = Ready(policy, "2026-10").evaluate(
            {"A": "township_center"}, ["A/S1", "A/S2"], points=["1200", "800"], post_coefficient=["1.5", "1"],
            person_months=["1", "1"], score={"quality": ["100", "100"]}, full_score={"quality": ["100", "100"]},
            finance={"workload_pool": ["30000"]},
        )  # fmt: skip
        paid[weight] = found["workload_pay"]
    assert paid == {
        "quality_weighted_points": ["18000.00", "12000.00"],
        "points": ["18000.00", "12000.00"],
        "weighted_points": ["20215.38", "9784.62"],
    }


def test_a_post_that_counts_twice_is_refused_with_both_ways(tmp_path: Path) -> None:
    assert wrong(written(tmp_path, "twice", split_pool("weighted_points"))) == [
        "workload_pay  post_coefficient counts twice in it: by post_weight -> workload_pay[by_post], and by"
        " weighted_points -> workload_pay[by_points]; take it out of one of them, or write the document that says so:"
        ' [counted_twice.workload_pay] "post_coefficient" = "..."'
    ]


def test_a_score_times_the_coefficient_of_its_grade_counts_twice(tmp_path: Path) -> None:
    """The weight that the township template prints is declared where it is used.

    `score` means every indicator.
    """
    grades = '[names.grade]\ngood = "良好"\npass = "合格"\n'
    grades += keyed("band_floor", "grade", {"good": "85", "pass": "0"})
    grades += keyed("band_coefficient", "grade", {"good": "1.2", "pass": "1"})
    text = (
        split_pool("points", grades)
        .replace("staff_weighted_score", "staff_band")
        .replace('"post_weight"', '"graded_score"')
    )
    [line] = wrong(written(tmp_path, "graded", text))
    assert line.startswith(
        "workload_pay  score[quality] counts twice in it: by staff_rate -> appraisal_score -> graded_score ->"
        " workload_pay, and by staff_rate -> staff_grade -> quality_coefficient -> graded_score ->"
    )
    declared = '[counted_twice.workload_pay]\nscore = "乡镇卫生院方案第 5 条（虚构）"\n'
    assert wrong(written(tmp_path, "declared", text + declared)) == []


def test_an_appraisal_with_a_part_of_the_pool_does_not_weigh_the_points_too(tmp_path: Path) -> None:
    text = split_pool("quality_weighted_points").replace('"post_weight"', '"appraisal_score"')
    [line] = wrong(written(tmp_path, "score", text))
    assert "score[quality] counts twice in it" in line
    assert wrong(written(tmp_path, "points", text.replace("quality_weighted_points", "points"))) == []


OWN_POOL = """
[names.indicator]
quality = "质量"
[names.finance]
bonus = "奖励"
[formulas.month]
outputs = ["work_bonus", "quality_bonus"]
[pools.bonus_pool]
label = "奖励总量"
add = ["finance[bonus]"]
parts = { work = "7", quality = "3" }
[figures.quality_of_work]
label = "按质量加权的当量"
unit = "points"
level = "staff"
times = ["points", "score[quality]"]
[components.work_bonus]
label = "工作量奖"
class = "variable"
funding = "service_income"
pool = "bonus_pool[work]"
weights = "WEIGHTS"
[components.quality_bonus]
label = "质量奖"
class = "variable"
funding = "service_income"
pool = "bonus_pool[quality]"
weights = "score[quality]"
"""


def test_two_lines_that_share_in_one_pool_count_an_appraisal_once(tmp_path: Path) -> None:
    """Quality has three tenths of a policy's own pool, and no say in the other seven.

    Each part is a line.
    """
    assert wrong(written(tmp_path, "once", OWN_POOL.replace("WEIGHTS", "points"))) == []
    twice = OWN_POOL.replace("WEIGHTS", "quality_of_work")
    [line] = wrong(written(tmp_path, "twice", twice))
    assert (
        "score[quality] counts twice in it: by quality_bonus[quality], and by quality_of_work -> work_bonus[work]"
        in line
    )
    for one in ("work_bonus", "quality_bonus"):
        declared = f'[counted_twice.{one}]\nscore = "海晏县〔2026〕6 号（虚构）"\n'
        assert wrong(written(tmp_path, f"declared_{one}", twice + declared)) == []


def test_figures_of_a_policy_are_followed_like_rules(tmp_path: Path) -> None:
    """Points weighed by the post in a figure are not weighed by it again in the line.

    A price by band of the work is no coefficient.
    """
    text = (
        """
[formulas.month]
outputs = ["post_bonus"]
[figures.points_by_post]
label = "岗位加权当量"
unit = "points"
level = "engagement"
times = ["points", "post_coefficient"]
[components.post_bonus]
label = "岗位奖"
class = "variable"
funding = "service_income"
times = ["points_by_post", "price", TIMES]
[bands.work]
figure = "points"
steps = [{ name = "little", from = "0" }, { name = "much", above = "100" }]
[parameters.price]
label = "每分"
unit = "yuan per point"
banded_by = "work"
"""
        + f"""values = [
  {{ {V}, where = {{ band = "little" }}, value = "4" }},
  {{ {V}, where = {{ band = "much" }}, value = "5" }},
]
"""
    )
    assert wrong(written(tmp_path, "once", text.replace("TIMES", '"1.5"'))) == []
    [line] = wrong(written(tmp_path, "twice", text.replace("TIMES", '"post_coefficient"')))
    assert line.startswith(
        "post_bonus  post_coefficient counts twice in it: by points_by_post -> post_bonus, and by post_bonus;"
    )


PASS_MARK = (
    NAMES
    + month_of(
        "service_purchase", 'institution_coefficient = "institution_pass_mark"\nservice_purchase = "by_unit_price"'
    )
    + f'[parameters.purchase_unit_price]\nvalues = [{{ {V}, value = "1", {APPROVED} }}]\n'
    + parameter("pass_mark", 'value = "75"')
)


def test_satisfaction_that_multiplies_the_score_weighs_nothing_in_it(tmp_path: Path) -> None:
    """A weight of 0 leaves it out, and so does no weight.

    Two indicators that are multiplied are no doubling.
    """
    weights = {"quality": "0.8", "satisfaction": "0.2"}
    [line] = wrong(written(tmp_path, "twice", PASS_MARK + keyed("appraisal_weight", "indicator", weights)))
    assert line.startswith(
        "service_purchase  institution_score[satisfaction] counts twice in it: by institution_rate ->"
        " institution_coefficient -> service_purchase, and by institution_coefficient -> service_purchase;"
    )
    for name, found in (("zero", {"quality": "1", "satisfaction": "0"}), ("none", {"quality": "0.5", "ethics": "0.5"})):
        assert wrong(written(tmp_path, name, PASS_MARK + keyed("appraisal_weight", "indicator", found))) == []


def test_xinyang_s_example_multiplies_by_satisfaction_once() -> None:
    """The composite is the score x satisfaction, which weighs nothing in the score.

    Workload, quality, ethics 90 of 100, satisfaction 80 %: composite 90 x 0.80 = 72; 72 / 75 = 0.96.

    With a fifth of the score by satisfaction 0.8 x 90 + 0.2 x 80 = 88; 88 x 0.80 = 70.4; 70.4 / 75 = 0.9387.
    """
    policy = load_policy("xinyang-example", [formulas.POLICIES])
    assert wrong(policy) == []
    scores = {"workload": ["90"], "quality": ["90"], "ethics": ["90"], "satisfaction": ["80"]}
    found, _ = Ready(policy, "2026-10", ["institution_coefficient"]).evaluate(
        {"A": "township_center"},
        institution_score=scores,
        institution_full_score={key: ["100"] for key in scores},
    )
    assert found["institution_coefficient"] == ["0.9600"]


# An event that is paid twice.

TASKS = keyed("directed_task_amount", "task", {"first_contact": "2", "night": "80", "multi_site_sessions": "0"})
PAID = (
    TASKS + parameter("first_contact_amount", 'value = "3"') + parameter("multi_site_session_amount", 'value = "200"')
)


def paying(outputs: str, more: str = "", choices: str = "") -> str:
    return NAMES + month_of(outputs, choices) + PAID + more


def test_a_directed_task_and_pay_for_the_same_event_of_one_funding_are_refused(tmp_path: Path) -> None:
    """A task without a directed amount is paid to persons alone."""
    assert wrong(written(tmp_path, "twice", paying("directed_tasks first_contact_pay multi_site_pay"))) == [
        "directed_tasks  task[first_contact] is paid twice from fiscal: by directed_tasks and by first_contact_pay;"
        " give it an amount in one of them, fund one from another source, or write the document that says so:"
        ' [paid_twice.task] first_contact = "..."'
    ]


@pytest.mark.parametrize(
    "more",
    [
        '[paid_twice.task]\nfirst_contact = "海晏县〔2026〕5 号（虚构）"\n',
        '[components.first_contact_pay]\nclass = "variable"\nfunding = "service_income"\n',
        keyed("directed_task_amount", "task", {"first_contact": "0"}),
    ],
)
def test_declared_or_paid_from_another_source_or_paid_once_it_is_no_double_payment(tmp_path: Path, more: str) -> None:
    text = paying("directed_tasks first_contact_pay", more)
    if "directed_task_amount" in more:
        text = text.replace(TASKS, "")
    assert wrong(written(tmp_path, "once", text)) == []


def test_a_share_of_a_funding_is_enough_to_pay_twice(tmp_path: Path) -> None:
    funding = '[{ source = "service_income", share = "0.9" }, { source = "fiscal", share = "0.1" }]'
    more = f'[components.first_contact_pay]\nclass = "variable"\nfunding = {funding}\n'
    [line] = wrong(written(tmp_path, "share", paying("directed_tasks first_contact_pay", more)))
    assert "task[first_contact] is paid twice from fiscal" in line


def test_money_for_counted_first_contacts_that_is_divided_by_points_pays_them_too(tmp_path: Path) -> None:
    """First contacts counted per institution (a measure) are the events of the task."""
    text = paying("directed_tasks first_contact_pay", choices='first_contact_pay = "first_contact_by_points"')
    [line] = wrong(written(tmp_path, "points", text))
    assert "task[first_contact] is paid twice from fiscal" in line


def test_what_is_made_of_a_line_is_no_second_payment(tmp_path: Path) -> None:
    """A statement that passes on what persons were paid does not pay the sessions again.

    One that pays by the sessions themselves does.
    """
    statement = '[statements.sessions]\nlabel = "多点执业结算"\nfunding = "service_income"\n'
    text = paying("multi_site_pay sessions", statement + "BASE\n")
    assert wrong(written(tmp_path, "passed_on", text.replace("BASE", 'total_of = "multi_site_pay"'))) == []
    again = 'total_of = "directed_task[multi_site_sessions]"\ntimes = ["multi_site_session_amount"]'
    [line] = wrong(written(tmp_path, "again", text.replace("BASE", again)))
    assert "task[multi_site_sessions] is paid twice from service_income" in line


def test_of_a_measure_only_a_statement_beside_a_component_pays_twice(tmp_path: Path) -> None:
    """Two subsidies by one count of residents are one scheme.

    A subsidy and pay by it are the same money twice.
    """
    line = 'label = "x"\nfunding = "fiscal"\ntimes = ["measure[residents]", "first_contact_amount"]\n'
    two = f"[statements.one]\n{line}[statements.two]\n{line}"
    assert wrong(written(tmp_path, "two", paying("one two", two))) == []
    pay = f'[statements.one]\n{line}[components.two]\nclass = "variable"\n{line}'
    [told] = wrong(written(tmp_path, "pay", paying("one two", pay)))
    assert "measure[residents] is paid twice from fiscal: by one and by two" in told
    declared = '[paid_twice.measure]\nresidents = "海晏县〔2026〕7 号（虚构）"\n'
    assert wrong(written(tmp_path, "declared", paying("one two", pay + declared))) == []


def test_two_components_for_one_task_pay_it_twice(tmp_path: Path) -> None:
    line = 'label = "夜班费"\nclass = "variable"\nfunding = "fiscal"\n'
    line += 'times = ["directed_task[night]", "first_contact_amount"]\n'
    text = paying("one two", f"[components.one]\n{line}[components.two]\n{line}")
    [told] = wrong(written(tmp_path, "tasks", text))
    assert "task[night] is paid twice from fiscal: by one and by two" in told


# The declarations.


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[counted_twice.workload_pya]\npost_coefficient = "x"\n', "'workload_pya' is no component or statement"),
        ('[counted_twice.workload_pay]\npost_coefficient = ""\n', "post_coefficient is not filled in"),
        ('[paid_twice.task]\nfirst_contcat = "x"\n', "'first_contcat' is not under [names.task]"),
        ('[paid_twice.tasks]\nfirst_contact = "x"\n', "'tasks' has no events"),
    ],
)
def test_a_declaration_names_a_line_or_an_event_and_its_reason(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(Refused) as refused:
        written(tmp_path, "p", NAMES + text)
    assert told in refused.value.report()


def test_policy_show_prints_declarations_with_their_reasons(tmp_path: Path) -> None:
    more = DECLARED + '[paid_twice.task]\nnight = "海晏县〔2026〕5 号（虚构）"\n'
    policy = written(tmp_path, "p", split_pool("weighted_points", more))
    data = policy_json(policy, OCTOBER.first_day)
    assert data["paid_twice"] == {"task": {"night": "海晏县〔2026〕5 号（虚构）"}}
    printed = [part for part in policy_parts(policy, data) if isinstance(part, str)]
    assert "  post_coefficient counts twice in workload_pay: 海晏县〔2026〕4 号第 3 条（虚构）" in printed
    assert "  task[night] is paid twice: 海晏县〔2026〕5 号（虚构）" in printed


def test_a_declaration_changes_no_figure_and_no_digest(tmp_path: Path) -> None:
    plain = written(tmp_path, "p", split_pool("weighted_points"))
    declared = written(tmp_path, "p", split_pool("weighted_points", DECLARED))
    assert policy_digest(plain, OCTOBER) == policy_digest(declared, OCTOBER)


@pytest.mark.parametrize("name", sorted(path.stem for path in formulas.POLICIES.glob("*.toml")))
def test_nothing_counts_twice_in_a_shipped_policy(name: str) -> None:
    """And none needs a declaration."""
    policy = load_policy(name, [formulas.POLICIES])
    assert not policy.counted_twice
    assert not policy.paid_twice
    for period in ("2025-10", "2025-Q3", "2025", "2026-10", "2026-Q3", "2026"):
        assert wrong(policy, Period.parse(period)) == []


def test_a_part_of_a_pool_has_weights_of_persons(tmp_path: Path) -> None:
    """A figure of the institution would weigh the same for everybody."""
    told = wrong(written(tmp_path, "high", split_pool("heads")))
    assert [text for text in told if "a weight is a figure of persons or engagements, not of the institution" in text]
