"""The inputs that formulas may name: one list, from which checks, messages and the documentation are made.

Monthly amounts given per staff and institution are of level STAFF: they stand on the line of the person's latest
engagement there. Inputs with an axis are columns by key: `finance["workload_pool"]`. Where no row means none (no task
done, nothing paid) the input is one of `zero`; elsewhere a value that is needed and missing is an error.

A quarter and a year read no service records: the inputs of the table `service_record` are then the work of their
months, as published.
"""

from __future__ import annotations

from payengine.graph import (
    CONSORTIUM,
    COUNT,
    ENGAGEMENT,
    INSTITUTION,
    POINTS,
    RATIO,
    STAFF,
    YUAN,
    InputSpec,
    Level,
    Unit,
)
from payengine.graph.inputs import CODES, FLAG


def _text(name: str, level: Level, table: str, about: str) -> InputSpec:
    return InputSpec(name, level, table, about, kind=CODES)


def _flag(name: str, level: Level, table: str, about: str) -> InputSpec:
    return InputSpec(name, level, table, about, kind=FLAG)


def _count(name: str, level: Level, table: str, about: str, axis: str = "", scale: int = 0) -> InputSpec:
    return InputSpec(name, level, table, about, COUNT, scale=scale, axis=axis)


def _points(name: str, level: Level, about: str, axis: str = "") -> InputSpec:
    return InputSpec(name, level, "service_record", about, POINTS, scale=6, axis=axis)


def _given(name: str, level: Level, table: str, axis: str, about: str, unit: Unit | None, scale: int) -> InputSpec:
    return InputSpec(name, level, table, about, unit, scale=scale, axis=axis, given=True)


def _zero(name: str, level: Level, table: str, axis: str, about: str, unit: Unit = YUAN, scale: int = 2) -> InputSpec:
    return InputSpec(name, level, table, about, unit, scale=scale, axis=axis, given=True, zero=True)


OF_ENGAGEMENT = (
    _points("points", ENGAGEMENT, "points of all categories"),
    _points("points_by_category", ENGAGEMENT, "points, without `directed`, which earns none", "category"),
    _count("services", ENGAGEMENT, "service_record", "paid rows, refunds apart"),
    _count("services_by_category", ENGAGEMENT, "service_record", "paid rows, refunds apart", "category"),
    InputSpec("post_coefficient", ENGAGEMENT, "engagement", "coefficient of the post", RATIO, scale=4),
    InputSpec("fte", ENGAGEMENT, "engagement", "share of a full post", RATIO, scale=4),
    _count("engagement_days", ENGAGEMENT, "engagement", "days of the period in force"),
    _count(
        "person_months", ENGAGEMENT, "engagement", "days engaged / days of the month x fte, month by month", scale=4
    ),
    _count("person_months_by_month", ENGAGEMENT, "engagement", "the same for each month, `01` to `12`", "month", 4),
    _flag("engaged_on_last_day", ENGAGEMENT, "engagement", "in force on the period's last day"),
    _flag("director", ENGAGEMENT, "engagement", "the institution's director"),
    _text("department", ENGAGEMENT, "engagement", "department"),
    _text("department_class", ENGAGEMENT, "engagement", "clinical, nursing, public_health ..."),
    _text("role", ENGAGEMENT, "engagement", "role"),
    _text("title", ENGAGEMENT, "engagement", "professional title"),
    _text("education", ENGAGEMENT, "engagement", "education"),
    _text("employment", ENGAGEMENT, "engagement", "established, filed, contract, dispatched, rehired or village"),
    _text("pay_scheme", ENGAGEMENT, "engagement", "standard or agreement"),
    _text(
        "employer", ENGAGEMENT, "engagement", "the employing institution; the institution itself where none is given"
    ),
    _count("engaged_from", ENGAGEMENT, "engagement", "first day, days since 1970-01-01"),
    _count(
        "engaged_until", ENGAGEMENT, "engagement", "day after the last, days since 1970-01-01; 2147483647 where open"
    ),
    _zero(
        "absence_days",
        ENGAGEMENT,
        "absence",
        "absence",
        "days away that block services; of two kinds the first",
        COUNT,
        0,
    ),
    _zero(
        "absent_person_months",
        ENGAGEMENT,
        "absence",
        "absence",
        "those days / days of the month x fte, month by month",
        COUNT,
        4,
    ),
)
OF_STAFF = (
    _flag("head", STAFF, "engagement", "engaged on the period's last day"),
    _count("first_worked", STAFF, "staff", "first day of working life, days since 1970-01-01"),
    _count("tenure_years", STAFF, "staff", "whole years since the first day of working life, on the period's last day"),
    _given("score", STAFF, "appraisal", "indicator", "the person's score, else the institution's", RATIO, 4),
    _given("full_score", STAFF, "appraisal", "indicator", "what the score is out of", RATIO, 4),
    _given("own_score", STAFF, "appraisal", "indicator", "the person's own score", RATIO, 4),
    _given("own_full_score", STAFF, "appraisal", "indicator", "what the own score is out of", RATIO, 4),
    _zero("pay_component", STAFF, "pay_component", "component", "amounts given per person"),
    _zero("directed_task", STAFF, "directed_task", "task", "directed tasks done by the person", COUNT, 0),
    _zero("adjustment", STAFF, "adjustment", "component", "deductions and additions, all cases of the person"),
    _zero("addition", STAFF, "adjustment", "component", "the cases above zero alone"),
    _zero("deduction", STAFF, "adjustment", "component", "the cases below zero alone"),
    _count("first_engaged", STAFF, "engagement", "first day of the first engagement there, days since 1970-01-01"),
    _zero("contract_fee_of_member", STAFF, "contract", "funding", "fees earned by the person's teams, by his share"),
    _zero("rejected_of_staff", STAFF, "service_record", "reason", "rows that are not paid", COUNT, 0),
    _zero("staff_opening_balance", STAFF, "opening_balance", "balance", "what stood before the first run here"),
)
OF_INSTITUTION = (
    _text("institution", INSTITUTION, "institution", "code"),
    _text("institution_kind", INSTITUTION, "institution", "county_hospital, township_center, village_clinic ..."),
    _text("institution_parent", INSTITUTION, "institution", "code of the parent institution"),
    _count("public_class", INSTITUTION, "institution", "public-welfare class, 1 or 2"),
    _count("months_in_force", INSTITUTION, "institution", "days in force / days of the month, month by month", scale=4),
    _count("heads", INSTITUTION, "engagement", "persons engaged on the period's last day"),
    _count("heads_by_month", INSTITUTION, "engagement", "the same for each month, `01` to `12`", "month"),
    _points("own_points", INSTITUTION, "points of work without staff"),
    _points("own_points_by_category", INSTITUTION, "points of work without staff", "category"),
    _count("own_services", INSTITUTION, "service_record", "paid rows without staff"),
    _count("own_services_by_category", INSTITUTION, "service_record", "paid rows without staff", "category"),
    _given("institution_score", INSTITUTION, "appraisal", "indicator", "the institution's score", RATIO, 4),
    _given("institution_full_score", INSTITUTION, "appraisal", "indicator", "what that score is out of", RATIO, 4),
    _given("finance", INSTITUTION, "finance", "line", "finance lines", YUAN, 2),
    _zero("finance_within", INSTITUTION, "finance", "line", "the rows of a settlement's months and quarters"),
    _given("measure", INSTITUTION, "measure", "name", "measures, of whatever unit", None, 4),
    _zero(
        "institution_directed_task", INSTITUTION, "directed_task", "task", "directed tasks, its staff's too", COUNT, 0
    ),
    _zero(
        "institution_directed_task_within",
        INSTITUTION,
        "directed_task",
        "task",
        "the rows of a settlement's months and quarters",
        COUNT,
        0,
    ),
    _zero("institution_adjustment", INSTITUTION, "adjustment", "component", "deductions from and additions to it"),
    _zero("institution_addition", INSTITUTION, "adjustment", "component", "the cases above zero alone"),
    _zero("institution_deduction", INSTITUTION, "adjustment", "component", "the cases below zero alone"),
    _given("finance_last_year", INSTITUTION, "finance", "line", "the rows of the same period a year before", YUAN, 2),
    _given("measure_last_year", INSTITUTION, "measure", "name", "the rows of the same period a year before", None, 4),
    _zero("contract_fee", INSTITUTION, "contract", "funding", "fees of contracts earned in the period, day by day"),
    _zero("contract_refund", INSTITUTION, "contract", "funding", "fees refunded for cancellations in the period"),
    _count("contracts_in_force", INSTITUTION, "contract", "contracts in force on some day of the period"),
    _count("contracts_cancelled", INSTITUTION, "contract", "contracts cancelled in the period, before their end"),
    _given("contract_fee_least", INSTITUTION, "contract", "package", "the least fee, over all sources", YUAN, 2),
    _given("contract_fee_greatest", INSTITUTION, "contract", "package", "the greatest fee, over all sources", YUAN, 2),
    _zero("rejected", INSTITUTION, "service_record", "reason", "rows that are not paid", COUNT, 0),
    _zero("opening_balance", INSTITUTION, "opening_balance", "balance", "what stood before the first run here"),
)
OF_CONSORTIUM = (
    _count("months_of_period", CONSORTIUM, "period", "1, 3 or 12"),
    _count("months_to_date", CONSORTIUM, "period", "months of the year until the period's last day"),
    _count("period_first_day", CONSORTIUM, "period", "days since 1970-01-01"),
    _count("period_last_day", CONSORTIUM, "period", "days since 1970-01-01"),
    _given("comparator_mean", CONSORTIUM, "comparator", "cell", "mean pay of like staff outside the run", YUAN, 2),
    _given("comparator_heads", CONSORTIUM, "comparator", "cell", "heads of like staff outside the run", COUNT, 2),
)


def _paid(name: str, level: Level, by: str, about: str) -> InputSpec:
    if not by:
        return InputSpec(name, level, "history", about, YUAN, scale=2)
    return _zero(name, level, "history", by, about)


def _reported(name: str, level: Level, about: str) -> InputSpec:
    return _given(name, level, "history", "figure", about, None, 4)


# `before`: all that the year gave before this run, a settlement's own months included; `in_period`: those months alone.
OF_HISTORY = (
    _paid("paid_before", STAFF, "component", "paid to the person there in the year before this run"),
    _paid("paid_in_period", STAFF, "component", "paid to the person there in the settled months"),
    _paid("staff_fixed_paid_before", STAFF, "", "of `paid_before` what was published as fixed"),
    _paid("staff_variable_paid_before", STAFF, "", "of `paid_before` what was published as variable"),
    _zero("points_before", STAFF, "history", "category", "points in the year before this run", POINTS, 6),
    _zero("services_before", STAFF, "history", "category", "paid services in the year before this run", COUNT, 0),
    _paid("institution_paid_before", INSTITUTION, "component", "paid to all persons there in the year before this run"),
    _paid("institution_paid_in_period", INSTITUTION, "component", "paid to all persons there in the settled months"),
    _paid("institution_fixed_paid_before", INSTITUTION, "component", "what of it was published as fixed"),
    _paid("institution_variable_paid_before", INSTITUTION, "component", "what of it was published as variable"),
    _paid("institution_paid_before_by_funding", INSTITUTION, "funding", "paid there before this run, by source"),
    _paid("institution_paid_in_period_by_funding", INSTITUTION, "funding", "paid in the settled months, by source"),
    _paid("fixed_paid_before", INSTITUTION, "", "fixed pay of the year before this run"),
    _paid("variable_paid_before", INSTITUTION, "", "variable pay of the year before this run"),
    _paid("statements_before", INSTITUTION, "component", "statement lines of the year before this run"),
    _paid("statements_in_period", INSTITUTION, "component", "statement lines of the settled months"),
    _paid("statements_before_by_funding", INSTITUTION, "funding", "statement lines before this run, by source"),
    _paid("statements_in_period_by_funding", INSTITUTION, "funding", "those of the settled months, by source"),
    _zero("institution_points_before", INSTITUTION, "history", "category", "points of all there", POINTS, 6),
    _zero("institution_services_before", INSTITUTION, "history", "category", "paid services of all there", COUNT, 0),
    _reported("reported_before", INSTITUTION, "sum of a figure that the year's months reported before this run"),
    _reported("reported_in_period", INSTITUTION, "sum of a figure that the settled months reported"),
    _reported("quarters_reported_before", INSTITUTION, "sum of a figure that the year's quarters reported"),
    _reported("consortium_reported_before", CONSORTIUM, "sum of a figure of the whole run, over the months before"),
    _reported("consortium_reported_in_period", CONSORTIUM, "sum of a figure of the whole run, over the settled months"),
)
INPUTS: tuple[InputSpec, ...] = OF_ENGAGEMENT + OF_STAFF + OF_INSTITUTION + OF_CONSORTIUM + OF_HISTORY
BY_NAME = {spec.name: spec for spec in INPUTS}

# Sums over the components that a policy pays in the period; the graph is given a formula for each (`compute`).
PAY_SUMS = {"fixed_pay": "固定部分合计", "variable_pay": "变动部分合计", "gross_pay": "应发合计"}
