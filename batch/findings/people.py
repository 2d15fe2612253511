"""Findings about people of a run: engaged and unpaid, paid and not engaged."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from batch.findings.finding import MOST_SHOWN, Finding
from batch.findings.kinds import ENGAGED_UNPAID, KINDS, PAID_UNENGAGED
from batch.findings.material import Material
from payengine.periods import MONTH, day_number
from payengine.texts import say


def people(material: Material) -> Iterator[Finding]:
    """Compare who is engaged in a month with who is paid in it.

    A settlement pays whom it concerns, and pays those who left: nothing is missing or too many there.
    """
    if material.sums is None or material.period.kind != MONTH:
        return
    paid = set(material.sums.person_money)  # lines of zero are not stored
    engaged = _engaged(material)
    paid_somewhere = {staff for _, staff in paid}
    unpaid = sorted({staff for place, staff in engaged if place not in material.held} - paid_somewhere)
    if unpaid:
        yield Finding(
            ENGAGED_UNPAID, KINDS[ENGAGED_UNPAID].severity, len(unpaid),
            say("{n} person(s) are engaged in {period} and no line pays them",
                n=f"{len(unpaid):,}", period=material.period),
            tuple(unpaid[:MOST_SHOWN]), say("Look for their rows in pay_component, appraisal and service_record."),
        )  # fmt: skip
    strangers = sorted(paid - engaged)
    if strangers:
        yield Finding(
            PAID_UNENGAGED, KINDS[PAID_UNENGAGED].severity, len(strangers),
            say("{n} person(s) are paid at an institution without an engagement there in {period}",
                n=f"{len(strangers):,}", period=material.period),
            tuple(f"{staff} {place}" for place, staff in strangers[:MOST_SHOWN]),
            say("Enter the engagement, or take the amounts out."),
        )  # fmt: skip


def _engaged(material: Material) -> set[tuple[str, str]]:
    """List institutions and persons of the engagements that meet the period."""
    table: pa.Table = material.table("engagement")
    first, end = day_number(material.period.first_day), day_number(material.period.next_first_day)
    here = table.filter(pc.and_(pc.less(table["from"], end), pc.greater(table["until"], first)))
    return set(zip(here["institution"].to_pylist(), here["staff"].to_pylist(), strict=True))
