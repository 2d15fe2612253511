"""The command `replay`."""

from __future__ import annotations

from pathlib import Path

import click

from batch.cli import named
from batch.cli.bilingual_click import argument
from batch.cli.root import command
from batch.cli.session import Progress, Session
from payengine.texts import say


@command("replay")
@argument("run", "The run, the beginning of its id, a period (its current revision), or an archive.",
          metavar="RUN|PERIOD|ARCHIVE")  # fmt: skip
@click.option("--identity", "identities", multiple=True, metavar="FILE",
              help="A file with the age key that an encrypted archive is for. May be given several times.")  # fmt: skip
def replay(session: Session, run: str, identities: tuple[str, ...]) -> None:
    """Compute a run again and compare every row and every digest with what is stored.

    From the ledger, the snapshot and the policy kept in the ledger; or from an archive alone, in any folder, without
    ledger or workspace. It exits 0 only if every result is identical. Where formulas or engine are not those that made
    the run it says so, and which files changed.
    """
    from batch.cli.views.replay import replay_json, replay_parts

    with Progress() as progress:
        progress(say("computing again"))
        if names_run(run):
            named.run_meant(session, run)
            found, archive = session.workspace().replay(run), None
        else:
            from batch.archive.replay import replay_archive

            found, archive = replay_archive(Path(run), [Path(file) for file in identities])
    found.require_identical()
    session.answer(replay_json(found, archive), *([] if session.json else replay_parts(found, archive)))


def names_run(text: str) -> bool:
    """Tell if a word names a run or a period; anything else is a file."""
    import re

    from payengine.periods import Period

    return Period.find(text.partition("@")[0]) is not None or re.fullmatch("[0-9a-f]{4,64}", text) is not None
