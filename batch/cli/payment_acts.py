"""The commands `payment approve`, `paid`, `discard`, `return` and `close`."""

from __future__ import annotations

import click

from batch.cli import named
from batch.cli.bilingual_click import WholeNumber, argument
from batch.cli.root import command
from batch.cli.session import Session
from payengine.errors import UsageError
from payengine.texts import say

NUMBER = "The payment's number; payengine payments lists them."


@command("approve")
@argument("number", NUMBER, type=WholeNumber(1), metavar="N")
@click.option("--reason", default="", metavar="TEXT", help="A note that is kept with the step: a document, a meeting.")
def approve(session: Session, number: int, reason: str) -> None:
    """Approve a draft."""
    _advance(session, number, "approved", reason)


@command("paid")
@argument("number", NUMBER, type=WholeNumber(1), metavar="N")
@click.option("--reason", default="", metavar="TEXT", help="A note that is kept with the step: a document, a meeting.")
def paid(session: Session, number: int, reason: str) -> None:
    """Mark an exported payment as paid.

    What was paid never changes; a transfer that comes back is recorded by payengine payment return.
    """
    _advance(session, number, "paid", reason)


@command("discard")
@argument("number", NUMBER, type=WholeNumber(1), metavar="N")
@click.option("--reason", default="", metavar="TEXT", help="A note that is kept with the step: a document, a meeting.")
def discard(session: Session, number: int, reason: str) -> None:
    """Discard a draft: it counts as paid no more.

    Its number is not given again.
    """
    _advance(session, number, "discarded", reason)


def _advance(session: Session, number: int, action: str, reason: str) -> None:
    from batch.cli.views.payment import next_parts, record_json, record_parts

    workspace = session.workspace()
    record = workspace.advance_payment(number, action, reason)
    following = next_parts(number, *workspace.next_payment_step(record), session.line)
    session.answer(record_json(record), *record_parts(record), *following)


@command("return")
@argument("number", NUMBER, type=WholeNumber(1), metavar="N")
@click.option("--staff", default="", metavar="S", help="The person whose transfer came back.")
@click.option(
    "--institution", default=None, metavar="I", help="The paying institution; alone: its own statement came back."
)
@click.option("--reason", required=True, metavar="REASON", help="Why it came back.")
def return_(session: Session, number: int, staff: str, institution: str | None, reason: str) -> None:
    """Record that a person's transfer came back: it is outstanding again.

    All that the payment pays the person at the institution; the next payment pays it again.
    """
    from batch.cli.views.payment import lapsed_parts, record_json, record_parts

    if not staff and institution is None:
        raise UsageError(
            say("whose transfer came back is not said"), remedy=say("Write --staff S, or --institution I alone.")
        )
    workspace = session.workspace()
    who = named.of_payment(session, workspace.payment(number), number)
    institution, person = named.both(who, institution, staff)
    staff = person or ""
    record = workspace.return_payment(number, staff, institution, reason)
    came_back = {"returned": number, "institution": record.steps[-1].institution, "staff": staff}
    lapses = [each for each in workspace.payments() if each.details == came_back]
    session.answer(
        {**record_json(record), "lapses": [each.number for each in lapses]},
        *record_parts(record),
        *(part for each in lapses for part in lapsed_parts(each)),
    )


@command("close")
@click.option("--staff", default="", metavar="S", help="The person who is carried; without: the institution itself.")
@click.option("--institution", required=True, metavar="I", help="The institution that paid too much.")
@click.option("--reason", required=True, metavar="REASON", help="Why it is recovered no more: the recorded case.")
def close(session: Session, staff: str, institution: str, reason: str) -> None:
    """Close a carried balance by hand, for a recorded reason.

    It is recovered no more and no longer listed; the case stays recorded with its lines, in the audit chain too. No
    money moves. If the same is due again later, the closed amount is no new claim.
    """
    from batch.cli.views.payment import closed_parts, sheet_json

    workspace = session.workspace()
    place, person = named.both(named.of_published(session), institution, staff)
    sheet = workspace.close_balance(person or "", place or institution, reason)
    session.answer(sheet_json(sheet), *closed_parts(sheet, workspace.payment_names(sheet)))
