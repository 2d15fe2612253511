"""The command `policy show`."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import click

from batch.cli.bilingual_click import argument
from batch.cli.policy.lookup import find_policy
from batch.cli.root import command
from batch.cli.session import Session
from payengine.errors import UsageError
from payengine.periods import Period
from payengine.texts import in_quotes, say


@command("show")
@argument("name", "The policy; the workspace's unless named.", required=False, metavar="[POLICY]")
@click.option(
    "--on",
    "day",
    default=None,
    metavar="DATE",
    help="The values in force on this day or in this month; today unless said.",
)
def show(session: Session, name: str | None, day: str | None) -> None:
    """Show a policy: its layers, components and the values in force on a day."""
    from batch.cli.views.policy import policy_json, policy_parts

    on = _day(day)
    policy = find_policy(session, name)
    data = policy_json(policy, on)
    session.answer(data, *([] if session.json else policy_parts(policy, data)))


def _day(text: str | None) -> date:
    """Read a day or a month; today where nothing is given."""
    if text is None:
        return date.today()  # noqa: DTZ011  # a question at the terminal, not an input of a run
    with suppress(UsageError):  # values change on the first of a month only, so its first day stands for a month
        if (period := Period.parse(text)).kind == "month":
            return period.first_day
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(say("{text} is not a date; write 2026-10-01 or 2026-10", text=in_quotes(text))) from None
