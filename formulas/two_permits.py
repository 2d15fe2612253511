"""The two permits (两个允许): rewards to staff from medical service income.

They are paid from what the income leaves after costs and funds, per institution, for the year. Every step is a row of
the policy: which finance lines count as income, cost or deduction and at which share; each fund with its rate and its
base; the share of the rest that goes to staff; the uses of what then remains. Every step is reported. The permits hold
where the policy has a staff share; elsewhere all is zero.

    income - costs                                   = surplus
    surplus - earlier losses, restricted carry-over  = distributable
    distributable - funds                            = reward base
    reward base x staff share                        = reward pool
"""

from payengine.exact import FEN
from payengine.graph import (
    INSTITUTION,
    POINTS,
    YUAN,
    formula,
    keyed,
    minimum,
    refuse,
    split,
    take_in_order,
    unit_of,
    where,
)
from payengine.texts import say

CLAUSE = "xining-2024 22"


@formula(level=INSTITUTION, unit=unit_of("flag"), label="适用“两个允许”", source=CLAUSE)
def two_permits_apply(reward_staff_share):
    """Institutions for which the policy says which share of the reward base goes to staff."""
    return reward_staff_share.is_set()


# From income to the distributable surplus.


@formula(level=INSTITUTION, unit=YUAN, axis="line", label="计入结余的收入", source=CLAUSE, report=True)
def surplus_income_lines(finance, surplus_income, two_permits_apply):
    """Lines of income, each at the share at which it counts."""
    return where(two_permits_apply, finance * surplus_income, 0).round(FEN)


@formula(level=INSTITUTION, unit=YUAN, axis="line", label="扣除的成本", source=CLAUSE, report=True)
def surplus_cost_lines(finance, surplus_costs, two_permits_apply):
    """Lines of costs, each at the share at which it counts."""
    return _to_deduct(where(two_permits_apply, finance * surplus_costs, 0))


@formula(level=INSTITUTION, unit=YUAN, label="收支结余", source=CLAUSE, report=True)
def surplus(surplus_income_lines, surplus_cost_lines):
    """Income less costs; below zero there is nothing to distribute."""
    return surplus_income_lines.total() - surplus_cost_lines.total()


@formula(level=INSTITUTION, unit=YUAN, axis="line", label="弥补亏损与限定用途结转", source=CLAUSE, report=True)
def surplus_deduction_lines(finance, surplus_deductions, two_permits_apply):
    """Deductions from the surplus: losses of earlier years, restricted carry-over.

    Restricted carry-over is fiscal and research money that may be used for nothing else.
    """
    return _to_deduct(where(two_permits_apply, finance * surplus_deductions, 0))


@formula(level=INSTITUTION, unit=YUAN, label="可分配结余", source=CLAUSE, report=True)
def distributable(surplus, surplus_deduction_lines):
    """Surplus less what has a claim on it before any fund."""
    return surplus - surplus_deduction_lines.total()


# Funds: each at its rate of its base, in the policy's order.


@formula(level=INSTITUTION, unit=YUAN, axis="fund", label="基金提取基数", source=CLAUSE, report=True)
def fund_base_amount(fund_base, fund_rate, two_permits_apply):
    """Base of each fund: the figure that the policy names; 0 where it is below 0.

    It may be a line of income, the surplus, what is distributable.
    """
    return where(fund_rate.is_set() & two_permits_apply, fund_base, 0).positive_part()


@formula(level=INSTITUTION, unit=YUAN, axis="fund", label="按比例计算的基金", source=CLAUSE, report=True)
def fund_at_rate(fund_base_amount, fund_rate):
    """Rate x base of each fund."""
    return (fund_base_amount * fund_rate.or_else(0)).round(FEN)


@formula(level=INSTITUTION, unit=YUAN, axis="fund", label="扣除的基金年初余额", source=CLAUSE, report=True)
def fund_balance_counted(fund_at_rate, fund_less_balance, opening_balance):
    """Balance of each fund when the year began, where it is to be deducted.

    This is for funds where rate x base says how much the fund should hold.
    """
    return where(fund_less_balance.like(fund_at_rate, False), opening_balance.like(fund_at_rate, 0), 0).round(FEN)


@formula(level=INSTITUTION, unit=YUAN, axis="fund", label="应提取的基金", source=CLAUSE, report=True)
def fund_due(fund_at_rate, fund_balance_counted, fund_cap, fund_in_costs):
    """Amount due to each fund: rate x base, less its balance, up to its cap.

    The balance is deducted where the policy says so. Nothing is due where the fund is in the costs already.
    """
    due = (fund_at_rate - fund_balance_counted).positive_part()
    capped = minimum(due, fund_cap.like(due, due)).round(FEN)
    return where(fund_in_costs.like(due, False), 0, capped)


@formula(level=INSTITUTION, unit=YUAN, axis="fund", label="实际提取的基金", source=CLAUSE, report=True)
def fund_set_aside(fund_due, distributable):
    """Amount due to each fund, as far as what is distributable reaches.

    The funds are served in the policy's order.
    """
    return take_in_order(fund_due, distributable.positive_part())


# The pool for staff, and the uses of the rest.


@formula(level=INSTITUTION, unit=YUAN, label="奖励基数", source=CLAUSE, report=True)
def reward_base(distributable, fund_set_aside):
    """Amount that the funds leave; below zero where there was nothing to distribute."""
    return distributable - fund_set_aside.total()


@formula(
    level=INSTITUTION,
    unit=YUAN,
    gives="reward_pool",
    label="人员奖励总量",
    source=CLAUSE,
    report=True,
    default=True,
)
def share_of_reward_base(reward_base, reward_staff_share):
    """Reward pool: the staff share of what the funds leave."""
    return (reward_base.positive_part() * reward_staff_share.or_else(0)).round(FEN)


@formula(
    level=INSTITUTION,
    unit=YUAN,
    gives="reward_pool",
    label="人员奖励总量（按指定基数）",
    source="feixi",
    report=True,
)
def share_of_named_base(reward_base, reward_pool_base, reward_staff_share, two_permits_apply):
    """Reward pool: the staff share of a figure that the policy names.

    It may be the surplus before funds; at most what the funds leave.
    """
    share = (where(two_permits_apply, reward_pool_base, 0).positive_part() * reward_staff_share.or_else(0)).round(FEN)
    return minimum(share, reward_base.positive_part())


@formula(
    level=INSTITUTION,
    unit=YUAN,
    axis="fund",
    label="其余结余的用途",
    source=CLAUSE,
    report=True,
    keys={"unallocated": "未列用途"},
)
def surplus_split(reward_base, reward_pool, surplus_split_share):
    """Other uses of the surplus, each at its share of the reward base.

    With the reward pool they add up to the reward base exactly.
    """
    rest = reward_base.positive_part() - reward_pool
    claims = (reward_base.positive_part() * surplus_split_share.or_else(0)).round(POINTS)
    unclaimed = rest - claims.total()
    beyond_rounding = 100 * unclaimed < -1
    refuse(beyond_rounding, say("the staff share and the other uses of the surplus add up to more than the surplus"))
    return split(rest, keyed("fund", **dict(claims.items()), unallocated=unclaimed.positive_part()))


def _to_deduct(lines):
    refuse(lines < 0, say("an amount to be deducted is below zero"), say("Give costs and losses as positive amounts."))
    return lines.round(FEN)
