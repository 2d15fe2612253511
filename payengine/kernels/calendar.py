"""The calendar periods of a day number (days since 1970-01-01), for use inside kernels."""

from __future__ import annotations

from payengine.kernels.compile import inlined

DAY, MONTH, QUARTER, YEAR = range(4)  # the order of `limit_period`
ERA = 146_097  # days in 400 years
TO_MARCH_OF_YEAR_0 = 719_468


@inlined
def month_number(day: int) -> int:
    """Count months since January of the year 0 (proleptic Gregorian): year * 12 + month - 1.

    Years are counted from 1 March, so that the leap day comes last (H. Hinnant, chrono-compatible date algorithms).
    """
    days = day + TO_MARCH_OF_YEAR_0
    era = days // ERA
    of_era = days - era * ERA
    year_of_era = (of_era - of_era // 1460 + of_era // 36_524 - of_era // 146_096) // 365
    day_of_year = of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    month_from_march = (5 * day_of_year + 2) // 153
    return (era * 400 + year_of_era) * 12 + month_from_march + 2
