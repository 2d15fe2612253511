"""What a settlement's figures about its months are called in the reports of a run.

`months.*` are of the months (and, of a year, the quarters) that it settles, `year.*` of all that the year gave before
it. A dot keeps these names apart from those of formulas.
"""

SERVICES = "months.services"
WORK_POINTS = "months.points"
PERSON_MONTHS = "months.person_months"
PAID = "months.paid"
PAID_TO_OTHERS = "months.paid_to_others"  # to persons who have no row in the run
STATEMENTS = "months.statements"
YEAR_PAID = "year.paid"
YEAR_FIXED = "year.fixed"
