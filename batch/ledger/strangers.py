"""Triggers, rules and views in the ledger's database that are not the ledger's.

A trigger changes what is written after it was checked; a view of our name that says something else changes what an
office reads. The ledger has the views of its last migration, and on SQLite the triggers that keep the log of accesses
from being changed, known by their text. A database tells a user only of what
this user may see: on MariaDB triggers need the right TRIGGER.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, func, inspect, select
from sqlalchemy import text as sql

from batch.ledger.migrations.migrate import MIGRATIONS
from batch.ledger.migrations.steps import POSTGRESQL, SQLITE, dialect_of
from batch.ledger.schema import SQLITE_TRIGGERS, access_log, ledger_schema, metadata
from payengine.errors import Problem
from payengine.texts import say

_TRIGGERS = {
    SQLITE: "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'",
    POSTGRESQL: (
        "SELECT t.tgname, c.relname, '' FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
        " WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace"
        " UNION ALL SELECT rulename, tablename, '' FROM pg_rules WHERE schemaname = current_schema()"
    ),
}
_TRIGGERS_OF_MYSQL = (
    "SELECT trigger_name, event_object_table, '' FROM information_schema.triggers"
    " WHERE event_object_schema = DATABASE()"
)
# Rows of the view that its definition does not give, rows of its definition that the view does not give, and how many
# more there are of one than of the other (repeated ones).
_DIFFERENCE = """
    SELECT (SELECT count(*) FROM (SELECT * FROM {view} EXCEPT SELECT * FROM ({definition}) AS own) AS more)
         + (SELECT count(*) FROM (SELECT * FROM ({definition}) AS own EXCEPT SELECT * FROM {view}) AS less)
         + abs((SELECT count(*) FROM {view}) - (SELECT count(*) FROM ({definition}) AS own))"""


def triggers(connection: Connection) -> list[Problem]:
    """List triggers and rules on the ledger's tables and views that are not its own."""
    dialect = dialect_of(connection)
    ours = {*metadata.tables, *MIGRATIONS[-1].views(dialect)}
    what = say("is a trigger or a rule that is not the ledger's")
    return [
        Problem(what, str(table), column=str(name))
        for name, table, text in sorted(map(tuple, connection.execute(sql(_TRIGGERS.get(dialect, _TRIGGERS_OF_MYSQL)))))
        if table in ours and text not in SQLITE_TRIGGERS.values()
    ]


def missing_triggers(connection: Connection) -> Iterator[Problem]:
    """List the ledger's own triggers that are not there, or say something else."""
    if dialect_of(connection) != SQLITE or not _is_newest(connection):
        return
    present = {text for _, _, text in connection.execute(sql(_TRIGGERS[SQLITE]))}
    for name, statement in SQLITE_TRIGGERS.items():
        if statement not in present:
            yield Problem(say("the trigger is missing: the log can be changed"), access_log.name, column=name)


def views(connection: Connection) -> Iterator[Problem]:
    """List views that are not the ledger's, and its own that are missing or say something else.

    A ledger of another version has the views of that version, which this program does not know.
    """
    if not _is_newest(connection):
        return
    ours = MIGRATIONS[-1].views(dialect_of(connection))
    present = set(inspect(connection).get_view_names())
    for name in sorted(present - set(ours)):
        yield Problem(say("is a view that is not the ledger's"), name)
    for name, statement in ours.items():
        if name not in present:
            yield Problem(say("the view is missing"), name)
        elif _says_otherwise(connection, name, statement):
            yield Problem(say("the view does not say what the ledger's own does"), name)


def _is_newest(connection: Connection) -> bool:
    newest = connection.execute(select(func.max(ledger_schema.c.version))).scalar_one()
    return bool(newest == MIGRATIONS[-1].number)


def _says_otherwise(connection: Connection, name: str, statement: str) -> bool:
    """Tell if a view is not the one that the ledger's own statement makes.

    SQLite keeps the statement as it was written. Servers write it anew in their own way: there columns and rows are
    compared.
    """
    if dialect_of(connection) == SQLITE:
        kept = sql("SELECT sql FROM sqlite_master WHERE type = 'view' AND name = :name")
        return bool(connection.execute(kept, {"name": name}).scalar_one() != statement.strip())
    definition = statement.split(" AS", 1)[1]
    columns = _columns(connection, name), _columns(connection, f"({definition}) AS own")
    return columns[0] != columns[1] or _differ(connection, name, definition)


def _columns(connection: Connection, rows: str) -> list[str]:
    return list(connection.exec_driver_sql(f"SELECT * FROM {rows} WHERE 1 = 0").keys())


def _differ(connection: Connection, view: str, definition: str) -> bool:
    return bool(connection.exec_driver_sql(_DIFFERENCE.format(view=view, definition=definition)).scalar_one())
