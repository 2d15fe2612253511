"""Budgets for the categories of services, each capped by itself.

Categories are basic medical care, public health, contracts. The policy chooses as it does for one budget:
`redistribute_categories` pays all of every budget, `withhold_categories` keeps back what appraisal takes off. Money
does not pass from one category to another. A category that is bought and has no budget is refused; one with a budget
and no points keeps it.
"""

from formulas.purchase import held_back
from payengine.exact import FEN
from payengine.graph import CONSORTIUM, INSTITUTION, POINTS, YUAN, divide, formula


@formula(
    level=INSTITUTION,
    unit=YUAN,
    gives="service_purchase",
    label="当量购买服务（分类预算）",
    source="shengzhou-2022 三(二)2",
    statement=True,
)
def by_category_budgets(category_purchase):
    """Amount that the budgets of all categories together pay the institution."""
    return category_purchase.total()


@formula(
    level=INSTITUTION,
    unit=YUAN,
    axis="category",
    gives="category_purchase",
    label="分类购买（预算全额按权重分配）",
    source="wuhu",
    report=True,
)
def redistribute_categories(category_budget, bought_by_category, institution_coefficient):
    """Each category's budget divided in proportion to points x coefficient, to the fen."""
    return divide(category_budget, (bought_by_category * institution_coefficient).round(POINTS))


@formula(
    level=INSTITUTION,
    unit=YUAN,
    axis="category",
    gives="category_purchase",
    label="分类购买（预算内扣减）",
    source="shengzhou-2022 三(二)2",
    report=True,
)
def withhold_categories(category_budget_share, institution_coefficient):
    """Institution's share of each category's budget x its coefficient.

    The amount that this holds back is `category_withheld`.
    """
    return category_budget_share.each(lambda share: held_back(share, institution_coefficient))


@formula(
    level=INSTITUTION, unit=YUAN, axis="category", label="分类预算份额（考核前）", source="shengzhou-2022 三(二)2",
    report=True,
)  # fmt: skip
def category_budget_share(category_budget, bought_by_category):
    """Each category's budget divided in proportion to its points, to the fen."""
    return divide(category_budget, bought_by_category)


@formula(
    level=CONSORTIUM, unit=YUAN, axis="category", label="分类购买预算", source="shengzhou-2022 三(二)2", report=True
)
def category_budget(category_budget_amount):
    """Amount that finance can spend on each category in the period."""
    return category_budget_amount.round(FEN)


@formula(
    level=CONSORTIUM, unit=YUAN, axis="category", label="分类预算留存", source="shengzhou-2022 三(二)2", report=True
)
def category_withheld(category_budget, category_purchase):
    """Amount left of each category's budget."""
    return category_budget - category_purchase.sum()
