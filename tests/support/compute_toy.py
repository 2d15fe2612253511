"""A county of tables small enough to compute by hand, with a policy and rules of no region."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa

from batch.compute.compute import PreparedRun, prepare
from batch.input_tables import BY_NAME, Column
from batch.results import REJECTIONS, Results
from batch.snapshot.codes import Coding
from batch.snapshot.schemas import HISTORY, HISTORY_FIGURES, HISTORY_WORK
from batch.snapshot.table_rows import LongerRows, TableRows
from payengine.exact import COEFFICIENT, FEN
from payengine.graph import ENGAGEMENT, INSTITUTION, POINTS, RATIO, STAFF, YUAN, Rules, divide, formula
from payengine.periods import OPEN, Period, day_number
from payengine.policy import Policy, load_policy

OCTOBER = Period.parse("2026-10")
FIRST = day_number(OCTOBER.first_day)
LONG_AGO = FIRST - 1000
MID = FIRST + 15


@formula(level=STAFF, unit=RATIO, label="质量系数", source="toy", report=True)
def quality(score, full_score):
    return (score["quality"] / full_score["quality"]).round(COEFFICIENT)


@formula(level=ENGAGEMENT, unit=POINTS, label="加权当量", source="toy")
def weight(points, quality, post_coefficient):
    return (points * quality * post_coefficient).round(POINTS)


@formula(level=ENGAGEMENT, unit=YUAN, label="当量绩效", source="toy", component=True)
def workload_pay(finance, weight):
    return divide(finance["pool"].or_else(0), weight)


@formula(level=STAFF, unit=YUAN, label="任务补贴", source="toy", component=True)
def task_pay(directed_task, task_amount):
    return (directed_task * task_amount).total().round(FEN)


@formula(level=INSTITUTION, unit=YUAN, label="购买", source="toy", statement=True)
def purchase(points, own_points, purchase_price):
    return ((points.sum() + own_points) * purchase_price).round(FEN)


@formula(level=INSTITUTION, unit=RATIO, label="固定部分占比", source="toy", report=True)
def fixed_share(fixed_pay, gross_pay, fixed_paid_before, variable_paid_before):
    before = fixed_paid_before + variable_paid_before
    return ((fixed_pay.sum() + fixed_paid_before) / (gross_pay.sum() + before + 1)).round(4)


RULES = Rules([quality, weight, workload_pay, task_pay, purchase, fixed_share])
POLICY = """
[policy]
code = "toy"
title = "玩具县"
illustrative = true

[formulas.month]
outputs = ["base_pay", "workload_pay", "task_pay", "purchase", "quality", "fixed_share"]

[components.base_pay]
label = "基本工资"
class = "fixed"
funding = "fiscal"
input = "post_pay"

[components.workload_pay]
label = "当量绩效"
class = "variable"
funding = "service_income"

[components.task_pay]
label = "任务补贴"
class = "variable"
funding = [{ source = "fiscal", share = "0.5" }, { source = "county", share = "0.5" }]

[statements.purchase]
label = "购买"
funding = "fiscal"

[names.funding]
fiscal = "财政"
county = "县级"
service_income = "业务收入"
[names.finance]
pool = "总量"
[names.indicator]
quality = "质量"
[names.task]
night = "夜间"
[names.component]
post_pay = "岗位工资"
[names.measure]
people = "人口"

[parameters.task_amount]
label = "任务补贴标准"
unit = "yuan per task"
values = [{ from = 2020-01-01, where = { task = "night" }, value = "0.05", source = "toy", continues = "toy" }]

[parameters.purchase_price]
label = "购买单价"
unit = "yuan per equivalent"
values = [{ from = 2020-01-01, value = "1.00", source = "toy", continues = "toy" }]
"""
DEFAULTS = {"from": LONG_AGO, "until": OPEN, "period": str(OCTOBER)}


def policy(folder: Path, text: str = POLICY) -> Policy:
    """The toy policy, or a changed one."""
    (folder / "toy.toml").write_text(text, encoding="utf-8")
    return load_policy("toy", [folder])


def table(name: str, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """A typed table; columns that a row leaves out are filled with what means nothing special."""
    columns = BY_NAME[name].columns
    return pa.table({column.name: pa.array([_cell(column, row) for row in rows], _type(column)) for column in columns})


def _type(column: Column) -> pa.DataType:
    return {
        "fixed": pa.int64(), "count": pa.int64(), "from": pa.int32(), "until": pa.int32(), "day": pa.int32(),
        "flag": pa.bool_(),
    }.get(column.kind, pa.string())  # fmt: skip


def _cell(column: Column, row: Mapping[str, Any]) -> Any:
    if column.name in row:
        return row[column.name]
    if column.name in DEFAULTS:
        return DEFAULTS[column.name]
    return {"fixed": 10000, "count": 1, "day": LONG_AGO, "flag": False}.get(
        column.kind, column.choices[0] if column.choices else ""
    )


def county() -> dict[str, list[dict[str, Any]]]:
    """Build I1 with A, B and D, I2 with A again and C, and I3 with nobody.

    At I1 A's post changes in mid month, B leaves then, D comes later.
    """
    people = [{"code": code} for code in "ABCDE"]
    engagements = [
        {"institution": "I1", "staff": "A", "until": MID},
        {"institution": "I1", "staff": "A", "from": MID, "post_coefficient": 20000},
        {"institution": "I1", "staff": "B", "until": MID, "fte": 5000},
        {"institution": "I1", "staff": "D", "from": FIRST + 31},
        {"institution": "I2", "staff": "A"},
        {"institution": "I2", "staff": "C", "director": True},
    ]
    return {
        "institution": [{"code": "I1"}, {"code": "I2", "kind": "village_clinic"}, {"code": "I3"}],
        "staff": people,
        "engagement": engagements,
        "service_item": [{"code": "x", "category": "public_health"}, {"code": "y", "category": "basic_medical"}],
        "appraisal": [
            {"institution": "I1", "staff": "", "indicator": "quality", "score": 800000, "full_score": 1000000},
            {"institution": "I1", "staff": "A", "indicator": "quality", "score": 1000000, "full_score": 1000000},
            {"institution": "I2", "staff": "", "indicator": "quality", "score": 500000, "full_score": 1000000},
        ],
        "finance": [
            {"institution": "I1", "line": "pool", "amount": 1000},
            {"institution": "I3", "line": "pool", "amount": 77},
        ],
        "pay_component": [
            {"institution": "I1", "staff": "A", "component": "post_pay", "amount": 300000},
            {"institution": "I1", "staff": "B", "component": "post_pay", "amount": 200000},
        ],
        "directed_task": [{"institution": "I2", "staff": "C", "task": "night", "count": 3}],
    }


@dataclass
class ToySnapshot:
    """Snapshot without files.

    `work` is (owner, category) -> (services, points in millionths).
    """

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=county)
    work: Mapping[tuple[str, str, int, str], tuple[int, int]] = field(default_factory=dict)
    earlier: pa.Table = field(default_factory=HISTORY.empty_table)
    earlier_work: pa.Table = field(default_factory=HISTORY_WORK.empty_table)
    earlier_figures: pa.Table = field(default_factory=HISTORY_FIGURES.empty_table)
    absent_tables: Sequence[str] = ()
    table_rows: Mapping[str, TableRows] = field(default_factory=dict)
    longer_rows: tuple[LongerRows, ...] = ()
    period: Period = OCTOBER
    digest: str = "0" * 64
    warnings: Sequence[str] = ()
    counts: Mapping[str, Any] = field(default_factory=dict)
    keeps_past_work: bool = True

    def tables(self) -> dict[str, pa.Table]:
        return {name: table(name, rows) for name, rows in self.rows.items()}

    def history(self) -> pa.Table:
        return self.earlier

    def history_blocks(self) -> Iterator[pa.Table]:
        """The lines in two blocks, the second of which names other texts first."""
        half = len(self.earlier) // 2
        yield self.earlier.slice(0, half)
        yield self.earlier.slice(half)

    def history_work(self) -> pa.Table:
        return self.earlier_work

    def history_figures(self) -> pa.Table:
        return self.earlier_figures

    @property
    def logical(self) -> dict[str, Any]:
        periods = sorted(set(self.earlier["period"].to_pylist()))
        return {"history": {"publications": [{"period": each, "run": each} for each in periods]}}

    @cached_property
    def coding(self) -> Coding:
        return Coding.of(self.tables())

    @property
    def priced(self) -> Any:
        """Return what pricing would find.

        Cells are named by (institution, staff or '', from, category).
        """
        coding = self.coding
        services = np.zeros((coding.owners, len(coding.categories)), np.int64)
        points = services.copy()
        starts = [*coding.engagement_from.tolist(), *[0] * len(coding.institutions)]
        staff = coding.staff.texts(coding.staff_of_owner).to_pylist()
        institutions = coding.institutions.texts(coding.institution_of_owner).to_pylist()
        owners = {owner: row for row, owner in enumerate(zip(institutions, staff, starts, strict=True))}
        categories: list[str] = coding.categories.values.to_pylist()
        for (institution, person, start, category), (count, micro) in self.work.items():
            cell = owners[institution, person, start], categories.index(category)
            services[cell], points[cell] = count, micro
        return SimpleNamespace(
            services=services, refunds=np.zeros_like(services), points_micro=points,
            rejections=REJECTIONS.empty_table(), counts={"paid": int(services.sum())}, summaries=None,
        )  # fmt: skip


WORK = {
    ("I1", "A", LONG_AGO, "public_health"): (3, 10_000_000),
    ("I1", "A", MID, "public_health"): (2, 5_000_000),
    ("I1", "A", MID, "basic_medical"): (1, 5_000_000),
    ("I1", "B", LONG_AGO, "basic_medical"): (4, 12_500_000),
    ("I2", "C", LONG_AGO, "public_health"): (1, 7_000_000),
    ("I2", "", 0, "public_health"): (6, 2_500_000),
}


def prepared(
    policy: Policy, snapshot: ToySnapshot | None = None, holds: Mapping[str, str] | None = None
) -> PreparedRun:
    return prepare(snapshot or ToySnapshot(work=WORK), policy, holds or {}, RULES)  # type: ignore[arg-type]


def results(policy: Policy, snapshot: ToySnapshot | None = None, holds: Mapping[str, str] | None = None) -> Results:
    """The results of a toy snapshot."""
    chosen = snapshot or ToySnapshot(work=WORK)
    return prepared(policy, chosen, holds).finish(chosen.priced)


def lines(table_: pa.Table) -> list[tuple[Any, ...]]:
    """The rows of a table as tuples."""
    return list(zip(*(table_[name].to_pylist() for name in table_.column_names), strict=True))
