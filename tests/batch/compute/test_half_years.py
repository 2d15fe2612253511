"""Half-years settle months and quarters; the year settles all three, each amount once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest

from batch.ledger import Ledger
from payengine.errors import Refused
from payengine.exact.amounts import decimal_text
from payengine.periods import Period
from tests.support.freeze_case import record
from tests.support.settled_county import (
    IN_HALF_YEARS,
    IN_QUARTERS,
    MONTHS,
    POLICY,
    Office,
    Outcome,
    pay,
    policy,
    reported,
    toy_rules,
)

IN_ORDER = [
    *map(str, MONTHS[:3]), "2026-Q1", *map(str, MONTHS[3:6]), "2026-Q2", "2026-H1",
    *map(str, MONTHS[6:9]), "2026-Q3", *map(str, MONTHS[9:]), "2026-Q4", "2026-H2", "2026",
]  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def _rules() -> Iterator[None]:
    with toy_rules():
        yield


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """The county before its first month; its policy pays by month, quarter, half-year and year."""
    with Ledger.open("sqlite:///ledger.sqlite", tmp_path) as ledger:
        yield Office(tmp_path / "snapshots", ledger, policy(tmp_path / "policy", IN_HALF_YEARS))


def paid(outcome: Outcome, who: str, component: str) -> int:
    at = "V" if who == "D" else "H"
    return pay(outcome).get((at, who, component), 0)


def test_a_year_of_months_quarters_and_half_years_counts_each_amount_once(office: Office) -> None:
    """Worked by hand, to the fen.

    Month n pays A an advance of 2 x n.25 = 2n + 0.50 yuan, D 2 x 7.77 = 15.54.
    A quarter pays a tenth of its advances, a half-year a twentieth of its advances and its quarters' bonuses; the year
    owes 2.50 a point, less all of it. Of A:

        Q1   2.50 + 4.50 + 6.50 = 13.50 -> 1.35       Q3   14.50 + 16.50 + 18.50 = 49.50 -> 4.95
        Q2   8.50 + 10.50 + 12.50 = 31.50 -> 3.15     Q4   20.50 + 22.50 + 24.50 = 67.50 -> 6.75
        H1   (45.00 + 4.50) / 20 = 2.475 -> 2.48      H2   (117.00 + 11.70) / 20 = 6.435 -> 6.44
        2026   81 points x 2.50 = 202.50; less 162.00, 16.20 and 8.92 -> 15.38

    Of D: a quarter 46.62 -> 4.66, a half-year (93.24 + 9.32) / 20 = 5.128 -> 5.13; the year 93.24 points x 2.50 =
    233.10, less 186.48, 18.64 and 10.26 -> 17.72.
    """
    made = {}
    for period in IN_ORDER:
        made[period] = office.publish(period)
        assert not [text for text in made[period].warnings if "year to date" in text], period
    bonuses = {text: paid(made[text], "A", "quarter_bonus") for text in ("2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4")}
    assert bonuses == {"2026-Q1": 135, "2026-Q2": 315, "2026-Q3": 495, "2026-Q4": 675}
    halves = {who: [paid(made[text], who, "half_year_bonus") for text in ("2026-H1", "2026-H2")] for who in "AD"}
    assert halves == {"A": [248, 644], "D": [513, 513]}
    assert {who: paid(made["2026"], who, "settled_pay") for who in "AD"} == {"A": 1538, "D": 1772}

    # A month and a quarter after a half-year count it as paid before. At V: six months 93.24, two quarters 9.32, the
    # half-year 5.13, and July's 15.54; at the end of the third quarter three months of it.
    assert reported(made["2026-07"], "paid_to_date")["V"] == 9324 + 932 + 513 + 1554
    assert reported(made["2026-Q3"], "year.paid")["V"] == 9324 + 932 + 513 + 3 * 1554
    assert reported(made["2026-Q3"], "months.paid")["V"] == 3 * 1554
    assert reported(made["2026-H2"], "year.paid")["V"] == 12 * 1554 + 4 * 466 + 513
    assert reported(made["2026-H2"], "months.paid")["V"] == 6 * 1554 + 2 * 466
    assert reported(made["2026"], "months.paid")["V"] == 12 * 1554 + 4 * 466 + 2 * 513
    assert reported(made["2026"], "paid_to_date")["V"] == 23310  # what the year owes D
    # The work of a half-year is that of its months; quarters add none.
    assert reported(made["2026-H2"], "months.services") == {"H": 6 + 4, "V": 12}
    office.ledger.verify()


def test_a_year_is_refused_while_a_paying_half_year_is_unpublished(office: Office) -> None:
    office.publish_all(IN_ORDER[:-2])
    office.freeze("2026")
    with pytest.raises(Refused) as refused:
        office.run("2026")
    (problem,) = refused.value.problems
    assert (problem.column, problem.what) == ("2026-H2", "is not published, and the policy pays in half-years: 半年奖")
    assert problem.remedy == "publish it first: payengine month 2026-H2; then: payengine month 2026"


def test_a_half_year_is_refused_while_a_paying_quarter_is_unpublished(office: Office) -> None:
    office.publish_all(IN_ORDER[:7])  # to June, with the first quarter
    office.freeze("2026-H1")
    with pytest.raises(Refused) as refused:
        office.run("2026-H1")
    assert [problem.column for problem in refused.value.problems] == ["2026-Q2"]


def test_a_half_year_is_not_frozen_before_all_its_months(office: Office) -> None:
    office.publish_all(MONTHS[:5])
    with pytest.raises(Refused, match="freeze of 2026-H1 refused: 1 of its months") as refused:
        office.freeze("2026-H1")
    assert [problem.column for problem in refused.value.problems] == ["2026-06"]


def test_a_quarter_without_the_half_year_before_it_says_so(office: Office) -> None:
    """The third quarter's year to date lacks the half-year.

    The month that runs meanwhile is not told.
    """
    made = {text: office.publish(text) for text in IN_ORDER[:13] if text != "2026-H1"}
    assert not [text for text in made["2026-07"].warnings if "lacks it" in text]
    assert [text for text in made["2026-Q3"].warnings if "lacks it" in text] == [
        "2026-H1 is not published, so the year to date lacks it: 半年奖"
    ]


def test_a_half_year_that_the_policy_does_not_pay_in_is_not_missed(office: Office) -> None:
    office.policy = policy(office.folder.parent / "policy", IN_QUARTERS)
    office.publish_all([text for text in IN_ORDER if "H" not in text])
    assert office.run("2026").state == "already published"


def test_a_half_year_by_itself_settles_over_its_months(office: Office) -> None:
    """Without quarters: A's (45.00) / 20 = 2.25."""
    text = IN_HALF_YEARS.replace('[formulas.quarter]\noutputs = ["quarter_bonus"]\n', "")
    office.policy = policy(office.folder.parent / "policy", text)
    office.publish_all(MONTHS[:6])
    assert paid(office.publish("2026-H1"), "A", "half_year_bonus") == 225


def test_a_policy_without_half_years_computes_none(office: Office) -> None:
    office.policy = policy(office.folder.parent / "policy", POLICY)
    office.publish_all(MONTHS[:6])
    office.freeze("2026-H1")
    with pytest.raises(Refused, match="H1"):
        office.run("2026-H1")


def test_a_half_year_after_a_month_s_revision_is_outdated(office: Office) -> None:
    office.publish_all(IN_ORDER[:9])
    records = office.tables["service_record"]
    office.tables["service_record"] = [row for row in records if row["record_id"] != "2026-05-A"]
    office.publish("2026-05", revise="one record less")
    told = " ".join(office.run("2026-H1", dry_run=True).warnings)
    assert "2026-05 was revised after this snapshot was frozen" in told


# --- another way: random work, with fractions ------------------------------------------------------------------------


def half_up(yuan: Fraction) -> int:
    """Round yuan to fen."""
    return int((yuan * 100 + Fraction(1, 2)) // 1)


def expected(work: Mapping[int, Fraction], kinds: frozenset[str]) -> dict[str, int]:
    """Compute a person's pay of each settlement from his points by month: fen by period."""
    advance = {month: half_up(points * 2) for month, points in work.items()}
    found = {}
    for quarter in range(1, 5):
        months = range(3 * quarter - 2, 3 * quarter + 1)
        if "quarter" in kinds:
            found[f"2026-Q{quarter}"] = half_up(Fraction(sum(advance[month] for month in months), 1000))
    for half in (1, 2):
        months = range(6 * half - 5, 6 * half + 1)
        quarters = sum(found.get(f"2026-Q{quarter}", 0) for quarter in (2 * half - 1, 2 * half))
        if "half_year" in kinds:
            found[f"2026-H{half}"] = half_up(Fraction(sum(advance[month] for month in months) + quarters, 2000))
    owed = half_up(sum(work.values(), start=Fraction(0)) * Fraction("2.5"))
    return {**found, "2026": owed - sum(advance.values()) - sum(found.values())}


@pytest.mark.parametrize(("seed", "kinds"), [(1, "quarter half_year"), (2, "half_year"), (3, "")])
def test_random_work_is_paid_as_fractions_say_however_the_year_is_settled(
    office: Office, seed: int, kinds: str
) -> None:
    """Months, settlements and the year together are what the year owes.

    It does not matter in which of them the policy pays.
    """
    chance, paying = Random(seed), frozenset(kinds.split())
    work = {
        (at, who): {number: Fraction(chance.randrange(0, 40_000), 100) for number in range(1, 13)}
        for at, who in (("H", "A"), ("V", "D"))
    }
    office.tables["service_record"] = [
        record(f"{month}-{who}", f"{month}-05", who, quantity=decimal_text(int(points * 100), 2), institution=at)
        for (at, who), by_month in work.items()
        for month, points in zip(map(str, MONTHS), by_month.values(), strict=True)
        if points
    ]
    text = IN_HALF_YEARS
    for kind in {"quarter", "half_year"} - paying:
        text = text.replace(f'[formulas.{kind}]\noutputs = ["{kind}_bonus"]\n', "")
    office.policy = policy(office.folder.parent / "policy", text)
    due = [text for text in IN_ORDER if office.policy.formulas(Period.parse(text).kind)[0]]
    made = {text: office.publish(text) for text in due}
    names = {"quarter": "quarter_bonus", "half_year": "half_year_bonus", "year": "settled_pay"}
    for (at, who), by_month in work.items():
        told = {
            text: pay(outcome).get((at, who, names[outcome.results.meta.period.kind]), 0)
            for text, outcome in made.items()
            if text in expected(by_month, paying)
        }
        assert told == expected(by_month, paying), who


def test_a_ledger_of_months_and_quarters_takes_half_years_later(office: Office) -> None:
    """Half-years settle what was published before the policy knew them."""
    both = office.policy
    office.policy = policy(office.folder.parent / "before", IN_QUARTERS)
    office.publish_all([text for text in IN_ORDER[:-1] if "H" not in text])
    office.policy = both
    assert paid(office.publish("2026-H1"), "A", "half_year_bonus") == 248
    assert paid(office.publish("2026-H2"), "A", "half_year_bonus") == 644
    assert paid(office.publish("2026"), "A", "settled_pay") == 1538
