"""A county's published year added up again from its lines.

Pools, ceiling, floor and account must be as published. It is plain Python over pay lines, reports and the year's
engagements; nothing of the formulas is used.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from batch.reports.compliance import CheckResult, obligations
from batch.results import Results
from batch.snapshot.snapshot import find_snapshot
from batch.workspace import Workspace
from payengine.periods import MONTH, Period, day_number
from payengine.policy import Policy

CEILING = (
    "basic_performance_pay", "workload_pay", "appraisal_true_up", "deemed_performance_pay", "reward_advance",
    "reward_pay", "gp_parity_pay", "public_health_floor_pay", "village_parity_own_pay",
    "case_addition", "case_deduction", "first_contact_pay", "multi_site_pay",
    "contract_pay_fiscal", "contract_pay_public_health", "contract_pay_insurance", "contract_pay_resident",
)  # fmt: skip
Figures = Mapping[str, int]


@dataclass
class Year:
    """The current revisions of a settled year."""

    workspace: Workspace
    policy: Policy
    period: Period

    @cached_property
    def results(self) -> dict[Period, Results]:
        """Results by period, in the order in which they were published."""
        current = [record for record in self.workspace.runs() if record.current]
        return {record.period: self.workspace.results(record.id) for record in current}

    def of_kind(self, kind: str) -> list[Period]:
        return sorted((period for period in self.results if period.kind == kind), key=str)

    def reported(self, period: Period, name: str) -> Figures:
        """A figure by institution, in its own smallest units."""
        rows = self.results[period].reports.to_pylist()
        return {
            row["institution"]: row["value"] for row in rows if (row["name"], row["level"]) == (name, "institution")
        }

    def paid(self, *components: str, periods: list[Period] | None = None) -> dict[tuple[str, str], int]:
        """Fen by (institution, staff); of all components where none is named."""
        found: dict[tuple[str, str], int] = defaultdict(int)
        for period in self.results if periods is None else periods:
            for line in self.results[period].pay_lines.to_pylist():
                if not components or line["component"] in components:
                    found[line["institution"], line["staff"]] += line["amount_fen"]
        return dict(found)

    @cached_property
    def latest(self) -> list[Mapping[str, Any]]:
        """Find the latest engagement of every person still at an institution on the last day."""
        tables = find_snapshot(self.workspace.snapshots, self.period).tables()
        last = day_number(self.period.last_day)
        found: dict[tuple[str, str], Mapping[str, Any]] = {}
        for row in sorted(tables["engagement"].to_pylist(), key=lambda row: row["from"]):
            if row["from"] <= last < row["until"]:
                found[row["institution"], row["staff"]] = row
        return list(found.values())


def by_institution(paid: Mapping[tuple[str, str], int]) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for (institution, _), fen in paid.items():
        found[institution] += fen
    return found


def problems(year: Year) -> Iterator[str]:
    """Everything that the published lines do not bear out."""
    yield from _pools(year)
    yield from _true_up(year)
    yield from _ceiling(year)
    yield from _public_health_floor(year)
    yield from _account(year)


def _pools(year: Year) -> Iterator[str]:
    """Every month's pool is what its people got and what is left.

    The rest is in a later pool, or still there.
    """
    left: dict[str, int] = defaultdict(int)
    for month in year.of_kind(MONTH):
        pool = year.reported(month, "workload_pool")
        given = year.reported(month, "workload_pool_given")
        if not given:
            continue
        paid = by_institution(year.paid("workload_pay", periods=[month]))
        for institution, amount in pool.items():
            if amount != given[institution] + left[institution]:
                yield f"{month} {institution}: pool {amount}, given {given[institution]}, left {left[institution]}"
            left[institution] = amount - paid.get(institution, 0)
            if left[institution] < 0:
                yield f"{month} {institution}: {-left[institution]} fen more than the pool"


def _true_up(year: Year) -> Iterator[str]:
    """Months that divide a pool leave a true-up nothing to add."""
    ways = {year.policy.formulas(kind)[1].get("appraisal_true_up") for kind in ("quarter", "half_year")}
    if "true_up_within_pool" in ways:
        for institution, fen in by_institution(year.paid("appraisal_true_up")).items():
            if fen:
                yield f"{institution}: a true-up of {fen} fen that is in no pool"


def _ceiling(year: Year) -> Iterator[str]:
    """The year's performance pay stays within its total, or the sheet says that it does not."""
    ceiling = year.reported(year.period, "performance_ceiling")
    told = {result.institution: result.figure.value for result in _of_check(year, "performance_total") if result.figure}
    agreement = year.reported(year.period, "agreement_pay_inside_total")
    paid = by_institution(year.paid(*CEILING))
    failed = _failed(year, "performance_total")
    for institution, most in ceiling.items():
        if not most:
            continue
        whole = paid.get(institution, 0) + agreement.get(institution, 0)
        if institution in told and told[institution] != whole:
            yield f"{institution}: performance pay {told[institution]}, its lines {whole}"
        if whole > most and institution not in failed:
            yield f"{institution}: {whole - most} fen above its total, and no check says so"


def _public_health_floor(year: Year) -> Iterator[str]:
    """Public-health staff earn at least the mean of all, or the sheet says they do not.

    It does not matter from which component they are paid.
    """
    failed, paid = _failed(year, "public_health_floor"), year.paid()
    for institution, nothing in year.reported(year.period, "public_health_nothing_to_compare").items():
        if nothing or not _applies(year, "public_health_floor", institution):
            continue
        people = [row for row in year.latest if row["institution"] == institution]
        group = [row for row in people if row["department_class"] == "public_health"]
        every, own = (sum(paid.get((institution, row["staff"]), 0) for row in some) for some in (people, group))
        if group and own * len(people) < every * len(group) and institution not in failed:
            yield f"{institution}: public health {own} of {len(group)}, all {every} of {len(people)}"


def _account(year: Year) -> Iterator[str]:
    """No source of a purchase pays more than it owes, or the sheet says so."""
    over = year.reported(year.period, "sources_overpaid")
    for institution, sources in over.items():
        if sources and institution not in _failed(year, "sources_overpaid"):
            yield f"{institution}: {sources} sources overpaid, and no check says so"
    for source in ("fiscal", "public_health", "insurance"):
        for institution, fen in year.reported(year.period, f"purchase_account_balance[{source}]").items():
            if fen < 0 and not over.get(institution):
                yield f"{institution}: {source} {fen} and nothing said"


def _applies(year: Year, parameter: str, institution: str) -> bool:
    """The policy has a value for the institution's kind on the year's last day."""
    tables = find_snapshot(year.workspace.snapshots, year.period).tables()
    kind = next(row["kind"] for row in tables["institution"].to_pylist() if row["code"] == institution)
    values = year.policy.parameters[parameter].in_force(year.period.last_day)
    return any(_holds(value.where.get("kind"), kind) for value in values)


def _holds(where: object, kind: str) -> bool:
    return where is None or kind == where or (not isinstance(where, str) and kind in where)  # type: ignore[operator]


def _of_check(year: Year, check: str) -> list[CheckResult]:
    """List what the year's sheet says of every institution."""
    return [
        result for one in obligations(year.results[year.period]) if one.name == check for result in one.institutions
    ]


def _failed(year: Year, check: str) -> set[str]:
    return {result.institution for result in _of_check(year, check) if result.result == "fail"}
