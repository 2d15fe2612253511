"""The floors of a settlement, in their order, by the product and by the oracle: to the fen.

One published year of a drawn county is settled again and again, each time by other rules of floors.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from batch.ledger import Ledger
from tests.oracle.settled_floors import DOCTOR, LIKE, PRACTITIONER, Practitioners, PublicHealth, Villages
from tests.oracle.settlement import KNOWN, Rules, Year
from tests.oracle.settlement import Period as Made
from tests.support.freeze_case import Row, Tables, engagement
from tests.support.settled_county import Office
from tests.support.settled_rules import (
    CENTRE,
    CLINIC,
    HOSPITAL,
    KINDS,
    MONTHS,
    YEAR,
    county_of,
    drawn_rules,
    policy_of,
    text,
)
from tests.support.settlement_against_oracle import differences

SEEDS = (5, 33)  # between them every way and branch: see test_what_the_drawn_settlements_hold
SETTLEMENTS = 10  # of each county, by other rules
OTHER_CENTRE, OTHER_CLINIC = "U", "W"
PLACES = KINDS | {OTHER_CENTRE: KINDS[CENTRE], OTHER_CLINIC: KINDS[CLINIC]}
BANDS = {"10-": 10, "0-9": 0}
BEGAN = ("2001-07-01", "2016-12-31", "2016-12-31", "2017-01-01", "2024-02-29")  # ten years to the day, and a day less
TITLES, EDUCATIONS = (LIKE, "主治医师", "主治医师"), ("本科", "本科", "本科", "大专")


def seeds() -> list[int]:
    """A few counties; PAYENGINE_ORACLE_SEEDS=1000-1100 for others."""
    first, _, last = os.environ.get("PAYENGINE_ORACLE_SEEDS", "").partition("-")
    return list(range(int(first), int(last or first) + 1)) if first else [*SEEDS]


def county(draw: random.Random) -> Tables:
    """Draw a hospital, two centres with practitioners and two clinics with village doctors.

    The tables also have amounts for comparison.
    """
    engaged = _engaged(draw)
    tables = county_of(draw, engaged, PLACES)
    parents = {CLINIC: CENTRE, OTHER_CLINIC: draw.choice([CENTRE, OTHER_CENTRE, HOSPITAL, ""])}
    for row in tables["institution"]:
        row["parent"] = parents.get(row["code"], "")
    compared = {row["staff"] for row in engaged if row["role"] == PRACTITIONER or row["institution"] == HOSPITAL}
    for row in tables["staff"]:
        row["first_worked"] = draw.choice(BEGAN) if row["code"] in compared else ""
    tables["pay_component"] += [
        {**row, "component": "allowance", "amount": text(draw.randint(0, 900_00))}
        for row in tables["pay_component"]
        if draw.random() < 0.3
    ]
    own = random.Random(len(tables["pay_component"]))  # what the county draws otherwise stays as it was
    tables["pay_component"] += [
        {"staff": row["staff"], "institution": row["institution"], "component": KNOWN, "period": period,
         "amount": text(own.randint(0, 15_000_00))}
        for row in {(row["institution"], row["staff"]): row for row in engaged}.values()
        for period in own.choice([(str(YEAR),), (MONTHS[2], MONTHS[8])])
        if own.random() < (0.5 if row["role"] == DOCTOR else 0.1)
    ]  # fmt: skip
    cells = [f"{title}|{band}|{education}" for title in TITLES[:2] for band in BANDS for education in EDUCATIONS[-2:]]
    given = draw.sample(cells, draw.randint(1, 3))
    tables["comparator"] = [
        {
            "cell": cell,
            "mean": text(draw.choice([draw.randint(20_000_00, 100_000_00), draw.randint(100_000_00, 200_000_00)])),
            "heads": "7",
            "period": period,
        }
        for cell in given
        for period in (MONTHS[11], str(YEAR))
    ] + [{"cell": cell, "mean": "999999.99", "heads": "7", "period": MONTHS[11]} for cell in cells if cell not in given]
    return tables


def _engaged(draw: random.Random) -> list[Row]:
    """People who stay, leave, join, change what they are, or work at two places."""
    rows, number = [], 0
    for at, most in {HOSPITAL: 7, CENTRE: 6, OTHER_CENTRE: 5, CLINIC: 3, OTHER_CLINIC: 3}.items():
        for _ in range(draw.randint(most - 2, most)):
            who, number = f"S{number:02}", number + 1
            shape = draw.choice(["stays", "stays", "stays", "leaves", "joins", "changes", "two places"])
            some = f"{YEAR}-{draw.randint(2, 11):02}-{draw.randint(1, 28):02}"
            first = engagement(who, at, **_post(draw, at), until=some if shape in ("leaves", "changes") else "")
            if shape == "joins":
                first["from"] = some
            rows.append(first)
            if shape == "changes":
                rows.append(engagement(who, at, **_post(draw, at), **{"from": some, "until": ""}))
            if shape == "two places":
                other = draw.choice([one for one in PLACES if one != at])
                rows.append(engagement(who, other, **_post(draw, other), until=""))
    return rows


def _post(draw: random.Random, at: str) -> Row:
    roles = {
        HOSPITAL: ("", "", "", "", PRACTITIONER), CLINIC: (DOCTOR, DOCTOR, DOCTOR, "护士"),
    }  # fmt: skip
    kind = HOSPITAL if at == HOSPITAL else CLINIC if PLACES[at] == KINDS[CLINIC] else CENTRE
    return {
        "role": draw.choice(roles.get(kind, ("", DOCTOR, PRACTITIONER, PRACTITIONER))),
        "title": draw.choice(TITLES),
        "education": draw.choice(EDUCATIONS),
        "department_class": draw.choice(["clinical", "clinical", "public_health", "nursing"]),
        "post_coefficient": draw.choice(["1", "1.2", "0.8333"]),
        "fte": draw.choice(["1", "1", "0.5", "0.3333"]),
    }


def with_floors(draw: random.Random, rules: Rules) -> Rules:
    """The same months; in the year floors of any kind."""
    by_months, inside = draw.random() < 0.5, draw.random() < 0.5
    hospital, centre = KINDS[HOSPITAL], KINDS[CENTRE]
    practitioners = Practitioners(
        rates=draw.choice(
            [{}, {centre: Fraction(1)}, {centre: Fraction("0.9"), hospital: Fraction(1)}, {centre: Fraction("0.5")}]
        ),
        each_person=draw.random() < 0.5,
        inside=draw.random() < 0.5,
        bands=BANDS,
    )
    if draw.random() < 0.1:
        practitioners = None
    permits = replace(drawn_rules(draw).permits, control_level=draw.choice([98_000_00, 120_000_01]))
    return replace(
        rules,
        permits=permits,
        floor_by_person_months=by_months,
        practitioners=practitioners,
        public_health=PublicHealth(
            kinds=frozenset(draw.choice([[centre], [hospital, centre]])),
            each_person=(inside or not by_months) and draw.random() < 0.5,
            inside=inside,
            practitioners_keep=practitioners is not None and draw.random() < 0.5,
        ),
        villages=Villages(
            rate=draw.choice([Fraction(1), Fraction("0.9")]),
            each_person=draw.random() < 0.5,
            budget_share=Fraction(draw.choice(["1", "0.6", "0.3333", "0"])),
            rest_paid=draw.random() < 0.5,
        ),
        fixed_share_floor=Fraction(draw.choice(["0.6", "0.75"])),
        convert=draw.random() < 0.3,
    )


def settlements(seed: int) -> tuple[Rules, Tables, list[Rules]]:
    """A county, the rules of its months, and those of its settlements."""
    draw = random.Random(seed)
    rules = drawn_rules(draw)
    return rules, county(draw), [with_floors(draw, rules) for _ in range(SETTLEMENTS)]


@pytest.mark.parametrize("seed", seeds())
def test_floors_as_the_oracle_has_them(seed: int, tmp_path: Path) -> None:
    rules, tables, of_years = settlements(seed)
    expected = Year(tables, rules, YEAR)
    with Ledger.open("sqlite:///ledger.sqlite", tmp_path) as ledger:
        office = Office(tmp_path / "snapshots", ledger, policy_of(rules, tmp_path), tables)
        for month, of_month in zip(MONTHS, expected.months, strict=True):
            assert differences(office.publish(month), of_month) == [], month
        office.freeze(str(YEAR))
        for own in of_years:
            office.policy = policy_of(own, tmp_path)
            assert differences(office.run(str(YEAR)), expected.settled_by(own)) == [], own


WAYS = [f"{money} {who}" for money in ("inside", "outside") for who in ("each", "together")]
WHO = ("each", "together")


def test_what_the_drawn_settlements_hold() -> None:
    """The counties above reach every way of every floor.

    One that binds, one that others cannot pay in full, and nobody to compare with; lines of either source; and floors
    that move those after them.
    """
    found = set().union(*(reached(seed) for seed in SEEDS))
    for way in WAYS:
        assert {f"gp_parity_pay {way} up", f"gp_without_comparison {way} up"} <= found
        assert {f"gp_nothing_to_compare {way} up", f"public_health_floor_pay {way} up"} <= found
    for who in WHO:
        assert {f"{name} inside {who} down" for name in ("gp_parity_pay", "public_health_floor_pay")} <= found
        assert {f"{name} inside {who} up" for name in ("gp_parity_lacking", "public_health_floor_lacking")} <= found
        assert {f"village_{name} {who} up" for name in ("parity_pay", "parity_own_pay", "parity_lacking")} <= found
        assert {f"village_nothing_to_compare {who} up", f"public_health_nothing_to_compare inside {who} up"} <= found
    assert {"line of the table", "line of the table before clinicians", "line of clinicians"} <= found
    assert {"practitioners before public health", "public health before villages"} <= found
    assert {"practitioners each keep all", "practitioners together keep all"} <= found
    assert "practitioners each keep their floor" in found


def reached(seed: int) -> set[str]:
    """Name the situations in the settlements of a county, by the oracle."""
    rules, tables, of_years = settlements(seed)
    year, bare = Year(tables, rules, YEAR), Year({**tables, "comparator": []}, rules, YEAR)
    found: set[str] = set()
    for own in of_years:
        made, gp = year.settled_by(own), own.practitioners
        ways = {"public_health": _way(own.public_health), "village": "each" if own.villages.each_person else "together"}
        ways["gp"] = _way(gp) if gp else ""
        for (*_, name), value in [*made.pay.items(), *made.reports.items()]:
            way = next((way for floor, way in ways.items() if name.startswith(floor)), None)
            if way is not None and value:
                found.add(f"{name} {way} {'up' if value > 0 else 'down'}")
        found |= set(_orders(year, own, made))
        if gp and not own.floor_by_person_months:
            without = bare.settled_by(own).of_persons
            for who, line in made.of_persons.items():
                if who[-1] == KNOWN:
                    continue
                found.add(
                    "line of clinicians" if without.get(who) == line
                    else "line of the table before clinicians" if who in without else "line of the table"
                )  # fmt: skip
    return found


def _way(floor: Practitioners | PublicHealth) -> str:
    return f"{'inside' if floor.inside else 'outside'} {'each' if floor.each_person else 'together'}"


def _orders(year: Year, own: Rules, made: Made) -> Iterator[str]:
    """Name the effects of an earlier floor on a later one."""

    floor, paid = own.public_health, [*made.pay]

    def differs(component: str, other: Rules) -> list[tuple[int, int]]:
        """The amounts of a component, as they are and under other rules, that are not the same."""
        under = year.settled_by(other).pay
        pairs = {key: (made.pay.get(key, 0), under.get(key, 0)) for key in {*paid, *under} if key[2] == component}
        return [(here, there) for here, there in pairs.values() if here != there]

    all_pay = replace(own, public_health=replace(floor, practitioners_keep=False))
    if differs("public_health_floor_pay", replace(all_pay, practitioners=None)):
        yield "practitioners before public health"
    if differs("village_parity_pay", replace(own, public_health=PublicHealth(frozenset()))):
        yield "public health before villages"
    if own.practitioners and floor.practitioners_keep and floor.inside:
        for kept, otherwise in differs("public_health_floor_pay", all_pay):
            if otherwise < kept <= 0:
                each = "each" if own.practitioners.each_person else "together"
                yield f"practitioners {each} keep {'their floor' if kept else 'all'}"
