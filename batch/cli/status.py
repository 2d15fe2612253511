"""The command `status`."""

from __future__ import annotations

from batch.cli.bilingual_click import argument
from batch.cli.root import command
from batch.cli.session import Session
from payengine.errors import UsageError
from payengine.texts import in_quotes, say


@command("status")
@argument("year", "The year, 2026; the last one that has begun here unless said.", required=False, metavar="[YEAR]")
def status(session: Session, year: str | None) -> None:
    """Tell where every period of a year stands, and what comes next.

    Of each period: what was frozen and when, the run that is published or staged, if it is stale and why, which
    institutions it holds, which steps are open, and what is paid of it. Reads no rows of results.
    """
    from batch.cli.views.status import status_json, status_parts

    if year is not None and not (len(year) == 4 and year.isascii() and year.isdigit() and year >= "1900"):
        raise UsageError(say("{text} is no year; write 2026", text=in_quotes(year)))
    found = session.workspace().status(None if year is None else int(year))
    session.answer(status_json(found, session.line), *status_parts(found, session.line))
