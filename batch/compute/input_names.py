"""Input names that a policy does not know, or that no rule reads.

The latter are told where ignoring them would change pay.

Names that the policy neither knows nor ignores are told by freeze, because the input stands before the policy, and
refused by a run: input is never passed over in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from batch.compute.name_words import name_words
from batch.input_tables import CATEGORIES
from batch.input_words import CATEGORY_WORDS, names_by_word
from batch.inputs.catalogue import BY_NAME
from batch.inputs.contracts import TABLE as CONTRACT
from batch.inputs.contracts import Contracts
from batch.inputs.entry import ContractFigure
from batch.inputs.period_tables import NAMED, PeriodTables, axis_column
from batch.inputs.provider import InputProvider
from batch.snapshot.snapshot import Snapshot
from payengine.errors import Problem
from payengine.graph import Graph
from payengine.policy import Policy
from payengine.policy.keys import NAMED_BY
from payengine.texts import joined, say, word

APPRAISAL, ITEMS = "appraisal", "service_item"
PLACE = ("code", "institution", "staff", "period")  # columns by which a clerk finds a row


def unknown_names(
    policy: Policy, names: Callable[[str], Iterable[str]], categories: Iterable[str], rows: Mapping[str, pa.Table]
) -> Iterator[Problem]:
    """Find the input names that a policy does not know, each with its rows.

    Their number is told, and the first of them. `names` gives those that stand in a table, `categories` are those
    of the service items; `rows` are the tables.
    """
    for table in NAMED:
        column = axis_column(table)
        for name in sorted(set(names(table))):
            for problem in policy.unknown_names(NAMED_BY.get(column, column), [name]):
                yield Problem(problem.what + _rows_of(rows, table, column, name), table, remedy=problem.remedy)
    known = {*policy.known("category"), *CATEGORIES}
    for name in sorted({*categories} - known):
        for problem in policy.unknown_names("category", [name]):
            found = _rows_of(rows, ITEMS, "category", name)
            yield Problem(problem.what + found, ITEMS, remedy=problem.remedy)


def categories_called_like_words(policy: Policy) -> Iterator[Problem]:
    """Find categories of the policy that files would read as another one."""
    words = names_by_word(CATEGORY_WORDS, CATEGORY_WORDS)
    for name in policy.names.get("category", {}):
        if words.get(name, name) != name:
            yield Problem(
                say("category {name} is read in files as {code}", name=name, code=words[name]), policy.code,
                remedy=say("call it {code} under [names.category], or give it another name", code=words[name]),
            )  # fmt: skip


def _rows_of(rows: Mapping[str, pa.Table], table: str, column: str, name: str) -> str:
    """Write how many rows of a table bear a name, and the first; '' where there is none."""
    if table not in rows:
        return ""
    found = rows[table].filter(pc.equal(rows[table][column], name))
    if not found.num_rows:  # a category of a settlement's months
        return ""
    first = found.slice(0, 1).select([key for key in PLACE if key in found.column_names]).to_pylist()[0]
    place = joined(say("{column} {value}", column=word(f"{table}.{key}"), value=value)
                   for key, value in first.items() if value)  # fmt: skip
    return say(" [{n} row(s); the first: {place}]", n=found.num_rows, place=place)


def unknown_in(snapshot: Snapshot, policy: Policy) -> list[Problem]:
    """Find the unknown names of a snapshot, in any of its institutions."""

    def names(table: str) -> list[str]:
        found = pc.unique(snapshot.table(table)[axis_column(table)]).to_pylist()
        return sorted(found, key=str.encode)

    tables = {table: snapshot.table(table) for table in (*NAMED, ITEMS)}
    return list(unknown_names(policy, names, snapshot.coding.categories.values.to_pylist(), tables))


def reads(graph: Graph, table: str) -> bool:
    """Tell whether any formula reads an input table."""
    return any(BY_NAME[name].table == table for name in graph.inputs_used)


def unscored_by_policy(policy: Policy, graph: Graph, data: InputProvider) -> Iterator[Problem]:
    """Find scored indicators that no rule reads: they would count as full marks."""
    if not reads(graph, APPRAISAL):
        return
    known = data.readings.keys(APPRAISAL) | policy.ignored.get("indicator", frozenset())
    for name in data.tables.names(APPRAISAL):
        if name not in known:
            what = say("{name} is scored, and no rule of policy {policy} reads it",
                       name=name_words(policy, APPRAISAL, name),
                       policy=policy.code)  # fmt: skip
            remedy = say("give it a weight or a rule, or name it under [ignored] if it is not to count")
            yield Problem(what, APPRAISAL, column="indicator", remedy=remedy)


def unknown_payers(policy: Policy, graph: Graph, tables: PeriodTables) -> Iterator[Problem]:
    """Find sources of contracts that the policy does not name, where it pays by them."""
    if reads(graph, CONTRACT):
        for problem in policy.unknown_names("funding", tables.contracts.sources):
            yield Problem(problem.what, CONTRACT, column="source", remedy=problem.remedy)


def members_elsewhere(graph: Graph, data: InputProvider) -> Iterator[str]:
    """Find team members without a contract fee, not being engaged at the institution."""
    if any(BY_NAME[name].source == ContractFigure(Contracts.of_members) for name in graph.inputs_used):
        for team, institution, staff in data.contracts.elsewhere():
            yield say(
                "team_member: {staff} of team {team} is not engaged at {institution}, so no contract fee falls to them",
                staff=staff, team=team, institution=institution,
            )  # fmt: skip
