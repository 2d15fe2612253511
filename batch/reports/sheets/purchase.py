"""Statement of purchased services (购买服务结算单): points, prices, amounts, accounts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from batch.reports.selected_rows import rows, summed
from batch.reports.sheets.material import NoSheet, SheetMaterial, signatures, yuan_unit
from batch.reports.sheets.reported import summary_note, summary_services
from batch.reports.sheets.sheet import FEN, MICRO, TEN_THOUSANDTHS, Cell, Sheet, SheetColumn, SheetGroup
from batch.reports.sheets.words import category_words, funding_words
from payengine.errors import PayengineError
from payengine.texts import say

PRICE, COEFFICIENT = "purchase_unit_price", "institution_coefficient"
APART = "bought_apart"  # categories that are bought with money of their own, not at this price
# Figures of `formulas/purchase_account.py`, each by source of funding, as far as the policy reports them.
ACCOUNTS = ("owed_to_date", "prepaid_to_date", "purchase_paid_to_date", "purchase_account_balance")
_BY_FUNDING = re.compile(r"(\w+)\[(\w+)\]")
_RATE_SCALE = 4


def make(material: SheetMaterial) -> Sheet | NoSheet:
    """Make the sheet: a block for each institution: points, statement lines, accounts."""
    results = material.results
    if not results.statement_lines.num_rows and not rows(results.components, kind="statement"):
        return NoSheet(say("the policy has no statement lines"))
    notes = [
        say("Points of an institution are those of its staff and its own; a line without an amount is not listed.")
    ]
    if material.policy is None:
        notes.append(say("Prices are not given: the policy of the run cannot be read any more."))
    summarised = summary_services(material)
    if summarised:
        notes.append(summary_note(summarised))
    accounts = _accounts(material)
    if not accounts:
        notes.append(say("The policy reports no accounts to date: owed, prepaid, paid and balance are not given."))
    return Sheet(
        name="purchase",
        tab=say("Purchase statement"),
        title=say("Statement of purchased services"),
        subtitle=material.subtitle,
        unit=yuan_unit(),
        columns=(
            SheetColumn(say("Institution code")),
            SheetColumn(say("Line")),
            SheetColumn(say("Funding")),
            SheetColumn(say("Points"), MICRO, True),
            SheetColumn(say("Unit price"), TEN_THOUSANDTHS),
            SheetColumn(say("Appraisal coefficient"), TEN_THOUSANDTHS),
            SheetColumn(say("Due this period"), FEN, True),
            SheetColumn(say("Owed to date"), FEN, True),
            SheetColumn(say("Prepaid to date"), FEN, True),
            SheetColumn(say("Paid to date"), FEN, True),
            SheetColumn(say("Balance"), FEN, True),
        ),
        groups=lambda: _groups(material, accounts, summarised),
        notes=tuple(notes),
        signatures=(*signatures(), say("Seal of the institution")),
        frozen=2,
    )


def _groups(
    material: SheetMaterial, accounts: Mapping[str, Mapping[str, Mapping[str, int]]], summarised: Mapping[str, int]
) -> Iterator[SheetGroup]:
    results = material.results
    points: dict[str, dict[str, int]] = {}
    for row in summed(results.workload, ["institution", "category"], ["points_micro"]):
        points.setdefault(row["institution"], {})[row["category"]] = row["points_micro"]
    order = {row["component"]: number for number, row in enumerate(results.components.to_pylist())}
    lines: dict[str, list[dict[str, Any]]] = {}
    for row in sorted(results.statement_lines.to_pylist(), key=lambda line: order[line["component"]]):
        lines.setdefault(row["institution"], []).append(row)
    coefficients = {
        row["institution"]: row["value"]
        for row in rows(results.reports, level="institution", name=COEFFICIENT)
        if row["scale"] == _RATE_SCALE
    }
    kinds = _kinds(material)
    for code in sorted({*points, *lines, *accounts}, key=str.encode):
        yield SheetGroup(
            material.named(code),
            [
                *_points(material, code, points.get(code, {}), coefficients.get(code), kinds),
                *_summarised(code, summarised.get(code, 0)),
                *_lines(material, code, lines.get(code, [])),
                *_balances(material, code, accounts.get(code, {})),
            ],
            has_subtotal=True,
        )


def _points(
    material: SheetMaterial, code: str, points: Mapping[str, int], coefficient: int | None,
    kinds: Mapping[str, Mapping[str, str]],
) -> Iterator[list[Cell]]:  # fmt: skip
    labels = {} if material.policy is None else material.policy.names.get("category", {})
    for category, micro in sorted(points.items()):
        line = say("{category}: points", category=category_words(category, labels))
        price = _price(material, {**kinds.get(code, {}), "institution": code, "category": category})
        yield [code, line, "", micro, price, coefficient, None, None, None, None, None]


def _summarised(code: str, services: int) -> Iterator[list[Cell]]:
    """Mark an institution whose services are partly counts, which no single record proves."""
    if services:
        yield [code, say("of these services from summary rows: {n}", n=f"{services:,}"), *[None] * 9]


def _lines(material: SheetMaterial, code: str, lines: list[dict[str, Any]]) -> Iterator[list[Cell]]:
    for row in lines:
        label = material.labels.get(row["component"]) or row["component"]
        funding = funding_words(row["funding"], material.names.funding)
        yield [code, label, funding, None, None, None, row["amount_fen"], None, None, None, None]


def _balances(material: SheetMaterial, code: str, accounts: Mapping[str, Mapping[str, int]]) -> Iterator[list[Cell]]:
    for funding, figures in accounts.items():
        name = funding_words(funding, material.names.funding)
        told = [figures.get(each) for each in ACCOUNTS]
        yield [code, say("Account to date"), name, None, None, None, None, *told]


def _accounts(material: SheetMaterial) -> dict[str, dict[str, dict[str, int]]]:
    """Find the accounts that the run reports, by institution, funding and figure."""
    found: dict[str, dict[str, dict[str, int]]] = {}
    for row in rows(material.results.reports, level="institution"):
        match = _BY_FUNDING.fullmatch(row["name"])
        if match and match[1] in ACCOUNTS and row["unit"] == "yuan":
            found.setdefault(row["institution"], {}).setdefault(match[2], {})[match[1]] = row["value"]
    return found


def _kinds(material: SheetMaterial) -> dict[str, dict[str, str]]:
    """Read what prices may be keyed by: kind and class of the institutions."""
    table = material.table("institution")
    if table is None:
        return {}
    columns = [table[name].to_pylist() for name in ("code", "kind", "public_class")]
    return {code: {"kind": kind, "public_class": str(rank)} for code, kind, rank in zip(*columns, strict=True)}


def _price(material: SheetMaterial, keys: dict[str, str]) -> int | None:
    """Look up the price of a point on the period's last day; None where there is none."""
    policy, day = material.policy, material.meta.period.last_day
    if policy is None or PRICE not in policy.parameters:
        return None
    try:
        if APART in policy.parameters and policy.value(APART, day, **keys):
            return None
        return policy.value(PRICE, day, **keys)
    except PayengineError:  # an ambiguous key: the run told what it took
        return None
