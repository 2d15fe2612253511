"""The command `check`."""

from __future__ import annotations

import click

from batch.cli.bilingual_click import argument
from batch.cli.root import command
from batch.cli.run_options import SNAPSHOT
from batch.cli.session import Progress, Session
from payengine.texts import say


@command("check")
@argument("period", "A month (2026-10), a quarter (2026-Q4), a half-year (2026-H2) or a year (2026).", metavar="PERIOD")
@SNAPSHOT
@click.option(
    "--source",
    is_flag=True,
    help="Read the whole source again, of all dates, for records with rows in more than one month.",
)
def check(session: Session, period: str, snapshot: str, source: bool) -> None:
    """Find what is implausible in a period: its input, its run, and the ledger as it stands.

    Compares with the last published periods, and says of each finding how often, where first, and what to do. Nothing
    is refused by it; publish looks again, and the policy says which findings stop it.
    """
    from batch.cli.views.findings import check_json, check_parts

    workspace = session.workspace()
    with Progress() as progress:
        progress(say("checking"))
        checked = workspace.check(period, snapshot=snapshot, source=source)
    session.answer(check_json(checked), *check_parts(checked))
