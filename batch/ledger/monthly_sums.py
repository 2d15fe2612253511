"""Sums of a run's rows by institution, person and component.

One month is compared with others by them. The database adds them up, so that six months of a large county are read in
a moment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, case, distinct, func, select

from batch.ledger.schema import run

Person = tuple[str, str]  # institution, staff


@dataclass(frozen=True)
class RunSums:
    """Money in fen, services, and points in millionths of a run.

    By institution, by person there, and money by component too; what institutions are paid stands in `statements`.
    """

    money: Mapping[str, int]
    person_money: Mapping[Person, int]
    component_money: Mapping[str, int]
    services: Mapping[str, int]
    person_services: Mapping[Person, int]
    points: Mapping[str, int]
    person_points: Mapping[Person, int]
    statements: Mapping[tuple[str, str], int] = field(default_factory=dict)  # by institution and component


def services(connection: Connection, run_id: str) -> RunSums:
    """Add up the services of a run alone; all other figures are left empty."""
    from batch.ledger.run_tables import RUN_TABLES

    of_persons = _by_person(connection, run_id, RUN_TABLES["workload"].table, "services")
    return RunSums(
        money={}, person_money={}, component_money={}, services=by_institution(of_persons),
        person_services=of_staff(of_persons), points={}, person_points={},
    )  # fmt: skip


def sums(connection: Connection, run_id: str) -> RunSums:
    """Add up a run's pay lines, statement lines and workload."""
    from batch.ledger.bulk_rows import key_of
    from batch.ledger.run_tables import RUN_TABLES

    lines, work = RUN_TABLES["pay_line"].table, RUN_TABLES["workload"].table
    person_money = _by_person(connection, run_id, lines, "amount_fen")
    person_services = _by_person(connection, run_id, work, "services")
    person_points = _by_person(connection, run_id, work, "points_micro")
    query = select(lines.c.component, func.sum(lines.c.amount_fen)).where(lines.c.run_key == key_of(run_id))
    components = connection.execute(query.group_by(lines.c.component))
    paid = RUN_TABLES["statement_line"].table
    query = select(paid.c.institution, paid.c.component, func.sum(paid.c.amount_fen)).where(
        paid.c.run_key == key_of(run_id)
    )
    rows: Any = connection.execute(query.group_by(paid.c.institution, paid.c.component))
    return RunSums(
        money=by_institution(person_money),
        person_money=person_money,
        component_money={name: int(total) for name, total in components},
        services=by_institution(person_services),
        person_services=of_staff(person_services),
        points=by_institution(person_points),
        person_points=of_staff(person_points),
        statements={(institution, component): int(total) for institution, component, total in rows},
    )


def lost_components(connection: Connection, run_id: str, earlier: Sequence[str]) -> list[tuple[str, str, list[str]]]:
    """List who has a component in each of the earlier runs and nowhere in this one.

    As (component, staff, the institutions of its lines), sorted.
    """
    from batch.ledger.run_tables import RUN_TABLES

    lines = RUN_TABLES["pay_line"].table
    here = func.sum(case((run.c.id == run_id, 1), else_=0))
    query = (
        select(lines.c.component, lines.c.staff, func.min(lines.c.institution), func.max(lines.c.institution))
        .join(run, run.c.key == lines.c.run_key)
        .where(run.c.id.in_([run_id, *earlier]))
        .group_by(lines.c.component, lines.c.staff)
        .having(here == 0, func.count(distinct(lines.c.run_key)) == len(earlier))
    )
    return sorted((component, staff, [least, most]) for component, staff, least, most in connection.execute(query))


def by_institution(of_persons: Mapping[Person, int]) -> dict[str, int]:
    """Add up the figures of an institution's persons, and its own."""
    found: dict[str, int] = {}
    for (institution, _), value in of_persons.items():
        found[institution] = found.get(institution, 0) + value
    return found


def of_staff(of_persons: Mapping[Person, int]) -> dict[Person, int]:
    """Leave out an institution's own work, which is nobody's."""
    return {person: value for person, value in of_persons.items() if person[1]}


def _by_person(connection: Connection, run_id: str, table: Any, column: str) -> dict[Person, int]:
    from batch.ledger.bulk_rows import key_of

    query = select(table.c.institution, table.c.staff, func.sum(table.c[column])).where(
        table.c.run_key == key_of(run_id)
    )
    rows = connection.execute(query.group_by(table.c.institution, table.c.staff))
    return {(institution, staff): int(total) for institution, staff, total in rows}
