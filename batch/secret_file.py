"""Secrets in files of their own: for the salts of payslips, the signatures of links.

A secret stands in an environment variable or in a file that nobody else may read. It is kept apart from copies of what
it protects.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from batch.file_access import GROUP, PRIVATE, create, is_open_to_others
from payengine.errors import Unavailable, UsageError
from payengine.system_errors import in_words
from payengine.texts import say

SHORTEST = 32  # bytes; a shorter one can be searched through


@dataclass(frozen=True)
class SecretFile:
    """Kind of secret: its environment variable, its name, what is said where it is missing."""

    variable: str
    words: Callable[[], str]
    missing: Callable[[Path], UsageError]

    def read(self, file: Path, access: str, *, make: bool = False) -> bytes:
        """Read the secret from its variable, else from a file.

        With `make` a file that is not there is made. `UsageError` for a secret that is missing, short, or in a file
        that others can read.
        """
        secret, origin = os.environ.get(self.variable, "").encode("utf-8"), self.variable
        if not secret:
            if make:
                self.make(file, access)
            secret, origin = self._of_file(file, access), str(file)
        if len(secret) < SHORTEST:
            raise UsageError(
                say("{secret} from {origin} has {n} bytes and needs {least}",
                    secret=self.words(), origin=origin, n=len(secret), least=SHORTEST),
                remedy=say('Make one with: python -c "import secrets; print(secrets.token_hex(32))"'),
            )  # fmt: skip
        return secret

    def make(self, file: Path, access: str) -> None:
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
                say("{secret} cannot be written to {file}: {why}",
                    secret=self.words(), file=file, why=in_words(error))
            ) from None  # fmt: skip

    def _of_file(self, file: Path, access: str) -> bytes:
        try:
            if is_open_to_others(file, access):
                raise UsageError(
                    say("{secret} in {file} can be read by others", secret=self.words(), file=file),
                    remedy=say("Take their rights away: chmod 600 {file}", file=file),
                )
            return file.read_bytes().strip()
        except FileNotFoundError:
            raise self.missing(file) from None
        except OSError as error:
            raise Unavailable(
                say("{secret} cannot be read from {file}: {why}",
                    secret=self.words(), file=file, why=in_words(error))
            ) from None  # fmt: skip
