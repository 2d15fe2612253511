"""Encryption of an archive for its recipients, in the format age, by the package pyrage."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

from payengine.errors import IntegrityBroken, Refused, UsageError
from payengine.texts import in_quotes, say

BEGINNINGS = (b"age-encryption.org/", b"-----BEGIN AGE ENCRYPTED FILE-----")
_LARGEST_KEY_FILE = 2**20


def recipients_of(keys: Sequence[str]) -> list[Any]:
    """Read public keys, age1... or of SSH.

    `UsageError` for others, and where pyrage is missing.
    """
    pyrage, found = _pyrage(), []
    for key in keys:
        kind = pyrage.ssh if key.startswith("ssh-") else pyrage.x25519
        try:
            found.append(kind.Recipient.from_str(key))
        except pyrage.RecipientError as error:
            raise UsageError(
                say("{key} is no public key of age", key=in_quotes(key)),
                remedy=say("Write a key that begins with age1, or a public key of SSH (ssh-ed25519, ssh-rsa)."),
            ) from error
    return found


def encrypt(plain: BinaryIO, into: BinaryIO, recipients: Sequence[Any]) -> None:
    """Encrypt a stream for recipients, any of whom can read it."""
    _pyrage().encrypt_io(plain, into, list(recipients))


def decrypt(file: Path, into: Path, identities: Sequence[Path]) -> None:
    """Decrypt an archive by the keys in files.

    `Refused` where none of them opens it, `IntegrityBroken` where it was damaged.
    """
    if not identities:
        raise Refused(
            say("{file} is encrypted", file=file),
            remedy=say("Name the file with the key that it is for: --identity FILE."),
        )
    pyrage = _pyrage()
    keys = [key for identity in identities for key in _identities(identity, pyrage)]
    with file.open("rb") as encrypted, into.open("xb") as plain:
        try:
            pyrage.decrypt_io(encrypted, plain, keys)
        except (pyrage.DecryptError, OSError) as error:
            if isinstance(error, OSError) and error.errno is not None:  # of the disk
                raise
            why = str(error).partition("\n")[0]
            if "No matching keys" in why:
                raise Refused(
                    say("{file} is encrypted for other keys", file=file),
                    remedy=say("Name the file with the key that it is for: --identity FILE."),
                ) from error
            raise IntegrityBroken(
                say("{file} cannot be decrypted: {why}", file=file, why=why),
                remedy=say("It was damaged on its way. Ask for it again."),
            ) from error


def _identities(file: Path, pyrage: Any) -> list[Any]:
    """Read the secret keys in a file: lines AGE-SECRET-KEY-..., or one key of SSH."""
    try:
        with file.open("rb") as opened:
            content = opened.read(_LARGEST_KEY_FILE)
        if b"PRIVATE KEY-----" in content:
            return [pyrage.ssh.Identity.from_buffer(content)]
        lines = [line.strip() for line in content.decode().splitlines()]
        found = [pyrage.x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except (OSError, ValueError, pyrage.IdentityError) as error:
        raise UsageError(say("{file} holds no key of age", file=file)) from error  # never what it holds
    if not found:
        raise UsageError(say("{file} holds no key of age", file=file))
    return found


def _pyrage() -> Any:
    try:
        import pyrage
    except ImportError as error:
        raise UsageError(
            say("encryption needs the package pyrage"),
            remedy=say("Install it: pip install payengine[archive]"),
        ) from error
    return pyrage
