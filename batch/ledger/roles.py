"""Roles of a ledger on a server, as SQL: owner, preparer, publisher, auditor.

Each table of the ledger stands in one group below, which says who may add rows to it. A table in no group is refused
by name, so that a new one cannot be forgotten.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from batch.ledger.migrations.migrate import MIGRATIONS
from batch.ledger.migrations.steps import DIALECTS, MARIADB, POSTGRESQL
from batch.ledger.schema import RUN_TABLES, metadata
from payengine.errors import Problem, Refused, UsageError
from payengine.texts import in_quotes, say

OWNER, PREPARER, PUBLISHER, AUDITOR = "owner", "preparer", "publisher", "auditor"
ROLES = (OWNER, PREPARER, PUBLISHER, AUDITOR)
DATABASES = (POSTGRESQL, MARIADB)
SCHEMAS = {POSTGRESQL: "public", MARIADB: "payengine"}  # unless said: the schema, on MariaDB the database
PREFIX = "payengine"  # of the roles' names, unless said
_NAME = re.compile("[A-Za-z0-9_-]{1,40}", re.ASCII)

_RESULTS = ("policy_text", "source_text", "source_file", "run", *RUN_TABLES)
_PUBLISHED = ("publication", "published_finding", "finding_acceptance", "run_step")
_PAID = ("payment", "payment_line", "payment_carried", "payment_step")
_ALL = frozenset(ROLES)
# Who may add rows to a table; everybody reads everything, and the owner may do everything.
ADDING: Mapping[str, frozenset[str]] = {
    "ledger_schema": frozenset(),  # migrations are the owner's
    **dict.fromkeys(_RESULTS, frozenset({PREPARER})),
    "proposal": frozenset({PREPARER}),
    **dict.fromkeys((*_PUBLISHED, *_PAID), frozenset({PUBLISHER})),
    "audit_entry": frozenset({PREPARER, PUBLISHER}),
    "access_log": _ALL,
}
# What else a role needs, and why: a writer locks the first row of `ledger_schema` for as long as it writes, and a
# lock needs a right to change some column; what a staged run is to replace is noted anew when it is staged again.
FURTHER: Mapping[tuple[str, str], str] = {
    ("ledger_schema", PREPARER): "UPDATE (engine)",
    ("ledger_schema", PUBLISHER): "UPDATE (engine)",
    ("proposal", PREPARER): "DELETE",
}


def rights(table: str, role: str) -> tuple[str, ...]:
    """List the rights of a role on a table of the ledger.

    `Refused` for a table that nobody has put in a group.
    """
    if table not in ADDING:
        raise Refused(
            say("the table {table} is in no group of roles", table=table),
            [Problem(say("say there who may add rows to it"), "batch/ledger/roles.py")],
        )
    if role == OWNER:
        return ("ALL PRIVILEGES",)
    found = ["SELECT"]
    if role in ADDING[table]:
        found.append("INSERT")
    if (table, role) in FURTHER:
        found.append(FURTHER[table, role])
    return tuple(found)


def roles_sql(database: str, schema: str = "", prefix: str = PREFIX) -> dict[str, str]:
    """Write the SQL of each role, for an administrator, once the tables are there.

    `schema` is that of the tables on PostgreSQL, the database on MariaDB. Executed again, it gives and takes what a
    newer version of the ledger needs. `UsageError` for names of other signs than letters, digits, _ and -.
    """
    place = schema or SCHEMAS[database]
    for name in (place, prefix):
        if not _NAME.fullmatch(name):
            raise UsageError(
                say("{name} is no name of a schema or a role", name=in_quotes(name)),
                remedy=say("Write letters, digits, _ and -, 40 at most."),
            )
    return {
        role: "\n".join(
            [*_comments(database, f"{prefix}_{role}", role), *_statements(database, place, prefix, role), ""]
        )
        for role in ROLES
    }


def _statements(database: str, schema: str, prefix: str, role: str) -> Iterator[str]:
    quote = _quoted if database == POSTGRESQL else _quoted_by_mariadb
    name, place = quote(f"{prefix}_{role}"), quote(schema)
    relations = [*metadata.tables, *_views()]
    if database == POSTGRESQL:
        literal = "'" + f"{prefix}_{role}".replace("'", "''") + "'"
        yield (
            f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {literal})"
            f" THEN CREATE ROLE {name}; END IF; END $$;"
        )
        yield f"REVOKE ALL ON ALL TABLES IN SCHEMA {place} FROM {name};"
        yield f"REVOKE CREATE ON SCHEMA {place} FROM PUBLIC;"
        yield f"GRANT USAGE{', CREATE' if role == OWNER else ''} ON SCHEMA {place} TO {name};"
        if role == OWNER:  # only a table's owner may change its form
            yield from (f"ALTER TABLE {place}.{quote(table)} OWNER TO {name};" for table in relations)
    else:
        yield f"CREATE ROLE IF NOT EXISTS {name};"
        yield f"REVOKE ALL PRIVILEGES, GRANT OPTION FROM {name};"
        if role == OWNER:  # migrations make tables and views
            yield f"GRANT ALL PRIVILEGES ON {place}.* TO {name};"
    for table in metadata.tables:
        yield f"GRANT {', '.join(rights(table, role))} ON {place}.{quote(table)} TO {name};"
    for view in _views():
        yield f"GRANT SELECT ON {place}.{quote(view)} TO {name};"


def _comments(database: str, name: str, role: str) -> list[str]:
    about = {
        OWNER: say("owns the tables: sets the ledger up and brings it forward; nobody works as it every day"),
        PREPARER: say("stages runs; cannot publish, and changes and deletes no result"),
        PUBLISHER: say("enters steps and publishes; adds, changes and deletes no result"),
        AUDITOR: say("reads everything and changes nothing; what it looks at is added to the log"),
    }[role]
    member = f'GRANT {_quoted(name)} TO "user";'
    if database != POSTGRESQL:
        role_name = _quoted_by_mariadb(name)
        member = f"GRANT {role_name} TO 'user'@'host'; SET DEFAULT ROLE {role_name} FOR 'user'@'host';"
    return [f"-- {name}: {about}", f"-- {say('For each of its users:')} {member}"]


def _views() -> list[str]:
    return sorted({view for dialect in DIALECTS for view in MIGRATIONS[-1].views(dialect)})


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _quoted_by_mariadb(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"
