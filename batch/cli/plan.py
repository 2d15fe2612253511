"""The command `plan`."""

from __future__ import annotations

import click

from batch.cli import named
from batch.cli.bilingual_click import argument
from batch.cli.root import command
from batch.cli.run_options import HOLD, SNAPSHOT
from batch.cli.session import Progress, Session


@command("plan")
@argument("period", "A month (2026-10), a quarter (2026-Q4), a half-year (2026-H2) or a year (2026).", metavar="PERIOD")
@click.option("--policy", required=True, metavar="NEW", help="The new policy; its values may lack their approvals.")
@click.option("--old", default="", metavar="P", help="The policy that it departs from; else the workspace's.")
@click.option("--budget", default="", metavar="YUAN", help="The money there is for pay: what is left of it is told.")
@SNAPSHOT
@HOLD
def plan(
    session: Session, period: str, policy: str, old: str, budget: str, snapshot: str, hold: tuple[tuple[str, str], ...]
) -> None:
    """Set a new policy beside the workspace's before it is approved; nothing is stored.

    Shows what changes in words, who would gain and lose, and what flips; and prints the digest of the plan, which the
    approval in the policy file may quote.
    """
    workspace = session.workspace()
    holds = named.holds(named.of_period(session, period, snapshot), hold)
    with Progress() as progress:
        found, digest = workspace.plan(
            period, policy, old=old, budget=budget, snapshot=snapshot, hold=holds, progress=progress
        )
        names = workspace.names(period, digest)
    from batch.cli.views.simulation import plan_parts
    from batch.simulation.as_json import plan_json

    data = plan_json(found, digest, names.institutions) if session.json else {}
    session.answer(data, *([] if session.json else plan_parts(found, names)))
