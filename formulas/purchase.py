"""Purchase, from finance to the institution: points bought at a price, weighed by the institution's appraisal.

Everything that the institution did is bought, with a person or without. The policy either buys at a fixed price, or
caps the budget in one of two ways: `redistribute` pays all of it, `withhold` keeps back what appraisal takes off.
"""

from payengine.exact import FEN
from payengine.graph import CONSORTIUM, INSTITUTION, POINTS, YUAN, YUAN_PER_POINT, divide, formula, where


@formula(level=INSTITUTION, unit=POINTS, label="购买当量", source="shengzhou-2022 三(二)2", report=True)
def purchased_points(points, own_points):
    """All stated points of the institution: of its staff, and its own."""
    return points.sum() + own_points


@formula(
    level=INSTITUTION,
    unit=YUAN,
    gives="service_purchase",
    label="当量购买服务",
    source="shengzhou-2022 三(二)2",
    statement=True,
)
def by_unit_price(points_by_category, own_points_by_category, purchase_unit_price, institution_coefficient):
    """Points x price x the institution's coefficient, rounded once; the price may differ by category."""
    bought = (points_by_category.sum() + own_points_by_category) * purchase_unit_price
    return (bought.total() * institution_coefficient).round(FEN)


@formula(
    level=INSTITUTION,
    unit=YUAN,
    gives="service_purchase",
    label="当量购买服务（预算全额按权重分配）",
    source="wuhu",
    statement=True,
)
def redistribute(purchase_budget, purchased_points, institution_coefficient):
    """The budget divided by points x coefficient, to the fen: all of it is paid."""
    return divide(purchase_budget, (purchased_points * institution_coefficient).round(POINTS))


@formula(
    level=INSTITUTION,
    unit=YUAN,
    gives="service_purchase",
    label="当量购买服务（预算内扣减）",
    source="shengzhou-2022 三(二)2",
    statement=True,
)
def withhold(purchase_budget, purchased_points, institution_coefficient):
    """Budget / all points is the price; the coefficient then applies, and what it holds back is `purchase_withheld`."""
    total = purchased_points.sum(CONSORTIUM)
    price = purchase_budget / where(total > 0, total, 1)
    return (price * purchased_points * institution_coefficient).round(FEN)


@formula(level=CONSORTIUM, unit=YUAN, label="当量购买预算", source="shengzhou-2022 三(二)2", report=True)
def purchase_budget(purchase_budget_amount):
    """What finance can spend on points in the period."""
    return purchase_budget_amount.round(FEN)


@formula(level=CONSORTIUM, unit=YUAN, label="考核扣减留存", source="shengzhou-2022 三(二)2", report=True)
def purchase_withheld(purchase_budget, service_purchase):
    """What is left of the budget: nothing under `redistribute`, what appraisal holds back under `withhold`."""
    return purchase_budget - service_purchase.sum()


@formula(level=INSTITUTION, unit=YUAN, label="指令性工作购买", source="shengzhou-2022 三(二)2", statement=True)
def directed_tasks(institution_directed_task, directed_task_amount):
    """Tasks that the government directs, at a fixed amount each, whoever of the institution did them."""
    return (institution_directed_task * directed_task_amount).total().round(FEN)


@formula(level=INSTITUTION, unit=YUAN, label="保基本补助", source="shengzhou-2022 三(二)3", statement=True)
def base_guarantee(base_guarantee_amount):
    """A fixed amount per institution and period; the policy says for which kinds."""
    return base_guarantee_amount.round(FEN)


@formula(level=INSTITUTION, unit=YUAN, label="购买总额", source="shengzhou-2022 三(二)2", report=True)
def purchase_total(service_purchase, directed_tasks, base_guarantee):
    """The three lines of the purchase statement together."""
    return service_purchase + directed_tasks + base_guarantee


@formula(level=INSTITUTION, unit=YUAN_PER_POINT, label="每当量成本", source="beijing-2015", report=True)
def unit_cost(finance, purchased_points):
    """What a point costs the institution, in fen: the finance line `service_costs` / points; 0 without points."""
    points = where(purchased_points > 0, purchased_points, 1)
    return where(purchased_points > 0, (finance["service_costs"] / points).round(FEN), 0)
