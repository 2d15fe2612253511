"""Public-health work bought by equivalents, within the per-head money.

The money (population x standard x share) is the budget that the equivalents divide. It is prepaid in the year, month
by month, at the share that the policy prepays, and settled by the year's run: what the year's points and appraisal are
worth less what was prepaid. The policy lists the category `public_health` under `bought_apart`, so that its points are
not bought twice: where it says no, they are bought at the standard unit price, and no per-head money is divided.
"""

from formulas.population import people
from formulas.purchase import held_back
from formulas.purchase_settlement import paid_of, settled
from payengine.exact import FEN, RATE
from payengine.graph import CONSORTIUM, INSTITUTION, POINTS, YUAN, YUAN_PER_POINT, divide, formula, refuse, where
from payengine.texts import say

CATEGORY = "public_health"
CLAUSE = "shengzhou-2022 三(二)4"

# The budget.


@formula(level=INSTITUTION, unit=YUAN, label="本机构人均基本公卫经费", source="yangzhou-14th 22", report=True)
def public_health_money(
    measure, institution_kind, village_population_minimum, public_health_standard, public_health_share,
    months_of_period, bought_apart,
):  # fmt: skip
    """Per-head money: population x the year's standard per head x share bought by points.

    A month is a twelfth of it. Where the policy has no share for a kind of institution, its population is not counted:
    a clinic's people are already in its centre's figure. Where public-health points are bought at the unit price, 0.
    """
    counted = people(measure, institution_kind, village_population_minimum)
    population = where(public_health_share.is_set(), counted, 0)
    year = population * public_health_standard * public_health_share.or_else(0)
    return by_head_money(bought_apart, (year * months_of_period / 12).round(FEN))


@formula(
    level=CONSORTIUM,
    unit=YUAN,
    label="基本公卫购买预算（人均经费）",
    source="yangzhou-14th 22",
    report=True,
    default=True,
)
def public_health_budget(public_health_money):
    """Public-health budget: the per-head money of all institutions."""
    return public_health_money.sum()


@formula(
    level=CONSORTIUM, unit=YUAN, gives="public_health_budget", label="基本公卫购买预算（医共体打包额）",
    source="yangzhou-14th 22", report=True,
)  # fmt: skip
def budget_of_consortium(finance):
    """Public-health budget: the consortium's pooled money, finance line `public_health_pool`.

    Whichever institution may hold the line; a run in which none holds it is refused.
    """
    given = finance["public_health_pool"]
    refuse(~given.is_set().any(), say("no institution has the finance line {line}", line="public_health_pool"))
    return given.or_else(0).sum()


# Worth of the points.


@formula(level=INSTITUTION, unit=POINTS, label="基本公卫购买当量", source=CLAUSE, report=True)
def public_health_points(purchased_by_category, bought_apart):
    """Points of the category `public_health`; none where no item is of that category.

    None either where they are bought at the unit price.
    """
    points = purchased_by_category.only([key for key in purchased_by_category if key == CATEGORY]).total()
    return by_head_money(bought_apart, points.round(POINTS))


@formula(
    level=INSTITUTION, unit=YUAN, gives="public_health_purchase", label="基本公卫当量购买（经费全额按权重分配）",
    source=CLAUSE, statement=True,
)  # fmt: skip
def public_health_redistributed(public_health_budget, public_health_points, institution_coefficient):
    """Public-health budget divided in proportion to points x coefficient, to the fen.

    All of it is paid.
    """
    return divide(public_health_budget, (public_health_points * institution_coefficient).round(POINTS))


@formula(
    level=INSTITUTION, unit=YUAN, gives="public_health_purchase", label="基本公卫当量购买（经费内扣减）",
    source=CLAUSE, statement=True,
)  # fmt: skip
def public_health_withheld(public_health_budget_share, institution_coefficient):
    """Institution's share of the public-health budget x its coefficient.

    The rest is `public_health_money_left`.
    """
    return held_back(public_health_budget_share, institution_coefficient)


@formula(level=INSTITUTION, unit=YUAN, label="基本公卫经费份额（考核前）", source=CLAUSE, report=True)
def public_health_budget_share(public_health_budget, public_health_points):
    """Public-health budget divided in proportion to points, to the fen."""
    return divide(public_health_budget, public_health_points)


@formula(level=CONSORTIUM, unit=YUAN_PER_POINT, label="基本公卫当量单价（经费折算）", source=CLAUSE, report=True)
def public_health_price_implied(public_health_budget, public_health_points):
    """Public-health budget / all points, a rate of four decimals for the report.

    0 without points.
    """
    total = public_health_points.sum()
    return where(total > 0, (public_health_budget / where(total > 0, total, 1)).round(RATE), 0)


@formula(level=CONSORTIUM, unit=YUAN, label="基本公卫经费留存", source=CLAUSE, report=True)
def public_health_money_left(public_health_budget, public_health_purchase):
    """Amount left of the public-health budget.

    It is what appraisal holds back, or all of it where nobody has points.
    """
    return public_health_budget - public_health_purchase.sum()


# Prepaid in the year, settled by the year's run.


@formula(level=INSTITUTION, unit=YUAN, label="基本公卫经费预拨", source=CLAUSE, statement=True)
def public_health_advance(public_health_money, public_health_advance_share):
    """Share of the month's per-head money that is prepaid to the institution."""
    return (public_health_money * public_health_advance_share).round(FEN)


@formula(level=INSTITUTION, unit=YUAN, label="基本公卫应付", source=CLAUSE, report=True)
def public_health_owed(public_health_purchase):
    """Worth of the period's public-health purchase, where the period itself does not pay it."""
    return public_health_purchase


@formula(level=INSTITUTION, unit=YUAN, label="基本公卫应清算额", source=CLAUSE, report=True)
def public_health_unsettled(public_health_purchase, statements_in_period, opening_balance_in_period):
    """Worth of the period's public-health purchase, less earlier payments; may be negative.

    Earlier payments are what its months paid and what was overpaid before.
    """
    paid = paid_of(statements_in_period, "public_health")
    return public_health_purchase - paid - opening_balance_in_period["public_health_overpaid"]


@formula(level=INSTITUTION, unit=YUAN, label="基本公卫经费清算", source=CLAUSE, statement=True)
def public_health_settlement(public_health_unsettled, overpaid_is_carried):
    """Public-health settlement paid now; a negative amount is recovered.

    The policy may carry a negative amount into the next year instead.
    """
    return settled(public_health_unsettled, overpaid_is_carried)


@formula(level=INSTITUTION, unit=YUAN, label="基本公卫经费多付结转", source=CLAUSE, report=True)
def public_health_overpaid(public_health_unsettled, public_health_settlement):
    """Overpaid public-health money that is not recovered now.

    It is the next year's opening balance of this name.
    """
    return public_health_settlement - public_health_unsettled


# A step that both share; this is no formula.


def by_head_money(bought_apart, figure):
    """Keep a figure where the per-head money buys public-health points; 0 elsewhere.

    Elsewhere the unit price buys them. A policy without any category that is bought apart has no such choice: what it
    computes here, per-head money buys.
    """
    if not bought_apart.keys():
        return figure
    if CATEGORY not in bought_apart:
        return figure - figure  # 0, on its level and in its unit
    return where(bought_apart[CATEGORY].or_else(False), figure, 0)
