"""Figures reported beside the payslips: pay against purchase.

What finance buys with is the purchase total; where per-head money buys public-health work apart, that money too, so
that a centre which does nothing else is not shown as overspent.
"""

from payengine.graph import INSTITUTION, YUAN, formula


@formula(level=INSTITUTION, unit=YUAN, label="人员薪酬合计", source="shengzhou-2022 三(二)2", report=True)
def staff_pay(gross_pay):
    """Sum of all payslips of the institution."""
    return gross_pay.sum()


@formula(level=INSTITUTION, unit=YUAN, label="购买总额减人员薪酬", source="shengzhou-2022 三(二)2", report=True)
def purchase_balance(purchase_money, staff_pay):
    """Amount that the purchase leaves after staff pay.

    Negative where more is paid than was bought.
    """
    return purchase_money - staff_pay


@formula(level=INSTITUTION, unit=YUAN, label="购买资金", source="shengzhou-2022 三(二)2", report=True, default=True)
def purchase_money(purchase_total):
    """Money with which finance buys the period's work: the purchase total."""
    return purchase_total


@formula(
    level=INSTITUTION, unit=YUAN, gives="purchase_money", label="购买资金（含人均基本公卫经费）",
    source="shengzhou-2022 三(二)4", report=True,
)  # fmt: skip
def purchase_and_head_money(purchase_total, public_health_money):
    """Money with which finance buys the period's work, per-head money included.

    It is the purchase total and the period's per-head money.
    """
    return purchase_total + public_health_money
