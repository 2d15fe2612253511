"""Store of snapshots that command and workers reach: a folder or an object store.

Files lie under `ADDRESS/PERIOD/DIGEST/`, each named by the SHA-256 of its content; the manifest comes last and ends in
`.manifest`. A name is its content's hash, so a file that is there in its whole length is not written again, and one
that is not whole may be replaced. Credentials come from the environment of each process: no task, message or log
holds them, and an address that holds some is refused.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from batch.url_secrets import hidden_in
from payengine.errors import PayengineError, Unavailable, UsageError
from payengine.system_errors import in_words
from payengine.texts import say

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

MANIFEST_ENDS = ".manifest"
LOCAL = ("file", "local")
# They show an object when it is whole, and rename by copying: a temporary name would gain nothing.
WHOLE_AT_ONCE = ("s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "oss")
_PROVIDERS = ("AWS_", "FSSPEC_", "AZURE_", "GOOGLE_", "OSS_")
_SECRET_WORDS = ("KEY", "SECRET", "TOKEN", "PASSWORD", "CREDENTIAL", "CONNECTION_STRING")
_OF_AN_ADDRESS = re.compile(r"(?<=://)[^/@\s]+@|\?[^\s\"']*(?==)[^\s\"']*")  # user and password; options, signatures
_SHORTEST_SECRET = 6  # characters; a shorter text stands in messages by chance


@dataclass(frozen=True)
class StoredSnapshot:
    """Snapshot in a store: the address of its files, and the hash that names its manifest."""

    address: str
    manifest: str


def address_of(text: str) -> str:
    """Read the address of a store: that of a folder becomes `file://`.

    `UsageError` for one that holds credentials or options, or that joins several; it is not repeated.
    """
    if "://" not in text:
        return f"file://{Path(text).expanduser().absolute().as_posix()}"
    try:
        parts = urlsplit(text)
        plain = not (parts.username or parts.password or parts.query or parts.fragment or "@" in parts.netloc)
    except ValueError:
        plain = False
    if not plain or "::" in text or not parts.scheme or not parts.path.strip("/") + parts.netloc:
        raise UsageError(
            say("the address of the store of snapshots is not one of the form s3://BUCKET/FOLDER"),
            remedy=say(
                "Write no user, password or option into it: give them in the environment of the command and of every "
                "worker (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_ENDPOINT_URL)."
            ),
        )
    return text.rstrip("/")


class Store:
    """Files under one address; every fault of the store is told in words."""

    def __init__(self, address: str) -> None:
        """Open it; `UsageError` where the package for such addresses is not installed."""
        self.address = address
        self.scheme = address.partition("://")[0]
        self._files, self._root = self._opened()

    def sizes(self, folder: str) -> Mapping[str, int]:
        """List the files of a folder with their bytes; of one that is not there, none."""
        place = f"{self._root}/{folder}"
        with self._errors():
            self._files.invalidate_cache()
            try:
                found = self._files.ls(place, detail=True)
            except FileNotFoundError:
                return {}
        return {each["name"].rpartition("/")[2]: int(each["size"]) for each in found if each["type"] == "file"}

    def put(self, file: Path, name: str) -> None:
        """Write a file under a name, where it appears when it is whole."""
        final = f"{self._root}/{name}"
        with self._errors():
            if self.scheme in WHOLE_AT_ONCE:
                self._files.put_file(str(file), final)
                return
            self._make_folder(final.rpartition("/")[0], file)
            partial = f"{final}.{os.urandom(8).hex()}.partial"
            try:
                self._files.put_file(str(file), partial)
                if self.scheme in LOCAL:  # who may read the snapshot may read its copy, nobody else
                    Path(partial).chmod(file.stat().st_mode & 0o777)
                self._files.mv(partial, final)
            except BaseException:
                if self._files.exists(partial):
                    self._files.rm_file(partial)
                raise

    def get(self, name: str, file: Path) -> None:
        """Read a file into a new one here; `Unavailable` if it is not there."""
        with self._errors():
            try:
                self._files.get_file(f"{self._root}/{name}", str(file))
            except FileNotFoundError:
                raise Unavailable(
                    say("{name} is not in the store {address}", name=name, address=self.address),
                    remedy=say("Run the command again: what is missing in the store is written again."),
                ) from None

    def folders(self, folder: str) -> Sequence[str]:
        """List the folders in a folder; of one that is not there, none."""
        with self._errors():
            self._files.invalidate_cache()
            try:
                found = self._files.ls(f"{self._root}/{folder}", detail=True)
            except FileNotFoundError:
                return []
        return sorted(each["name"].rstrip("/").rpartition("/")[2] for each in found if each["type"] == "directory")

    def remove(self, name: str) -> None:
        """Remove a file, or a folder with all that is in it, if it is there."""
        with self._errors(), suppress(FileNotFoundError):
            self._files.rm(f"{self._root}/{name}", recursive=True)

    def _make_folder(self, folder: str, file: Path) -> None:
        missing = []
        while folder.strip("/") and not self._files.exists(folder):
            missing.append(folder)
            folder = folder.rpartition("/")[0]
        for each in reversed(missing):
            self._files.makedirs(each, exist_ok=True)
            if self.scheme in LOCAL:
                Path(each).chmod(file.parent.stat().st_mode & 0o777)

    def _opened(self) -> tuple[AbstractFileSystem, str]:
        try:
            import fsspec
        except ImportError as error:
            raise self._lacks("fsspec", "cluster") from error
        if self.scheme not in fsspec.available_protocols():
            raise UsageError(
                say("{scheme} is no kind of store that is known", scheme=self.scheme),
                remedy=say("Write the path of a shared folder, or an address such as s3://BUCKET/FOLDER."),
            )
        try:
            with self._errors():
                files, root = fsspec.core.url_to_fs(self.address)
        except ImportError as error:
            package, extra = ("s3fs", "s3") if self.scheme in ("s3", "s3a") else (self.scheme, "")
            raise self._lacks(package, extra) from error
        return files, str(root).rstrip("/")

    def _lacks(self, package: str, extra: str) -> UsageError:
        remedy = say("Install it for the command and for every worker: pip install payengine[{extra}]", extra=extra)
        return UsageError(
            say("the store {address} needs the package {package}", address=self.address, package=package),
            remedy=remedy if extra else say("Install fsspec's package for such addresses."),
        )

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Tell what a store's own library raises, which may be anything, without secrets."""
        try:
            yield
        except (PayengineError, ImportError):
            raise
        except Exception as error:
            raise self._unavailable(error) from None  # its traceback and its causes may quote credentials

    def _unavailable(self, error: Exception) -> Unavailable:
        text: object = in_words(error) if isinstance(error, OSError) else error
        told = hidden_in(str(text) or type(error).__name__, _secrets(os.environ))
        why = " ".join(_OF_AN_ADDRESS.sub("", told).split())[:200]
        return Unavailable(
            say("the store {address} cannot be used: {why}", address=self.address, why=why),
            remedy=say(
                "Nothing was staged or frozen. See that the store is there, and that the environment gives "
                "access to it."
            ),
        )


def _secrets(environment: Mapping[str, str]) -> list[str]:
    """List what the environment holds of credentials, the longest first."""
    found: set[Any] = {
        value
        for name, value in environment.items()
        if name.upper().startswith(_PROVIDERS)
        and any(word in name.upper() for word in _SECRET_WORDS)
        and len(value) >= _SHORTEST_SECRET
    }
    return sorted(found, key=len, reverse=True)
