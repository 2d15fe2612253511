"""Payments as they are printed, and as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from batch.cli.views.code_words import coded, funding_words
from batch.cli.views.heading import held_lines, illustrative_line
from batch.cli.views.tables import Sheet, figure, name, word
from batch.payments.words import cause_word, state_word
from payengine.exact.amounts import decimal_text, yuan
from payengine.texts import joined, say

if TYPE_CHECKING:
    from rich.console import RenderableType

    from batch.ledger import PaymentRecord, PaymentSheet
    from batch.pay import Paid
    from batch.payments.line import PaymentLine
    from batch.payments.settling import Key
    from batch.reports.held_places import HeldPlace
    from batch.reports.register import Names

MOST_LISTED = 20  # lines or persons of a list; the rest is counted, and stands in full in the JSON and the export
_FEN, _RATE = 2, 4


# --- JSON --------------------------------------------------------------------------------------------------------


def key_json(key: Key, amount: int) -> dict[str, Any]:
    """Describe an amount with its key."""
    return {**key._asdict(), "period": str(key.period), "amount_fen": amount}


def record_json(record: PaymentRecord) -> dict[str, Any]:
    """Describe a payment without its lines."""
    return {
        "payment": record.number, "kind": record.kind, "state": record.state, "period": record.period,
        "scope": record.scope, "pay_date": record.pay_date, "persons": record.persons,
        "institutions": record.institutions, "paid_fen": record.paid_fen, "returned_fen": record.returned_fen,
        "carried_fen": record.carried_fen, "reason": record.reason, "digest": record.digest,
        "made_at": record.made_at, "made_by": record.made_by, "details": dict(record.details),
        "steps": [vars(step) for step in record.steps],
    }  # fmt: skip


def sheet_json(sheet: PaymentSheet, staff: str = "") -> dict[str, Any]:
    """Describe a payment with its lines and what it carries (of one person)."""
    lines = [
        {
            **key_json(line.key, line.amount_fen), "revision": line.revision,
            "previous_revision": line.previous_revision, "cause": line.cause,
        }
        for line in sheet.lines
        if staff in ("", line.key.staff)
    ]  # fmt: skip
    carried = [key_json(key, amount) for key, amount in sheet.carried.items() if staff in ("", key.staff)]
    record = {} if sheet.record is None else record_json(sheet.record)
    return {**record, "lines": lines, "carried": carried}


def paid_json(done: Paid, only: bool, dry_run: bool, held: Sequence[HeldPlace]) -> dict[str, Any]:
    """Describe the outcome of `pay`; `payment` is null where none was written."""
    told = sheet_json(done.sheet)
    return {
        "payment": None, "period": str(done.period), "scope": "only" if only else "earlier",
        "pay_date": str(done.pay_date), "dry_run": dry_run, "details": dict(done.sheet.details), **told,
        "stale": {str(period): list(revised) for period, revised in done.stale.revised.items()},
        "lacking": {str(period): list(added) for period, added in done.stale.lacking.items()},
        "unseen": [str(period) for period in done.stale.unseen], "illustrative": done.illustrative,
        "held_elsewhere": [one.as_json() for one in held],
    }  # fmt: skip


# --- text --------------------------------------------------------------------------------------------------------


def paid_parts(done: Paid, names: Names, only: bool, dry_run: bool, held: Sequence[HeldPlace]) -> list[RenderableType]:
    """Print the outcome of `pay`: sums by origin and cause, what is carried, what was told."""
    from batch.pay import why_stale

    record = done.sheet.record
    covers = _covered(str(done.period), only)
    if dry_run:
        parts: list[RenderableType] = [say("Nothing was written: {covers} would be paid so", covers=covers)]
    elif record is None:
        parts = [say("Nothing to pay: of {covers} everything due is paid, or carried", covers=covers)]
    else:
        parts = [say("Payment {number}, {state}: {covers}, pay date {day}", number=record.number,
                     state=state_word(record.state), covers=covers, day=done.pay_date)]  # fmt: skip
    if done.illustrative:
        parts.append(illustrative_line())
    parts += [*_sums_parts(done.sheet), *_limit_parts(done.sheet), *_held_parts(done.sheet, held)]
    parts += _below_parts(done.sheet.carried, names)
    for period in done.stale.periods:
        parts += ["", say("{period} is stale:", period=period), *(f"  {why}" for why in why_stale(done.stale, period))]
    if done.stale.unseen:
        parts += ["", say("Nobody can tell if {periods} is stale: the snapshot is not here",
                          periods=joined([str(period) for period in done.stale.unseen]))]  # fmt: skip
    return parts


def _sums_parts(sheet: PaymentSheet) -> list[RenderableType]:
    """Print a payment's lines added up by period of origin, revisions and cause."""
    if not sheet.lines:
        return []
    groups: dict[tuple[str, str, str, str], list[PaymentLine]] = {}
    for line in sorted(sheet.lines, key=lambda line: (line.key.period, line.cause != "pay", line.cause)):
        change = _revisions(line)
        what = say("pay of persons") if line.key.staff else say("statements")
        groups.setdefault((str(line.key.period), change, cause_word(line.cause), what), []).append(line)
    rows = [
        [
            *group, f"{len({(line.key.institution, line.key.staff) for line in lines}):,}",
            yuan(sum(line.amount_fen for line in lines)),
        ]
        for group, lines in groups.items()
    ]  # fmt: skip
    total = yuan(sum(line.amount_fen for line in sheet.lines))
    rows.append([say("Total"), "", "", "", "", total])
    heads = [
        word(say("Of period"), key=True), word(say("Revision")), word(say("Cause")), word(say("What")),
        figure(say("Number")), figure(say("Yuan")),
    ]  # fmt: skip
    return ["", Sheet(heads, rows, totals=1)]


def _revisions(line: PaymentLine) -> str:
    """Write by which revision a line is due, behind the one that was paid before."""
    before = line.previous_revision
    return f"{before} -> {line.revision}" if before not in (0, line.revision) else str(line.revision)


def next_parts(number: int, action: str, users: Sequence[str], line: Callable[[str], str]) -> list[RenderableType]:
    """Name the command of a payment's next step, and who may not do it."""
    words = {
        "approved": f"payment approve {number}",
        "exported": f"payment export {number} -o FILE.csv",
        "paid": f"payment paid {number}",
    }.get(action)
    if words is None:
        return []
    if not users:
        return ["", say("Next: {command}", command=line(words))]
    return ["", say("Next, by another person than {users}: {command}", users=joined(list(users)), command=line(words))]


def _limit_parts(sheet: PaymentSheet) -> list[RenderableType]:
    limit = sheet.details.get("recovery_limit") or {}
    if "share_e4" in limit:
        most = say("{share} of what a person would get", share=f"{decimal_text(limit['share_e4'] * 100, _RATE, 2)} %")
    elif "amount_fen" in limit:
        most = say("{amount} yuan a person", amount=yuan(limit["amount_fen"]))
    else:
        return []
    return ["", say("Carried balances are recovered up to {most}.", most=most)]


def _held_parts(sheet: PaymentSheet, people: Sequence[HeldPlace]) -> list[RenderableType]:
    """Tell which institutions are left out as held, and who is paid elsewhere only."""
    held: Mapping[str, Sequence[str]] = sheet.details.get("held") or {}
    parts: list[RenderableType] = []
    for period, places in held.items():
        parts.append(
            say("Held in {period}, neither paid nor recovered: {places}", period=period, places=joined(places))
        )
        parts += _paid_elsewhere([one for one in people if str(one.period) == period])
    return parts


def _paid_elsewhere(people: Sequence[HeldPlace]) -> list[RenderableType]:
    """List who is engaged at a held institution, and has lines of another one in this payment."""
    told: list[RenderableType] = [
        say("  {staff} is engaged there too ({institution}); this payment has only what is due elsewhere",
            staff=one.staff, institution=one.institution)
        for one in people[:MOST_LISTED]
    ]  # fmt: skip
    more = len(people) - MOST_LISTED
    return [*told, *([say("  ... and {n} more", n=more)] if more > 0 else [])]


def _below_parts(carried: Mapping[Key, int], names: Names) -> list[RenderableType]:
    """List who is carried with a balance below zero, by person and institution."""
    if not carried:
        return []
    people: dict[tuple[str, str], dict[str, int]] = {}
    for key, amount in carried.items():
        of = people.setdefault((key.institution, key.staff), {})
        of[str(key.period)] = of.get(str(key.period), 0) + amount
    rows = [
        [
            institution, staff or say("(statement)"), names.staff.get(staff, ""), joined(periods),
            yuan(sum(periods.values())),
        ]
        for (institution, staff), periods in list(people.items())[:MOST_LISTED]
    ]  # fmt: skip
    heads = [
        word(say("Institution"), key=True), word(say("Staff"), key=True), name(say("Name")), word(say("Of periods")),
        figure(say("Yuan")),
    ]  # fmt: skip
    more = len(people) - MOST_LISTED
    return [
        "", say("Carried, to be recovered by later payments: {n} balance(s), {amount} yuan",
                n=f"{len(people):,}", amount=yuan(sum(carried.values()))),
        Sheet(heads, rows, indent="  ").without_empty(),
        *([say("  ... and {n} more", n=more)] if more > 0 else []),
    ]  # fmt: skip


def carried_parts(carried: Mapping[Key, int], names: Names) -> list[RenderableType]:
    """Print all carried balances by key."""
    if not carried:
        return [say("Nobody is carried with a balance below zero.")]
    heads = [
        word(say("Institution"), key=True), word(say("Staff"), key=True), name(say("Name")), word(say("Of period")),
        word(say("Component")), word(say("Funded by")), figure(say("Yuan")),
    ]  # fmt: skip
    rows = [
        [
            key.institution, key.staff or say("(statement)"), names.staff.get(key.staff, ""), str(key.period),
            *_line_words(key, names), yuan(amount),
        ]
        for key, amount in carried.items()
    ]  # fmt: skip
    rows.append([say("Total"), "", "", "", "", "", yuan(sum(carried.values()))])
    return [Sheet(heads, rows, totals=1)]


def _line_words(key: Key, names: Names) -> tuple[str, str]:
    """Write a line's component and its source of funding in words."""
    return coded(names.components.get(key.component, key.component), key.component), funding_words(
        key.funding, names.funding
    )


def payments_parts(records: Sequence[PaymentRecord], below: Mapping[Key, int], command: str) -> list[RenderableType]:
    """Print the list of payments."""
    if not records:
        return [say("No payment was made yet.")]
    heads = [
        figure(say("No."), key=True), word(say("Period")), word(say("Pay date")), word(say("State")),
        figure(say("Persons")), figure(say("Yuan")), figure(say("Returned")), figure(say("Carried")),
        word(say("Reason")),
    ]  # fmt: skip
    rows = [
        [
            str(record.number), _covers(record), record.pay_date, state_word(record.state),
            f"{record.persons:,}" if record.persons and record.kind == "payment" else "", yuan(record.paid_fen),
            yuan(record.returned_fen) if record.returned_fen else "",
            yuan(record.carried_fen) if record.carried_fen else "", record.reason,
        ]
        for record in records
    ]  # fmt: skip
    people = {(key.institution, key.staff) for key in below}
    return [
        Sheet(heads, rows).without_empty(),
        *(["", say("{n} balance(s) below zero, {amount} yuan: {command}",
                   n=f"{len(people):,}", amount=yuan(sum(below.values())), command=command)] if below else []),
    ]  # fmt: skip


def _covered(period: str, only: bool) -> str:
    return period if only else say("{period} and every earlier period", period=period)


def _covers(record: PaymentRecord) -> str:
    return say("only {period}", period=record.period) if record.scope == "only" else record.period


def record_parts(record: PaymentRecord) -> list[RenderableType]:
    """Print a payment after a step."""
    last = record.steps[-1]
    told = say("Payment {number} is {state}: {amount} yuan, pay date {day}", number=record.number,
               state=state_word(record.state), amount=yuan(record.paid_fen), day=record.pay_date)  # fmt: skip
    parts: list[RenderableType] = [told]
    if last.action == "returned":
        parts.append(say("  returned: {person} at {institution}; it is outstanding again",
                         person=last.staff or say("(statement)"), institution=last.institution))  # fmt: skip
    return [*parts, say("  digest {digest}", digest=record.digest)]


def lapsed_parts(lapse: PaymentRecord) -> list[RenderableType]:
    """Tell that what was closed by hand lapses with the transfer that came back."""
    return [say("  what was closed of it lapses, as number {number}: {amount} yuan may be claimed again",
                number=lapse.number, amount=yuan(lapse.paid_fen))]  # fmt: skip


def closed_parts(sheet: PaymentSheet, names: Names) -> list[RenderableType]:
    """Print a closing: whose balance, of which periods."""
    record = sheet.record
    assert record is not None  # a closing is always written
    total = yuan(sum(line.amount_fen for line in sheet.lines))
    told = say("Closed as number {number}: {amount} yuan are recovered no more", number=record.number, amount=total)
    return [told, *_lines_parts(sheet.lines, names), say("  digest {digest}", digest=record.digest)]


def sheet_parts(sheet: PaymentSheet, names: Names, held: Sequence[HeldPlace], staff: str = "") -> list[RenderableType]:
    """Print a payment: sums, differences, what it carries, its steps; or one person's lines."""
    record = sheet.record
    assert record is not None  # it is in the ledger
    if record.kind == "closing":
        first = say("Closing {number}: {reason}", number=record.number, reason=record.reason)
    elif record.kind == "lapse":
        first = say("Lapse {number} of a closing: payment {returned} came back: {reason}", number=record.number,
                    returned=record.details.get("returned"), reason=record.reason)  # fmt: skip
    else:
        first = say("Payment {number}, {state}: {covers}, pay date {day}", number=record.number,
                    state=state_word(record.state), covers=_covered(record.period, record.scope == "only"),
                    day=record.pay_date)  # fmt: skip
    parts: list[RenderableType] = [first, say("  digest {digest}", digest=record.digest)]
    if record.reason and record.kind == "payment":
        parts.append(say("  stale periods paid: {reason}", reason=record.reason))
    if staff:
        title = f"{staff} {names.staff.get(staff, '')}".strip()
        own = [line for line in sheet.lines if line.key.staff == staff]
        carried = {key: amount for key, amount in sheet.carried.items() if key.staff == staff}
        elsewhere = held_lines([one for one in held if one.staff == staff])
        return [*parts, "", title, *_lines_parts(own, names), *_below_parts(carried, names), *elsewhere]
    parts += [*_sums_parts(sheet), *_limit_parts(sheet), *_held_parts(sheet, held)]
    differences = [line for line in sheet.lines if line.cause != "pay"]
    if differences:
        parts += ["", say("Differences and what was paid again:"), *_lines_parts(differences[:MOST_LISTED], names)]
        if len(differences) > MOST_LISTED:
            parts.append(say("  ... and {n} more", n=len(differences) - MOST_LISTED))
    return [*parts, *_below_parts(sheet.carried, names), *_steps_parts(record)]


def _lines_parts(lines: Iterable[PaymentLine], names: Names) -> list[RenderableType]:
    rows = [
        [
            line.key.institution, line.key.staff or say("(statement)"), names.staff.get(line.key.staff, ""),
            str(line.key.period), _revisions(line), cause_word(line.cause), *_line_words(line.key, names),
            yuan(line.amount_fen, signed=True),
        ]
        for line in lines
    ]  # fmt: skip
    heads = [
        word(say("Institution"), key=True), word(say("Staff"), key=True), name(say("Name")), word(say("Of period")),
        word(say("Revision")), word(say("Cause")), word(say("Component")), word(say("Funded by")), figure(say("Yuan")),
    ]  # fmt: skip
    return [Sheet(heads, rows, indent="  ")] if rows else []


def _steps_parts(record: PaymentRecord) -> list[RenderableType]:
    heads = [
        word(say("Step"), key=True), word(say("Time (UTC)")), word(say("By")), word(say("Of")), word(say("Reason")),
    ]  # fmt: skip
    rows = [
        [
            state_word(step.action),
            step.made_at,
            step.made_by,
            " ".join((step.institution, step.staff)).strip(),
            step.reason,
        ]
        for step in record.steps
    ]  # fmt: skip
    return ["", Sheet(heads, rows).without_empty()]
