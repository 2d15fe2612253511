"""Payroll (工资表): a row for each person, a column for each component of pay."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from batch.reports.selected_rows import only, rows, slices, summed_table
from batch.reports.sheets.material import SheetMaterial, signatures, yuan_unit
from batch.reports.sheets.sheet import FEN, MICRO, TEN_THOUSANDTHS, Cell, Sheet, SheetColumn, SheetGroup
from batch.reports.sheets.staff_places import Places, StaffPlace, staff_places
from batch.reports.sheets.words import category_words, employment_words
from payengine.texts import say

if TYPE_CHECKING:
    import pyarrow as pa

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
        named = self._ratios.group_by(["name", "label"], use_threads=False).aggregate([])
        return sorted({row["name"]: row["label"] for row in named.to_pylist()}.items())

    @cached_property
    def _ratios(self) -> pa.Table:
        import pyarrow.compute as pc

        reported = only(self.material.results.reports, level="staff", unit=_RATIO)
        return reported.filter(pc.equal(reported["scale"], _RATE_SCALE)).sort_by("institution")

    @cached_property
    def _pay(self) -> pa.Table:
        return summed_table(self.material.results.pay_lines, ["institution", "staff", "component"], ["amount_fen"])

    @cached_property
    def _work(self) -> pa.Table:
        """Work of persons: an institution's own is paid to nobody."""
        import pyarrow.compute as pc

        work = self.material.results.workload
        of_persons = work.filter(pc.not_equal(work["staff"], ""))
        return summed_table(of_persons, ["institution", "staff", "category"], ["points_micro"])

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
        at_work: dict[str, list[str]] = {}
        for institution, staff in places:
            at_work.setdefault(institution, []).append(staff)
        pay, work, ratios = (slices(table, "institution") for table in (self._pay, self._work, self._ratios))
        for institution in sorted({*at_work, *pay, *work}, key=str.encode):
            people: dict[str, _Person] = {staff: _Person() for staff in at_work.get(institution, ())}
            if institution in pay:
                for row in pay[institution].to_pylist():
                    people.setdefault(row["staff"], _Person()).pay[row["component"]] = row["amount_fen"]
            if institution in work:
                for row in work[institution].to_pylist():
                    people.setdefault(row["staff"], _Person()).points[row["category"]] = row["points_micro"]
            if institution in ratios:
                for row in ratios[institution].to_pylist():
                    if row["staff"] in people:
                        people[row["staff"]].coefficients[row["name"]] = row["value"]
            if not people:
                continue

            def order(staff: str, institution: str = institution) -> tuple[bytes, bytes]:
                place = places.get((institution, staff))
                return ((place.department if place else "").encode(), staff.encode())

            yield SheetGroup(
                say("{institution}: {n} persons", institution=self.material.named(institution), n=f"{len(people):,}"),
                (self._row((institution, one), people[one], places) for one in sorted(people, key=order)),
                has_subtotal=True, starts_page=True, has_signature=not self.material.institution,
            )  # fmt: skip

    def _row(self, key: tuple[str, str], person: _Person, places: Places) -> list[Cell]:
        place = places.get(key) or _NOWHERE
        paid: tuple[Cell, Cell] = (say("not given"),) * 2
        if self.payments is not None:
            paid = self.payments.get(key, (0, 0))
        return [
            place.department, key[1], self.material.names.staff.get(key[1], ""), place.role, place.title,
            employment_words(place.employment), *(person.points.get(one) for one in self.categories),
            *(person.coefficients.get(name) for name, _ in self.coefficients),
            *(person.pay.get(name) for name, _ in self.components), sum(person.pay.values()), *paid, None,
        ]  # fmt: skip


_NOWHERE = StaffPlace("", "", "", "", False)
