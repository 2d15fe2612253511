"""Subsidies for posts that the documents favour, and money earmarked for them."""

from payengine.exact import FEN
from payengine.graph import ENGAGEMENT, INSTITUTION, YUAN, formula


@formula(level=ENGAGEMENT, unit=YUAN, label="乡村中医药人员补偿", source="guangan-14th 7-1", component=True)
def tcm_subsidy(tcm_subsidy_standard, person_months):
    """Compensation for TCM staff: a standard for the month, by post, for the time in the post."""
    return (tcm_subsidy_standard * person_months).round_parts(FEN)


@formula(level=ENGAGEMENT, unit=YUAN, label="公卫医师岗位补助", source="xining-2024 22", component=True)
def public_health_physician_pay(public_health_physician_standard, person_months):
    """Subsidy for public-health physicians: a monthly standard by post, for the time in it."""
    return (public_health_physician_standard * person_months).round_parts(FEN)


@formula(level=INSTITUTION, unit=YUAN, label="专项补助资金结余", source="yangzhou-14th 20", report=True)
def earmarked_balance(finance, opening_balance, institution_paid_in_period_by_funding):
    """Earmarked money left, in a settlement.

    It is what came in and what stood before, less what its months paid from earmarked money.
    """
    came_in = finance.or_zero("earmarked_funds") + opening_balance["earmarked_funds"]
    return (came_in - institution_paid_in_period_by_funding["earmarked"]).round(FEN)
