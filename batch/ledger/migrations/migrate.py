"""Bringing a ledger's schema to the version that this program knows.

Migrations are numbered and only go forward; each is applied once, in order, and leaves an entry in the audit chain.
A migration that is published is never changed: what comes later is a new one.

PostgreSQL and SQLite undo a migration that is killed. MariaDB and MySQL commit every CREATE by itself, so there a
migration must be able to start again over what a killed one left; its number is written last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, inspect, select
from sqlalchemy import text as sql

from batch.ledger import audit, schema
from batch.ledger import failpoints as faults
from batch.ledger.connect import MYSQL, PATIENCE, POSTGRESQL, Database
from batch.ledger.provenance import engine_name, now
from payengine.errors import Unavailable
from payengine.texts import say

_LOCK = 0x7061_7965  # "paye": the advisory lock under which a PostgreSQL ledger is migrated


@dataclass(frozen=True)
class Migration:
    number: int
    about: str
    apply: Callable[[Connection], None]


def _first_tables(connection: Connection) -> None:
    tables = (
        schema.policy_text, schema.run, schema.proposal, schema.pay_line, schema.statement_line, schema.workload,
        schema.rejection, schema.run_component, schema.run_report, schema.report_line, schema.publication,
        schema.audit_entry,
    )  # fmt: skip
    for table in tables:
        table.create(connection, checkfirst=True)
        faults.reached(f"migrate: {table.name}")
    schema.create_views(connection)


MIGRATIONS = (Migration(1, "first tables", _first_tables),)


def version_of(database: Database) -> int:
    """The ledger's version: the number of the last migration applied; 0 for a database that holds none."""
    if database.file is not None and not database.file.exists():
        return 0
    with database.reading() as connection:
        return _version(connection)


def migrate(database: Database, migrations: tuple[Migration, ...] = MIGRATIONS) -> None:
    """Apply the migrations that the ledger has not seen yet; safe if several processes come at once.

    `Unavailable` if the ledger is of a newer version, or the database holds other tables of the same names.
    """
    standing = version_of(database)
    refuse_newer(database, standing, migrations)
    if standing == migrations[-1].number:
        return
    with _alone(database) as connection:
        version = _version(connection)
        if version == 0:
            _refuse_strangers(connection, database)
            schema.ledger_schema.create(connection, checkfirst=True)
        for migration in migrations:
            if migration.number > version:
                migration.apply(connection)
                faults.reached("migrate: before the number")
                row = {"version": migration.number, "engine": engine_name(), "applied_at": now()}
                connection.execute(insert(schema.ledger_schema).values(row))
                audit.append(connection, "schema", {"version": migration.number, "about": migration.about})


def refuse_newer(database: Database, version: int, migrations: tuple[Migration, ...] = MIGRATIONS) -> None:
    """`Unavailable` for a ledger whose schema this program does not know."""
    if version > migrations[-1].number:
        raise Unavailable(
            say(
                "the ledger {url} has schema version {version}; this payengine knows versions up to {known}",
                url=database.location, version=version, known=migrations[-1].number,
            ),
            remedy=say("Use the payengine that wrote it, or a newer one. Nothing was changed."),
        )  # fmt: skip


def refuse_other(database: Database, version: int, migrations: tuple[Migration, ...] = MIGRATIONS) -> None:
    """`Unavailable` for a ledger that cannot be read as it stands: a newer one, or one still to be brought forward."""
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
    if not inspect(connection).has_table(schema.ledger_schema.name):
        return 0
    return connection.execute(select(func.max(schema.ledger_schema.c.version))).scalar_one() or 0


def _refuse_strangers(connection: Connection, database: Database) -> None:
    """A database in which other software has tables of our names is no place for a ledger."""
    inspector = inspect(connection)
    if inspector.has_table(schema.ledger_schema.name):
        return  # ours: a first opening was killed
    present = set(inspector.get_table_names()) | set(inspector.get_view_names())
    strangers = sorted(present & ({*schema.metadata.tables, *schema.VIEWS}))
    if strangers:
        raise Unavailable(
            say(
                "the database {url} holds tables that are not the ledger's: {names}",
                url=database.location, names=", ".join(strangers),
            ),
            remedy=say("Give the ledger a database of its own."),
        )  # fmt: skip


@contextmanager
def _alone(database: Database) -> Iterator[Connection]:
    """A transaction that no other migration runs beside, also while there is no row to lock."""
    with database.told(), database.engine.connect().execution_options(writes=True) as connection:
        if database.kind == MYSQL:
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
        with connection.begin():
            if database.kind == POSTGRESQL:
                connection.execute(sql("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            yield connection
