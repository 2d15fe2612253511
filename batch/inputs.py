"""The inputs that formulas may name: one list, from which checks, messages and the documentation are made.

Monthly amounts given per staff and institution are of level STAFF: they stand on the line of the person's latest
engagement there. Inputs with an axis are columns by key: `finance["workload_pool"]`. Where no row means none (no task
done, nothing paid) the input is one of `zero`; elsewhere a value that is needed and missing is an error.
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
)
OF_STAFF = (
    _flag("head", STAFF, "engagement", "engaged on the period's last day"),
    _count("first_worked", STAFF, "staff", "first day of working life, days since 1970-01-01"),
    _given("score", STAFF, "appraisal", "indicator", "the person's score, else the institution's", RATIO, 4),
    _given("full_score", STAFF, "appraisal", "indicator", "what the score is out of", RATIO, 4),
    _given("own_score", STAFF, "appraisal", "indicator", "the person's own score", RATIO, 4),
    _given("own_full_score", STAFF, "appraisal", "indicator", "what the own score is out of", RATIO, 4),
    _zero("pay_component", STAFF, "pay_component", "component", "amounts given per person"),
    _zero("directed_task", STAFF, "directed_task", "task", "directed tasks done by the person", COUNT, 0),
    _zero("adjustment", STAFF, "adjustment", "component", "deductions and additions, all cases of the person"),
    _zero("staff_opening_balance", STAFF, "opening_balance", "name", "what stood before the first run here"),
    _zero("paid_before", STAFF, "history", "component", "paid to the person in the year's earlier months"),
)
OF_INSTITUTION = (
    _text("institution", INSTITUTION, "institution", "code"),
    _text("institution_kind", INSTITUTION, "institution", "county_hospital, township_center, village_clinic ..."),
    _text("institution_parent", INSTITUTION, "institution", "code of the parent institution"),
    _count("public_class", INSTITUTION, "institution", "public-welfare class, 1 or 2"),
    _count("heads", INSTITUTION, "engagement", "persons engaged on the period's last day"),
    _points("own_points", INSTITUTION, "points of work without staff"),
    _points("own_points_by_category", INSTITUTION, "points of work without staff", "category"),
    _count("own_services", INSTITUTION, "service_record", "paid rows without staff"),
    _count("own_services_by_category", INSTITUTION, "service_record", "paid rows without staff", "category"),
    _given("institution_score", INSTITUTION, "appraisal", "indicator", "the institution's score", RATIO, 4),
    _given("institution_full_score", INSTITUTION, "appraisal", "indicator", "what that score is out of", RATIO, 4),
    _given("finance", INSTITUTION, "finance", "line", "finance lines", YUAN, 2),
    _given("measure", INSTITUTION, "measure", "name", "measures, of whatever unit", None, 4),
    _zero(
        "institution_directed_task", INSTITUTION, "directed_task", "task", "directed tasks, its staff's too", COUNT, 0
    ),
    _zero("institution_adjustment", INSTITUTION, "adjustment", "component", "deductions from and additions to it"),
    _zero("opening_balance", INSTITUTION, "opening_balance", "name", "what stood before the first run here"),
    _zero("institution_paid_before", INSTITUTION, "history", "component", "paid to all its staff in earlier months"),
    _zero("statements_before", INSTITUTION, "history", "component", "statement lines of the year's earlier months"),
    InputSpec("fixed_paid_before", INSTITUTION, "history", "fixed pay of the year's earlier months", YUAN, scale=2),
    InputSpec("variable_paid_before", INSTITUTION, "history", "variable pay of the earlier months", YUAN, scale=2),
)
OF_CONSORTIUM = (
    _count("months_of_period", CONSORTIUM, "period", "1, 3 or 12"),
    _given("comparator_mean", CONSORTIUM, "comparator", "cell", "mean pay of like staff outside the run", YUAN, 2),
    _given("comparator_heads", CONSORTIUM, "comparator", "cell", "heads of like staff outside the run", COUNT, 2),
)
INPUTS: tuple[InputSpec, ...] = OF_ENGAGEMENT + OF_STAFF + OF_INSTITUTION + OF_CONSORTIUM
BY_NAME = {spec.name: spec for spec in INPUTS}

# Sums over the components that a policy pays in the period; the graph is given a formula for each (`compute`).
PAY_SUMS = {"fixed_pay": "固定部分合计", "variable_pay": "变动部分合计", "gross_pay": "应发合计"}
