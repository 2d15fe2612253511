"""Rewards and deductions that name their case (奖惩分明、逐项列明).

Cases are quality results, discipline, verified complaints. Every row of the table `adjustment` names its case and who
approved it, and is listed so with the results. Here they become money: additions and deductions stand on two lines of
the payslip, and never cancel out unseen.
"""

from payengine.exact import FEN
from payengine.graph import COUNT, INSTITUTION, STAFF, YUAN, formula

SOURCE = "guangan-14th 5-2"


@formula(level=STAFF, unit=YUAN, label="考核奖励（列明事项）", source=SOURCE, component=True)
def case_addition(addition):
    """Sum of the person's cases above zero."""
    return addition.total().round(FEN)


@formula(level=STAFF, unit=YUAN, label="考核扣减（列明事项）", source=SOURCE, component=True)
def case_deduction(deduction):
    """Sum of the person's cases below zero."""
    return deduction.total().round(FEN)


@formula(level=INSTITUTION, unit=YUAN, label="机构考核奖励（列明事项）", source=SOURCE, statement=True)
def institution_case_addition(institution_addition):
    """Sum of the institution's own cases above zero."""
    return institution_addition.total().round(FEN)


@formula(level=INSTITUTION, unit=YUAN, label="机构考核扣减（列明事项）", source=SOURCE, statement=True)
def institution_case_deduction(institution_deduction):
    """Sum of the institution's own cases below zero."""
    return institution_deduction.total().round(FEN)


@formula(level=INSTITUTION, unit=COUNT, label="无资质服务记录数", source="guangan-14th 11-2", report=True)
def unlicensed_services(rejected, reported_in_period):
    """Number of records rejected because a licence or finished training was missing.

    The person needs the licence and the training that the item asks for. A settlement adds up the numbers that its
    months reported.
    """
    earlier = reported_in_period["unlicensed_services"].or_else(0)
    return (rejected["not_licensed"] + earlier).round(0)
