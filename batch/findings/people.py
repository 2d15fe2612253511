"""Findings about people: engaged and unpaid, paid and not engaged, without their component."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from batch.findings.finding import MOST_SHOWN, Finding
from batch.findings.kinds import COMPONENT_LOST, ENGAGED_UNPAID, KINDS, PAID_UNENGAGED
from batch.findings.material import Material
from payengine.periods import MONTH, Period, day_number
from payengine.texts import joined, say

_SEPARATOR = "\x1f"


def people(material: Material) -> Iterator[Finding]:
    """Compare who is engaged in a month with who is paid in it.

    A settlement pays whom it concerns, and pays those who left: nothing is missing or too many there.
    """
    if material.period.kind != MONTH:
        return
    yield from _lost(material)
    if material.sums is None:
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


def _lost(material: Material) -> Iterator[Finding]:
    """Find components that persons had in the last published months and have nowhere now.

    They are engaged on every day of the month, so nothing of their post ended. Before there is a run, the components
    given by the source are compared.
    """
    lost = material.lost if material.sums is not None else _not_given(material)
    here = [(component, staff) for component, staff, places in lost if not set(places) & set(material.held)]
    if not here:
        return
    whole = _engaged_whole(material, {staff for _, staff in here})
    by_component: dict[str, list[str]] = {}
    for component, staff in here:
        if staff in whole:
            by_component.setdefault(component, []).append(staff)
    for component, persons in sorted(by_component.items()):
        yield Finding(
            COMPONENT_LOST, KINDS[COMPONENT_LOST].severity, len(persons),
            say("{n} person(s) had {component} in {periods}, are engaged in the whole of {period}, and have none now",
                n=f"{len(persons):,}", component=material.called("pay_component", component), period=material.period,
                periods=joined(str(past.period) for past in material.lately)),
            tuple(sorted(persons)[:MOST_SHOWN]),
            say("See that it ended; look for a row that is missing, or a code written otherwise."), component,
        )  # fmt: skip


def _not_given(material: Material) -> list[tuple[str, str, list[str]]]:
    """List the given components that persons had in the last published months, not now."""
    tables = [past.table("pay_component") for past in material.lately]
    if not tables or any(table is None for table in tables):
        return []
    periods = [past.period for past in material.lately]
    earlier = [_given(table, period) for table, period in zip(tables, periods, strict=True) if table is not None]
    lost = earlier[-1].filter(pc.invert(pc.is_in(earlier[-1], value_set=_given(material.table("pay_component"),
                                                                               material.period))))  # fmt: skip
    for each in earlier[:-1]:
        lost = lost.filter(pc.is_in(lost, value_set=each))
    found = [text.split(_SEPARATOR) for text in sorted(lost.to_pylist())]
    return [(component, staff, []) for component, staff in found]


def _given(table: pa.Table, period: Period) -> pa.Array:
    """Join component and person of a month's rows, each once."""
    rows = table.filter(pc.and_(pc.equal(table["period"], str(period)), pc.not_equal(table["amount"], 0)))
    columns = (rows[name].cast(pa.string()) for name in ("component", "staff"))
    return pc.unique(pc.binary_join_element_wise(*columns, _SEPARATOR))


def _engaged_whole(material: Material, persons: set[str]) -> set[str]:
    """Choose the persons whom engagements hold on every day of the period."""
    table = material.table("engagement")
    first, end = day_number(material.period.first_day), day_number(material.period.next_first_day)
    table = table.filter(pc.is_in(table["staff"], value_set=pa.array(sorted(persons), pa.string())))
    reached = dict.fromkeys(persons, first)
    for row in sorted(table.select(["staff", "from", "until"]).to_pylist(), key=lambda row: int(row["from"])):
        if row["from"] <= reached[row["staff"]] < row["until"]:
            reached[row["staff"]] = row["until"]
    return {staff for staff, day in reached.items() if day >= end}


def _engaged(material: Material) -> set[tuple[str, str]]:
    """List institutions and persons of the engagements that meet the period."""
    table: pa.Table = material.table("engagement")
    first, end = day_number(material.period.first_day), day_number(material.period.next_first_day)
    here = table.filter(pc.and_(pc.less(table["from"], end), pc.greater(table["until"], first)))
    return set(zip(here["institution"].to_pylist(), here["staff"].to_pylist(), strict=True))
