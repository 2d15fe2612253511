"""General practitioners beside county clinicians of the same condition.

The documents ask for a connection (全科医生与县级医院同等条件临床医师相衔接), so the ratio is reported; it is a floor
only where the policy gives `gp_parity_rate`. Same condition is the same cell: title, band of years worked, education.
What a cell's clinicians earn comes from the table `comparator`, where that has the cell, else from the clinicians of
the run.
"""

from formulas.floors import can_give, lacking_each, left, of_person, over, received, shared_need, taken_from_others
from payengine.exact import CEILING, FEN, RATE
from payengine.graph import (
    CONSORTIUM,
    COUNT,
    INSTITUTION,
    RATIO,
    STAFF,
    YUAN,
    formula,
    grade,
    join_codes,
    look_up,
    where,
)


@formula(level=STAFF, unit=COUNT, label="全科医生", source="yangzhou-14th 20")
def general_practitioners(general_practitioner, floor_weight):
    """General practitioners as the policy says, of those who count."""
    return of_person(general_practitioner).or_else(False) & (floor_weight > 0)


@formula(level=STAFF, unit=COUNT, label="对照的县级医院临床医师", source="yangzhou-14th 20")
def gp_comparators(gp_comparison_staff, general_practitioners, floor_weight):
    """Clinicians to be compared with as the policy says, of those who count.

    A general practitioner is none of them.
    """
    return of_person(gp_comparison_staff).or_else(False) & (floor_weight > 0) & ~general_practitioners


@formula(level=STAFF, unit=COUNT, label="同等条件（职称、工作年限、学历）", source="yangzhou-14th 20")
def gp_cell(title, education, tenure_years, tenure_from, general_practitioners, gp_comparators):
    """Cell of a person: title|band of years worked|education.

    The table `comparator` writes it in the same way.
    """
    years = where(general_practitioners | gp_comparators, tenure_years, 0)
    return join_codes(title.latest(), grade(years, tenure_from), education.latest())


@formula(level=STAFF, unit=YUAN, label="同等条件临床医师人均收入", source="yangzhou-14th 20", report=True)
def gp_line(
    pay_before_gp_parity, floor_weight, gp_cell, general_practitioners, gp_comparators, comparator_mean,
    months_of_period, floor_by_person_months,
):  # fmt: skip
    """Pay of clinicians of a general practitioner's cell, per head or per person-month.

    0 where there is none.
    """
    post = where(floor_by_person_months.or_else(True), months_of_period, 1)
    line = _line(pay_before_gp_parity, floor_weight, gp_cell, gp_comparators, comparator_mean / post)
    return where(general_practitioners, line, 0)


@formula(level=STAFF, unit=COUNT, label="可比较的全科医生", source="yangzhou-14th 20")
def gp_compared(general_practitioners, gp_line):
    """General practitioners whose cell has clinicians to compare with."""
    return general_practitioners & (gp_line > 0)


@formula(level=INSTITUTION, unit=COUNT, label="无可比较的全科医生人数", source="yangzhou-14th 20", report=True)
def gp_without_comparison(general_practitioners, gp_compared):
    """Number of general practitioners whose cell has no clinicians."""
    return (general_practitioners & ~gp_compared).count()


@formula(level=INSTITUTION, unit=COUNT, label="全科医生无可比较", source="yangzhou-14th 20", report=True)
def gp_nothing_to_compare(gp_compared):
    """Report 1 where no general practitioner can be compared, or there is none; else 0."""
    return where(gp_compared.any(), 0, 1)


@formula(level=STAFF, unit=YUAN, label="全科医生衔接应补", source="henan-2020")
def gp_parity_need(pay_before_gp_parity, floor_weight, gp_compared, gp_line, gp_parity_rate, gp_parity_each_person):
    """Amount that general practitioners lack to the rate times the line.

    The policy compares each person, or the institution's general practitioners together.
    """
    line = gp_parity_rate.or_else(0) * gp_line
    alone = lacking_each(line, pay_before_gp_parity, floor_weight, gp_compared)
    owed = where(gp_compared, line * floor_weight, 0).sum(INSTITUTION)
    gap = (owed - pay_before_gp_parity.where(gp_compared).sum(INSTITUTION)).positive_part()
    each = gp_parity_each_person.or_else(False)
    return where(each, alone, shared_need(gap, floor_weight, gp_compared, each))


@formula(
    level=STAFF,
    unit=YUAN,
    gives="gp_payers_keep",
    label="院内调剂后应保留的收入（仅固定部分）",
    source="default",
    default=True,
)
def gp_payers_keep_fixed_pay():
    """Nothing to be kept of variable pay: payers have no floor of their own.

    All of their variable pay can be taken.
    """
    return 0


@formula(
    level=STAFF,
    unit=YUAN,
    gives="gp_payers_keep",
    label="院内调剂后应保留的收入（公卫科室人员不调出）",
    source="default",
)
def gp_payers_keep_public_health_floor(pay_before_gp_parity, public_health_staff, public_health_comparable):
    """Pay kept by public-health staff whose floor holds: all that they have."""
    return where(public_health_staff & public_health_comparable, pay_before_gp_parity, 0)


@formula(level=STAFF, unit=YUAN, label="全科医生衔接院内调剂：调出", source="henan-2020")
def gp_parity_taken(
    gp_parity_need, gp_parity_inside, gp_payers_keep, general_practitioners, pay_before_gp_parity,
    variable_pay_before_floors, variable_pay_before_gp_parity, floor_weight,
):  # fmt: skip
    """Amount taken from other staff for general practitioners, if paid from inside.

    It is what is needed, or as much of it as the others can give, in proportion to their variable pay.
    """
    payers = (floor_weight > 0) & ~general_practitioners
    variable = left(variable_pay_before_floors, variable_pay_before_gp_parity)
    most = can_give(variable, pay_before_gp_parity, gp_payers_keep, payers)
    return taken_from_others(gp_parity_need, gp_parity_inside, most, variable, payers)


@formula(level=STAFF, unit=YUAN, label="全科医生衔接：补入", source="henan-2020")
def gp_parity_received(gp_parity_need, gp_parity_taken, gp_parity_inside):
    """Amount that general practitioners receive to reach the rate times the line.

    All that is needed, from outside; from inside what was taken, in proportion to need.
    """
    return received(gp_parity_need, gp_parity_taken, gp_parity_inside)


@formula(level=STAFF, unit=YUAN, label="全科医生衔接补差", source="henan-2020", component=True)
def gp_parity_pay(gp_parity_received, gp_parity_taken):
    """Amounts that general practitioners receive, and amounts that others pay for them.

    From inside the two sum to nothing.
    """
    return gp_parity_received - gp_parity_taken


# Figures reported from pay after all floors and nothing else: all pay, or the performance pay that the policy lists.


@formula(level=STAFF, unit=YUAN, label="同等条件临床医师人均收入（保底后）", source="yangzhou-14th 20")
def gp_line_after_floors(
    gp_pay_after_floors, floor_weight, gp_cell, general_practitioners, gp_comparators, comparator_mean,
    months_of_period, floor_by_person_months,
):  # fmt: skip
    """Pay of clinicians of a general practitioner's cell in the end, after all floors."""
    post = where(floor_by_person_months.or_else(True), months_of_period, 1)
    line = _line(gp_pay_after_floors, floor_weight, gp_cell, gp_comparators, comparator_mean / post)
    return where(general_practitioners, line, 0)


@formula(
    level=STAFF, unit=RATIO, label="全科医生收入与同等条件临床医师之比（本人）", source="yangzhou-14th 20", report=True
)
def gp_pay_ratio_of_person(gp_pay_after_floors, floor_weight, gp_line_after_floors):
    """Person's pay / the line for this person; 0 for everybody who is not compared."""
    return _ratio(gp_pay_after_floors, gp_line_after_floors * floor_weight, gp_line_after_floors > 0)


@formula(
    level=INSTITUTION, unit=RATIO, label="全科医生收入与同等条件临床医师之比", source="yangzhou-14th 20", report=True
)
def gp_pay_ratio(gp_pay_after_floors, floor_weight, gp_line_after_floors):
    """Pay of compared general practitioners / pay of clinicians of the same cells.

    Both together over the institution, the clinicians' as they would have it in their place; 0 where nobody is
    compared.
    """
    owed = (gp_line_after_floors * floor_weight).sum().round(FEN, CEILING)
    return _ratio(gp_pay_after_floors.where(gp_line_after_floors > 0).sum(), owed, owed > 0)


@formula(
    level=CONSORTIUM,
    unit=RATIO,
    label="全科医生收入与同等条件临床医师之比（全体）",
    source="yangzhou-14th 20",
    report=True,
)
def gp_pay_ratio_of_all(gp_pay_after_floors, floor_weight, gp_line_after_floors):
    """Pay of compared general practitioners / pay of clinicians of the same cells, run-wide.

    Both over all institutions together, the clinicians' as they would have it in their place; 0 where nobody is
    compared.
    """
    owed = (gp_line_after_floors * floor_weight).sum().round(FEN, CEILING)
    return _ratio(gp_pay_after_floors.where(gp_line_after_floors > 0).sum(), owed, owed > 0)


@formula(level=INSTITUTION, unit=YUAN, label="全科医生衔接缺口", source="henan-2020", report=True)
def gp_parity_lacking(gp_pay_after_floors, floor_weight, gp_line_after_floors, gp_parity_rate, gp_parity_each_person):
    """Amount that general practitioners still lack to the rate times the line in the end.

    Of each, added up, or of all together; 0 where there is no floor.
    """
    group, line = gp_line_after_floors > 0, gp_parity_rate.or_else(0) * gp_line_after_floors
    alone = lacking_each(line, gp_pay_after_floors, floor_weight, group).sum()
    owed = where(group, line * floor_weight, 0).sum().round(FEN, CEILING)
    together = (owed - gp_pay_after_floors.where(group).sum()).positive_part()
    return where(gp_parity_each_person.or_else(False), alone, together)


def _line(pay, weight, cell, comparators, given):
    """Compute a cell's mean per unit of weight, rounded up to the fen.

    As given, else of the run; 0 where there is none.
    """
    heads = weight.where(comparators).sum_alike(cell)
    of_run = over(pay.where(comparators).sum_alike(cell), heads).round(FEN, CEILING)
    outside = look_up(given.round(FEN, CEILING), cell)
    return where(outside.is_set(), outside, of_run)


def _ratio(pay, owed, compared):
    return where(compared, pay / where(compared, owed, 1), 0).round(RATE)
