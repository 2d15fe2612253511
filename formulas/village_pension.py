"""Pension of village doctors at the published yearly level (2,000 yuan).

It is outside pay and outside every floor. The plan names the level, not the payer, so the policy must say who pays
which share. Finance's share is a line of the institution's statement and no component of anybody's pay; what others
pay is reported.
"""

from payengine.exact import FEN
from payengine.graph import INSTITUTION, STAFF, YUAN, formula, minimum, split, where

CLAUSE = "xining-2024 annex 22"


@formula(level=INSTITUTION, unit=YUAN, label="村医养老保险缴费", source=CLAUSE, report=True, default=True)
def pension_due(measure, institution_kind, village_pension_level, months_of_period):
    """Pension contributions: insured village doctors as reported x the year's level.

    The measure is `pension_insured`; a month is a twelfth of the level. Every village clinic reports it, also where
    there are none; other institutions only if they have some.
    """
    reported = measure["pension_insured"]
    insured = where(institution_kind == "village_clinic", reported, reported.or_else(0))
    return (insured * village_pension_level.or_else(0) * months_of_period / 12).round(FEN)


@formula(
    level=INSTITUTION,
    unit=YUAN,
    gives="pension_due",
    label="村医养老保险缴费（按在岗月数）",
    source=CLAUSE,
    report=True,
)
def pension_due_by_months(pension_of_doctor):
    """Pension contributions of the village doctors engaged there, each for the months engaged."""
    return pension_of_doctor.sum()


@formula(level=STAFF, unit=YUAN, label="本人养老保险缴费（按在岗月数）", source=CLAUSE, report=True)
def pension_of_doctor(village_doctor, person_months, village_pension_level, months_of_period):
    """Person's pension contribution: level x months engaged x fte / 12.

    Nobody has more than the whole period, and it is not pay.
    """
    months = where(village_doctor.or_else(False), person_months, 0).sum()
    return (minimum(months, months_of_period) * village_pension_level.or_else(0) / 12).round(FEN)


@formula(level=INSTITUTION, unit=YUAN, axis="funding", label="村医养老保险各方承担", source=CLAUSE, report=True)
def pension_by_payer(pension_due, village_pension_payer_share):
    """Pension contributions in the payers' shares, by largest remainder.

    Ties go in the policy's order.
    """
    return split(pension_due, village_pension_payer_share)


@formula(level=INSTITUTION, unit=YUAN, label="村医养老保险补助（财政）", source=CLAUSE, statement=True)
def pension_subsidy(pension_by_payer):
    """Pension contributions that finance pays.

    Nothing where the policy does not name it as a payer.
    """
    return pension_by_payer.only([payer for payer in pension_by_payer if payer == "fiscal"]).total().round(FEN)
