"""Fixed part of staff pay (人员薪酬中固定部分占比): share, gap to its floor, and remedies.

Which components are fixed is the policy's classification; `fixed_by_component` and `variable_by_component` print it
with the amounts that were counted. Floor and target hold for the kinds of institution for which the policy has values.

A share that is too low is reported, and that is all, unless the policy records an approval: then variable pay of this
run may be converted into a fixed component (nobody's total changes), or limited to what the fixed pay allows (what is
over the limit is retained). Pay of earlier runs counts in the share to date and is never touched.
"""

from payengine.exact import CEILING, FEN, FLOOR, RATE
from payengine.graph import CONSORTIUM, COUNT, INSTITUTION, RATIO, STAFF, YUAN, divide, formula, minimum, where


@formula(level=INSTITUTION, unit=RATIO, label="固定部分占比", source="xining-2024 22", report=True)
def fixed_share(fixed_pay, gross_pay):
    """Fixed pay / all pay of the institution; 0 where nothing is paid.

    Which components are fixed is the policy's classification.
    """
    return _share(fixed_pay.sum(), gross_pay.sum())


@formula(level=CONSORTIUM, unit=RATIO, label="固定部分占比（全体）", source="xining-2024 22", report=True)
def fixed_share_of_all(fixed_pay, gross_pay):
    """Fixed pay / all pay over all institutions together; 0 where nothing is paid."""
    return _share(fixed_pay.sum(), gross_pay.sum())


@formula(level=INSTITUTION, unit=YUAN, label="固定部分（本年累计）", source="xining-2024 22", report=True)
def fixed_pay_to_date(fixed_pay, fixed_paid_before):
    """Fixed pay of the institution from January on, this run included.

    Pay before this run counts by the class under which it was published.
    """
    return fixed_pay.sum() + fixed_paid_before


@formula(level=INSTITUTION, unit=YUAN, label="人员薪酬（本年累计）", source="xining-2024 22", report=True)
def pay_to_date(gross_pay, fixed_paid_before, variable_paid_before):
    """All pay of the institution from January on, this run included."""
    return gross_pay.sum() + fixed_paid_before + variable_paid_before


@formula(level=INSTITUTION, unit=RATIO, label="固定部分占比（本年累计）", source="xining-2024 22", report=True)
def fixed_share_to_date(fixed_pay_to_date, pay_to_date):
    """Fixed pay / all pay from January on: the share that floor and target hold for."""
    return _share(fixed_pay_to_date, pay_to_date)


@formula(level=CONSORTIUM, unit=RATIO, label="固定部分占比（全体，本年累计）", source="xining-2024 22", report=True)
def fixed_share_to_date_of_all(fixed_pay_to_date, pay_to_date):
    """Fixed pay / all pay from January on, over all institutions together."""
    return _share(fixed_pay_to_date.sum(), pay_to_date.sum())


@formula(level=INSTITUTION, unit=YUAN, label="固定部分不足下限的金额（本年累计）", source="xining-2024 22", report=True)
def fixed_share_lacking(fixed_pay_to_date, pay_to_date, fixed_share_floor):
    """Further amount of the same pay that would have to be fixed to reach the floor.

    0 where the floor is reached, or none is set.
    """
    return _lacking(fixed_pay_to_date, pay_to_date, fixed_share_floor)


@formula(
    level=INSTITUTION,
    unit=RATIO,
    label="固定部分占比与目标之差（本年累计）",
    source="xining-2024 annex 22",
    report=True,
)
def fixed_share_from_target(fixed_share_to_date, fixed_share_target):
    """Share to date less the target: negative below it; 0 where no target is set."""
    return where(fixed_share_target.is_set(), fixed_share_to_date - fixed_share_target, 0).round(RATE)


@formula(
    level=INSTITUTION, unit=COUNT, label="固定部分占比在目标容许范围内", source="xining-2024 annex 22", report=True
)
def fixed_share_near_target(fixed_pay_to_date, pay_to_date, fixed_share_target, fixed_share_tolerance):
    """Flag of a share to date within the tolerance of the target.

    The share is compared before it is rounded; both ends of the tolerance are within it.
    """
    room = pay_to_date * fixed_share_tolerance - abs(fixed_pay_to_date - pay_to_date * fixed_share_target)
    return (where(fixed_share_target.is_set(), room, -1) >= 0) & (pay_to_date > 0)


# Conversion: the least variable pay becomes fixed, so that the floor is reached and no one's total changes.


@formula(
    level=INSTITUTION,
    unit=YUAN,
    label="变动转固定的金额",
    source="xining-2024 22",
    report=True,
    approval="fixed_share_convert",
)
def converted_pay(
    fixed_pay_before_conversion, variable_pay_before_conversion, fixed_paid_before, variable_paid_before,
    fixed_share_floor, fixed_share_convert,
):  # fmt: skip
    """Amount that the fixed share to date lacks to its floor, converted from variable pay.

    At most the variable pay of this run.
    """
    fixed = fixed_pay_before_conversion.sum() + fixed_paid_before
    variable = variable_pay_before_conversion.sum() + variable_paid_before
    lacking = _lacking(fixed, fixed + variable, fixed_share_floor)
    most = variable_pay_before_conversion.positive_part().sum()
    return where(fixed_share_convert.or_else(False), minimum(lacking, most), 0)


@formula(level=STAFF, unit=YUAN, label="变动转固定：转入", source="xining-2024 22", component=True)
def converted_to_fixed(converted_pay, variable_pay_before_conversion):
    """Person's part of the converted amount, in proportion to variable pay of this run."""
    return divide(converted_pay, variable_pay_before_conversion.positive_part())


@formula(level=STAFF, unit=YUAN, label="变动转固定：转出", source="xining-2024 22", component=True)
def converted_from_variable(converted_to_fixed):
    """Person's converted amount, taken out of variable pay of the same person."""
    return -converted_to_fixed


# Cap: variable pay is limited to what the fixed pay allows; what is over the limit is not paid.


@formula(
    level=INSTITUTION,
    unit=YUAN,
    label="超出变动部分上限留存",
    source="xining-2024 22",
    report=True,
    approval="fixed_share_cap",
)
def variable_pay_retained(
    fixed_pay_before_cap, variable_pay_before_cap, fixed_paid_before, variable_paid_before,
    fixed_share_floor, fixed_share_cap,
):  # fmt: skip
    """Variable pay to date beyond fixed pay x (1 - floor) / floor, as far as this run pays it."""
    fixed = fixed_pay_before_cap.sum() + fixed_paid_before
    variable = variable_pay_before_cap.sum() + variable_paid_before
    floor = where(fixed_share_floor.is_set() & (fixed_share_floor > 0), fixed_share_floor, 1)
    allowed = (fixed.positive_part() * (1 - floor) / floor).round(FEN, FLOOR)
    over = where(fixed_share_floor.is_set() & (fixed_share_floor > 0), variable - allowed, 0).positive_part()
    most = variable_pay_before_cap.positive_part().sum()
    return where(fixed_share_cap.or_else(False), minimum(over, most), 0)


@formula(level=STAFF, unit=YUAN, label="超出变动部分上限扣减", source="xining-2024 22", component=True)
def variable_pay_over_cap(variable_pay_retained, variable_pay_before_cap):
    """Person's part of the retained amount, in proportion to variable pay of this run."""
    return -divide(variable_pay_retained, variable_pay_before_cap.positive_part())


def _share(fixed, gross):
    return (where(gross == 0, 0, fixed) / where(gross == 0, 1, gross)).round(RATE)


def _lacking(fixed, gross, floor):
    """Compute the amount lacking to floor x gross, rounded up to the fen."""
    return where(floor.is_set(), floor * gross - fixed, 0).positive_part().round(FEN, CEILING)
