"""A simulated figure is that of a run by a policy file that says the same."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from batch.compute.compute import compute
from batch.pricing import price_snapshot as pricing
from batch.simulation.scenario import Scenario
from batch.simulation.simulator import Simulator
from batch.snapshot.snapshot import Snapshot, find_snapshot
from batch.workspace import Workspace
from payengine.errors import Refused
from payengine.periods import Period
from payengine.policy import Policy
from tests.support.assumed_policies import (
    chosen_values,
    figures,
    own_policies,
    policy_with,
    read_parameters,
    simulated_figures,
)
from tests.support.schemes import read, schemes, workspace


def same_as_a_run(snapshot: Snapshot, simulator: Simulator, policy: Policy, scenario: Scenario) -> str:
    """Compare a scenario with a run by `policy`; returns "refused" or "computed"."""
    try:
        wanted: Any = figures(compute(snapshot, policy))
    except Refused as refused:
        with pytest.raises(Refused) as same:
            simulator.compute(scenario)
        assert {one.what for one in same.value.problems} == {one.what for one in refused.problems}
        return "refused"
    found = simulated_figures(simulator.compute(scenario))
    for table in ("pay_lines", "statement_lines", "departments"):
        assert found[table] == wanted[table], (scenario, table)
    # A run reports besides what no formula gives: the months of a settlement, cases, carried pools, receivables.
    assert found["reports"].items() <= wanted["reports"].items(), scenario
    return "computed"


@pytest.mark.parametrize("name", schemes())
def test_every_value_of_a_scheme_is_simulated_as_it_would_be_run(name: str, tmp_path: Path) -> None:
    county = workspace(name, tmp_path / "county")
    chance = random.Random(name)
    outcomes = []
    for expected in read(name, "expected.toml")["period"]:
        period = Period.parse(expected["period"])
        snapshot = county.freeze(period)
        policy = county.policy()
        simulator = Simulator(snapshot, own_policies(county))
        for parameter in read_parameters(policy, simulator.own.run):
            values = chosen_values(policy, parameter, period, chance)
            if values:
                other = policy_with(tmp_path, policy, values, period)
                outcomes.append(same_as_a_run(snapshot, simulator, other, Scenario("", tuple(values))))
        county.publish(county.run(period).run)
    assert outcomes.count("computed") * 2 >= len(outcomes), "most of the values can be run"
