"""Institutions, staff and everything else of the demo county that is not a service record.

`build` returns the input tables as rows of text, and the posts from which the records are drawn. Everything is a
function of the arguments and the seed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from batch.demo import catalogue, names
from batch.demo.catalogue import (
    CLINICAL,
    NURSE,
    NURSING,
    PHARMACIST,
    PHARMACY,
    PHYSICIAN,
    PUBLIC_HEALTH,
    TECHNICIAN,
    TECHNOLOGY,
    VILLAGE,
)
from batch.demo.names_read import NamesRead
from batch.demo.reported import Person, Reports, reported_periods
from payengine.errors import UsageError
from payengine.periods import YEAR, Period
from payengine.texts import say

LEAST_INSTITUTIONS = 8
STAFF_PER_INSTITUTION = 4  # the least with which every kind of institution and every special case can be staffed
Rows = list[tuple[str, ...]]

DEPARTMENTS = {
    CLINICAL: ("全科门诊", "clinical", "physician"),
    NURSING: ("护理部", "nursing", "nurse"),
    PUBLIC_HEALTH: ("公共卫生科", "public_health", "public_health_worker"),
    TECHNOLOGY: ("医技科", "medical_technology", "technician"),
    PHARMACY: ("药房", "pharmacy", "pharmacist"),
    VILLAGE: ("村卫生室", "clinical", "village_doctor"),
}
POST_COEFFICIENTS = ("1.5000", "1.3500", "1.2000", "1.0000", "0.9000")  # by rank of the title, illustrative
TITLES = {
    CLINICAL: ("主任医师", "副主任医师", "主治医师", "医师", "助理医师"),
    NURSING: ("主任护师", "副主任护师", "主管护师", "护师", "护士"),
    PUBLIC_HEALTH: ("主任医师", "副主任医师", "主管医师", "医师", "医士"),
    TECHNOLOGY: ("主任技师", "副主任技师", "主管技师", "技师", "技士"),
    PHARMACY: ("主任药师", "副主任药师", "主管药师", "药师", "药士"),
    VILLAGE: ("执业医师", "执业助理医师", "乡村全科执业助理医师", "乡村医生", "乡村医生"),
}
EDUCATIONS = ("硕士", "本科", "大专", "中专")
LICENSES = {
    CLINICAL: PHYSICIAN,
    NURSING: NURSE,
    PHARMACY: PHARMACIST,
    TECHNOLOGY: TECHNICIAN,
    VILLAGE: catalogue.VILLAGE_DOCTOR,
}
PROFESSIONS = {
    "county_hospital": (CLINICAL, NURSING, CLINICAL, NURSING, TECHNOLOGY, PUBLIC_HEALTH, NURSING, PHARMACY),
    "tcm_hospital": (CLINICAL, NURSING, CLINICAL, TECHNOLOGY, PUBLIC_HEALTH, NURSING, PHARMACY),
    "maternal_child": (PUBLIC_HEALTH, NURSING, CLINICAL, TECHNOLOGY),
    "township_center": (CLINICAL, PUBLIC_HEALTH, NURSING, CLINICAL, NURSING, TECHNOLOGY, PUBLIC_HEALTH, PHARMACY),
    "community_center": (CLINICAL, PUBLIC_HEALTH, NURSING, CLINICAL, TECHNOLOGY, PUBLIC_HEALTH, PHARMACY),
    "village_clinic": (VILLAGE,),
}  # fmt: skip
SIZES = {
    "county_hospital": 60, "tcm_hospital": 30, "maternal_child": 15, "township_center": 14, "community_center": 12,
    "village_clinic": 2,
}  # fmt: skip  # relative numbers of staff


@dataclass(frozen=True)
class Post:
    """A person at an institution, on the days of the last month (0-based, inclusive) on which that person may serve.

    `late` marks a post that begins with that month; the others are there all year.
    """

    institution: str
    staff: str
    profession: int
    first: int
    last: int
    late: bool = False


@dataclass
class County:
    """The input tables (rows of text in the order of the tables' columns) and what the records need to know."""

    tables: dict[str, Rows] = field(default_factory=dict)
    posts: list[Post] = field(default_factory=list)
    kinds: dict[str, str] = field(default_factory=dict)
    teams: list[tuple[str, str]] = field(default_factory=list)  # (team, institution)
    special: dict[str, str] = field(default_factory=dict)  # the people and places of the special cases


def build(
    staff: int, institutions: int, period: Period, rng: np.random.Generator, names_read: NamesRead | None = None
) -> County:
    """All reference tables of a county of this size for the period; the special cases stand in its last month."""
    names_read = names_read or NamesRead()
    if institutions < LEAST_INSTITUTIONS or staff < STAFF_PER_INSTITUTION * institutions:
        raise UsageError(
            say(
                "a demo county needs at least {least} institutions and {each} staff for each of them",
                least=LEAST_INSTITUTIONS, each=STAFF_PER_INSTITUTION,
            )
        )  # fmt: skip
    county = County()
    month = period.months()[-1]
    kinds = _institutions(county, institutions, month)
    _items(county, month)
    _people(county, kinds, staff, month, rng, agreement="agreement_pay" in names_read.components)
    _special_cases(county, month)
    _teams(county)
    _reports(county, period, names_read, rng)
    return county


def _iso(day: date) -> str:
    return day.isoformat()


def _institutions(county: County, count: int, period: Period) -> list[str]:
    """A county hospital, a TCM hospital, a maternal and child institution, towns, communities, villages."""
    towns = max(2, count * 3 // 10)
    communities = max(1, count // 12)
    clinics = count - 3 - towns - communities
    kinds = ["county_hospital", "tcm_hospital", "maternal_child"]
    kinds += ["township_center"] * towns + ["community_center"] * communities + ["village_clinic"] * clinics
    rows: Rows = []
    opened = "2015-01-01"
    for number, kind in enumerate(kinds):
        code = f"I{number + 1:04}"
        parent, public_class, until = "I0001", "2", ""
        if kind == "county_hospital":
            name, parent = f"{names.COUNTY}人民医院", ""
        elif kind == "tcm_hospital":
            name = f"{names.COUNTY}中医医院"
        elif kind == "maternal_child":
            name, public_class = f"{names.COUNTY}妇幼保健院", "1"
        elif kind == "township_center":
            name, public_class = f"{names.town(number - 3)}镇卫生院", "1"
        elif kind == "community_center":
            name, public_class = f"{names.town(number - 3)}街道社区卫生服务中心", "1"
        else:
            nth = number - 3 - towns - communities
            name, public_class, parent = f"{names.village(nth)}村卫生室", "1", f"I{4 + nth % towns:04}"
        if number == count - 1:  # the last village clinic closes in the middle of the month
            until = _iso(period.first_day + timedelta(days=19))
            county.special["closed"] = code
        county.kinds[code] = kind
        rows.append((code, name, kind, parent, public_class, opened, until))
    county.tables["institution"] = rows
    return kinds


def _items(county: County, period: Period) -> None:
    """The catalogue; one item's equivalents and one item's limit change on the 16th."""
    start, change = "2020-01-01", _iso(period.first_day + timedelta(days=15))
    rows: Rows = []
    for item in catalogue.ITEMS:
        name = f"{item.name}（示例当量）"
        tail = (item.license, item.limit_count, item.limit_period)
        if item.code == catalogue.WITHDRAWN:
            rows.append((item.code, name, item.category, item.equivalents, *tail, start, _iso(period.year_start)))
        elif item.code == catalogue.REPRICED:
            rows.append((item.code, name, item.category, item.equivalents, *tail, start, change))
            rows.append((item.code, name, item.category, "0.4500", *tail, change, ""))
        elif item.code == catalogue.RELIMITED:
            rows.append((item.code, name, item.category, item.equivalents, *tail, start, change))
            rows.append((item.code, name, item.category, item.equivalents, item.license, "2", "month", change, ""))
        else:
            rows.append((item.code, name, item.category, item.equivalents, *tail, start, ""))
    county.tables["service_item"] = rows


def _people(
    county: County, kinds: list[str], staff: int, period: Period, rng: np.random.Generator, *, agreement: bool
) -> None:
    """Staff shared out by the sizes of the institutions; each with a post, a licence, sometimes leave."""
    sizes = [SIZES[kind] for kind in kinds]
    # The hospital and the first town hold the special cases, which need so many people.
    least = [{0: 4, kinds.index("township_center"): 8}.get(index, 2) for index in range(len(kinds))]
    each = [few + (staff - sum(least)) * size // sum(sizes) for few, size in zip(least, sizes, strict=True)]
    each[0] += staff - sum(each)
    staff_rows, engagements, licenses, absences = Rows(), Rows(), Rows(), Rows()
    number, days = 0, period.days
    for index, kind in enumerate(kinds):
        institution = f"I{index + 1:04}"
        for nth in range(each[index]):
            number += 1
            code = f"S{number:05}"
            profession = PROFESSIONS[kind][nth % len(PROFESSIONS[kind])]
            first_worked = date(1985 + int(rng.integers(0, 38)), 1 + number % 12, 1)
            staff_rows.append((code, names.person(number), _iso(first_worked)))
            rank = int(rng.choice(5, p=(0.05, 0.15, 0.3, 0.35, 0.15)))
            title, coefficient = TITLES[profession][rank], POST_COEFFICIENTS[rank]
            begun = max(first_worked, date(2016, 1, 1))
            department, department_class, role = DEPARTMENTS[profession]
            if role == "physician" and kind in ("township_center", "community_center"):
                role = "general_practitioner"
            first, last = 0, days - 1
            if kind != "village_clinic" and nth > 2 and rng.random() < 0.03:
                away = int(rng.integers(2, days // 2))  # leave at the beginning or the end of the month
                start = 0 if rng.random() < 0.5 else days - away
                first, last = (away, days - 1) if start == 0 else (0, start - 1)
                leave_from = period.first_day + timedelta(days=start)
                leave = str(rng.choice(("annual_leave", "sick_leave", "training")))
                absences.append((code, leave, "yes", _iso(leave_from), _iso(leave_from + timedelta(days=away))))
            row = (
                code, institution, "", department, department_class, role, title, EDUCATIONS[int(rng.integers(0, 4))],
                "village" if kind == "village_clinic" else ("established", "filed", "contract")[number % 3],
                "agreement" if agreement and kind == "county_hospital" and nth % 29 == 28 else "standard",
                "yes" if nth == 0 else "no", "1.0000", "1.3000" if nth == 0 else coefficient,
                _iso(begun), "",
            )  # fmt: skip
            engagements.append(row)
            if profession in LICENSES:
                licenses.append((code, LICENSES[profession], _iso(begun), ""))
            if institution == county.special["closed"]:
                last = 18
            county.posts.append(Post(institution, code, profession, first, last))
    county.tables |= {"staff": staff_rows, "engagement": engagements, "license": licenses, "absence": absences}


def _special_cases(county: County, period: Period) -> None:
    """A change of post in mid month, a secondment, a leaver, a newcomer without licence, a person on leave."""
    engagements, change = county.tables["engagement"], _iso(period.first_day + timedelta(days=15))
    town = next(code for code, kind in county.kinds.items() if kind == "township_center")
    here = [n for n, post in enumerate(county.posts) if post.institution == town]

    promoted = here[0]
    row = engagements[promoted]
    engagements[promoted] = (*row[:-1], change)
    engagements.append((*row[:6], row[6], *row[7:12], "1.4500", change, ""))
    county.special["promoted"] = row[0]

    # District-hired, town-used: employed by the county hospital, working in the town on 40 % of full time.
    seconded = next(
        post
        for post in county.posts
        if post.institution == "I0001" and post.profession == CLINICAL and post.last == period.days - 1
    )
    own = next(row for row in engagements if row[0] == seconded.staff)
    engagements.append((own[0], town, "I0001", *own[3:11], "0.4000", own[12], _iso(period.first_day), ""))
    county.posts.append(Post(town, seconded.staff, seconded.profession, seconded.first, seconded.last, late=True))
    county.special["seconded"] = seconded.staff

    leaver = here[-1]
    row = engagements[leaver]
    engagements[leaver] = (*row[:-1], _iso(period.first_day + timedelta(days=24)))
    post = county.posts[leaver]
    county.posts[leaver] = Post(post.institution, post.staff, post.profession, min(post.first, 23), min(post.last, 23))

    # These two never serve rightly: their records are the examples of `absent` and `not_licensed`.
    for nth, key in ((1, "on leave"), (2, "unlicensed")):
        code = county.posts[here[nth]].staff
        county.special[key] = code
        county.posts[here[nth]] = Post(town, "", CLINICAL, 0, 0)
        if key == "on leave":
            county.tables["absence"].append((code, "maternity_leave", "yes", _iso(period.year_start), ""))
        else:
            county.tables["license"] = [row for row in county.tables["license"] if row[0] != code]
    county.posts = [post for post in county.posts if post.staff and post.first <= post.last]
    county.special["town"] = town


def _teams(county: County) -> None:
    """A family-doctor team of up to three in every town and community; shares add up to 1."""
    members: Rows = []
    for institution, kind in county.kinds.items():
        if kind not in ("township_center", "community_center"):
            continue
        people = [
            post.staff
            for post in county.posts
            if post.institution == institution and (post.first, post.last >= 27) == (0, True)
        ]
        people = [code for code in dict.fromkeys(people) if code != county.special["seconded"]][:3]
        if people:
            team = f"T{institution[1:]}"
            shares = {1: ("1.0000",), 2: ("0.6000", "0.4000"), 3: ("0.5000", "0.3000", "0.2000")}[len(people)]
            members += [(team, code, share, "2020-01-01", "") for code, share in zip(people, shares, strict=True)]
            county.teams.append((team, institution))
    county.tables["team_member"] = members


def _reports(county: County, period: Period, names_read: NamesRead, rng: np.random.Generator) -> None:
    """What the departments report, for every month and for the period; patients who died; difficulty."""
    year, difficulty = f"{period.first_day.year}-01-01", Rows()
    for number, (code, kind) in enumerate(county.kinds.items()):
        if kind == "village_clinic":
            difficulty.append((code, "", ("1.0000", "1.0500", "1.1500")[number % 3], year, ""))
        elif kind == "township_center" and number % 2:
            difficulty.append((code, "", "1.0500", year, ""))
            difficulty.append((code, "F002", "1.2000", year, ""))
    people = {(row[0], row[1]): _person(row) for row in county.tables["engagement"]}
    reports = Reports(county.kinds, list(people.values()), county.teams, names_read, rng, by_year=period.kind == YEAR)
    for each in reported_periods(period):
        reports.add(each)
    reports.contracts(period.first_day.year)
    if period.kind == YEAR:
        reports.add_last_year(period)
    died = _iso(period.months()[-1].first_day + timedelta(days=4))
    county.tables |= reports.tables | {"difficulty": difficulty, "patient": [("PX000001", died)]}


def _person(row: tuple[str, ...]) -> Person:
    ranks = [titles.index(row[6]) for titles in TITLES.values() if row[6] in titles]
    return Person(
        staff=row[0],
        institution=row[1],
        rank=None if row[8] == "village" else ranks[0],
        agreement=row[9] == "agreement",
        seconded=bool(row[2]),
        general_practitioner=row[5] == "general_practitioner",
    )
