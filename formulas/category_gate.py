"""Hard gate for each category of services by itself, where the policy says so.

The score of a category is the indicator of the same name. At the category's `category_gate_rate` or above it its
points count in full, below it at the rate. A gate of 0 says that a category is not appraised: its points count in
full.
"""

from formulas.appraisal import coefficient, gated
from formulas.purchase import priced
from payengine.exact import COEFFICIENT, FEN
from payengine.graph import (
    ENGAGEMENT,
    INSTITUTION,
    POINTS,
    RATIO,
    STAFF,
    YUAN,
    FormulaError,
    Keyed,
    formula,
    where,
)
from payengine.texts import say


@formula(level=STAFF, unit=RATIO, axis="category", label="分类质量系数", source="wuhu", report=True)
def staff_category_coefficient(category_gate_rate, score, full_score, appraised, unscored_coefficient, staff_vetoed):
    """Person's coefficient for each category: 1 at its gate or above it, below it the rate.

    The gate compares the rate before it is rounded.
    """
    reached = _by_category(category_gate_rate, score, full_score)
    parts = {key: coefficient(part, appraised, unscored_coefficient, staff_vetoed) for key, part in reached.items()}
    return Keyed(reached.scope, "category", parts)


@formula(level=INSTITUTION, unit=RATIO, axis="category", label="机构分类考核系数", source="wuhu", report=True)
def category_coefficient(category_gate_rate, institution_score, institution_full_score, institution_vetoed):
    """Institution's coefficient for each category: 1 from its gate on, below it the rate.

    The gate compares the rate before it is rounded. 0 for an institution that is vetoed.
    """
    return where(institution_vetoed, 0, _by_category(category_gate_rate, institution_score, institution_full_score))


@formula(level=ENGAGEMENT, unit=POINTS, label="分类考核后当量", source="wuhu")
def counted_points(points_by_category, staff_category_coefficient):
    """Points of the engagement after the gates of their categories, stated at 6 decimals."""
    return (points_by_category * staff_category_coefficient).total().round(POINTS)


@formula(level=INSTITUTION, unit=POINTS, label="分类考核后购买当量", source="wuhu", report=True)
def institution_counted_points(points_by_category, own_points_by_category, category_coefficient):
    """All points of the institution after the gates of their categories."""
    return ((points_by_category.sum() + own_points_by_category) * category_coefficient).total().round(POINTS)


@formula(
    level=INSTITUTION,
    unit=YUAN,
    gives="service_purchase",
    label="当量购买服务（分类考核）",
    source="wuhu",
    statement=True,
    steady=("purchase_unit_price",),
)
def by_unit_price_and_category(bought_by_category, purchase_unit_price, category_coefficient):
    """Points x price x the category's coefficient, rounded once.

    The price may differ by category.
    """
    return priced(bought_by_category, purchase_unit_price, category_coefficient).round(FEN)


@formula(
    level=ENGAGEMENT,
    unit=YUAN,
    gives="workload_pay",
    label="当量绩效（分类考核，按当量单价）",
    source="wuhu",
    component=True,
    steady=("staff_point_price",),
)
def by_point_price_and_category(counted_points, staff_point_price, post_coefficient, takes_part):
    """Points after the gates x the price of a point x the post's coefficient."""
    return where(takes_part, (counted_points * staff_point_price * post_coefficient).round(FEN), 0)


def _by_category(gates, score, full_score):
    """Give each category 1 from its gate on, below it the rate; 1 where the gate is 0.

    A category with a gate and no score is refused.
    """
    parts = {}
    for category, gate in gates.items():
        if category in score:
            rate = score[category] / full_score[category]
            parts[category] = where(gate > 0, gated(rate, gate), 1)
        elif (gate > 0).rows.any():
            raise FormulaError(
                say("category {category} has a gate and no score", category=category),
                remedy=say("Score an indicator of that name, or give the category the gate 0."),
            )
        else:
            parts[category] = where(gate > 0, 0, 1).round(COEFFICIENT)
    return Keyed(gates.scope, "category", parts)
