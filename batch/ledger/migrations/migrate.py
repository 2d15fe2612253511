"""Migration of a ledger's schema to the version that this program knows.

Migrations are numbered and only go forward; each is applied once, in order, and leaves an entry in the audit chain.
A migration that is published is never changed: what comes later is a new one.

The ledger's writers wait while a migration runs. PostgreSQL and SQLite undo one that is killed; on MariaDB and MySQL
it goes on from the steps that stand when the ledger is next opened, and its number is written last.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from sqlalchemy import Connection, delete, func, insert, inspect, select
from sqlalchemy import text as sql

from batch import failpoints
from batch.ledger import audit
from batch.ledger.connect import MYSQL, PATIENCE, POSTGRESQL, SQLITE, Database
from batch.ledger.migrations.steps import Migration, dialect_of
from batch.ledger.provenance import engine_name, now
from batch.ledger.schema import ledger_schema
from payengine.errors import IntegrityBroken, Problem, Unavailable
from payengine.texts import joined, say

_LOCK = 0x7061_7965  # "paye": the advisory lock under which a PostgreSQL ledger is migrated


def _published() -> tuple[Migration, ...]:
    """Import the migrations of this package's files v0001_..., v0002_..., in order."""
    package = __name__.rpartition(".")[0]
    names = sorted(module.name for module in pkgutil.iter_modules(importlib.import_module(package).__path__))
    found = (importlib.import_module(f"{package}.{name}").MIGRATION for name in names if name[1:5].isdigit())
    return tuple(found)


MIGRATIONS: tuple[Migration, ...] = _published()


def version_of(database: Database) -> int:
    """Read the number of the last migration applied; 0 for a database that holds no ledger."""
    if database.file is not None and not database.file.exists():
        return 0
    with database.reading() as connection:
        return _version(connection)


def migrate(database: Database, migrations: tuple[Migration, ...] = MIGRATIONS) -> None:
    """Apply the migrations that the ledger has not seen yet.

    Several processes may do so at once. `Unavailable` if the ledger is of a newer version, or the database holds other
    tables of the same names.
    """
    standing = version_of(database)
    refuse_newer(database, standing, migrations)
    if standing == migrations[-1].number:
        return
    with _exclusive(database, migrations) as connection:
        version = _version(connection)
        refuse_newer(database, version, migrations)
        if version == migrations[-1].number:
            return  # another process was first
        _refuse_strangers(connection, database, version, migrations)
        for migration in migrations:
            if migration.number > version:
                _apply(connection, migration, migrations)


def _apply(connection: Connection, migration: Migration, migrations: tuple[Migration, ...]) -> None:
    """Apply the steps of a migration, then make every view anew.

    So no view is left from an older version, and none stands in the way of a step. A row of the negative number says
    meanwhile that the migration was begun; the first one has no table for it yet.
    """
    dialect = dialect_of(connection)
    if migration is not migrations[0] and not _is_begun(connection, migration.number):
        _enter(connection, -migration.number)
    for view in sorted({name for each in migrations for name in each.views(dialect)}):
        connection.exec_driver_sql(f"DROP VIEW IF EXISTS {view}")
    failpoints.reached("migrate: before the steps")
    for step in migration.steps(dialect):
        step.apply(connection)
    for name, statement in migration.views(dialect).items():
        connection.exec_driver_sql(statement)
        failpoints.reached(f"migrate: {name}")
    failpoints.reached("migrate: before the number")
    connection.execute(delete(ledger_schema).where(ledger_schema.c.version == -migration.number))
    _enter(connection, migration.number)
    audit.append(connection, "schema", {"version": migration.number, "about": migration.about})


def _enter(connection: Connection, version: int) -> None:
    row = {"version": version, "engine": engine_name(), "applied_at": now()}
    connection.execute(insert(ledger_schema).values(row))


def _is_begun(connection: Connection, number: int) -> bool:
    """Tell if a migration was interrupted on a database that keeps what was done until then."""
    found = connection.execute(select(ledger_schema.c.version).where(ledger_schema.c.version == -number))
    return found.first() is not None


def refuse_newer(database: Database, version: int, migrations: tuple[Migration, ...] = MIGRATIONS) -> None:
    """Raise `Unavailable` for a ledger whose schema this program does not know."""
    if version > migrations[-1].number:
        raise Unavailable(
            say(
                "the ledger {url} has schema version {version}; this payengine knows versions up to {known}",
                url=database.location, version=version, known=migrations[-1].number,
            ),
            remedy=say("Use the payengine that wrote it, or a newer one. Nothing was changed."),
        )  # fmt: skip


def refuse_other(database: Database, version: int, migrations: tuple[Migration, ...] = MIGRATIONS) -> None:
    """Raise `Unavailable` for a ledger of another version than this program reads."""
    refuse_newer(database, version, migrations)
    if 0 < version < migrations[-1].number:
        raise Unavailable(
            say(
                "the ledger {url} has schema version {version}; this payengine reads version {known}",
                url=database.location, version=version, known=migrations[-1].number,
            ),
            remedy=say("Keep a copy, then bring it forward with a command that writes: run or publish."),
        )  # fmt: skip


def _version(connection: Connection) -> int:
    if not inspect(connection).has_table(ledger_schema.name):
        return 0
    return connection.execute(select(func.max(ledger_schema.c.version))).scalar_one() or 0


def _refuse_strangers(
    connection: Connection, database: Database, version: int, migrations: tuple[Migration, ...]
) -> None:
    """Raise `Unavailable` where other software has tables of the ledger's names.

    Those are the names that the migrations to come give. Tables that an interrupted migration left are no strangers.
    """
    inspector, dialect = inspect(connection), dialect_of(connection)
    pending = [each for each in migrations if each.number > version]
    present = set(inspector.get_table_names()) | set(inspector.get_view_names())
    if ledger_schema.name in present and (version == 0 or _is_begun(connection, pending[0].number)):
        return
    known = {name for each in migrations if each.number <= version for name in each.views(dialect)}
    tables = {table for each in pending for step in each.steps(dialect) for table in step.creates}
    views = {name for each in pending for name in each.views(dialect)} - known
    strangers = sorted(present & (tables | views))
    if strangers:
        raise Unavailable(
            say(
                "the database {url} holds tables that are not the ledger's: {names}",
                url=database.location, names=joined(strangers),
            ),
            remedy=say("Give the ledger a database of its own."),
        )  # fmt: skip


@contextmanager
def _exclusive(database: Database, migrations: tuple[Migration, ...]) -> Iterator[Connection]:
    """Open a transaction beside which no other migration and no writer runs.

    It is alone also in a new database, which has no row to lock yet.
    """
    engine = database.engine.execution_options(writes=True)
    if database.kind == POSTGRESQL:  # whatever the server's default: after the wait for the lock, see what is there
        engine = engine.execution_options(isolation_level="READ COMMITTED")
    with database.localized(), ExitStack() as held:
        connection = held.enter_context(engine.connect())
        if database.kind == MYSQL:
            _lock_mysql(connection, database)
            # Every CREATE ends a transaction and its locks, so writers are kept out by a connection of its own.
            guard = held.enter_context(database.engine.connect())
            if _version(guard) > 0:
                _lock_writers(guard)
        elif database.kind == SQLITE:
            # As SQLite advises for tables that are replaced; it takes effect only outside a transaction.
            driver: Any = connection.connection.driver_connection
            driver.execute("PRAGMA foreign_keys = OFF")
        with connection.begin():
            if database.kind == POSTGRESQL:
                connection.execute(sql("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
                if _version(connection) > 0:
                    _lock_writers(connection)
            yield connection
            if database.kind == SQLITE:
                _check_references(connection, database, migrations)


def _lock_mysql(connection: Connection, database: Database) -> None:
    # The connection's end releases the lock, whatever happens. Schemas of one server have a lock each.
    taken = connection.execute(
        sql("SELECT GET_LOCK(SHA1(CONCAT('payengine ', DATABASE())), :seconds)"), {"seconds": PATIENCE}
    ).scalar_one()
    connection.commit()
    if taken != 1:
        raise Unavailable(
            say("the ledger {url} is being set up by another process", url=database.location),
            remedy=say("Another process is writing. Wait until it has ended and run the command again."),
        )


def _lock_writers(connection: Connection) -> None:
    """Lock the row that every writer locks first (see `connect.py`)."""
    connection.execute(select(ledger_schema.c.version).where(ledger_schema.c.version == 1).with_for_update())


def _check_references(connection: Connection, database: Database, migrations: tuple[Migration, ...]) -> None:
    """Raise `IntegrityBroken` if a row of the ledger's tables refers to a missing one.

    SQLite's references were not checked during the migration. Tables of other software in the file are left alone.
    """
    own = {table for each in migrations for step in each.steps(SQLITE) for table in step.creates}
    problems = [
        Problem(say("refers to a row of {table} that is missing", table=parent), table, row=row)
        for name in sorted(own & set(inspect(connection).get_table_names()))
        for table, row, parent, _ in connection.exec_driver_sql(f"PRAGMA foreign_key_check({name})")
    ]
    if problems:
        raise IntegrityBroken(
            say("the ledger {url} cannot be brought forward: {n} problem(s)", url=database.location, n=len(problems)),
            problems,
            remedy=say("Keep it as it is for examination, and restore a copy from before the change."),
        )
