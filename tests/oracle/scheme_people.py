"""A month of a county as calculations see it: who is engaged, what is done and given."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

from tests.oracle.reading import Month
from tests.oracle.values import Row, Tables, adding_up, by_bytes, day, in_force, yes

Key = tuple[str, ...]
Values = dict[Key, Fraction]
# Tables whose missing rows are zero; of the others a figure that is needed must be there.
COUNTED = {"directed_task": ("task", "count"), "pay_component": ("component", "amount")}
GIVEN = {"finance": ("line", "amount"), "measure": ("name", "value")}


class People:
    """Engagements of a month, keyed (institution, staff, from), and their inputs."""

    def __init__(self, tables: Tables, month: Month) -> None:
        self.tables, self.month = tables, month
        days = (month.next_first_day - month.first_day).days
        self.days = [month.first_day + timedelta(one) for one in range(days)]
        self.rows: dict[Key, Row] = {}
        for row in tables["engagement"]:
            if month.meets(row):
                self.rows[row["institution"], row["staff"], row["from"]] = row
        self.places = {row["code"]: row for row in tables["institution"] if month.meets(row)}
        self.persons = sorted({key[:2] for key in self.rows}, key=lambda key: tuple(map(by_bytes, key)))
        self.latest = {one: max(key for key in self.rows if key[:2] == one) for one in self.persons}
        departments = {(key[0], row["department"]) for key, row in self.rows.items()}
        self.departments = sorted(departments, key=lambda key: tuple(map(by_bytes, key)))
        self.institutions = sorted(self.places, key=by_bytes)

    def keys(self, level: str) -> list[Key]:
        if level == "engagement":
            return list(self.rows)
        if level == "staff":
            return list(self.persons)
        if level == "department":
            return list(self.departments)
        return [(code,) for code in self.institutions] if level == "institution" else [()]

    def row(self, key: Key) -> Row:
        """Return an engagement, or the latest one of a person."""
        return self.rows[key] if len(key) == 3 else self.rows[self.latest[key]]

    def department(self, key: Key) -> Key:
        """Return the department of an engagement, or of a person's latest."""
        return (key[0], self.row(key)["department"])

    def engaged(self, key: Key) -> list[date]:
        return [on for on in self.days if in_force(self.rows[key], on)]

    def away(self, staff: str, on: date, kind: str = "") -> bool:
        return any(
            row["staff"] == staff and in_force(row, on) and yes(row["blocks_service"]) and kind in ("", row["kind"])
            for row in self.tables.get("absence", [])
        )

    def chosen(self, key: Key, wanted: dict[str, object]) -> bool:
        """Say whether everything wanted holds: of the engagement and of the institution."""
        row = self.row(key) if len(key) > 1 and key not in self.departments else {}
        place = self.places[key[0]]
        for column, values in wanted.items():
            if column == "director":
                if yes(row["director"]) is not values:
                    return False
                continue
            source = place | {"institution": key[0]} if column in ("kind", "public_class", "institution") else row
            if column == "department" and not row:
                source = {"department": key[1]}
            if str(source[column]) not in [str(one) for one in (values if isinstance(values, list) else [values])]:
                return False
        return True

    # Inputs, each as (level, is an amount that adds up, values).

    def input(self, name: str, of: str) -> tuple[str, bool, Values]:
        if name in ("points", "points_by_category"):
            return "engagement", True, self.points(of)
        if name in ("engagement_days", "days_engaged"):
            return "engagement", True, {key: Fraction(len(self.engaged(key))) for key in self.rows}
        if name in ("days_present", "absence_days"):
            away = name == "absence_days"
            return "engagement", True, {
                key: Fraction(sum(self.away(key[1], on, of) is away for on in self.engaged(key))) for key in self.rows
            }  # fmt: skip
        if name == "person_months":
            shares = {
                key: Fraction(len(self.engaged(key)), len(self.days)) * Fraction(row["fte"] or "1")
                for key, row in self.rows.items()
            }
            return "engagement", True, adding_up(shares, 4, lambda key: key[1])
        if name in ("fte", "post_coefficient"):
            return "engagement", False, {key: Fraction(row[name]) for key, row in self.rows.items()}
        if name == "head":
            last = self.days[-1]
            on_last = {key[:2] for key, row in self.rows.items() if in_force(row, last)}
            return "staff", True, {key: Fraction(key in on_last) for key in self.persons}
        if name in COUNTED:
            column, amount = COUNTED[name]
            zero = {key: Fraction(0) for key in self.persons}
            for row in self._given(name, column, of):
                if (row["institution"], row["staff"]) in zero:
                    zero[row["institution"], row["staff"]] += Fraction(row[amount])
            return "staff", True, zero
        if name in ("score", "full_score"):
            given = {(row["institution"], row["staff"]): row for row in self._given("appraisal", "indicator", of)}
            got = {key: given.get(key) or given.get((key[0], "")) for key in self.persons}
            return "staff", False, {key: Fraction(row[name]) for key, row in got.items() if row}
        column, amount = GIVEN[name]
        return "institution", True, {
            (row["institution"],): Fraction(row[amount]) for row in self._given(name, column, of)
        }  # fmt: skip

    def _given(self, table: str, column: str, name: str) -> list[Row]:
        rows = self.tables.get(table, [])
        return [row for row in rows if row["period"] == str(self.month) and row[column] == name]

    def points(self, category: str = "") -> Values:
        """Add up points of records on a day of an engagement there, and not on leave."""
        items = {row["code"]: row for row in self.tables["service_item"]}
        found = {key: Fraction(0) for key in self.rows}
        for record in self.tables["service_record"]:
            on, item = day(record["service_date"]), items[record["item"]]
            if not self.month.contains(on) or category not in ("", item["category"]):
                continue
            for key, row in self.rows.items():
                same = key[:2] == (record["institution"], record["staff"])
                if same and in_force(row, on) and not self.away(key[1], on):
                    found[key] += Fraction(record["quantity"]) * Fraction(item["equivalents"])
        return found
