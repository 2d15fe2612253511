"""Names of reported checks and months: stored, so they never change.

Of a check named X there are, for each institution and for the whole run: `check.X.result`, labelled with the check's
label; where the check applies, `check.X.figure`; and its threshold under the way it is compared (`check.X.at_least[0]`
...; `check.X.reported[0]` where there is none), labelled with the source of the threshold. Of the whole run, and in the
check's own unit, `check.X.scope[at_least]` ... is labelled with the kinds of institution for which the check holds, and
`check.X.threshold_scope` with those of them for which it has a threshold.

`check.X.blocks_publication` stands for the whole run where a policy lets the check stop the publication, failed or not
given; `check.X.blocks_publication[unless_not_given]` where only the failed check does.
`pay.receivable` and `pay.payable` are told where the lines of a person at an institution sum below zero.
What is not given: `check.X.lacks[0]` ... of an institution, or of the whole run, are labelled with an input that a
check lacks there; `NAME.not_given[0]` ... stand in the place of a figure NAME of which an input is missing, labelled
with the figure's label and that input. Neither has a number that means anything: their unit is `not_given`.

Of a pool divided by a formula there are `FORMULA.pool`, `.shared` and `.retained`; `heads` are persons engaged on the
period's last day. Of a carried pool NAME there are `NAME_carried_forward`, what a month leaves to the next, and
`NAME_carried_outside`, what stands where no run takes it up. `months.*` are of the months (and the quarters and
half-years) that a settlement settles, `year.*` of all that the year gave before it. A dot keeps these names apart from
those of formulas.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from payengine.policy import Check

HEADS = "heads"
SUMMARISED = "work.summarised"  # services that rows of service_summary count; only where there are some

# Pools.
POOL, SHARED, RETAINED = ".pool", ".shared", ".retained"

# Carried pools: the endings of what a month leaves to the next, of what stands in no pool of the run, and of the
# opening balance that says what was decided of that.
FORWARD, OUTSIDE, HANDED_OVER = "_carried_forward", "_carried_outside", "_handed_over"

# Checks.
PREFIX = "check."
FIGURE, THRESHOLD, RESULT, OF_ALL = "figure", "threshold", "result", "_of_all"
TOLERANCE, SCOPE, THRESHOLD_SCOPE = "tolerance", "scope", "threshold_scope"
BLOCKS = "blocks_publication"  # of the whole run, where a check stops publication
BLOCKS_UNLESS_NOT_GIVEN = f"{BLOCKS}[unless_not_given]"
LACKS = "lacks"
REPORTED_ONLY = "reported"  # the direction of a check without a threshold
FAILS, HOLDS, REPORTED, NOTHING, NOT_APPLICABLE, NOT_GIVEN = range(6)  # what a result says

# Figures that are not given.
LACKING = ".not_given"
NO_UNIT = "not_given"


def name_of(check: Check, part: str) -> str:
    """Return the name of a check's figure, threshold or result."""
    return f"{PREFIX}{check.name}.{part}"


# Persons below zero: of the person and of the institution; only where there is somebody.
RECEIVABLE, PAYABLE = "pay.receivable", "pay.payable"

# A settlement's months.
SERVICES = "months.services"
WORK_POINTS = "months.points"
PERSON_MONTHS = "months.person_months"
PAID = "months.paid"
PAID_TO_OTHERS = "months.paid_to_others"  # to persons who have no row in the run
STATEMENTS = "months.statements"
YEAR_PAID = "year.paid"
YEAR_FIXED = "year.fixed"
