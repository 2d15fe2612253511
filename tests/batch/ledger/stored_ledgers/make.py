"""Maker of the stored ledgers of version 1, by the program as it was at that version.

    git worktree add ../version-1 41cb7e6
    cd tests/batch/ledger/stored_ledgers
    PYTHONPATH=../../../../../version-1:../../../../../version-1/tests python make.py .

The statements are those that the program sent to the database; the rows are read back from it. MySQL's file has its
statements as SQLAlchemy compiles them for MySQL, and MariaDB's rows.
"""

from __future__ import annotations

import itertools
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import ledgers
from sample_results import AWKWARD, POLICY, results
from sqlalchemy import Connection, event, select
from sqlalchemy.dialects import mysql
from sqlalchemy.engine import Engine
from sqlalchemy.schema import CreateIndex, CreateTable

from batch.ledger import Ledger, audit, migrate, publishing, schema, staging

SAMPLES = [  # period, seed, reason of a revision, is it published
    ("2026-09", 1, "", True), ("2026-10", 1, "", True), ("2026-10", 2, "漏报出诊", True), ("2026-11", 1, "", False),
]  # fmt: skip


def main(folder: Path) -> None:
    for kind in ledgers.KINDS:
        made = list(statements(kind))
        write(folder / f"v0001.{kind}.sql", made)
        if kind == "mariadb":
            inserts = [statement for statement in made if statement.startswith("INSERT")]
            views = [statement for statement in made if "CREATE VIEW" in statement]
            write(folder / "v0001.mysql.sql", [*tables_of_mysql(), *views, *inserts])


def statements(kind: str) -> Iterator[str]:
    """List the statements that make a new ledger's schema, then an INSERT for every row.

    The ledger has published runs.
    """
    clock, sent = itertools.count(), []

    def moment() -> str:
        return f"2026-12-01T08:{next(clock):02}:00Z"

    for module in (audit, migrate, publishing, staging):
        module.now = moment
        module.who = lambda: "office@county"

    @event.listens_for(Engine, "before_cursor_execute")
    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.lstrip().startswith("CREATE"):
            sent.append(statement.strip())

    with tempfile.TemporaryDirectory() as place, ledgers.fresh(kind, Path(place)) as url:
        sent.clear()  # the database itself
        with Ledger.open(url) as ledger:
            for period, seed, reason, published in SAMPLES:
                rejected = len(AWKWARD) if reason else 1  # one run has all the awkward texts
                made = results(period, seed=seed, staff=3, institutions=2, rejected=rejected)
                ledger.stage(made, POLICY, reason)
                if published:
                    ledger.publish(made.meta.run_id)
            ledger.verify()
            yield from sent
            with ledger._database.reading() as connection:
                yield from inserts(connection, kind)
            summary = {
                "head": ledger.head(),
                "publications": [[str(one.period), one.revision, one.run] for one in ledger.publications()],
                "digests": {record.id: dict(record.digests) for record in ledger.runs()},
            }
            file = Path(sys.argv[1]) / "v0001.json"
            file.write_text(json.dumps(summary, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    event.remove(Engine, "before_cursor_execute", note)


def inserts(connection: Connection, kind: str) -> Iterator[str]:
    literal = _literal(connection, kind)
    for table in schema.metadata.sorted_tables:
        names = ", ".join(connection.dialect.identifier_preparer.quote(column.name) for column in table.columns)
        for row in connection.execute(select(table).order_by(*table.primary_key)):
            yield f"INSERT INTO {table.name} ({names}) VALUES ({', '.join(map(literal, row))})"


def _literal(connection: Connection, kind: str) -> Callable[[Any], str]:
    """Return the function with which a database's own driver writes a value.

    No line of a file ends in a carriage return.
    """
    driver: Any = connection.connection.driver_connection
    if kind == "sqlite":
        return lambda value: (
            driver.execute("SELECT quote(?)", (value,)).fetchone()[0].replace("\r", "' || char(13) || '")
        )
    if kind == "postgresql":
        from psycopg import sql

        return lambda value: sql.Literal(value).as_string(driver).replace("\r", "' || chr(13) || '")
    return lambda value: "NULL" if value is None else driver.escape(value)


def tables_of_mysql() -> Iterator[str]:
    dialect = mysql.dialect()
    for table in schema.metadata.tables.values():
        yield str(CreateTable(table).compile(dialect=dialect)).strip()
        for index in table.indexes:
            yield str(CreateIndex(index).compile(dialect=dialect)).strip()


def write(file: Path, made: list[str]) -> None:
    lines = (_tidy(each) if each.startswith("CREATE") else each for each in made)
    file.write_text("".join(f"{line};\n" for line in lines), encoding="utf-8", newline="")


def _tidy(statement: str) -> str:
    return "\n".join(line.rstrip().expandtabs(4) for line in statement.splitlines())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
