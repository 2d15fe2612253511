"""Steps of a migration: literal statements, each with a test for their effect.

MariaDB and MySQL commit every CREATE, ALTER and RENAME by itself, so a migration that is killed leaves some of its
steps done. Started again, it passes over a step whose effect stands. SQLite and PostgreSQL undo the whole migration.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, inspect

from batch import failpoints

SQLITE, POSTGRESQL, MARIADB, MYSQL = "sqlite", "postgresql", "mariadb", "mysql"
DIALECTS = (SQLITE, POSTGRESQL, MARIADB, MYSQL)

Effect = Callable[[Connection], bool]


@dataclass(frozen=True)
class Step:
    """One change of a ledger.

    `has_effect` tells that it is done; `creates` are the tables that it makes.
    """

    name: str
    statements: tuple[str, ...]
    has_effect: Effect
    creates: tuple[str, ...] = ()

    def apply(self, connection: Connection) -> None:
        """Execute the statements, unless their effect is there."""
        if self.has_effect(connection):
            return
        for number, statement in enumerate(self.statements, start=1):
            connection.exec_driver_sql(statement)
            last = number == len(self.statements)
            failpoints.reached(f"migrate: {self.name}" if last else f"migrate: {self.name}, statement {number}")


@dataclass(frozen=True)
class Migration:
    """One version of the schema: its steps from the version before it, and all its views.

    `steps` and `views` give those of a dialect (one of `DIALECTS`). Views that `views` does not name are dropped.
    """

    number: int
    about: str
    steps: Callable[[str], Sequence[Step]]
    views: Callable[[str], Mapping[str, str]]


def dialect_of(connection: Connection) -> str:
    """Tell the dialect of a connection's database, MariaDB and MySQL apart."""
    if connection.dialect.name in (SQLITE, POSTGRESQL):
        return connection.dialect.name
    return MARIADB if getattr(connection.dialect, "is_mariadb", False) else MYSQL


def create_table(table: str, statement: str) -> Step:
    """Make a step that creates a table."""
    return Step(table, (statement,), has_table(table), (table,))


def add_column(table: str, column: str, definition: str) -> Step:
    """Make a step that adds a column, which has a default or may be null in older rows."""
    statement = f"ALTER TABLE {table} ADD COLUMN {column} {definition}"
    return Step(f"{table}.{column}", (statement,), has_column(table, column))


def create_index(table: str, index: str, statement: str) -> Step:
    """Make a step that creates an index, unique or not."""
    return Step(index, (statement,), has_index(table, index))


def create_trigger(trigger: str, statement: str) -> Step:
    """Make a step that creates a trigger of SQLite; a server keeps its tables by rights."""
    return Step(trigger, (statement,), has_trigger(trigger))


def rewrite(name: str, *statements: str, has_effect: Effect | None = None) -> Step:
    """Make a step that changes data.

    Without a test of the effect its statements run again after an interruption, and must bear that.
    """
    return Step(name, statements, has_effect or (lambda _: False))


def rebuild_table(dialect: str, table: str, definition: str, filling: str, has_effect: Effect) -> list[Step]:
    """Make the steps that put a table of another form in the place of one, with its rows.

    `definition` is the CREATE TABLE and `filling` the INSERT ... SELECT, with {new} and {old} for the tables' names;
    `has_effect` tells the new form from the old one. No other table may refer to this one: a table that others refer
    to gets its new key as a column with a unique index.
    """
    new, old = f"{table}_new", f"{table}_old"
    if dialect == POSTGRESQL:
        # Names of constraints and indexes are derived from the table's, so the old ones make way first.
        statements: tuple[str, ...] = (
            f"ALTER TABLE {table} RENAME TO {old}",
            _RENAME_CONSTRAINTS.format(table=old),
            definition.format(new=table, old=old),
            filling.format(new=table, old=old),
            f"DROP TABLE {old}",
        )
        return [Step(f"{table} rebuilt", statements, has_effect, (old,))]
    create, fill = definition.format(new=new, old=table), filling.format(new=new, old=table)
    if dialect == SQLITE:
        statements = (create, fill, f"DROP TABLE {table}", f"ALTER TABLE {new} RENAME TO {table}")
        return [Step(f"{table} rebuilt", statements, has_effect, (new,))]
    # A half-filled copy is thrown away; the exchange of names is one statement, and atomic.
    return [
        Step(f"{table} copied", (f"DROP TABLE IF EXISTS {new}", create, fill), has_effect, (new,)),
        Step(f"{table} exchanged", (f"RENAME TABLE {table} TO {old}, {new} TO {table}",), has_effect, (old,)),
        Step(f"{old} dropped", (f"DROP TABLE {old}",), lambda connection: not has_table(old)(connection)),
    ]


def has_table(table: str) -> Effect:
    """Test for a table."""
    return lambda connection: table in inspect(connection).get_table_names()


def has_column(table: str, column: str) -> Effect:
    """Test for a column of a table."""
    return lambda connection: column in {each["name"] for each in inspect(connection).get_columns(table)}


def has_index(table: str, index: str) -> Effect:
    """Test for an index of a table, by name."""
    return lambda connection: index in {each["name"] for each in inspect(connection).get_indexes(table)}


def has_trigger(trigger: str) -> Effect:
    """Test for a trigger of SQLite, by name."""
    query = "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name = ?"
    return lambda connection: bool(connection.exec_driver_sql(query, (trigger,)).scalar_one())


def has_key(table: str, *columns: str) -> Effect:
    """Test for a table's primary key, column by column."""
    return lambda connection: inspect(connection).get_pk_constraint(table)["constrained_columns"] == list(columns)


_RENAME_CONSTRAINTS = """
DO $$ DECLARE named record; BEGIN
    FOR named IN SELECT conname FROM pg_constraint WHERE conrelid = '{table}'::regclass LOOP
        EXECUTE 'ALTER TABLE {table} RENAME CONSTRAINT ' || quote_ident(named.conname)
            || ' TO ' || quote_ident(left(named.conname, 59) || '_old');
    END LOOP;
    FOR named IN SELECT relname FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
        WHERE indrelid = '{table}'::regclass AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid) LOOP
        EXECUTE 'ALTER INDEX ' || quote_ident(named.relname) || ' RENAME TO '
            || quote_ident(left(named.relname, 59) || '_old');
    END LOOP;
END $$"""
