"""Words for causes of a difference, and for the inputs that are told behind them."""

from __future__ import annotations

from batch.cli.views.code_words import coded
from batch.explain.causes import Cause
from payengine.texts import say


def cause_words(cause: Cause) -> str:
    """Write a cause in words."""
    return {
        Cause.WORK: say("work"),
        Cause.LATE: say("late and reversed records"),
        Cause.COEFFICIENTS: say("scores"),
        Cause.PRICE: say("prices and policy values"),
        Cause.FORMULAS: say("formulas"),
        Cause.ENGAGEMENT: say("terms of engagement"),
        Cause.FLOORS: say("floors"),
        Cause.FIXED: say("given pay"),
        Cause.FINANCE: say("pools and finance"),
        Cause.ADJUSTMENTS: say("adjustments"),
        Cause.HISTORY: say("year to date"),
        Cause.OTHER: say("other"),
    }[cause]


def input_words(name: str) -> str:
    """Write the name of an input in words; one that has none here by its code.

    '' for amounts given to a person, which their own name tells.
    """
    if name in ("pay_component", "pay_component_inside"):
        return ""
    words = {
        "points": say("points"), "points_by_category": say("points"), "own_points": say("points without staff"),
        "own_points_by_category": say("points without staff"), "services": say("services"),
        "services_by_category": say("services"), "own_services": say("services without staff"),
        "own_services_by_category": say("services without staff"), "directed_task": say("directed tasks"),
        "institution_directed_task": say("directed tasks of the institution"), "score": say("appraisal score"),
        "full_score": say("full score"), "own_score": say("own score"), "own_full_score": say("own full score"),
        "institution_score": say("score of the institution"),
        "institution_full_score": say("full score of the institution"), "post_coefficient": say("post coefficient"),
        "fte": say("share of a full post"), "engagement_days": say("days engaged"),
        "person_months": say("person-months"), "person_months_to_date": say("person-months to date"),
        "head": say("engaged on the last day"), "engaged_on_last_day": say("engaged on the last day"),
        "heads": say("heads"), "director": say("director"), "department": say("department"),
        "department_class": say("department class"), "role": say("role"), "title": say("title"),
        "education": say("education"), "employment": say("form of employment"), "pay_scheme": say("pay scheme"),
        "absence_days": say("days of absence"), "absent_working_days": say("working days of absence"),
        "absent_person_months": say("person-months of absence"), "first_engaged": say("first day there"),
        "engaged_from": say("first day"), "engaged_until": say("day after the last"),
        "tenure_years": say("years of service"), "days_of_period": say("days of the period"),
        "working_days": say("working days of the period"), "engaged_working_days": say("working days engaged"),
        "period_last_day": say("last day of the period"), "period_first_day": say("first day of the period"),
        "months_to_date": say("months to date"), "finance": say("finance"), "finance_within": say("finance"),
        "measure": say("measure"), "contract_fee": say("contract fees"),
        "contract_fee_of_member": say("contract fees by team share"), "adjustment": say("adjustment"),
        "addition": say("addition"), "deduction": say("deduction"), "paid_before": say("paid earlier in the year"),
        "paid_in_period": say("paid in the settled months"), "points_before": say("points earlier in the year"),
        "institution_paid_before": say("paid there earlier in the year"),
        "institution_paid_in_period": say("paid there in the settled months"),
        "reported_before": say("reported earlier in the year"),
        "reported_in_period": say("reported in the settled months"), "opening_balance": say("opening balance"),
        "staff_opening_balance": say("opening balance"), "opening_balance_in_period": say("opening balance"),
        "institution": say("institution"), "institution_kind": say("kind of the institution"),
        "institution_directed_task_within": say("directed tasks of the settled months"),
        "institution_adjustment": say("adjustment"), "institution_addition": say("addition"),
        "institution_deduction": say("deduction"), "months_of_period": say("months of the period"),
        "days_of_month": say("days of the month"), "rejected": say("rejected rows"),
        "rejected_of_staff": say("rejected rows"), "finance_last_year": say("finance a year before"),
        "measure_last_year": say("measure a year before"), "contracts_in_force": say("contracts in force"),
        "second_distribution": say("split by hand"), "contract_fee_by_month": say("contract fees by months"),
        "contract_fee_of_member_by_month": say("contract fees by team share, by months"),
        "contract_refund": say("contract refunds"), "contract_refund_by_month": say("contract refunds by months"),
        "contracts_cancelled": say("contracts cancelled"), "fixed_paid_before": say("fixed pay earlier in the year"),
        "variable_paid_before": say("variable pay earlier in the year"),
        "engagement_days_by_month": say("days engaged, by month"),
        "person_months_by_month": say("person-months, by month"),
        "employer": say("employer"),
        "first_worked": say("first day of work anywhere"),
        "department_code": say("department"),
        "institution_parent": say("parent institution"),
        "public_class": say("public class"),
        "months_in_force": say("months in force"),
        "heads_by_month": say("heads, by month"),
        "open_cases": say("open cases"),
        "overdue_cases": say("overdue cases"),
        "contract_fee_least": say("least contract fee"),
        "contract_fee_greatest": say("greatest contract fee"),
        "comparator_mean": say("mean pay of those compared with"),
        "comparator_heads": say("heads of those compared with"),
        "staff_fixed_paid_before": say("fixed pay earlier in the year"),
        "staff_variable_paid_before": say("variable pay earlier in the year"),
        "services_before": say("services earlier in the year"),
        "institution_fixed_paid_before": say("fixed pay there earlier in the year"),
        "institution_variable_paid_before": say("variable pay there earlier in the year"),
        "institution_paid_before_by_funding": say("paid there earlier in the year, by funding"),
        "institution_paid_in_period_by_funding": say("paid there in the settled months, by funding"),
        "statements_before": say("statements earlier in the year"),
        "statements_in_period": say("statements of the settled months"),
        "statements_before_by_funding": say("statements earlier in the year, by funding"),
        "statements_in_period_by_funding": say("statements of the settled months, by funding"),
        "institution_points_before": say("points there earlier in the year"),
        "institution_services_before": say("services there earlier in the year"),
        "quarters_reported_before": say("reported by quarters earlier in the year"),
        "quarters_reported_in_period": say("reported by the settled quarters"),
        "half_years_reported_before": say("reported by half-years earlier in the year"),
        "half_years_reported_in_period": say("reported by the settled half-years"),
        "consortium_reported_before": say("reported of all earlier in the year"),
        "consortium_reported_in_period": say("reported of all in the settled months"),
    }  # fmt: skip
    return words.get(name) or coded(name, name)
