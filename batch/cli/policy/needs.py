"""The command `policy needs`."""

from __future__ import annotations

import click

from batch.cli.bilingual_click import argument
from batch.cli.policy.lookup import find_policy
from batch.cli.policy.periods import periods_asked
from batch.cli.root import command
from batch.cli.session import Session
from payengine.texts import say


@command("needs")
@argument("name", "The policy; the workspace's unless named.", required=False, metavar="[POLICY]")
@click.option(
    "--period",
    default=None,
    metavar="P",
    help="The period; this month, quarter, half-year and year unless said.",
)
def needs(session: Session, name: str | None, period: str | None) -> None:
    """List the input tables, the names in them and the values that a policy needs.

    Each with who must have the row, how often, and what a missing one costs: a run that is refused, a line that nobody
    gets, or a figure that is not given.
    """
    from batch.cli.views.needs import needs_json, needs_parts
    from batch.needs.needs import needs_of

    policy = find_policy(session, name)
    found = needs_of(policy, periods_asked(policy, period))
    if session.json:
        session.answer(needs_json(found))
    else:
        begin = (
            say("Next: fill them in, then {command}", command=session.line("month PERIOD"))
            if name is None
            else say("To begin: {command}", command=f"payengine init DIR --policy {policy.code} --template")
        )
        session.answer({}, *needs_parts(found), "", begin)
