"""Oracle: the results of a month, computed a second time in plain Python.

The oracle shares no code with the product: no import from `payengine`, `formulas` or `batch`, no numpy, no Arrow; only
dicts, lists, `Fraction` and `date`. It reads the input tables as a dict from table name to rows, each row a dict of
texts as a CSV file would hold them, and follows the written rules one function a rule, slowly and plainly:

    judged = judge(tables, Month.of("2026-05"))      which rows are paid, which are not and why
    rejections(judged), workload(judged)             the two listings of section 6
    demo.pay_lines(...), demo.statement_lines(...)   the demo policy's money
    settlement.Year(tables, rules, 2026)             twelve months and settlement: two permits, floors, fixed share

Where the product and the oracle differ, one of them does not follow the rules.
"""

from __future__ import annotations

from tests.oracle.judge import Claim, Judged, judge
from tests.oracle.reading import Month
from tests.oracle.results import rejections, workload
from tests.oracle.values import Tables

__all__ = ["Claim", "Judged", "Month", "Tables", "judge", "rejections", "workload"]
