"""Time in a post: days and months engaged, and present, of a period.

What is paid for a month stands on these where somebody joined, left or was away inside it.
"""

from payengine.graph import COUNT, ENGAGEMENT, RATIO, formula

SOURCE = "practice"


@formula(level=ENGAGEMENT, unit=RATIO, label="在岗天数占本期比例", source=SOURCE, unrounded=True)
def engaged_share(engagement_days, days_of_period):
    """Days in force over the days of the period, exact: 15 of 31 days are 15/31."""
    return engagement_days / days_of_period


@formula(level=ENGAGEMENT, unit=RATIO, label="出勤天数占本期比例", source=SOURCE, unrounded=True)
def present_share(days_present, days_of_period):
    """Days in force without those away, over the days of the period, exact."""
    return days_present / days_of_period


@formula(level=ENGAGEMENT, unit=COUNT, label="出勤天数", source=SOURCE)
def days_present(engagement_days, absence_days):
    """Days in force without the days of absences that block services."""
    return (engagement_days - absence_days.total()).positive_part()


@formula(level=ENGAGEMENT, unit=COUNT, label="在岗月数", source=SOURCE, unrounded=True)
def engaged_months(engagement_days_by_month, days_of_month):
    """Days in force over the days of the month, month by month, exact.

    A half-time post counts like a full one.
    """
    return (engagement_days_by_month / days_of_month).total()
