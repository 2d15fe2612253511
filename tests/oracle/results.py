"""The two listings of section 6: rejected rows with their copy numbers, and the stated workload."""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction

from tests.oracle.judge import REASONS, Claim, Judged
from tests.oracle.values import by_bytes, half_up

Rejection = tuple[str, str, str, int, str]  # record_id, staff, institution, copy, reason
Cell = tuple[str, str, str, str]  # institution, staff, engagement_from, category


def rejections(judged: Judged, held: Collection[str] = ()) -> list[Rejection]:
    """Rejections are listed with record_id, staff, institution, reason and a copy number (from 1 within record_id and
    staff, in the order of the reasons). A held institution's are left out of the run."""
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
    """Points of a paid row: quantity x share x equivalents (the item's row in force on the date) x difficulty. Items of
    category `directed` have zero points. A refund is priced as the row that it takes back."""
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
    """Services (paid rows, refunds apart) and the exact sum of points of every cell that has a paid row."""
    cells: dict[Cell, tuple[int, Fraction]] = {}
    for claim in judged.paid:
        where = cell(judged, claim)
        if where[0] not in held:
            services, total = cells.get(where, (0, Fraction(0)))
            cells[where] = (services + (not claim.is_refund), total + points(judged, claim))
    return cells


def workload(judged: Judged, held: Collection[str] = ()) -> dict[Cell, tuple[int, int]]:
    """Points are summed exactly and then stated once, at 6 decimals half up, per engagement and category: services and
    points in millionths."""
    return {where: (services, half_up(total, 6)) for where, (services, total) in exact_workload(judged, held).items()}
