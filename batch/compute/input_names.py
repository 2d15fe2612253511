"""What the input gives and no rule of the policy reads, where passing over it would change pay."""

from __future__ import annotations

from collections.abc import Iterator

from batch.inputs.catalogue import BY_NAME
from batch.inputs.contracts import TABLE as CONTRACT
from batch.inputs.contracts import sources
from batch.inputs.period_tables import PeriodTables
from batch.inputs.provider import Provided
from payengine.errors import Problem
from payengine.graph import Graph
from payengine.policy import Policy
from payengine.texts import say

APPRAISAL = "appraisal"


def reads(graph: Graph, table: str) -> bool:
    """Whether any formula reads an input table."""
    return any(BY_NAME[name].table == table for name in graph.inputs_used)


def unscored_by_policy(policy: Policy, graph: Graph, data: Provided) -> Iterator[Problem]:
    """Indicators that were scored and that no rule reads: they would count as full marks."""
    if not reads(graph, APPRAISAL):
        return
    known = data.asked.get(APPRAISAL, set()) | policy.ignored.get("indicator", frozenset())
    for name in data.tables.names(APPRAISAL):
        if name not in known:
            what = say("{name} is scored, and no rule of policy {policy} reads it", name=name, policy=policy.code)
            remedy = say("give it a weight or a rule, or name it under [ignored] if it is not to count")
            yield Problem(what, APPRAISAL, column="indicator", remedy=remedy)


def unknown_payers(policy: Policy, graph: Graph, tables: PeriodTables) -> Iterator[Problem]:
    """Sources of contracts that the policy does not name, where it pays by them."""
    if reads(graph, CONTRACT):
        for problem in policy.unknown_names("funding", sources(tables.engaged, tables.optional(CONTRACT))):
            yield Problem(problem.what, CONTRACT, column="source", remedy=problem.remedy)


def members_elsewhere(graph: Graph, data: Provided) -> Iterator[str]:
    """Members of teams to whom no contract fee falls, because they are not engaged where the contracts are."""
    if "contract_fee_of_member" in graph.inputs_used:
        for team, institution, staff in data.contracts.elsewhere():
            yield say(
                "team_member: {staff} of team {team} is not engaged at {institution}, so no contract fee falls to them",
                staff=staff, team=team, institution=institution,
            )  # fmt: skip
