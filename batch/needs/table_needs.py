"""Input tables that a policy needs, in four sorts.

Required, paid from, only checked or reported, not read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from batch.compute.empty_tables import costs, tables_needed, tables_paid_from
from batch.input_tables import BY_NAME as TABLES
from batch.input_tables import RECORD
from batch.inputs.catalogue import BY_NAME
from batch.needs.name_needs import REFUSED, NameNeed
from batch.needs.policy_words import label_of_line
from payengine.graph import Graph
from payengine.periods import MONTH, Period
from payengine.policy import Policy

REQUIRED, PAYS, REPORTS, UNREAD = "required", "pays", "reports", "unread"
SORTS = (REQUIRED, PAYS, REPORTS, UNREAD)
# Tables by which the freeze decides which records are paid, and to whom; formulas need not read them.
OF_RECORDS = ("license", "absence", "team_member", "difficulty", "patient", "service_summary")
# Why a table is required.
MUST_BE_THERE, NOBODY_WITHOUT = "must_be_there", "nobody_without"
POLICY_SAYS, NAMES_IN_IT = "policy_says", "names_in_it"


@dataclass(frozen=True)
class TableNeed:
    """One input table in one period: its sort, why, and what is paid straight from it.

    `refuses_without_rows`: the run is refused where the table is there and gives the period no row (`allow_empty`
    permits it); `lines` are what nobody gets then.
    """

    table: str
    period: Period
    sort: str
    reasons: tuple[str, ...] = ()
    refuses_without_rows: bool = False
    lines: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()  # of the lines
    decides_records: bool = False


def table_needs(policy: Policy, graph: Graph, period: Period, names: Sequence[NameNeed]) -> list[TableNeed]:
    """Sort all input tables, in the order in which a county fills them in."""
    paid_from, needed = tables_paid_from(graph, period), tables_needed(graph, period)
    reads_records = period.kind == MONTH
    pays_services = RECORD.name in paid_from
    read = {BY_NAME[name].table for name in graph.inputs_used}
    pays = {BY_NAME[name].table for name in graph.inputs_used if graph.pays(name)}
    found = []
    for table in TABLES:
        of_table = [need for need in names if need.table == table]
        is_there = not TABLES[table].optional and (reads_records or table != RECORD.name)
        checks = {
            MUST_BE_THERE: is_there,
            NOBODY_WITHOUT: table in needed,
            POLICY_SAYS: table in policy.required_tables.get(period.kind, ()),
            NAMES_IN_IT: any(need.effect == REFUSED for need in of_table),
        }
        reasons = tuple(reason for reason, holds in checks.items() if holds)
        of_records = table in OF_RECORDS and reads_records and pays_services
        if table == RECORD.name and not reads_records:  # a settlement reads what its months published
            sort = UNREAD
        elif reasons:
            sort = REQUIRED
        elif table in pays or of_records or any(need.pays for need in of_table):
            sort = PAYS
        else:
            sort = REPORTS if table in read else UNREAD
        lines = tuple(costs(graph, policy, paid_from[table])) if table in paid_from else ()
        refuses = table in needed or table in paid_from
        labels = tuple(label_of_line(policy, graph, line) for line in lines)
        found.append(TableNeed(table, period, sort, reasons, refuses, lines, labels, of_records))
    return found
