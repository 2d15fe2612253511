"""Quarterly true-up of what the months paid before the appraisal.

The quarter's coefficient settles it. Months that pay by a price hold back what the provisional coefficient is below 1,
so the true-up has money of its own. Months that divide a pool hold nothing back: there the same money is divided anew.
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
    """Months' pay at the quarter's coefficient instead of the provisional one, less that pay.

    The difference may be negative.
    """
    paid = paid_in_period["workload_pay"]
    return (paid * quality_coefficient / provisional_coefficient).round(FEN) - paid


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
    """Months' pay of all, divided anew by the quarter's weighted points, less each one's pay.

    Over the institution it adds up to nothing. Where nobody has weighted points in the quarter, the months stand.
    """
    paid = paid_in_period["workload_pay"]
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
    """Pay for the quarter's points by the rules of the quarter, less what its months paid."""
    return workload_pay.sum() - paid_in_period["workload_pay"]
