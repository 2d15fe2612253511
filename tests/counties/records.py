"""Service records of a random county: plain, faulty and repeated ones, and reversals."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

from tests.counties.chance import LONG_AGO, Row, decimal, row, written
from tests.counties.reference import SAME_ITEM, Reference

SAME_STAFF = ("a0", "b", "B", "Zz", "é甲乙")


class Records(Reference):
    """Maker of `service_record` and `patient`, once the reference tables are there."""

    def records(self, wanted: int) -> None:
        self.record_ids: set[str] = set()
        patients = [f"{self.rng.choice(('P', 'p', '患者', 'é患'))}{number}" for number in range(max(8, wanted // 30))]
        self.patients = patients + ["P1" + "0" * length for length in range(4)]
        for patient in sorted(set(self.patients)):
            if self.often(0.1):
                self.add("patient", patient, written(self.around()))
        made: list[list[Row]] = []
        rows = 0
        while rows < wanted * 0.8:
            record = self.dirtied(self.service())
            again = self.rng.randint(1, 3) if self.often(0.06) else 0  # the same on the same day, and once more
            for _ in range(1 + again):
                made.append(record)
                rows += len(record)
                record = self.renamed(record)
        while rows < wanted:
            record = self.reversing(self.rng.choice(made))
            made.append(record)
            rows += len(record)
        for record in made:
            self.tables["service_record"] += [self.respelled(found) for found in record]
            if self.often(0.03):
                twins = self.rng.choice((1, 1, 2))
                self.tables["service_record"] += [self.respelled(self.rng.choice(record)) for _ in range(twins)]
            if self.often(0.025):
                self.tables["service_record"] += self.changed(self.rng.choice(record))
        self.equals()

    def equals(self) -> None:
        """Make persons with exactly the same points, scores and posts in one institution.

        A pool divided among them leaves a remainder on which all have the same claim. The first has two posts there,
        with the same points in each.
        """
        place, quantity = self.codes[0], self.rng.choice(("1", "7", "0.03"))
        for code in SAME_STAFF[: self.rng.choice((0, 2, 3, 5))]:
            self.add("staff", code, f"姓名{code}", "")
            change = self.mid_month() if code == SAME_STAFF[0] else None
            posts: list[tuple[date, date | None]] = [(LONG_AGO, change)]
            if change is not None:
                posts.append((change, None))
            for start, end in posts:
                self.add(
                    "engagement", code, place, "", "", "clinical", "", "", "", "established", "standard", "no", "1",
                    "1", written(start), written(end),
                )  # fmt: skip
                on = written(max(start, self.first_day))
                self.add("service_record", self.record_id(), on, place, code, SAME_ITEM, quantity, "1", "", "")

    def renamed(self, record: list[Row]) -> list[Row]:
        """The same record under another id."""
        record_id = self.record_id()
        return [{**found, "record_id": record_id} for found in record]

    def record_id(self) -> str:
        while True:
            number = self.rng.randint(1, 10 ** self.rng.randint(1, 5))
            code = f"{self.rng.choice(('r-', 'R-', 'é记-', '记录', '𬭎', '😀', 'Z', 'a', 'r-0'))}{number}"
            if code not in self.record_ids:
                self.record_ids.add(code)
                return code

    def service_day(self) -> date:
        draw = self.rng.random()
        in_month = self.first_day + timedelta(days=self.rng.randrange((self.next_first_day - self.first_day).days))
        new_year = date(self.first_day.year, 1, 1)
        if draw < 0.62:
            return in_month
        if draw < 0.88 and self.first_day > new_year:
            since = max(new_year, self.first_day - timedelta(days=70)) if self.often(0.6) else new_year
            return since + timedelta(days=self.rng.randrange((self.first_day - since).days))
        if draw < 0.94:
            return self.next_first_day + timedelta(days=self.rng.randint(0, 40))
        return new_year - timedelta(days=self.rng.randint(1, 40))

    def service(self) -> list[Row]:
        """Make one record without intended faults.

        It is a person's, several persons', a team's or the institution's own.
        """
        on = self.service_day()
        engaged = [
            found
            for found in self.tables["engagement"]
            if found["from"] <= written(on) and (not found["until"] or written(on) < found["until"])
        ]
        engagement = self.rng.choice(engaged or self.tables["engagement"])
        institution = engagement["institution"]
        colleagues = sorted({found["staff"] for found in engaged if found["institution"] == institution})
        kind = self.rng.random()
        if kind < 0.12:
            team = self.rng.choice(self.team_codes)
            members = [found["staff"] for found in self.tables["team_member"] if found["team"] == team]
            homes = [found["institution"] for found in engaged if found["staff"] in members]
            institution = self.rng.choice(homes or [institution])
            parties = [(team, "1" if self.often(0.9) else "0.5")]
        elif kind < 0.2:
            parties = [("", "1")]
        elif kind < 0.36 and len(colleagues) > 1:
            shares = self.rng.choice((("0.5", "0.5"), ("0.3", "0.7"), ("0.3333", "0.3333", "0.3334"), ("0.25", "0.75")))
            persons = self.rng.sample(colleagues, min(len(shares), len(colleagues)))
            if len(persons) < len(shares):
                persons.append("")
            parties = list(zip(persons, shares, strict=True))
        else:
            parties = [(engagement["staff"], "1")]
        item = self.rng.choice(self.item_codes[:5] if self.often(0.5) else self.item_codes)
        quantity = self.rng.choice(("1", "1", "1", "2", "3", "0.5", "1.25", "0.01", "10"))
        patient = self.rng.choice(self.patients) if self.often(0.95) else ""
        record_id = self.record_id()
        return [
            row("service_record", record_id, written(on), institution, staff, item, quantity, share, patient, "")
            for staff, share in parties
        ]

    def dirtied(self, record: list[Row]) -> list[Row]:
        """One or two faults in some records; in a record of several rows, of one row or of all."""
        if len(record) > 1 and self.often(0.15):
            return self.contradicting(record)
        for _ in range(1 + self.often(0.2)):
            if self.often(0.2):
                column, values = self.rng.choice(
                    (
                        ("institution", ("I99", "", *self.codes)),
                        ("institution", tuple(self.codes)),
                        ("staff", ("N999", "nobody", *self.staff[:5])),
                        ("item", ("none", "", *self.item_codes[:2])),
                        ("quantity", ("", "0", "-1", "0.00")),
                        ("share", ("", "0", "-0.5", "1.5", "0.9", "0.9999")),
                        ("patient", ("", "")),
                    )
                )
                whole = column in ("institution", "item", "quantity", "patient")
                value = self.rng.choice(values)
                for found in record if whole else [self.rng.choice(record)]:
                    found[column] = value
        return record

    def contradicting(self, record: list[Row]) -> list[Row]:
        """Make persons' rows of one record that disagree in one column.

        Or their shares sum to 1 though one is outside (0, 1].
        """
        column = self.rng.choice(("patient", "quantity", "share", "item", "institution", "reverses"))
        if column == "share":
            shares = self.rng.choice((("1", "0"), ("1.5", "-0.5")))
            return [{**found, "share": share} for found, share in zip(record, shares, strict=False)]
        other = {
            "patient": self.rng.choice(self.patients), "quantity": "4", "item": self.rng.choice(self.item_codes),
            "institution": self.rng.choice(self.codes), "reverses": "nothing",
        }  # fmt: skip
        return [{**record[0], column: other[column]}, *record[1:]]

    def reversing(self, target: list[Row]) -> list[Row]:
        """Make a record with `reverses`, which cancels or refunds a record.

        That record may itself be one, or may be missing.
        """
        on = self.service_day() if self.often(0.6) else self.next_first_day + timedelta(days=self.rng.randint(0, 90))
        record_id = self.record_id()
        names = target[0]["record_id"] if self.often(0.93) else self.rng.choice(("nothing", "r-", record_id))
        if self.often(0.3):
            found = dict(self.rng.choice(target))
            found.update(record_id=record_id, service_date=written(on), quantity="", share="", reverses=names)
            if self.often(0.3):
                column, value = self.rng.choice(
                    (("staff", "N999"), ("item", "none"), ("institution", ""), ("patient", ""))
                )
                found[column] = value
            return [found]
        old = Fraction(target[0]["quantity"] or "1")
        part = self.rng.choice(
            (Fraction(1), Fraction(1, 2), Fraction(1, 4), Fraction(1, 4), Fraction(3, 5), Fraction(2))
        )
        quantity = decimal(-max(abs(old) * part, Fraction(1, 100)), 2)
        if self.often(0.08):  # no reversal at all
            quantity = self.rng.choice(("0", "1", "0.5"))
            return [
                {**found, "record_id": record_id, "service_date": written(on), "quantity": quantity, "reverses": names}
                for found in target
            ]
        rows = [dict(found) for found in self.rng.sample(target, self.rng.randint(1, len(target)))]
        for found in rows:
            share = "" if self.often(0.7) else self.rng.choice(("1", "1", "0.5", "0.2", "0.5", "0", "1.5", "-1"))
            found.update(record_id=record_id, service_date=written(on), quantity=quantity, share=share, reverses=names)
            if self.often(0.06):
                column, values = self.rng.choice(
                    (("staff", ("", *self.staff[:3])), ("item", self.item_codes[:3]), ("institution", self.codes))
                )
                found[column] = self.rng.choice(list(values))
        return rows

    def respelled(self, found: Row) -> Row:
        return {**found, "quantity": self.spelled(found["quantity"], 2), "share": self.spelled(found["share"], 4)}

    def changed(self, found: Row) -> list[Row]:
        """Make another row of the same record that disagrees with it or repeats its staff code.

        Perhaps it is twice the same.
        """
        column, values = self.rng.choice(
            (
                ("service_date", (written(self.service_day()),)),
                ("institution", self.codes),
                ("institution", self.codes),
                ("item", self.item_codes),
                ("quantity", ("1", "2", "", "-1")),
                ("patient", self.patients),
                ("reverses", ("nothing", "r-1", "")),
                ("share", ("0.1", "")),
                ("staff", ("", *self.staff[:4])),
            )
        )
        other = {**found, column: self.rng.choice(list(values))}
        return [other] + [self.respelled(self.rng.choice((found, other)))] * self.often(0.5)
