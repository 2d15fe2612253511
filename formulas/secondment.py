"""Pay of people employed by one institution who work at another (派驻、多点).

They are paid where they work. Where the policy lets the employer bear it, the employer owes it to the workplace: a
line of both statements, which add up to nothing over the institutions of the run. The pay of somebody who changed
employer within the period is divided over the engagements by person-months, to the fen and adding up to the pay.
"""

from payengine.graph import ENGAGEMENT, INSTITUTION, STAFF, YUAN, divide, formula, gather, outside, where

SOURCE = "shangyi 三(五)"


@formula(
    level=INSTITUTION,
    unit=YUAN,
    gives="secondment_settlement",
    label="派驻人员薪酬结算（由工作单位负担）",
    source=SOURCE,
    statement=True,
    default=True,
)
def borne_by_workplace():
    """No settlement: the workplace bears the pay of seconded staff."""
    return 0


@formula(
    level=INSTITUTION,
    unit=YUAN,
    gives="secondment_settlement",
    label="派驻人员薪酬结算（由用人单位负担）",
    source=SOURCE,
    statement=True,
)
def borne_by_employer(seconded_pay, employer):
    """Pay of seconded staff: the workplace receives all of it, the employer gives it."""
    return seconded_pay.sum() - gather(seconded_pay, employer)


@formula(
    level=INSTITUTION,
    unit=YUAN,
    gives="secondment_settlement",
    label="派驻人员薪酬结算（固定部分由用人单位负担）",
    source=SOURCE,
    statement=True,
)
def fixed_borne_by_employer(seconded_fixed_pay, employer):
    """Fixed pay of seconded staff: the workplace receives it, the employer gives it.

    Pay by work is the workplace's.
    """
    return seconded_fixed_pay.sum() - gather(seconded_fixed_pay, employer)


@formula(level=ENGAGEMENT, unit=YUAN, label="派驻人员薪酬", source=SOURCE)
def seconded_pay(gross_pay, person_months, employer, institution):
    """All pay of an engagement that another institution employs."""
    return _seconded(gross_pay, person_months, employer, institution)


@formula(level=ENGAGEMENT, unit=YUAN, label="派驻人员固定薪酬", source=SOURCE)
def seconded_fixed_pay(fixed_pay, person_months, employer, institution):
    """Fixed pay of an engagement that another institution employs."""
    return _seconded(fixed_pay, person_months, employer, institution)


@formula(level=INSTITUTION, unit=YUAN, label="应由本次核算以外单位负担的派驻薪酬", source=SOURCE, report=True)
def seconded_pay_owed_from_outside(seconded_pay, employer):
    """Pay of seconded staff whose employer takes no part in the run, to be claimed from it."""
    return seconded_pay.where(outside(employer)).sum()


def _seconded(pay, person_months, employer, institution):
    """Compute an engagement's part of the person's pay, where another institution employs.

    By person-months with largest remainder, so that the parts add up to the pay; equally where there are no
    person-months.
    """
    seconded = employer != institution
    whole = where(seconded.any(STAFF), pay, 0)
    share = divide(whole, where(person_months.sum(STAFF) > 0, person_months, 1))
    return where(seconded, share, 0)
