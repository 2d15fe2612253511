"""Floors below which a group's pay may not fall: the steps that all floors share.

Each floor has a file of its own. A floor compares pay over the year to date. What counts as pay, and in which order
floors come, the policy declares in its [totals]: `pay_before_floors` (all pay unless the policy lists some),
`pay_before_public_health_floor`, `pay_before_gp_parity` and `pay_before_village_parity` say from what each floor
starts (`variable_pay_before_...` what it may take from), so that a floor never reads its own money, and
`pay_after_floors` is what the final checks look at. Floors come before the fixed share is checked.

Money from outside raises the mean that a group is compared with, so it needs the fixed point and not the gap. Money
from inside does not: the gap is taken from the others in proportion to their variable pay of this run, and nobody pays
below a floor of their own. What cannot be paid is reported as lacking.
"""

from payengine.exact import CEILING, FEN
from payengine.graph import COUNT, ENGAGEMENT, INSTITUTION, STAFF, divide, formula, minimum, where


@formula(level=STAFF, unit=COUNT, label="计入平均的人员", source="xining-2024 22")
def floor_counted(floor_counts, floor_counts_director, director):
    """Persons who take part in means: all but those whom the policy leaves out.

    A policy may leave out agreement pay, the director ...
    """
    return of_person(floor_counts).or_else(True) & (floor_counts_director.or_else(True) | ~director.latest())


@formula(level=STAFF, unit=COUNT, label="计入平均的人数或人月", source="xining-2024 22")
def floor_weight(floor_counted, floor_by_person_months, head, person_months_to_date):
    """Weight of a person in a mean: the person-months of the year to date, as pay is counted.

    A policy that says so counts one head instead: a person engaged on the period's last day.
    """
    months = where(floor_counted, person_months_to_date, 0)
    return where(floor_by_person_months.or_else(True), months, where(head & floor_counted, 1, 0))


# Steps that all floors share. These are no formulas: each floor says for which pay and which group.


def of_person(value):
    """Take a person's value, from the latest engagement where the policy tells them apart."""
    return value.latest() if value.level is ENGAGEMENT else value


def over(total, weight):
    """Compute a mean, unrounded; 0 where nobody counts."""
    return total / where(weight == 0, 1, weight)


def lacking_each(line, pay, weight, group):
    """Compute each member's gap to a line per unit of weight, rounded up to the fen."""
    return where(group, (line * weight - pay).positive_part().round(FEN, CEILING), 0)


def spread(amount, weight, group):
    """Turn an amount per unit of weight (whole fen) into each member's, rounded up to the fen."""
    return where(group, (amount * weight).round(FEN, CEILING), 0)


def shared_need(gap, weight, group, each):
    """Divide what a group lacks together by weight, by largest remainder.

    The sum is what is lacking, rounded up to the fen, not a fen more. Nothing is divided where each is compared alone.
    """
    return divide(where(each, 0, gap).round(FEN, CEILING), weight, among=group)


def left(variable_pay, variable_pay_now):
    """Compute variable pay of this run that earlier floors have not taken yet.

    Money that earlier floors gave is not there to be taken.
    """
    return minimum(variable_pay, variable_pay_now).positive_part()


def can_give(variable_pay, pay, keep, payers):
    """Compute the most that each payer can give: variable pay, down to the pay to be kept."""
    return where(payers, minimum(variable_pay, pay - keep).positive_part(), 0)


def taken_from_others(need, inside, most, variable_pay, payers):
    """Take the amount needed from inside, in proportion to the others' variable pay.

    It takes as much of the need as the others can give.
    """
    asked = where(inside.or_else(False), need.sum(INSTITUTION), 0)
    return divide(minimum(asked, most.sum(INSTITUTION)), variable_pay, among=payers, within=most)


def received(need, taken, inside):
    """Give all that is needed from outside; from inside what was taken, in proportion to need."""
    money = where(inside.or_else(False), taken.sum(INSTITUTION), need.sum(INSTITUTION))
    return divide(money, need)
