"""Reports of the demo county's departments: appraisal, finance, pay, tasks, contracts.

All invented, in proportion to the number of staff, so that ratios look like those of real institutions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from batch.demo.tables import Rows
from batch.demo.vocabulary import Vocabulary
from payengine.exact.amounts import decimal_text
from payengine.periods import HALF_YEAR, MONTH, Period

# Thousands of yuan a head and year.
FINANCE = {
    "medical_income": 170, "medical_service_income": 104, "technical_service_income": 98, "fiscal_income": 70,
    "public_health_income": 24, "other_income": 4, "service_costs": 86, "operating_expense": 190,
    "management_expense": 17,
    "personnel_expense": 92, "earlier_losses": 1, "restricted_carry_over": 2, "outside_total_amount": 2,
    "approved_performance_total": 60, "workload_pool": 11, "reward_advance_pool": 3, "shared_money": 6,
    "village_task_money": 8, "prepaid_fiscal": 12, "prepaid_public_health": 10, "prepaid_insurance": 4,
    "budgeted_expenditure": 190, "executed_expenditure": 185, "insurance_pool": 60, "public_health_pool": 20,
    "month_income": 96, "month_costs": 48,
}  # fmt: skip
OTHER_LINE = 5
PREPAID = "prepaid_"
PAY = {"post_pay": (3200, 380), "grade_pay": (1500, 60), "allowance": (420, 0), "basic_performance_pay": (1650, 120)}
CLINIC_ALLOWANCE = 600
OTHER_PAY = 300
SHIFTS = ("night_shifts", "holiday_shifts")
PERSONAL_TASKS = ("night_emergency", "first_contact", "secondment_days", "multi_site_sessions", *SHIFTS)
CONTRACT_FEES = {"fiscal": "25.00", "public_health": "20.00", "insurance": "45.00", "resident": "30.00"}
CONTRACTS_PER_TEAM = 12


@dataclass(frozen=True)
class Person:
    """A person at an institution; `rank` 0 is the highest title, None a village doctor."""

    staff: str
    institution: str
    rank: int | None
    agreement: bool
    seconded: bool
    general_practitioner: bool


class DepartmentReports:
    """Rows of the tables that are given by period, month by month and for the whole period."""

    def __init__(
        self, kinds: dict[str, str], people: list[Person], teams: list[tuple[str, str]], vocabulary: Vocabulary,
        rng: np.random.Generator, *, whole: Period,
    ) -> None:  # fmt: skip
        self.kinds = kinds
        self.people = people
        self.teams = teams
        self.vocabulary = vocabulary
        self.rng = rng
        self.whole = whole
        self.heads = Counter(person.institution for person in people)
        self.tables: dict[str, Rows] = {
            name: [] for name in ("appraisal", "finance", "pay_component", "directed_task", "measure")
        }

    def add(self, period: Period) -> None:
        """Add all reports of one period; pay and tasks are reported by month only."""
        self._appraisal(period)
        if period.kind == MONTH or period == self.whole:  # it adds up its months: a quarter's rows would count twice
            self._finance(period)
        self._measures(period)
        if period.kind == MONTH:
            self._pay(str(period))
            self._tasks(str(period))
        if self.vocabulary.cases:
            self._cases(period)
        if self.vocabulary.tenures:
            self._comparators(period)

    def add_last_year(self, period: Period) -> None:
        """Add the measures of the year before, from which a year's growth is taken."""
        self._measures(period.last_year())

    def _appraisal(self, of: Period) -> None:
        rows, period, indicators = self.tables["appraisal"], str(of), self.vocabulary.scored_in(of.kind)
        for code in self.kinds:
            for indicator in indicators:
                rows.append((code, "", indicator, self._score(indicator, 8200), "100", str(period)))
        for number, person in enumerate(self.people):
            if number % 5 == 0 and not person.seconded:
                # Without satisfaction: it falls back to the institution's.
                for indicator in indicators:
                    if indicator != "satisfaction":
                        score = self._score(indicator, 7000)
                        rows.append((person.institution, person.staff, indicator, score, "100", str(period)))

    def _score(self, indicator: str, least: int) -> str:
        """Draw a score: ethics is passed or, now and then, failed by a little; the rest is spread."""
        if indicator == "ethics":
            return "100.00" if self.rng.integers(0, 20) else "98.00"
        return hundredths(self.rng.integers(least, 9950))

    def _finance(self, period: Period) -> None:
        months = len(period.months())
        for code in self.kinds:
            for line in self.vocabulary.lines:
                if line.startswith(PREPAID) and period.kind != MONTH:
                    continue  # a settlement adds up what its months were sent
                a_year = FINANCE.get(line, OTHER_LINE) * 10 * int(self.rng.integers(92, 108)) * self.heads[code]
                if line in self.vocabulary.lines_read:  # drawn anyway, so that no other figure depends on it
                    self.tables["finance"].append((code, line, f"{a_year * months // 12}.00", str(period)))

    def _measures(self, period: Period) -> None:
        for code, kind in self.kinds.items():
            for name in self.vocabulary.measures:
                self.tables["measure"].append((code, name, self._measure(name, kind, self.heads[code]), str(period)))

    def _measure(self, name: str, kind: str, heads: int) -> str:
        draw = self.rng.integers
        if "satisfaction" in name or name == "contract_experience":
            return f"0.{draw(8700, 9600) if name.endswith('last_year') else draw(8800, 9900)}"
        known = {
            "population": int(draw(600, 4200) if kind == "village_clinic" else draw(8000, 60_000)),
            "beds": heads // 2, "approved_posts": heads, "administrative_heads": heads // 12,
            "administrative_heads_last_year": heads // 12 + 1, "registered_institutions": 40,
            "inspected_institutions": int(draw(6, 12)),
            "pension_insured": heads if kind == "village_clinic" else 0,
        }  # fmt: skip
        return str(known.get(name, int(draw(60, 110))))

    def _pay(self, month: str) -> None:
        rows = self.tables["pay_component"]
        for number, person in enumerate(self.people):
            if person.seconded:
                continue  # paid at home
            if person.rank is None:
                if "allowance" in self.vocabulary.components:
                    rows.append(
                        (
                            person.staff,
                            person.institution,
                            "allowance",
                            f"{CLINIC_ALLOWANCE + number % 7 * 50}.00",
                            month,
                        )
                    )
                continue
            for component in self.vocabulary.components:
                if component == "agreement_pay":
                    amount = 12_000 if person.agreement else 0
                elif component in PAY:
                    top, step = PAY[component]
                    amount = top - step * person.rank + (number % 9 * 35 if component == "grade_pay" else 0)
                else:
                    amount = OTHER_PAY if number % 23 == 0 else 0
                if amount:
                    rows.append((person.staff, person.institution, component, f"{amount}.00", month))

    def _tasks(self, month: str) -> None:
        rows = self.tables["directed_task"]
        for task in self.vocabulary.tasks:
            if task not in PERSONAL_TASKS:
                for code, kind in self.kinds.items():
                    if kind in ("township_center", "community_center"):
                        rows.append((code, "", task, str(int(self.rng.integers(0, 12))), month))
                continue
            for number, person in enumerate(self.people):
                if self._does(task, number, person):
                    most = {"night_emergency": 4, "first_contact": 25, "secondment_days": 22, "night_shifts": 10}.get(
                        task, 8
                    )
                    rows.append((person.institution, person.staff, task, str(int(self.rng.integers(1, most))), month))

    def _does(self, task: str, number: int, person: Person) -> bool:
        if task == "first_contact":
            return person.general_practitioner and not person.seconded
        if task in SHIFTS:
            return number % 3 != SHIFTS.index(task) and not person.seconded and person.rank is not None
        if task == "night_emergency":
            return (
                number % 17 == 0
                and not person.seconded
                and self.kinds[person.institution] in ("county_hospital", "township_center")
            )
        return person.seconded

    def _cases(self, period: Period) -> None:
        if period.kind != MONTH:
            return
        rows = self.tables.setdefault("adjustment", [])
        for number, person in enumerate(self.people):
            if number % 97 == 3 and not person.seconded:
                component = self.vocabulary.cases[number // 97 % len(self.vocabulary.cases)]
                case = f"案〔{period.first_day.year}〕{period.first_day.month:02}-{number:05}号"
                rows.append((person.institution, person.staff, component, "200.00", case, "考核办", str(period)))

    def _comparators(self, period: Period) -> None:
        rows = self.tables.setdefault("comparator", [])
        monthly = (12_400, 11_000, 9600, 8300, 7200)
        for rank, title in enumerate(("主任医师", "副主任医师", "主治医师", "医师", "助理医师")):
            for tenure in self.vocabulary.tenures:
                for education in ("硕士", "本科", "大专", "中专"):
                    mean = monthly[rank] * len(period.months())
                    rows.append((f"{title}|{tenure}|{education}", f"{mean}.00", "12", str(period)))

    def contracts(self, year: int) -> None:
        """Add the year's family-doctor contracts, a row per source; one in ten ends in August."""
        if not self.vocabulary.contract_sources:
            return
        rows = self.tables.setdefault("contract", [])
        start, end = f"{year}-01-01", f"{year + 1}-01-01"
        packages = self.vocabulary.packages or ("basic",)
        for team, institution in self.teams:
            for number in range(CONTRACTS_PER_TEAM):
                cancelled = f"{year}-08-15" if number % 10 == 9 else ""
                for source in self.vocabulary.contract_sources:
                    rows.append(
                        (
                            f"C{team}-{number:03}", institution, team, packages[number % len(packages)], source,
                            CONTRACT_FEES[source], start, end, cancelled,
                        )
                    )  # fmt: skip


def hundredths(number: np.int64) -> str:
    """Write a whole number of hundredths as a decimal."""
    return decimal_text(int(number), 2)


def reported_periods(period: Period, kinds: Collection[str]) -> list[Period]:
    """List the periods with reports: the months, the settlements inside, the period itself.

    Half-years only where they are among the kinds that the policy computes.
    """
    inside = [each for each in period.settled() if each.kind != HALF_YEAR or each.kind in kinds]
    return [*inside, period]
