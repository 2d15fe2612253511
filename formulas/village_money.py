"""Task money shared by a township centre and its village clinics at a published ratio.

Henan prints 45 %, then 50 %. The clinic's parent is the centre. What the clinics of a centre have together is divided
among them by the people they serve, a small clinic counted at the policy's minimum, or by their points. The parts add
up to the money, to the fen; a centre without a clinic that can claim anything keeps all of it, and that is reported.
"""

from formulas.population import CLINIC
from payengine.exact import FEN
from payengine.graph import (
    COUNT,
    INSTITUTION,
    POINTS,
    STAFF,
    YUAN,
    divide,
    divide_among_children,
    formula,
    gather,
    of_institution,
    where,
)

CLAUSE = "henan-2020"


# The centre's money.


@formula(level=INSTITUTION, unit=YUAN, label="乡村两级公卫任务经费", source=CLAUSE, report=True, default=True)
def task_money(finance):
    """Task money of the centre: the finance line `public_health_task_money`.

    No row is no money to share.
    """
    return finance.or_zero("public_health_task_money").round(FEN)


@formula(
    level=INSTITUTION,
    unit=YUAN,
    gives="task_money",
    label="乡村两级公卫任务经费（人均经费）",
    source=CLAUSE,
    report=True,
)
def task_money_of_population(public_health_money):
    """Task money of the centre: the per-head money of its population."""
    return public_health_money


@formula(
    level=INSTITUTION, unit=YUAN, gives="task_money", label="乡村两级公卫任务经费（公卫当量购买）", source=CLAUSE,
    report=True,
)  # fmt: skip
def task_money_of_purchase(public_health_purchase, institution_kind):
    """Task money of the centre: the worth of its public-health points.

    A clinic keeps what its own points are worth.
    """
    return where(institution_kind == CLINIC, 0, public_health_purchase)


# The clinics' part.


@formula(level=INSTITUTION, unit=COUNT, label="村卫生室分配权重", source=CLAUSE, default=True)
def clinic_weight(counted_population, institution_kind, village_by_months, months_in_force, months_of_period):
    """Weight of a clinic: the people it serves.

    Where the policy prorates, they count for the months in which the clinic was open.
    """
    population = where(institution_kind == CLINIC, counted_population, 0)
    return _prorated(population, village_by_months, months_in_force, months_of_period)


@formula(level=INSTITUTION, unit=POINTS, gives="clinic_weight", label="村卫生室分配权重（按公卫当量）", source=CLAUSE)
def clinic_weight_by_points(public_health_points, institution_kind):
    """Weight of a clinic: its public-health points.

    A clinic that closes has those that it earned.
    """
    return where(institution_kind == CLINIC, public_health_points, 0)


@formula(level=INSTITUTION, unit=YUAN, label="村卫生室应得部分", source=CLAUSE, report=True)
def village_part(task_money, village_share):
    """Clinics' part: task money x their ratio, rounded once; the centre has the rest."""
    return (task_money * village_share).round(FEN)


@formula(level=INSTITUTION, unit=YUAN, label="无村卫生室可分配、留在卫生院的部分", source=CLAUSE, report=True)
def village_part_unclaimed(village_part, clinic_weight, institution_parent):
    """Clinics' part that the centre keeps because no clinic can claim it.

    The centre has no clinic in the run, or none with a weight.
    """
    return where(gather(clinic_weight, institution_parent) > 0, 0, village_part)


@formula(level=INSTITUTION, unit=YUAN, label="公卫任务经费（村卫生室）", source=CLAUSE, statement=True)
def village_task_money(village_part, village_part_unclaimed, clinic_weight, institution_parent):
    """Clinics' part divided among the centre's clinics, to the fen.

    Equal remainders go by the clinic's code.
    """
    return divide_among_children(village_part - village_part_unclaimed, clinic_weight, institution_parent)


@formula(level=INSTITUTION, unit=YUAN, label="公卫任务经费（卫生院）", source=CLAUSE, statement=True)
def township_task_money(task_money, village_task_money, institution_parent):
    """Centre's part: the task money less what its clinics have of it."""
    return task_money - gather(village_task_money, institution_parent)


@formula(level=INSTITUTION, unit=COUNT, label="上级机构不在本次核算内的村卫生室", source=CLAUSE, report=True)
def clinic_without_centre(institution_kind, institution_parent, heads):
    """Report 1 for a clinic whose parent is not in the run, so that nobody shares with it."""
    found = of_institution(heads, institution_parent).is_set()
    return where((institution_kind == CLINIC) & ~found, 1, 0)


# To the persons of a clinic.


@formula(level=STAFF, unit=YUAN, label="村医保基本补助（个人）", source="shengzhou-2022 三(二)3", component=True)
def village_base_pay(village_base_standard, village_doctor, person_months):
    """Amount a month for each village doctor, for the months engaged x fte."""
    return where(village_doctor.or_else(False), person_months * village_base_standard, 0).sum().round(FEN)


@formula(
    level=STAFF,
    unit=YUAN,
    label="村卫生室购买服务（个人）",
    source="shengzhou-2022 三(二)3",
    component=True,
    default=True,
)
def village_task_pay(village_task_money, village_task_staff_share, points_by_category, village_doctor):
    """Staff's share of the clinic's task money, by public-health points.

    The points are those of its village doctors.
    """
    points = points_by_category.only([key for key in points_by_category if key == "public_health"]).total()
    weights = where(village_doctor.or_else(False), points, 0).sum()
    return divide((village_task_money * village_task_staff_share).round(FEN), weights)


@formula(
    level=STAFF, unit=YUAN, gives="village_task_pay", label="村卫生室购买服务（个人，按在岗月数）",
    source="shengzhou-2022 三(二)3", component=True,
)  # fmt: skip
def village_task_pay_by_months(village_task_money, village_task_staff_share, person_months, village_doctor):
    """Staff's share of the clinic's task money, by the months engaged x fte.

    The months are those of its village doctors.
    """
    weights = where(village_doctor.or_else(False), person_months, 0).sum()
    return divide((village_task_money * village_task_staff_share).round(FEN), weights)


def _prorated(amount, by_months, months_in_force, months_of_period):
    """Prorate an amount for the months in force, stated at 6 decimals.

    The amount stands where the policy does not prorate.
    """
    part = amount * months_in_force / months_of_period
    return where(by_months.or_else(False), part, amount).round(POINTS)
