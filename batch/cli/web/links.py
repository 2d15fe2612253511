"""Signed links: a scope and a last day, under HMAC-SHA-256 by a secret kept apart.

A token is `CONTENT.SIGNATURE`, both in URL-safe Base64; the content is JSON. Whoever changes a byte of it needs the
secret. A link cannot be taken back before its last day except by a new secret, which ends all.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import os
import secrets
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

from batch.cli.web.scope import KINDS, Scope
from batch.file_access import PRIVATE, create, is_open_to_others
from payengine.errors import Unavailable, UsageError
from payengine.system_errors import in_words
from payengine.texts import in_quotes, say

VARIABLE = "PAYENGINE_LINK_KEY"
FILE = "link.key"  # in the workspace, unless --key-file names another
SHORTEST = 32  # bytes; a shorter one can be searched through
LONGEST_TOKEN = 600  # characters
LONGEST_DAYS = 366
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
        content = json.dumps([scope.kind, scope.code, until.isoformat()], ensure_ascii=False).encode()
        return f"{_text(content)}.{_text(self._signature(content))}"

    def read(self, token: str, today: date) -> Scope | None:
        """Return the scope of a token; None for one that is not ours or has expired.

        Signatures are compared in constant time, before anything of the content is read.
        """
        try:
            content, signature = (
                (_bytes(part) for part in token.split(".")) if len(token) <= LONGEST_TOKEN else (b"", b"")
            )
        except ValueError:
            return None
        if not hmac.compare_digest(self._signature(content), signature):
            return None
        kind, code, until = json.loads(content)
        return Scope(kind, code) if kind in KINDS and today <= date.fromisoformat(until) else None

    def _signature(self, content: bytes) -> bytes:
        return hmac.digest(self.secret, PURPOSE + content, sha256)


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
    if not text:
        raise UsageError(say("{name} is missing", name="--until"), remedy=say("Write a date such as 2026-01-01."))
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
            remedy=say("A link is good until the end of its last day, and cannot be taken back alone."),
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
    secret, origin = os.environ.get(VARIABLE, "").encode("utf-8"), VARIABLE
    if not secret:
        if make:
            _make(file)
        secret, origin = _of_file(file, access), str(file)
    if len(secret) < SHORTEST:
        raise UsageError(
            say("the secret of links from {origin} has {n} bytes and needs {least}",
                origin=origin, n=len(secret), least=SHORTEST),
            remedy=say('Make one with: python -c "import secrets; print(secrets.token_hex(32))"'),
        )  # fmt: skip
    return Key(secret)


def _make(file: Path) -> None:
    try:
        with create(file, PRIVATE) as stream:
            stream.write(f"{secrets.token_hex(SHORTEST)}\n".encode("ascii"))
            stream.flush()
            os.fsync(stream.fileno())
    except FileExistsError:
        return
    except OSError as error:
        raise Unavailable(
            say("the secret of links cannot be written to {file}: {why}", file=file, why=in_words(error))
        ) from None


def _of_file(file: Path, access: str) -> bytes:
    try:
        if is_open_to_others(file, access):
            raise UsageError(
                say("the secret of links in {file} can be read by others", file=file),
                remedy=say("Take their rights away: chmod 600 {file}", file=file),
            )
        return file.read_bytes().strip()
    except FileNotFoundError:
        raise UsageError(
            say("the secret of links is not in {file}", file=file),
            remedy=say("payengine link makes one with the first link; {variable} may hold it too.", variable=VARIABLE),
        ) from None
    except OSError as error:
        raise Unavailable(
            say("the secret of links cannot be read from {file}: {why}", file=file, why=in_words(error))
        ) from None
