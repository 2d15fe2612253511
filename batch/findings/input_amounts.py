"""Findings in the amounts and quantities of a period's input."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median_low
from typing import Any

import numpy as np
import pyarrow as pa

from batch.findings.finding import MOST_SHOWN, Finding
from batch.findings.kinds import AMOUNT_SIGN, COMPONENT_AMOUNT, KINDS, QUANTITY, TWO_INSTITUTIONS
from batch.findings.material import Material
from batch.findings.work import quantities
from payengine.exact.amounts import decimal_text, yuan
from payengine.periods import Period
from payengine.policy import ONE
from payengine.texts import say

FEWEST_AMOUNTS = 5  # of a component, so that its median says something
FEWEST_ROWS = 20  # of an item


def input_amounts(material: Material) -> Iterator[Finding]:
    """Find amounts of components and quantities of items that are far beyond the others."""
    rows = _of_period(material.table("pay_component"), material.period)
    by_component: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_component.setdefault(row["component"], []).append(row)
    for component, its in sorted(by_component.items()):
        yield from _far_amounts(material, component, its)
        yield from _odd_signs(component, its)
        yield from _two_institutions(component, its)
    yield from _quantities(material)


def _of_period(table: pa.Table, period: Period) -> list[dict[str, Any]]:
    wanted = [text for text in table["period"].unique().to_pylist() if Period.parse(text).within(period)]
    chosen = table.filter(pa.compute.is_in(table["period"], value_set=pa.array(wanted, pa.string())))
    return [row for row in chosen.to_pylist() if row["amount"]]


def _place(row: dict[str, Any]) -> str:
    return f"{row['staff']} {row['institution']} {yuan(row['amount'])}"


def _far_amounts(material: Material, component: str, rows: list[dict[str, Any]]) -> Iterator[Finding]:
    middle = median_low([abs(row["amount"]) for row in rows])
    factor = material.rules.threshold(COMPONENT_AMOUNT)
    far = [row for row in rows if abs(row["amount"]) * ONE > factor * middle]
    if len(rows) < FEWEST_AMOUNTS or not far:
        return
    yield Finding(
        COMPONENT_AMOUNT, KINDS[COMPONENT_AMOUNT].severity, len(far),
        say(
            "pay_component {component}: {n} amount(s) beyond {factor} times the median of {median}",
            component=component, n=f"{len(far):,}", factor=decimal_text(factor, 4, least=0), median=yuan(middle),
        ),
        tuple(map(_place, far[:MOST_SHOWN])), say("Look for a digit too many, or fen where yuan belong."), component,
    )  # fmt: skip


def _odd_signs(component: str, rows: list[dict[str, Any]]) -> Iterator[Finding]:
    """Find amounts of another sign than most of their component.

    Where both signs are as many, the negative ones.
    """
    below = [row for row in rows if row["amount"] < 0]
    above = [row for row in rows if row["amount"] > 0]
    odd = below if len(below) <= len(above) else above
    if not odd:
        return
    what = (
        say("pay_component {component}: {n} negative amount(s) among {all}",
            component=component, n=f"{len(odd):,}", all=f"{len(rows):,}")
        if odd is below
        else say("pay_component {component}: {n} positive amount(s) among {all} that are negative",
                 component=component, n=f"{len(odd):,}", all=f"{len(rows):,}")
    )  # fmt: skip
    yield Finding(
        AMOUNT_SIGN, KINDS[AMOUNT_SIGN].severity, len(odd), what, tuple(map(_place, odd[:MOST_SHOWN])),
        say("See whether the sign is meant: a deduction has a minus, pay has none."), component,
    )  # fmt: skip


def _two_institutions(component: str, rows: list[dict[str, Any]]) -> Iterator[Finding]:
    places: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        places.setdefault((row["period"], row["staff"]), []).append(row["institution"])
    several = [f"{staff} {' + '.join(its)}" for (_, staff), its in sorted(places.items()) if len(set(its)) > 1]
    if several:
        yield Finding(
            TWO_INSTITUTIONS, KINDS[TWO_INSTITUTIONS].severity, len(several),
            say("pay_component {component}: {n} person(s) have it at two institutions",
                component=component, n=f"{len(several):,}"),
            tuple(several[:MOST_SHOWN]), say("Leave it at one of them, unless each pays a part."), component,
        )  # fmt: skip


def _quantities(material: Material) -> Iterator[Finding]:
    assert material.snapshot is not None
    factor = material.rules.threshold(QUANTITY)
    item, quantity, rows = quantities(material.snapshot, factor)
    if not item.size:
        return
    codes = material.snapshot.coding.item_rows["code"].to_pylist()
    bounds = np.flatnonzero(np.diff(item, prepend=-1))
    for start, stop in zip(bounds, [*bounds[1:], item.size], strict=True):
        its, counts = quantity[start:stop], rows[start:stop]
        total = int(counts.sum())
        middle = int(its[np.searchsorted(np.cumsum(counts), (total + 1) // 2)])
        far = [int(each) for each in its if int(each) * ONE > factor * middle]
        if total < FEWEST_ROWS or not far:
            continue
        found = int(counts[its > (factor * middle) // ONE].sum())
        code = codes[int(item[start])]
        largest = ", ".join(decimal_text(each, 2, least=0) for each in far[::-1][:MOST_SHOWN])
        yield Finding(
            QUANTITY, KINDS[QUANTITY].severity, found,
            say(
                "service_record: {n} quantities of {item} beyond {factor} times the median of {median}",
                n=f"{found:,}", item=code, factor=decimal_text(factor, 4, least=0),
                median=decimal_text(middle, 2, least=0),
            ),
            (say("the largest: {quantities}", quantities=largest),),
            say("Look for a digit too many, or another unit than the item's."), code,
        )  # fmt: skip
