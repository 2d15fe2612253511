"""Tables that a policy pays from and that give the period no row.

Where no row means nothing (no amount given, no task done, no record), an absent table and a table of another month pay
nobody without a word. A table with rows of other periods only, or one that gave rows to the last published month, is
most likely the wrong file: the run is refused unless the office allows it. So it is where a table without which nobody
can be paid at all (institutions, staff, engagements; items, where services are paid) gives the period no row. What is
allowed changes no figure, so that
neither the snapshot nor the run's id depends on it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from batch.compute.name_words import name_label
from batch.input_tables import BY_NAME as TABLES
from batch.input_tables import RECORD
from batch.inputs.catalogue import BY_NAME
from batch.inputs.entry import ContractFigure, InputEntry, WorkColumn
from batch.inputs.period_tables import RowSelection, Window
from batch.snapshot.snapshot import Snapshot
from batch.snapshot.table_rows import FILLED, NOT_OF_PERIOD, TableRows, state_of, state_text
from payengine.errors import Problem, Refused
from payengine.graph import Graph
from payengine.periods import MONTH, Period
from payengine.policy import Policy
from payengine.suggest import listed
from payengine.texts import by_label, say

SETTING, SPLIT = "allow_empty", "second_distribution"
ROSTER = ("institution", "staff", "engagement")  # without a row of these nobody is paid


def tables_paid_from(graph: Graph, period: Period) -> dict[str, list[str]]:
    """Map tables of which a missing row pays nothing to the inputs that pay depends on.

    What departments split by hand is entered after a first run, which says itself what is not split yet.
    """
    found: dict[str, list[str]] = {}
    for name in graph.inputs_used:
        entry = BY_NAME[name]
        if entry.table != SPLIT and graph.pays(name) and _pays_nothing_without(entry, period):
            found.setdefault(entry.table, []).append(name)
    return found


def _pays_nothing_without(entry: InputEntry, period: Period) -> bool:
    match entry.source:
        case RowSelection(window=window):
            return entry.zero and window in (Window.PERIOD, Window.INSIDE)
        case ContractFigure():
            return entry.zero
        case WorkColumn():
            return period.kind == MONTH
    return False


def tables_needed(graph: Graph, period: Period) -> list[str]:
    """Name the tables without a row of which there is nobody and nothing to pay for."""
    return [*ROSTER, *(["service_item"] if RECORD.name in tables_paid_from(graph, period) else [])]


def costs(graph: Graph, policy: Policy, names: Collection[str]) -> list[str]:
    """List the lines computed straight from these inputs: what nobody gets without them."""
    lines = {**policy.components, **policy.statements}
    found = [one.gives for one in graph.order if one.gives in lines and set(names) & set(one.arguments)]
    return [by_label(lines[name].label, name) for name in found]


def told(snapshot: Snapshot, graph: Graph, policy: Policy) -> Iterator[str]:
    """Yield a warning for each table paid from that gives nothing, with what that costs."""
    period, absent, rows = snapshot.period, snapshot.absent_tables, snapshot.table_rows
    for table in tables_needed(graph, period):
        text = state_text(table, absent, rows, period)
        if text:
            yield say("{text}: pay that depends on it counts nothing", text=text)
    for table, inputs in tables_paid_from(graph, period).items():
        text = state_text(table, absent, rows, period)
        if text:
            lines = costs(graph, policy, inputs)
            if lines:
                yield say("{text}: nobody gets {lines}", text=text, lines=listed(lines))
            else:
                yield say("{text}: pay that depends on it counts nothing", text=text)


def explained(refused: Refused, snapshot: Snapshot, policy: Policy) -> Refused:
    """Say beside rows that are missing why there is none, and how the policy calls them.

    Freeze told so; whoever reads the refusal of the run may not have seen it.
    """
    problems = []
    for problem in refused.problems:
        known = problem.where in TABLES
        text = known and state_text(problem.where, snapshot.absent_tables, snapshot.table_rows, snapshot.period)
        remedy = say("{state}: give it, and see what the freeze named as not read", state=text) if text else ""
        if remedy and problem.remedy:
            remedy = say("{what}; {remedy}", what=remedy, remedy=problem.remedy)
        label = problem.label
        if known and TABLES[problem.where].axis_column:
            label = name_label(policy, problem.where, problem.column)
        problems.append(replace(problem, remedy=remedy or problem.remedy, label=label))
    last = refused.remedy and say(
        "Pay depends on these rows: fill them in, then: payengine month {period}", period=snapshot.period
    )
    return Refused(refused.what, problems, last)


def refusals(
    snapshot: Snapshot, graph: Graph, before: Mapping[str, TableRows], last: Period | None
) -> Iterator[Problem]:
    """Find tables that give the period no row though pay depends on them.

    `before` are the rows that the `last` published month had; without one nothing is compared.
    """
    period, absent, rows = snapshot.period, snapshot.absent_tables, snapshot.table_rows
    needed = tables_needed(graph, period)
    for table in dict.fromkeys([*needed, *tables_paid_from(graph, period)]):
        state = state_of(table, absent, rows)
        if state == FILLED:
            continue
        gave = before[table].of_period if table in before else 0
        if state == NOT_OF_PERIOD:
            what = say("has {n} rows, none of {period}", n=f"{rows[table].read:,}", period=period)
        elif gave:
            what = say("gave {n} rows to {last} and gives none to {period}", n=f"{gave:,}", last=last, period=period)
        elif table in needed:
            remedy = say("fill it in, then: payengine month {period}", period=period)
            yield Problem(say("a header and no row"), table, remedy=remedy)
            continue
        else:
            continue
        remedy = say(
            "fill in {period}, then: payengine month {period}; if there is nothing to fill in, allow it in "
            "payengine.toml: {setting} = [{table}]",
            period=period, setting=SETTING, table=f'"{table}"',
        )  # fmt: skip
        yield Problem(what, table, remedy=remedy)


def of_other_periods(snapshot: Snapshot, graph: Graph) -> Iterator[Problem]:
    """Find other tables that rules read and that have rows of other periods only.

    Beside a refusal they are what would be refused next: a value missing in them refuses the run.
    """
    period, rows = snapshot.period, snapshot.table_rows
    paid = tables_paid_from(graph, period)
    read = dict.fromkeys(
        entry.table
        for entry in (BY_NAME[name] for name in graph.inputs_used)
        if isinstance(entry.source, RowSelection) and entry.source.window is Window.PERIOD and not entry.zero
    )
    for table in read:
        if table not in paid and state_of(table, snapshot.absent_tables, rows) == NOT_OF_PERIOD:
            what = say("has {n} rows, none of {period}", n=f"{rows[table].read:,}", period=period)
            remedy = say("fill in {period}, then: payengine month {period}", period=period)
            yield Problem(what, table, remedy=remedy)
