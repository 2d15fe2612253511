"""A run's results beside the oracle's."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from tests.counties import County
from tests.oracle import Judged, Month, judge, rejections, workload
from tests.oracle.demo import DemoPolicy
from tests.support import product

if TYPE_CHECKING:
    from batch.results import Results


def differences(made: County, results: Results, workload_pay: str, held: Collection[str] = ()) -> str:
    """Describe the differences between the oracle and the product; '' if there are none."""
    judged = judge(made.tables, Month.of(made.month))
    money = DemoPolicy(made.tables, judged, product.funding(), workload_pay, held)
    reports, reported = money.reports(), product.reports(results)
    compared = {
        "rows": product.difference(
            row_counts(judged), {name: results.meta.counts[name] for name in row_counts(judged)}
        ),
        "rejections": product.difference(rejections(judged, held), product.rejections(results)),
        "workload": product.difference(workload(judged, held), product.workload(results)),
        "pay_lines": product.difference(money.pay_lines(), product.pay_lines(results)),
        "reports": product.difference(reports, {key: reported.get(key) for key in reports}),
        "statement_lines": product.difference(money.statement_lines(), product.statement_lines(results)),
    }
    told = "\n".join(f"{name}: {text}" for name, text in compared.items() if text)
    return told and f"seed {made.seed}, {made.month}, {workload_pay}, held {held}\n{told}"


def row_counts(judged: Judged) -> dict[str, int]:
    """Count the rows read, by the reason for which each is read."""
    read = judged.read
    return {
        "read": len(read.rows), "dated_in_period": len(read.in_month), "counting_only": len(read.counting_only),
        "late_reversals": len(read.late_reversals),
    }  # fmt: skip
