"""Sheets of a run: material from ledger and snapshot, workbooks written of it.

Decides no figure: what is not in the results comes from the run's snapshot, from other publications or from payments,
by the functions that read these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from batch.reports.sheets.catalogue import make_sheets, with_tab
from batch.reports.sheets.material import ItemLine, Readers, RejectedLine, SheetMaterial
from payengine.errors import Refused, UsageError
from payengine.periods import MONTH, Period, day_number
from payengine.texts import joined, say

if TYPE_CHECKING:
    from batch.findings.finding import Finding
    from batch.ledger import Ledger, PaymentSheet, RunRecord
    from batch.reports.register import Names
    from batch.reports.workbooks.workbook import BookFacts
    from batch.results import Results
    from batch.snapshot.snapshot import Snapshot
    from payengine.policy import Policy

DIGITS = 12  # of a run's id and of digests in a footer: any unique beginning of one is read
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Book:
    """Workbook that was written: rows by sheet, and why others are not in it."""

    file: Path
    rows: Mapping[str, int]
    absent: Mapping[str, str]


def material_of(
    record: RunRecord, results: Results, names: Names, snapshots: Path, ledger: Ledger
) -> SheetMaterial:  # fmt: skip
    """Gather the material of a run's sheets, for as long as the ledger is open.

    `IntegrityBroken` for a snapshot that is not what was frozen.
    """
    from batch.snapshot.snapshot import Snapshot

    snapshot = Snapshot.if_here(snapshots, record.period, record.snapshot)
    if snapshot is not None:
        snapshot.verify_values()
    policy = _policy(ledger, record)
    earlier = [one.period for one in ledger.runs()
               if one.current and one.period.kind == record.period.kind and one.period < record.period]  # fmt: skip
    readers = Readers(
        published=cache(partial(_published, ledger)),
        payments=cache(partial(_payments, ledger, record.period)),
        findings=cache(partial(_findings, record, snapshot, policy, snapshots, ledger)),
        items=_items(snapshot, results),
        rejected=_rejected(snapshot, results),
        person_months=cache(partial(_person_months, snapshot, record.period)),
    )
    return SheetMaterial(
        results, names, record.revision, record.current, snapshot, policy, max(earlier, default=None), readers
    )


def write_book(material: SheetMaterial, wanted: Sequence[str], file: Path, access: str) -> Book:
    """Write a run's sheets into one file; `UsageError` where it has none of those asked."""
    from batch.reports.workbooks.workbook import write_file

    sheets, absent = make_sheets(material, wanted)
    _give_memory_back()  # reading and checking took more than what is written now
    if not sheets:
        raise UsageError(
            say("run {run} has none of these sheets", run=material.meta.run_id[:DIGITS]),
            remedy=joined(say("{sheet}: {why}", sheet=with_tab(name), why=why) for name, why in absent.items()),
        )
    return Book(file, write_file(sheets, facts_of(material), file, access), absent)


def _give_memory_back() -> None:
    """Give the system back what Arrow keeps for later: writing makes Python objects instead."""
    import pyarrow as pa

    pa.default_memory_pool().release_unused()


def write_books(
    material: SheetMaterial, wanted: Sequence[str], targets: Mapping[str, Path], access: str, progress: Progress
) -> list[Book]:
    """Write a workbook for each institution into the file named for it."""
    books = []
    for number, (institution, file) in enumerate(targets.items(), 1):
        books.append(write_book(material.of(institution), wanted, file, access))
        progress(say("writing"), number, len(targets))
    return books


def institutions_of(results: Results) -> list[str]:
    """List the institutions of a run, by code."""
    from batch.reports.register import Names, register

    return [line.institution for line in register(results, Names()).lines]


def state_of(material: SheetMaterial) -> str:
    """Say whether the run is a draft, published, or was replaced since."""
    if material.is_draft:
        return say("draft")
    if material.is_current:
        return say("published, revision {n}", n=material.revision)
    return say("revision {n}, replaced since", n=material.revision)


def facts_of(material: SheetMaterial) -> BookFacts:
    """Make the facts of every page: run, digests, draft or revision, invented values."""
    from batch.reports.workbooks.workbook import BookFacts

    meta = material.meta
    footer = say(
        "{period}, run {run}, input {snapshot}, policy {policy}, {state}", period=meta.period,
        run=meta.run_id[:DIGITS], snapshot=meta.snapshot_digest[:DIGITS], policy=meta.policy_digest[:DIGITS],
        state=state_of(material),
    )  # fmt: skip
    marks = [say("Draft")] if material.is_draft else [] if material.is_current else [say("Replaced")]
    if meta.illustrative:
        marks.append(say("Illustrative values, not for paying"))
    title = " ".join((str(meta.period), meta.policy_title or meta.policy_code))
    return BookFacts(title, footer, meta.period.last_day, tuple(marks))


def _policy(ledger: Ledger, record: RunRecord) -> Policy | None:
    from payengine.policy import stored_policy

    try:
        return stored_policy(ledger.policy_text(record.policy))
    except Refused:
        return None


def _published(ledger: Ledger, period: Period) -> Results | None:
    found = ledger.current(period)
    return None if found is None else ledger.results(found.run)


def _payments(ledger: Ledger, period: Period) -> list[PaymentSheet]:
    from batch.ledger.payment_records import DISCARDED, PAYMENT

    listed = [one for one in ledger.payments() if one.kind == PAYMENT and one.state != DISCARDED]
    return [ledger.payment(one.number) for one in listed if one.period == str(period)]


def _findings(
    record: RunRecord, snapshot: Snapshot | None, policy: Policy | None, snapshots: Path, ledger: Ledger
) -> list[Finding] | None:
    from batch.check import check_run

    if snapshot is None or policy is None:
        return None
    return check_run(snapshot, record, snapshots, ledger, policy)


def _person_months(snapshot: Snapshot | None, period: Period) -> dict[str, int] | None:
    from batch.inputs.person_months import PersonMonths

    if snapshot is None or period.kind != MONTH:
        return None
    months = PersonMonths(snapshot.coding).of(period)
    found: dict[str, int] = {}
    for institution, amount in zip(
        snapshot.coding.engagements["institution"].to_pylist(), months.tolist(), strict=True
    ):
        found[institution] = found.get(institution, 0) + amount
    return found


def _items(snapshot: Snapshot | None, results: Results) -> Callable[[str], Iterable[ItemLine] | None]:
    """Read paid work by item: one pass over the records, whichever institutions are asked for."""
    if snapshot is None:
        return lambda institution: None
    from batch.explain.item_totals import item_totals

    totals = cache(partial(item_totals, snapshot, tuple(results.meta.holds)))

    def items(institution: str) -> Iterator[ItemLine]:
        for one in totals().of(institution):
            yield ItemLine(
                one.institution, one.staff, "" if one.engaged_from is None else str(one.engaged_from), one.category,
                one.item, one.item_name, one.equivalents, one.difficulty, one.services, one.refunds, one.quantity,
                one.points,
            )  # fmt: skip

    return items


def _rejected(snapshot: Snapshot | None, results: Results) -> Callable[[str], Iterable[RejectedLine]]:
    """List the rejections with what the snapshot tells of each, by institution and staff."""
    listed = cache(partial(_rejections, snapshot, results))
    return lambda institution: listed().get(institution, []) if institution else chain(*listed().values())


def _rejections(snapshot: Snapshot | None, results: Results) -> dict[str, list[RejectedLine]]:
    from batch.explain.item_totals import RejectedRow, rejected_rows

    known: dict[tuple[str, str, str, str], list[RejectedRow]] = {}
    names: dict[str, str] = {}
    if snapshot is not None:
        known, rows = rejected_rows(snapshot), snapshot.coding.item_rows
        names = dict(zip(rows["code"].to_pylist(), rows["name"].to_pylist(), strict=True))
    nothing = RejectedRow("", None, None)
    order = [(name, "ascending") for name in ("institution", "staff", "record_id", "copy")]
    found: dict[str, list[RejectedLine]] = {}
    for row in results.rejections.sort_by(order).to_pylist():
        told = known.get((row["record_id"], row["staff"], row["institution"], row["reason"]))
        one = told.pop(0) if told else nothing
        found.setdefault(row["institution"], []).append(RejectedLine(
            row["record_id"], row["staff"], row["institution"], one.item, names.get(one.item, ""),
            None if one.day is None else day_number(one.day), one.quantity, row["reason"],
        ))  # fmt: skip
    return found
