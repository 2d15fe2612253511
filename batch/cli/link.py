"""The command `link`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from batch.cli import named as lookup
from batch.cli.option_faults import OptionFaults
from batch.cli.root import command
from batch.cli.session import Session
from payengine.errors import UsageError
from payengine.suggest import hint
from payengine.texts import say

if TYPE_CHECKING:
    from batch.cli.web.scope import Scope


@command("link")
@click.option("--institution", default="", metavar="I", help="For this institution: its figures and its people's.")
@click.option("--staff", default="", metavar="S", help="For this person: their own payslips, records and proofs.")
@click.option("--everything", is_flag=True, help="For who may see everything, such as an auditor.")
@click.option("--until", default="", metavar="DATE", help="The last day on which it is good, such as 2026-12-31.")
@click.option(
    "--url", default="http://127.0.0.1:8765", metavar="URL", help="The server's address in the visitors' browsers."
)
@click.option(
    "--key-file", default="", metavar="FILE", help="The file of the secret of links; else link.key in the workspace."
)
def link(
    session: Session, institution: str, staff: str, everything: bool, until: str, url: str, key_file: str
) -> None:  # fmt: skip
    """Make a link to the pages of payengine serve --links, for one institution or one person.

    It is signed with a secret, which the first link makes: PAYENGINE_LINK_KEY, else the file link.key. Whoever has the
    link sees what it shows until its last day; a new secret ends all links.
    """
    from batch.cli.web.doors import require_server
    from batch.cli.web.links import entrance, key_path, last_day, read_key, today
    from batch.cli.web.scope import EVERYTHING, INSTITUTION, PERSON, Scope

    asked = [(INSTITUTION, institution), (PERSON, staff), (EVERYTHING, EVERYTHING if everything else "")]
    named = [(kind, code) for kind, code in asked if code]
    workspace = session.workspace()
    faults = OptionFaults()
    if len(named) != 1:
        faults.add(
            say("for whom the link is to be is not said, or said twice"),
            say("Write --institution I, --staff S, or --everything: one of them."),
        )
    day = faults.read(lambda: last_day(until, today()))
    faults.read(lambda: require_server(url))
    by_name = lookup.of_published(session)

    def scope_of(kind: str, name: str) -> Scope:
        code = "" if kind == EVERYTHING else (by_name.institution if kind == INSTITUTION else by_name.person)(name)
        scope = Scope(kind, code)
        _require_known(session, scope)
        return scope

    scopes = [faults.read(partial(scope_of, kind, code)) for kind, code in named]
    faults.refuse()
    scope = scopes[0]
    assert scope is not None
    assert day is not None
    kind, code = scope.kind, scope.code
    key = read_key(key_path(workspace.folder, key_file), workspace.settings.privacy.files, make=True)
    made = entrance(url.rstrip("/"), key.sign(scope, day))
    shows = {
        INSTITUTION: say("Shows institution {code} until the end of {day}.", code=code, day=day),
        PERSON: say("Shows what concerns {code} until the end of {day}.", code=code, day=day),
        EVERYTHING: say("Shows everything until the end of {day}.", day=day),
    }[kind]
    told = say("Hand it to nobody else: whoever has it is let in.")
    session.answer({"url": made, "scope": str(scope), "until": day.isoformat()}, made, shows, told)


def _require_known(session: Session, scope: Scope) -> None:
    """Raise `UsageError` for a code that is in no run here: its link would show nothing."""
    from batch.cli.web.scope import EVERYTHING, INSTITUTION

    if scope.kind == EVERYTHING:
        return
    workspace = session.workspace()
    known: set[str] = set()
    for record in reversed(workspace.runs()):
        names = workspace.names(record.period, record.snapshot)
        known |= set(names.institutions if scope.kind == INSTITUTION else names.staff)
        if scope.code in known:
            return
    what = say("institution {code} is in no run here", code=scope.code)
    if scope.kind != INSTITUTION:
        what = say("nobody with the code {code} is in a run here", code=scope.code)
    raise UsageError(what + hint(scope.code, known))
