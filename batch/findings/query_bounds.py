"""Findings about rows that a query for service_record leaves out."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from batch.arrow_columns import numbers
from batch.findings.finding import MOST_SHOWN, Finding
from batch.findings.kinds import KINDS, LIMITS_UNSEEN, QUERY_LIMITS, QUERY_REVERSALS
from batch.findings.material import Material
from batch.findings.work import part_batches
from batch.snapshot.snapshot import Snapshot
from payengine.texts import say


def query_bounds(material: Material) -> Iterator[Finding]:
    """Find rows of the year that a month lacks, and a query that cannot deliver them.

    A query is known by its text as the freeze kept it; earlier months are those that are published.
    """
    assert material.snapshot is not None
    months = material.snapshot.record_months
    if months is None:
        return
    if material.snapshot.coding.limited_items.any():
        yield from _limits_unseen(material)
        binds = months.query.get("binds", ())
        if binds and "year_start" not in binds and material.period.first_day.month > 1:
            yield Finding(
                QUERY_LIMITS, KINDS[QUERY_LIMITS].severity, 1,
                say("the query for service_record does not name :year_start: services of earlier months do not count "
                    "against the limits of {period}", period=material.period),
                remedy=say("Let the query deliver the rows since :year_start, then: payengine month {period}",
                           period=material.period),
            )  # fmt: skip
    if not months.query.get("asks_reversals", True) and not material.snapshot.counts["late_reversals"]:
        yield Finding(
            QUERY_REVERSALS, KINDS[QUERY_REVERSALS].severity, 1,
            say("the query for service_record ends with the period: what is refunded or cancelled on a later day never "
                "arrives"),
            remedy=say("Let its condition read: service_date < :next_period or reverses is not null"),
        )  # fmt: skip


def _limits_unseen(material: Material) -> Iterator[Finding]:
    """Find published months with rows of limited items, of which not one was delivered."""
    assert material.snapshot is not None
    months = material.snapshot.record_months
    assert months is not None
    unseen = [
        str(period) for period, snapshot in material.earlier
        if not months.limited.get(str(period)) and _has_limited(snapshot)
    ]  # fmt: skip
    if unseen:
        yield Finding(
            LIMITS_UNSEEN, KINDS[LIMITS_UNSEEN].severity, len(unseen),
            say("no service of {n} published month(s) counts against the limits of {period}, though they have services "
                "with a limit: too much may be paid", n=len(unseen), period=material.period),
            tuple(unseen[:MOST_SHOWN]),
            say("Let the source deliver the rows since 1 January (a query: since :year_start), then: "
                "payengine month {period}", period=material.period),
        )  # fmt: skip


def _has_limited(snapshot: Snapshot) -> bool:
    """Tell if a snapshot has rows of its own month whose item has a limit."""
    return any(
        bool(np.any(numbers(batch, "counting_only") == 0))
        for part in snapshot.limited_parts() if part.rows
        for batch in part_batches(part)
    )  # fmt: skip
