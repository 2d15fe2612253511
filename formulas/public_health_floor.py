"""Floor of public-health staff (公共卫生科室人员收入保底): at least their institution's mean.

The policy gives the floor as a multiple of the mean, by kind of institution: kinds without a value have no floor. It
compares the department as a whole or each person, and pays from outside or from inside the institution. Where all who
count are public-health staff, or none, there is nothing to compare, which is reported.
"""

from formulas.floors import can_give, lacking_each, left, over, received, spread, taken_from_others
from payengine.exact import CEILING, FEN
from payengine.graph import COUNT, INSTITUTION, STAFF, YUAN, formula, raise_to_mean, where


@formula(level=STAFF, unit=COUNT, label="公共卫生科室人员", source="xining-2024 22")
def public_health_staff(department_class, floor_weight):
    """Persons who count in the institution's mean and work in public health.

    Their latest engagement is in a department of the class `public_health`.
    """
    return (department_class.latest() == "public_health") & (floor_weight > 0)


@formula(level=INSTITUTION, unit=COUNT, label="公卫保底可比较", source="xining-2024 22")
def public_health_comparable(public_health_floor, public_health_staff, floor_weight):
    """Institutions of a kind with a floor that have public-health staff and others."""
    all_heads, own_heads = floor_weight.sum(), floor_weight.where(public_health_staff).sum()
    return public_health_floor.is_set() & (own_heads > 0) & (own_heads < all_heads)


@formula(level=INSTITUTION, unit=COUNT, label="公卫保底无可比较", source="xining-2024 22", report=True)
def public_health_nothing_to_compare(public_health_floor, public_health_comparable):
    """Report 1 where the floor holds but has nothing to compare, else 0.

    It holds for this kind of institution, but nobody, or everybody, is public-health staff.
    """
    return where(public_health_floor.is_set() & ~public_health_comparable, 1, 0)


@formula(
    level=INSTITUTION,
    unit=YUAN,
    label="公卫保底补差标准（每人月；按期末人数的为每人）",
    source="xining-2024 22",
    report=True,
)
def public_health_top_up_per_head(
    pay_before_public_health_floor, floor_weight, public_health_staff, public_health_comparable,
    public_health_floor, public_health_floor_inside,
):  # fmt: skip
    """Top-up per head that raises public-health staff to the multiple of the mean, rounded up.

        (multiple x S/n - S_g/m) / (1 - multiple x m/n)

    S is the pay and n the heads of all who count, S_g and m those of public-health staff. From inside it is the gap
    itself, because S does not move. 0 where no amount can do: a multiple above 1 can ask for more than raising the
    group can ever reach.
    """
    pay, group = pay_before_public_health_floor, public_health_staff & public_health_comparable
    everybody, own = pay.where(floor_weight > 0).sum(), pay.where(group).sum()
    heads, own_heads = floor_weight.sum(), floor_weight.where(group).sum()
    multiple = where(public_health_comparable, public_health_floor, 0)
    gap = over(multiple * everybody, heads) - over(own, own_heads)
    kept = where(public_health_floor_inside.or_else(False), 1, 1 - over(multiple * own_heads, heads))
    return where(kept > 0, gap / where(kept > 0, kept, 1), 0).positive_part().round(FEN, CEILING)


@formula(level=STAFF, unit=YUAN, label="公卫保底应补", source="xining-2024 22")
def public_health_floor_need(
    pay_before_public_health_floor, floor_weight, public_health_staff, public_health_comparable,
    public_health_floor, public_health_floor_inside, public_health_floor_each_person, public_health_top_up_per_head,
):  # fmt: skip
    """Amount that each of the public-health staff needs to reach the floor.

    The department as a whole: the same for everybody. Each person: up to the mean, which outside money raises.
    """
    pay, group = pay_before_public_health_floor, public_health_staff & public_health_comparable
    multiple = where(public_health_comparable, public_health_floor, 0)
    inside, each = public_health_floor_inside.or_else(False), public_health_floor_each_person.or_else(False)
    mean = over(pay.where(floor_weight > 0).sum(INSTITUTION), floor_weight.sum(INSTITUTION))
    raised = raise_to_mean(pay, floor_weight, group & each & ~inside, multiple)
    alone = where(inside, lacking_each(multiple * mean, pay, floor_weight, group), raised)
    return where(each, alone, spread(public_health_top_up_per_head, floor_weight, group))


@formula(
    level=STAFF,
    unit=YUAN,
    gives="public_health_payers_keep",
    label="院内调剂后应保留的收入（仅固定部分）",
    source="default",
    default=True,
)
def public_health_payers_keep_fixed_pay():
    """Nothing to be kept of variable pay: payers have no floor of their own.

    All of their variable pay can be taken.
    """
    return 0


@formula(
    level=STAFF,
    unit=YUAN,
    gives="public_health_payers_keep",
    label="院内调剂后应保留的收入（全科医生不低于其衔接标准）",
    source="default",
)
def public_health_payers_keep_gp_floor(
    pay_before_public_health_floor, floor_weight, gp_compared, gp_line, gp_parity_rate, gp_parity_each_person
):
    """Pay kept by general practitioners, who have a floor of their own.

    Each keeps the line; where they are compared together, all they have.
    """
    line = (gp_parity_rate.or_else(0) * gp_line * floor_weight).round(FEN, CEILING)
    kept = where(gp_parity_each_person.or_else(False), line, pay_before_public_health_floor)
    return where(gp_compared & (line > 0), kept, 0)


@formula(level=STAFF, unit=YUAN, label="公卫保底院内调剂：调出", source="xining-2024 22")
def public_health_floor_taken(
    public_health_floor_need, public_health_floor_inside, public_health_payers_keep, public_health_staff,
    pay_before_public_health_floor, variable_pay_before_floors, variable_pay_before_public_health_floor, floor_weight,
):  # fmt: skip
    """Amount taken from other staff for public-health staff, if paid from inside.

    It is what is needed, or as much of it as the others can give, in proportion to their variable pay.
    """
    payers = (floor_weight > 0) & ~public_health_staff
    variable = left(variable_pay_before_floors, variable_pay_before_public_health_floor)
    most = can_give(variable, pay_before_public_health_floor, public_health_payers_keep, payers)
    return taken_from_others(public_health_floor_need, public_health_floor_inside, most, variable, payers)


@formula(level=STAFF, unit=YUAN, label="公卫保底：补入", source="xining-2024 22")
def public_health_floor_received(public_health_floor_need, public_health_floor_taken, public_health_floor_inside):
    """Amount that public-health staff receive to reach the floor.

    All that is needed, from outside; from inside what was taken, in proportion to need.
    """
    return received(public_health_floor_need, public_health_floor_taken, public_health_floor_inside)


@formula(level=STAFF, unit=YUAN, label="公卫科室人员收入保底", source="xining-2024 22", component=True)
def public_health_floor_pay(public_health_floor_received, public_health_floor_taken):
    """Amounts that public-health staff receive, and amounts that others pay for them.

    From inside the two sum to nothing.
    """
    return public_health_floor_received - public_health_floor_taken


# The floor as it holds in the end, from the pay after all floors and nothing else.


@formula(
    level=INSTITUTION,
    unit=YUAN,
    label="本机构人均收入（每人月；按期末人数的为每人）",
    source="xining-2024 22",
    report=True,
)
def institution_mean_pay(pay_after_floors, floor_weight):
    """Mean pay of all who count, in the year to date, per head or per person-month.

    0 where nobody counts.
    """
    return over(pay_after_floors.where(floor_weight > 0).sum(), floor_weight.sum()).round(FEN)


@formula(
    level=INSTITUTION,
    unit=YUAN,
    label="公卫科室人均收入（每人月；按期末人数的为每人）",
    source="xining-2024 22",
    report=True,
)
def public_health_mean_pay(pay_after_floors, floor_weight, public_health_staff):
    """Mean pay of public-health staff, in the year to date, per head or per person-month.

    0 where there are none.
    """
    own_heads = floor_weight.where(public_health_staff).sum()
    return over(pay_after_floors.where(public_health_staff).sum(), own_heads).round(FEN)


@formula(level=INSTITUTION, unit=YUAN, label="公卫保底缺口", source="xining-2024 22", report=True)
def public_health_floor_lacking(
    pay_after_floors, floor_weight, public_health_staff, public_health_comparable, public_health_floor,
    public_health_floor_each_person,
):  # fmt: skip
    """Amount that public-health staff still lack to the floor, at the mean as it is now.

    Of the department together, or of each person, added up.
    """
    group = public_health_staff & public_health_comparable
    multiple = where(public_health_comparable, public_health_floor, 0)
    line = over(multiple * pay_after_floors.where(floor_weight > 0).sum(), floor_weight.sum())
    alone = lacking_each(line, pay_after_floors, floor_weight, group).sum()
    owed = (line * floor_weight.where(group).sum()).round(FEN, CEILING)
    together = (owed - pay_after_floors.where(group).sum()).positive_part()
    return where(public_health_floor_each_person.or_else(False), alone, together)
