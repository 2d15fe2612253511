"""Purchase, from finance to the institution: points bought at a price and appraised.

The institution's appraisal weighs them. Everything that the institution did is bought, with a person or without. The
policy either buys at a fixed price, or caps the budget in one of two ways: `redistribute` pays all of it, `withhold`
keeps back what appraisal takes off. Categories that have money of their own (per-head public-health money) are left
out here, so nothing is bought twice; services of the category `directed` earn no points, because the task itself is
bought.
"""

from payengine.exact import FEN, RATE, Exact
from payengine.graph import (
    CONSORTIUM,
    INSTITUTION,
    POINTS,
    YUAN,
    YUAN_PER_POINT,
    Column,
    Keyed,
    divide,
    formula,
    refuse,
    where,
)
from payengine.texts import say

# Points that are bought.


@formula(level=INSTITUTION, unit=POINTS, label="购买当量", source="shengzhou-2022 三(二)2", report=True)
def purchased_points(points, own_points):
    """All stated points of the institution: of its staff, and its own."""
    return points.sum() + own_points


@formula(
    level=INSTITUTION, unit=POINTS, axis="category", label="分类购买当量", source="shengzhou-2022 三(二)2", report=True
)
def purchased_by_category(points_by_category, own_points_by_category):
    """All stated points of the institution by category: of its staff, and its own."""
    return points_by_category.sum() + own_points_by_category


@formula(level=INSTITUTION, unit=POINTS, label="另有经费购买的当量", source="shengzhou-2022 三(二)4", report=True)
def points_bought_apart(purchased_by_category, bought_apart):
    """Points of the categories that the policy buys with money of their own."""
    return where(bought_apart.like(purchased_by_category, False), purchased_by_category, 0).total()


@formula(level=INSTITUTION, unit=POINTS, axis="category", label="按当量购买的分类当量", source="shengzhou-2022 三(二)2")
def bought_by_category(purchased_by_category, bought_apart):
    """Points by category, without the categories that are bought apart."""
    apart = bought_apart.like(purchased_by_category, False)
    kept = [key for key, flags in apart.items() if key not in bought_apart or not flags.rows.all()]
    return where(apart.only(kept), 0, purchased_by_category.only(kept))


@formula(level=INSTITUTION, unit=POINTS, label="按当量购买的当量", source="shengzhou-2022 三(二)2")
def bought_points(purchased_points, points_bought_apart):
    """Points bought here in all, without the categories that are bought apart."""
    return purchased_points - points_bought_apart


# At a fixed price.


@formula(
    level=INSTITUTION,
    unit=YUAN,
    gives="service_purchase",
    label="当量购买服务",
    source="shengzhou-2022 三(二)2",
    statement=True,
    steady=("purchase_unit_price",),
)
def by_unit_price(bought_by_category, purchase_unit_price, institution_coefficient):
    """Points x price x the institution's coefficient, rounded once.

    The price may differ by category.
    """
    return (priced(bought_by_category, purchase_unit_price) * institution_coefficient).round(FEN)


@formula(level=INSTITUTION, unit=YUAN, label="当量购买服务（考核前）", source="shengzhou-2022 三(二)2", report=True)
def purchase_before_appraisal(bought_by_category, purchase_unit_price):
    """Points x price, before appraisal.

    A settlement weighs what its months report here by the year's own coefficient.
    """
    return priced(bought_by_category, purchase_unit_price).round(FEN)


# Within a budget.


@formula(
    level=INSTITUTION,
    unit=YUAN,
    gives="service_purchase",
    label="当量购买服务（预算全额按权重分配）",
    source="wuhu",
    statement=True,
)
def redistribute(purchase_budget, bought_points, institution_coefficient):
    """Purchase budget divided in proportion to points x coefficient, to the fen.

    All of it is paid.
    """
    return divide(purchase_budget, (bought_points * institution_coefficient).round(POINTS))


@formula(
    level=INSTITUTION,
    unit=YUAN,
    gives="service_purchase",
    label="当量购买服务（预算内扣减）",
    source="shengzhou-2022 三(二)2",
    statement=True,
)
def withhold(budget_share, institution_coefficient):
    """Institution's share of the purchase budget x its coefficient.

    The amount that this holds back is `purchase_withheld`.
    """
    return held_back(budget_share, institution_coefficient)


@formula(level=INSTITUTION, unit=YUAN, label="当量购买预算份额（考核前）", source="shengzhou-2022 三(二)2", report=True)
def budget_share(purchase_budget, bought_points):
    """Purchase budget divided in proportion to points, to the fen.

    It is what a price of budget / all points pays before appraisal.
    """
    return divide(purchase_budget, bought_points)


@formula(level=CONSORTIUM, unit=YUAN, label="当量购买预算", source="shengzhou-2022 三(二)2", report=True)
def purchase_budget(purchase_budget_amount):
    """Amount that finance can spend on points in the period."""
    return purchase_budget_amount.round(FEN)


@formula(level=CONSORTIUM, unit=YUAN, label="考核扣减留存", source="shengzhou-2022 三(二)2", report=True)
def purchase_withheld(purchase_budget, service_purchase):
    """Amount left of the purchase budget.

    Nothing under `redistribute`, what appraisal holds back under `withhold`.
    """
    return purchase_budget - service_purchase.sum()


@formula(
    level=CONSORTIUM, unit=YUAN_PER_POINT, label="预算折算的当量单价", source="shengzhou-2022 三(二)2", report=True
)
def purchase_price_implied(purchase_budget, bought_points):
    """Purchase budget / all points, a rate of four decimals for the report; 0 without points."""
    total = bought_points.sum()
    return where(total > 0, (purchase_budget / where(total > 0, total, 1)).round(RATE), 0)


# Beside the points.


@formula(level=INSTITUTION, unit=YUAN, label="指令性工作购买", source="shengzhou-2022 三(二)2", statement=True)
def directed_tasks(institution_directed_task, institution_directed_task_within, directed_task_amount):
    """Fixed amounts for tasks that the government directs.

    Each task counts, whoever of the institution did it. A settlement pays what is given for the whole of its period. A
    task that is given for its months too is refused: nobody could tell whether it would be paid twice.
    """
    paid = institution_directed_task * directed_task_amount
    by_months = institution_directed_task_within * directed_task_amount
    refuse(
        (paid > 0) & (by_months > 0),
        say("a directed task is given for the whole period and for months inside it"),
        say("Give it for the months or for the whole period; what a month forgot, in a revision of that month."),
    )
    return paid.total().round(FEN)


@formula(
    level=INSTITUTION, unit=YUAN, label="保基本补助", source="shengzhou-2022 三(二)3", statement=True, default=True
)
def base_guarantee(base_guarantee_amount):
    """Fixed amount per institution and period; the policy says for which kinds."""
    return base_guarantee_amount.round(FEN)


@formula(
    level=INSTITUTION, unit=YUAN, gives="base_guarantee", label="保基本补助（按运行月数）",
    source="shengzhou-2022 三(二)3", statement=True,
)  # fmt: skip
def base_guarantee_by_months(base_guarantee_amount, months_in_force):
    """Amount a month for the months in which the institution was in force.

    An institution that closes has its days.
    """
    return (base_guarantee_amount * months_in_force).round(FEN)


@formula(
    level=INSTITUTION, unit=YUAN, gives="base_guarantee", label="保基本补助（按村医在岗月数）",
    source="shengzhou-2022 三(二)3", statement=True,
)  # fmt: skip
def base_guarantee_by_doctors(village_base_standard, village_doctor, person_months):
    """Amount a month for each village doctor, for the months engaged x fte."""
    return where(village_doctor.or_else(False), person_months * village_base_standard, 0).sum().round(FEN)


@formula(level=INSTITUTION, unit=YUAN, label="购买总额", source="shengzhou-2022 三(二)2", report=True)
def purchase_total(service_purchase, directed_tasks, base_guarantee):
    """Sum of the three lines of the purchase statement.

    They are bought services, directed tasks and the base guarantee.
    """
    return service_purchase + directed_tasks + base_guarantee


@formula(level=INSTITUTION, unit=YUAN_PER_POINT, label="每当量成本", source="beijing-2015", report=True)
def unit_cost(finance, purchased_points):
    """Cost of a point to the institution, in fen: the finance line `service_costs` / points.

    0 without points.
    """
    points = where(purchased_points > 0, purchased_points, 1)
    return where(purchased_points > 0, (finance["service_costs"] / points).round(FEN), 0)


# Steps that purchases share; these are no formulas.


def priced(bought, price, weight=None):
    """Add up points x price x weight over the categories.

    Price and weight may differ by category. A category that is bought and has no price is refused.
    """
    if not bought.keys():  # all of them are bought apart
        return Column(bought.scope, CONSORTIUM, Exact.of(0), YUAN)
    worth = bought * among(price, bought)
    return worth.total() if weight is None else (worth * among(weight, bought)).total()


def among(values, bought):
    """Keep the categories that are bought, of a figure by category."""
    if not isinstance(values, Keyed):
        return values
    return values.only([key for key in values if key in bought])


def held_back(share, coefficient):
    """Multiply a share of a budget by a coefficient of at most 1.

    The sum cannot leave the budget; a coefficient above 1 is refused.
    """
    refuse(
        coefficient > 1,
        say("a coefficient above 1 would pay more than the budget"),
        say("Cap the budget with redistribute, or let no coefficient exceed 1."),
    )
    return (share * coefficient).round(FEN)
