"""Reasons why an ordinary row is not paid, one function each: True means it applies.

An ordinary row reverses nothing; it has passed `duplicate_row`, `inconsistent_record` and `reversed`, which concern
rows beside each other (see `judge.py`), and a team's row is here one row per member.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction

from tests.oracle.reading import Record
from tests.oracle.values import Row, Tables, by_bytes, day, in_force, yes

ONE = Fraction(1)


class Reference:
    """The reference tables, asked in the words of the rules."""

    def __init__(self, tables: Tables) -> None:
        self.tables = {name: tables.get(name, []) for name in NAMES}
        self._found: dict[tuple[str, tuple[str, ...]], dict[tuple[str, ...], list[Row]]] = {}

    def _rows(self, table: str, **values: str) -> list[Row]:
        """Find the rows of a table with these values in these columns.

        They are looked up in a dict that is filled on first use.
        """
        columns = tuple(values)
        if (table, columns) not in self._found:
            rows: dict[tuple[str, ...], list[Row]] = {}
            for row in self.tables[table]:
                rows.setdefault(tuple(row[column] for column in columns), []).append(row)
            self._found[table, columns] = rows
        return self._found[table, columns].get(tuple(values.values()), [])

    def _in_force(self, table: str, on: date, **values: str) -> list[Row]:
        return [row for row in self._rows(table, **values) if in_force(row, on)]

    def institution_known(self, code: str) -> bool:
        return bool(self._rows("institution", code=code))

    def institution_open(self, code: str, on: date) -> bool:
        return bool(self._in_force("institution", on, code=code))

    def is_team(self, code: str) -> bool:
        return bool(self._rows("team_member", team=code))

    def staff_known(self, code: str) -> bool:
        """The code is in the table of staff or of teams; empty is known."""
        return code == "" or bool(self._rows("staff", code=code)) or self.is_team(code)

    def members(self, team: str, on: date) -> list[tuple[str, Fraction]]:
        """The members in force on that day and their shares.

        Where they are empty, each has the whole ten-thousandths of 1/n; the rest goes to the first by the code's bytes.
        """
        rows = sorted(self._in_force("team_member", on, team=team), key=lambda row: by_bytes(row["staff"]))
        if not any(row["share"] for row in rows):
            return [
                (row["staff"], Fraction(10_000 // len(rows) + (place < 10_000 % len(rows)), 10_000))
                for place, row in enumerate(rows)
            ]
        return [(row["staff"], Fraction(row["share"])) for row in rows]

    def item_known(self, code: str) -> bool:
        return bool(self._rows("service_item", code=code))

    def item(self, code: str, on: date) -> Row | None:
        """The item's row in force on that day."""
        rows = self._in_force("service_item", on, code=code)
        return rows[0] if rows else None

    def shares_of_roles(self, record: Record) -> bool:
        """Shares of that item on that day need not sum to 1."""
        item = self.item(record.item, record.service_date)
        return item is not None and item.get("shares") == "of_roles"

    def joint(self, record: Record) -> bool:
        """Institutions may do that item together on that day."""
        item = self.item(record.item, record.service_date)
        return item is not None and item.get("joint", "") != "" and yes(item["joint"])

    def engagement(self, institution: str, staff: str, on: date) -> Row | None:
        """The engagement of that person at that institution in force on that day."""
        rows = self._in_force("engagement", on, institution=institution, staff=staff)
        return rows[0] if rows else None

    def absent(self, staff: str, on: date) -> bool:
        """An absence that blocks service covers that day."""
        return any(yes(row["blocks_service"]) for row in self._in_force("absence", on, staff=staff))

    def holds_license(self, staff: str, kind: str, on: date) -> bool:
        return bool(self._in_force("license", on, staff=staff, kind=kind))

    def died(self, patient: str) -> date | None:
        rows = self._rows("patient", patient=patient)
        return day(rows[0]["died"]) if rows else None

    def difficulty(self, institution: str, item: str, on: date) -> Fraction:
        """Return the difficulty of a service.

        It is the row of institution and item in force, else of the institution with an empty item, else 1.
        """
        rows = self._in_force("difficulty", on, institution=institution, item=item)
        rows = rows or self._in_force("difficulty", on, institution=institution, item="")
        return Fraction(rows[0]["coefficient"]) if rows else ONE


NAMES = (
    "institution", "staff", "engagement", "license", "absence", "team_member", "service_item", "difficulty", "patient",
)  # fmt: skip


def unknown_institution(reference: Reference, record: Record, staff: str) -> bool:
    """The code is in no row of its table."""
    return not reference.institution_known(record.institution)


def unknown_staff(reference: Reference, record: Record, staff: str) -> bool:
    """The code is in no row of its table and in no team; empty is known."""
    return not reference.staff_known(staff)


def unknown_item(reference: Reference, record: Record, staff: str) -> bool:
    """The code is in no row of its table."""
    return not reference.item_known(record.item)


def bad_quantity(reference: Reference, record: Record, staff: str) -> bool:
    """Empty, zero or negative (refunds apart); with `reverses`, a quantity of zero or more."""
    if record.reverses:
        return record.quantity is not None and record.quantity >= 0
    return record.quantity is None or record.quantity <= 0


def no_patient(reference: Reference, record: Record, staff: str) -> bool:
    """Empty, and the item's row in force on the date has a limit."""
    item = reference.item(record.item, record.service_date)
    return record.patient == "" and item is not None and item["limit_count"] != ""


def institution_closed(reference: Reference, record: Record, staff: str) -> bool:
    """The institution is not in force on the service date."""
    return not reference.institution_open(record.institution, record.service_date)


def item_not_in_force(reference: Reference, record: Record, staff: str) -> bool:
    """The item is not in force on the service date."""
    return reference.item(record.item, record.service_date) is None


def not_engaged(reference: Reference, record: Record, staff: str) -> bool:
    """That person has no engagement at that institution on that date.

    The institution's own work needs none.
    """
    return staff != "" and reference.engagement(record.institution, staff, record.service_date) is None


def absent(reference: Reference, record: Record, staff: str) -> bool:
    """An absence that blocks service covers that date."""
    return staff != "" and reference.absent(staff, record.service_date)


def not_licensed(reference: Reference, record: Record, staff: str) -> bool:
    """The person lacks the kind of licence that the item needs on that date.

    The institution's own work has no person.
    """
    item = reference.item(record.item, record.service_date)
    if staff == "" or item is None or item["license"] == "":
        return False
    return not reference.holds_license(staff, item["license"], record.service_date)


def after_death(reference: Reference, record: Record, staff: str) -> bool:
    """The service date is later than the patient's date of death."""
    died = reference.died(record.patient) if record.patient else None
    return died is not None and record.service_date > died


def readable_shares(reference: Reference, records: list[Record]) -> bool:
    """Every share of the record is in (0, 1], and they sum to exactly 1.

    The sum is not asked for where they are of roles. Else all its rows are `bad_share`. An empty share counts as
    outside.
    """
    shares = [record.share for record in records]
    if not all(share is not None and 0 < share <= 1 for share in shares):
        return False
    return reference.shares_of_roles(records[0]) or sum(filter(None, shares)) == ONE


Check = Callable[[Reference, Record, str], bool]

BEFORE_SHARE: tuple[tuple[str, Check], ...] = (
    ("unknown_institution", unknown_institution),
    ("unknown_staff", unknown_staff),
    ("unknown_item", unknown_item),
    ("bad_quantity", bad_quantity),
)
AFTER_SHARE: tuple[tuple[str, Check], ...] = (
    ("no_patient", no_patient),
    ("institution_closed", institution_closed),
    ("item_not_in_force", item_not_in_force),
    ("not_engaged", not_engaged),
    ("absent", absent),
    ("not_licensed", not_licensed),
    ("after_death", after_death),
)


def first_reason(reference: Reference, record: Record, staff: str, bad_share: bool) -> str:
    """Return the first reason, in the order of the rules, against an ordinary row, or ''."""
    for reason, applies in BEFORE_SHARE:
        if applies(reference, record, staff):
            return reason
    if bad_share:
        return "bad_share"
    for reason, applies in AFTER_SHARE:
        if applies(reference, record, staff):
            return reason
    return ""
