"""Statutory leave and secondment that count as performance (视同出勤).

The time away is paid at the institution's mean, times a rate. The mean is pay by work per person-month worked: the
time that people were away is no part of it. The rate is the policy's for each kind of absence; a kind without a rate
counts as nothing.
"""

from payengine.exact import FEN
from payengine.graph import INSTITUTION, STAFF, YUAN, formula, unit_of, where

SOURCE = "practice"


@formula(level=STAFF, unit=YUAN, label="视同出勤绩效", source=SOURCE, component=True)
def deemed_performance_pay(mean_workload_pay, absent_person_months, deemed_rate, takes_part):
    """Mean pay by work x rate x person-months away, rounded once over all kinds."""
    away = absent_person_months.where(takes_part).sum() * deemed_rate
    return (mean_workload_pay * away.total()).round(FEN)


@formula(level=INSTITUTION, unit=YUAN, label="人均当量绩效（每出勤人月）", source=SOURCE, report=True)
def mean_workload_pay(workload_pay, person_months_worked):
    """Pay by work of all over the person-months that they worked, in fen.

    0 where nobody worked.
    """
    worked = where(person_months_worked > 0, person_months_worked, 1)
    return where(person_months_worked > 0, (workload_pay.sum() / worked).round(FEN), 0)


@formula(level=INSTITUTION, unit=unit_of("count"), label="出勤人月", source=SOURCE, report=True)
def person_months_worked(person_months, absent_person_months, takes_part):
    """Person-months of those who take part in the distribution, without the time away."""
    worked = (person_months - absent_person_months.total()).positive_part()
    return worked.where(takes_part).sum()
