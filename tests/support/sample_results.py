"""Results made by hand for tests of storing and comparing; every invariant holds in them."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from batch.results import (
    COMPONENTS,
    DEPARTMENT_REPORTS,
    PAY_LINES,
    REJECTIONS,
    REPORTS,
    SCHEMAS,
    STATEMENT_LINES,
    WORKLOAD,
    Meta,
    Results,
)
from payengine.periods import Period

# Texts that a careless bulk load would change: quotes, line ends, escapes, blanks at the end, rare characters.
AWKWARD = (
    'a"b',
    "a,b",
    "a\nb",
    "a\\b",
    "a\r\nb",
    "\\N",
    "\\.",
    "a\t",
    "'",
    "NULL",
    "x ",
    "x",
    "X",
    "名𬭎㛃",
    "é",
    "e\u0301",
)
POLICY = 'code = "demo"  # 示例'
POOLED = {"pool": 100, "shared": 99, "retained": 1}


def results(
    period: str = "2026-10",
    seed: int = 1,
    staff: int = 6,
    institutions: int = 3,
    rejected: int = len(AWKWARD),
    holds: Mapping[str, str] | None = None,
    **changes: Any,
) -> Results:
    """A run's results, the same for the same arguments; `changes` replace fields of the whole."""
    dice = random.Random(seed)
    places = [f"I{number:02}" for number in range(institutions)]
    people = sorted((dice.choice(places), f"N{number:05}") for number in range(staff))
    fixed = [("post_pay", "财政", dice.randrange(100_000, 900_000)) for _ in people]
    variable = [("workload_pay", "机构", dice.randrange(-50_000, 900_000)) for _ in people]
    pay = [
        {
            "institution": place,
            "staff": code,
            "engagement_from": "2020-01-01",
            "component": name,
            "funding": source,
            "amount_fen": fen,
        }
        for (place, code), *lines in zip(people, fixed, variable, strict=True)
        for name, source, fen in lines
    ]
    statements = [
        {"institution": place, "component": "service_purchase", "funding": "财政", "amount_fen": dice.randrange(10**8)}
        for place in places
    ]
    workload = [
        {"institution": place, "staff": code, "engagement_from": "2020-01-01", "category": "basic_medical",
         "services": dice.randrange(1, 50), "points_micro": dice.randrange(10**9)}
        for place, code in people
    ]  # fmt: skip
    workload += [
        {
            "institution": place,
            "staff": "",
            "engagement_from": "",
            "category": "public_health",
            "services": 2,
            "points_micro": 7,
        }
        for place in places
    ]
    ids = [*AWKWARD, *(f"R{number:08}" for number in range(rejected - len(AWKWARD)))][:rejected]
    rejections = [
        {"record_id": record, "staff": "", "institution": places[0], "copy": 1, "reason": "bad_quantity"}
        for record in ids
    ]
    components = [
        {"component": "post_pay", "pay_class": "fixed", "kind": "pay", "label": "岗位工资"},
        {"component": "workload_pay", "pay_class": "variable", "kind": "pay", "label": "当量绩效"},
        {"component": "service_purchase", "pay_class": "", "kind": "statement", "label": "服务购买"},
    ]
    services = sum(line["services"] for line in workload)
    counts = {
        "read": services + rejected, "expanded": 0, "kept": services, "limited": 0, "unlisted": 0,
        "rejected": {"bad_quantity": rejected},
        "paid": services, "refunds": 0, "held": 0, "held_rejected": 0, "counted_only": 0,
    }  # fmt: skip
    held = dict(holds or {})
    named = repr((period, seed, staff, institutions, rejected, sorted(held.items())))
    meta = Meta(
        run_id=hashlib.sha256(named.encode()).hexdigest(), period=Period.parse(period), snapshot_digest="a" * 64,
        policy_digest="b" * 64, formulas_digest="c" * 64, engine_digest="d" * 64, holds=held,
        policy_code="demo", policy_title="示例政策",
        illustrative=True, counts=counts,
        warnings=["警告"], empty_tables=["absence"],
    )  # fmt: skip
    whole: dict[str, Any] = {
        **{name: schema.empty_table() for name, schema in SCHEMAS.items()},
        "meta": meta,
        "pay_lines": ordered(pay, PAY_LINES, 5),
        "statement_lines": ordered(statements, STATEMENT_LINES, 3),
        "workload": ordered(workload, WORKLOAD, 4),
        "rejections": ordered(rejections, REJECTIONS, 4),
        "components": pa.Table.from_pylist(components, COMPONENTS),
        "reports": pa.Table.from_pylist(_reports(places, pay, statements), REPORTS),
        "department_reports": pa.Table.from_pylist(_of_departments(places, dice), DEPARTMENT_REPORTS),
    }
    return Results(**{**whole, **changes})


def ordered(rows: list[dict[str, Any]], schema: pa.Schema, key: int) -> pa.Table:
    """Rows as a table, in the order of the first `key` columns."""
    return pa.Table.from_pylist(rows, schema).sort_by([(name, "ascending") for name in schema.names[:key]])


def _reports(places: list[str], pay: list[dict[str, Any]], statements: list[dict[str, Any]]) -> list[dict[str, Any]]:
    def line(name: str, place: str, value: int, unit: str = "yuan", scale: int = 2) -> dict[str, Any]:
        return {"level": "institution", "institution": place, "staff": "", "name": name, "label": name, "unit": unit,
                "scale": scale, "value": value}  # fmt: skip

    of: dict[tuple[str, str], int] = {}
    for row in pay:
        for kind in ("gross_pay", "fixed_pay" if row["component"] == "post_pay" else "variable_pay"):
            of[kind, row["institution"]] = of.get((kind, row["institution"]), 0) + row["amount_fen"]
    rows = [line("heads", place, 2, "count", 0) for place in places]
    rows += [
        line(kind, place, of.get((kind, place), 0))
        for kind in ("fixed_pay", "variable_pay", "gross_pay")
        for place in places
    ]
    rows += [line("statement_total", row["institution"], row["amount_fen"]) for row in statements]
    for part, fen in POOLED.items():
        rows += [line(f"workload_pay.{part}", place, fen) for place in places]
    return rows


def _of_departments(places: list[str], dice: random.Random) -> list[dict[str, Any]]:
    """Figures of departments whose codes are awkward, and of engagements that name none."""
    codes = sorted({"", *AWKWARD}, key=str.encode)
    rows = []
    for name, unit, scale in (("department_rate", "ratio", 4), *((f"bonus.{part}", "yuan", 2) for part in POOLED)):
        for place in places:
            for code in codes:
                value = POOLED[name.removeprefix("bonus.")] if unit == "yuan" else dice.randrange(-(10**6), 10**6)
                rows.append({"institution": place, "department": code, "name": name, "label": f"{name}的名称",
                             "unit": unit, "scale": scale, "value": value})  # fmt: skip
    return rows
