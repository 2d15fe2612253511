"""Codes that are written as names on the command line: each command looks them up here.

    institution, staff = in_run(session, run, institution, staff)

Names are those of the snapshot that is meant. Where it is not here, or not as it was frozen, words stay as they are.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from batch.cli.run_options import holds_of
from batch.cli.session import SHORT
from payengine.characters import escaped
from payengine.errors import PayengineError
from payengine.texts import joined, say

if TYPE_CHECKING:
    from batch.cli.session import Session
    from batch.ledger import PaymentSheet
    from batch.reports.code_lookup import CodeLookup, NameBook, Places
    from payengine.periods import Period

Frozen = tuple["Period", str]  # a period and the digest of its snapshot


def in_run(session: Session, run: str, institution: str | None, staff: str | None) -> tuple[str | None, str | None]:
    """Read the codes of --institution and --staff in a run; what is not given stays so."""
    return both(of_run(session, run), institution, staff) if institution or staff else (institution, staff)


def run_meant(session: Session, run: str) -> None:
    """Tell on stderr if a period means its staged run, as it is not published."""
    from payengine.periods import Period

    if Period.find(run) is not None:
        with session.workspace().ledger(needed=True) as ledger:
            record = ledger.run(run)
        if not record.current:
            tell(say("{period} is not published: its staged run {run} is meant", period=run, run=record.id[:SHORT]))


def both(lookup: CodeLookup, institution: str | None, staff: str | None) -> tuple[str | None, str | None]:
    """Read the codes of an institution and of a person there; what is not given stays so."""
    at = lookup.institution(institution) if institution else institution
    return at, lookup.person(staff, at) if staff else staff


def of_run(session: Session, run: str) -> CodeLookup:
    """Look up in the snapshot of a run, which is named as every command names it."""
    with session.workspace().ledger(needed=True) as ledger:
        record = ledger.run(run)
    return _lookup(session, lambda: [(record.period, record.snapshot)], str(record.period))


def of_period(session: Session, period: str, snapshot: str = "") -> CodeLookup:
    """Look up in a period's newest snapshot, or in the one whose digest begins so."""

    def frozen() -> list[Frozen]:
        from batch.snapshot.snapshot import find_snapshot
        from batch.workspace import as_period

        whole = as_period(period)
        return [(whole, find_snapshot(session.workspace().snapshots, whole, snapshot).digest)]

    return _lookup(session, frozen, period)


def of_published(session: Session, periods: Iterable[str] = ()) -> CodeLookup:
    """Look up in the snapshots of what is published within periods, the newest first.

    Without periods everything published is meant.
    """
    named = list(periods)

    def frozen() -> list[Frozen]:
        from batch.workspace import as_period

        within = [as_period(each) for each in named]
        with session.workspace().ledger(needed=True) as ledger:
            records = sorted((one for one in ledger.runs() if one.current), key=lambda one: one.period, reverse=True)
        return [
            (one.period, one.snapshot) for one in records
            if not within or any(each.first_day <= one.period.first_day and one.period.next_first_day
                                 <= each.next_first_day for each in within)
        ]  # fmt: skip

    return _lookup(session, frozen, joined(named) or say("what is published"))


def of_payment(session: Session, sheet: PaymentSheet, number: int) -> CodeLookup:
    """Look up among those whom a payment pays or carries."""
    keys = [*(line.key for line in sheet.lines), *sheet.carried]
    staff, institutions = {key.staff for key in keys}, {key.institution for key in keys}

    def of_payment(book: NameBook) -> NameBook:
        return replace(
            book,
            staff={code: name for code, name in book.staff.items() if code in staff},
            institutions={code: name for code, name in book.institutions.items() if code in institutions},
        )

    periods = sorted({str(key.period) for key in keys})
    found = of_published(session, periods)
    return replace(found, books=lambda: map(of_payment, found.books()), where=say("payment {number}", number=number))


def holds(lookup: CodeLookup, given: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """Read institutions to hold, by code or name, with their reasons."""
    return holds_of(tuple((lookup.institution(word), reason) for word, reason in given))


def tell(line: str) -> None:
    """Say on stderr which code a name means."""
    print(escaped(line), file=sys.stderr)


def _lookup(session: Session, frozen: Callable[[], Iterable[Frozen]], where: str) -> CodeLookup:
    from batch.reports.code_lookup import CodeLookup

    read: dict[Frozen, NameBook] = {}

    def books() -> Iterator[NameBook]:
        with suppress(PayengineError):  # whoever uses the word finds the same fault, and tells it
            for each in frozen():
                if each not in read:
                    read[each] = _book(session, *each)
                yield read[each]

    return CodeLookup(books, where, tell)


def _book(session: Session, period: Period, digest: str) -> NameBook:
    from batch.reports.code_lookup import NameBook

    workspace = session.workspace()
    try:
        names = workspace.names(period, digest)
    except PayengineError:
        return NameBook()

    def places(codes: Collection[str]) -> Places:
        from batch.reports.held_places import engagements_of
        from batch.snapshot.snapshot import Snapshot

        if not (workspace.snapshots / str(period) / digest).is_dir():
            return {}
        tables = Snapshot.stored(workspace.snapshots, period, digest)
        tables.verify_tables("engagement")
        return engagements_of(period, codes, tables.table("engagement"))

    return NameBook(names.institutions, names.staff, places)
