"""Catalogue of the inputs that formulas may name: one entry an input.

An entry says what a formula sees (level, unit, decimals, the axis of its keys, whether 0 stands where there is no row)
and where the values come from: a column, the rows and periods that count, what stands in for a missing row. Checks,
messages, the provider and the documentation read it from here.

Monthly amounts given per staff and institution are of level STAFF: they stand on the line of the person's latest
engagement there. Inputs with an axis are columns by key: `finance["workload_pool"]`. Where no row means none (no task
done, nothing paid) the input is one of `zero`; elsewhere a value that is needed and missing is an error.

A settlement reads no service records: the inputs of the table `service_record` are then the work of their
months, as published.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from batch.inputs.absences import Absences
from batch.inputs.cases import open_cases, overdue_cases
from batch.inputs.contracts import Contracts
from batch.inputs.entry import (
    AbsenceFigure,
    ContractFigure,
    InputEntry,
    MonthFigure,
    RejectionCount,
    RosterFigure,
    Source,
    TableColumn,
    TableFigure,
    WorkColumn,
)
from batch.inputs.history import FIXED, PAY, STATEMENT, VARIABLE, FigureSelection, WorkSelection
from batch.inputs.history_lines import BEFORE, SETTLED, LineSelection
from batch.inputs.period_tables import RowSelection, Sign, Window
from batch.inputs.roster import Roster
from batch.inputs.table_figures import department_code, employer, first_worked, months_in_force, tenure_years
from batch.inputs.working_days import engaged_working_days, working_days
from payengine.graph import (
    CONSORTIUM,
    COUNT,
    DEPARTMENT,
    ENGAGEMENT,
    INSTITUTION,
    POINTS,
    RATIO,
    STAFF,
    YUAN,
    Level,
    Unit,
)
from payengine.graph.inputs import CODES, COEFFICIENT, EVENT, FLAG, WORK
from payengine.periods import HALF_YEAR, QUARTER, day_number


def _text(name: str, level: Level, table: str, about: str, source: Source) -> InputEntry:
    return InputEntry(name, level, table, about, kind=CODES, source=source)


def _flag(name: str, level: Level, table: str, about: str, source: Source) -> InputEntry:
    return InputEntry(name, level, table, about, kind=FLAG, source=source)


def _number(
    name: str, level: Level, table: str, about: str, source: Source, unit: Unit, scale: int, axis: str = ""
) -> InputEntry:
    return InputEntry(name, level, table, about, unit, scale=scale, axis=axis, source=source)


def _count(
    name: str, level: Level, table: str, about: str, source: Source, scale: int = 0, axis: str = ""
) -> InputEntry:
    return _number(name, level, table, about, source, COUNT, scale, axis)


def _keyed(
    name: str, level: Level, table: str, axis: str, about: str, source: Source, unit: Unit | None, scale: int
) -> InputEntry:
    """Describe an input whose table has rows for some keys only; a missing one is an error."""
    return InputEntry(name, level, table, about, unit, scale=scale, axis=axis, given=True, source=source)


def _amounts(
    name: str, level: Level, table: str, axis: str, about: str, source: Source, unit: Unit = YUAN, scale: int = 2
) -> InputEntry:
    """Describe the same where no row means none, so that 0 stands for it."""
    return InputEntry(name, level, table, about, unit, scale=scale, axis=axis, given=True, zero=True, source=source)


# One or two lines an entry.
# fmt: off
OF_ENGAGEMENT = (
    _number("points", ENGAGEMENT, "service_record", "points of all categories", WorkColumn("points"), POINTS, 6),
    _number("points_by_category", ENGAGEMENT, "service_record", "points, without `directed`, which earns none",
            WorkColumn("points"), POINTS, 6, axis="category"),
    _count("services", ENGAGEMENT, "service_record", "paid rows, refunds apart", WorkColumn("services")),
    _count("services_by_category", ENGAGEMENT, "service_record", "paid rows, refunds apart",
           WorkColumn("services"), axis="category"),
    _number("post_coefficient", ENGAGEMENT, "engagement", "coefficient of the post",
            TableColumn("post_coefficient"), RATIO, 4),
    _number("fte", ENGAGEMENT, "engagement", "share of a full post", TableColumn("fte"), RATIO, 4),
    _count("engagement_days", ENGAGEMENT, "engagement", "days of the period in force",
           RosterFigure(lambda roster: roster.days)),
    _count("engagement_days_by_month", ENGAGEMENT, "engagement", "the same for each month, `01` to `12`",
           MonthFigure(Roster.days_of), axis="month"),
    _count("person_months", ENGAGEMENT, "engagement",
           "days engaged / days of the month x fte, month by month; a person's rows add up",
           RosterFigure(lambda roster: roster.person_months), scale=4),
    _count("person_months_by_month", ENGAGEMENT, "engagement", "the same for each month, `01` to `12`",
           MonthFigure(Roster.months_of), scale=4, axis="month"),
    _flag("engaged_on_last_day", ENGAGEMENT, "engagement", "in force on the period's last day",
          RosterFigure(lambda roster: roster.on_last_day)),
    _flag("director", ENGAGEMENT, "engagement", "the institution's director", TableColumn("director")),
    _text("department", ENGAGEMENT, "engagement", "department", TableColumn("department")),
    _text("department_class", ENGAGEMENT, "engagement", "clinical, nursing, public_health ...",
          TableColumn("department_class")),
    _text("role", ENGAGEMENT, "engagement", "role", TableColumn("role")),
    _text("title", ENGAGEMENT, "engagement", "professional title", TableColumn("title")),
    _text("education", ENGAGEMENT, "engagement", "education", TableColumn("education")),
    _text("employment", ENGAGEMENT, "engagement", "established, filed, contract, dispatched, rehired or village",
          TableColumn("employment")),
    _text("pay_scheme", ENGAGEMENT, "engagement", "standard or agreement", TableColumn("pay_scheme")),
    _text("employer", ENGAGEMENT, "engagement", "the employing institution; the institution itself where none is given",
          TableFigure(employer)),
    _count("engaged_from", ENGAGEMENT, "engagement", "first day, days since 1970-01-01",
           RosterFigure(lambda roster: roster.frame.engaged_from)),
    _count("engaged_until", ENGAGEMENT, "engagement",
           "day after the last, days since 1970-01-01; 2147483647 where open",
           RosterFigure(lambda roster: roster.until)),
    _amounts("absence_days", ENGAGEMENT, "absence", "absence", "days away that block services; of two kinds the first",
             AbsenceFigure(Absences.days), COUNT, 0),
    _amounts("absent_working_days", ENGAGEMENT, "absence", "absence", "those days that are working days",
             AbsenceFigure(Absences.working_days), COUNT, 0),
    _count("engaged_working_days", ENGAGEMENT, "calendar", "working days in force", TableFigure(engaged_working_days)),
    _amounts("absent_person_months", ENGAGEMENT, "absence", "absence",
             "those days / days of the month x fte, month by month", AbsenceFigure(Absences.person_months), COUNT, 4),
    _amounts("second_distribution", ENGAGEMENT, "second_distribution", "component",
             "what the department split by hand, on the person's latest engagement in the department",
             RowSelection("amount")),
)
OF_STAFF = (
    _count("person_months_to_date", STAFF, "engagement",
           "person-months there from January to the period's end, all engagements",
           RosterFigure(lambda roster: roster.person_months_to_date), scale=4),
    _flag("head", STAFF, "engagement", "engaged on the period's last day", RosterFigure(lambda roster: roster.heads)),
    _count("first_worked", STAFF, "staff", "first day of working life, days since 1970-01-01",
           TableFigure(first_worked)),
    _count("tenure_years", STAFF, "staff", "whole years since the first day of working life, on the period's last day",
           TableFigure(tenure_years)),
    _keyed("score", STAFF, "appraisal", "indicator", "the person's score, else the institution's",
           RowSelection("score", fallback=True), RATIO, 4),
    _keyed("full_score", STAFF, "appraisal", "indicator", "what the score is out of",
           RowSelection("full_score", fallback=True), RATIO, 4),
    _keyed("own_score", STAFF, "appraisal", "indicator", "the person's own score",
           RowSelection("score", is_rule=False), RATIO, 4),
    _keyed("own_full_score", STAFF, "appraisal", "indicator", "what the own score is out of",
           RowSelection("full_score", is_rule=False), RATIO, 4),
    _amounts("pay_component", STAFF, "pay_component", "component", "amounts given per person", RowSelection("amount")),
    _amounts("pay_component_inside", STAFF, "pay_component", "component",
             "amounts of the period and of the shorter ones inside it", RowSelection("amount", Window.INSIDE)),
    _amounts("directed_task", STAFF, "directed_task", "task", "directed tasks done by the person",
             RowSelection("count"), COUNT, 0),
    _amounts("adjustment", STAFF, "adjustment", "component", "deductions and additions, all cases of the person",
             RowSelection("amount")),
    _amounts("addition", STAFF, "adjustment", "component", "the cases above zero alone",
             RowSelection("amount", sign=Sign.POSITIVE)),
    _amounts("deduction", STAFF, "adjustment", "component", "the cases below zero alone",
             RowSelection("amount", sign=Sign.NEGATIVE)),
    _count("first_engaged", STAFF, "engagement", "first day of the first engagement there, days since 1970-01-01",
           RosterFigure(lambda roster: roster.first_engaged)),
    _amounts("contract_fee_of_member_by_month", STAFF, "contract", "funding", "the same of fees earned by months",
             ContractFigure(Contracts.of_members_by_month)),
    _amounts("contract_fee_of_member", STAFF, "contract", "funding", "fees earned by the person's teams, by his share",
             ContractFigure(Contracts.of_members)),
    _amounts("rejected_of_staff", STAFF, "service_record", "reason", "rows that are not paid",
             RejectionCount(), COUNT, 0),
    _amounts("staff_opening_balance", STAFF, "opening_balance", "balance", "what stood before the first run here",
             RowSelection("amount", Window.YEAR_SO_FAR)),
)
OF_DEPARTMENT = (
    _text("department_code", DEPARTMENT, "engagement", "department; '' where none is given",
          TableFigure(department_code)),
)
OF_INSTITUTION = (
    _text("institution", INSTITUTION, "institution", "code", TableColumn("code")),
    _text("institution_kind", INSTITUTION, "institution", "county_hospital, township_center, village_clinic ...",
          TableColumn("kind")),
    _text("institution_parent", INSTITUTION, "institution", "code of the parent institution", TableColumn("parent")),
    _count("public_class", INSTITUTION, "institution", "public-welfare class, 1 or 2", TableColumn("public_class")),
    _count("months_in_force", INSTITUTION, "institution", "days in force / days of the month, month by month",
           TableFigure(months_in_force), scale=4),
    _count("heads", INSTITUTION, "engagement", "persons engaged on the period's last day",
           RosterFigure(lambda roster: roster.head_counts)),
    _count("heads_by_month", INSTITUTION, "engagement", "the same for each month, `01` to `12`",
           MonthFigure(Roster.head_counts_of), axis="month"),
    _number("own_points", INSTITUTION, "service_record", "points of work without staff",
            WorkColumn("points"), POINTS, 6),
    _number("own_points_by_category", INSTITUTION, "service_record", "points of work without staff",
            WorkColumn("points"), POINTS, 6, axis="category"),
    _count("own_services", INSTITUTION, "service_record", "paid rows without staff", WorkColumn("services")),
    _count("own_services_by_category", INSTITUTION, "service_record", "paid rows without staff",
           WorkColumn("services"), axis="category"),
    _keyed("institution_score", INSTITUTION, "appraisal", "indicator", "the institution's score",
           RowSelection("score"), RATIO, 4),
    _keyed("institution_full_score", INSTITUTION, "appraisal", "indicator", "what that score is out of",
           RowSelection("full_score"), RATIO, 4),
    _keyed("finance", INSTITUTION, "finance", "line", "finance lines", RowSelection("amount"), YUAN, 2),
    _amounts("finance_within", INSTITUTION, "finance", "line", "the rows of the shorter periods inside a settlement's",
             RowSelection("amount", Window.WITHIN)),
    _keyed("measure", INSTITUTION, "measure", "name", "measures, of whatever unit", RowSelection("value"), None, 4),
    _amounts("institution_directed_task", INSTITUTION, "directed_task", "task", "directed tasks, its staff's too",
             RowSelection("count", of_everybody=True), COUNT, 0),
    _amounts("institution_directed_task_within", INSTITUTION, "directed_task", "task",
             "the rows of the shorter periods inside a settlement's",
             RowSelection("count", Window.WITHIN, of_everybody=True), COUNT, 0),
    _amounts("institution_adjustment", INSTITUTION, "adjustment", "component", "deductions from and additions to it",
             RowSelection("amount")),
    _amounts("institution_addition", INSTITUTION, "adjustment", "component", "the cases above zero alone",
             RowSelection("amount", sign=Sign.POSITIVE)),
    _amounts("institution_deduction", INSTITUTION, "adjustment", "component", "the cases below zero alone",
             RowSelection("amount", sign=Sign.NEGATIVE)),
    _count("open_cases", INSTITUTION, "adjustment", "cases fed back or reminded of that are not rectified",
           TableFigure(open_cases)),
    _count("overdue_cases", INSTITUTION, "adjustment", "of these with a deadline on or before the period's last day",
           TableFigure(overdue_cases)),
    _keyed("finance_last_year", INSTITUTION, "finance", "line", "the rows of the same period a year before",
           RowSelection("amount", Window.LAST_YEAR), YUAN, 2),
    _keyed("measure_last_year", INSTITUTION, "measure", "name", "the rows of the same period a year before",
           RowSelection("value", Window.LAST_YEAR), None, 4),
    _amounts("contract_fee", INSTITUTION, "contract", "funding", "fees of contracts earned in the period, day by day",
             ContractFigure(Contracts.fees)),
    _amounts("contract_fee_by_month", INSTITUTION, "contract", "funding",
             "fees of contracts earned by the months of their terms that begin in the period",
             ContractFigure(Contracts.fees_by_month)),
    _amounts("contract_refund_by_month", INSTITUTION, "contract", "funding",
             "fees refunded for cancellations in the period, for the months of the term that have not begun",
             ContractFigure(Contracts.refunds_by_month)),
    _amounts("contract_refund", INSTITUTION, "contract", "funding", "fees refunded for cancellations in the period",
             ContractFigure(Contracts.refunds)),
    _count("contracts_in_force", INSTITUTION, "contract", "contracts in force on some day of the period",
           ContractFigure(Contracts.in_force)),
    _count("contracts_cancelled", INSTITUTION, "contract", "contracts cancelled in the period, before their end",
           ContractFigure(Contracts.cancelled)),
    _keyed("contract_fee_least", INSTITUTION, "contract", "package", "the least fee, over all sources",
           ContractFigure(Contracts.least_fee), YUAN, 2),
    _keyed("contract_fee_greatest", INSTITUTION, "contract", "package", "the greatest fee, over all sources",
           ContractFigure(Contracts.greatest_fee), YUAN, 2),
    _amounts("rejected", INSTITUTION, "service_record", "reason", "rows that are not paid", RejectionCount(), COUNT, 0),
    _amounts("opening_balance", INSTITUTION, "opening_balance", "balance", "what stood before the first run here",
             RowSelection("amount", Window.YEAR_SO_FAR)),
    _amounts("opening_balance_in_period", INSTITUTION, "opening_balance", "balance",
             "the same of periods that begin in the run's, so that one settlement of its kind takes it",
             RowSelection("amount", Window.BEGUN)),
)
OF_CONSORTIUM = (
    _count("months_of_period", CONSORTIUM, "period", "1, 3, 6 or 12",
           RosterFigure(lambda roster: [len(roster.period.months())])),
    _count("days_of_period", CONSORTIUM, "period", "28 to 366", RosterFigure(lambda roster: [roster.period.days])),
    _count("days_of_month", CONSORTIUM, "period", "of each month, `01` to `12`",
           MonthFigure(lambda _, month: np.array([month.days])), axis="month"),
    _count("working_days", CONSORTIUM, "calendar", "working days of the period", TableFigure(working_days)),
    _count("months_to_date", CONSORTIUM, "period", "months of the year until the period's last day",
           RosterFigure(lambda roster: [roster.period.last_day.month])),
    _count("period_first_day", CONSORTIUM, "period", "days since 1970-01-01",
           RosterFigure(lambda roster: [day_number(roster.period.first_day)])),
    _count("period_last_day", CONSORTIUM, "period", "days since 1970-01-01",
           RosterFigure(lambda roster: [day_number(roster.period.last_day)])),
    _keyed("comparator_mean", CONSORTIUM, "comparator", "cell", "mean pay of like staff outside the run",
           RowSelection("mean"), YUAN, 2),
    _keyed("comparator_heads", CONSORTIUM, "comparator", "cell", "heads of like staff outside the run",
           RowSelection("heads"), COUNT, 2),
)
# `BEFORE`: all that the year gave before this run, a settlement's own months included; `SETTLED`: those months alone.
OF_HISTORY = (
    _amounts("paid_before", STAFF, "history", "component", "paid to the person there in the year before this run",
             LineSelection(BEFORE, PAY, "component")),
    _amounts("paid_in_period", STAFF, "history", "component", "paid to the person there in the settled months",
             LineSelection(SETTLED, PAY, "component")),
    _number("staff_fixed_paid_before", STAFF, "history", "of `paid_before` what was published as fixed",
            LineSelection(BEFORE, PAY, pay_class=FIXED), YUAN, 2),
    _number("staff_variable_paid_before", STAFF, "history", "of `paid_before` what was published as variable",
            LineSelection(BEFORE, PAY, pay_class=VARIABLE), YUAN, 2),
    _amounts("points_before", STAFF, "history", "category", "points in the year before this run",
             WorkSelection("points_micro"), POINTS, 6),
    _amounts("services_before", STAFF, "history", "category", "paid services in the year before this run",
             WorkSelection("services"), COUNT, 0),
    _amounts("institution_paid_before", INSTITUTION, "history", "component",
             "paid to all persons there in the year before this run", LineSelection(BEFORE, PAY, "component")),
    _amounts("institution_paid_in_period", INSTITUTION, "history", "component",
             "paid to all persons there in the settled months", LineSelection(SETTLED, PAY, "component")),
    _amounts("institution_fixed_paid_before", INSTITUTION, "history", "component", "what of it was published as fixed",
             LineSelection(BEFORE, PAY, "component", FIXED)),
    _amounts("institution_variable_paid_before", INSTITUTION, "history", "component",
             "what of it was published as variable", LineSelection(BEFORE, PAY, "component", VARIABLE)),
    _amounts("institution_paid_before_by_funding", INSTITUTION, "history", "funding",
             "paid there before this run, by source", LineSelection(BEFORE, PAY, "funding")),
    _amounts("institution_paid_in_period_by_funding", INSTITUTION, "history", "funding",
             "paid in the settled months, by source", LineSelection(SETTLED, PAY, "funding")),
    _number("fixed_paid_before", INSTITUTION, "history", "fixed pay of the year before this run",
            LineSelection(BEFORE, PAY, pay_class=FIXED), YUAN, 2),
    _number("variable_paid_before", INSTITUTION, "history", "variable pay of the year before this run",
            LineSelection(BEFORE, PAY, pay_class=VARIABLE), YUAN, 2),
    _amounts("statements_before", INSTITUTION, "history", "component", "statement lines of the year before this run",
             LineSelection(BEFORE, STATEMENT, "component")),
    _amounts("statements_in_period", INSTITUTION, "history", "component", "statement lines of the settled months",
             LineSelection(SETTLED, STATEMENT, "component")),
    _amounts("statements_before_by_funding", INSTITUTION, "history", "funding",
             "statement lines before this run, by source", LineSelection(BEFORE, STATEMENT, "funding")),
    _amounts("statements_in_period_by_funding", INSTITUTION, "history", "funding",
             "those of the settled months, by source", LineSelection(SETTLED, STATEMENT, "funding")),
    _amounts("institution_points_before", INSTITUTION, "history", "category", "points of all there",
             WorkSelection("points_micro"), POINTS, 6),
    _amounts("institution_services_before", INSTITUTION, "history", "category", "paid services of all there",
             WorkSelection("services"), COUNT, 0),
    _keyed("reported_before", INSTITUTION, "history", "figure",
           "sum of a figure that the year's months reported before this run", FigureSelection(BEFORE), None, 4),
    _keyed("reported_in_period", INSTITUTION, "history", "figure", "sum of a figure that the settled months reported",
           FigureSelection(SETTLED), None, 4),
    _keyed("quarters_reported_before", INSTITUTION, "history", "figure",
           "sum of a figure that the year's quarters reported before this run", FigureSelection(BEFORE, QUARTER),
           None, 4),
    _keyed("quarters_reported_in_period", INSTITUTION, "history", "figure",
           "sum of a figure that the quarters inside the period reported", FigureSelection(SETTLED, QUARTER), None, 4),
    _keyed("half_years_reported_before", INSTITUTION, "history", "figure",
           "sum of a figure that the year's half-years reported before this run", FigureSelection(BEFORE, HALF_YEAR),
           None, 4),
    _keyed("half_years_reported_in_period", INSTITUTION, "history", "figure",
           "sum of a figure that the half-years inside the period reported", FigureSelection(SETTLED, HALF_YEAR),
           None, 4),
    _keyed("consortium_reported_before", CONSORTIUM, "history", "figure",
           "sum of a figure of the whole run, over the months before", FigureSelection(BEFORE), None, 4),
    _keyed("consortium_reported_in_period", CONSORTIUM, "history", "figure",
           "sum of a figure of the whole run, over the settled months", FigureSelection(SETTLED), None, 4),
)
# fmt: on

# For the check that nothing counts twice: what is a coefficient or an event, and the name under which it counts.
# Whatever else is a number of the tables of `_WORK` is work or money.
_COEFFICIENTS = ("post_coefficient", "score", "own_score", "institution_score", "measure", "measure_last_year")
_EVENTS = ("directed_task", "institution_directed_task", "measure")
_COUNTED_AS = {"own_score": "score", "directed_task": "task", "institution_directed_task": "task"}
_WORK = frozenset({
    "service_record", "directed_task", "finance", "measure", "pay_component", "adjustment", "contract", "history",
    "opening_balance", "second_distribution",
})  # fmt: skip


def _followed(entry: InputEntry) -> InputEntry:
    """Say what an input is to the check that nothing counts twice."""
    natures = {
        nature
        for nature, holds in (
            (COEFFICIENT, entry.name in _COEFFICIENTS),
            (EVENT, entry.name in _EVENTS),
            (WORK, entry.table in _WORK),
        )
        if holds
    }
    return replace(entry, natures=frozenset(natures), counted_as=_COUNTED_AS.get(entry.name, ""))


INPUTS: tuple[InputEntry, ...] = tuple(
    map(_followed, OF_ENGAGEMENT + OF_STAFF + OF_DEPARTMENT + OF_INSTITUTION + OF_CONSORTIUM + OF_HISTORY)
)
BY_NAME: Mapping[str, InputEntry] = {entry.name: entry for entry in INPUTS}

# Sums over the components that a policy pays in the period; `compute.policy_formulas` makes a formula of each.
PAY_SUMS = {"fixed_pay": "固定部分合计", "variable_pay": "变动部分合计", "gross_pay": "应发合计"}
