"""Twelve months and their settlement under a policy of no region, in plain Python.

It computes them a second time.

A month pays fixed pay as given, divides the pool for work by weighted points, advances rewards, and prepays a share of
the purchase. The year gives what the two permits allow, less the advances; pays the floors of general practitioners,
public-health staff and village doctors, in this order; may turn variable pay into fixed; settles the purchase. Months
and settlement are what the year owes.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from tests.oracle import floors, two_permits
from tests.oracle.judge import judge
from tests.oracle.reading import Month
from tests.oracle.results import workload
from tests.oracle.settled_floors import Floors, Person, Practitioners, PublicHealth, Villages
from tests.oracle.two_permits import Permits, Shares, Steps, Weights
from tests.oracle.values import Row, Tables, adding_up, half_up, in_force

Engagement = tuple[str, str, str]  # institution, staff, from
Line = tuple[str, str, str]  # institution, staff, component
INDICATOR = "quality"
FIXED = ("post_pay", "allowance")
KNOWN = "drug_subsidy"  # known income: compared with in village parity, and never paid
FLOORS = ("gp_parity_pay", "public_health_floor_pay", "village_parity_pay", "village_parity_own_pay")
VARIABLE = ("workload_pay", "reward_advance", "reward_pay", *FLOORS)


@dataclass(frozen=True)
class Rules:
    """Values of the policy; `permits_for` are kinds of institution."""

    permits: Permits
    permits_for: frozenset[str]
    public_health: PublicHealth
    part_share: Shares  # by_post, by_points
    director_takes_part: bool
    equal_sharing_refused: bool
    advances_recovered: bool
    floor_by_person_months: bool
    fixed_share_floor: Fraction
    convert: bool
    unit_price: Fraction
    advance_share: Fraction
    practitioners: Practitioners | None = None
    villages: Villages | None = None


@dataclass
class Period:
    """Payments of one run, in fen.

    They are by person and component, and to institutions by statement.
    """

    pay: dict[Line, int] = field(default_factory=dict)
    statements: dict[tuple[str, str], int] = field(default_factory=dict)
    owed: dict[str, int] = field(default_factory=dict)
    reports: dict[tuple[str, str], int] = field(default_factory=dict)  # institution, name
    of_persons: dict[tuple[str, str, str], int] = field(default_factory=dict)  # institution, staff, name

    def add(self, institution: str, staff: str, component: str, fen: int) -> None:
        self.pay[institution, staff, component] = self.pay.get((institution, staff, component), 0) + fen


def last_day(month: Month) -> date:
    return month.next_first_day - timedelta(days=1)


def fen(text: str) -> int:
    return half_up(Fraction(text), 2)


class Year:
    """The year of a county under some rules: `months` and `year`, computed at once."""

    def __init__(self, tables: Tables, rules: Rules, year: int) -> None:
        self.tables, self.rules, self.name = tables, rules, str(year)
        self.calendar = [Month.of(f"{year}-{number:02}") for number in range(1, 13)]
        self.points: dict[Engagement, int] = {}  # of the year, in millionths
        self.months_of_persons: dict[str, dict[tuple[str, ...], Fraction]] = {}
        self.months = [self._month(month) for month in self.calendar]
        self.year = self._settlement()

    def settled_by(self, rules: Rules) -> Period:
        """The same months, settled by other rules of the year."""
        other = copy(self)
        other.rules = rules
        return other._settlement()

    # what the tables say ----------------------------------------------------------------------------------------------

    def engagements(self, months: Iterable[Month]) -> dict[Engagement, Row]:
        """Find the engagements in force on some day of these months."""
        wanted = list(months)
        rows = [row for row in self.tables["engagement"] if any(month.meets(row) for month in wanted)]
        return {(row["institution"], row["staff"], row["from"]): row for row in rows}

    def kinds(self) -> dict[str, str]:
        return {row["code"]: row["kind"] for row in self.tables["institution"]}

    def finance(self, institution: str, period: str) -> dict[str, int]:
        rows = [row for row in self.tables["finance"] if (row["institution"], row["period"]) == (institution, period)]
        return {row["line"]: fen(row["amount"]) for row in rows}

    def coefficient(self, institution: str, staff: str, period: str) -> Fraction:
        """The person's own score, else the institution's; 4 decimals."""
        rows = {
            row["staff"]: Fraction(row["score"]) / Fraction(row["full_score"])
            for row in self.tables["appraisal"]
            if (row["institution"], row["period"], row["indicator"]) == (institution, period, INDICATOR)
        }
        return Fraction(half_up(rows[staff] if staff in rows else rows[""], 4), 10**4)

    def person_months(self, engagement: Row, months: Iterable[Month]) -> Fraction:
        """Days in force / days of the month x fte, month by month.

        At 4 decimals, adding up for each person.
        """
        key = (engagement["institution"], engagement["staff"], engagement["from"])
        return sum((self._person_months_of(month).get(key, Fraction(0)) for month in months), Fraction(0))

    def _person_months_of(self, month: Month) -> dict[tuple[str, ...], Fraction]:
        """Those of everybody in a month; a person's are taken together, at whatever institution."""
        if str(month) not in self.months_of_persons:
            days = [date.fromisoformat(f"{month}-01") + timedelta(days=day) for day in range(last_day(month).day)]
            shares: dict[tuple[str, ...], Fraction] = {
                key: Fraction(row["fte"]) * sum(in_force(row, day) for day in days) / len(days)
                for key, row in self.engagements([month]).items()
            }
            self.months_of_persons[str(month)] = adding_up(shares, 4, lambda key: key[1])
        return self.months_of_persons[str(month)]

    def heads(self, institution: str, on: date) -> set[str]:
        return {
            row["staff"] for row in self.tables["engagement"] if row["institution"] == institution and in_force(row, on)
        }

    # weights ----------------------------------------------------------------------------------------------------------

    def weighted(self, institution: str, points: dict[Engagement, int], months: list[Month], period: str) -> Weights:
        """Points x quality x post, in millionths half up."""
        found: dict[str, dict[str, int]] = {}
        for (at, who, since), row in self.engagements(months).items():
            if at == institution:
                product = points.get((at, who, since), 0) * self.coefficient(at, who, period)
                found.setdefault(who, {})[since] = half_up(product * Fraction(row["post_coefficient"]), 0)
        return found

    def rewarded(self, institution: str, points: dict[Engagement, int], months: list[Month], period: str):
        """The weights of each part of a reward pool: of those only who take part."""
        mine = {key: row for key, row in self.engagements(months).items() if key[0] == institution}
        absent = {key for key, row in mine.items() if row["director"] == "yes" and not self.rules.director_takes_part}
        by_points, by_post = self.weighted(institution, points, months, period), {}
        posts: dict[tuple[str, ...], Fraction] = {
            key: Fraction(row["post_coefficient"]) * self.person_months(row, months) for key, row in mine.items()
        }
        for (_, who, since), weight in adding_up(posts, 6, lambda key: key[1]).items():
            by_post.setdefault(who, {})[since] = int(weight * 10**6)
        everybody = {"by_post": by_post, "by_points": by_points}
        return {
            name: {
                who: own
                for who, all_own in weights.items()
                if (own := {since: one for since, one in all_own.items() if (institution, who, since) not in absent})
            }
            for name, weights in everybody.items()
        }

    # a month ----------------------------------------------------------------------------------------------------------

    def _month(self, month: Month) -> Period:
        made, rules, period = Period(), self.rules, str(month)
        cells = workload(judge(self.tables, month))
        points: dict[Engagement, int] = {}
        for (at, who, since, _), (_, worth) in cells.items():
            points[at, who, since] = points.get((at, who, since), 0) + worth
        for key, worth in points.items():
            self.points[key] = self.points.get(key, 0) + worth
        engaged = {key[:2] for key in self.engagements([month])}
        for row in self.tables["pay_component"]:
            if row["component"] == KNOWN:
                continue
            if row["period"] == period and (row["institution"], row["staff"]) in engaged:
                made.add(row["institution"], row["staff"], row["component"], fen(row["amount"]))
        for at, kind in self.kinds().items():
            lines = self.finance(at, period)
            weights = self.weighted(at, points, [month], period)
            for who, amount in two_permits.divided(lines.get("workload_pool", 0), weights).items():
                made.add(at, who, "workload_pay", amount)
            if kind in rules.permits_for:
                parts = self.rewarded(at, points, [month], period)
                advances = two_permits.shared(lines["reward_advance_pool"], rules.part_share, parts)
                for who, amount in advances.items():
                    made.add(at, who, "reward_advance", amount)
            worth = sum(one for key, one in points.items() if key[0] == at)
            owed = half_up(Fraction(worth, 10**6) * rules.unit_price * self.coefficient(at, "", period), 2)
            made.owed[at] = owed
            made.statements[at, "service_purchase_advance"] = two_permits.part(owed, rules.advance_share)
        return made

    # the year ---------------------------------------------------------------------------------------------------------

    def before(self, institution: str, *components: str, staff: str | None = None) -> int:
        """Sum the pay of some components in the months."""
        return sum(
            amount
            for month in self.months
            for (at, who, component), amount in month.pay.items()
            if at == institution and component in components and staff in (None, who)
        )

    def _settlement(self) -> Period:
        made = Period()
        for at, kind in self.kinds().items():
            if kind in self.rules.permits_for:
                self._rewards(made, at)
        self._floors(made)
        for at in self.kinds():
            self._fixed_share(made, at)
            owed = sum(month.owed[at] for month in self.months)
            paid = sum(month.statements[at, "service_purchase_advance"] for month in self.months)
            made.statements[at, "service_purchase_settlement"] = owed - paid
            made.reports[at, "service_purchase_due"] = owed
        return made

    def _rewards(self, made: Period, at: str) -> None:
        rules, balances = self.rules, self._balances(at)
        steps = two_permits.waterfall(self.finance(at, self.name), balances, rules.permits)
        granted = self.before(at, "workload_pay") + balances.get("performance_pay", 0)
        two_permits.limited(steps, self._mean_heads(at), granted, rules.permits)
        weights = self.rewarded(at, self.points, self.calendar, self.name)
        alike = two_permits.all_alike(rules.part_share, weights)
        amount = 0 if alike and rules.equal_sharing_refused else steps.payable
        due = two_permits.shared(amount, rules.part_share, weights)
        steps.not_payable["equal_sharing"] = steps.payable - amount
        steps.not_payable["nobody"] = amount - sum(due.values())
        for who in {key[1] for key in self.engagements(self.calendar) if key[0] == at}:
            settled = due.get(who, 0) - self.before(at, "reward_advance", staff=who)
            made.add(at, who, "reward_pay", settled if rules.advances_recovered else max(settled, 0))
        self._report(made, at, steps, granted, sum(due.values()), alike)

    def _balances(self, at: str) -> dict[str, int]:
        rows = [row for row in self.tables["opening_balance"] if row["institution"] == at and not row["staff"]]
        return {row["name"]: fen(row["amount"]) for row in rows}

    def _report(self, made: Period, at: str, steps: Steps, granted: int, paid: int, alike: bool) -> None:
        why = two_permits.reasons(steps)
        figures = {
            "surplus": steps.surplus, "distributable": steps.distributable, "reward_base": steps.reward_base,
            "reward_pool": steps.reward_pool, "performance_ceiling": steps.ceiling, "performance_granted": granted,
            "ceiling_room": steps.room, "reward_payable": steps.payable, "reward_distributed": paid,
            "reward_shared_equally": int(alike),
            **{f"fund_set_aside[{name}]": amount for name, amount in steps.funds.items()},
            **{f"surplus_split[{name}]": amount for name, amount in steps.uses.items()},
            **{f"reward_not_payable[{name}]": amount for name, amount in steps.not_payable.items()},
            **{
                f"reward_reason[{name}]": int(name in why)
                for name in ("no_surplus", "earlier_losses", "funds", "ceiling", "equal_sharing", "nobody")
            },
        }  # fmt: skip
        made.reports |= {(at, name): value for name, value in figures.items()}

    def _floors(self, made: Period) -> None:
        """Pay the floors, after rewards, from all pay of the year to date."""
        rules, paid = self.rules, {}
        for month in [*self.months, made]:
            for (at, who, _), amount in month.pay.items():
                paid[at, who] = paid.get((at, who), 0) + amount
        people = {}
        for one in self.people():
            variable = sum(made.pay.get((one.at, one.code, component), 0) for component in VARIABLE)
            people[one] = (paid.get((one.at, one.code), 0), variable)
        institutions = {row["code"]: row for row in self.tables["institution"]}
        known: dict[tuple[str, str], int] = {}
        for row in self.tables["pay_component"]:
            if row["component"] == KNOWN:  # of the year and of its months
                key = row["institution"], row["staff"]
                known[key] = known.get(key, 0) + fen(row["amount"])
        settled = Floors(people, institutions, rules.floor_by_person_months, known)
        comparator = {
            row["cell"]: Fraction(row["mean"]) * 100
            for row in self.tables.get("comparator", [])
            if row["period"] == self.name
        }
        settled.apply(rules.practitioners, comparator, rules.public_health, rules.villages)
        for (one, component), amount in settled.paid.items():
            made.add(one.at, one.code, component, amount)
            if component == "village_parity_pay":
                line = (one.at, "parity_subsidy")
                made.statements[line] = made.statements.get(line, 0) + amount
        made.reports |= settled.reports
        made.of_persons |= settled.of_persons

    def people(self) -> list[Person]:
        """Everybody at an institution in the year."""
        kinds, mine = self.kinds(), {}
        began = {row["code"]: row.get("first_worked", "") for row in self.tables["staff"]}
        for (at, who, since), row in self.engagements(self.calendar).items():
            mine.setdefault((at, who), {})[since] = row
        found = []
        for (at, who), rows in mine.items():
            months = sum((self.person_months(row, self.calendar) for row in rows.values()), Fraction(0))
            weight = months if self.rules.floor_by_person_months else Fraction(who in self._there_last(at))
            found.append(Person(at, who, kinds[at], rows[max(rows)], weight, self.years_worked(began[who])))
        return found

    def _mean_heads(self, at: str) -> Fraction:
        """Person-months of the year / 12, at 4 decimals half up."""
        rows = [row for (place, *_), row in self.engagements(self.calendar).items() if place == at]
        months = sum((self.person_months(row, self.calendar) for row in rows), Fraction(0))
        return Fraction(half_up(months / len(self.calendar), 4), 10**4)

    def _there_last(self, at: str) -> set[str]:
        return self.heads(at, last_day(self.calendar[-1]))

    def years_worked(self, since: str) -> int | None:
        """Whole years on the last day."""
        if not since:
            return None
        first, last = date.fromisoformat(since), last_day(self.calendar[-1])
        return last.year - first.year - ((last.month, last.day) < (first.month, first.day))

    def _fixed_share(self, made: Period, at: str) -> None:
        """Compute the fixed share last of all: over the year to date, those who left included."""
        fixed, rules = self.before(at, *FIXED), self.rules
        now: dict[str, int] = {}
        for (where, who, component), amount in made.pay.items():
            if where == at and component in VARIABLE:
                now[who] = now.get(who, 0) + amount
        gross = fixed + self.before(at, *VARIABLE) + sum(now.values())
        if rules.convert:
            lack = floors.lacking(fixed, gross, rules.fixed_share_floor)
            for who, amount in floors.converted(lack, now).items():
                made.add(at, who, "converted_to_fixed", amount)
                made.add(at, who, "converted_from_variable", -amount)
                fixed += amount
        made.reports[at, "fixed_share_to_date"] = half_up(Fraction(fixed, gross), 4) if gross else 0
        made.reports[at, "fixed_share_lacking"] = floors.lacking(fixed, gross, rules.fixed_share_floor)
