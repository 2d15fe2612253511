"""The command `simulate`."""

from __future__ import annotations

import click

from batch.cli import named
from batch.cli.bilingual_click import argument
from batch.cli.root import command
from batch.cli.run_options import HOLD, SNAPSHOT
from batch.cli.session import Progress, Session


@command("simulate")
@argument("period", "A month (2026-10), a quarter (2026-Q4), a half-year (2026-H2) or a year (2026).", metavar="PERIOD")
@click.option(
    "--set",
    "values",
    multiple=True,
    metavar="NAME=VALUE",
    help="Assume this value of a parameter; NAME[KEY=VALUE]=VALUE where it is keyed. May be given several times.",
)
@click.option(
    "--set-item",
    "items",
    multiple=True,
    metavar="CODE=EQUIVALENTS",
    help="Assume these equivalents of an item. May be given several times.",
)
@click.option(
    "--sweep",
    "sweeps",
    multiple=True,
    metavar="NAME=FROM:TO:STEP",
    help="A scenario for each value of a parameter. May be given several times.",
)
@click.option(
    "--sweep-item",
    "item_sweeps",
    multiple=True,
    metavar="CODE=FROM:TO:STEP",
    help="A scenario for each number of equivalents of an item. May be given several times.",
)
@click.option(
    "--scenario",
    "scenarios",
    multiple=True,
    metavar="FILE.toml",
    help="A file of scenarios. May be given several times.",
)
@click.option("--policy", default="", metavar="P", help="Another policy than the workspace's; it may lack approvals.")
@click.option("--beside", is_flag=True, help="Compare with what is published, not with the period's own computation.")
@SNAPSHOT
@HOLD
def simulate(
    session: Session, period: str, values: tuple[str, ...], items: tuple[str, ...], sweeps: tuple[str, ...],
    item_sweeps: tuple[str, ...], scenarios: tuple[str, ...], policy: str, beside: bool, snapshot: str,
    hold: tuple[tuple[str, str], ...],
) -> None:  # fmt: skip
    """Compute a period as if values, prices of items or the policy were others; nothing is stored.

    Shows who would gain and lose: by institution, by tenths of pay, by kind, role and title; and the checks, ceilings
    and floors that flip. The figures are those of a run by a policy that says so.
    """
    workspace = session.workspace()
    holds = named.holds(named.of_period(session, period, snapshot), hold)
    with Progress() as progress:
        found = workspace.simulate(
            period, values=values, items=items, sweeps=sweeps, item_sweeps=item_sweeps, scenarios=scenarios,
            policy=policy, beside=beside, snapshot=snapshot, hold=holds, progress=progress,
        )  # fmt: skip
        names = workspace.names(found.period, found.snapshot)
    from batch.cli.views.simulation import simulation_parts
    from batch.simulation.as_json import simulation_json

    data = simulation_json(found, names.institutions) if session.json else {}
    session.answer(data, *([] if session.json else simulation_parts(found, names)))
