"""The command `publish`."""

from __future__ import annotations

from batch.cli.bilingual_click import argument
from batch.cli.root import command
from batch.cli.run_options import ACCEPT, ACCEPT_STALE
from batch.cli.session import Progress, Session
from payengine.texts import say


@command("publish")
@argument("run", "The run, the beginning of its id, or a period: its one unpublished run.", metavar="RUN|PERIOD")
@ACCEPT
@ACCEPT_STALE
def publish(session: Session, run: str, accept: tuple[tuple[str, str], ...], accept_stale: str) -> None:
    """Make a run the current revision of its period.

    All of it becomes visible at once, or nothing. What was published before stays as it was. What is implausible is
    told (payengine check shows it in full), and kept with what of it was accepted, by whom and why.
    """
    from batch.cli.views.findings import OF_OUTDATED, accepted_json, accepted_parts, short_parts
    from batch.cli.views.heading import warnings
    from batch.cli.views.publication import published_json, published_parts
    from batch.reports.compliance import failures

    workspace = session.workspace()
    with Progress() as progress:
        progress(say("publishing"))
        done = workspace.publish_checked(run, accept, accept_stale)
    publication = done.published.publication
    failed = failures(workspace.results(publication.run))
    noted = [*done.published.warnings, *failed, *workspace.outdated(publication.run)]
    told = {
        "warnings": noted,
        "findings": [one.as_json() for one in done.findings],
        "accepted": accepted_json(done.accepted),
    }
    session.answer(
        {**published_json(done.published), **told},
        *published_parts(done.published),
        *accepted_parts(done.accepted),
        *warnings(noted),
        *short_parts(done.findings, session.line(f"check {publication.period}"), OF_OUTDATED),
        "",
        session.next(f"pay {publication.period}"),
    )
