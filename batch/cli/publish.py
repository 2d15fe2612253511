"""The command `publish`."""

from __future__ import annotations

from batch.cli.bilingual_click import argument
from batch.cli.root import command
from batch.cli.session import Progress, Session
from payengine.texts import say


@command("publish")
@argument("run", "The run, or the beginning of its id.", metavar="RUN")
def publish(session: Session, run: str) -> None:
    """Make a run the current revision of its period.

    All of it becomes visible at once, or nothing. What was published before stays as it was.
    """
    from batch.cli.views.heading import warnings
    from batch.cli.views.publication import published_json, published_parts
    from batch.reports.compliance import failures

    workspace = session.workspace()
    with Progress() as progress:
        progress(say("publishing"))
        published = workspace.publish(run)
    made = published.publication.run
    told = [*published.warnings, *failures(workspace.results(made)), *workspace.outdated(made)]
    session.answer({**published_json(published), "warnings": told}, *published_parts(published), *warnings(told))
