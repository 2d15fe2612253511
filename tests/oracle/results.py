"""The two listings of section 6: numbered rejections, and the stated workload."""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction

from tests.oracle.judge import REASONS, Claim, Judged
from tests.oracle.values import by_bytes, half_up

Rejection = tuple[str, str, str, int, str]  # record_id, staff, institution, copy, reason
Cell = tuple[str, str, str, str]  # institution, staff, engagement_from, category


def rejections(judged: Judged, held: Collection[str] = ()) -> list[Rejection]:
    """List rejections with record_id, staff, institution, reason and a copy number.

    Copies count from 1 within record_id and staff, in the order of the reasons. A held institution's are left out of
    the run.
    """
    of_one: dict[tuple[str, str], list[Claim]] = {}
    for claim in judged.not_paid:
        of_one.setdefault((claim.record.record_id, claim.staff), []).append(claim)
    found = []
    for (record_id, staff), claims in of_one.items():
        claims.sort(key=lambda claim: (REASONS.index(claim.reason), by_bytes(claim.record.institution)))
        for copy, claim in enumerate(claims, start=1):
            if claim.record.institution not in held:
                found.append((record_id, staff, claim.record.institution, copy, claim.reason))
    return sorted(found)


def points(judged: Judged, claim: Claim) -> Fraction:
    """Compute the points of a paid row: quantity x share x equivalents x difficulty.

    The equivalents are those of the item's row in force on the date. Items of category `directed` have zero points. A
    refund is priced as the row that it takes back.
    """
    record = (claim.original or claim).record
    item = judged.reference.item(record.item, record.service_date)
    assert item is not None
    if item["category"] == "directed":
        return Fraction(0)
    difficulty = judged.reference.difficulty(record.institution, record.item, record.service_date)
    return claim.amount * Fraction(item["equivalents"]) * difficulty


def cell(judged: Judged, claim: Claim) -> Cell:
    """Points belong to the engagement in force on that date; without staff, to the institution."""
    record = (claim.original or claim).record
    item = judged.reference.item(record.item, record.service_date)
    assert item is not None
    if not claim.staff:
        return (record.institution, "", "", item["category"])
    engagement = judged.reference.engagement(record.institution, claim.staff, record.service_date)
    assert engagement is not None
    return (record.institution, claim.staff, engagement["from"], item["category"])


def exact_workload(judged: Judged, held: Collection[str] = ()) -> dict[Cell, tuple[int, Fraction]]:
    """Count services and sum points exactly for every cell that has a paid row.

    Services are paid rows, refunds apart.
    """
    cells: dict[Cell, tuple[int, Fraction]] = {}
    for claim in judged.paid:
        where = cell(judged, claim)
        if where[0] not in held:
            services, total = cells.get(where, (0, Fraction(0)))
            cells[where] = (services + (not claim.is_refund), total + points(judged, claim))
    return cells


def workload(judged: Judged, held: Collection[str] = ()) -> dict[Cell, tuple[int, int]]:
    """Sum points exactly and state them once, at 6 decimals half up.

    By engagement and category it gives services and points in millionths.
    """
    return {where: (services, half_up(total, 6)) for where, (services, total) in exact_workload(judged, held).items()}
