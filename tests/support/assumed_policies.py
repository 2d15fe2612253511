"""Policy files that say what a simulation assumes, and all figures of a computation."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from batch.compute.check_results import check_reports
from batch.compute.compute import PreparedRun
from batch.compute.policy_formulas import POLICY_SUMS
from batch.compute.report_rows import reports
from batch.compute.result_rows import pay_lines, statement_lines
from batch.inputs.provider import InputProvider
from batch.results import Results
from batch.simulation.simulator import Computed
from batch.workspace import Workspace
from payengine.errors import UsageError
from payengine.periods import Period
from payengine.policy import Parameter, Policy, load_policy
from payengine.policy.assumed_values import AssumedValue, with_assumed
from payengine.policy.toml import number_text

ASSUMED = "assumed"  # the name of the policy file


def policy_with(folder: Path, policy: Policy, values: list[AssumedValue], period: Period) -> Policy:
    """Write a county's layer with values for a period over a policy, and load the whole."""
    lines = [f'[policy]\ncode = "{ASSUMED}"\ntitle = "试算"\nextends = ["{policy.code}"]\n']
    for value in values:
        parameter = policy.parameters[value.parameter]
        number = ("true" if value.number else "false") if parameter.is_flag else f'"{number_text(value.number)}"'
        where = ", ".join(f'{key} = "{name}"' for key, name in value.where)
        lines.append(f"[[parameters.{value.parameter}.values]]\nfrom = {period.first_day}\n")
        lines.append(f'until = {period.next_first_day}\nvalue = {number}\nwhere = {{ {where} }}\nsource = "试算"\n')
        if parameter.approvals:
            bodies = ", ".join(
                f'{{ body = "{body}", document = "试 1 号", date = 2019-01-01 }}' for body in parameter.approvals
            )
            lines.append(f'cause = "price_adjustment"\napprovals = [{bodies}]\n')
    (folder / f"{ASSUMED}.toml").write_text("".join(lines), "utf-8")
    places = [Path(layer.place).parent for layer in policy.layers]
    institutions = next((Path(layer.place).parent for layer in policy.layers if layer.institution), None)
    return load_policy(ASSUMED, [folder, *dict.fromkeys(places)], institutions)


def chosen_values(policy: Policy, parameter: Parameter, period: Period, chance: random.Random) -> list[AssumedValue]:
    """Choose other values of a parameter for its keys; none where it names figures."""
    found = []
    for value in parameter.in_force(period.last_day):
        if value.figure or value.over != 1:
            return []
        number = value.number + chance.choice([1, 100, 2_500, 10_000, value.number // 2, -(value.number // 3), -1])
        if parameter.is_flag:
            number = 1 - value.number
        low, high = parameter.minimum or 0, parameter.maximum
        number = max(low, number if high is None else min(high, number))
        found.append(AssumedValue(parameter.name, value.keyed, number))
    try:
        with_assumed(policy, found, period)
    except UsageError:  # shares that must sum to 1: exchange the first two
        if len(found) < 2:
            return []
        numbers = {value.keyed: value.number for value in parameter.in_force(period.last_day)}
        turned = [numbers[one.where] for one in found]
        found = [AssumedValue(one.parameter, one.where, turned[place - 1]) for place, one in enumerate(found)]
        try:
            with_assumed(policy, found, period)
        except UsageError:
            return []
    return found


def figures(results: Results) -> dict[str, Any]:
    """Give every figure of a run's results but labels and sources."""
    return {
        "pay_lines": results.pay_lines.to_pylist(),
        "statement_lines": results.statement_lines.to_pylist(),
        "reports": reported(results.reports.to_pylist()),
        "departments": sorted(map(str, results.department_reports.drop_columns(["label"]).to_pylist())),
    }


def simulated_figures(computed: Computed) -> dict[str, Any]:
    """Give the same figures of a scenario, but those that no formula gives."""
    run, policy, evaluation = computed.run, computed.policy, computed.evaluation
    day = run.period.last_day
    paid = [one for name, one in policy.components.items() if name in run.outputs]
    owed = [one for name, one in policy.statements.items() if name in run.outputs]
    known = {*policy.components, *policy.statements, *POLICY_SUMS}
    listed, departments = reports(
        evaluation, [name for name in run.outputs if name not in known], run.roster, called=policy.label
    )
    work = run.history.work(run.categories) if run.settles else None
    checks = check_reports(evaluation, policy, run.period, _data(run, work))
    return {
        "pay_lines": pay_lines(evaluation, paid, run.roster, day).to_pylist(),
        "statement_lines": statement_lines(evaluation, owed, day).to_pylist(),
        "reports": reported([*listed.to_pylist(), *checks.to_pylist()]),
        "departments": sorted(map(str, departments.drop_columns(["label"]).to_pylist())),
    }


def _data(run: PreparedRun, work: Any) -> InputProvider:
    """Provide kinds and classes of institutions, which checks read, without any work."""
    nothing = np.zeros((run.roster.coding.owners, len(run.categories)), np.int64)
    return InputProvider(
        run.tables, run.history, work or SimpleNamespace(services=nothing, refunds=nothing, points_micro=nothing),
        run.known, run.categories,
    )  # fmt: skip


def reported(rows: list[Mapping[str, Any]]) -> dict[tuple[str, ...], tuple[int, int]]:
    """Give reported figures by level, place and name."""
    return {(row["level"], row["institution"], row["staff"], row["name"]): (row["value"], row["scale"]) for row in rows}


def read_parameters(policy: Policy, run: PreparedRun) -> Iterator[Parameter]:
    """Yield the parameters that a run reads and that have values in its period."""
    for name in run.graph.parameters_used:
        if policy.parameters[name].in_force(run.period.last_day):
            yield policy.parameters[name]


def own_policies(county: Workspace, planned: Policy | None = None) -> Any:
    """Make the function by which a simulator finds the policies of a county."""
    policy = county.policy()
    return lambda name: policy if not name or planned is None else planned
