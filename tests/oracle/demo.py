"""The demo policy's money for a month, from stated workload, amounts and scores.

All values are the demo policy's own (illustrative): price of purchase 9.50, price of a point to staff 4.20, weights
0.4, 0.3, 0.1 and 0.2, directed tasks 800.00 and 5,000.00, base guarantee 1,500.00 a month for a village clinic.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from fractions import Fraction

from tests.oracle.judge import Judged
from tests.oracle.results import workload
from tests.oracle.values import Row, Tables, by_bytes, day, half_up, in_force

Line = tuple[str, str, str, str, str]  # institution, staff, engagement_from, component, funding
StatementLine = tuple[str, str, str]  # institution, component, funding
Report = tuple[str, str, str]  # institution, staff ('' for the institution's own figure), name
Engagement = tuple[str, str, str]  # institution, staff, engagement_from
Funding = Mapping[str, list[tuple[str, Fraction]]]  # component -> its sources and their shares, in the policy's order

PURCHASE_UNIT_PRICE = Fraction("9.50")
STAFF_POINT_PRICE = Fraction("4.20")
WEIGHTS = {
    "workload": Fraction("0.4"), "quality": Fraction("0.3"), "ethics": Fraction("0.1"), "satisfaction": Fraction("0.2"),
}  # fmt: skip
TASK_AMOUNTS = {"epidemic_response": Fraction(800), "night_emergency": Fraction(5000)}
BASE_GUARANTEE = Fraction(1500)
FIXED = ("post_pay", "grade_pay", "allowance", "basic_performance_pay")


def largest_remainder(pool: int, weights: list[int]) -> list[int]:
    """Divide a pool into whole parts in proportion to the weights.

    The remainder after rounding down goes, one each, to the largest remainders; ties go by position. The parts sum to
    the pool, unless all weights are zero. A negative pool by symmetry.
    """
    if pool < 0:
        return [-part for part in largest_remainder(-pool, weights)]
    total = sum(weights)
    if total == 0:
        return [0 for _ in weights]
    parts = [pool * weight // total for weight in weights]
    remainders = [pool * weight % total for weight in weights]
    order = sorted(range(len(weights)), key=lambda place: (-remainders[place], place))
    for place in order[: pool - sum(parts)]:
        parts[place] += 1
    return parts


class DemoPolicy:
    """The demo policy applied to one month of one county; `held` institutions are left out."""

    def __init__(
        self, tables: Tables, judged: Judged, funding: Funding, workload_pay: str, held: Collection[str] = ()
    ) -> None:
        self.tables = tables
        self.month = judged.month
        self.funding = funding
        self.workload_pay = workload_pay
        self.held = held
        self.work = workload(judged, held)

    # who and what takes part ------------------------------------------------------------------------------------------

    def engagements(self) -> dict[Engagement, Row]:
        """A run covers every engagement in force on at least one day of the period."""
        return {
            (row["institution"], row["staff"], row["from"]): row
            for row in self.tables["engagement"]
            if self.month.meets(row) and row["institution"] not in self.held
        }

    def institutions(self) -> dict[str, str]:
        """Map code to kind for the institutions of the run.

        These are in force on at least one day of the period, or have an engagement there; the kind is that of the
        latest row that began before the period's end.
        """
        at_work = {institution for institution, _, _ in self.engagements()}
        at_work |= {row["code"] for row in self.tables["institution"] if self.month.meets(row)}
        began = [row for row in self.tables["institution"] if day(row["from"]) < self.month.next_first_day]
        latest = sorted(began, key=lambda row: day(row["from"]))
        return {row["code"]: row["kind"] for row in latest if row["code"] in at_work and row["code"] not in self.held}

    def of_month(self, table: str) -> list[Row]:
        """The rows of a table of amounts that are of this month."""
        return [row for row in self.tables.get(table, []) if row["period"] == str(self.month)]

    # quality ----------------------------------------------------------------------------------------------------------

    def coefficient(self, institution: str, staff: str = "") -> Fraction:
        """Compute the weighted score of workload, quality, ethics and satisfaction.

        For each indicator it takes the staff's own row, else the institution's; score / full_score; rounded half up at
        4 decimals once over the sum.
        """
        own = {(row["institution"], row["staff"], row["indicator"]): row for row in self.of_month("appraisal")}
        total = Fraction(0)
        for indicator, weight in WEIGHTS.items():
            row = own.get((institution, staff, indicator)) or own[institution, "", indicator]
            total += weight * Fraction(row["score"]) / Fraction(row["full_score"])
        return Fraction(half_up(total, 4), 10**4)

    # work -------------------------------------------------------------------------------------------------------------

    def points(self, engagement: Engagement) -> Fraction:
        """Stated points of an engagement, all categories."""
        found = (points for (*owner, _), (_, points) in self.work.items() if tuple(owner) == engagement)
        return Fraction(sum(found), 10**6)

    def weight(self, engagement: Engagement, row: Row) -> Fraction:
        """Points x quality coefficient x post coefficient, not rounded."""
        institution, staff, _ = engagement
        return self.points(engagement) * self.coefficient(institution, staff) * Fraction(row["post_coefficient"])

    def by_point_price(self) -> dict[Engagement, int]:
        """Multiply points by price, quality coefficient and post coefficient, to the fen."""
        return {
            engagement: half_up(self.weight(engagement, row) * STAFF_POINT_PRICE, 2)
            for engagement, row in self.engagements().items()
        }

    def by_point_value(self) -> dict[Engagement, int]:
        """Divide the institution's pool (finance line workload_pool) by largest remainder.

        A person's weight is the sum over that person's engagements; each share is then divided among them. Weights are
        stated at 6 decimals; ties go by the bytes of the staff code, then `engagement_from`.
        """
        weights = {found: half_up(self.weight(found, row), 6) for found, row in self.engagements().items()}
        pay: dict[Engagement, int] = {}
        for institution in self.institutions():
            of_person: dict[str, list[Engagement]] = {}
            for found in sorted(weights, key=lambda found: (by_bytes(found[1]), found[2])):
                if found[0] == institution:
                    of_person.setdefault(found[1], []).append(found)
            totals = [sum(weights[found] for found in mine) for mine in of_person.values()]
            for share, mine in zip(largest_remainder(self.pool(institution), totals), of_person.values(), strict=True):
                parts = largest_remainder(share, [weights[found] for found in mine])
                pay.update(zip(mine, parts, strict=True))
        return pay

    def pool(self, institution: str) -> int:
        """The finance line workload_pool in fen; no row is nothing to divide."""
        rows = [row for row in self.of_month("finance") if row["institution"] == institution]
        return sum(half_up(Fraction(row["amount"]), 2) for row in rows if row["line"] == "workload_pool")

    # fixed pay --------------------------------------------------------------------------------------------------------

    def fixed_pay(self) -> dict[tuple[Engagement, str], int]:
        """Pay monthly amounts per staff and institution on the latest engagement there.

        It is the latest one in force in the period; an amount for a person without an engagement there in the period is
        not paid.
        """
        pay = {}
        for row in self.of_month("pay_component"):
            mine = [found for found in self.engagements() if found[:2] == (row["institution"], row["staff"])]
            if mine:
                pay[max(mine, key=lambda found: found[2]), row["component"]] = half_up(Fraction(row["amount"]), 2)
        return pay

    # what is published ------------------------------------------------------------------------------------------------

    def pay_lines(self) -> dict[Line, int]:
        """List every amount in fen that is not zero.

        The key is institution, staff, engagement, component and funding.
        """
        work = self.by_point_price() if self.workload_pay == "by_point_price" else self.by_point_value()
        amounts = {(found, "workload_pay"): amount for found, amount in work.items()} | self.fixed_pay()
        lines = {}
        for (engagement, component), amount in amounts.items():
            for source, part in self.funded(component, amount):
                lines[(*engagement, component, source)] = part
        return {line: amount for line, amount in lines.items() if amount}

    def funded(self, component: str, amount: int) -> list[tuple[str, int]]:
        """Divide a component among two sources by largest remainder.

        Ties go by the policy's order of sources.
        """
        sources = self.funding[component]
        parts = largest_remainder(amount, [half_up(share, 4) for _, share in sources])
        return list(zip((source for source, _ in sources), parts, strict=True))

    def statement_lines(self) -> dict[StatementLine, int]:
        """List the purchase from each institution, each line rounded once.

        The lines are points x price x the institution's coefficient (its own work included), directed tasks at fixed
        amounts, and the base guarantee of village clinics.
        """
        lines = {}
        for institution, kind in self.institutions().items():
            points = Fraction(sum(points for cell, (_, points) in self.work.items() if cell[0] == institution), 10**6)
            tasks = [row for row in self.of_month("directed_task") if row["institution"] == institution]
            amounts = {
                "service_purchase": points * PURCHASE_UNIT_PRICE * self.coefficient(institution),
                "directed_tasks": sum((int(row["count"]) * TASK_AMOUNTS[row["task"]] for row in tasks), Fraction(0)),
                "base_guarantee": BASE_GUARANTEE if kind == "village_clinic" else Fraction(0),
            }
            for component, amount in amounts.items():
                for source, part in self.funded(component, half_up(amount, 2)):
                    lines[institution, component, source] = part
        return {line: amount for line, amount in lines.items() if amount}

    # what is reported ----------------------------------------------------------------------------------------------

    def reports(self) -> dict[Report, int]:
        """Report money in fen, coefficients and shares in ten-thousandths, points in millionths."""
        lines, statements = self.pay_lines(), self.statement_lines()
        found: dict[Report, int] = {}
        for institution, staff, _ in self.engagements():
            found[institution, staff, "quality_coefficient"] = half_up(self.coefficient(institution, staff), 4)
        for institution in self.institutions():
            paid = sum(fen for line, fen in lines.items() if line[0] == institution)
            fixed = sum(fen for line, fen in lines.items() if line[0] == institution and line[3] in FIXED)
            bought = sum(fen for line, fen in statements.items() if line[0] == institution)
            figures = {
                "heads": self.heads(institution),
                "institution_coefficient": half_up(self.coefficient(institution), 4),
                "purchased_points": sum(points for cell, (_, points) in self.work.items() if cell[0] == institution),
                "staff_pay": paid,
                "purchase_total": bought,
                "purchase_balance": bought - paid,
                "fixed_share": half_up(Fraction(fixed, paid), 4) if paid else 0,
            }
            if self.workload_pay == "by_point_value":
                figures |= self.divided(institution, lines)
            found |= {(institution, "", name): value for name, value in figures.items()}
        return found

    def heads(self, institution: str) -> int:
        """Count the heads: the persons with an engagement on the period's last day."""
        last = self.month.next_first_day - timedelta(days=1)
        at_work = {
            found[1] for found, row in self.engagements().items() if found[0] == institution and in_force(row, last)
        }
        return len(at_work)

    def divided(self, institution: str, lines: dict[Line, int]) -> dict[str, int]:
        """A pool over zero weight is retained and listed: pool = shares + what is retained."""
        pool = self.pool(institution)
        shared = sum(fen for line, fen in lines.items() if line[0] == institution and line[3] == "workload_pay")
        return {"workload_pay.pool": pool, "workload_pay.shared": shared, "workload_pay.retained": pool - shared}
