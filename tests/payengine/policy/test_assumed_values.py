"""Values that a simulation assumes are read like a policy's, and refused in words."""

from __future__ import annotations

from datetime import date

import pytest

import formulas
from payengine.errors import UsageError
from payengine.periods import Period
from payengine.policy import Policy, load_policy
from payengine.policy.assumed_values import AssumedValue, read_assumed, with_assumed

OCTOBER = Period.parse("2026-10")


@pytest.fixture(scope="module")
def demo() -> Policy:
    return load_policy("demo", [formulas.POLICIES])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("staff_point_price=4.50", AssumedValue("staff_point_price", (), 45_000)),
        (" staff_point_price = 0.0001", AssumedValue("staff_point_price", (), 1)),
        (
            "base_guarantee_amount[kind=village_clinic]=1600",
            AssumedValue("base_guarantee_amount", (("kind", "village_clinic"),), 16_000_000),
        ),
        (
            "staff_point_price[title=主治医师,kind=township_center]=5",
            AssumedValue("staff_point_price", (("kind", "township_center"), ("title", "主治医师")), 50_000),
        ),
        ("floor_by_person_months=yes", AssumedValue("floor_by_person_months", (), 1)),
        ("floor_by_person_months=否", AssumedValue("floor_by_person_months", (), 0)),
    ],
)
def test_a_value_is_read(demo: Policy, text: str, value: AssumedValue) -> None:
    assert read_assumed(demo, text) == value
    assert read_assumed(demo, value.text(demo)) == value


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("staff_point_price", "sets nothing"),
        ("=4", "names no parameter"),
        ("staf_point_price=4", "did you mean staff_point_price?"),
        ("staff_point_price=4.56789", "more than 4 decimals"),
        ("staff_point_price=four", "is not a number"),
        ("reward_staff_share_floor=1.01", "above the most allowed, 1"),
        ("reward_staff_share_floor=-0.1", "below the least allowed, 0"),
        ("floor_by_person_months=0.5", "true or false"),
        ("appraisal_weight=0.5", "appraisal_weight[indicator=workload]"),
        ("appraisal_weight[indicator=qualiti]=0.5", "did you mean quality?"),
        ("staff_point_price[knd=cdc]=4", "did you mean kind?"),
        ("staff_point_price[kind=vilage_clinic]=4", "did you mean village_clinic?"),
        ("staff_point_price[kind]=4", "are no keys"),
        ("staff_point_price[kind=cdc,kind=cdc]=4", "are no keys"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_words(demo: Policy, text: str, words: str) -> None:
    with pytest.raises(UsageError) as refused:
        read_assumed(demo, text)
    assert words in refused.value.report()


def test_a_value_holds_in_the_period_alone(demo: Policy) -> None:
    changed = with_assumed(demo, [read_assumed(demo, "staff_point_price=4.50")], OCTOBER)
    days = (date(2026, 9, 30), date(2026, 10, 1), date(2026, 10, 31), date(2026, 11, 1))
    assert [changed.value("staff_point_price", day) for day in days] == [42_000, 45_000, 45_000, 42_000]
    assert with_assumed(demo, [], OCTOBER) is demo


def test_the_general_value_leaves_the_specific_one(demo: Policy) -> None:
    changed = with_assumed(demo, [read_assumed(demo, "base_guarantee_amount=7")], OCTOBER)
    assert changed.value("base_guarantee_amount", OCTOBER.last_day, kind="cdc") == 70_000
    assert changed.value("base_guarantee_amount", OCTOBER.last_day, kind="village_clinic") == 15_000_000


def test_shares_must_still_sum_to_one(demo: Policy) -> None:
    one = read_assumed(demo, "appraisal_weight[indicator=workload]=0.5")
    with pytest.raises(UsageError, match=r"sum to 1\.10, not to 1"):
        with_assumed(demo, [one], OCTOBER)
    other = read_assumed(demo, "appraisal_weight[indicator=quality]=0.2")
    assert with_assumed(demo, [one, other], OCTOBER).value(
        "appraisal_weight", OCTOBER.last_day, indicator="quality"
    ) == 2_000  # fmt: skip


def test_values_that_contradict_each_other_are_refused(demo: Policy) -> None:
    values = [read_assumed(demo, f"staff_point_price[{key}]=5") for key in ("title=医师", "education=本科")]
    with pytest.raises(UsageError, match="neither is more specific"):
        with_assumed(demo, values, OCTOBER)
