"""The command `pay`."""

from __future__ import annotations

import click

from batch.cli.bilingual_click import argument
from batch.cli.root import command
from batch.cli.session import Progress, Session
from payengine.texts import say


@command("pay")
@argument("period", "The period to pay: 2026-10, 2026-Q4, 2026-H2 or 2026.", metavar="PERIOD")
@click.option("--date", default="", metavar="D", help="The pay date, 2026-10-25; today's unless said.")
@click.option("--only", is_flag=True, help="This period alone, and no earlier one.")
@click.option("--dry-run", is_flag=True, help="Compute and show it; write nothing.")
@click.option(
    "--accept-stale",
    default="",
    metavar="REASON",
    help="Pay stale periods, for this reason: built on what was revised since, or lacking what was published late.",
)
def pay(session: Session, period: str, date: str, only: bool, dry_run: bool, accept_stale: str) -> None:
    """Draft a payment: what is due and not yet paid.

    It covers the period and every earlier published one: what is due by their current revisions, less what earlier
    payments paid. Differences are paid (arrears) or taken back (recoveries) with the period that they are of; who would
    get less than nothing gets nothing, and the rest is carried. The draft counts as paid until it is discarded.
    """
    from batch.cli.views.payment import next_parts, paid_json, paid_parts

    workspace = session.workspace()
    with Progress() as progress:
        progress(say("adding up what is due and what was paid"))
        done = workspace.pay(period, date=date, only=only, dry_run=dry_run, accept_stale=accept_stale)
        names = workspace.payment_names(done.sheet)
        held = workspace.held_in_payment(done.sheet)
    record = done.sheet.record
    following = [] if record is None else next_parts(record.number, *workspace.next_payment_step(record), session.line)
    session.answer(
        paid_json(done, only, dry_run, held),
        *paid_parts(done, names, only, dry_run, held),
        *following,
    )
