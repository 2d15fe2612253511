"""The command `link`."""

from __future__ import annotations

from collections.abc import Sequence
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
@click.option("--list", "listing", is_flag=True, help="List the links that were made, and which still let in.")
@click.option("--revoke", default="", metavar="ID|LINK", help="Let nobody in by this link any more.")
@click.option("--reason", default="", metavar="TEXT", help="Why it is revoked; kept in the audit chain.")
def link(
    session: Session, institution: str, staff: str, everything: bool, until: str, url: str, key_file: str,
    listing: bool, revoke: str, reason: str,
) -> None:  # fmt: skip
    """Make a link to the pages of payengine serve --links, for one institution or one person; list and revoke links.

    It is signed with a secret, which the first link makes: PAYENGINE_LINK_KEY, else the file link.key. Whoever has the
    link sees what it shows until its last day, or until it is revoked; a new secret ends all links. That a link was
    made or revoked stands in the audit chain.
    """
    from batch.cli.web.scope import EVERYTHING, INSTITUTION, PERSON

    asked = [(INSTITUTION, institution), (PERSON, staff), (EVERYTHING, EVERYTHING if everything else "")]
    named = [(kind, code) for kind, code in asked if code]
    if listing or revoke:
        _require_alone(listing, bool(revoke), bool(named or until))
        if listing and reason:
            raise _reason_of_none()
        if listing:
            _list(session)
        else:
            _revoke(session, revoke, reason, key_file)
        return
    _make(session, named, until, url, key_file, reason)


def _make(
    session: Session, named: Sequence[tuple[str, str]], until: str, url: str, key_file: str, reason: str
) -> None:  # fmt: skip
    """Sign a link, enter it in the audit chain, and print it."""
    from batch.cli.web.doors import require_server
    from batch.cli.web.links import entrance, key_path, last_day, link_id, read_key, today
    from batch.cli.web.scope import EVERYTHING, INSTITUTION, PERSON, Scope
    from batch.ledger import PageLink

    workspace = session.workspace()
    faults = OptionFaults()
    if reason:
        none = _reason_of_none()
        faults.add(none.what, none.remedy)
    if len(named) != 1:
        faults.add(
            say("for whom the link is to be is not said, or said twice"),
            say("Write --institution I, --staff S, or --everything: one of them."),
        )
    if until:
        day = faults.read(lambda: last_day(until, today()))
    else:
        day = None
        faults.add(say("until when the link is to be good is not said"), say("Write --until DATE, its last day."))
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
    token = key.sign(scope, day)
    made = PageLink(link_id(token), scope.institution or "", scope.code if kind == PERSON else "", day.isoformat())
    workspace.make_link(made)  # before it is handed out: a link that nobody knows of could not be listed
    address = entrance(url.rstrip("/"), token)
    shows = {
        INSTITUTION: say("Shows institution {code} until the end of {day}.", code=code, day=day),
        PERSON: say("Shows what concerns {code} until the end of {day}.", code=code, day=day),
        EVERYTHING: say("Shows everything until the end of {day}.", day=day),
    }[kind]
    session.answer(
        {"url": address, "link": made.id, "scope": str(scope), "until": day.isoformat()},
        address,
        shows,
        say("Hand it to nobody else: whoever has it is let in."),
        say("To revoke it: {command}", command=session.line(f"link --revoke {made.id}")),
    )


def _require_alone(listing: bool, revoking: bool, making: bool) -> None:
    """Raise `UsageError` where making, listing and revoking are asked for together."""
    if listing + revoking + making > 1:
        raise UsageError(
            say("a link is made, listed or revoked: one at a time"),
            remedy=say("Leave out what does not belong to it."),
        )


def _reason_of_none() -> UsageError:
    return UsageError(
        say("--reason is of a link that is revoked"), remedy=say("Name the link with --revoke, or leave it out.")
    )


def _list(session: Session) -> None:
    """List the links that were made, with their state."""
    from batch.cli.views.links import link_json, links_parts
    from batch.cli.web.links import today

    found, day = session.workspace().links(), today()
    session.answer({"links": [link_json(one, day) for one in found]}, *links_parts(found, day))


def _revoke(session: Session, named: str, reason: str, key_file: str) -> None:
    """Revoke a link that is named by its id, or at hand."""
    from batch.cli.views.links import link_json, shows
    from batch.cli.web.links import link_id, today, token_of

    token = token_of(named)
    is_whole = "." in token
    if is_whole:
        _require_ours(session, token, key_file)
    found = session.workspace().revoke_link(link_id(token) if is_whole else token, reason, is_whole=is_whole)
    session.answer(
        link_json(found, today()),
        say("Link {id} is revoked: {shows}", id=found.id, shows=shows(found)),
        say("Whoever has it is let in no more, from the next page on."),
    )


def _require_ours(session: Session, token: str, key_file: str) -> None:
    """Raise `UsageError` for a link that is neither listed nor signed with our secret.

    One that was copied with a letter too few would be entered as revoked, and the right one would go on letting in.
    """
    from batch.cli.web.links import key_path, link_id, read_key

    workspace = session.workspace()
    if any(one.id == link_id(token) for one in workspace.links()):
        return
    key = read_key(key_path(workspace.folder, key_file), workspace.settings.privacy.files)
    if not key.signed(token):
        raise UsageError(
            say("this link is not one of ours: it lets nobody in"),
            remedy=say("Copy the whole link, or write the id that payengine link --list names."),
        )


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
