"""Statutory leave and secondment that count as performance (视同出勤).

The time away is paid at the institution's mean, times a rate. The mean is pay by work per person-month worked: the
time that people were away is no part of it. The rate is the policy's for each kind of absence; a kind without a rate
counts as nothing. The policy chooses: the pay comes beside what others have, or out of the pool that they share; then
the mean is what everybody's months, worked or deemed, have of the pool.
"""

from payengine.exact import FEN, POINTS
from payengine.graph import COUNT, INSTITUTION, STAFF, YUAN, divide, formula, unit_of, where

SOURCE = "practice"


@formula(
    level=STAFF,
    unit=YUAN,
    gives="deemed_performance_pay",
    label="视同出勤绩效",
    source=SOURCE,
    component=True,
)
def deemed_beside_pool(mean_workload_pay, absent_person_months, deemed_rate, takes_part):
    """Mean pay by work x rate x person-months away, rounded once over all kinds."""
    away = absent_person_months.where(takes_part).sum() * deemed_rate
    return (mean_workload_pay * away.total()).round(FEN)


@formula(
    level=STAFF,
    unit=YUAN,
    gives="deemed_performance_pay",
    label="视同出勤绩效（总量内）",
    source=SOURCE,
    component=True,
)
def deemed_within_pool(deemed_pay_of_pool, deemed_person_months):
    """Part of the pool for time away, divided by deemed months; it adds up to the fen."""
    return divide(deemed_pay_of_pool, deemed_person_months)


@formula(level=INSTITUTION, unit=YUAN, label="视同出勤绩效合计（总量内）", source=SOURCE, report=True)
def deemed_pay_of_pool(
    left_for_deemed_performance_pay, deemed_person_months, person_months, absent_person_months, in_workload_pool
):
    """Pool P x A / (W + A), rounded once: W person-months worked, A away x their rate.

    The mean per person-month that both sides have is P / (W + A), so what is left of P is W times the mean. P is the
    pool less the draws that the policy takes before this one. 0 where nobody has months.
    """
    worked = _worked(person_months, absent_person_months, in_workload_pool).sum(INSTITUTION)
    away = deemed_person_months.sum()
    months = worked + away
    share = left_for_deemed_performance_pay * away / where(months > 0, months, 1)
    return where(months > 0, share.round(FEN), 0)


@formula(level=STAFF, unit=COUNT, label="视同出勤人月（按比例）", source=SOURCE, report=True)
def deemed_person_months(absent_person_months, deemed_rate, in_workload_pool):
    """Person-months away x the rate of each kind, of those who share in the pool.

    Stated at 6 decimals.
    """
    return (absent_person_months.where(in_workload_pool).sum() * deemed_rate).total().round(POINTS)


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
    return _worked(person_months, absent_person_months, takes_part).sum(INSTITUTION)


def _worked(person_months, absent_person_months, chosen):
    """Person-months without the time away, of a person over all engagements.

    Row by row the two are rounded apart when several kinds of absence meet; over all rows they add up.
    """
    return (person_months - absent_person_months.total()).where(chosen).sum(STAFF).positive_part()
