"""Activity in a ledger, from the audit chain and the log of accesses: who did what."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from batch.ledger import access_log, audit
from batch.ledger.column_types import is_storable
from batch.ledger.records import Access, AuditEntry
from batch.ledger.schema import RUN_TABLES, payment, payment_carried, payment_line, run
from batch.payments.words import state_word
from payengine.errors import UsageError
from payengine.suggest import hint
from payengine.texts import in_quotes, joined, say, translated


@dataclass(frozen=True)
class Activity:
    """One thing that somebody did.

    `number` counts the entries of the audit chain, or of the log of accesses where `is_access`. `before` and `after`
    are the run that was replaced and the run that was made, or what a step signed; `head_before` and `head_after` the
    heads of the chain around it. `payment` is the number of one (0: none). '' stands where something does not apply.
    `facts` is all that the entry says.
    """

    at: str
    by: str
    action: str
    number: int
    is_access: bool
    period: str
    run: str
    institution: str
    staff: str
    before: str
    after: str
    head_before: str
    head_after: str
    document: str
    reason: str
    detail: str
    payment: int
    facts: dict[str, Any]


@dataclass(frozen=True)
class Wanted:
    """Activity that is asked for; '' and None ask for everything.

    `staff` and `institution` mean what was done with runs and payments that hold them, and who looked at them; `period`
    also means payments of it; `run` is a whole id; `user` a name, with or without its machine; `since` and `until` are
    days in UTC, both included.
    """

    staff: str = ""
    institution: str = ""
    period: str = ""
    run: str = ""
    user: str = ""
    action: str = ""
    since: date | None = None
    until: date | None = None


def activities(connection: Connection, wanted: Wanted) -> list[Activity]:
    """List what was done, by time; `UsageError` for an action that nobody has done."""
    paid = {row.number: row.period for row in connection.execute(select(payment.c.number, payment.c.period))}
    links = (_of_link(link, paid) for link in audit.entries(connection))
    looks = map(_of_access, access_log.read(connection))
    found = sorted((*links, *looks), key=lambda one: (one.at, one.is_access, one.number))
    actions = sorted({one.action for one in found})
    if wanted.action and wanted.action not in actions:
        raise UsageError(
            say("no entry has the action {action}", action=in_quotes(wanted.action)) + hint(wanted.action, actions),
            remedy=say("There are: {actions}", actions=joined(actions)),
        )
    holding = {
        axis: _runs_with(connection, axis, code) | _payments_with(connection, axis, code)
        for axis, code in (("staff", wanted.staff), ("institution", wanted.institution))
        if code
    }
    of_period = _payments_with(connection, "period", wanted.period) if wanted.period else set()
    return [
        one
        for one in found
        if _is_asked(one, wanted, of_period)
        and all(_concerns(one, axis, getattr(wanted, axis), holding[axis]) for axis in holding)
    ]


def _is_asked(one: Activity, wanted: Wanted, of_period: Container[str | int]) -> bool:
    return (
        (wanted.period in ("", one.period) or one.payment in of_period)
        and wanted.run in ("", one.run)
        and wanted.user in ("", one.by, one.by.rpartition("@")[0])
        and wanted.action in ("", one.action)
        and (wanted.since is None or one.at[:10] >= wanted.since.isoformat())
        and (wanted.until is None or one.at[:10] <= wanted.until.isoformat())
    )


def _concerns(one: Activity, axis: str, code: str, holding: Container[str | int]) -> bool:
    """Tell if something is of a person or an institution, or of what holds them."""
    named = getattr(one, axis)
    return bool(named == code or (not named and (one.run in holding or one.payment in holding)))


def _payments_with(connection: Connection, axis: str, value: str) -> set[str | int]:
    """Find the payments with a line of a person, an institution or a period."""
    found: set[str | int] = set()
    if is_storable(value):
        for table in (payment_line, payment_carried):
            found.update(connection.execute(select(table.c.payment).where(table.c[axis] == value).distinct()).scalars())
    return found


def _runs_with(connection: Connection, axis: str, code: str) -> set[str | int]:
    """Find the runs that hold rows of a person or an institution."""
    found: set[str | int] = set()
    if not is_storable(code):
        return found
    for table in RUN_TABLES.values():
        if axis in table.c:
            own = select(table.c.run_key).where(table.c[axis] == code).distinct()
            found.update(connection.execute(select(run.c.id).where(run.c.key.in_(own))).scalars())
    return found


def _of_link(link: AuditEntry, paid: Mapping[int, str]) -> Activity:
    facts = audit.facts(link)
    number = facts["payment"] if isinstance(facts.get("payment"), int) else 0
    run, signed = _text(facts, "run"), _text(facts, "digest")
    return Activity(
        at=_text(facts, "at"), by=_text(facts, "by"), action=_text(facts, "action"), number=link.number,
        is_access=False, period=_text(facts, "period") or paid.get(number, ""), run=run,
        institution=_text(facts, "institution"), staff=_text(facts, "staff"), before=_text(facts, "previous"),
        after=signed or run, head_before=link.previous, head_after=link.hash,
        document=_text(facts, "document"), reason=_text(facts, "reason"), detail="; ".join(_details(facts)),
        payment=number, facts=facts,
    )  # fmt: skip


def _details(facts: dict[str, Any]) -> Iterator[str]:
    if facts.get("payment"):
        yield say("payment {n}: {step}", n=facts["payment"], step=state_word(_text(facts, "step")))
    if facts.get("revision"):
        yield say("revision {n}", n=facts["revision"])
    if facts.get("days"):
        yield say("{n} day(s)", n=facts["days"])
    if facts.get("answers"):
        yield say("to objection {n}", n=facts["answers"])
    if isinstance(facts.get("link"), str):
        yield say("link {id}", id=facts["link"])
    if isinstance(facts.get("until"), str):
        yield say("until the end of {day}", day=facts["until"])
    if facts.get("version"):
        yield say("schema version {n}: {about}", n=facts["version"], about=translated(str(facts.get("about", ""))))


def _of_access(one: Access) -> Activity:
    seen = one.object
    return Activity(
        at=one.accessed_at, by=one.accessed_by, action=one.action, number=one.number, is_access=True,
        period=seen.period, run=seen.run, institution=seen.institution, staff=seen.staff, before="", after="",
        head_before="", head_after="", document="", reason="", detail=seen.detail, payment=0, facts={},
    )  # fmt: skip


def _text(facts: dict[str, Any], name: str) -> str:
    value = facts.get(name)
    return value if isinstance(value, str) else ""
