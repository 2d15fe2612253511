"""Overview of a run for those who lead.

Totals, structure and spread of pay, work, ceilings, obligations.

Figures only, exact: `batch.cli.views.overview_page` gives them words. Nobody is named, and a group of few persons has
no spread.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from batch.reports.compliance import Number, Obligation, obligations
from batch.reports.register import Line, Names, register
from batch.reports.selected_rows import rows, summed
from payengine.exact.amounts import share

if TYPE_CHECKING:
    from batch.results import Results

FEWEST = 5  # persons of a group whose spread is told
FLOOR, TARGET, CEILING = "fixed_share", "fixed_share_target", "performance_total"  # the national policy's checks
QUARTILES = (10, 25, 50, 75, 90)  # per cent
RATIO_DECIMALS = 4


@dataclass(frozen=True)
class ComponentTotal:
    """All pay of one component, in fen."""

    component: str
    label: str
    pay_class: str
    fen: int


@dataclass(frozen=True)
class Spread:
    """Spread of the pay of the persons of a role at an institution each, in fen.

    `quantiles` are those of QUARTILES, each the pay of a person; empty for a group of few.
    """

    role: str
    persons: int
    quantiles: tuple[int, ...]


@dataclass(frozen=True)
class Bound:
    """Figure of an institution in ten-thousandths, beside its floor and its target."""

    institution: str
    share: int
    floor: int | None = None
    target: int | None = None


@dataclass(frozen=True)
class Overview:
    """Figures of the overview; `before` is the total of the last period of its kind (None.

    There is none).
    """

    results: Results
    lines: Sequence[Line]
    total: Line
    before_period: str
    before: Line | None
    components: Sequence[ComponentTotal]
    spreads: Sequence[Spread]
    fixed_shares: Sequence[Bound]
    ceilings: Sequence[Bound]
    obligations: Sequence[Obligation]


def overview(results: Results, names: Names, roles: Mapping[tuple[str, str], str], before: Results | None) -> Overview:
    """Make the overview of a run.

    `roles` are those of (institution, staff), `before` the run of the last period of its kind.
    """
    made = register(results, names)
    checks = obligations(results)
    return Overview(
        results, made.lines, made.total,
        "" if before is None else str(before.meta.period),
        None if before is None else register(before, names).total,
        _components(results), _spreads(results, roles),
        [_bound(line, checks) for line in made.lines if line.fixed_share is not None], _ceilings(checks), checks,
    )  # fmt: skip


def _components(results: Results) -> list[ComponentTotal]:
    """Add up the pay of each component, in the policy's order."""
    sums = {row["component"]: row["amount_fen"] for row in summed(results.pay_lines, ["component"], ["amount_fen"])}
    described = rows(results.components, kind="pay")
    return [
        ComponentTotal(row["component"], row["label"], row["pay_class"], sums[row["component"]])
        for row in described
        if row["component"] in sums
    ]


def _spreads(results: Results, roles: Mapping[tuple[str, str], str]) -> list[Spread]:
    """Tell the spread of pay by role; persons without one stand last, under ''."""
    if not roles:
        return []
    found: dict[str, list[int]] = {}
    for row in summed(results.pay_lines, ["institution", "staff"], ["amount_fen"]):
        found.setdefault(roles.get((row["institution"], row["staff"]), ""), []).append(row["amount_fen"])
    made = [Spread(role, len(pay), quantiles(sorted(pay))) for role, pay in found.items()]
    return sorted(made, key=lambda one: (not one.role, -one.persons, one.role))


def quantiles(ordered: Sequence[int]) -> tuple[int, ...]:
    """Choose the quantiles of QUARTILES by nearest rank; none of fewer than FEWEST."""
    if len(ordered) < FEWEST:
        return ()
    return tuple(ordered[max(0, -(-len(ordered) * per_cent // 100) - 1)] for per_cent in QUARTILES)


def _bound(line: Line, checks: Sequence[Obligation]) -> Bound:
    """Set an institution's fixed share beside the floor and the target of the checks."""
    floor, target = (_threshold(checks, name, line.institution) for name in (FLOOR, TARGET))
    return Bound(line.institution, line.fixed_share or 0, floor, target)


def _threshold(checks: Sequence[Obligation], name: str, institution: str) -> int | None:
    for check in checks:
        for result in check.institutions:
            if check.name == name and result.institution == institution and result.threshold is not None:
                return in_ten_thousandths(result.threshold)
    return None


def _ceilings(checks: Sequence[Obligation]) -> list[Bound]:
    """Tell how much of its ceiling of performance pay each institution used."""
    found = []
    for check in checks:
        for result in check.institutions if check.name == CEILING else ():
            if (
                result.figure is not None
                and result.threshold is not None
                and result.figure.scale == result.threshold.scale
            ):
                used = share(result.figure.value, result.threshold.value)
                if used is not None:
                    found.append(Bound(result.institution, used))
    return found


def in_ten_thousandths(number: Number) -> int:
    """Give a ratio in ten-thousandths; a threshold has no more decimals."""
    if number.scale <= RATIO_DECIMALS:
        return int(number.value * 10 ** (RATIO_DECIMALS - number.scale))
    return int(number.value // 10 ** (number.scale - RATIO_DECIMALS))
