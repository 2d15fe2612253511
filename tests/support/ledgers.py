"""A fresh, empty ledger database for a test, on each kind of database that can hold one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support import servers

KINDS = ("sqlite", "postgresql", "mariadb")


@contextmanager
def fresh(kind: str, folder: Path) -> Iterator[str]:
    """The URL of an empty database of a kind; a server's is dropped at the end of the block."""
    if kind == "sqlite":
        yield f"sqlite:///{(folder / 'ledger.sqlite').as_posix()}"
        return
    with servers.database(kind) as url:
        yield url
