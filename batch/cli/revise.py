"""The command `revise`."""

from __future__ import annotations

import click

from batch.cli import named
from batch.cli.bilingual_click import argument
from batch.cli.root import command
from batch.cli.session import Progress, Session, quoted


@command("revise")
@argument("periods", "A year or other periods: all that is published within them.", metavar="PERIOD...", nargs=-1)
@click.option(
    "--publish",
    default=None,
    metavar="REASON",
    help="Publish what changed, for this reason. Without it nothing is published.",
)
@click.option(
    "--hold",
    nargs=2,
    multiple=True,
    metavar="I REASON",
    help="Also leave institution I out, for this reason. Those that are held stay so. May be given several times.",
)
@click.option("--release", multiple=True, metavar="I", help="Hold institution I no more. May be given several times.")
@click.option(
    "--accept",
    nargs=2,
    multiple=True,
    metavar="KIND[:SUBJECT] REASON",
    help="Accept a finding that the policy lets stop a publication, wherever it is met. May be given several times.",
)
@click.option(
    "--accept-stale",
    default="",
    metavar="REASON",
    help="Publish what is built on publications that were revised since, for this reason.",
)
def revise(
    session: Session, periods: tuple[str, ...], publish: str | None, hold: tuple[tuple[str, str], ...],
    release: tuple[str, ...], accept: tuple[tuple[str, str], ...], accept_stale: str,
) -> None:  # fmt: skip
    """Freeze published periods again and revise those that changed, in order of time.

    Months first, settlements after their months; later periods that read what changes follow. Without --publish it is a
    dry run, which shows what publishing would give, to the id and the fen. A period with the same results is not
    published again: the audit chain notes that it was confirmed.
    """
    from batch.cli.views.revision import revision_json, revision_parts
    from payengine.errors import UsageError
    from payengine.texts import say

    if not periods:
        remedy = say("Write a year, or periods: {command}", command="payengine revise 2026")
        raise UsageError(say("no period is named"), remedy=remedy)
    workspace = session.workspace()
    who = named.of_published(session, periods)
    holds, released = named.holds(who, hold), tuple(map(who.institution, release))
    with Progress() as progress:
        done = workspace.revise(
            *periods, publish=publish, hold=holds, release=released, accept=accept, accept_stale=accept_stale,
            progress=progress,
        )  # fmt: skip
    given = " ".join(["revise", *periods, *(f"--hold {code} {quoted(why)}" for code, why in holds.items())])
    given = " ".join([given, *(f"--release {code}" for code in released)])
    session.answer(
        revision_json(done) if session.json else {},
        *([] if session.json else revision_parts(done, session.line(f"{given} --publish REASON"), session.line)),
    )
