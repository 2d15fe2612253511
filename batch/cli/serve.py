"""The command `serve`."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta
from typing import TYPE_CHECKING

import click

from batch.cli.bilingual_click import WholeNumber
from batch.cli.root import command
from batch.cli.session import Session
from payengine.errors import Unavailable, UsageError
from payengine.system_errors import in_words
from payengine.texts import say

if TYPE_CHECKING:
    from socket import socket

    from batch.cli.web.doors import Doors

DAYS = 7  # that the printed address is good for, if the server runs so long


@command("serve")
@click.option("--host", default="127.0.0.1", metavar="H", help="The address to listen on; this machine's own only.")
@click.option("--port", type=WholeNumber(0, 65535), default=8765, metavar="N", help="The port; 0 takes a free one.")
@click.option("--links", is_flag=True, help="Accept the links that payengine link makes.")
@click.option(
    "--key-file", default="", metavar="FILE", help="The file of the secret of links; else link.key in the workspace."
)
@click.option(
    "--proxy-header",
    default="",
    metavar="NAME",
    help="Believe this header of a proxy: everything, institution:I, staff:S.",
)
@click.option(
    "--trusted-proxy", "proxies", multiple=True, metavar="IP",
    help="The proxy's address, where it is on another machine. May be given several times.",
)  # fmt: skip
@click.option(
    "--url", default="", metavar="URL", help="The server's address in the visitors' browsers, if another one."
)
def serve(
    session: Session, host: str, port: int, links: bool, key_file: str, proxy_header: str, proxies: tuple[str, ...],
    url: str,
) -> None:  # fmt: skip
    """Serve pages to look at: runs, payslips, explanations, what-ifs. Nothing can be changed there.

    The address that is printed lets in whoever has it, to everything; it ends with the server. Links that payengine
    link makes show one institution or one person.
    """
    try:
        import jinja2  # noqa: F401
        import starlette  # noqa: F401
        import uvicorn
    except ImportError as error:
        raise UsageError(
            say("the pages need {package}, which is not installed", package=error.name),
            remedy=say('Install it: pip install "payengine[web]"'),
        ) from None
    from batch.cli.web.app import application
    from batch.cli.web.doors import Doors, require_safe
    from batch.cli.web.links import Key, key_path, read_key, today
    from batch.cli.web.office import Office

    workspace = session.workspace()
    own, address = Key.random(), url.rstrip("/")
    require_safe(Doors(host, port, own, own if links else None, proxy_header, proxies, address))
    key = read_key(key_path(workspace.folder, key_file), workspace.settings.privacy.files) if links else None
    with _listening(host, port) as listening:
        doors = Doors(host, listening.getsockname()[1], own, key, proxy_header, proxies, address)
        pages = application(Office(workspace.folder), doors)
        _tell(session, doors, today() + timedelta(days=DAYS))
        config = uvicorn.Config(
            pages, access_log=False, log_level="warning", proxy_headers=False, server_header=False, lifespan="off"
        )
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listening])


def _listening(host: str, port: int) -> socket:
    """Listen on an address; `Unavailable` where that cannot be done."""
    import socket

    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        return socket.create_server(found[4][:2], family=found[0])
    except OSError as error:
        raise Unavailable(
            say("{host} port {port} cannot be listened on: {why}", host=host, port=port, why=in_words(error)),
            remedy=say("Another program may use it: name another with --port, or 0 for a free one."),
        ) from None


def _tell(session: Session, doors: Doors, until: date) -> None:
    """Print the address, and who is let in; whoever reads it there is let in to everything."""
    from batch.cli.web.links import entrance
    from batch.cli.web.scope import EVERYTHING, Scope

    token = doors.own.sign(Scope(EVERYTHING), until)
    way_in = doors.address if doors.header else entrance(doors.address, token)
    parts = [
        say("Pages of {folder}, to be looked at only:", folder=session.workspace().folder),
        f"  {way_in}",
    ]
    if doors.header:
        parts.append(say("The header {header} of the proxy says who may see what.", header=doors.header))
    else:
        parts.append(
            say("Whoever has this address sees everything, until this server ends, at the latest on {day}.", day=until)
        )
    if doors.links is not None:
        parts.append(say("Links of payengine link show what they were made for."))
    if not is_private(doors):
        parts.append(
            say("Pages and links go over the network unencrypted: put a proxy with TLS before it, and say --url.")
        )
    parts.append(say("Ctrl-C ends it."))
    data = {
        "url": way_in, "address": doors.address, "port": doors.port, "links": doors.links is not None,
        "proxy_header": doors.header or None,
    }  # fmt: skip
    session.answer(data, *parts)


def is_private(doors: Doors) -> bool:
    """Tell if nobody on the network can read what goes over it."""
    from batch.cli.web.doors import is_loopback

    return doors.is_encrypted or is_loopback(doors.host)
