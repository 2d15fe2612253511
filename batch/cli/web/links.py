"""Signed links: a scope and a last day, under HMAC-SHA-256 by a secret kept apart.

A token is `CONTENT.SIGNATURE`, both in URL-safe Base64; the content is JSON: scope, last day, and a number drawn anew,
so that no two links are one. Whoever changes a byte of it needs the secret. Its id is a digest of the content; by that
the ledger names a link that was made or revoked (`batch.ledger.page_links`). A new secret ends all links.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

from batch.cli.web.scope import KINDS, Scope
from batch.file_access import PRIVATE
from batch.secret_file import SHORTEST, SecretFile
from payengine.errors import UsageError
from payengine.texts import in_quotes, say

VARIABLE = "PAYENGINE_LINK_KEY"
FILE = "link.key"  # in the workspace, unless --key-file names another
LONGEST_TOKEN = 2000  # characters: a code of 255 characters of three bytes each has room
LONGEST_DAYS = 366
ID_DIGITS = 16  # of a link's id
DRAWN_BYTES = 6  # of the number that keeps links of one scope and day apart
PURPOSE = b"payengine.link/1\n"


@dataclass(frozen=True)
class Key:
    """Secret that signs links."""

    secret: bytes

    @classmethod
    def random(cls) -> Key:
        """Make one that lives as long as this process."""
        return cls(secrets.token_bytes(SHORTEST))

    def sign(self, scope: Scope, until: date) -> str:
        """Make the token of a scope that holds until the end of a day."""
        drawn = secrets.token_hex(DRAWN_BYTES)
        content = json.dumps([scope.kind, scope.code, until.isoformat(), drawn], ensure_ascii=False).encode()
        return f"{_text(content)}.{_text(self._signature(content))}"

    def read(self, token: str, today: date) -> Scope | None:
        """Return the scope of a token; None for one that is not ours or has expired.

        Signatures are compared in constant time, before anything of the content is read.
        """
        content = self._signed(token)
        if content is None:
            return None
        kind, code, until, *_ = json.loads(content)  # earlier versions drew no number
        return Scope(kind, code) if kind in KINDS and today <= date.fromisoformat(until) else None

    def signed(self, token: str) -> bool:
        """Tell if a token is ours, expired or not."""
        return self._signed(token) is not None

    def _signed(self, token: str) -> bytes | None:
        """Return the content of a token that is ours."""
        try:
            content, signature = (
                (_bytes(part) for part in token.split(".")) if len(token) <= LONGEST_TOKEN else (b"", b"")
            )
        except ValueError:
            return None
        return content if hmac.compare_digest(self._signature(content), signature) else None

    def _signature(self, content: bytes) -> bytes:
        return hmac.digest(self.secret, PURPOSE + content, sha256)


def link_id(token: str) -> str:
    """Name a link: by a digest of its content, from which nobody makes the link."""
    content = token.partition(".")[0]
    return sha256(content.encode("utf-8", "replace")).hexdigest()[:ID_DIGITS]


def token_of(link: str) -> str:
    """Take the token out of a link; an id is given back as it is."""
    return link.strip().rpartition("key=")[2].partition("&")[0]


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def _bytes(text: str) -> bytes:
    """Read Base64 strictly: one content has one text. `ValueError` for any other."""
    try:
        found = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError from error
    if _text(found) != text:
        raise ValueError
    return found


def last_day(text: str, today: date) -> date:
    """Read the last day of a link; `UsageError` for one that is past, too far, or no date."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise UsageError(
            say("{option}: {value} is not a date", option="--until", value=in_quotes(text)),
            remedy=say("Write a date such as 2026-01-01."),
        ) from None
    if not 0 <= (day - today).days <= LONGEST_DAYS:
        raise UsageError(
            say("--until: {day} is not within {n} days from today", day=day, n=LONGEST_DAYS),
            remedy=say("A link is good until the end of its last day, unless it is revoked."),
        )
    return day


def today() -> date:
    """Return the local day, by which links end."""
    return date.today()  # noqa: DTZ011


def entrance(server: str, token: str) -> str:
    """Write the address that lets in whoever opens it."""
    return f"{server}/enter?key={token}"


def key_path(workspace: Path, named: str) -> Path:
    """Return the file of the secret: the one that is named, else the workspace's own."""
    return Path(named).expanduser() if named else workspace / FILE


def read_key(file: Path, access: str = PRIVATE, *, make: bool = False) -> Key:
    """Read the secret from the variable PAYENGINE_LINK_KEY, else from a file.

    With `make` a file that is not there is made. `UsageError` for a secret that is missing, short, or in a file that
    others can read.
    """
    return Key(_SECRET.read(file, access, make=make))


def _missing(file: Path) -> UsageError:
    return UsageError(
        say("the secret of links is not in {file}", file=file),
        remedy=say("payengine link makes one with the first link; {variable} may hold it too.", variable=VARIABLE),
    )


_SECRET = SecretFile(VARIABLE, lambda: say("the secret of links"), _missing)
