"""Payroll (工资表): a row for each person, a column for each component of pay."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from batch.reports.register import rows, summed
from batch.reports.sheets.material import SheetMaterial, signatures, yuan_unit
from batch.reports.sheets.sheet import FEN, MICRO, TEN_THOUSANDTHS, Cell, Sheet, SheetColumn, SheetGroup
from batch.reports.sheets.staff_places import Places, StaffPlace, staff_places
from batch.reports.sheets.words import category_words, employment_words
from payengine.texts import say

_RATIO, _RATE_SCALE = "ratio", 4


def make(material: SheetMaterial) -> Sheet:
    """Make the sheet: institutions begin pages, persons are by department and code."""
    payroll = _Payroll(material)
    return Sheet(
        name="payroll",
        tab=say("Payroll"),
        title=say("Payroll"),
        subtitle=material.subtitle,
        unit=yuan_unit(),
        columns=payroll.columns,
        groups=payroll.groups,
        notes=payroll.notes,
        signatures=signatures(),
        frozen=3,
        has_page_totals=True,
    )


@dataclass
class _Person:
    """Figures of a person at an institution."""

    points: dict[str, int] = field(default_factory=dict)
    coefficients: dict[str, int] = field(default_factory=dict)
    pay: dict[str, int] = field(default_factory=dict)


class _Payroll:
    def __init__(self, material: SheetMaterial) -> None:
        self.material = material

    @cached_property
    def components(self) -> list[tuple[str, str]]:
        """Components that anybody is paid, with their labels, in the policy's order."""
        paid = set(self.material.results.pay_lines["component"].unique().to_pylist())
        described = rows(self.material.results.components, kind="pay")
        return [(row["component"], row["label"]) for row in described if row["component"] in paid]

    @cached_property
    def categories(self) -> list[str]:
        return sorted(self.material.results.workload["category"].unique().to_pylist(), key=str.encode)

    @cached_property
    def coefficients(self) -> list[tuple[str, str]]:
        """Ratios that the run reports of persons, with their labels, in the order of their names."""
        found = self._ratios
        labels = {row["name"]: row["label"] for row in found}
        return sorted(labels.items())

    @cached_property
    def _ratios(self) -> list[dict[str, Any]]:
        reported = rows(self.material.results.reports, level="staff", unit=_RATIO)
        return [row for row in reported if row["scale"] == _RATE_SCALE]

    @cached_property
    def payments(self) -> dict[tuple[str, str], tuple[int, int]] | None:
        """Amounts that payments pay a person: of earlier periods, and in all; None without."""
        sheets = self.material.payments()
        if not sheets:
            return None
        own = self.material.meta.period
        found: dict[tuple[str, str], tuple[int, int]] = {}
        for sheet in sheets:
            for line in sheet.lines:
                key = line.key
                if key.staff and self.material.institution in ("", key.institution):
                    earlier, whole = found.get((key.institution, key.staff), (0, 0))
                    before = line.amount_fen if key.period != own else 0
                    found[key.institution, key.staff] = (earlier + before, whole + line.amount_fen)
        return found

    @cached_property
    def columns(self) -> tuple[SheetColumn, ...]:
        policy = self.material.policy
        labels = {} if policy is None else policy.names.get("category", {})
        return (
            SheetColumn(say("Department")),
            SheetColumn(say("Staff code")),
            SheetColumn(say("Name")),
            SheetColumn(say("Post")),
            SheetColumn(say("Professional title")),
            SheetColumn(say("Employment")),
            *(SheetColumn(say("{category}: points", category=category_words(one, labels)), MICRO, True)
              for one in self.categories),
            *(SheetColumn(label, TEN_THOUSANDTHS) for _, label in self.coefficients),
            *(SheetColumn(label, FEN, True) for _, label in self.components),
            SheetColumn(say("Gross pay due"), FEN, True),
            SheetColumn(say("Arrears of earlier periods"), FEN, True),
            SheetColumn(say("Paid in this payment"), FEN, True),
            SheetColumn(say("Signature"), width=10),
        )  # fmt: skip

    @cached_property
    def notes(self) -> tuple[str, ...]:
        told = [say("A component without an amount is an empty cell.")]
        if self.payments is None:
            told.append(say("Arrears and payment: no payment of this period is there yet, so they are not given."))
        if staff_places(self.material) is None:
            told.append(
                say("Departments, posts and titles are not given: the run's snapshot is not in this workspace.")
            )
        return tuple(told)

    def groups(self) -> Iterator[SheetGroup]:
        """Give the institutions with their persons, one institution in memory after another."""
        places = staff_places(self.material) or {}
        people = self._people(places)
        at: dict[str, list[str]] = {}
        for institution, staff in people:
            at.setdefault(institution, []).append(staff)
        for institution in sorted(at, key=str.encode):

            def order(staff: str, institution: str = institution) -> tuple[bytes, bytes]:
                place = places.get((institution, staff))
                return ((place.department if place else "").encode(), staff.encode())

            listed = sorted(at[institution], key=order)
            yield SheetGroup(
                say("{institution}: {n} persons", institution=self.material.named(institution), n=f"{len(listed):,}"),
                (self._row((institution, one), people, places) for one in listed),
                has_subtotal=True, starts_page=True, has_signature=not self.material.institution,
            )  # fmt: skip

    def _row(self, key: tuple[str, str], people: Mapping[tuple[str, str], _Person], places: Places) -> list[Cell]:
        person, place = people[key], places.get(key) or _NOWHERE
        paid: tuple[Cell, Cell] = (say("not given"),) * 2
        if self.payments is not None:
            paid = self.payments.get(key, (0, 0))
        return [
            place.department, key[1], self.material.names.staff.get(key[1], ""), place.role, place.title,
            employment_words(place.employment), *(person.points.get(one) for one in self.categories),
            *(person.coefficients.get(name) for name, _ in self.coefficients),
            *(person.pay.get(name) for name, _ in self.components), sum(person.pay.values()), *paid, None,
        ]  # fmt: skip

    def _people(self, places: Places) -> dict[tuple[str, str], _Person]:
        """Collect the figures of everybody who is engaged, has work or has pay."""
        found = {key: _Person() for key in places}
        keys = ["institution", "staff"]
        results = self.material.results
        for row in summed(results.pay_lines, [*keys, "component"], ["amount_fen"]):
            person = found.setdefault((row["institution"], row["staff"]), _Person())
            person.pay[row["component"]] = row["amount_fen"]
        for row in summed(results.workload, [*keys, "category"], ["points_micro"]):
            if row["staff"]:  # the institution's own work is paid to nobody
                person = found.setdefault((row["institution"], row["staff"]), _Person())
                person.points[row["category"]] = row["points_micro"]
        for row in self._ratios:
            if (row["institution"], row["staff"]) in found:
                found[row["institution"], row["staff"]].coefficients[row["name"]] = row["value"]
        return found


_NOWHERE = StaffPlace("", "", "", "", False)
