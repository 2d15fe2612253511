"""Balances: what is due at the current revisions less what payments paid, by key.

The database adds up, so that only what differs is handed over. Whoever pays by it reads the rows of those periods, and
of the payments that paid something of them, again and compares them with the audit chain.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, and_, case, func, literal, or_, select, union_all

from batch.ledger.payment_chain import require_digest
from batch.ledger.payment_records import PAYMENT, RETURNED
from batch.ledger.payment_rows import header_of, is_effective, key_of, not_discarded
from batch.ledger.records import Publication
from batch.ledger.revisions import publications
from batch.ledger.schema import payment, payment_carried, payment_line, payment_step, run
from batch.ledger.stored_run import StoredRun
from batch.payments.coverage import covered
from batch.payments.settling import Key
from payengine.periods import Period

_LINES = ("pay_line", "statement_line")  # tables of runs that say what is due
_KEY = ("institution", "staff", "component", "funding")


@dataclass(frozen=True)
class Scope:
    """Publications that a payment covers, by period, oldest first, and whom each holds."""

    current: Mapping[Period, Publication]
    held: Mapping[Period, Collection[str]]


def scope_of(connection: Connection, period: Period | None, *, only: bool = False) -> Scope:
    """Find what a payment of a period covers; all that is published without one."""
    current = {made.period: made for made in publications(connection)}
    latest = max(current, key=lambda each: (each.next_first_day, each.days), default=None)
    asked = period or latest
    periods = [] if asked is None else covered(asked, current, only=only)
    holds = {row.id: row.holds for row in connection.execute(select(run.c.id, run.c.holds))}
    held = {each: set(json.loads(holds[current[each].run])) for each in periods}
    return Scope({each: current[each] for each in periods}, {each: of for each, of in held.items() if of})


def outstanding(connection: Connection, scope: Scope) -> dict[Key, int]:
    """List what is due less what was paid and closed, in fen, wherever it is not zero.

    A closed balance counts as far as there still is one, so that what is due again later is no new claim.
    Institutions that the current revision holds are left out.
    """
    found = {}
    for row in _differing(connection, scope):
        key = key_of(row)
        if key.institution in scope.held.get(key.period, ()):
            continue
        raw, closed = int(row.raw), int(row.closed)
        amount = raw - max(raw, closed) if raw < 0 else raw
        if amount:
            found[key] = amount
    return found


def origins(connection: Connection, scope: Scope) -> set[Period]:
    """Collect the periods of what is `outstanding`; the database adds up."""
    balance = balances(scope)
    if balance is None:
        return set()
    found = balance.subquery().c
    # What is closed is never above zero, so a balance below it is below zero.
    is_left = or_(found.raw > 0, found.raw < found.closed)
    rows = connection.execute(select(found.period, found.institution).where(is_left).distinct())
    places = ((Period.parse(period), institution) for period, institution in rows)
    return {period for period, institution in places if institution not in scope.held.get(period, ())}


def _differing(connection: Connection, scope: Scope) -> Iterator[Any]:
    balance = balances(scope)
    if balance is not None:
        yield from connection.execute(balance)


def balances(scope: Scope) -> Select[Any] | None:
    """Make the query of what is due less what was paid by key; None if nothing is published."""
    from batch.ledger.run_tables import RUN_TABLES

    runs = [made.run for made in scope.current.values()]
    periods = [str(period) for period in scope.current]
    if not runs:
        return None
    parts = []
    for name in _LINES:
        table = RUN_TABLES[name].table
        staff = table.c.staff if "staff" in table.c else literal("").label("staff")
        parts.append(
            select(
                run.c.period, table.c.institution, staff, table.c.component, table.c.funding,
                table.c.amount_fen.label("raw"), literal(0).label("closed"),
            ).join(run, run.c.key == table.c.run_key).where(run.c.id.in_(runs))
        )  # fmt: skip
    line = payment_line.c
    is_paid = payment.c.kind == PAYMENT
    parts.append(
        select(
            line.period, line.institution, line.staff, line.component, line.funding,
            case((is_paid, -line.amount_fen), else_=0).label("raw"),
            case((is_paid, 0), else_=line.amount_fen).label("closed"),
        ).join(payment, payment.c.number == line.payment).where(line.period.in_(periods), is_effective())
    )  # fmt: skip
    every = union_all(*parts).subquery()
    key = [every.c.period, *(every.c[name] for name in _KEY)]
    raw, closed = func.sum(every.c.raw).label("raw"), func.sum(every.c.closed).label("closed")
    return select(*key, raw, closed).group_by(*key).having(func.sum(every.c.raw) != 0)


def require_as_written(connection: Connection, scope: Scope, keys: Collection[Key]) -> None:
    """Raise `IntegrityBroken` unless the rows behind these keys are what the chain says.

    These are the pay and statement lines of their periods, and every payment with a line of those.
    """
    periods = sorted({key.period for key in keys})
    for period in periods:
        stored = StoredRun(connection, scope.current[period].run)
        for name in _LINES:
            for _ in stored.batches(name):  # which compares the rows with their digest after the last
                pass
    numbers = select(payment_line.c.payment).where(payment_line.c.period.in_([str(each) for each in periods]))
    for number in sorted(set(connection.execute(numbers.distinct()).scalars())):
        require_digest(connection, header_of(connection, number))


def listed(connection: Connection) -> dict[Key, int]:
    """List what the last payment that named a key carried of it.

    A payment that settled it carried nothing.
    """
    latest: dict[Key, tuple[int, int]] = {}
    rows = connection.execute(
        select(payment_carried).where(not_discarded(payment_carried.c.payment)).order_by(payment_carried.c.payment)
    )
    voided = _returned(connection)
    for row in rows:
        if (row.payment, row.institution, row.staff) not in voided:
            latest[key_of(row)] = row.payment, row.amount_fen
    same = and_(*(payment_carried.c[name] == payment_line.c[name] for name in ("period", *_KEY)))
    lines = select(payment_line).where(is_effective(), select(payment_carried.c.payment).where(same).exists())
    for row in connection.execute(lines):
        key = key_of(row)
        if key in latest and row.payment > latest[key][0]:
            latest[key] = row.payment, 0
    return {key: amount for key, (_, amount) in latest.items() if amount}


def _returned(connection: Connection) -> set[tuple[int, str, str]]:
    """List the transfers that came back: payment, institution, person."""
    step = payment_step.c
    rows = connection.execute(select(step.payment, step.institution, step.staff).where(step.action == RETURNED))
    return {(number, institution, staff) for number, institution, staff in rows}


def begun(connection: Connection) -> set[tuple[Period, str]]:
    """List the periods of which an institution has been paid anything."""
    line = payment_line.c
    query = select(line.period, line.institution).where(not_discarded(line.payment)).distinct()
    return {(Period.parse(period), institution) for period, institution in connection.execute(query)}


def last_returned(connection: Connection) -> set[tuple[Period, str, str]]:
    """List the persons whose last transfer of a period came back, and was not paid again since."""
    voided = _returned(connection)
    if not voided:
        return set()
    line = payment_line.c
    places = {(institution, staff) for _, institution, staff in voided}
    query = select(line.payment, line.period, line.institution, line.staff).where(
        not_discarded(line.payment), line.staff.in_(sorted({staff for _, staff in places}))
    )
    last: dict[tuple[Period, str, str], int] = {}
    for number, period, institution, staff in connection.execute(query.distinct()):
        place = Period.parse(period), institution, staff
        last[place] = max(last.get(place, 0), number)
    return {place for place, number in last.items() if (number, *place[1:]) in voided}


def previous_revisions(connection: Connection) -> dict[str, int]:
    """Tell by which revision of each period the last payment that covered it paid."""
    found: dict[str, int] = {}
    columns = select(payment.c.number, payment.c.details)
    query = columns.where(payment.c.kind == PAYMENT, not_discarded(payment.c.number)).order_by(payment.c.number)
    for number, details in connection.execute(query).all():
        try:
            told: Sequence[Mapping[str, Any]] = json.loads(details)["publications"]
            found |= {str(each["period"]): int(each["revision"]) for each in told}
        except (KeyError, TypeError, ValueError):
            require_digest(connection, header_of(connection, number))  # which they are not as written by
            raise
    return found
