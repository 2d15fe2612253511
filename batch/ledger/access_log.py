"""Log of accesses: who looked at service records, exports and archives.

It stands apart from the audit chain, since readers write it who may change nothing else, and it is only added to. A
reader is never kept waiting for it, nor stopped: where the ledger cannot be written within a short time, that is said.
"""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from sqlalchemy import Connection, func, insert, select
from sqlalchemy.exc import IntegrityError, OperationalError, SQLAlchemyError

from batch.file_access import PRIVATE
from batch.ledger.connect import SQLITE, connect
from batch.ledger.provenance import now, who
from batch.ledger.records import Access, Accessed
from batch.ledger.schema import access_log
from batch.ledger.sqlite_file import is_read_only
from payengine.errors import PayengineError, Problem
from payengine.texts import say

PATIENCE = 2  # seconds that a reader waits for a writer before an access stays unlogged
_PAUSE = 0.05  # seconds at most before a number is tried again
_FIELDS = ("period", "run", "institution", "staff", "detail")


def write(url: str, base: Path, action: str, objects: Sequence[Accessed], access: str = PRIVATE) -> str:
    """Log that this user looked at `objects`; returns '' or why it was not logged."""
    if not objects:
        return ""
    try:
        return _write(url, base, action, objects, access)
    except PayengineError as error:
        return error.what
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        return str(getattr(error, "orig", None) or error).splitlines()[0]


def _write(url: str, base: Path, action: str, objects: Sequence[Accessed], access: str) -> str:
    database = connect(url, base, create=True, patience=PATIENCE, access=access)
    if database.file is not None and (not database.file.exists() or is_read_only(database.file)):
        return say("the ledger cannot be written here")
    engine = database.engine.execution_options(writes=True)
    if database.kind != SQLITE:  # after a number was taken by another, see it
        engine = engine.execution_options(isolation_level="READ COMMITTED")
    try:
        with database.localized(), engine.connect() as connection:
            deadline = time.monotonic() + PATIENCE
            while True:
                try:
                    with connection.begin():
                        _add(connection, action, objects)
                    return ""
                except (IntegrityError, OperationalError) as error:  # another reader took the number
                    is_taken = isinstance(error, IntegrityError) or "deadlock" in str(error.orig).lower()
                    if not is_taken or time.monotonic() > deadline:
                        raise
                    time.sleep(random.uniform(0, _PAUSE))  # so that two do not go in step
    finally:
        database.engine.dispose()
        database.bulk.dispose()


def _add(connection: Connection, action: str, objects: Sequence[Accessed]) -> None:
    last = connection.execute(select(func.max(access_log.c.number))).scalar_one() or 0
    at, by = now(), who()
    rows = [
        {"number": number, "accessed_at": at, "accessed_by": by, "action": action, **vars(one)}
        for number, one in enumerate(objects, last + 1)
    ]
    connection.execute(insert(access_log), rows)


def read(connection: Connection) -> list[Access]:
    """Read the whole log, in order."""
    rows = connection.execute(select(access_log).order_by(access_log.c.number)).mappings()
    return [
        Access(
            row["number"], row["accessed_at"], row["accessed_by"], row["action"],
            Accessed(**{name: row[name] for name in _FIELDS}),
        )
        for row in rows
    ]  # fmt: skip


def broken(connection: Connection) -> Iterator[Problem]:
    """List gaps in the numbers of the log: it is only added to, so that none is left out."""
    place = 1
    for number in connection.execute(select(access_log.c.number).order_by(access_log.c.number)).scalars():
        if number != place:
            yield Problem(say("entry {number} is missing or misplaced", number=place), access_log.name, row=number)
        place = number + 1
