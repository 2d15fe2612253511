"""Connections to a ledger's database: safe commits, and errors that a user can act on.

There is one writer at a time. On SQLite that is the database's own write lock (BEGIN IMMEDIATE); on a server every
writing transaction first locks one row of `ledger_schema`. So two processes never wait for each other in a circle.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, exc, make_url, select
from sqlalchemy.pool import NullPool

from batch.file_access import PRIVATE
from batch.ledger.schema import ledger_schema
from batch.ledger.sqlite_file import is_read_only, open_to_read, open_to_write, require_unchanged, state
from batch.url_secrets import HIDDEN, hidden_in, secrets_of
from payengine.errors import IdentityBroken, PayengineError, Unavailable, UsageError
from payengine.texts import say

SQLITE, POSTGRESQL, MYSQL = "sqlite", "postgresql", "mysql"
PATIENCE = 30  # seconds that a writer waits for another one
_DRIVERS = {"sqlite": "pysqlite", "postgresql": "psycopg", "mysql": "pymysql", "mariadb": "pymysql"}
_FORBIDDEN = ("readonly", "read-only", "read only", "permission", "denied", "privilege")
_EXTRAS = {POSTGRESQL: "postgresql", MYSQL: "mariadb"}  # of the distribution, with the driver


@dataclass(frozen=True)
class Database:
    """An engine, its kind (SQLite, PostgreSQL, MySQL), and its URL as it may be printed."""

    engine: Engine
    bulk: Engine  # the same, allowed to send files: for LOAD DATA only
    kind: str
    location: str
    file: Path | None  # of SQLite
    secrets: tuple[str, ...]  # password and options of the URL, the longest first: in no message

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that reads: all of it sees one state of the ledger."""
        engine = (
            self.engine if self.kind == SQLITE else self.engine.execution_options(isolation_level="REPEATABLE READ")
        )
        alone = self.file is not None and self.file.exists() and is_read_only(self.file)
        before = state(self.file) if alone and self.file is not None else None
        with self.localized(), self._connected(engine) as connection:
            yield connection
            connection.rollback()
        if before is not None and self.file is not None:
            require_unchanged(self.file, before)

    @contextmanager
    def writing(self, bulk: bool = False) -> Iterator[Connection]:
        """Open the transaction of the one writer.

        It is committed at the end of the block, and rolled back on any error.
        """
        engine = (self.bulk if bulk else self.engine).execution_options(writes=True)
        if self.kind == POSTGRESQL:  # whatever the server's default: after the wait for the lock, see what is there
            engine = engine.execution_options(isolation_level="READ COMMITTED")
        with self.localized(), self._connected(engine) as connection, connection.begin():
            if self.kind != SQLITE:
                first = select(ledger_schema.c.version).where(ledger_schema.c.version == 1)
                connection.execute(first.with_for_update())
            yield connection

    @contextmanager
    def localized(self) -> Iterator[None]:
        """Translate errors of the driver inside the block into those of the program.

        They become `Unavailable`, or `IdentityBroken` where rows break a constraint. A statement that the database does
        not understand is a bug of ours, and stays what it is.
        """
        driver: Any = self.engine.dialect.loaded_dbapi  # the bulk paths speak to the driver itself
        try:
            yield
        except (exc.DBAPIError, driver.Error) as error:
            known = self._error((isinstance(error, exc.DBAPIError) and error.orig) or error, driver)
            if known is None:
                raise
            raise known from error

    def _connected(self, engine: Engine) -> Connection:
        """Connect to the database.

        `UsageError` for what a server's driver does not take of the URL; its own words may hold a secret.
        """
        try:
            return engine.connect()
        except (TypeError, ValueError, OSError) as error:
            if self.kind == SQLITE:
                raise
            refused = _file_refused(self.location) if isinstance(error, OSError) else _option_refused(self.location)
        except exc.ProgrammingError as error:
            if "connection option" not in str(error.orig):
                raise
            refused = _option_refused(self.location)
        raise refused

    def _error(self, error: BaseException, driver: Any) -> PayengineError | None:
        why = " ".join(str(part) for part in error.args) or type(error).__name__
        why = hidden_in(" ".join(why.split()), self.secrets)
        if isinstance(error, driver.ProgrammingError) and not any(word in why.lower() for word in _FORBIDDEN):
            return None
        if isinstance(error, (driver.IntegrityError, driver.DataError)):
            return IdentityBroken(
                say("the ledger {url} refused the rows: {why}", url=self.location, why=why),
                remedy=say("Nothing was written. Please report this: the rows should have been found wrong before."),
            )
        return Unavailable(
            say("the ledger {url} cannot be used: {why}", url=self.location, why=why), remedy=_remedy(why)
        )


def connect(
    url: str, base: Path, *, create: bool = True, patience: float = PATIENCE, access: str = PRIVATE
) -> Database:
    """Prepare the database of a ledger's URL; nothing is opened yet.

    A relative SQLite path is meant from `base`. `UsageError` for a URL that cannot be a ledger, or a driver that is not
    installed. With `create` False a SQLite file is only read, also where nothing can be written; one that is not there
    is not made, and a new one gets the rights of `access`.
    """
    parsed = _parsed(url)
    kind = parsed.get_backend_name().replace("mariadb", MYSQL)
    if kind == SQLITE:
        return _sqlite(parsed, base, create, patience, access)
    location = _shown(parsed)
    if not parsed.database:
        raise UsageError(
            say("the ledger's URL {url} names no database", url=location),
            remedy=say("Write the database behind the host: mysql+pymysql://host/database."),
        )
    options = _options(parsed)
    # A server may ask a client that allows it for any file, so that is allowed for the bulk writes alone.
    sending = {**options, "local_infile": True} if kind == MYSQL else options
    try:
        engine, bulk = (create_engine(parsed, poolclass=NullPool, connect_args=given) for given in (options, sending))
    except ImportError as error:
        raise UsageError(
            say("the driver of the ledger {url} is not installed: {why}", url=location, why=error),
            remedy=say("Install it with: pip install payengine[{extra}]", extra=_EXTRAS[kind]),
        ) from error
    except (TypeError, ValueError):  # whose words could quote a password
        raise _option_refused(location) from None
    for each in (engine, bulk):
        event.listen(each, "connect", _postgresql_session(patience) if kind == POSTGRESQL else _mysql_session(patience))
    return Database(engine, bulk, kind, location, None, secrets_of(parsed))


def _option_refused(location: str) -> UsageError:
    return UsageError(
        say("the driver of the ledger {url} does not take an option of the URL", url=location),
        remedy=say("Check what is written behind the question mark."),
    )


def _file_refused(location: str) -> UsageError:
    return UsageError(
        say("the driver of the ledger {url} cannot read a file that an option of the URL names", url=location),
        remedy=say("Check what is written behind the question mark."),
    )


def _parsed(url: str) -> URL:
    """Parse a URL and give it the one driver of its kind, for which bulk writes are made."""
    forms = say("Use sqlite:///ledger.sqlite, postgresql+psycopg://... or mysql+pymysql://...")
    try:
        parsed = make_url(url)
    except (exc.ArgumentError, ValueError):  # whose words could quote a password
        raise UsageError(say("the ledger's URL is not understood"), remedy=forms) from None
    if parsed.username is not None and url.count("@") > 1:  # what follows the first may be part of a password
        raise UsageError(
            say("the ledger's URL has more than one @"),
            remedy=say(
                "Write special characters of user, password and options by code: "
                "@ as %40, / as %2F, : as %3A, % as %25."
            ),
        )
    named = parsed.get_backend_name()
    if named not in _DRIVERS:
        raise UsageError(say("{kind} cannot hold a ledger", kind=named), remedy=forms)
    if parsed.drivername not in (named, f"{named}+{_DRIVERS[named]}"):
        raise UsageError(
            say("the ledger is not written by the driver {driver}", driver=parsed.drivername), remedy=forms
        )
    return parsed.set(drivername=f"{named}+{_DRIVERS[named]}")


def _shown(url: URL) -> str:
    """Write a URL as it may be printed: no option, since any may hold a secret."""
    return url.update_query_dict(dict.fromkeys(url.query, HIDDEN)).render_as_string(hide_password=True)


def _options(url: URL) -> dict[str, Any]:
    """Connect within ten seconds, and speak UTF-8 whatever the client's locale is."""
    if url.get_backend_name() == POSTGRESQL:
        return {"connect_timeout": 10, "client_encoding": "utf8"}
    return {"connect_timeout": 10, "charset": "utf8mb4"}


def _sqlite(url: URL, base: Path, create: bool, patience: float, access: str) -> Database:
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        raise UsageError(
            say("the ledger's URL {url} names no file", url=_shown(url)), remedy=say("Write sqlite:///ledger.sqlite.")
        )
    file = (base / url.database).absolute()

    def opened() -> sqlite3.Connection:
        return open_to_write(file, patience, access) if create else open_to_read(file, patience)

    engine = create_engine("sqlite://", creator=opened, poolclass=NullPool)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return Database(engine, engine, SQLITE, _shown(url.set(drivername=SQLITE, database=file.as_posix())), file, ())


def _postgresql_session(patience: float) -> Any:
    def prepare(driver: Any, _record: Any) -> None:
        with driver.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = {int(patience * 1000)}")
            # A server that acknowledges before it has written would lose a publication that was reported.
            cursor.execute(
                "SELECT set_config('synchronous_commit', 'on', false)"
                " WHERE current_setting('synchronous_commit') = 'off'"
            )
            cursor.execute("SHOW server_encoding")
            encoding = cursor.fetchone()[0]
        driver.commit()
        if encoding != "UTF8":
            raise Unavailable(
                say("the ledger's database has the encoding {encoding}", encoding=encoding),
                remedy=say("Create a database with the encoding UTF8 for the ledger."),
            )

    return prepare


def _mysql_session(patience: float) -> Any:
    def prepare(driver: Any, _record: Any) -> None:
        seconds = max(1, int(patience))
        with driver.cursor() as cursor:
            cursor.execute(f"SET SESSION innodb_lock_wait_timeout = {seconds}, lock_wait_timeout = {seconds}")
            cursor.execute("SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'")
        driver.commit()

    return prepare


def _remedy(why: str) -> str:
    """Choose the remedy for a driver's message."""
    said = why.lower()
    if any(words in said for words in ("locked", "lock timeout", "lock wait", "deadlock")):
        return say("Another process is writing. Wait until it has ended and run the command again.")
    if any(words in said for words in _FORBIDDEN):
        return say("Make the ledger writable for this user, then run the command again. Nothing was changed.")
    if any(words in said for words in ("full", "no space", "disk i/o", "file too large", "file size limit")):
        return say("Make room on the disk and run the command again. Nothing was changed.")
    if any(words in said for words in ("not a database", "malformed")):
        return say(
            "The file is damaged or is no ledger. Restore it from a copy, or name another one in payengine.toml."
        )
    return say("Check the URL in payengine.toml and that the database can be reached, then run the command again.")
