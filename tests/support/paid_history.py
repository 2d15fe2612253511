"""Published months made by hand for tests of payments, from plain dictionaries."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from itertools import count
from typing import Any

import pyarrow as pa

from batch.ledger import Ledger
from batch.results import (
    DEPARTMENT_REPORTS,
    PAY_LINES,
    REJECTIONS,
    REPORTS,
    STATEMENT_LINES,
    WORKLOAD,
    Results,
)
from payengine.periods import Period
from tests.support.sample_results import POLICY, ordered, results

Due = Mapping[tuple[str, str, str, str], int]  # institution, staff ('': its statement), component, funding -> fen
_serial = count()


def made(period: str, due: Due, holds: Mapping[str, str] | None = None) -> Results:
    """Make the results of a run with these lines, never the same run twice."""
    pay: list[dict[str, Any]] = []
    statements: list[dict[str, Any]] = []
    for (institution, staff, component, funding), amount in due.items():
        line = {"institution": institution, "component": component, "funding": funding, "amount_fen": amount}
        if staff:
            pay.append({**line, "staff": staff, "engagement_from": "2020-01-01"})
        else:
            statements.append(line)
    empty = {
        "workload": WORKLOAD.empty_table(), "rejections": REJECTIONS.empty_table(), "reports": REPORTS.empty_table(),
        "department_reports": DEPARTMENT_REPORTS.empty_table(),
    }  # fmt: skip
    tables: dict[str, pa.Table] = {
        "pay_lines": ordered(pay, PAY_LINES, 5), "statement_lines": ordered(statements, STATEMENT_LINES, 3)
    }  # fmt: skip
    whole = results(period, staff=0, rejected=0, holds=holds, **empty, **tables)
    run_id = hashlib.sha256(f"{period} {next(_serial)}".encode()).hexdigest()
    return replace(whole, meta=replace(whole.meta, run_id=run_id))


def publish(ledger: Ledger, period: str, due: Due, holds: Mapping[str, str] | None = None) -> Results:
    """Publish a month, or a revision of it."""
    whole = made(period, due, holds)
    revise = "更正" if ledger.current(Period.parse(period)) else ""
    ledger.stage(whole, POLICY, revise)
    ledger.publish(whole.meta.run_id)
    return whole
