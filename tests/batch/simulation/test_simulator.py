"""A simulated figure is that of a run by a policy file that says the same."""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from batch.compute.compute import compute
from batch.inputs.provider import InputProvider
from batch.pricing import price_snapshot as pricing
from batch.results import Results
from batch.simulation.scenario import Scenario
from batch.simulation.simulator import Simulator
from batch.snapshot.snapshot import Snapshot, find_snapshot
from batch.workspace import Workspace
from payengine.errors import Refused
from payengine.periods import Period
from payengine.policy import Policy, load_policy
from payengine.policy.assumed_values import AssumedValue, read_assumed
from tests.support import small_county
from tests.support.assumed_policies import (
    chosen_values,
    figures,
    own_policies,
    policy_with,
    read_parameters,
    simulated_figures,
)
from tests.support.schemes import read, schemes, workspace
from tests.support.simulated_county import OCTOBER, demo

MOST_VALUES = 6  # parameters of a period that are tried


def refused_or_results(snapshot: Snapshot, policy: Policy) -> Results | Refused:
    """Compute a run; what it refuses is returned."""
    try:
        return compute(snapshot, policy)
    except Refused as refused:
        return refused


def same_as_a_run(snapshot: Snapshot, simulator: Simulator, policy: Policy, scenario: Scenario) -> str:
    """Compare a scenario with a run by `policy`; returns "refused" or "computed"."""
    run = refused_or_results(snapshot, policy)
    if isinstance(run, Refused):
        with pytest.raises(Refused) as same:
            simulator.compute(scenario)
        assert {one.what for one in same.value.problems} == {one.what for one in run.problems}
        return "refused"
    same_figures(simulator, scenario, run)
    return "computed"


def same_figures(simulator: Simulator, scenario: Scenario, run: Results) -> None:
    wanted: Any = figures(run)
    found = simulated_figures(simulator.compute(scenario))
    for table in ("pay_lines", "statement_lines", "departments"):
        assert found[table] == wanted[table], (scenario, table)
    # A run reports besides what no formula gives: the months of a settlement, cases, carried pools, receivables.
    assert found["reports"].items() <= wanted["reports"].items(), scenario


def try_values(snapshot: Snapshot, county: Workspace, folder: Path, chance: random.Random) -> list[str]:
    """Try some parameters of a period with other values."""
    policy, period = county.policy(), snapshot.period
    simulator = Simulator(snapshot, own_policies(county))
    parameters = list(read_parameters(policy, simulator.own.run))
    outcomes = []
    for parameter in chance.sample(parameters, min(MOST_VALUES, len(parameters))):
        values = chosen_values(policy, parameter, period, chance)
        if values:
            other = policy_with(folder, policy, values, period)
            outcomes.append(same_as_a_run(snapshot, simulator, other, Scenario("", tuple(values))))
    return outcomes


@pytest.mark.parametrize("name", schemes())
def test_values_of_a_scheme_are_simulated_as_they_would_be_run(name: str, tmp_path: Path) -> None:
    county = workspace(name, tmp_path / "county")
    chance = random.Random(name)
    outcomes = []
    for expected in read(name, "expected.toml")["period"]:
        snapshot = county.freeze(expected["period"])
        outcomes += try_values(snapshot, county, tmp_path, chance)
        county.publish(county.run(expected["period"]).run)
    assert outcomes.count("computed") * 2 >= len(outcomes), "most of the values can be run"


@pytest.mark.parametrize("policy", ["demo", "xining-example", "yangzhou-example"])
def test_values_of_a_region_are_simulated_as_they_would_be_run(policy: str, tmp_path: Path) -> None:
    county = demo(tmp_path / "county", policy)
    snapshot = find_snapshot(county.snapshots, Period.parse(OCTOBER))
    outcomes = try_values(snapshot, county, tmp_path, random.Random(policy))
    assert "computed" in outcomes


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return demo(tmp_path_factory.mktemp("simulated") / "county")


@pytest.fixture
def snapshot(county: Workspace) -> Snapshot:
    return find_snapshot(county.snapshots, Period.parse(OCTOBER))


def test_a_value_for_new_keys_counts_for_those_alone(county: Workspace, snapshot: Snapshot, tmp_path: Path) -> None:
    policy, simulator = county.policy(), Simulator(snapshot, own_policies(county))
    for text in ("staff_point_price[kind=village_clinic]=0", "staff_point_price[title=主治医师]=5.5555",
                 "base_guarantee_amount[institution=I0001]=0.01"):  # fmt: skip
        value = read_assumed(policy, text)
        other = policy_with(tmp_path, policy, [value], snapshot.period)
        assert same_as_a_run(snapshot, simulator, other, Scenario("", (value,))) == "computed"
        assert simulated_figures(simulator.compute(Scenario("", (value,)))) != figures(compute(snapshot, policy))


def test_several_values_and_another_policy_go_together(county: Workspace, snapshot: Snapshot, tmp_path: Path) -> None:
    policy = county.policy()
    new = policy_with(tmp_path, policy, [AssumedValue("purchase_unit_price", (), 101_111)], snapshot.period)
    simulator = Simulator(snapshot, own_policies(county, new))
    value = read_assumed(new, "staff_point_price=3.9999")
    (tmp_path / "both").mkdir()
    text = (tmp_path / "assumed.toml").read_text("utf-8")
    text += f'[[parameters.staff_point_price.values]]\nfrom = {snapshot.period.first_day}\nvalue = "3.9999"\n'
    text += 'continues = "试算"\nsource = "试算"\n'
    (tmp_path / "both" / "assumed.toml").write_text(text, "utf-8")
    both = load_policy("assumed", [tmp_path / "both", Path(policy.layers[-1].place).parent])
    assert same_as_a_run(snapshot, simulator, both, Scenario("", (value,), policy="assumed")) == "computed"


def test_equivalents_are_simulated_as_if_the_source_said_them(county: Workspace, tmp_path: Path) -> None:
    """A county with limits and refunds is frozen again with other equivalents."""
    twin = demo(tmp_path / "twin")
    snapshot = find_snapshot(twin.snapshots, Period.parse(OCTOBER))
    coding = snapshot.coding
    limited = {code for code, count in zip(coding.item_rows["code"].to_pylist(), coding.limit_count, strict=True)
               if count >= 0}  # fmt: skip
    items = {"P002": 13_333, sorted(limited)[0]: 0, "F002": 77_777}
    simulator = Simulator(snapshot, own_policies(twin), items=items)
    with sqlite3.connect(twin.folder / "source.sqlite") as source:
        for code, number in items.items():
            source.execute("update service_item set equivalents = ? where code = ?", (number / 10_000, code))
    run = compute(twin.freeze(OCTOBER), twin.policy())
    same_figures(simulator, Scenario("", (), tuple(items.items())), run)
    repriced = pricing.price_snapshot(find_snapshot(twin.snapshots, Period.parse(OCTOBER)))
    assert np.array_equal(simulator.work.points_micro(items), repriced.points_micro), "cell by cell, as stated"
    assert np.array_equal(simulator.work.priced.services, repriced.services)
    assert simulator.work.priced.rejections.equals(repriced.rejections), "limits do not look at equivalents"
    with_price = Scenario("", (read_assumed(twin.policy(), "staff_point_price=5"),), tuple(items.items()))
    assert simulated_figures(simulator.compute(with_price)) != figures(run)


def test_other_equivalents_of_nothing_are_the_run_itself(county: Workspace, snapshot: Snapshot) -> None:
    simulator = Simulator(snapshot, own_policies(county), items=["P002"], threads=1)
    same_figures(simulator, Scenario(""), compute(snapshot, county.policy()))
    own = {row.item: row.equivalents for row in simulator.work.rows}
    same_figures(simulator, Scenario("", (), tuple(own.items())), compute(snapshot, county.policy()))


def test_records_are_read_once_and_what_does_not_depend_is_not_computed_again(
    county: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    passes: list[int] = []
    asked: list[str] = []
    work, value = pricing._work, InputProvider.value

    def counted(*arguments: Any) -> Any:
        passes.append(1)
        return work(*arguments)

    def noted(provider: InputProvider, name: str) -> Any:
        asked.append(name)
        return value(provider, name)

    monkeypatch.setattr(pricing, "_work", counted)
    monkeypatch.setattr(InputProvider, "value", noted)
    found = county.simulate(OCTOBER, item_sweeps=["P002=1:1.99:0.01"], values=["staff_point_price=4.5"])
    assert len(found.scenarios) == 100
    assert len(passes) == 1, "a hundred values of equivalents are one pass over the records"
    assert max(asked.count(name) for name in asked if "score" in name) <= 2, "scores are asked for once or twice in all"
    assert asked.count("points") + asked.count("points_by_category") >= 100, "what is priced otherwise is asked anew"


def test_only_what_depends_on_a_value_is_computed_again(county: Workspace, snapshot: Snapshot) -> None:
    simulator = Simulator(snapshot, own_policies(county))
    policy, figure = county.policy(), simulator.own.evaluation.values
    computed = simulator.compute(Scenario("", (read_assumed(policy, "staff_point_price=4.6"),))).evaluation.values
    same = {name for name in computed if computed[name] is figure[name]}
    depend = simulator.own.depend_on(["staff_point_price"])
    assert same == set(computed) - depend
    assert {"quality_coefficient", "service_purchase"} <= same
    assert {"workload_pay", "gross_pay"} <= depend


def test_persons_below_zero_are_refused_as_a_run_refuses_them(tmp_path: Path) -> None:
    county = workspace("tiers-of-the-year", tmp_path / "county")
    first = read("tiers-of-the-year", "expected.toml")["period"][0]["period"]
    snapshot, policy = county.freeze(first), county.policy()
    simulator = Simulator(snapshot, own_policies(county))
    for text, outcome in (("early_rate=-1000", "refused"), ("early_rate=-0.5", "computed")):
        value = read_assumed(policy, text)
        other = policy_with(tmp_path, policy, [value], snapshot.period)
        assert same_as_a_run(snapshot, simulator, other, Scenario("", (value,))) == outcome


def test_a_value_where_there_was_none_lets_a_check_hold(tmp_path: Path) -> None:
    """Without a threshold there is no check, so that the graph must be built for it."""
    county = small_county.county(
        tmp_path / "county",
        small_county.tables(pay_component=[small_county.pay("S1")]),
        '[checks.fixed_share]\nperiods = ["month"]\n',
    )
    snapshot, policy = county.freeze(OCTOBER), county.policy()
    simulator = Simulator(snapshot, own_policies(county))
    value = read_assumed(policy, "fixed_share_floor=0.5")
    other = policy_with(tmp_path, policy, [value], snapshot.period)
    assert same_as_a_run(snapshot, simulator, other, Scenario("", (value,))) == "computed"
    reports = simulated_figures(simulator.compute(Scenario("", (value,))))["reports"]
    assert any(name == "check.fixed_share.result" for *_, name in reports)
