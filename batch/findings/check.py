"""Check of a period: all findings, the gravest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from batch.findings.against_past import against_past
from batch.findings.finding import SEVERITIES, Finding, joined
from batch.findings.input_amounts import input_amounts
from batch.findings.input_rows import input_rows
from batch.findings.item_minutes import item_minutes
from batch.findings.item_quantities import item_quantities
from batch.findings.kinds import KINDS, SNAPSHOT_MISSING
from batch.findings.material import Material
from batch.findings.people import people
from batch.findings.policy_values import policy_values
from batch.findings.query_bounds import query_bounds
from batch.findings.reference_values import reference_values
from batch.findings.staleness import stale
from payengine.texts import say


def find(material: Material) -> list[Finding]:
    """Make all findings about a period, by severity, kind and subject."""
    return in_order(_all(material))


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Sort findings by severity, kind and subject, those that share both joined."""
    return sorted(joined(findings), key=lambda one: (-SEVERITIES.index(one.severity), one.kind, one.subject))


def _all(material: Material) -> Iterator[Finding]:
    if material.snapshot is None:
        yield Finding(
            SNAPSHOT_MISSING, KINDS[SNAPSHOT_MISSING].severity, 1,
            say("the snapshot of the run is not in this workspace: its input is not looked at"),
            remedy=say("Bring the folder back from a copy, or compute the period again: payengine month PERIOD."),
            unseen=material.rules.kinds,
        )  # fmt: skip
    else:
        yield from stale(material)
        yield from input_rows(material)
        yield from input_amounts(material)
        yield from item_quantities(material)
        yield from item_minutes(material)
        yield from query_bounds(material)
        yield from people(material)
        yield from reference_values(material)
    yield from against_past(material)
    yield from policy_values(material)
