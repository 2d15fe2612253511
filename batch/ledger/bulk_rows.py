"""Transport of many rows between Arrow and a ledger's tables.

Each database has its fastest way, always within the caller's transaction and on its connection: `sqlite_rows.py`,
`postgresql_rows.py`, `mariadb_rows.py`; `joined_columns.py` reads them back.
"""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, ScalarSelect, delete, select

from batch.arrow_columns import text_bytes
from batch.ledger import joined_columns, mariadb_rows, postgresql_rows, sqlite_rows
from batch.ledger.column_types import Code
from batch.ledger.joined_columns import Spelling
from batch.ledger.run_tables import RunTable, batches_of
from batch.ledger.schema import run as runs
from payengine.errors import Problem, Refused
from payengine.texts import say


def write(connection: Connection, stored: RunTable, run: str, table: pa.Table) -> None:
    """Insert a run's rows; `table` is in the form that `stored.ordered` gives."""
    key = connection.execute(select(runs.c.key).where(runs.c.id == run)).scalar_one()
    kinds = {"sqlite": sqlite_rows.write, "postgresql": postgresql_rows.write}
    if len(table):
        batches = (batch for batch in batches_of(table) if batch.num_rows)  # a chunk of a table may have none
        kinds.get(connection.dialect.name, mariadb_rows.write)(connection, stored, key, batches)


def read(connection: Connection, stored: RunTable, run: str) -> Iterator[pa.RecordBatch]:
    """Read a run's rows in batches, in the order of the key; none where there is no such run.

    The order is that of bytes: every text column has a binary collation. `ValueError` or `TypeError` for cells of types
    that this program does not write.
    """
    key = connection.execute(select(runs.c.key).where(runs.c.id == run)).scalar_one_or_none()
    if key is not None:
        yield from joined_columns.read(connection, stored, key, _spelling(connection, stored))


def _spelling(connection: Connection, stored: RunTable) -> Spelling:
    if connection.dialect.name == "postgresql":
        return postgresql_rows.SPELLING
    if connection.dialect.name == "sqlite":
        return sqlite_rows.spelling(connection, stored)
    return mariadb_rows.spelling(connection, stored)


def erase(connection: Connection, stored: RunTable, run: str) -> None:
    connection.execute(delete(stored.table).where(stored.table.c.run_key == key_of(run)))


def refuse_unstorable(stored: RunTable, table: pa.Table, bounded: bool) -> list[Problem]:
    """List texts that no ledger can hold, or that are too long where lengths are `bounded`.

    None holds U+0000; lengths are bounded on MariaDB and MySQL.
    """
    problems = []
    for name in stored.arrow.names:
        kind = stored.table.c[name].type
        if not pa.types.is_string(table.schema.field(name).type) or not len(table):
            continue
        if any(b"\0" in text_bytes(chunk) for chunk in table[name].chunks):
            problems.append(Problem(say("holds the character U+0000"), stored.name, column=name))
        if bounded and isinstance(kind, Code):
            longest = pc.max(pc.utf8_length(table[name])).as_py()
            if longest > (kind.length or 0):
                what = say("{n} characters; this ledger holds at most {most}", n=longest, most=kind.length)
                problems.append(Problem(what, stored.name, column=name))
    return problems


def key_of(run: str) -> ScalarSelect[int]:
    """Make the subquery of a run's key by its id."""
    return select(runs.c.key).where(runs.c.id == run).scalar_subquery()


def raise_if_any(problems: list[Problem]) -> None:
    """Raise what `refuse_unstorable` found, if anything."""
    if problems:
        raise Refused(
            say("the results cannot be stored: {n} problem(s)", n=len(problems)), problems,
            remedy=say("Nothing was stored. Correct the input, then: payengine month PERIOD"),
        )  # fmt: skip
