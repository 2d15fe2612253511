"""Ceiling of performance pay (绩效工资总量), which limits the reward pool still to be paid.

    control level per head x heads x multiple (+ items outside the total)  = ceiling
    ceiling - performance pay granted for the year                         = room
    the lesser of reward pool and room                                     = payable

Money that does not fit is reported with its reason (see `rewards`); nothing is dropped.
"""

from payengine.exact import COEFFICIENT, FEN
from payengine.graph import COUNT, INSTITUTION, RATIO, YUAN, formula, minimum, pick, where

CLAUSE = "xining-2024 22"

# Heads for which the control level counts.


@formula(
    level=INSTITUTION,
    unit=COUNT,
    gives="ceiling_heads",
    label="核定总量人数（期末在岗）",
    source=CLAUSE,
    report=True,
)
def heads_on_last_day(heads):
    """Heads for which the control level counts: persons engaged on the period's last day.

    Only where a document counts so: a person of one month counts as a year.
    """
    return heads


@formula(
    level=INSTITUTION,
    unit=COUNT,
    gives="ceiling_heads",
    label="核定总量人数（按人月折算）",
    source=CLAUSE,
    report=True,
    default=True,
)
def mean_heads(person_months, months_of_period):
    """Heads for which the control level counts: person-months over the period's months.

    The control level is money of a year, so who worked a part of it counts as that part.
    """
    return (person_months.sum() / months_of_period).round(COEFFICIENT)


@formula(
    level=INSTITUTION, unit=COUNT, gives="ceiling_heads", label="核定总量人数（核定编制）", source=CLAUSE, report=True
)
def approved_posts(measure, two_permits_apply):
    """Heads for which the control level counts: the measure `approved_posts`."""
    return where(two_permits_apply, measure["approved_posts"], 0)


# The multiple, which the first permit allows above the control level.


@formula(
    level=INSTITUTION,
    unit=RATIO,
    gives="ceiling_rate",
    label="总量倍数",
    source=CLAUSE,
    report=True,
    default=True,
)
def one_multiple(ceiling_multiple, two_permits_apply):
    """Multiple of the control level, the same whatever the appraisal says."""
    return where(two_permits_apply, ceiling_multiple, 0)


@formula(
    level=INSTITUTION, unit=RATIO, gives="ceiling_rate", label="总量倍数（按考核等次）", source=CLAUSE, report=True
)
def multiple_by_grade(ceiling_multiple, institution_grade, two_permits_apply):
    """Multiple of the control level for the institution's grade."""
    return where(two_permits_apply, pick(institution_grade, ceiling_multiple), 0)


# The ceiling.


@formula(level=INSTITUTION, unit=YUAN, axis="line", label="总量外核增", source=CLAUSE, report=True)
def outside_total_lines(finance, items_outside_total, two_permits_apply):
    """Finance lines that may be paid beside the total, each at its share."""
    return where(two_permits_apply, finance * items_outside_total, 0).round(FEN)


@formula(
    level=INSTITUTION,
    unit=YUAN,
    gives="performance_ceiling",
    label="绩效工资总量上限",
    source=CLAUSE,
    report=True,
    default=True,
)
def by_control_level(wage_control_level, ceiling_heads, ceiling_rate, outside_total_lines, two_permits_apply):
    """Ceiling: control level per head x heads x multiple, and what stands outside the total."""
    total = where(two_permits_apply, wage_control_level * ceiling_heads * ceiling_rate, 0).round(FEN)
    return total + outside_total_lines.total()


@formula(
    level=INSTITUTION,
    unit=YUAN,
    gives="performance_ceiling",
    label="绩效工资总量上限（核定总量）",
    source=CLAUSE,
    report=True,
)
def by_approved_total(finance, ceiling_rate, outside_total_lines, two_permits_apply):
    """Ceiling: the institution's approved total x multiple, and what stands outside the total."""
    total = where(two_permits_apply, finance["approved_performance_total"] * ceiling_rate, 0).round(FEN)
    return total + outside_total_lines.total()


# Performance pay granted so far, without what is paid in advance on the reward pool itself.


@formula(
    level=INSTITUTION,
    unit=YUAN,
    gives="performance_granted",
    label="已发绩效工资",
    source=CLAUSE,
    report=True,
    default=True,
)
def granted_by_months(
    performance_pay_before_reward, performance_pay_before_reward_of_others, opening_balance, agreement_pay_inside_total
):
    """Performance pay granted: payments of the year's months, and of the time before.

    The months count with the components in the policy's total, the time before the first run here with its opening
    balance. Paid is paid: also what went to persons who stand in no row any more. Agreement pay counts where the
    policy counts it inside the total.
    """
    paid = performance_pay_before_reward.sum() + performance_pay_before_reward_of_others
    return paid + opening_balance["performance_pay"] + agreement_pay_inside_total


@formula(
    level=INSTITUTION, unit=YUAN, gives="performance_granted", label="已发绩效工资（填报）", source=CLAUSE, report=True
)
def granted_as_reported(finance, two_permits_apply):
    """Performance pay granted: the finance line `performance_pay_granted`."""
    return where(two_permits_apply, finance["performance_pay_granted"], 0)


# The amount that may be paid.


@formula(
    level=INSTITUTION,
    unit=YUAN,
    gives="ceiling_room",
    label="总量上限余额",
    source=CLAUSE,
    report=True,
    default=True,
)
def under_ceiling(performance_ceiling, performance_granted):
    """Room that the ceiling leaves; below zero where more was granted than it allows."""
    return performance_ceiling - performance_granted


@formula(
    level=INSTITUTION,
    unit=YUAN,
    gives="ceiling_room",
    label="总量上限余额（先留出保底）",
    source="practice",
    report=True,
)
def under_ceiling_after_floors(performance_ceiling, performance_granted, floors_inside_total):
    """Room that the ceiling leaves after this run's floors, which are charged to the total.

    The floors must then start from pay without the rewards (the policy's [totals]): with them each waits for the other.
    """
    return performance_ceiling - performance_granted - floors_inside_total.sum()


@formula(
    level=INSTITUTION, unit=YUAN, gives="ceiling_room", label="总量上限余额（不设上限）", source=CLAUSE, report=True
)
def without_ceiling(reward_pool):
    """Room for the whole pool: there is no ceiling."""
    return reward_pool


@formula(level=INSTITUTION, unit=YUAN, label="可发放的奖励", source=CLAUSE, report=True)
def reward_payable(reward_pool, ceiling_room):
    """Reward pool, as far as the ceiling has room for it."""
    return minimum(reward_pool, ceiling_room.positive_part())


@formula(level=INSTITUTION, unit=RATIO, label="绩效工资与调控水平之比", source=CLAUSE, report=True)
def control_level_multiple(wage_control_level, ceiling_heads, performance_granted, reward_payable, two_permits_apply):
    """Use of the first permit: performance pay over control level x heads; 0 without heads."""
    level = where(two_permits_apply, wage_control_level * ceiling_heads, 0).round(FEN)
    paid = performance_granted + reward_payable
    return where(level > 0, (paid / where(level > 0, level, 1)).round(COEFFICIENT), 0)
