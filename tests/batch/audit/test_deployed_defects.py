"""Defects found in systems in use or by auditors, each with a test that we do not have it.

Each test names the defect in its first line. The amounts are worked beside the test.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from batch.audit import invariants as identities
from batch.ledger import Ledger
from batch.results import Results
from payengine.errors import IdentityBroken, PayengineError, Refused
from payengine.periods import Period
from tests.support.evaluate import Ready, V, written
from tests.support.freeze_case import Row, Tables, engagement, freeze, item, kept, reasons, record, reference
from tests.support.settled_county import MONTHS, Office, pay, reported

CENTRE = {"A": "township_center"}
INDICATORS = ("workload", "quality", "ethics", "satisfaction")
WEIGHTS = ("0.4", "0.3", "0.1", "0.2")
APPROVED = (
    'cause = "first_setting", approvals = [{ body = "health", document = "d", date = 2019-12-01 },'
    ' { body = "finance", document = "d", date = 2019-12-02 }]'
)


def parameter(name: str, *values: str) -> str:
    return f"[parameters.{name}]\nvalues = [{', '.join(f'{{ {V}, {value} }}' for value in values)}]\n"


def weighted(*names: str) -> str:
    """Write indicators and their weights; without names one that counts for all."""
    indicators = names or ("quality",)
    shares = WEIGHTS if len(indicators) == len(WEIGHTS) else ("1",)
    entries = [
        f'where = {{ indicator = "{one}" }}, value = "{share}"' for one, share in zip(indicators, shares, strict=True)
    ]
    named = "\n".join(f'{one} = "{one}"' for one in indicators)
    return parameter("appraisal_weight", *entries) + f"[names.indicator]\n{named}\n"


def month_of(outputs: str, more: str = "") -> str:
    return f"""
[formulas.month]
outputs = [{", ".join(f'"{one}"' for one in outputs.split())}]
quality_coefficient = "staff_weighted_score"
institution_coefficient = "institution_weighted_score"
{more}
"""


def full_marks(rows: int, *names: str) -> dict[str, Any]:
    """Scores of so many rows, all of them full."""
    scores = {name: ["100"] * rows for name in names or ("quality",)}
    return {"score": scores, "full_score": scores}


def county(**changed: list[Row]) -> Tables:
    """Build the small county with scores for every month and the year.

    Whatever else a test is about, it adds itself.
    """
    periods = [*map(str, MONTHS), "2026"]
    scores = [
        {"institution": at, "staff": "", "indicator": "quality", "score": "100", "full_score": "100", "period": period}
        for at in "HV"
        for period in periods
    ]
    return reference() | {"team_member": [], "appraisal": scores, "service_record": []} | changed


PURCHASE = (
    month_of(
        "post_pay workload_pay service_purchase staff_pay",
        'workload_pay = "by_point_price"\nservice_purchase = "by_unit_price"\n',
    )
    + weighted()
    + parameter("staff_point_price", 'value = "2.00"')
    + parameter("purchase_unit_price", f'value = "10.00", {APPROVED}')
)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open("sqlite:///ledger.sqlite", tmp_path) as ledger:
        yield ledger


def office(folder: Path, ledger: Ledger, tables: Tables, text: str = PURCHASE) -> Office:
    return Office(folder / "snapshots", ledger, written(folder, "county", text), tables)


def bought(results: Results, at: str = "H") -> int:
    """Add up the purchase from an institution, in fen."""
    return sum(row["amount_fen"] for row in results.statement_lines.to_pylist() if row["institution"] == at)


# --- independent rounding -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("pool", "each"), [("1000.00", "142.86"), ("1.00", "0.14"), ("0.03", "0.00")])
def test_equal_shares_are_the_whole_and_no_more(tmp_path: Path, pool: str, each: str) -> None:
    """Defect: every share is rounded by itself, so that 7 equal shares of 1,000 yuan are 1,001.

    To the yuan that is 7 x 143.
    1,000 / 7 = 142.857142...: six have 142.86 and one 142.85 (to the fen 7 x 142.86 would be 1,000.02).
    """
    assert 7 * round(1000 / 7) == 1001, "the defect"
    ready = Ready(
        written(tmp_path, "p", month_of("workload_pay", 'workload_pay = "by_point_value"') + weighted()), "2026-10"
    )
    people = [f"A/S{who}" for who in range(7)]
    found, _ = ready.evaluate(
        CENTRE, people, points=["5"] * 7, post_coefficient=["1"] * 7, finance={"workload_pool": [pool]}, **full_marks(7)
    )
    shares = [Decimal(share) for share in found["workload_pay"]]
    assert sum(shares) == Decimal(pool)
    assert max(shares) - min(shares) <= Decimal("0.01")
    assert each in found["workload_pay"]


def test_a_budget_in_equal_shares_is_the_whole_and_no_more(tmp_path: Path) -> None:
    """The same defect in the purchase: 7 institutions of the same work share a budget equally.

    The budget is 1,000 yuan.
    """
    text = month_of("service_purchase", 'service_purchase = "redistribute"') + weighted()
    text += parameter("purchase_budget_amount", 'value = "1000.00"')
    codes = [f"I{number}" for number in range(7)]
    found, _ = Ready(written(tmp_path, "p", text), "2026-10").evaluate(
        dict.fromkeys(codes, "township_center"),
        points_by_category={"basic_medical": []},
        own_points_by_category={"basic_medical": ["3"] * 7},
        own_points=["3"] * 7,
        institution_score={"quality": ["100"] * 7},
        institution_full_score={"quality": ["100"] * 7},
    )
    assert sum(map(Decimal, found["service_purchase"])) == 1000
    assert sorted(set(found["service_purchase"])) == ["142.85", "142.86"]


@pytest.mark.parametrize("pay", ["100.01", "-100.01", "0.01"])
def test_what_employers_bear_of_a_person_is_that_persons_pay(tmp_path: Path, pay: str) -> None:
    """The same defect in secondment: the employers' parts add up to the person's pay.

    100.01 of somebody lent by two employers, half a month each, is 50.01 + 50.01.
    """
    text = month_of("post_pay secondment_settlement", 'secondment_settlement = "borne_by_employer"') + weighted()
    found, _ = Ready(written(tmp_path, "p", text), "2026-10").evaluate(
        {"A": "township_center", "B": "county_hospital", "C": "county_hospital"},
        ["A/S1/100", "A/S1/200"],
        pay_component={"post_pay": [pay]},
        employer=["B", "C"],
        person_months=["0.5", "0.5"],
        **full_marks(2),
    )
    received, *given = map(Decimal, found["secondment_settlement"])
    assert received == Decimal(pay) == -sum(given)
    assert abs(given[0] - given[1]) == Decimal("0.01")


@pytest.mark.parametrize(
    ("pool", "shares", "parts"),
    [
        ("0.37", ("0.5", "0.5"), ["0.19", "0.18"]),
        ("3.56", ("0.8", "0.2"), ["2.85", "0.71"]),
        ("0.01", ("0.5", "0.5"), ["0.01", "0.00"]),
    ],
)
def test_printed_parts_add_up_to_the_printed_whole(
    tmp_path: Path, pool: str, shares: tuple[str, str], parts: list[str]
) -> None:
    """Defect: a published table prints 0.37 = 0.18 + 0.18.

    Its parts were rounded, its whole was not their sum.
    """
    names = ("by_post", "by_points")
    text = month_of("workload_pay workload_pool_parts workload_distributed", 'workload_pay = "by_split_pool"')
    text += weighted()
    text += parameter(
        "workload_part_share",
        *(f'where = {{ part = "{one}" }}, value = "{share}"' for one, share in zip(names, shares, strict=True)),
    )
    text += parameter(
        "workload_part_weight",
        'where = { part = "by_post" }, value = "post_coefficient"',
        'where = { part = "by_points" }, value = "weighted_points"',
    )
    found, _ = Ready(written(tmp_path, "p", text), "2026-10").evaluate(
        CENTRE,
        ["A/S1", "A/S2", "A/S3"],
        points=["1", "1", "1"],
        post_coefficient=["1", "1", "1"],
        finance={"workload_pool": [pool]},
        **full_marks(3),
    )
    assert [found["workload_pool_parts"][name][0] for name in names] == parts
    assert sum(map(Decimal, found["workload_pay"])) == Decimal(pool) == Decimal(found["workload_distributed"][0])


# --- totals -------------------------------------------------------------------------------------------------------


def two_posts() -> Tables:
    """Build a county in which A changes posts on the 16th and works at both places.

    Three engagements, 10 + 20 + 5 points, post pay twice.
    """
    return county(
        engagement=[
            engagement("A", until="2026-10-16"),
            engagement("A", post_coefficient="1.5", **{"from": "2026-10-16"}),
            engagement("A", "V"),
            engagement("B"),
        ],
        pay_component=[
            {"staff": "A", "institution": at, "component": "post_pay", "amount": amount, "period": "2026-10"}
            for at, amount in (("H", "1000.01"), ("V", "200.02"))
        ],
        service_record=[
            record("1", "2026-10-15", "A", quantity="10"),
            record("2", "2026-10-16", "A", quantity="20"),
            record("3", "2026-10-05", "A", quantity="5", institution="V"),
        ],
    )


def test_a_total_is_the_sum_of_all_its_lines(tmp_path: Path, opened: Ledger) -> None:
    """Defect: a person's total is overwritten by the last line read instead of summed.

    At H 10 x 2 + 20 x 2 x 1.5 = 80.00 and 1,000.01; at V 5 x 2 = 10.00 and 200.02; H has 1,080.01 in all, V 210.02.
    """
    made = office(tmp_path, opened, two_posts()).publish("2026-10")
    lines = pay(made)
    assert (lines["H", "A", "workload_pay"], lines["H", "A", "post_pay"]) == (80_00, 1000_01)
    assert (lines["V", "A", "workload_pay"], lines["V", "A", "post_pay"]) == (10_00, 200_02)
    assert reported(made, "staff_pay") == {"H": 1080_01, "V": 210_02}
    assert sum(lines.values()) == 1290_03


def test_a_total_that_is_not_the_sum_of_its_lines_is_not_stored(tmp_path: Path, opened: Ledger) -> None:
    """Auditors: totals that do not equal their lines.

    A fen less on a line, or a line less, and the run is refused.
    """
    results = office(tmp_path, opened, two_posts()).publish("2026-10").results
    identities.check(results)
    lines = results.pay_lines.to_pylist()
    lines[0]["amount_fen"] -= 1
    one_fen_less = pa.Table.from_pylist(lines, results.pay_lines.schema)
    for broken in (one_fen_less, results.pay_lines.slice(1)):
        with pytest.raises(IdentityBroken):
            identities.check(replace(results, pay_lines=broken))


# --- indicators ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("indicator", INDICATORS)
def test_each_indicator_reads_its_own_score(tmp_path: Path, indicator: str) -> None:
    """Defect: two indicators read one column of the score sheet.

    With full marks but for one indicator, of which half is lost, the coefficient loses half of that one's weight: no
    other score is read in its place, and it is read in no other's.
    """
    ready = Ready(
        written(tmp_path, "p", month_of("quality_coefficient institution_coefficient") + weighted(*INDICATORS)),
        "2026-10",
    )
    full = {name: ["100"] for name in INDICATORS}
    scores = {**full, indicator: ["50"]}
    found, _ = ready.evaluate(
        CENTRE, ["A/S1"], score=scores, full_score=full, institution_score=scores, institution_full_score=full
    )
    expected = 1 - Decimal(dict(zip(INDICATORS, WEIGHTS, strict=True))[indicator]) / 2
    assert Decimal(found["quality_coefficient"][0]) == Decimal(found["institution_coefficient"][0]) == expected


def score(indicator: str, points: str = "90") -> Row:
    given = {"institution": "H", "staff": "", "score": points, "full_score": "100", "period": "2026-10"}
    return given | {"indicator": indicator}


def test_an_indicator_without_a_rule_is_refused(tmp_path: Path, opened: Ledger) -> None:
    """Defect: an indicator for which nobody wrote a rule counts as full marks."""
    tables = county(service_record=[record("1")])
    tables["appraisal"].append(score("hygiene"))
    named = PURCHASE.replace("[names.indicator]", '[names.indicator]\nhygiene = "卫生"')
    at = office(tmp_path, opened, tables, named)
    at.freeze("2026-10")
    with pytest.raises(Refused, match=r"卫生 \(hygiene\) is scored, and no rule of policy county reads it"):
        at.run("2026-10")


def test_an_indicator_without_a_score_is_refused(tmp_path: Path, opened: Ledger) -> None:
    """The same defect from the other side: a rule without a score is refused.

    It counts neither in full nor as nothing.
    """
    tables = county(service_record=[record("1")])
    tables["appraisal"] = [
        row for row in tables["appraisal"] if (row["institution"], row["period"]) != ("H", "2026-10")
    ]
    at = office(tmp_path, opened, tables)
    at.freeze("2026-10")
    with pytest.raises(PayengineError) as refused:
        at.run("2026-10")
    assert "quality" in refused.value.report()
    assert refused.value.exit_code == 3


# --- periods ------------------------------------------------------------------------------------------------------


def year_of_records() -> list[Row]:
    """The first and the last day of every month, once in each way in which sources write days."""
    days = [day for month in MONTHS for day in (month.first_day, month.last_day)]
    return [record(f"{number:02}", str(day), "A") for number, day in enumerate(days)]


def test_a_record_counts_in_one_month_and_in_no_other(tmp_path: Path) -> None:
    """Defect: a date filter is skipped, and what was done on the 31st counts in two months."""
    found = {
        str(month): sorted(row["record_id"] for row in kept(freeze(tmp_path, year_of_records(), month=str(month))))
        for month in MONTHS
    }
    assert found == {str(month): [f"{2 * place:02}", f"{2 * place + 1:02}"] for place, month in enumerate(MONTHS)}


def test_what_is_read_again_for_a_yearly_limit_is_not_paid_again(tmp_path: Path, opened: Ledger) -> None:
    """The same defect with records of earlier months: they count in the limit, not in pay.

    Three check-ups of one patient, two of which are paid, in January and February; the year buys 2 x 10.00.
    """
    checks = [record(month, f"{month}-03", "A", "CHECK", patient="P") for month in ("2026-01", "2026-02", "2026-03")]
    items = [
        item("EXAM"),
        item("CHECK", limit_count="2", limit_period="year"),
    ]
    at = office(tmp_path, opened, county(service_record=checks, service_item=items))
    made = [at.publish(month) for month in MONTHS]
    assert [bought(one.results) for one in made] == [10_00, 10_00] + [0] * 10
    listed = [(row["record_id"], row["reason"]) for one in made for row in one.results.rejections.to_pylist()]
    assert listed == [("2026-03", "over_limit")]


def test_a_day_between_two_patients_years_is_in_one_of_them(tmp_path: Path) -> None:
    """A yearly limit begins on 1 January and not twelve months ago.

    The visit of 31 December does not count in it.
    """
    rows = [record(day, day, "A", "CHECK", patient="P") for day in ("2025-12-31", "2026-01-01", "2026-01-31")]
    items = [item("CHECK", limit_count="2", limit_period="year")]
    tables = county(service_record=rows, service_item=items)
    with Ledger.open("sqlite:///ledger.sqlite", tmp_path) as ledger:
        made = office(tmp_path, ledger, tables).publish("2026-01")
    assert bought(made.results) == 20_00


YEAR_END = (
    PURCHASE
    + """
[formulas.year]
outputs = ["year_end_pay", "staff_pay"]
[components.year_end_pay]
label = "年终"
class = "variable"
funding = "fiscal"
input = "year_end_pay"
"""
)


def test_a_year_end_rule_comes_true_once_and_in_its_year(tmp_path: Path, opened: Ledger) -> None:
    """Defect: an amount due at the year's end is never paid.

    It depends on a test that no month can pass (month = 13).
    """
    tables = county(
        pay_component=[
            {"staff": "A", "institution": "H", "component": "year_end_pay", "amount": "500.00", "period": "2026"}
        ],
        service_record=[record("1", "2026-12-31", "A")],
    )
    at = office(tmp_path, opened, tables, YEAR_END)
    months = [at.publish(month) for month in MONTHS]
    assert [("H", "A", "year_end_pay") in pay(one) for one in months] == [False] * 12
    assert pay(months[-1])["H", "A", "workload_pay"] == 2_00, "the last day of the year is a day of December"
    assert pay(at.publish("2026"))["H", "A", "year_end_pay"] == 500_00


def test_the_last_day_of_the_year_is_in_the_year(tmp_path: Path, opened: Ledger) -> None:
    """The same defect in dates: `until` is the first day after.

    A person in post until 1 January is a head of the year, one in post until 31 December is not; a price until 1
    January holds in December.
    """
    tables = county(engagement=[engagement("A", until="2027-01-01"), engagement("B", until="2026-12-31")])
    tables["service_record"] = [record("1", "2026-12-31", "A")]
    ending = PURCHASE.replace(
        parameter("staff_point_price", 'value = "2.00"'),
        "[parameters.staff_point_price]\nvalues = ["
        '{ from = 2020-01-01, until = 2027-01-01, value = "2.00", source = "test 1" }]\n',
    )
    made = office(tmp_path, opened, tables, ending).publish("2026-12")
    assert pay(made)["H", "A", "workload_pay"] == 2_00
    assert reported(made, "heads")["H"] == 1


# --- what auditors look for ---------------------------------------------------------------------------------------

RISEN = (
    "[parameters.purchase_unit_price]\nvalues = ["
    '{{ from = 2020-01-01, until = 2026-07-01, value = "10.00", source = "test 1", {first} }},'
    ' {{ from = 2026-07-01, continues = "test", value = "11.00", source = "test 1"{risen} }}]\n'
)
BOTH = '{ body = "health", document = "d", date = 2026-06-01 }, { body = "finance", document = "d", date = 2026-06-02 }'


@pytest.mark.parametrize(
    ("risen", "lacks"),
    [
        ("", "approval"),
        (
            ', cause = "price_adjustment", approvals = [{ body = "health", document = "d", date = 2026-06-01 }]',
            "finance",
        ),
        (f", approvals = [{BOTH}]", "cause"),
        (f', cause = "because", approvals = [{BOTH}]', "cause"),
    ],
)
def test_a_price_is_not_changed_without_approval(tmp_path: Path, risen: str, lacks: str) -> None:
    """Auditors: a price changed without approval.

    Approval by the health authority alone is not enough, nor is an invalid cause.
    """
    text = PURCHASE[: PURCHASE.index("[parameters.purchase_unit_price]")]
    with pytest.raises(Refused) as refused:
        written(tmp_path, "county", text + RISEN.format(first=APPROVED, risen=risen))
    report = refused.value.report()
    assert "purchase_unit_price" in report
    assert lacks in report


def test_a_price_changed_with_both_approvals_holds_from_its_day(tmp_path: Path, opened: Ledger) -> None:
    """A price that both authorities approved holds from its day, not for the months before."""
    text = PURCHASE[: PURCHASE.index("[parameters.purchase_unit_price]")]
    text += RISEN.format(first=APPROVED, risen=f', cause = "price_adjustment", approvals = [{BOTH}]')
    records = [record(month, f"{month}-30", "A") for month in ("2026-06", "2026-07")]
    at = office(tmp_path, opened, county(service_record=records), text)
    assert [bought(at.publish(month).results) for month in ("2026-06", "2026-07")] == [10_00, 11_00]


def test_a_closed_month_is_not_opened_again_in_silence(tmp_path: Path, opened: Ledger) -> None:
    """Auditors: a closed month reopened.

    A late record is refused without a reason; with one, both revisions stay.
    """
    at = office(tmp_path, opened, county(service_record=[record("1")]))
    first = at.publish("2026-10")
    at.tables["service_record"] = [record("1"), record("2", "2026-10-06")]
    at.freeze("2026-10")
    with pytest.raises(PayengineError, match="--revise REASON"):
        at.run("2026-10")
    current = opened.current(Period.parse("2026-10"))
    assert current is not None
    assert (current.run, current.revision) == (first.run, 1)
    second = at.run("2026-10", revise="漏报一例")
    opened.publish(second.run)
    current = opened.current(Period.parse("2026-10"))
    assert current is not None
    assert (current.run, current.revision) == (second.run, 2)
    assert opened.results(first.run).pay_lines.equals(first.results.pay_lines), "what was published stays as it was"
    opened.verify()


REWARDS = """
[formulas.year]
outputs = [
  "reward_pool", "reward_payable", "reward_due", "reward_pay", "reward_distributed", "reward_not_payable",
  "reward_shared_equally", "performance_ceiling", "performance_granted",
]
performance_granted = "granted_as_reported"
ceiling_heads = "heads_on_last_day"
""" + "".join(
    (
        parameter("surplus_income", 'where = { line = "medical_service_income" }, value = "1"'),
        parameter("surplus_costs", 'where = { line = "service_costs" }, value = "1"'),
        parameter("reward_staff_share", 'value = "0.6"'),
        parameter("wage_control_level", 'value = "1000.00"'),
        parameter("ceiling_multiple", 'value = "1.2"'),
        parameter("reward_part_share", 'where = { part = "by_points" }, value = "1"'),
        parameter("reward_part_weight", 'where = { part = "by_points" }, value = "points"'),
        parameter("equal_sharing_refused", "value = true"),
        parameter("director_in_reward_pool", "value = false"),
    )
)


def rewards(folder: Path, points: list[str], *, granted: str = "0", income: str = "2000.00") -> dict[str, Any]:
    """Divide a pool of 60 % of income - 1,000 under a ceiling of 1,000 x 3 heads x 1.2.

    The first person is the director.
    """
    found, _ = Ready(written(folder, "p", REWARDS)).evaluate(
        CENTRE,
        [f"A/S{who}" for who in range(len(points))],
        points=points,
        director=[who == 0 for who in range(len(points))],
        heads=["3"],
        finance={
            "medical_service_income": [income],
            "service_costs": ["1000.00"],
            "performance_pay_granted": [granted],
        },
    )
    return dict(found)


def test_a_reward_fund_is_not_shared_equally(tmp_path: Path) -> None:
    """Auditors: equal sharing of a reward fund.

    600.00 among two with the same points is refused and reported, the director's other points do not make it unequal;
    with a point more for one it is paid.
    """
    alike = rewards(tmp_path, ["9", "5", "5"])
    assert alike["reward_due"] == ["0.00", "0.00", "0.00"]
    assert alike["reward_not_payable"]["equal_sharing"] == ["600.00"] == alike["reward_pool"]
    assert alike["reward_shared_equally"] == [True]
    unequal = rewards(tmp_path, ["9", "5", "7"])
    assert unequal["reward_due"] == ["0.00", "250.00", "350.00"]


def test_the_director_has_nothing_of_a_fund_from_which_directors_are_excluded(tmp_path: Path) -> None:
    """Auditors: the director has a share although excluded.

    600.00 by 5 : 7, whatever the director's points; if only the director has points, nobody has anything, and it is
    reported.
    """
    for points in ("0", "1", "1000000"):
        assert rewards(tmp_path, [points, "5", "7"])["reward_due"] == ["0.00", "250.00", "350.00"]
    alone = rewards(tmp_path, ["9", "0", "0"])
    assert alone["reward_distributed"] == ["0.00"]
    assert alone["reward_not_payable"]["nobody"] == ["600.00"]


@pytest.mark.parametrize(
    ("granted", "payable"), [("3000.00", "600.00"), ("3000.01", "599.99"), ("3600.00", "0.00"), ("9999.99", "0.00")]
)
def test_totals_stay_within_the_approved_total(tmp_path: Path, granted: str, payable: str) -> None:
    """Auditors: totals above the approved total.

    The part that does not fit under 3,600.00 is reported and not paid.
    """
    found = rewards(tmp_path, ["9", "5", "7"], granted=granted)
    assert found["reward_payable"] == [payable] == found["reward_distributed"]
    assert Decimal(found["reward_not_payable"]["ceiling"][0]) == 600 - Decimal(payable)


def test_pay_for_work_does_not_follow_business_income(tmp_path: Path) -> None:
    """Auditors: pay linked to business income.

    Twice the income changes nobody's pay for work done.
    """
    ready = Ready(
        written(tmp_path, "p", month_of("workload_pay", 'workload_pay = "by_point_value"') + weighted()), "2026-10"
    )
    given = {"points": ["5", "7"], "post_coefficient": ["1", "1"], **full_marks(2)}
    money = {"workload_pool": ["100.00"], "medical_income": ["1000.00"]}
    one, _ = ready.evaluate(CENTRE, ["A/S1", "A/S2"], finance=money, **given)
    two, _ = ready.evaluate(CENTRE, ["A/S1", "A/S2"], finance={**money, "medical_income": ["2000.00"]}, **given)
    assert one["workload_pay"] == two["workload_pay"] == ["41.67", "58.33"]


def test_every_fault_is_found_and_nothing_vanishes(tmp_path: Path, opened: Ledger) -> None:
    """Auditors: faulty records are each listed with their reason; none disappears.

    The faults: after the patient's death, claimed twice, too many follow-ups, not employed, on leave, unlicensed, an
    item not in force, parts of a composite missing. Records in = priced + rejected.
    """
    day = "2026-10-05"
    ended = "2026-10-05"
    rows = [
        record("good", day, "A"),
        record("dead", day, "A", patient="D"),
        record("twice", day, "A"), record("twice", day, "A"),
        *(record(f"visit{number}", f"2026-10-0{number}", "A", "CHECK", patient="P") for number in (1, 2, 3)),
        record("left", day, "B"),
        record("leave", day, "C"),
        record("surgery", day, "A", "SURGERY"),
        record("old item", day, "A", "OLD"),
        record("half", day, "A", share="0.5"),
    ]  # fmt: skip
    tables = county(service_record=rows)
    tables["engagement"] = [engagement("A"), engagement("B", until=ended), engagement("C"), engagement("D", "V")]
    tables["absence"] = [{"staff": "C", "kind": "leave", "blocks_service": "yes", "from": day, "until": "2026-10-06"}]
    tables["patient"] = [{"patient": "D", "died": "2026-10-04"}]
    tables["service_item"].append(item("OLD", until=ended))
    made = office(tmp_path, opened, tables).publish("2026-10")
    listed = {row["record_id"]: row["reason"] for row in made.results.rejections.to_pylist()}
    assert listed == {
        "dead": "after_death", "twice": "duplicate_row", "visit3": "over_limit", "left": "not_engaged",
        "leave": "absent", "surgery": "not_licensed",
        "old item": "item_not_in_force", "half": "bad_share",
    }  # fmt: skip
    assert bought(made.results) == 4 * 10_00, "good, one of twice, two visits"
    assert len(rows) == 4 + made.results.rejections.num_rows


def test_a_second_freeze_finds_the_same(tmp_path: Path) -> None:
    """The reasons do not depend on when they are asked for."""
    rows = [record("1", staff="X"), record("2", quantity="0")]
    assert reasons(freeze(tmp_path / "a", rows)) == reasons(freeze(tmp_path / "b", rows[::-1]))
