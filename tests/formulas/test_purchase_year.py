"""A county's year of purchases, run and published: months and settlement pay what is owed.

The price rises in July with its approvals; the clinic W closes on 20 June. H prepays, is paid for directed tasks, and
loses public-health money to the clinic V, which does the work. Amounts are worked out here once more with fractions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path

import pytest

import formulas
from batch.ledger import Ledger
from batch.run import Outcome
from payengine.errors import Refused
from payengine.policy import Policy, load_policy
from tests.support.freeze_case import Row, Tables, item, record
from tests.support.settled_county import MONTHS, Office, county, reported

APPROVED = ", ".join(f'{{ body = "{body}", document = "1 号", date = 2025-12-05 }}' for body in ("health", "finance"))
ALWAYS = 'from = 2020-01-01, continues = "虚构"'
OPEN = ', continues = "虚构"'
BY = ', source = "illustrative"'
POLICY = f"""
[policy]
code = "own"
title = "购买服务示例县（数值均为虚构）"
level = "county"
extends = ["national"]
illustrative = true

[formulas.month]
outputs = [
  "service_purchase_advance", "directed_tasks", "public_health_advance", "less_prepaid_fiscal", "base_guarantee",
  "service_purchase_owed", "purchase_before_appraisal", "purchased_by_category", "points_bought_apart",
  "prepaid_given", "owed_by_funding", "paid_by_funding", "purchase_account_balance", "institution_coefficient",
  "purchase_total", "purchase_total_of_all", "purchase_to_date", "purchase_of_closed", "purchase_forecast",
  "purchase_budget_left",
]
service_purchase = "by_unit_price"
base_guarantee = "base_guarantee_by_months"
institution_coefficient = "institution_weighted_score"

[formulas.year]
outputs = [
  "service_purchase_settlement", "directed_tasks", "public_health_settlement", "less_prepaid_fiscal",
  "service_purchase_due", "public_health_owed", "public_health_money_left", "owed_to_date", "purchase_paid_to_date",
  "purchase_account_balance", "purchase_to_date", "purchase_of_all", "purchase_budget_used",
]
service_purchase_due = "due_as_in_months"
public_health_purchase = "public_health_redistributed"
institution_coefficient = "institution_weighted_score"
purchase_to_date = "purchase_settled_to_date"

[names.indicator]
quality = "质量"
[names.task]
duty = "值守"

[parameters.appraisal_weight]
values = [{{ {ALWAYS}, where = {{ indicator = "quality" }}, value = "1"{BY} }}]
[parameters.purchase_unit_price]
values = [
  {{ from = 2020-01-01, until = 2026-07-01, value = "9.50"{BY}, cause = "first_setting", approvals = [{APPROVED}] }},
  {{ from = 2026-07-01{OPEN}, value = "10.20"{BY}, cause = "price_adjustment", approvals = [{APPROVED}] }},
]
[parameters.directed_task_amount]
values = [{{ {ALWAYS}, where = {{ task = "duty" }}, value = "500"{BY} }}]
[parameters.base_guarantee_amount]
values = [
  {{ {ALWAYS}, value = "0"{BY} }},
  {{ {ALWAYS}, where = {{ institution = "W" }}, value = "1500"{BY} }},
]
[parameters.bought_apart]
values = [{{ {ALWAYS}, where = {{ category = "public_health" }}, value = true{BY} }}]
[parameters.purchase_advance_share]
values = [{{ {ALWAYS}, value = "0.8"{BY} }}]
[parameters.public_health_standard]
values = [{{ {ALWAYS}, value = "90"{BY} }}]
[parameters.public_health_share]
values = [{{ {ALWAYS}, where = {{ kind = "county_hospital" }}, value = "0.6"{BY} }}]
[parameters.public_health_advance_share]
values = [{{ {ALWAYS}, value = "0.8"{BY} }}]
[parameters.purchase_year_budget_amount]
values = [{{ {ALWAYS}, value = "30000"{BY} }}]
"""


def own_policy(folder: Path, text: str = POLICY) -> Policy:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "own.toml").write_text(text, encoding="utf-8")
    return load_policy("own", [folder, formulas.POLICIES])


def tables() -> Tables:
    """Return the year's county with everything that the policy reads.

    It has public-health records, and scores of 90 at H and 100 at V.
    """
    given = county()
    given["pay_component"] = []
    clinic = {"code": "W", "kind": "village_clinic", "public_class": "1", "from": "2020-01-01", "until": "2026-06-21"}
    given["institution"] = [*given["institution"], clinic]
    given["service_item"] = [*given["service_item"], item("FOLLOW", category="public_health")]
    periods = [*map(str, MONTHS), "2026"]
    given["appraisal"] = [
        {"institution": at, "indicator": "quality", "score": score, "full_score": "100", "period": period}
        for period in periods for at, score in (("H", "90"), ("V", "100"), ("W", "100"))
    ]  # fmt: skip
    given["measure"] = [
        {"institution": at, "name": "population", "value": value, "period": period}
        for period in periods for at, value in (("H", "1000"), ("V", "400"))
    ]  # fmt: skip
    given["finance"] = [
        {"institution": "H", "line": "prepaid_fiscal", "amount": "150", "period": str(month)} for month in MONTHS
    ]
    given["directed_task"] = [{"institution": "H", "task": "duty", "count": "2", "period": "2026-03"}]
    given["service_record"] = [*given["service_record"], *more_records()]
    return given


def more_records() -> Iterator[Row]:
    for month in MONTHS:
        yield record(f"{month}-F", f"{month}-06", "A", "FOLLOW", quantity="1")
        yield record(f"{month}-G", f"{month}-06", "D", "FOLLOW", quantity="3", institution="V")
    yield record("TASK", "2026-03-07", "A", "TASK", quantity="5")


def half_up(value: Fraction) -> int:
    return int(value + Fraction(1, 2))


def owed_in(number: int, at: str) -> int:
    """Work out a month's purchase other than public health, in fen."""
    price = Fraction("9.50") if number < 7 else Fraction("10.20")
    day = f"{MONTHS[number - 1]}-05"
    rows = [row for row in county()["service_record"] if (row["institution"], row["service_date"]) == (at, day)]
    points = sum((Fraction(row["quantity"]) for row in rows), Fraction())
    return half_up(points * price * (Fraction("0.9") if at == "H" else 1) * 100)


Published = Mapping[str, Outcome]


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Published:
    """Publish twelve months and the settlement."""
    folder = tmp_path_factory.mktemp("purchase")
    with Ledger.open("sqlite:///ledger.sqlite", folder) as ledger:
        office = Office(folder / "snapshots", ledger, own_policy(folder / "policy"), tables())
        return {period: office.publish(period) for period in [*map(str, MONTHS), "2026"]}


def lines(outcome: Outcome) -> dict[tuple[str, str], int]:
    rows = outcome.results.statement_lines.to_pylist()
    return {(row["institution"], row["component"]): row["amount_fen"] for row in rows}


def whole_year(year: Published) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = defaultdict(int)
    for outcome in year.values():
        for key, fen in lines(outcome).items():
            found[key] += fen
    return found


def test_months_and_settlement_are_what_the_year_owes_at_each_month_s_price(year: Published) -> None:
    paid = whole_year(year)
    for at in ("H", "V"):
        owed = [owed_in(number, at) for number in range(1, 13)]
        assert paid[at, "service_purchase_advance"] == sum(half_up(Fraction(fen) * 4 / 5) for fen in owed)
        assert paid[at, "service_purchase_advance"] + paid[at, "service_purchase_settlement"] == sum(owed)
        assert reported(year["2026"], "service_purchase_due")[at] == sum(owed)


def test_the_price_of_july_does_not_reach_back(year: Published) -> None:
    for number, month in enumerate(MONTHS, 1):
        owed = reported(year[str(month)], "service_purchase_owed")
        assert {at: owed[at] for at in ("H", "V")} == {at: owed_in(number, at) for at in ("H", "V")}


def test_public_health_money_follows_the_points_and_overpayment_is_recovered(year: Published) -> None:
    """Public-health money follows the points, and an overpayment is recovered.

    54,000.00 by 12 x 0.9 = 10.8 and 36 x 1: H 12,461.54, V 41,538.46; H was prepaid 12 x 3,600.00 = 43,200.00.
    """
    paid = whole_year(year)
    assert paid["H", "public_health_advance"] == 4_320_000
    assert lines(year["2026"])["H", "public_health_settlement"] == 1_246_154 - 4_320_000
    assert lines(year["2026"])["V", "public_health_settlement"] == 4_153_846
    owed = [paid[at, f"public_health_{part}"] for at in ("H", "V") for part in ("advance", "settlement")]
    assert sum(owed) == 5_400_000


def test_public_health_points_are_not_bought_twice(year: Published) -> None:
    for month in MONTHS:
        apart = reported(year[str(month)], "points_bought_apart")
        assert {at: points for at, points in apart.items() if points} == {"H": 1_000_000, "V": 3_000_000}


def test_a_directed_task_is_paid_once_and_its_records_earn_nothing(year: Published) -> None:
    """A directed task is paid once, and its records earn no points and no yuan.

    2 x 500.00 in March, nothing in the year; the one record of the category has quantity 5.
    """
    paid = {period: lines(outcome).get(("H", "directed_tasks"), 0) for period, outcome in year.items()}
    assert {period: fen for period, fen in paid.items() if fen} == {"2026-03": 100_000}
    march = year["2026-03"].results.workload.to_pylist()
    directed = [(row["services"], row["points_micro"]) for row in march if row["category"] == "directed"]
    assert directed == [(1, 0)]


def test_prepaid_money_is_taken_off_and_the_account_ends_at_zero(year: Published) -> None:
    """Prepaid money is taken off month by month, and the account ends at zero.

    H was sent 12 x 150.00; months take off what they can, the year the rest.
    """
    for at in ("H", "V"):
        for source in ("fiscal", "public_health", "insurance"):
            assert reported(year["2026"], f"purchase_account_balance[{source}]")[at] == 0
    taken = whole_year(year)["H", "less_prepaid_fiscal"]
    assert taken == -180_000
    in_january = lines(year["2026-01"])["H", "less_prepaid_fiscal"]
    owed = reported(year["2026-01"], "owed_by_funding[fiscal]")["H"]
    assert -in_january == min(owed, 15_000) > 0


def test_the_account_of_each_month_is_its_statement_by_source(year: Published) -> None:
    for month in MONTHS:
        outcome = year[str(month)]
        paid: dict[tuple[str, str], int] = defaultdict(int)
        for row in outcome.results.statement_lines.to_pylist():
            paid[row["institution"], row["funding"]] += row["amount_fen"]
        for source in ("fiscal", "public_health"):
            told = reported(outcome, f"paid_by_funding[{source}]")
            assert told == {at: paid[at, source] for at in told}


def base_in(number: int) -> int:
    """Return the base guarantee of W in a month, in fen.

    Five whole months, and 20/30 = 0.6667 of June.
    """
    return 150_000 if number < 6 else 100_005 if number == 6 else 0


def test_a_clinic_that_closes_is_guaranteed_its_days(year: Published) -> None:
    paid = {str(month): lines(year[str(month)]).get(("W", "base_guarantee"), 0) for month in MONTHS}
    assert list(paid.values()) == [base_in(number) for number in range(1, 13)]
    assert not {key for key in lines(year["2026"]) if key[0] == "W"}, "nothing more is owed by the year"


def test_purchase_against_the_budget_and_its_forecast(year: Published) -> None:
    bought = 0
    for number, month in enumerate(MONTHS, 1):
        bought += sum(owed_in(number, at) for at in ("H", "V")) + (100_000 if number == 3 else 0) + base_in(number)
        assert reported(year[str(month)], "purchase_forecast")[""] == half_up(Fraction(bought * 12, number))
        assert reported(year[str(month)], "purchase_budget_left")[""] == 3_000_000 - bought
    assert reported(year["2026"], "purchase_of_all")[""] == bought


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (f", approvals = [{APPROVED}]", "", "has no approval of the health office, the finance office"),
        ('cause = "price_adjustment"', 'cause = "inflation"', "the cause 'inflation' is not one of"),
        ('cause = "price_adjustment"', 'cause = "first_setting"', "is not one of major_project, price_adjustment"),
        (', cause = "price_adjustment"', "", "the missing cause is not one of major_project, price_adjustment"),
        ('{ body = "finance", document = "1 号", date = 2025-12-05 }', "", "has no approval of the finance office"),
    ],
)
def test_a_price_that_nobody_approved_cannot_be_used(tmp_path: Path, old: str, new: str, told: str) -> None:
    """A price needs the approvals of health and finance, and an allowed cause.

    The cause is a major project or a price adjustment; a first setting is allowed only once.
    """
    assert old in POLICY
    with pytest.raises(Refused) as refused:
        own_policy(tmp_path, POLICY.replace(old, new))
    assert told in refused.value.report()
    assert "purchase_unit_price" in refused.value.report()


def test_a_major_project_is_a_cause(tmp_path: Path) -> None:
    policy = own_policy(tmp_path, POLICY.replace('"price_adjustment"', '"major_project"'))
    assert [value.cause for value in policy.parameters["purchase_unit_price"].values] == [
        "first_setting", "major_project",
    ]  # fmt: skip


def test_a_price_for_one_category_needs_its_approvals_too(tmp_path: Path) -> None:
    more = (
        '\n[[parameters.purchase_unit_price.values]]\nfrom = 2026-01-01\ncontinues = "x"\nsource = "s"\nvalue = "6"\n'
        'where = { category = "family_doctor" }\n'
    )
    text = POLICY.split("[parameters.purchase_unit_price]")[0] + more
    with pytest.raises(Refused) as refused:
        own_policy(tmp_path, text)
    assert "the value 6 has no approval of the health office, the finance office" in refused.value.report()


def test_an_institution_cannot_set_the_price_at_which_it_is_bought(tmp_path: Path) -> None:
    own_policy(tmp_path)
    layers = tmp_path / "institutions"
    layers.mkdir()
    (layers / "H.toml").write_text(
        '[policy]\ncode = "H"\ntitle = "H"\nlevel = "institution"\n[parameters.purchase_unit_price]\n'
        'values = [{ from = 2026-01-01, continues = "x", value = "99", source = "s", cause = "first_setting", '
        f"approvals = [{APPROVED}] }}]\n",
        encoding="utf-8",
    )  # fmt: skip
    with pytest.raises(Refused) as refused:
        load_policy("own", [tmp_path, formulas.POLICIES], layers)
    assert "delegated" in refused.value.report()
