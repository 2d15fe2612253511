"""Arrears and recoveries (补发追扣表): what payments pay beside a period's first pay.

    before: what was paid (or closed) of an amount until then     after: what is due by the revision in force
    after - before = difference = paid by this payment + carried

A row is an amount of a person (or an institution's statement) by period of origin, component and source of funding.
Where the period was not paid yet, it is what `pay` would pay now; where nothing was ever paid from the ledger, the
differences between the revisions of the year's periods.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from batch.payments.causes import PAY
from batch.payments.coverage import place_of
from batch.payments.settling import Key, in_order
from batch.payments.words import cause_word, state_word
from batch.reports.register import Names
from batch.reports.sheets.material import NoSheet, SheetMaterial, signatures, yuan_unit
from batch.reports.sheets.reported import sums_by
from batch.reports.sheets.sheet import FEN, Row, Sheet, SheetColumn, SheetGroup
from payengine.exact.amounts import yuan
from payengine.texts import joined, say

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa

    from batch.ledger import PaymentSheet, Publication
    from batch.payments.line import PaymentLine
    from payengine.periods import Period

_RETURNED = "returned"  # the step of a payment's transfer that came back


@dataclass(frozen=True)
class _Amount:
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
class _Block:
    heading: str
    amounts: Sequence[_Amount]


def make(material: SheetMaterial) -> Sheet | NoSheet:
    """Make the sheet; there is none where nothing but the period's first pay is paid."""
    blocks = [block for block in _blocks(material) if block.amounts]
    if not blocks:
        return NoSheet(say("nothing of an earlier period is paid or taken back, and no revision changes an amount"))
    others = material.readers.names([amount.key for block in blocks for amount in block.amounts])
    names = Names(
        {**others.institutions, **material.names.institutions}, {**others.staff, **material.names.staff},
        {**others.funding, **material.names.funding}, {**others.components, **material.labels},
    )  # fmt: skip
    return Sheet(
        name="arrears",
        tab=say("Arrears"),
        title=say("Arrears and recoveries"),
        columns=(
            SheetColumn(say("Code"), width=10),
            SheetColumn(say("Institution"), width=24),
            SheetColumn(say("Staff code"), width=10),
            SheetColumn(say("Name"), width=10),
            SheetColumn(say("Of period"), width=10),
            SheetColumn(say("Component"), width=24),
            SheetColumn(say("Funding"), width=18),
            SheetColumn(say("Amount before"), FEN, has_total=True),
            SheetColumn(say("Amount after"), FEN, has_total=True),
            SheetColumn(say("Difference"), FEN, has_total=True),
            SheetColumn(say("Paid (taken back below zero)"), FEN, has_total=True),
            SheetColumn(say("Carried forward"), FEN, has_total=True),
            SheetColumn(say("Cause"), width=16),
            SheetColumn(say("Revisions"), width=10),
            SheetColumn(say("Reason of the revision"), width=36),
        ),
        groups=lambda: [
            SheetGroup(block.heading, [_row(each, names) for each in block.amounts], has_subtotal=True)
            for block in blocks
        ],
        subtitle=material.subtitle,
        unit=yuan_unit(),
        notes=tuple(_notes(material)),
        signatures=signatures(),
    )


def _blocks(material: SheetMaterial) -> Iterator[_Block]:
    reasons = _reasons(material.readers.publications())
    payments = material.payments()
    if payments:
        for sheet in payments:
            yield _Block(_heading(sheet), _of_payment(sheet, material, reasons))
    elif material.readers.has_paid():
        due = material.readers.outstanding()
        if due is not None:
            heading = say("What a payment of {period} would pay now; none was made", period=material.meta.period)
            yield _Block(heading, _of_payment(due, material, reasons))
    else:
        yield from _between_revisions(material)


def _heading(sheet: PaymentSheet) -> str:
    record = sheet.record
    assert record is not None  # a payment that was made
    return say(
        "Payment {n} of {period}, pay date {day}, {state}",
        n=record.number, period=record.period, day=record.pay_date, state=state_word(record.state),
    )  # fmt: skip


# Payments.


def _of_payment(
    sheet: PaymentSheet, material: SheetMaterial, reasons: Mapping[tuple[str, int], str]
) -> Sequence[_Amount]:
    """List what a payment pays and carries, but for the period's own first pay."""
    period, of = material.meta.period, material.institution
    lines = {
        line.key: line
        for line in sheet.lines
        if (line.key.period != period or line.cause != PAY or sheet.carried.get(line.key))
        and of in ("", line.key.institution)
    }
    carried = {key: amount for key, amount in sheet.carried.items() if of in ("", key.institution)}
    keys = in_order({*lines, *carried})
    runs = {str(each["period"]): str(each["run"]) for each in sheet.details["publications"]}
    revisions = {str(each["period"]): int(each["revision"]) for each in sheet.details["publications"]}
    due = _due(keys, runs, material.readers.lines)
    back = _came_back(sheet)
    return [
        _amount(key, lines.get(key), carried.get(key, 0), due[key], revisions[str(key.period)], reasons, back)
        for key in keys
    ]


def _amount(
    key: Key, line: PaymentLine | None, carried: int, due: int, revision: int,
    reasons: Mapping[tuple[str, int], str], back: set[tuple[str, str]],
) -> _Amount:  # fmt: skip
    paid = 0 if line is None else line.amount_fen
    cause = say("carried") if line is None else cause_word(line.cause)
    if line is not None and (key.institution, key.staff) in back:
        cause = say("{cause}; the transfer came back", cause=cause)
    before = 0 if line is None else line.previous_revision
    told = [reasons.get((str(key.period), each), "") for each in range(max(before, 1) + 1, revision + 1)]
    return _Amount(
        key, due - paid - carried, due, paid, carried, cause,
        f"{before} → {revision}" if before and before != revision else str(revision),
        joined(text for text in told if text),
    )  # fmt: skip


def _came_back(sheet: PaymentSheet) -> set[tuple[str, str]]:
    steps = () if sheet.record is None else sheet.record.steps
    return {(step.institution, step.staff) for step in steps if step.action == _RETURNED}


def _due(keys: Iterable[Key], runs: Mapping[str, str], lines: Callable[[str], Sequence[pa.Table]]) -> dict[Key, int]:
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


# Revisions, where nothing was ever paid from the ledger.


def _between_revisions(material: SheetMaterial) -> Iterator[_Block]:
    """Compare each revision of the year's periods up to the run's with the one before it."""
    period, of = material.meta.period, material.institution
    made = [
        each
        for each in material.readers.publications()
        if each.revision > 1 and each.previous and each.period.year_start == period.year_start
        and place_of(each.period) <= place_of(period)
    ]  # fmt: skip
    for each in sorted(made, key=lambda one: (place_of(one.period), one.revision)):
        before, after = (
            _amounts(each.period, _only(tables, "institution", [of]) if of else tables)
            for tables in map(material.readers.lines, (each.previous or "", each.run))
        )
        changed = [key for key in in_order({*before, *after}) if before.get(key, 0) != after.get(key, 0)]
        heading = say(
            "{period}, revision {before} → {after}: {reason}",
            period=each.period, before=each.revision - 1, after=each.revision, reason=each.reason,
        )  # fmt: skip
        revisions = f"{each.revision - 1} → {each.revision}"
        yield _Block(heading, [
            _Amount(key, before.get(key, 0), after.get(key, 0), None, None,
                    cause_word("arrears" if after.get(key, 0) > before.get(key, 0) else "recovery"),
                    revisions, each.reason)
            for key in changed
        ])  # fmt: skip


def _reasons(publications: Iterable[Publication]) -> dict[tuple[str, int], str]:
    return {(str(each.period), each.revision): each.reason for each in publications}


# Rows and notes.


def _row(each: _Amount, names: Names) -> Row:
    key = each.key
    return (
        key.institution, names.institutions.get(key.institution) or None,
        key.staff or None, (names.staff.get(key.staff) or None) if key.staff else say("(the institution)"),
        str(key.period), names.components.get(key.component) or key.component,
        names.funding.get(key.funding) or key.funding,
        each.before_fen, each.after_fen, each.after_fen - each.before_fen, each.paid_fen, each.carried_fen,
        each.cause, each.revisions, each.reason or None,
    )  # fmt: skip


def _notes(material: SheetMaterial) -> Iterator[str]:
    yield say("Before: what was paid or closed until then. After: what is due by the revision named.")
    yield say("Carried: below zero, recovered by later payments; nobody is paid less than nothing.")
    limits = [dict(sheet.details.get("recovery_limit", {})) for sheet in material.payments()]
    for limit in {tuple(sorted(each.items())) for each in limits if each}:
        of = dict(limit)
        if "share_e4" in of:
            share = say(
                "{share} of what the person would get", share=f"{of['share_e4'] // 100}.{of['share_e4'] % 100:02} %"
            )
            yield say("A payment recovers at most {most}.", most=share)
        if "amount_fen" in of:
            yield say("A payment recovers at most {most}.", most=say("{amount} yuan", amount=yuan(of["amount_fen"])))
