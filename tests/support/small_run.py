"""A run small enough to check by hand: two institutions, two people, one of them at both."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from batch import results as schemas
from batch.reports.register import Names
from batch.results import Meta, Results
from payengine.periods import Period

NAMES = Names({"H01": "海盐县人民医院", "T02": "武原街道社区卫生服务中心"}, {"S1": "王𬭎", "S2": "李静"})


def table(schema: pa.Schema, *rows: tuple[Any, ...]) -> pa.Table:
    return pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in rows], schema)


def small(**changes: Any) -> Results:
    """Two institutions, two people, one of them at both; one pool that was retained."""
    reports = [
        ("consortium", "", "", "heads", "人数", "count", 0, 2),
        ("institution", "H01", "", "heads", "人数", "count", 0, 1),
        ("institution", "T02", "", "heads", "人数", "count", 0, 2),
        ("institution", "T02", "", "fixed_share", "固定占比", "ratio", 4, 1234),
        ("institution", "T02", "", "workload_pay.retained", "留存", "yuan", 2, 500),
        ("staff", "H01", "S1", "quality_coefficient", "质量系数", "ratio", 4, 9600),
    ]
    whole: dict[str, Any] = {
        **{name: schema.empty_table() for name, schema in schemas.SCHEMAS.items()},
        "meta": Meta(
            "ab" * 32, Period.parse("2026-10"), "c" * 64, "d" * 64, "e" * 64, "f" * 64, holds={"V03": "scores missing"},
            policy_code="demo", policy_title="演示县", illustrative=True, counts={"read": 9},
            warnings=["a warning"], empty_tables=["absence", "contract"],
        ),
        "pay_lines": table(
            schemas.PAY_LINES,
            ("H01", "S1", "2020-01-01", "post_pay", "fiscal", 600_000),
            ("H01", "S1", "2020-01-01", "workload_pay", "income", 400_000),
            ("T02", "S1", "2026-10-16", "workload_pay", "income", -5),
            ("T02", "S2", "2026-10-01", "workload_pay", "income", 123_456_789_005),
        ),
        "statement_lines": table(
            schemas.STATEMENT_LINES,
            ("H01", "service_purchase", "fiscal", 31_359_12),
            ("H01", "directed_tasks", "fiscal", 19_600_00),
        ),
        "workload": table(
            schemas.WORKLOAD,
            ("H01", "", "", "public_health", 2, 1_500_000),
            ("H01", "S1", "2020-01-01", "basic_medical", 1_200, 37_020_000_000),
            ("T02", "S2", "2026-10-01", "basic_medical", 3, 1),
        ),
        "department_reports": table(
            schemas.DEPARTMENT_REPORTS,
            ("T02", "全科", "bonus_weight", "奖金权重", "ratio", 4, 24_000),
            ("T02", "", "bonus_weight", "奖金权重", "ratio", 4, 8_000),
            ("T02", "=护理", "bonus_share.not_given[0]", "人均：缺少 考核", "not_given", 0, 1),
            ("T02", "=护理", "bonus.retained", "科室奖金：未分配留存", "yuan", 2, -5),
        ),
        "rejections": table(
            schemas.REJECTIONS,
            ("R1", "S1", "H01", 1, "over_limit"),
            ("R2", "S1", "H01", 1, "duplicate_row"),
            ("R3", "S9", "X99", 1, "unknown_institution"),
        ),
        "components": table(
            schemas.COMPONENTS,
            ("post_pay", "fixed", "pay", "岗位工资"),
            ("workload_pay", "variable", "pay", "当量绩效"),
            ("service_purchase", "", "statement", "当量购买服务"),
            ("directed_tasks", "", "statement", "指令性工作购买"),
        ),
        "reports": table(schemas.REPORTS, *reports),
    }  # fmt: skip
    return Results(**{**whole, **changes})
