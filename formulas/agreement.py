"""Agreement pay (协议工资) of backbone and high-level staff.

Agreement pay itself is given per person and paid as the component `agreement_pay`, with funding of its own. It
*replaces* pay by work where the policy lets only the standard scheme take part in distribution, and *tops up* where
everybody does; `agreement_top_up` pays the amount lacking to an agreed amount. It stands outside the performance-pay
total unless the policy counts it inside (`agreement_inside_total`).
"""

from payengine.exact import FEN
from payengine.graph import COUNT, ENGAGEMENT, INSTITUTION, STAFF, YUAN, formula, unit_of, where

FLAG = unit_of("flag")
PAID = ("agreement_pay", "agreement_top_up")


@formula(
    level=ENGAGEMENT,
    unit=FLAG,
    gives="takes_part",
    label="参与绩效分配（全体人员）",
    source="xining-2024 22",
    default=True,
)
def everybody_takes_part(director):
    """All engagements: everybody who works earns by work, with or without an agreement."""
    return director | ~director


@formula(
    level=ENGAGEMENT, unit=FLAG, gives="takes_part", label="参与绩效分配（协议工资人员除外）", source="xining-2024 22"
)
def standard_scheme_takes_part(pay_scheme):
    """Engagements outside the agreement scheme: agreement pay replaces pay by work.

    An engagement on the agreement scheme shares in no pool and earns by no price.
    """
    return pay_scheme != "agreement"


@formula(level=STAFF, unit=FLAG, label="协议工资人员", source="yangzhou-14th 20")
def on_agreement(pay_scheme):
    """Persons with an engagement on the agreement scheme in the period."""
    return (pay_scheme == "agreement").any()


@formula(level=STAFF, unit=YUAN, label="协议工资补足差额", source="yangzhou-14th 20", component=True)
def agreement_top_up(pay_component, pay_counted_against_agreement, on_agreement):
    """Amount lacking to the agreed amount (`agreed_pay`), paid to persons on an agreement.

    The pay that the policy counts against the agreed amount is deducted first.
    """
    lacking = pay_component.or_zero("agreed_pay") - pay_counted_against_agreement
    return where(on_agreement, lacking.positive_part(), 0)


@formula(level=INSTITUTION, unit=COUNT, label="有约定金额而无协议的人数", source="yangzhou-14th 20", report=True)
def agreed_without_agreement(pay_component, on_agreement):
    """Number of persons given an agreed amount without an engagement on the agreement scheme.

    Nothing is topped up for them.
    """
    return (~on_agreement & (pay_component.or_zero("agreed_pay") != 0)).count()


@formula(level=INSTITUTION, unit=YUAN, label="协议工资（本年已发）", source="xining-2024 22", report=True)
def agreement_pay_granted(institution_paid_before):
    """Agreement pay and top-up that the year paid before this run; in a settlement all of it."""
    paid = institution_paid_before.only(name for name in PAID if name in institution_paid_before)
    return paid.total().round(FEN)


@formula(level=INSTITUTION, unit=YUAN, label="协议工资（计入绩效工资总量）", source="xining-2024 22", report=True)
def agreement_pay_inside_total(agreement_pay_granted, agreement_inside_total):
    """Agreement pay that counts in the performance-pay total.

    It counts there where the policy says so; otherwise it stands outside.
    """
    return where(agreement_inside_total.or_else(False), agreement_pay_granted, 0)


@formula(level=INSTITUTION, unit=YUAN, label="协议工资（绩效工资总量之外）", source="xining-2024 22", report=True)
def agreement_pay_outside_total(agreement_pay_granted, agreement_pay_inside_total):
    """Agreement pay that stands outside the performance-pay total."""
    return agreement_pay_granted - agreement_pay_inside_total
