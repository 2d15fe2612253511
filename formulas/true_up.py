"""True-up, by quarter or half-year, of what the months paid before the appraisal.

The settled period's coefficient settles it. Months that pay by a price hold back what the provisional coefficient is
below 1, so the true-up has money of its own. Months that divide a pool hold nothing back: there the same money is
divided anew. What a shorter true-up inside the period has paid of it is part of what was paid.
"""

from payengine.exact import FEN
from payengine.graph import INSTITUTION, STAFF, YUAN, divide, formula, where

BY_PRICE = ("by_point_price", "by_stepped_price")


@formula(
    level=STAFF,
    unit=YUAN,
    gives="appraisal_true_up",
    label="季度考核清算（按系数）",
    source="guangan-14th 6-2",
    component=True,
    steady=("provisional_coefficient",),
    settles={"workload_pay": BY_PRICE, "quality_coefficient": ("staff_provisional",)},
)
def true_up_by_coefficient(paid_in_period, quality_coefficient, provisional_coefficient):
    """Months' pay at the period's coefficient, not the provisional one, less what was paid.

    The difference may be negative.
    """
    due = (paid_in_period["workload_pay"] * quality_coefficient / provisional_coefficient).round(FEN)
    return due - paid_of(paid_in_period)


@formula(
    level=STAFF,
    unit=YUAN,
    gives="appraisal_true_up",
    label="季度考核清算（总量内重新分配）",
    source="guangan-14th 6-2",
    component=True,
    settles={"workload_pay": ("by_point_value",)},
)
def true_up_within_pool(paid_in_period, weighted_points, in_workload_pool):
    """Months' pay of all, divided anew by the period's weighted points, less each one's pay.

    Over the institution it adds up to nothing. Where nobody has weighted points in the period, the months stand.
    """
    paid = paid_of(paid_in_period)
    weight = where(in_workload_pool, weighted_points, 0)
    divisible = weight.sum(INSTITUTION) > 0
    due = divide(where(divisible, paid.sum(INSTITUTION), 0), weight).sum(STAFF)
    return where(divisible, due - paid, 0)


@formula(
    level=STAFF,
    unit=YUAN,
    gives="appraisal_true_up",
    label="季度考核清算（按重算）",
    source="guangan-14th 6-2",
    component=True,
)
def true_up_by_recalculation(workload_pay, paid_in_period):
    """Pay for the period's points by the rules of the period, less what was paid inside it."""
    return workload_pay.sum() - paid_of(paid_in_period)


# A step that the true-ups share; it is no formula.


def paid_of(paid):
    """Add up what the months paid for work, and what true-ups inside the period paid of it."""
    return paid["workload_pay"] + paid["appraisal_true_up"]
