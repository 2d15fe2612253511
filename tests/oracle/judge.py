"""Eligibility of every row read: paid, or not paid for the first reason that applies.

The order of the rules: duplicates, inconsistent records, reversals, then the checks of the single row, then the limit,
then the refunds, which follow what became of the row that they take back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from tests.oracle.checks import ONE, Reference, first_reason, readable_shares
from tests.oracle.reading import Month, ReadRows, Record, rows_read
from tests.oracle.values import Row, Tables, by_bytes

REASONS = (
    "duplicate_row", "inconsistent_record", "reversed", "unknown_institution", "unknown_staff", "unknown_item",
    "bad_quantity", "bad_share", "no_patient", "institution_closed", "item_not_in_force", "not_engaged", "absent",
    "not_licensed", "after_death", "over_limit",
)  # fmt: skip


@dataclass
class Claim:
    """One row as it is checked: a record's row, or one member's part of a team's row.

    `staff` is the code under which it is listed and paid. A refund keeps the claim that it takes back as `original`.
    """

    record: Record
    staff: str
    share: Fraction | None
    reason: str = ""
    original: Claim | None = None

    @property
    def paid(self) -> bool:
        return self.reason == ""

    @property
    def is_refund(self) -> bool:
        return self.original is not None

    @property
    def amount(self) -> Fraction:
        """Quantity x share, negative for a refund."""
        assert self.record.quantity is not None
        assert self.share is not None
        return self.record.quantity * self.share


@dataclass
class Judged:
    """All claims of the rows read, and which of them the month lists or pays."""

    month: Month
    reference: Reference
    read: ReadRows
    claims: list[Claim]

    @property
    def paid(self) -> list[Claim]:
        """Paid claims of the month: rows dated in it, and refunds whose original is."""
        return [claim for claim in self.claims if claim.paid and self._priced_in_month(claim)]

    def _priced_in_month(self, claim: Claim) -> bool:
        return self.month.contains((claim.original or claim).record.service_date)

    @property
    def not_paid(self) -> list[Claim]:
        """Claims that the month lists with their reason."""
        listed = [self._as_listed(claim) for claim in self.claims]
        return [claim for claim in listed if claim is not None and not claim.paid]

    def _as_listed(self, claim: Claim) -> Claim | None:
        """Return the claim as the month lists it; None if it does not.

        A reversing row is listed in the month of its original; if its original is not dated in M but the row itself is,
        it is listed in M as `reversed` (unless it is a duplicate, or its record inconsistent). Other rows are listed if
        they are dated in M; rows that are counting only are not listed.
        """
        record = claim.record
        in_month = self.month.contains(record.service_date)
        if not record.reverses:
            return claim if in_month else None
        if any(self.month.contains(original.service_date) for original in originals(self.read.rows, record)):
            return claim
        if not in_month:
            return None
        if claim.reason in ("duplicate_row", "inconsistent_record") or not is_reversal(record):
            return claim
        return Claim(record, claim.staff, claim.share, "reversed")


def is_cancelling(record: Record) -> bool:
    """A row with `reverses` and an empty quantity cancels that record."""
    return record.reverses != "" and record.quantity is None


def is_refund(record: Record) -> bool:
    """A row with `reverses` and a negative quantity is a partial refund."""
    return record.reverses != "" and record.quantity is not None and record.quantity < 0


def is_reversal(record: Record) -> bool:
    """With `reverses`, a quantity of zero or more reverses nothing: it is `bad_quantity`."""
    return is_cancelling(record) or is_refund(record)


def originals(rows: list[Record], reversing: Record) -> list[Record]:
    """Find the rows of the record that a reversing row names.

    Reversing a reversal or a refund restores nothing, so a row with `reverses` is never an original.
    """
    return [record for record in rows if record.record_id == reversing.reverses and not record.reverses]


def without_duplicates(rows: list[Record]) -> tuple[list[Record], list[Record]]:
    """Keep one of identical rows; the others are `duplicate_row`.

    Returns the kept ones and the others.
    """
    kept: dict[Record, None] = {}
    duplicates = []
    for record in rows:
        if record in kept:
            duplicates.append(record)
        kept[record] = None
    return list(kept), duplicates


def is_inconsistent(reference: Reference, rows: list[Record]) -> bool:
    """The rows of one record_id disagree, or one staff code stands in it twice.

    They disagree on date, item, quantity, patient or reverses, or on the institution of an item that is not joint; the
    empty staff code is a code too.
    """
    said = {(row.service_date, row.item, row.quantity, row.patient, row.reverses) for row in rows}
    if len({row.institution for row in rows}) > 1 and not all(reference.joint(row) for row in rows):
        return True
    return len(said) > 1 or len({row.staff for row in rows}) < len(rows)


def judge(tables: Tables, month: Month) -> Judged:
    """Decide for every row read for the month whether it is paid."""
    reference = Reference(tables)
    read = rows_read(tables, month)
    kept, duplicates = without_duplicates(read.rows)
    records: dict[str, list[Record]] = {}
    for row in kept:
        records.setdefault(row.record_id, []).append(row)
    inconsistent = {record_id for record_id, rows in records.items() if is_inconsistent(reference, rows)}
    cancelled = {row.reverses for row in kept if is_cancelling(row) and row.record_id not in inconsistent}

    claims = [Claim(row, row.staff, row.share, "duplicate_row") for row in duplicates]
    ordinary: dict[Record, list[Claim]] = {}
    refunds: list[Record] = []
    for record_id, rows in records.items():
        for row in rows:
            if record_id in inconsistent:
                claims.append(Claim(row, row.staff, row.share, "inconsistent_record"))
            elif is_cancelling(row) or (not row.reverses and record_id in cancelled):
                claims.append(Claim(row, row.staff, row.share, "reversed"))
            elif is_refund(row):
                refunds.append(row)
            else:
                ordinary[row] = ordinary_claims(reference, row, not readable_shares(reference, rows))
    services = [claim for some in ordinary.values() for claim in some]
    refuse_over_limit(reference, services)
    taken_back = [claim for row in refunds for claim in refund_claims(reference, row, ordinary)]
    refuse_excess(taken_back)
    return Judged(month, reference, read, claims + services + taken_back)


def ordinary_claims(reference: Reference, row: Record, bad_share: bool) -> list[Claim]:
    """Expand a team's row to one row per member in force on the date, with the member's share.

    This is after the check for `reversed`. If the row's share is not 1, or the members' shares do not sum to 1 (or
    there are none), it stays one row under the team's code: `bad_share`. A row that names a record but neither cancels
    nor refunds stays one.
    """
    if reference.is_team(row.staff) and not row.reverses:
        members = reference.members(row.staff, row.service_date)
        if row.share == ONE and sum(share for _, share in members) == ONE:
            return [
                Claim(row, staff, share, first_reason(reference, row, staff, bad_share)) for staff, share in members
            ]
        bad_share = True
    return [Claim(row, row.staff, row.share, first_reason(reference, row, row.staff, bad_share))]


def refuse_over_limit(reference: Reference, claims: list[Claim]) -> None:
    """Refuse services over the limit, in order of service date, then the bytes of record_id.

    `over_limit`: the services of this item and patient already accepted in the calendar period have reached
    `limit_count` of the item's row in force on the date. A service counts once, if any of its rows passed everything
    above; without a limit that day it is accepted and counts for later days all the same.
    """
    services: dict[str, list[Claim]] = {}
    for claim in claims:
        if claim.paid and claim.record.patient:
            services.setdefault(claim.record.record_id, []).append(claim)
    accepted: dict[tuple[str, str], list[date]] = {}
    for rows in sorted(
        services.values(), key=lambda rows: (rows[0].record.service_date, by_bytes(rows[0].record.record_id))
    ):
        record = rows[0].record
        before = accepted.setdefault((record.patient, record.item), [])
        item = reference.item(record.item, record.service_date)
        assert item is not None  # it passed `item_not_in_force`
        if item["limit_count"] and same_period(before, record.service_date, item) >= int(item["limit_count"]):
            for claim in rows:
                claim.reason = "over_limit"
        else:
            before.append(record.service_date)


def same_period(accepted: list[date], on: date, item: Row) -> int:
    """Count the accepted services in the same calendar day, month, quarter or year."""
    periods: dict[str, Callable[[date], object]] = {
        "day": lambda day: day,
        "month": lambda day: (day.year, day.month),
        "quarter": lambda day: (day.year, (day.month - 1) // 3),
        "year": lambda day: day.year,
    }
    period = periods[item["limit_period"]]
    return sum(period(day) == period(on) for day in accepted)


def refund_claims(reference: Reference, row: Record, ordinary: dict[Record, list[Claim]]) -> list[Claim]:
    """Find the claims that a partial refund takes back.

    It must name staff, item and institution of a row of its original (a team's refund becomes one row per member in
    force on the original's date). If that row does not exist or is not paid, the refund is `reversed`. Its share is its
    own, or if empty the original's; a team's may only be 1, or empty.
    """
    matches = [
        claims
        for original, claims in ordinary.items()
        if original.record_id == row.reverses
        and not original.reverses
        and (original.staff, original.item, original.institution) == (row.staff, row.item, row.institution)
    ]
    if not matches:
        return [Claim(row, row.staff, row.share, "reversed")]
    (rows,) = matches  # the original is consistent: one staff code stands in it once
    of_members = reference.is_team(row.staff) and [claim.staff for claim in rows] != [row.staff]
    if of_members and row.share not in (None, ONE):
        return [Claim(row, row.staff, row.share, "bad_share" if any(claim.paid for claim in rows) else "reversed")]
    return [refund_of(row, original, None if of_members else row.share) for original in rows]


def refund_of(row: Record, original: Claim, share: Fraction | None) -> Claim:
    """The refund of one claim."""
    if not original.paid:
        return Claim(row, original.staff, share, "reversed")
    if share is None:
        share = original.share
    elif not 0 < share <= 1:
        return Claim(row, original.staff, share, "bad_share")
    return Claim(row, original.staff, share, "", original)


def refuse_excess(refunds: list[Claim]) -> None:
    """If quantity x share of all refunds of a row exceeds the row, all are `bad_quantity`."""
    of_one: dict[int, list[Claim]] = {}
    for claim in refunds:
        if claim.original is not None:
            of_one.setdefault(id(claim.original), []).append(claim)
    for claims in of_one.values():
        original = claims[0].original
        assert original is not None
        if -sum(claim.amount for claim in claims) > original.amount:
            for claim in claims:
                claim.reason = "bad_quantity"
