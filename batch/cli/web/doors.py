"""Doors of the server: its addresses, and whom it believes."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlsplit

from batch.cli.option_faults import OptionFaults
from batch.cli.web.links import Key
from batch.cli.web.scope import Scope
from payengine.errors import UsageError
from payengine.texts import in_quotes, say

LOCAL = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Doors:
    """Address and trust of a server.

    `own` signs the link that is printed at the start, `links` those of `payengine link` (None: none is accepted).
    `header` is that in which a proxy names the scope; where it is set, it alone decides. `url` is the address in the
    visitors' browsers, if it is another one.
    """

    host: str
    port: int
    own: Key
    links: Key | None = None
    header: str = ""
    proxies: Sequence[str] = field(default_factory=tuple)
    url: str = ""

    @property
    def address(self) -> str:
        """Return the address that visitors use, without a slash at its end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.url or f"http://{host}:{self.port}"

    @property
    def cookie(self) -> str:
        """Name the cookie: browsers send those of all ports of a machine to each."""
        return f"payengine-{self.port}"

    @property
    def is_encrypted(self) -> bool:
        return self.address.startswith("https:")

    def knows(self, host: str) -> bool:
        """Tell if a Host header names this server.

        A page elsewhere whose name is made to point here (DNS rebinding) sends its own name.
        """
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        names = {self.host, urlsplit(self.address).hostname or ""}
        if is_loopback(self.host):
            names.update(LOCAL)
        return name in {each.lower() for each in names}

    def scope_of(self, token: str, header: Sequence[str], client: str, today: date) -> Scope | None:
        """Return the scope of a visitor; None where nobody vouches for one.

        `header` are the values of the proxy's header, `client` the address of whoever connected.
        """
        if self.header:
            trusted = client in self.proxies or (not self.proxies and is_loopback(client))
            return Scope.parse(header[0]) if trusted and len(header) == 1 else None
        keys = [self.own, *([self.links] if self.links else [])]
        return next((scope for key in keys if (scope := key.read(token, today)) is not None), None)


def is_loopback(host: str) -> bool:
    """Tell if an address reaches this machine only."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def require_server(url: str) -> None:
    """Raise `UsageError` for what is no address of a server."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query:
        raise UsageError(
            say("--url: {url} is no address of a server", url=in_quotes(url)),
            remedy=say("Write scheme and name, such as https://pay.example.cn; no path."),
        )


def require_safe(doors: Doors) -> None:
    """Raise `UsageError` unless whoever can connect must also show something.

    It tells all that is wrong at once.
    """
    faults = OptionFaults()
    if doors.url:
        faults.read(lambda: require_server(doors.url))
    for proxy in doors.proxies:
        try:
            ipaddress.ip_address(proxy)
        except ValueError:
            faults.add(say("--trusted-proxy: {value} is no IP address", value=in_quotes(proxy)))
    if doors.proxies and not doors.header:
        faults.add(
            say("--trusted-proxy says whose header is believed, and no --proxy-header names one"),
            say("Name the header that the proxy sets."),
        )
    if doors.header and doors.links:
        faults.add(say("--links and --proxy-header: one of them decides who may see what"), say("Leave one out."))
    if not is_loopback(doors.host):
        _require_vouched(doors, faults)
    faults.refuse()


def _require_vouched(doors: Doors, faults: OptionFaults) -> None:
    """Note what is lacking where other machines reach the server."""
    if not doors.links and not doors.header:
        faults.add(
            say("{host} can be reached from other machines, and nothing says who may see what", host=doors.host),
            say(
                "Accept signed links with --links, or a proxy's header with --proxy-header and --trusted-proxy; or "
                "leave --host out."
            ),
        )
    if doors.header and not doors.proxies:
        faults.add(
            say("{host} can be reached from other machines: anybody could send the header {header}",
                host=doors.host, header=doors.header),
            say("Name the address of the proxy with --trusted-proxy; no other is believed then."),
        )  # fmt: skip
    if doors.host in ("0.0.0.0", "::") and not doors.url:
        faults.add(
            say("{host} is every address of this machine, and none that a browser can ask for", host=doors.host),
            say("Say the address in the visitors' browsers: --url https://pay.example.cn"),
        )
