"""Stepped tariff: first points of the month at one price, further ones at others.

Each slice is paid at its own price. The slices are the policy's `tariff_floor` and `tariff_price`, keyed by step, the
first from 0 on. A negative total (more was refunded than done) is taken back as it would have been paid.
"""

from payengine.exact import FEN
from payengine.graph import STAFF, YUAN, formula, tariff


@formula(
    level=STAFF,
    unit=YUAN,
    gives="workload_pay",
    label="当量绩效（分段单价）",
    source="practice",
    component=True,
    steady=("tariff_floor", "tariff_price"),
)
def by_stepped_price(points, takes_part, tariff_floor, tariff_price, quality_coefficient):
    """Pay for all points of the person in the period, slice by slice, weighted by quality.

    Rounded once.
    """
    return (tariff(points.where(takes_part).sum(), tariff_floor, tariff_price) * quality_coefficient).round(FEN)
