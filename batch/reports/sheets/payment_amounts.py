"""Amounts that a payment pays beside a period's first pay: before, after, cause.

before: what was paid (or closed) of an amount until then     after: what is due by the revision in force
after - before = difference = paid by this payment + carried
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from batch.payments.causes import PAY
from batch.payments.coverage import place_of
from batch.payments.settling import Key, in_order
from batch.payments.words import cause_word
from batch.reports.sheets.reported import sums_by
from payengine.periods import Period
from payengine.texts import joined, say

if TYPE_CHECKING:
    import pyarrow as pa

    from batch.ledger import PaymentSheet, Publication
    from batch.payments.line import PaymentLine

RETURNED = "returned"  # the step of a payment's transfer that came back
Lines = Callable[[str], Sequence["pa.Table"]]  # a run's tables of pay and statements, by its id
Reasons = Mapping[tuple[str, int], str]  # of publications, by period and revision


@dataclass(frozen=True)
class PaymentAmount:
    """Amount of a key before and after; paid and carried of it, None without a payment."""

    key: Key
    before_fen: int
    after_fen: int
    paid_fen: int | None
    carried_fen: int | None
    cause: str
    revisions: str
    reason: str


@dataclass(frozen=True)
class FirstPay:
    """First pay of a whole earlier period, which is no arrears: its lines, and their sum."""

    period: Period
    lines: int
    amount_fen: int


@dataclass(frozen=True)
class PaymentBlock:
    """Amounts of a payment, or of a revision, under a heading."""

    heading: str
    amounts: Sequence[PaymentAmount]
    first_pays: Sequence[FirstPay] = field(default=())


def of_payment(
    heading: str, sheet: PaymentSheet, period: Period, institution: str, lines: Lines, reasons: Reasons
) -> PaymentBlock:
    """List what a payment of `period` pays and carries, at one institution or ('') all.

    Neither the period's own first pay is listed, nor that of a whole earlier period: an institution whose first pay
    comes later than others' is.
    """
    runs = {str(each["period"]): str(each["run"]) for each in sheet.details["publications"]}
    revisions = {str(each["period"]): int(each["revision"]) for each in sheet.details["publications"]}
    whole = set(_first_paid(sheet, period, runs, lines))
    chosen: dict[Key, PaymentLine] = {}
    first: dict[Period, list[int]] = {}
    for line in sheet.lines:
        key = line.key
        if institution not in ("", key.institution):
            continue
        is_first = line.cause == PAY and (key.period == period or key.period in whole)
        if not is_first or key in sheet.carried:
            chosen[key] = line
        elif key.period != period:
            first.setdefault(key.period, []).append(line.amount_fen)
    carried = {key: amount for key, amount in sheet.carried.items() if institution in ("", key.institution)}
    keys = in_order({*chosen, *carried})
    due, back = _due(keys, runs, lines), _came_back(sheet)
    amounts = [
        _amount(key, chosen.get(key), carried.get(key, 0), due[key], revisions[str(key.period)], reasons, back)
        for key in keys
    ]
    pays = [
        FirstPay(each, len(paid), sum(paid)) for each, paid in sorted(first.items(), key=lambda one: place_of(one[0]))
    ]
    return PaymentBlock(heading, amounts, pays)


def _first_paid(sheet: PaymentSheet, period: Period, runs: Mapping[str, str], lines: Lines) -> Iterator[Period]:
    """Find the earlier periods that a payment is the first to pay: all their institutions."""
    paid: dict[Period, set[str]] = {}
    for line in sheet.lines:
        if line.cause == PAY and line.key.period != period:
            paid.setdefault(line.key.period, set()).add(line.key.institution)
    for each, institutions in paid.items():
        due = {code for table in lines(runs[str(each)]) for code in table["institution"].unique().to_pylist()}
        if due <= institutions | set(sheet.details.get("held", {}).get(str(each), ())):
            yield each


def _amount(
    key: Key, line: PaymentLine | None, carried: int, due: int, revision: int, reasons: Reasons,
    back: Collection[tuple[str, str]],
) -> PaymentAmount:  # fmt: skip
    paid = 0 if line is None else line.amount_fen
    cause = say("carried") if line is None else cause_word(line.cause)
    if line is not None and (key.institution, key.staff) in back:
        cause = say("{cause}; the transfer came back", cause=cause)
    before = 0 if line is None else line.previous_revision
    told = [reasons.get((str(key.period), each), "") for each in range(max(before, 1) + 1, revision + 1)]
    revisions = f"{before} → {revision}" if before and before != revision else str(revision)
    reason = joined(text for text in told if text)
    return PaymentAmount(key, due - paid - carried, due, paid, carried, cause, revisions, reason)


def _came_back(sheet: PaymentSheet) -> set[tuple[str, str]]:
    steps = () if sheet.record is None else sheet.record.steps
    return {(step.institution, step.staff) for step in steps if step.action == RETURNED}


def _due(keys: Iterable[Key], runs: Mapping[str, str], lines: Lines) -> dict[Key, int]:
    """Add up what runs say is due of each key, in fen; `runs` are their ids by period."""
    of_periods: dict[Period, set[Key]] = {}
    for key in keys:
        of_periods.setdefault(key.period, set()).add(key)
    due: dict[Key, int] = {}
    for period, wanted in of_periods.items():
        tables = _only(lines(runs[str(period)]), "institution", {key.institution for key in wanted})
        found = _amounts(period, _only(tables, "staff", {key.staff for key in wanted}))
        due |= {key: found.get(key, 0) for key in wanted}
    return due


def _only(tables: Sequence[pa.Table], column: str, codes: Iterable[str]) -> Sequence[pa.Table]:
    """Select the rows with one of these codes; a table without the column keeps its rows."""
    import pyarrow as pa
    import pyarrow.compute as pc

    wanted = pa.array(sorted(codes), pa.string())
    return [each.filter(pc.is_in(each[column], wanted)) if column in each.column_names else each for each in tables]


def _amounts(period: Period, tables: Sequence[pa.Table]) -> dict[Key, int]:
    """Add up a run's lines by key, in fen."""
    found: dict[Key, int] = {}
    for table in tables:
        of_persons = "staff" in table.column_names
        by = ("institution", *(("staff",) if of_persons else ()), "component", "funding")
        for codes, amount in sums_by(table, by, "amount_fen").items():
            institution, *staff, component, funding = codes
            found[Key(period, institution, "".join(staff), component, funding)] = amount
    return found


def of_revisions(
    publications: Iterable[Publication], period: Period, institution: str, lines: Lines
) -> Iterator[PaymentBlock]:
    """Compare each revision of the year's periods up to `period` with the one before it."""
    made = [
        each
        for each in publications
        if each.revision > 1
        and each.previous
        and each.period.year_start == period.year_start
        and place_of(each.period) <= place_of(period)
    ]
    for each in sorted(made, key=lambda one: (place_of(one.period), one.revision)):
        before, after = (
            _amounts(each.period, _only(tables, "institution", [institution]) if institution else tables)
            for tables in map(lines, (each.previous or "", each.run))
        )
        revisions = f"{each.revision - 1} → {each.revision}"
        amounts = [
            PaymentAmount(
                key, before.get(key, 0), after.get(key, 0), None, None,
                cause_word("arrears" if after.get(key, 0) > before.get(key, 0) else "recovery"), revisions, each.reason,
            )
            for key in in_order({*before, *after})
            if before.get(key, 0) != after.get(key, 0)
        ]  # fmt: skip
        heading = say(
            "{period}, revision {before} → {after}: {reason}",
            period=each.period, before=each.revision - 1, after=each.revision, reason=each.reason,
        )  # fmt: skip
        yield PaymentBlock(heading, amounts)
