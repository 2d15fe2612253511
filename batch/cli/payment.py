"""The command `payment`, a group: what is done with one payment."""

from __future__ import annotations

import click

from batch.cli.bilingual_click import Group
from batch.cli.root import shared_options

COMMANDS = {
    "show": (
        "batch.cli.payment_look:show",
        "Show a payment: lines by origin and cause, steps, what it carries.",
    ),
    "approve": ("batch.cli.payment_acts:approve", "Approve a draft."),
    "export": ("batch.cli.payment_look:export", "Write an approved payment's lines as CSV, for the bank file."),
    "paid": ("batch.cli.payment_acts:paid", "Mark an exported payment as paid."),
    "return": ("batch.cli.payment_acts:return_", "Record that a person's transfer came back: it is outstanding again."),
    "discard": ("batch.cli.payment_acts:discard", "Discard a draft: it counts as paid no more."),
    "close": ("batch.cli.payment_acts:close", "Close a carried balance by hand, for a recorded reason."),
}


@click.group(
    "payment",
    cls=Group,
    where=COMMANDS,
    subcommand_metavar="COMMAND ...",
    invoke_without_command=True,
    add_help_option=False,
)
@shared_options
@click.pass_context
def payment(ctx: click.Context) -> None:
    """Show, approve, export, pay out, return or discard a payment.

    A payment goes from draft to approved, exported and paid; only a draft may be discarded, and what was paid never
    changes. Every step is an entry of the audit chain over the payment's digest.
    """
    if ctx.invoked_subcommand is None:
        print(ctx.get_help())
