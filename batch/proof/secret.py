"""Secret that salts payslips, so that no proof lets the figures of others be guessed.

Without it a payslip's leaf could be found by trying names and amounts. It is kept apart from copies of the ledger;
whoever loses it cannot prove what was published with it any more.
"""

from __future__ import annotations

import hmac
from hashlib import sha256
from pathlib import Path

from batch.content_digest import canonical_json
from batch.secret_file import SecretFile
from payengine.errors import UsageError
from payengine.texts import say

VARIABLE = "PAYENGINE_PROOF_KEY"
FILE = "payslip.key"  # in the workspace, unless the settings name another


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
    """Write a new secret; one that is there stays."""
    _SECRET.make(file, access)


def read_secret(file: Path, access: str, *, make: bool = False) -> bytes:
    """Read the secret from the variable PAYENGINE_PROOF_KEY, else from a file.

    With `make` a file that is not there is made. `UsageError` for a secret that is missing, short, or in a file that
    others can read.
    """
    return _SECRET.read(file, access, make=make)


def _missing(file: Path) -> UsageError:
    return UsageError(
        say("the secret of payslips is not in {file}, and payslips were published with one", file=file),
        remedy=say(
            "Bring it back, or name it by {variable} or key_file under [audit]. If it is lost, make another: "
            'python -c "import secrets; print(secrets.token_hex(32))" > {file}; what was published with the lost '
            "one cannot be proved any more.",
            variable=VARIABLE, file=file,
        ),
    )  # fmt: skip


_SECRET = SecretFile(VARIABLE, lambda: say("the secret of payslips"), _missing)
