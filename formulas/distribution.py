"""Distribution, from the institution to its staff: pay for work done.

What is charged to the pool (deemed pay, cases) is taken off first. The policy chooses one way: at a price per point; by
dividing the institution's pool in proportion to weighted points; or by dividing it in parts that each have weights of
their own (20 % by post, 80 % by points). Points without a person (a lecture, a laboratory batch) are the institution's:
they are bought, but not distributed here.
"""

from payengine.exact import FEN
from payengine.graph import (
    COUNT,
    ENGAGEMENT,
    INSTITUTION,
    POINTS,
    STAFF,
    YUAN,
    FormulaError,
    divide,
    formula,
    split,
    unit_of,
    where,
)
from payengine.texts import say

FLAG = unit_of("flag")

# Ways of distribution.


@formula(
    level=ENGAGEMENT,
    unit=YUAN,
    gives="workload_pay",
    label="当量绩效（按当量单价）",
    source="shengzhou-2022 三(二)2",
    component=True,
    steady=("staff_point_price",),
)
def by_point_price(points, staff_point_price, quality_coefficient, post_coefficient, takes_part):
    """Points x the price of a point, weighed by quality and post."""
    counted = where(takes_part, points, 0)
    return (counted * staff_point_price * quality_coefficient * post_coefficient).round(FEN)


@formula(
    level=ENGAGEMENT,
    unit=YUAN,
    gives="workload_pay",
    label="当量绩效（按当量分值分配总量）",
    source="shengzhou-2022 三(二)2",
    component=True,
)
def by_point_value(workload_pool_left, weighted_points, in_workload_pool):
    """Institution's pool divided in proportion to weighted points.

    The shares are whole fen and sum exactly to what is left of the pool after all that is charged to it.
    """
    return divide(workload_pool_left, weighted_points, among=in_workload_pool)


@formula(
    level=ENGAGEMENT,
    unit=YUAN,
    gives="workload_pay",
    label="当量绩效（总量分块，各块按各自依据分配）",
    source="shengzhou-2022 三(二)2",
    component=True,
)
def by_split_pool(workload_pool_parts, workload_part_weight, in_workload_pool):
    """Pool in parts, each divided in proportion to the weights that the policy names for it."""
    return divide_parts(workload_pool_parts, workload_part_weight, in_workload_pool)


# Pool, parts, participants.


@formula(
    level=INSTITUTION, unit=YUAN, label="当量绩效可分配总量", source="shengzhou-2022 三(二)2", report=True, default=True
)
def workload_pool(workload_pool_given):
    """Pool for pay by work: the amount given for the period."""
    return workload_pool_given


@formula(
    level=INSTITUTION,
    unit=YUAN,
    gives="workload_pool",
    label="当量绩效可分配总量（含以前月份结转）",
    source="practice",
    report=True,
)
def given_and_carried(workload_pool_given, workload_pool_carried):
    """Pool for pay by work: the period's amount, and what earlier months could not divide."""
    return workload_pool_given + workload_pool_carried


@formula(level=INSTITUTION, unit=YUAN, label="当量绩效总量：本期给定", source="shengzhou-2022 三(二)2", report=True)
def workload_pool_given(finance, weighted_points):
    """Amount given for pay by work: the finance line `workload_pool`.

    An institution that has nobody with points to share it needs no row.
    """
    given = finance["workload_pool"]
    return where(weighted_points.sum() > 0, given, given.or_else(0)).round(FEN)


@formula(level=INSTITUTION, unit=YUAN, label="当量绩效总量：以前月份结转", source="practice", report=True)
def workload_pool_carried(reported_before, opening_balance):
    """Pool money not divided by the year's earlier months, and the year's opening balance.

    The months did not divide it because nobody had points. The next year's opening balance `workload_pool` is what
    December leaves.
    """
    given, used = (reported_before[name].or_else(0) for name in ("workload_pool_given", "workload_pool_used"))
    return (given - used).round(FEN) + opening_balance["workload_pool"]


@formula(level=INSTITUTION, unit=YUAN, label="当量绩效总量：本期使用", source="practice", report=True)
def workload_pool_used(workload_pay, workload_pool_charged):
    """Amount that the pool paid, with what is charged to it; the rest is carried over."""
    return workload_pay.sum() + workload_pool_charged


@formula(level=INSTITUTION, unit=YUAN, label="当量绩效总量：列支项目", source="practice", report=True, default=True)
def workload_pool_charged():
    """Amount charged to the pool by other components: nothing, unless the policy declares some."""
    return 0


@formula(level=INSTITUTION, unit=YUAN, label="当量绩效总量：列支后余额", source="practice", report=True)
def workload_pool_left(workload_pool, workload_pool_charged):
    """Amount of the pool that is divided by work: what its other draws leave.

    A run in which they leave less than nothing is refused.
    """
    return workload_pool - workload_pool_charged


@formula(
    level=INSTITUTION,
    unit=YUAN,
    gives="workload_pool",
    label="当量绩效可分配总量（在岗机构必填）",
    source="shengzhou-2022 三(二)2",
    report=True,
)
def pool_as_given(finance, in_workload_pool):
    """Pool for pay by work: the finance line `workload_pool`, whatever the weights.

    Only an institution without anybody who takes part needs no row.
    """
    given = finance["workload_pool"]
    return where(in_workload_pool.any(), given, given.or_else(0)).round(FEN)


@formula(
    level=INSTITUTION,
    unit=YUAN,
    gives="workload_pool",
    label="当量绩效可分配总量（购买总额的一定比例）",
    source="shengzhou-2022 三(二)2",
    report=True,
)
def pool_from_purchase(purchase_money, workload_money_share):
    """Pool for pay by work: the distributable share of what finance pays the institution.

    Nothing of an amount below 0.
    """
    return (purchase_money.positive_part() * workload_money_share).round(FEN)


@formula(
    level=INSTITUTION, unit=YUAN, axis="part", label="当量绩效总量分块", source="shengzhou-2022 三(二)2", report=True
)
def workload_pool_parts(workload_pool_left, workload_part_share):
    """Pool divided into the policy's parts by largest remainder.

    The policy may delegate the shares to the institution.
    """
    return split(workload_pool_left, workload_part_share)


@formula(level=ENGAGEMENT, unit=FLAG, label="参与当量绩效分配", source="shengzhou-2022 三(二)2")
def in_workload_pool(takes_part, director, director_in_workload_pool):
    """Engagements that share in the pool for pay by work: all that take part in pools.

    The director too, where the policy does not say otherwise.
    """
    return takes_part & (~director | director_in_workload_pool.or_else(True))


# Weights.


@formula(level=ENGAGEMENT, unit=POINTS, label="加权当量", source="shengzhou-2022 三(二)2")
def weighted_points(points, quality_coefficient, post_coefficient, takes_part):
    """Points weighted by quality and post, stated at 6 decimals."""
    return (where(takes_part, points, 0) * quality_coefficient * post_coefficient).round(POINTS)


@formula(level=ENGAGEMENT, unit=POINTS, label="质量加权当量（不含岗位系数）", source="shengzhou-2022 三(二)2")
def quality_weighted_points(points, quality_coefficient, takes_part):
    """Points weighted by quality alone, stated at 6 decimals.

    For a pool of which another part goes by post, so that the post counts once.
    """
    return (where(takes_part, points, 0) * quality_coefficient).round(POINTS)


@formula(level=ENGAGEMENT, unit=COUNT, label="岗位系数（按在岗月数）", source="shengzhou-2022 三(二)2")
def post_weight(post_coefficient, person_months):
    """Coefficient of the post for the time in it, stated at 6 decimals.

    Half a month counts half.
    """
    return (post_coefficient * person_months).round_parts(POINTS)


# Amounts distributed against amounts available.


@formula(level=INSTITUTION, unit=YUAN, label="当量绩效已分配", source="shengzhou-2022 三(二)2", report=True)
def workload_distributed(workload_pay):
    """Pay for work done of all the institution's staff."""
    return workload_pay.sum()


@formula(level=INSTITUTION, unit=YUAN, label="当量绩效可分配总量结余", source="shengzhou-2022 三(二)2", report=True)
def workload_undistributed(workload_pool_left, workload_distributed):
    """Amount that may be distributed and was not, after what is charged to the pool.

    Negative where a price per point costs more than there is.
    """
    return workload_pool_left - workload_distributed


def divide_parts(parts, weights, among):
    """Divide each part of a pool by its own weights, and add up the parts of each engagement.

    Money that a part cannot divide, because nobody has a weight in it, is retained and reported part by part.
    """
    return divide(parts, weights.each(on_engagements), among=among).total()


def on_engagements(weight):
    """Put a person's weight on the latest engagement; leave an engagement's where it is.

    A figure of the institution would weigh the same for everybody, which is equal sharing unsaid.
    """
    if weight.level > STAFF:
        raise FormulaError(
            say("a weight is a figure of persons or engagements, not of the {level}", level=str(weight.level).lower()),
            remedy=say("name one of persons; for equal shares name head or person_months"),
        )
    return weight.on_latest() if weight.level is STAFF else weight
