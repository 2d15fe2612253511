"""The command `solve`."""

from __future__ import annotations

import click

from batch.cli import named
from batch.cli.bilingual_click import argument
from batch.cli.root import command
from batch.cli.run_options import HOLD, SNAPSHOT
from batch.cli.session import Progress, Session


@command("solve")
@argument("period", "A month (2026-10), a quarter (2026-Q4), a half-year (2026-H2) or a year (2026).", metavar="PERIOD")
@click.option(
    "--parameter", required=True, metavar="NAME", help="The parameter to find; NAME[KEY=VALUE] where it is keyed."
)
@click.option("--spend", required=True, metavar="AMOUNT", help="The sum that may be spent, in the figure's unit.")
@click.option(
    "--target",
    default="pay",
    metavar="NAME",
    help="The figure that it is spent on: pay, statements or any of the run's.",
)
@click.option("--institution", default="", metavar="I", help="The figure of this institution; else of all together.")
@click.option("--step", default="", metavar="STEP", help="Only multiples of it; else every value of four decimals.")
@click.option("--between", default="", metavar="FROM:TO", help="The range to search; else the parameter's own bounds.")
@click.option("--policy", default="", metavar="P", help="Another policy than the workspace's; it may lack approvals.")
@SNAPSHOT
@HOLD
def solve(
    session: Session, period: str, parameter: str, spend: str, target: str, institution: str, step: str, between: str,
    policy: str, snapshot: str, hold: tuple[tuple[str, str], ...],
) -> None:  # fmt: skip
    """Find the value of a parameter that a sum of money allows, to its last decimal; nothing is stored.

    It is the greatest value that does not overspend (the least, where the figure falls as the value grows).
    """
    workspace = session.workspace()
    who = named.of_period(session, period, snapshot)
    institution, holds = who.institution(institution) if institution else "", named.holds(who, hold)
    with Progress() as progress:
        found, digest = workspace.solve(
            period, parameter, spend, target=target, institution=institution, step=step, between=between,
            policy=policy, snapshot=snapshot, hold=holds, progress=progress,
        )  # fmt: skip
        names = workspace.names(period, digest)
    from batch.cli.views.simulation import solution_parts
    from batch.simulation.as_json import solution_json

    place = f"{institution} {names.institutions.get(institution, '')}".strip()
    data = solution_json(found, period, digest) if session.json else {}
    session.answer(data, *([] if session.json else solution_parts(found, period, place)))
