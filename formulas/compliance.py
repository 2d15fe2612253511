"""Figures that only the compliance sheet reads.

They are sums whose quotient a check compares, before anything is rounded. The policy ([checks]) says which obligations
there are, with which threshold and for whom.
"""

from payengine.exact import CEILING, FEN
from payengine.graph import COUNT, INSTITUTION, RATIO, STAFF, YUAN, formula, where


@formula(level=INSTITUTION, unit=YUAN, label="全科医生收入（本年累计）", source="yangzhou-14th 20", report=True)
def gp_pay_compared(gp_pay_after_floors, gp_line_after_floors):
    """Pay of the general practitioners who have clinicians to be compared with."""
    return gp_pay_after_floors.where(gp_line_after_floors > 0).sum()


@formula(level=INSTITUTION, unit=YUAN, label="同等条件临床医师收入", source="yangzhou-14th 20", report=True)
def gp_pay_of_like_clinicians(floor_weight, gp_line_after_floors):
    """Pay that clinicians of the same cells would have in place of general practitioners."""
    return (gp_line_after_floors * floor_weight).round(FEN, CEILING).sum()


@formula(level=INSTITUTION, unit=YUAN, label="计入总量的绩效工资", source="xining-2024 22", report=True)
def performance_pay_of_year(
    performance_granted, performance_pay_beside_granted, performance_pay_beside_granted_of_others
):
    """Performance pay of the year: pay granted, rewards, and the institution's own floors.

    Own floors are those that the institution pays itself. Together it is all that was paid.
    """
    return performance_granted + performance_pay_beside_granted.sum() + performance_pay_beside_granted_of_others


@formula(level=STAFF, unit=YUAN, label="本人收入（本年累计）", source="guangdong-2019")
def own_pay_to_date(gross_pay, paid_before):
    """Person's pay at the institution from January on, this run included."""
    return gross_pay + paid_before.total()


@formula(level=INSTITUTION, unit=RATIO, label="负责人收入与职工平均之比", source="guangdong-2019", unrounded=True)
def director_to_staff_pay(own_pay_to_date, director):
    """Pay of the best paid director / mean pay of all who are paid there, directors included.

    0 where nobody is paid.
    """
    paid = own_pay_to_date > 0
    mean = own_pay_to_date.where(paid).mean(otherwise=0)
    most = own_pay_to_date.where(director.any(STAFF)).max(otherwise=0)
    return where(mean > 0, most, 0) / where(mean > 0, mean, 1)


@formula(level=INSTITUTION, unit=COUNT, label="负责人收入无可比较", source="guangdong-2019", report=True)
def director_nothing_to_compare(own_pay_to_date, director):
    """Report 1 where no director is paid, else 0."""
    return where((director.any(STAFF) & (own_pay_to_date > 0)).any(), 0, 1)


@formula(level=INSTITUTION, unit=YUAN, label="奖励最高与最低之差", source="feixi", report=True)
def reward_spread(reward_pay, reward_advances_paid, in_reward_pool):
    """Greatest less least reward of those who take part, advances included.

    0 where fewer than two take part.
    """
    persons = in_reward_pool.any(STAFF)
    whole = (reward_pay + reward_advances_paid).where(persons)
    return whole.max(otherwise=0) - whole.min(otherwise=0)
