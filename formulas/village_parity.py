"""Village doctors level with like staff of their township centre (村医与镇卫生院同类人员持平).

The clinic's parent is the centre. The policy says who is a village doctor and which of the centre's staff are like
them, whether each doctor is compared or the clinic's doctors together, and which share of the difference the local
budget meets; the rest is a component of its own, which the policy pays or not. What is not met is reported.
"""

from formulas.floors import lacking_each, of_person, over, shared_need
from payengine.exact import CEILING, FEN, RATE
from payengine.graph import COUNT, INSTITUTION, RATIO, STAFF, YUAN, formula, of_institution, where


@formula(level=STAFF, unit=COUNT, label="乡村医生", source="shangyi 三(二)")
def village_doctors(village_doctor, floor_weight):
    """Village doctors as the policy says, of those who count."""
    return of_person(village_doctor).or_else(False) & (floor_weight > 0)


@formula(level=STAFF, unit=COUNT, label="卫生院同类人员", source="shangyi 三(二)")
def village_likes(village_like_staff, floor_weight):
    """Staff like village doctors as the policy says, of those who count at an institution."""
    return of_person(village_like_staff).or_else(False) & (floor_weight > 0)


@formula(level=INSTITUTION, unit=YUAN, label="上级卫生院同类人员人均收入", source="shangyi 三(二)", report=True)
def village_line(pay_before_village_parity, floor_weight, village_likes, institution_parent):
    """Mean pay of like staff of the parent institution, rounded up to the fen.

    0 where there are none.
    """
    return _line(pay_before_village_parity, floor_weight, village_likes, institution_parent)


@formula(level=STAFF, unit=YUAN, label="村医持平差额", source="shangyi 三(二)")
def village_parity_need(
    pay_before_village_parity, floor_weight, village_doctors, village_line, village_parity_rate,
    village_parity_each_person,
):  # fmt: skip
    """Amount that village doctors lack to the rate times the line.

    The policy compares each doctor, or the clinic's doctors together.
    """
    group, line = village_doctors & (village_line > 0), village_parity_rate.or_else(0) * village_line
    alone = lacking_each(line, pay_before_village_parity, floor_weight, group)
    heads = floor_weight.where(group).sum(INSTITUTION)
    gap = (line * heads - pay_before_village_parity.where(group).sum(INSTITUTION)).positive_part()
    each = village_parity_each_person.or_else(False)
    return where(each, alone, shared_need(gap, floor_weight, group, each))


@formula(level=STAFF, unit=YUAN, label="乡村医生收入持平补差（本级财政）", source="shangyi 三(二)", component=True)
def village_parity_pay(village_parity_need, village_gap_budget_share):
    """Part of the difference to parity that the local budget meets."""
    return (village_parity_need * village_gap_budget_share).round(FEN)


@formula(level=STAFF, unit=YUAN, label="乡村医生收入持平补差（其余部分）", source="shangyi 三(二)", component=True)
def village_parity_own_pay(village_parity_need, village_parity_pay):
    """Rest of the difference to parity, where the policy pays it."""
    return village_parity_need - village_parity_pay


@formula(level=INSTITUTION, unit=YUAN, label="村医持平财政补差", source="shangyi 三(二)", statement=True)
def parity_subsidy(village_parity_pay):
    """Amount that the local budget gives the clinic for parity."""
    return village_parity_pay.sum()


# Figures reported from the pay after all floors and nothing else.


@formula(level=INSTITUTION, unit=YUAN, label="上级卫生院同类人员人均收入（保底后）", source="shangyi 三(二)")
def village_line_after_floors(pay_after_floors, floor_weight, village_likes, institution_parent):
    """Mean pay of like staff of the parent institution in the end, after all floors."""
    return _line(pay_after_floors, floor_weight, village_likes, institution_parent)


@formula(level=INSTITUTION, unit=RATIO, label="村医收入与卫生院同类人员之比", source="shangyi 三(二)", report=True)
def village_pay_ratio(pay_after_floors, floor_weight, village_doctors, village_line_after_floors):
    """Mean pay of the clinic's doctors / the line; 0 where there is nothing to compare."""
    owed = (village_line_after_floors * floor_weight.where(village_doctors).sum()).round(FEN, CEILING)
    pay = pay_after_floors.where(village_doctors).sum()
    return where(owed > 0, pay / where(owed > 0, owed, 1), 0).round(RATE)


@formula(level=INSTITUTION, unit=YUAN, label="村医持平缺口", source="shangyi 三(二)", report=True)
def village_parity_lacking(
    pay_after_floors, floor_weight, village_doctors, village_line_after_floors, village_parity_rate,
    village_parity_each_person,
):  # fmt: skip
    """Amount that parity still lacks in the end.

    The part of the difference that nobody meets is in it.
    """
    line = village_parity_rate.or_else(0) * village_line_after_floors
    alone = lacking_each(line, pay_after_floors, floor_weight, village_doctors).sum()
    owed = (line * floor_weight.where(village_doctors).sum()).round(FEN, CEILING)
    together = (owed - pay_after_floors.where(village_doctors).sum()).positive_part()
    lacking = where(village_parity_each_person.or_else(False), alone, together)
    return where(village_line_after_floors > 0, lacking, 0)  # without a line there is nothing to lack


@formula(level=INSTITUTION, unit=COUNT, label="无可比较的村医人数", source="shangyi 三(二)", report=True)
def village_nothing_to_compare(village_doctors, village_line, village_parity_rate):
    """Number of village doctors who have nobody to be compared with.

    Their clinic has no parent in the run, or its parent has nobody like them.
    """
    return (village_doctors & (village_line == 0) & village_parity_rate.is_set()).count()


def _line(pay, weight, likes, parent):
    heads = weight.where(likes).sum()
    mean = over(pay.where(likes).sum(), heads).round(FEN, CEILING)
    return of_institution(mean, parent).or_else(0)
