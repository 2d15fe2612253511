"""Incentive part of performance pay (奖励性绩效占绩效工资的比例).

A policy may bound it from below and above. What counts as incentive pay and as performance pay are the policy's totals
`incentive_pay` and `performance_pay`, over the year to date.
"""

from payengine.exact import RATE
from payengine.graph import INSTITUTION, RATIO, YUAN, formula, where


@formula(level=INSTITUTION, unit=YUAN, label="奖励性绩效（本年累计）", source="yunnan", report=True)
def incentive_pay_to_date(incentive_pay, incentive_pay_of_others):
    """Incentive pay of the institution's staff in the year to date.

    Staff who stand in no row any more are included.
    """
    return incentive_pay.sum() + incentive_pay_of_others


@formula(level=INSTITUTION, unit=YUAN, label="绩效工资（本年累计）", source="yunnan", report=True)
def performance_pay_to_date(performance_pay, performance_pay_of_others):
    """Performance pay of the institution's staff in the year to date.

    It is the basic and the incentive part together; staff who stand in no row any more are included.
    """
    return performance_pay.sum() + performance_pay_of_others


@formula(level=INSTITUTION, unit=RATIO, label="奖励性绩效占绩效工资的比例", source="yunnan", report=True)
def incentive_share(incentive_pay_to_date, performance_pay_to_date):
    """Incentive pay / performance pay of the year to date; 0 where none was paid."""
    paid = performance_pay_to_date
    return (where(paid == 0, 0, incentive_pay_to_date) / where(paid == 0, 1, paid)).round(RATE)
