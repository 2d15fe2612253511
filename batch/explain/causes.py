"""Causes of a difference in pay: a fixed small set, to one of which every input belongs.

What a formula reads is an input, a value of the policy or another formula. Every input of the catalogue stands below
once; values of the policy are `PRICE`, and the formulas themselves `FORMULAS`. `LATE` is a part of the work (see
`batch.explain.late_records`), `FLOORS` are whole lines of pay (`FLOOR_RULES`), `OTHER` is what cannot be told apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum


class Cause(Enum):
    """Cause of a difference, in the order in which causes are told."""

    WORK = "work"
    LATE = "late_records"
    COEFFICIENTS = "coefficients"
    PRICE = "price"
    FORMULAS = "formulas"
    ENGAGEMENT = "engagement"
    FLOORS = "floors"
    FIXED = "fixed_pay"
    FINANCE = "finance"
    ADJUSTMENTS = "adjustments"
    HISTORY = "history"
    OTHER = "other"


ORDER: Mapping[Cause, int] = {cause: place for place, cause in enumerate(Cause)}

# An input of level ENGAGEMENT that is no work stands under ENGAGEMENT: rows of engagements have a partner in the other
# run only where neither the person nor the first day changed, so these inputs always come with their rows. Inputs by
# month too, whose keys are the months of the rows.
INPUTS: Mapping[Cause, tuple[str, ...]] = {
    Cause.WORK: (
        "points", "points_by_category", "services", "services_by_category", "own_points", "own_points_by_category",
        "own_services", "own_services_by_category", "directed_task", "institution_directed_task",
        "institution_directed_task_within", "rejected", "rejected_of_staff",
    ),
    Cause.COEFFICIENTS: (
        "score", "full_score", "own_score", "own_full_score", "institution_score", "institution_full_score",
    ),
    Cause.ENGAGEMENT: (
        "post_coefficient", "fte", "engagement_days", "engagement_days_by_month", "person_months",
        "person_months_by_month", "engaged_on_last_day", "director", "department", "department_class", "role", "title",
        "education", "employment", "pay_scheme", "employer", "engaged_from", "engaged_until", "absence_days",
        "absent_working_days", "absent_person_months", "engaged_working_days", "head", "first_worked", "tenure_years",
        "first_engaged", "department_code", "institution", "institution_kind", "institution_parent", "public_class",
        "months_in_force", "heads", "heads_by_month", "months_of_period", "days_of_period", "days_of_month",
        "working_days", "period_first_day", "period_last_day", "second_distribution",
    ),
    Cause.FIXED: ("pay_component", "pay_component_inside"),
    Cause.FINANCE: (
        "finance", "finance_within", "finance_last_year", "measure", "measure_last_year", "contract_fee",
        "contract_fee_by_month", "contract_fee_of_member", "contract_fee_of_member_by_month", "contract_refund",
        "contract_refund_by_month", "contracts_in_force", "contracts_cancelled", "contract_fee_least",
        "contract_fee_greatest", "comparator_mean", "comparator_heads",
    ),
    Cause.ADJUSTMENTS: (
        "adjustment", "addition", "deduction", "institution_adjustment", "institution_addition",
        "institution_deduction", "open_cases", "overdue_cases",
    ),
    Cause.HISTORY: (
        "person_months_to_date", "months_to_date", "opening_balance", "opening_balance_in_period",
        "staff_opening_balance", "paid_before", "paid_in_period", "staff_fixed_paid_before",
        "staff_variable_paid_before", "points_before", "services_before", "institution_paid_before",
        "institution_paid_in_period", "institution_fixed_paid_before", "institution_variable_paid_before",
        "institution_paid_before_by_funding", "institution_paid_in_period_by_funding", "fixed_paid_before",
        "variable_paid_before", "statements_before", "statements_in_period", "statements_before_by_funding",
        "statements_in_period_by_funding", "institution_points_before", "institution_services_before",
        "reported_before", "reported_in_period", "quarters_reported_before", "quarters_reported_in_period",
        "half_years_reported_before", "half_years_reported_in_period", "consortium_reported_before",
        "consortium_reported_in_period",
    ),
}  # fmt: skip

CAUSE_OF_INPUT: Mapping[str, Cause] = {name: cause for cause, names in INPUTS.items() for name in names}

# Work of the service records, which a comparison of two revisions divides into `WORK` and `LATE`.
FROM_RECORDS = frozenset(name for name in INPUTS[Cause.WORK] if "points" in name or "services" in name)

# Modules of the rules whose lines fill pay up to a floor, or take from others what fills it up.
FLOOR_RULES = (
    "formulas.agreement", "formulas.gp_parity", "formulas.public_health_floor", "formulas.village_parity",
)  # fmt: skip
