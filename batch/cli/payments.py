"""The command `payments`."""

from __future__ import annotations

import click

from batch.cli.root import command
from batch.cli.session import Session


@command("payments")
@click.option("--carried", is_flag=True, help="List instead who is carried with a balance below zero, and of when.")
def payments(session: Session, carried: bool) -> None:
    """List the payments, and who is carried with what.

    A draft counts as paid until it is discarded. A carried balance is recovered by later payments; that of somebody who
    has left stays listed until it is closed by hand (payengine payment close).
    """
    from batch.cli.views.payment import carried_parts, key_json, payments_parts, record_json

    workspace = session.workspace()
    below = {key: fen for key, fen in workspace.outstanding().items() if fen < 0}
    if carried:
        session.answer(
            {"carried": [key_json(key, fen) for key, fen in below.items()], "carried_fen": sum(below.values())},
            *carried_parts(below, workspace.names_of_keys(below)),
        )
        return
    records = workspace.payments()
    session.answer(
        {"payments": [record_json(record) for record in records], "carried_fen": sum(below.values())},
        *payments_parts(records, below, session.line("payments --carried")),
    )
