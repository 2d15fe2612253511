"""What is reported beside the payslips: pay against purchase, the fixed share of pay."""

from payengine.exact import RATE
from payengine.graph import CONSORTIUM, INSTITUTION, RATIO, YUAN, formula, where


@formula(level=INSTITUTION, unit=YUAN, label="人员薪酬合计", source="shengzhou-2022 三(二)2", report=True)
def staff_pay(gross_pay):
    """All payslips of the institution."""
    return gross_pay.sum()


@formula(level=INSTITUTION, unit=YUAN, label="购买总额减人员薪酬", source="shengzhou-2022 三(二)2", report=True)
def purchase_balance(purchase_total, staff_pay):
    """What the purchase leaves after staff pay; negative where more is paid than was bought."""
    return purchase_total - staff_pay


@formula(level=INSTITUTION, unit=RATIO, label="固定部分占比", source="xining-2024 22", report=True)
def fixed_share(fixed_pay, gross_pay):
    """Fixed pay / all pay; 0 where nothing is paid. Which components are fixed is the policy's classification."""
    return _share(fixed_pay.sum(), gross_pay.sum())


@formula(level=INSTITUTION, unit=RATIO, label="固定部分占比（本年累计）", source="xining-2024 22", report=True)
def fixed_share_to_date(fixed_pay, gross_pay, fixed_paid_before, variable_paid_before):
    """The same from January on: the published earlier months and this one."""
    fixed = fixed_pay.sum() + fixed_paid_before
    return _share(fixed, gross_pay.sum() + fixed_paid_before + variable_paid_before)


@formula(level=CONSORTIUM, unit=RATIO, label="固定部分占比（全体）", source="xining-2024 22", report=True)
def fixed_share_of_all(fixed_pay, gross_pay):
    """The same over all institutions together."""
    return _share(fixed_pay.sum(), gross_pay.sum())


def _share(fixed, gross):
    return (fixed / where(gross == 0, 1, gross)).round(RATE)
