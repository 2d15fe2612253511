"""Findings against the last published periods: rows of tables, services, points and money."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from batch.findings.finding import MOST_SHOWN, Finding
from batch.findings.kinds import (
    COMPONENT_MONEY,
    INSTITUTION_MONEY,
    INSTITUTION_POINTS,
    INSTITUTION_SERVICES,
    KINDS,
    PERSON_MONEY,
    PERSON_POINTS,
    PERSON_SERVICES,
    STATEMENT_MONEY,
    TABLE_ROWS,
)
from batch.findings.material import Material
from batch.findings.robust import is_far
from batch.findings.work import snapshot_services
from batch.ledger.monthly_sums import Person, RunSums, by_institution, of_staff
from payengine.exact.amounts import decimal_text, yuan
from payengine.texts import joined, say, word

# What a figure must be away from its median at least, so that small counties are not spammed.
TABLE_FLOOR = 20  # rows
SERVICES_FLOOR = 100
POINTS_FLOOR = 1_000 * 10**6  # millionths
MONEY_FLOOR = 5_000_00  # fen: about a month's pay
COMPONENT_FLOOR = 20_000_00
OF_A_PERSON = 3  # periods at least: people begin, fall ill and come back: two months say little of a third

PAY_TABLE = "pay_component"  # whose names are those of the lines
OF_PERSONS = (PERSON_SERVICES, PERSON_POINTS, PERSON_MONEY)

Shown = Callable[[int], str]


def against_past(material: Material) -> Iterator[Finding]:
    """Compare a period's tables and sums with those of the last published periods.

    The sums are the run's; before there is one, its services are the rows that are to be priced.
    """
    if not material.past:
        return
    yield from _tables(material)
    if material.sums is not None:
        yield from _sums(material, material.sums)
    elif material.snapshot is not None:
        services = snapshot_services(material.snapshot)
        yield from _services(material, by_institution(services), of_staff(services))


def _tables(material: Material) -> Iterator[Finding]:
    if material.snapshot is None:
        return
    for table, rows in material.snapshot.table_rows.items():
        earlier = [past.rows[table] for past in material.past if table in past.rows]
        if is_far(rows.of_period, earlier, material.rules.threshold(TABLE_ROWS), TABLE_FLOOR):
            yield Finding(
                TABLE_ROWS, KINDS[TABLE_ROWS].severity, 1,
                say(
                    "table {table}: {n} rows of {period}; the last published periods had {earlier}",
                    table=word(table), n=f"{rows.of_period:,}", period=material.period,
                    earlier=joined(f"{each:,}" for each in earlier),
                ),
                remedy=say("See that the source holds the whole period, once."), subject=table,
            )  # fmt: skip


def _services(material: Material, of_places: Mapping[str, int], of_persons: Mapping[Person, int]) -> Iterator[Finding]:
    past = [each.sums for each in material.past]
    yield from _compared(
        material, INSTITUTION_SERVICES, of_places, [one.services for one in past], SERVICES_FLOOR, _whole
    )
    yield from _compared(
        material, PERSON_SERVICES, of_persons, [one.person_services for one in past], SERVICES_FLOOR, _whole,
        of_persons=True,
    )  # fmt: skip


def _sums(material: Material, now: RunSums) -> Iterator[Finding]:
    yield from _services(material, now.services, now.person_services)
    past = [each.sums for each in material.past]
    for kind, own, earlier, floor, shown, of_persons in (
        (INSTITUTION_POINTS, now.points, [one.points for one in past], POINTS_FLOOR, _points, False),
        (PERSON_POINTS, now.person_points, [one.person_points for one in past], POINTS_FLOOR, _points, True),
        (INSTITUTION_MONEY, now.money, [one.money for one in past], MONEY_FLOOR, yuan, False),
        (PERSON_MONEY, now.person_money, [one.person_money for one in past], MONEY_FLOOR, yuan, True),
        (COMPONENT_MONEY, now.component_money, [one.component_money for one in past], COMPONENT_FLOOR, yuan, False),
        (STATEMENT_MONEY, now.statements, [one.statements for one in past], MONEY_FLOOR, yuan, False),
    ):
        yield from _compared(material, kind, own, earlier, floor, shown, of_persons=of_persons)


def _compared(
    material: Material, kind: str, now: Mapping[Any, int], past: Sequence[Mapping[Any, int]], floor: int, shown: Shown,
    *, of_persons: bool = False,
) -> Iterator[Finding]:  # fmt: skip
    """Compare the figures of one kind, by institution, person or component.

    What an institution is paid is by institution and component. What was in none of the periods is new, and what is
    left out by a hold is not missing. A person without a figure is no finding here: `engaged_unpaid` tells of people
    who get nothing.
    """
    ratio = material.rules.threshold(kind)
    least = OF_A_PERSON if of_persons else 1
    keys = set(now)
    if not of_persons:
        held = material.held
        keys = {key for key in keys.union(*past) if (key[0] if isinstance(key, tuple) else key) not in held}
    far: list[tuple[Any, int, list[int]]] = []
    for key in sorted(keys):
        earlier = [each[key] for each in past if key in each]
        if len(earlier) >= least and is_far(now.get(key, 0), earlier, ratio, floor):
            far.append((key, now.get(key, 0), earlier))
    if far:
        first = [
            say(
                "{key}: {now}, before {earlier}",
                key=_named(material, kind, key), now=shown(value),
                earlier=joined(shown(each) for each in earlier[-3:]),
            )
            for key, value, earlier in far[:MOST_SHOWN]
        ]  # fmt: skip
        yield Finding(
            kind, KINDS[kind].severity, len(far), _what(kind, len(far)), tuple(first),
            say("Look at what changed: people, services, prices, or rows of another period."),
        )  # fmt: skip


def _named(material: Material, kind: str, key: Any) -> str:
    """Name a person before the institution, a component of a statement behind it."""
    if isinstance(key, tuple):
        if kind in OF_PERSONS:
            return " ".join(reversed(key))
        institution, component = key
        return f"{institution} {material.called(PAY_TABLE, component)}"
    return material.called(PAY_TABLE, str(key)) if kind == COMPONENT_MONEY else str(key)


def _what(kind: str, n: int) -> str:
    count = f"{n:,}"
    match kind:
        case "institution_services":
            return say("services of {n} institution(s) are far from the last published periods", n=count)
        case "person_services":
            return say("services of {n} person(s) are far from the last published periods", n=count)
        case "institution_points":
            return say("points of {n} institution(s) are far from the last published periods", n=count)
        case "person_points":
            return say("points of {n} person(s) are far from the last published periods", n=count)
        case "institution_money":
            return say("pay of {n} institution(s) is far from the last published periods", n=count)
        case "statement_money":
            return say("{n} sum(s) that institutions are paid are far from the last published periods", n=count)
        case "person_money":
            return say("pay of {n} person(s) is far from the last published periods", n=count)
        case _:
            return say("the sum of {n} component(s) of pay is far from the last published periods", n=count)


def _whole(value: int) -> str:
    return f"{value:,}"


def _points(value: int) -> str:
    return decimal_text(value, 6, least=0, grouped=True)
