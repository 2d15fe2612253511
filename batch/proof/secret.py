"""Secret that salts payslips, so that no proof lets the figures of others be guessed.

Without it a payslip's leaf could be found by trying names and amounts. It is kept apart from copies of the ledger;
whoever loses it cannot prove what was published with it any more.
"""

from __future__ import annotations

import hmac
import os
import secrets
from hashlib import sha256
from pathlib import Path

from batch.content_digest import canonical_json
from batch.file_access import GROUP, PRIVATE, create, is_open_to_others
from payengine.errors import Unavailable, UsageError
from payengine.texts import say

VARIABLE = "PAYENGINE_PROOF_KEY"
FILE = "payslip.key"  # in the workspace, unless the settings name another
SHORTEST = 32  # bytes; a shorter one can be searched through


class Salts:
    """Salts of a run's payslips: HMAC-SHA256 of the canonical JSON [run, institution, staff].

    Secret and run are taken in once for all of them.
    """

    def __init__(self, secret: bytes, run: str) -> None:
        self._keyed = hmac.new(secret, canonical_json([run])[:-1] + b",", sha256)

    def of(self, place: bytes) -> bytes:
        """Derive the salt of one payslip, whose place is written as `place_json` does."""
        keyed = self._keyed.copy()
        keyed.update(place)
        return keyed.digest()


def place_json(institution: str, staff: str) -> bytes:
    """Write what tells a payslip from others of its run: the end of the JSON that is hashed."""
    return canonical_json([institution, staff])[1:]


def make_secret(file: Path, access: str) -> None:
    """Write a new secret; one that is there stays.

    It is never left to the system who may read it.
    """
    try:
        with create(file, GROUP if access == GROUP else PRIVATE) as stream:
            stream.write(f"{secrets.token_hex(SHORTEST)}\n".encode("ascii"))
            stream.flush()
            os.fsync(stream.fileno())
    except FileExistsError:
        return
    except OSError as error:
        raise Unavailable(
            say("the secret of payslips cannot be written to {file}: {why}", file=file, why=error.strerror or error)
        ) from None


def read_secret(file: Path, access: str, *, make: bool = False) -> bytes:
    """Read the secret from the variable PAYENGINE_PROOF_KEY, else from a file.

    With `make` a file that is not there is made. `UsageError` for a secret that is missing, short, or in a file that
    others can read.
    """
    given = os.environ.get(VARIABLE, "")
    if given:
        secret, origin = given.encode("utf-8"), VARIABLE
    else:
        if make:
            make_secret(file, access)
        secret, origin = _of_file(file, access), str(file)
    if len(secret) < SHORTEST:
        raise UsageError(
            say("the secret of payslips from {origin} has {n} bytes and needs {least}",
                origin=origin, n=len(secret), least=SHORTEST),
            remedy=say('Make one with: python -c "import secrets; print(secrets.token_hex(32))"'),
        )  # fmt: skip
    return secret


def _of_file(file: Path, access: str) -> bytes:
    try:
        if is_open_to_others(file, access):
            raise UsageError(
                say("the secret of payslips in {file} can be read by others", file=file),
                remedy=say("Take their rights away: chmod 600 {file}", file=file),
            )
        return file.read_bytes().strip()
    except FileNotFoundError:
        raise UsageError(
            say("the secret of payslips is not in {file}, and payslips were published with one", file=file),
            remedy=say(
                "Bring it back, or name it by {variable} or key_file under [audit]. If it is lost, make another: "
                'python -c "import secrets; print(secrets.token_hex(32))" > {file}; what was published with the lost '
                "one cannot be proved any more.",
                variable=VARIABLE, file=file,
            ),
        ) from None  # fmt: skip
    except OSError as error:
        raise UsageError(
            say("the secret of payslips cannot be read from {file}: {why}", file=file, why=error.strerror or error)
        ) from None
