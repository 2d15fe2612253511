"""The command `log`."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from batch.cli import named
from batch.cli.root import command
from batch.cli.session import Session
from payengine.errors import UsageError
from payengine.periods import Period
from payengine.texts import in_quotes, say

if TYPE_CHECKING:
    from batch.ledger import Wanted
    from batch.workspace import Workspace


@command("log")
@click.option("--staff", default="", metavar="S", help="Of runs that hold this person, and of looks at them.")
@click.option("--institution", default="", metavar="I", help="Of runs that hold this institution, and of looks at it.")
@click.option("--period", default="", metavar="P", help="Of this period.")
@click.option("--run", default="", metavar="R", help="Of this run: the beginning of its id, or a period.")
@click.option("--user", default="", metavar="U", help="By this user, with or without the machine behind the @.")
@click.option("--since", default="", metavar="D", help="From this day on (UTC).")
@click.option("--until", default="", metavar="D", help="Until this day (UTC), included.")
@click.option("--action", default="", metavar="A", help="Only this: stage, publish, reviewed, export, explain, ...")
def log(
    session: Session, staff: str, institution: str, period: str, run: str, user: str, since: str, until: str,
    action: str,
) -> None:  # fmt: skip
    """List who did what, and who looked at what.

    What was staged, entered and published stands in the audit chain; who looked at records or exported results stands
    in a log beside it. Times are UTC.
    """
    from batch.cli.errors import problem_json
    from batch.cli.views.log import log_json, log_parts
    from batch.cli.views.runs import doubts_parts

    workspace = session.workspace()
    if staff or institution:
        who = named.of_run(session, run) if run else named.of_published(session, [period] if period else ())
        place, person = named.both(who, institution, staff)
        institution, staff = place or "", person or ""
    wanted = wanted_of(workspace, staff, institution, period, run, user, since, until, action)
    found, broken = workspace.activity(wanted)
    session.answer(
        {"entries": [log_json(one) for one in found], "damage": [problem_json(problem) for problem in broken]},
        *(log_parts(found) if found else [say("There is no such entry.")]),
        *doubts_parts(broken),
    )


def wanted_of(
    workspace: Workspace, staff: str, institution: str, period: str, run: str, user: str, since: str, until: str,
    action: str,
) -> Wanted:  # fmt: skip
    """Read what is asked of the log; `UsageError` for a day or a period that is none."""
    from batch.ledger import Wanted

    if run:
        with workspace.ledger(needed=True) as ledger:
            run = ledger.run(run).id
    days = [_day("--since", since), _day("--until", until)]
    asked = str(Period.parse(period)) if period else ""
    return Wanted(staff, institution, asked, run, user, action, *days)


def _day(option: str, text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise UsageError(
            say("{option}: {value} is not a date", option=option, value=in_quotes(text)),
            remedy=say("Write a date such as 2026-01-01."),
        ) from None
