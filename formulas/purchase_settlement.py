"""Settlement of the year's bought services (年终清算): the amount owed, less payments.

Payments are what the year's months have paid. Months either pay the purchase, or prepay a share of it
(`service_purchase_advance`). Each month reports what its work is worth at the price of that month
(`service_purchase_owed`, `purchase_before_appraisal`), so a price that changes in the year is never applied to earlier
months. What the year owes the policy chooses:

    due_as_in_months          the sum of what the months were worth, with the months' coefficients
    due_at_year_coefficient   the months' work before appraisal x the year's coefficient
    due_by_year_budget        the year's budget divided by the year's work (redistribute, withhold)

Twelve months and the settlement add up to what the year owes.
"""

from payengine.exact import FEN
from payengine.graph import INSTITUTION, YUAN, formula, where

CLAUSE = "shengzhou-2022 三(二)2"


@formula(level=INSTITUTION, unit=YUAN, label="当量购买服务预拨", source=CLAUSE, statement=True)
def service_purchase_advance(service_purchase, purchase_advance_share):
    """Share of the month's purchase that is prepaid; nothing of an amount below 0."""
    return (service_purchase.positive_part() * purchase_advance_share).round(FEN)


@formula(level=INSTITUTION, unit=YUAN, label="当量购买服务应付", source=CLAUSE, report=True)
def service_purchase_owed(service_purchase):
    """Worth of the period's work, whether it is paid in the period or only prepaid."""
    return service_purchase


@formula(
    level=INSTITUTION, unit=YUAN, gives="service_purchase_due", label="当量购买服务全期应付（按各月合计）",
    source=CLAUSE, report=True, default=True,
)  # fmt: skip
def due_as_in_months(reported_in_period):
    """Purchase due: the sum of what the months reported as owed."""
    return reported_in_period["service_purchase_owed"].round(FEN)


@formula(
    level=INSTITUTION, unit=YUAN, gives="service_purchase_due", label="当量购买服务全期应付（按年度考核系数）",
    source=CLAUSE, report=True,
)  # fmt: skip
def due_at_year_coefficient(work_of_months, institution_coefficient):
    """Purchase due: the months' worth before appraisal x the coefficient of the whole period."""
    return (work_of_months * institution_coefficient).round(FEN)


@formula(level=INSTITUTION, unit=YUAN, label="各月当量购买合计（考核前）", source=CLAUSE, report=True)
def work_of_months(reported_in_period):
    """Worth of the months' work before appraisal, each month at its own price.

    It is the sum of what the months reported as `purchase_before_appraisal`.
    """
    return reported_in_period["purchase_before_appraisal"].round(FEN)


@formula(
    level=INSTITUTION, unit=YUAN, gives="service_purchase_due", label="当量购买服务全期应付（按年度预算）",
    source=CLAUSE, report=True,
)  # fmt: skip
def due_by_year_budget(service_purchase):
    """Purchase due, computed over the whole period.

    It is a budget of the year, divided by the year's points.
    """
    return service_purchase


@formula(level=INSTITUTION, unit=YUAN, label="当量购买服务应清算额", source=CLAUSE, report=True)
def service_purchase_unsettled(service_purchase_due, statements_in_period, opening_balance_in_period):
    """Purchase due, less what the months paid and what was overpaid before; may be negative.

    What was overpaid is taken off in the settlements in which its period begins, not in each of the year.
    """
    paid = paid_of(statements_in_period, "service_purchase", "service_purchase")
    return service_purchase_due - paid - opening_balance_in_period["service_purchase_overpaid"]


@formula(level=INSTITUTION, unit=YUAN, label="当量购买服务清算", source=CLAUSE, statement=True)
def service_purchase_settlement(service_purchase_unsettled, overpaid_is_carried):
    """Settlement of the purchase paid now; a negative amount is recovered.

    The policy may carry a negative amount into the next year instead.
    """
    return settled(service_purchase_unsettled, overpaid_is_carried)


@formula(level=INSTITUTION, unit=YUAN, label="当量购买服务多付结转", source=CLAUSE, report=True)
def service_purchase_overpaid(service_purchase_unsettled, service_purchase_settlement):
    """Overpaid purchase money that is not recovered now.

    It is the next year's opening balance of this name.
    """
    return service_purchase_settlement - service_purchase_unsettled


# Steps that settlements share; these are no formulas.


def paid_of(statements, stem, paid_in_full=""):
    """Add up what the periods inside paid of a purchase.

    They paid it in full, as an advance, or as a quarter's or half-year's settlement.
    """
    in_full = paid_in_full or f"{stem}_purchase"
    return sum(
        (statements.or_zero(line) for line in (f"{stem}_advance", f"{stem}_settlement")), statements.or_zero(in_full)
    )


def settled(amount, carried):
    """Settle all of an amount, or only what is above zero.

    The latter where the policy carries what was overpaid.
    """
    return where(carried.or_else(False), amount.positive_part(), amount)
