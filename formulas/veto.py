"""Veto (一票否决): failing an indicator on which everything depends leaves nothing.

The other scores do not matter. The policy says below which rate an indicator vetoes (`veto_below`; 1 for one that is
either passed or failed). Without such a value nothing vetoes.
"""

from payengine.graph import INSTITUTION, STAFF, formula, unit_of, where

FLAG = unit_of("flag")


@formula(level=STAFF, unit=FLAG, label="一票否决", source="guangan-14th 6-2", report=True)
def staff_vetoed(score, full_score, own_score, own_full_score, appraised, veto_below):
    """Persons below the vetoing rate of at least one indicator.

    Of those who are not appraised only their own scores count.
    """
    failed = appraised & ~appraised
    for indicator, least in veto_below.items():
        own = own_score[indicator].or_else(1) / own_full_score[indicator].or_else(1)
        rate = where(appraised, score[indicator] / full_score[indicator], own)
        failed = failed | (where(least.is_set(), rate, 1) < least.or_else(0))
    return failed


@formula(level=INSTITUTION, unit=FLAG, label="机构一票否决", source="guangan-14th 6-2", report=True)
def institution_vetoed(institution, institution_score, institution_full_score, institution_veto_below):
    """Institutions whose own rows are below `institution_veto_below` in an indicator."""
    failed = institution != institution
    for indicator, least in institution_veto_below.items():
        rate = where(least.is_set(), institution_score[indicator] / institution_full_score[indicator], 1)
        failed = failed | (rate < least.or_else(0))
    return failed


@formula(level=INSTITUTION, unit=unit_of("count"), label="一票否决人数", source="guangan-14th 6-2", report=True)
def vetoed_staff(staff_vetoed):
    """Number of persons who are vetoed."""
    return staff_vetoed.count()
