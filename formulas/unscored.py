"""Staff in and out of the appraisal: some may stand apart, with a coefficient of their own.

Everybody is appraised unless the policy says otherwise: `newcomer_days` sets new staff apart, `scored_in_person` those
who have no score of their own, `director_apart` the directors, whom the county appraises. Whoever stands apart takes
the `unscored_coefficient`; a run that needs one that the policy does not give stops.
"""

from payengine.graph import COUNT, INSTITUTION, STAFF, formula, unit_of


@formula(level=STAFF, unit=unit_of("flag"), label="参加考核", source="guangan-14th 6-2", report=True)
def appraised(
    head, own_score, first_engaged, period_last_day, director, newcomer_days, scored_in_person, director_apart
):
    """Persons who are appraised: all but those whom the policy sets apart.

    It may set apart new staff, staff without a score of their own, and directors. New is a person first engaged there
    fewer than `newcomer_days` days before the period's end, that day included.
    """
    nobody = head & ~head
    scored = nobody
    for indicator in own_score:
        scored = scored | own_score[indicator].is_set()
    new = period_last_day - first_engaged + 1 < newcomer_days.or_else(0)
    unscored = ~scored & scored_in_person.or_else(False)
    return ~(new | unscored | (director.any() & director_apart.or_else(False)))


@formula(level=INSTITUTION, unit=COUNT, label="未参加考核人数", source="guangan-14th 6-2", report=True)
def staff_not_appraised(appraised):
    """Number of persons who take the coefficient that the policy declares for not appraised."""
    return (~appraised).count()
