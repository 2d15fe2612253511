"""Simulations, solutions and plans as JSON: exact integers, `schema` with its version.

What the fields mean is described in docs/simulation.md; a field is added without a new version, never taken away.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from batch.reports.compliance import RESULTS
from batch.simulation.effect import Amounts, Effect, GroupEffect
from batch.simulation.plan import Plan
from batch.simulation.simulation import Simulation
from batch.simulation.simulator import Simulated
from batch.simulation.solution import Solution, Step
from payengine.policy.assumed_values import assumed_name, number_words
from payengine.policy.toml import number_text

SIMULATION, SOLUTION, PLAN = "payengine.simulation/1", "payengine.solution/1", "payengine.plan/1"
Called = Mapping[str, str]  # names of institutions by code


def simulation_json(found: Simulation, institutions: Called) -> dict[str, Any]:
    """Describe every scenario of a simulation."""
    return {
        "schema": SIMULATION, "period": str(found.period), "snapshot": found.snapshot, "policy": found.policy.code,
        "illustrative": found.is_illustrative,
        "beside": {"run": found.beside or None, "revision": found.beside_revision}, "notes": list(found.notes),
        "scenarios": [_scenario(found, one, institutions) for one in found.scenarios],
    }  # fmt: skip


def _scenario(found: Simulation, one: Simulated, institutions: Called) -> dict[str, Any]:
    scenario = one.scenario
    policy = found.policies[scenario.policy]
    refused = None
    if one.refused is not None:
        problems = [{"what": each.what, "where": each.where, "column": each.column} for each in one.refused.problems]
        refused = {"what": one.refused.what, "problems": problems}
    return {
        "name": scenario.name, "policy": policy.code,
        "values": [
            {
                "parameter": value.parameter, "where": dict(value.where),
                "value": number_words(policy.parameters[value.parameter], value),
                "name": assumed_name(value.parameter, value.where),
            }
            for value in scenario.values
        ],
        "items": [{"item": code, "equivalents": number_text(number)} for code, number in scenario.items],
        "refused": refused,
        "effect": None if one.effect is None else effect_json(one.effect, institutions),
    }  # fmt: skip


def effect_json(effect: Effect, institutions: Called) -> dict[str, Any]:
    """Describe who gains and who loses, and what flips."""
    return {
        "pay": _amounts(effect.pay), "statements": _amounts(effect.statements),
        "components": [_line(*one) for one in effect.components],
        "statement_lines": [_line(*one) for one in effect.statement_lines],
        "people": _group(effect.people),
        "institutions": [
            {
                "institution": one.institution, "name": institutions.get(one.institution, ""),
                "pay": _amounts(one.pay), "statements": _amounts(one.statements),
            }
            for one in effect.institutions
        ],
        "deciles": [
            {"decile": int(one.name), "lowest_fen": one.lowest_fen, "highest_fen": one.highest_fen, **_group(one)}
            for one in effect.deciles
        ],
        "groups": [{"by": one.group, "name": one.name, **_group(one)} for one in effect.groups],
        "checks": [
            {
                "check": one.check, "label": one.label, "institution": one.institution or None,
                "before": RESULTS[one.before], "after": RESULTS[one.after],
            }
            for one in effect.check_flips
        ],
        "bounds": [
            {
                "name": one.name, "label": one.label, "kind": one.kind, "institution": one.institution,
                **_amounts(one.amount),
            }
            for one in effect.bound_flips
        ],
    }  # fmt: skip


def _line(name: str, label: str, amounts: Amounts) -> dict[str, Any]:
    return {"component": name, "label": label, **_amounts(amounts)}


def _amounts(amounts: Amounts) -> dict[str, int]:
    return {"before_fen": amounts.before_fen, "after_fen": amounts.after_fen, "change_fen": amounts.change_fen}


def _group(one: GroupEffect) -> dict[str, int]:
    return {"people": one.people, "gain": one.gain, "lose": one.lose, "same": one.same, **_amounts(one.pay)}


def solution_json(found: Solution, period: str, snapshot: str) -> dict[str, Any]:
    """Describe the value that was found; figures are whole numbers at `scale`."""
    return {
        "schema": SOLUTION, "period": period, "snapshot": snapshot,
        "parameter": found.parameter.name, "where": dict(found.where), "name": found.name,
        "target": found.target.name, "target_label": found.target_label,
        "institution": found.target.institution or None, "unit": found.unit, "scale": found.scale,
        "spend": found.spend, "left": found.left, "direction": found.direction, "step": number_text(found.step),
        "found": _step(found.found), "following": None if found.following is None else _step(found.following),
        "now": None if found.now is None else _step(found.now), "evaluations": found.evaluations,
    }  # fmt: skip


def _step(step: Step) -> dict[str, Any]:
    return {"value": number_text(step.value), "figure": step.figure}


def plan_json(found: Plan, snapshot: str, institutions: Called) -> dict[str, Any]:
    """Describe a plan: the changes in words, the effect, and what is still to be approved."""
    return {
        "schema": PLAN, "period": str(found.period), "snapshot": snapshot,
        "old": {"policy": found.old.code, "title": found.old.title, "digest": found.digest.old},
        "new": {"policy": found.new.code, "title": found.new.title, "digest": found.digest.new},
        "digest": str(found.digest), "illustrative": found.old.illustrative or found.new.illustrative,
        "changes": found.changes.as_json(),
        "to_approve": [
            {"name": one.name, "label": one.label, "bodies": list(one.bodies)} for one in found.to_approve
        ],
        "later": [{"name": one.name, "label": one.label, "from": one.start.isoformat()} for one in found.later],
        "budget_fen": found.budget_fen, "left_fen": found.left_fen,
        "effect": effect_json(found.effect, institutions),
    }  # fmt: skip
