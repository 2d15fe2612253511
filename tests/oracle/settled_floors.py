"""Floors of a settlement in turn: practitioners, public-health staff, village doctors.

Each starts from all pay of the year to date with what the floors before it gave and took. In the end every floor is
checked once more, from the pay after all of them and nothing else: its lines are computed again, and any shortfall is
reported.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil

from tests.oracle import floors
from tests.oracle.two_permits import Shares
from tests.oracle.values import Row, half_up

PRACTITIONER, DOCTOR, LIKE = "全科医生", "乡村医生", "助理医师"  # two roles, and a title of the centre's staff
MONTHS = 12


@dataclass(frozen=True)
class Practitioners:
    """Floor of practitioners beside the clinicians of county hospitals.

    `rates` are by kind of institution; a kind without one has no floor.
    """

    rates: Shares
    each_person: bool
    inside: bool
    bands: Mapping[str, int]  # of years worked: name -> first year, the longest first


@dataclass(frozen=True)
class PublicHealth:
    """Public-health staff beside the mean of their institution; `kinds` that have the floor."""

    kinds: frozenset[str]
    each_person: bool = False
    inside: bool = False
    practitioners_keep: bool = False  # of what is taken from others, practitioners keep their own floor


@dataclass(frozen=True)
class Villages:
    """Village doctors beside like staff of the centre above their clinic."""

    rate: Fraction
    each_person: bool
    budget_share: Fraction
    rest_paid: bool


@dataclass(frozen=True)
class Person:
    """Person with an engagement at an institution in the year, as the latest one describes him."""

    at: str
    code: str
    kind: str = field(compare=False)  # of the institution
    post: Row = field(compare=False)
    weight: Fraction = field(compare=False)  # what he counts in a mean: one if there on the last day, or person-months
    years: int | None = field(compare=False)  # worked, on the last day


Amounts = dict[Person, int]


class Floors:
    """Pay of a settlement as its floors change it, one after the other.

    `pay` is that of the year to date and changes with every floor; `left` is the variable pay of the run that no floor
    has taken: what a floor gave is not there to be taken.
    """

    def __init__(
        self,
        people: Mapping[Person, tuple[int, int]],
        institutions: Mapping[str, Row],
        by_months: bool,
        known: Mapping[tuple[str, str], int],
    ) -> None:
        self.pay: Amounts = {one: pay for one, (pay, _) in people.items()}
        self.left: Amounts = {one: max(variable, 0) for one, (_, variable) in people.items()}
        self.institutions, self.by_months, self.known = institutions, by_months, known
        self.counted = [one for one in people if one.weight > 0]
        self.paid: dict[tuple[Person, str], int] = {}
        self.reports: dict[tuple[str, str], int] = {}
        self.of_persons: dict[tuple[str, str, str], int] = {}  # institution, staff, name

    # at one institution, by code --------------------------------------------------------------------------------------

    def here(self, at: str) -> dict[str, Person]:
        """Map code to person for those who count at an institution."""
        return {one.code: one for one in self.counted if one.at == at}

    def pay_at(self, at: str) -> dict[str, int]:
        return {code: self.pay[one] for code, one in self.here(at).items()}

    def weight_at(self, at: str) -> dict[str, Fraction]:
        return {code: one.weight for code, one in self.here(at).items()}

    def _give(self, at: str, component: str, amounts: Mapping[str, int]) -> None:
        for code, fen in amounts.items():
            one = self.here(at)[code]
            self.pay[one] += fen
            self.left[one] += min(fen, 0)
            self.paid[one, component] = self.paid.get((one, component), 0) + fen

    def _from_inside(
        self, at: str, component: str, need: Mapping[str, int], group: set[str], keep: Mapping[str, int]
    ) -> None:
        """Pay a group from variable pay of this run of everybody else at the institution.

        They pay down to what each is to keep; an amount that cannot be taken is not there to be given.
        """
        others = {code: one for code, one in self.here(at).items() if code not in group}
        variable = {code: self.left[one] for code, one in others.items()}
        most = {code: max(min(variable[code], self.pay[one] - keep.get(code, 0)), 0) for code, one in others.items()}
        taken = floors.taken(sum(need.values()), variable, most)
        self._give(at, component, floors.in_proportion(sum(taken.values()), need))
        self._give(at, component, {code: -fen for code, fen in taken.items()})

    # general practitioners --------------------------------------------------------------------------------------------

    def practitioners_at(self, at: str) -> set[str]:
        return {code for code, one in self.here(at).items() if one.post["role"] == PRACTITIONER}

    def cell(self, one: Person, bands: Mapping[str, int]) -> str:
        """Name a person's condition: title, band of years worked, education."""
        assert one.years is not None
        band = next(name for name, first in bands.items() if one.years >= first)
        return f"{one.post['title']}|{band}|{one.post['education']}"

    def practitioner_lines(
        self, at: str, rules: Practitioners, comparator: Mapping[str, Fraction]
    ) -> dict[str, Fraction]:
        """Compute the pay of clinicians of each practitioner's cell, up to the fen.

        It is per head or person-month; the table's row goes before the run's own; a row is the mean of a full post over
        the period. Practitioners without either are not compared.
        """
        clinicians: dict[str, list[Person]] = {}
        for one in self.counted:
            clinician = one.kind == "county_hospital" and one.post["department_class"] == "clinical"
            if clinician and one.post["role"] != PRACTITIONER:
                clinicians.setdefault(self.cell(one, rules.bands), []).append(one)
        lines = {}
        for code in self.practitioners_at(at):
            cell = self.cell(self.here(at)[code], rules.bands)
            if cell in comparator:
                lines[code] = Fraction(ceil(comparator[cell] / (MONTHS if self.by_months else 1)))
            elif cell in clinicians:
                alike = clinicians[cell]
                heads = sum((one.weight for one in alike), Fraction(0))
                lines[code] = Fraction(ceil(sum(self.pay[one] for one in alike) / heads))
        return lines

    def practitioners(self, rules: Practitioners, comparator: Mapping[str, Fraction]) -> dict[str, dict[str, Fraction]]:
        """Raise practitioners up to the rate times the line.

        They are raised together at an institution, each beside his own cell, or each alone. Gives what each was to
        reach per head or person-month.
        """
        asked: dict[str, dict[str, Fraction]] = {}
        needs = {}
        for at in self.institutions:
            lines = self.practitioner_lines(at, rules, comparator)
            asked[at] = {code: rules.rates.get(self.here(at)[code].kind, 0) * line for code, line in lines.items()}
            pay, weight = self.pay_at(at), self.weight_at(at)
            needs[at] = floors.to_lines(pay, weight, asked[at])
            if not rules.each_person:
                needs[at] = floors.shared(self._short_together(at, asked[at]), weight, lines)
            self.of_persons |= {(at, code, "gp_line"): int(line) for code, line in lines.items()}
            self.reports[at, "gp_without_comparison"] = len(self.practitioners_at(at) - lines.keys())
            self.reports[at, "gp_nothing_to_compare"] = int(not lines)
        for at, need in needs.items():
            if rules.inside:
                self._from_inside(at, "gp_parity_pay", need, self.practitioners_at(at), {})
            else:
                self._give(at, "gp_parity_pay", need)
        return asked

    def _short_together(self, at: str, lines: Mapping[str, Fraction]) -> int:
        """Compute the shortfall of some persons' total from the total of their lines.

        The total of the lines is rounded up to the fen.
        """
        pay, weight = self.pay_at(at), self.weight_at(at)
        owed = ceil(sum(line * weight[code] for code, line in lines.items()))
        return max(owed - sum(pay[code] for code in lines), 0)

    def _look_at_practitioners(self, rules: Practitioners, comparator: Mapping[str, Fraction]) -> None:
        for at in self.institutions:
            lines = self.practitioner_lines(at, rules, comparator)
            asked = {code: rules.rates.get(self.here(at)[code].kind, 0) * line for code, line in lines.items()}
            pay, weight = self.pay_at(at), self.weight_at(at)
            alone = sum(floors.to_lines(pay, weight, asked).values())
            self.reports[at, "gp_parity_lacking"] = alone if rules.each_person else self._short_together(at, asked)
            owed = ceil(sum(line * weight[code] for code, line in lines.items()))
            ratio = Fraction(sum(pay[code] for code in lines), owed) if owed else Fraction(0)
            self.reports[at, "gp_pay_ratio"] = half_up(ratio, 4)

    # public-health staff ----------------------------------------------------------------------------------------------

    def public_health_at(self, at: str) -> set[str]:
        return {code for code, one in self.here(at).items() if one.post["department_class"] == "public_health"}

    def public_health(
        self, rules: PublicHealth, practitioners: Practitioners | None, lines: Mapping[str, Mapping[str, Fraction]]
    ) -> None:
        """The department as a whole, or each person; a multiple of one of the mean."""
        for at in self._floored(rules):
            pay, weight, group = self.pay_at(at), self.weight_at(at), self.public_health_at(at)
            found = floors.top_up(pay, weight, group, rules.inside)
            self.reports[at, "public_health_nothing_to_compare"] = int(found is None)
            if found is None:
                continue
            self.reports[at, "public_health_top_up_per_head"], need = found
            if rules.each_person and rules.inside:
                line = floors.mean(pay, weight, pay) or Fraction(0)
                need = floors.to_lines(pay, weight, dict.fromkeys(group, line))
            elif rules.each_person:
                assert not self.by_months, "the oracle knows no fixed point of each person by person-months"
                need = floors.raised_together(pay, group)
            if not rules.inside:
                self._give(at, "public_health_floor_pay", need)
                continue
            keep: dict[str, int] = {}
            if rules.practitioners_keep and practitioners is not None:
                kept = {code: ceil(line * weight[code]) for code, line in lines[at].items() if line}
                keep = kept if practitioners.each_person else {code: pay[code] for code in kept}
            self._from_inside(at, "public_health_floor_pay", need, group, keep)

    def _floored(self, rules: PublicHealth) -> list[str]:
        return [at for at, row in self.institutions.items() if row["kind"] in rules.kinds]

    def _look_at_public_health(self, rules: PublicHealth) -> None:
        for at in self._floored(rules):
            pay, weight, group = self.pay_at(at), self.weight_at(at), self.public_health_at(at)
            lacks = 0
            if floors.comparable(weight, group):
                line = floors.mean(pay, weight, pay) or Fraction(0)
                owed = ceil(line * sum(weight[code] for code in group))
                together = max(owed - sum(pay[code] for code in group), 0)
                alone = sum(floors.to_lines(pay, weight, dict.fromkeys(group, line)).values())
                lacks = alone if rules.each_person else together
            self.reports[at, "public_health_floor_lacking"] = lacks

    # village doctors --------------------------------------------------------------------------------------------------

    def doctors_at(self, at: str) -> set[str]:
        if self.institutions[at]["kind"] != "village_clinic":
            return set()
        return {code for code, one in self.here(at).items() if one.post["role"] == DOCTOR}

    def village_line(self, at: str) -> int | None:
        """The mean of like staff of the centre above the clinic, up to the fen."""
        above = self.institutions[at]["parent"]
        likes = [
            code for code, one in self.here(above).items()
            if one.kind == "township_center" and one.post["title"] == LIKE
        ]  # fmt: skip
        line = floors.mean(self.pay_at(above), self.weight_at(above), likes)
        return None if line is None else ceil(line)

    def villages(self, rules: Villages) -> None:
        """Raise village doctors, together or each alone.

        The budget meets its share of each doctor's difference, and perhaps the rest is paid from elsewhere. From here
        on known income is compared with, of everybody.
        """
        for one in self.pay:
            self.pay[one] += self.known.get((one.at, one.code), 0)
            self.of_persons[one.at, one.code, "drug_subsidy"] = self.known.get((one.at, one.code), 0)
        for at in self.institutions:
            line, doctors = self.village_line(at), self.doctors_at(at)
            self.reports[at, "village_line"] = line or 0
            self.reports[at, "village_nothing_to_compare"] = len(doctors) if line is None else 0
            if line is None:
                continue
            pay, weight = self.pay_at(at), self.weight_at(at)
            need = floors.to_lines(pay, weight, dict.fromkeys(doctors, rules.rate * line))
            if not rules.each_person:
                owed = rules.rate * line * sum(weight[code] for code in doctors)
                need = floors.shared(owed - sum(pay[code] for code in doctors), weight, doctors)
            budget = {code: half_up(fen * rules.budget_share, 0) for code, fen in need.items()}
            self._give(at, "village_parity_pay", budget)
            if rules.rest_paid:
                self._give(at, "village_parity_own_pay", {code: need[code] - fen for code, fen in budget.items()})

    def _look_at_villages(self, rules: Villages) -> None:
        for at in self.institutions:
            line, doctors = self.village_line(at) or 0, self.doctors_at(at)
            pay, weight = self.pay_at(at), self.weight_at(at)
            paid, heads = sum(pay[code] for code in doctors), sum(weight[code] for code in doctors)
            alone = sum(floors.to_lines(pay, weight, dict.fromkeys(doctors, rules.rate * line)).values())
            together = max(ceil(rules.rate * line * heads) - paid, 0)
            self.reports[at, "village_parity_lacking"] = alone if rules.each_person else together
            owed = ceil(line * heads)
            self.reports[at, "village_pay_ratio"] = half_up(Fraction(paid, owed), 4) if owed else 0

    # in their order ---------------------------------------------------------------------------------------------------

    def apply(
        self,
        practitioners: Practitioners | None,
        comparator: Mapping[str, Fraction],
        public_health: PublicHealth,
        villages: Villages | None,
    ) -> None:
        lines = self.practitioners(practitioners, comparator) if practitioners else {}
        self.public_health(public_health, practitioners, lines)
        if villages:
            self.villages(villages)
        if practitioners:
            self._look_at_practitioners(practitioners, comparator)
        self._look_at_public_health(public_health)
        if villages:
            self._look_at_villages(villages)
