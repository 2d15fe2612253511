"""Reference tables of a demo county: everything that is not a service record.

`build_county` returns the input tables and the posts from which the records are drawn. Everything follows from the
arguments and the seed.
"""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from batch.demo.department_reports import DepartmentReports, Person, reported_periods
from batch.demo.institutions import add_institutions, add_items
from batch.demo.people import TITLES, add_people, add_teams
from batch.demo.special_cases import add_special_cases
from batch.demo.tables import County, Rows, iso
from batch.demo.vocabulary import Vocabulary
from payengine.errors import UsageError
from payengine.periods import YEAR, Period
from payengine.texts import say

LEAST_INSTITUTIONS = 8
STAFF_PER_INSTITUTION = 4  # the least with which every kind of institution and every special case can be staffed


def build_county(
    staff: int, institutions: int, period: Period, rng: np.random.Generator, vocabulary: Vocabulary | None = None
) -> County:
    """Build all reference tables of a county, with special cases in the period's last month.

    `UsageError` for a county too small to hold them.
    """
    vocabulary = vocabulary or Vocabulary()
    if institutions < LEAST_INSTITUTIONS or staff < STAFF_PER_INSTITUTION * institutions:
        raise UsageError(
            say(
                "a demo county needs at least {least} institutions and {each} staff for each of them",
                least=LEAST_INSTITUTIONS, each=STAFF_PER_INSTITUTION,
            )
        )  # fmt: skip
    county = County()
    month = period.months()[-1]
    kinds = add_institutions(county, institutions, month)
    add_items(county, month)
    add_people(county, kinds, staff, month, rng, agreement="agreement_pay" in vocabulary.components)
    add_special_cases(county, month)
    add_teams(county)
    _reports(county, period, vocabulary, rng)
    return county


def _reports(county: County, period: Period, vocabulary: Vocabulary, rng: np.random.Generator) -> None:
    """Add the departments' reports of every period, patients who died, difficulty."""
    year, difficulty = f"{period.first_day.year}-01-01", Rows()
    for number, (code, kind) in enumerate(county.kinds.items()):
        if kind == "village_clinic":
            difficulty.append((code, "", ("1.0000", "1.0500", "1.1500")[number % 3], year, ""))
        elif kind == "township_center" and number % 2:
            difficulty.append((code, "", "1.0500", year, ""))
            difficulty.append((code, "F002", "1.2000", year, ""))
    people = {(row[0], row[1]): _person(row) for row in county.tables["engagement"]}
    reports = DepartmentReports(county.kinds, list(people.values()), county.teams, vocabulary, rng, whole=period)
    for each in reported_periods(period, vocabulary.scored):
        reports.add(each)
    reports.contracts(period.first_day.year)
    if period.kind == YEAR:
        reports.add_last_year(period)
    died = iso(period.months()[-1].first_day + timedelta(days=4))
    county.tables |= reports.tables | {"difficulty": difficulty, "patient": [("PX000001", died)]}


def _person(row: tuple[str, ...]) -> Person:
    """Read a person from a row of table engagement."""
    ranks = [titles.index(row[6]) for titles in TITLES.values() if row[6] in titles]
    return Person(
        staff=row[0],
        institution=row[1],
        rank=None if row[8] == "village" else ranks[0],
        agreement=row[9] == "agreement",
        seconded=bool(row[2]),
        general_practitioner=row[5] == "general_practitioner",
    )
