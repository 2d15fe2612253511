"""Figures reported beside the payslips: pay against purchase."""

from payengine.graph import INSTITUTION, YUAN, formula


@formula(level=INSTITUTION, unit=YUAN, label="人员薪酬合计", source="shengzhou-2022 三(二)2", report=True)
def staff_pay(gross_pay):
    """Sum of all payslips of the institution."""
    return gross_pay.sum()


@formula(level=INSTITUTION, unit=YUAN, label="购买总额减人员薪酬", source="shengzhou-2022 三(二)2", report=True)
def purchase_balance(purchase_total, staff_pay):
    """Amount that the purchase leaves after staff pay.

    Negative where more is paid than was bought.
    """
    return purchase_total - staff_pay
