"""Rewards to staff from the payable pool of the two permits, and advances on them.

The pool is divided in the policy's parts, each by the weights that the policy names for it. Months pay advances on the
pool that is expected; the year pays the difference, which may be negative. Whatever of the pool is not paid is
reported with its reason.
"""

from formulas.distribution import FLAG, divide_parts, on_engagements
from payengine.exact import FEN
from payengine.graph import ENGAGEMENT, INSTITUTION, RATIO, STAFF, YUAN, formula, keyed, split, where

CLAUSE = "xining-2024 22"
WHY = {
    "no_surplus": "无结余", "earlier_losses": "弥补以前年度亏损后无可分配结余", "funds": "提取基金后无剩余",
    "ceiling": "超过总量上限", "equal_sharing": "不得平均分配", "nobody": "无人可分配",
}  # fmt: skip

# Participants, and the case that they would all get the same.


@formula(level=ENGAGEMENT, unit=FLAG, label="参与奖励分配", source="feixi")
def in_reward_pool(takes_part, director, director_in_reward_pool):
    """Engagements that share in the reward pool: all that take part in pools.

    The director too, where the policy does not say otherwise.
    """
    return takes_part & (~director | director_in_reward_pool.or_else(True))


@formula(level=INSTITUTION, unit=FLAG, label="奖励平均分配", source="feixi", report=True)
def reward_shared_equally(reward_part_ratio, reward_part_weight, in_reward_pool):
    """Flag of equal sharing: two or more persons, all with the same weight in every part.

    The parts are those of the reward pool.
    """
    persons = in_reward_pool.any(STAFF)
    alike, something = persons.count() >= 2, persons.count() < 0
    for part, weight in reward_part_weight.items():
        of_person = where(in_reward_pool, on_engagements(weight), 0).sum(STAFF).where(persons)
        most, least = of_person.max(otherwise=0), of_person.min(otherwise=0)
        counts = (reward_part_ratio[part] > 0) & (most > 0)
        alike = alike & (~counts | (most == least))
        something = something | counts
    return alike & something


@formula(level=INSTITUTION, unit=RATIO, axis="part", label="奖励总量各部分比例", source=CLAUSE)
def reward_part_ratio(reward_part_share, two_permits_apply):
    """Policy's shares of the reward pool's parts, where there is a pool."""
    return where(two_permits_apply, reward_part_share, 0)


# The year: from the payable pool to persons.


@formula(level=INSTITUTION, unit=YUAN, label="可分配到人的奖励", source="feixi", report=True)
def reward_divided(reward_payable, reward_shared_equally, equal_sharing_refused):
    """Payable reward that is divided among persons.

    Nothing where all would get the same and the policy refuses equal sharing.
    """
    return where(reward_shared_equally & equal_sharing_refused.or_else(False), 0, reward_payable)


@formula(level=INSTITUTION, unit=YUAN, axis="part", label="奖励总量分块", source=CLAUSE, report=True)
def reward_parts(reward_divided, reward_part_ratio):
    """Reward pool divided into the policy's parts, by largest remainder."""
    return split(reward_divided, reward_part_ratio)


@formula(level=ENGAGEMENT, unit=YUAN, label="全年应得奖励", source=CLAUSE)
def reward_due(reward_parts, reward_part_weight, in_reward_pool):
    """Reward for the year: each part of the pool divided in proportion to its weights.

    The amounts are whole fen and sum exactly to the pool.
    """
    return divide_parts(reward_parts, reward_part_weight, in_reward_pool)


@formula(level=STAFF, unit=YUAN, label="已预发奖励", source=CLAUSE, report=True)
def reward_advances_paid(paid_before, staff_opening_balance):
    """Advances that the year's months paid, and those that an earlier year carried over."""
    return paid_before["reward_advance"] + staff_opening_balance["reward_advance"]


@formula(
    level=STAFF,
    unit=YUAN,
    gives="reward_pay",
    label="奖励性绩效（年终清算，多退少补）",
    source=CLAUSE,
    component=True,
    default=True,
)
def recover_advances(reward_due, reward_advances_paid):
    """Reward due less what was paid in advance; below zero it is recovered."""
    return reward_due.sum() - reward_advances_paid


@formula(
    level=STAFF,
    unit=YUAN,
    gives="reward_pay",
    label="奖励性绩效（年终清算，多发结转下年）",
    source=CLAUSE,
    component=True,
)
def carry_advances(reward_due, reward_advances_paid):
    """Reward due less what was paid in advance; nothing where it is below zero.

    Nobody is charged: what was paid too much is carried to the next year.
    """
    return (reward_due.sum() - reward_advances_paid).positive_part()


@formula(level=STAFF, unit=YUAN, label="多预发奖励结转下年", source=CLAUSE, report=True)
def reward_advance_carried(reward_pay, reward_due, reward_advances_paid):
    """Advances that the settlement neither pays nor recovers.

    They are the next year's opening balance `reward_advance`.
    """
    return reward_pay + reward_advances_paid - reward_due.sum()


# Figures that are reported about the pool.


@formula(level=INSTITUTION, unit=YUAN, label="已分配到人的奖励", source=CLAUSE, report=True)
def reward_distributed(reward_due):
    """Amount that persons have of the reward pool, advances included."""
    return reward_due.sum()


@formula(level=INSTITUTION, unit=YUAN, label="人员奖励最低金额", source=CLAUSE)
def reward_least(reward_base, reward_staff_share_floor):
    """Least amount for staff that satisfies "mainly to staff".

    It is the least share of what the funds leave; 0 where the policy has none.
    """
    return (reward_base.positive_part() * reward_staff_share_floor.or_else(0)).round(FEN)


@formula(level=INSTITUTION, unit=YUAN, axis="why", label="未发放的奖励", source=CLAUSE, report=True, keys=WHY)
def reward_not_payable(reward_pool, reward_payable, reward_divided, reward_distributed):
    """Amounts of the reward pool that nobody gets, by reason.

    With what is distributed they add up to the pool.
    """
    return keyed(
        "why",
        ceiling=reward_pool - reward_payable,
        equal_sharing=reward_payable - reward_divided,
        nobody=reward_divided - reward_distributed,
    )


@formula(
    level=INSTITUTION, unit=FLAG, axis="why", label="奖励未发放或无奖励的原因", source=CLAUSE, report=True, keys=WHY
)
def reward_reason(surplus, distributable, reward_base, reward_not_payable, two_permits_apply):
    """Reasons why there is no reward pool, or why not all of it is paid."""
    losses = (surplus > 0) & (distributable <= 0)
    return keyed(
        "why",
        no_surplus=two_permits_apply & (surplus <= 0),
        earlier_losses=two_permits_apply & losses,
        funds=two_permits_apply & (distributable > 0) & (reward_base <= 0),
        ceiling=reward_not_payable["ceiling"] > 0,
        equal_sharing=reward_not_payable["equal_sharing"] > 0,
        nobody=reward_not_payable["nobody"] > 0,
    )


# The months: advances on the pool that is expected.


@formula(
    level=INSTITUTION,
    unit=YUAN,
    gives="advance_pool",
    label="奖励预发总量",
    source=CLAUSE,
    report=True,
    default=True,
)
def advance_as_given(finance, two_permits_apply):
    """Pool that the institution pays in advance: the finance line `reward_advance_pool`.

    The line is that of this period.
    """
    return where(two_permits_apply, finance["reward_advance_pool"], 0)


@formula(
    level=INSTITUTION,
    unit=YUAN,
    gives="advance_pool",
    label="奖励预发总量（预计全年奖励按月预发）",
    source=CLAUSE,
    report=True,
)
def rate_of_expected_pool(finance, reward_advance_rate, months_of_period, two_permits_apply):
    """Pool of advances: the year's expected reward pool x rate, a twelfth for each month."""
    yearly = finance["expected_reward_pool"] * reward_advance_rate
    return where(two_permits_apply, yearly * months_of_period / 12, 0).round(FEN)


@formula(level=INSTITUTION, unit=YUAN, axis="part", label="奖励预发总量分块", source=CLAUSE, report=True)
def advance_parts(advance_pool, reward_part_ratio):
    """Pool of advances in the same parts as the year's reward pool."""
    return split(advance_pool, reward_part_ratio)


@formula(level=ENGAGEMENT, unit=YUAN, label="奖励性绩效（预发）", source=CLAUSE, component=True)
def reward_advance(advance_parts, reward_part_weight, in_reward_pool):
    """Advance on the reward: each part divided in proportion to its weights of the month."""
    return divide_parts(advance_parts, reward_part_weight, in_reward_pool)
