"""The command `why`."""

from __future__ import annotations

import click

from batch.cli import named
from batch.cli.root import command
from batch.cli.run_options import RUN
from batch.cli.session import Session
from payengine.errors import UsageError
from payengine.texts import say


@command("why")
@RUN
@click.option("--staff", default=None, metavar="S", help="This person's pay.")
@click.option("--institution", default=None, metavar="I", help="There; alone: the pay of all there, and its statement.")
@click.option(
    "--against", default=None, metavar="RUN|PERIOD",
    help="Since this run; the run itself: the one that it replaced. Else the last period published before.",
)  # fmt: skip
def why(session: Session, run: str, staff: str | None, institution: str | None, against: str | None) -> None:
    """Tell what changed someone's pay since last month, cause by cause.

    Computes both runs again, and between them each cause by itself; the parts add up to the difference to the fen and
    depend on no order. Fails if a figure is not the one that is stored.
    """
    if staff is None and institution is None:
        raise UsageError(
            say("whose pay is meant is not said"),
            remedy=say("Write --staff S for a person, --institution I for an institution."),
        )
    workspace = session.workspace()
    named.run_meant(session, run)
    institution, staff = named.in_run(session, run, institution, staff)
    found = workspace.why(run, staff=staff or "", institution=institution, against=against)
    from batch.cli.views.heading import held_lines
    from batch.cli.views.why import why_parts
    from batch.explain.why_json import why_json

    told = {one.institution for one in found.differences}  # held in one of the runs only: told with its difference
    held = [] if staff is None or institution is not None else [
        place
        for run_as_stored in (found.before, found.after)
        for place in workspace.held_places(run_as_stored.meta, staff)
        if place.institution not in told
    ]  # fmt: skip
    parts = []
    if not session.json:
        parts = why_parts(found, workspace.names(found.after.meta.period, found.after.meta.snapshot_digest))
        parts += held_lines(held)
    session.answer({**why_json(found), "held": [one.as_json() for one in held]}, *parts)
