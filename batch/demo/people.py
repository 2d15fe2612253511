"""People of a demo county: engagements, licences, leave and family-doctor teams."""

from __future__ import annotations

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
from batch.demo.tables import County, Post, Rows, iso
from payengine.periods import Period

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


def add_people(
    county: County, kinds: list[str], staff: int, period: Period, rng: np.random.Generator, *, agreement: bool
) -> None:
    """Add staff by the sizes of the institutions; each with a post, a licence, sometimes leave."""
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
            staff_rows.append((code, names.person(number), iso(first_worked)))
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
                absences.append((code, leave, "yes", iso(leave_from), iso(leave_from + timedelta(days=away))))
            row = (
                code, institution, "", department, department_class, role, title, EDUCATIONS[int(rng.integers(0, 4))],
                "village" if kind == "village_clinic" else ("established", "filed", "contract")[number % 3],
                "agreement" if agreement and kind == "county_hospital" and nth % 29 == 28 else "standard",
                "yes" if nth == 0 else "no", "1.0000", "1.3000" if nth == 0 else coefficient,
                iso(begun), "",
            )  # fmt: skip
            engagements.append(row)
            if profession in LICENSES:
                licenses.append((code, LICENSES[profession], iso(begun), ""))
            if institution == county.special["closed"]:
                last = 18
            county.posts.append(Post(institution, code, profession, first, last))
    county.tables |= {"staff": staff_rows, "engagement": engagements, "license": licenses, "absence": absences}


def add_teams(county: County) -> None:
    """Add a family-doctor team of up to three to each town and community; shares add up to 1."""
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
