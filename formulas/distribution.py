"""Distribution, from the institution to its staff: pay for work done, by points.

The policy chooses one of the two ways. Points without a person (a lecture, a laboratory batch) are the institution's:
they are bought, but not distributed here.
"""

from payengine.exact import FEN
from payengine.graph import ENGAGEMENT, INSTITUTION, POINTS, YUAN, divide, formula, where


@formula(
    level=ENGAGEMENT,
    unit=YUAN,
    gives="workload_pay",
    label="当量绩效（按当量单价）",
    source="shengzhou-2022 三(二)2",
    component=True,
)
def by_point_price(points, staff_point_price, quality_coefficient, post_coefficient):
    """Points x the price of a point, weighed by quality and post."""
    return (points * staff_point_price * quality_coefficient * post_coefficient).round(FEN)


@formula(
    level=ENGAGEMENT,
    unit=YUAN,
    gives="workload_pay",
    label="当量绩效（按当量分值分配总量）",
    source="shengzhou-2022 三(二)2",
    component=True,
)
def by_point_value(workload_pool, weighted_points):
    """The institution's pool in proportion to weighted points, to the fen and summing exactly to the pool."""
    return divide(workload_pool, weighted_points)


@formula(level=ENGAGEMENT, unit=POINTS, label="加权当量", source="shengzhou-2022 三(二)2")
def weighted_points(points, quality_coefficient, post_coefficient):
    """Points weighed by quality and post, stated at 6 decimals."""
    return (points * quality_coefficient * post_coefficient).round(POINTS)


@formula(level=INSTITUTION, unit=YUAN, label="当量绩效可分配总量", source="shengzhou-2022 三(二)2", report=True)
def workload_pool(finance, weighted_points):
    """The finance line of that name; an institution that has nobody to share it needs no row."""
    given = finance["workload_pool"]
    return where(weighted_points.sum() > 0, given, given.or_else(0)).round(FEN)
