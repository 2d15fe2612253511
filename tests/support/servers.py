"""Databases of a test's own on PostgreSQL, MariaDB and MySQL, made and dropped here.

    with servers.database("postgresql") as url: ...

Where a server does not answer, the test is skipped, and the run's summary says so in one line per server; with
PAYENGINE_REQUIRE_SERVERS set it fails instead. PAYENGINE_TEST_POSTGRESQL, PAYENGINE_TEST_MARIADB and
PAYENGINE_TEST_MYSQL give other URLs of a database in which databases may be made. MySQL is required only where
PAYENGINE_TEST_MYSQL says where it is; elsewhere the summary says that its tests did not run.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import SQLAlchemyError

KINDS = ("postgresql", "mariadb", "mysql")
DEFAULTS = {
    "postgresql": "postgresql+psycopg://root@127.0.0.1:5432/postgres",
    "mariadb": "mysql+pymysql://root@127.0.0.1:3306/",
    "mysql": "mysql+pymysql://root@127.0.0.1:3307/",
}
REQUIRED = "PAYENGINE_REQUIRE_SERVERS"


def server(kind: str) -> URL:
    """The URL under which a server is looked for."""
    return make_url(os.environ.get(f"PAYENGINE_TEST_{kind.upper()}") or DEFAULTS[kind])


@cache
def missing(kind: str) -> str:
    """Return why a server cannot be used; '' if it can."""
    try:
        engine = create_engine(server(kind), connect_args={"connect_timeout": 5})
        try:
            with engine.connect() as connection:
                if kind == "mysql" and getattr(connection.dialect, "is_mariadb", False):
                    return f"NO MYSQL SERVER at {server(kind).render_as_string()}, but MariaDB: its tests did not run"
                return ""
        finally:
            engine.dispose()
    except (SQLAlchemyError, ImportError) as error:
        cause = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        return f"NO {kind.upper()} SERVER at {server(kind).render_as_string()}: its tests did not run ({cause})"


def require(kind: str) -> None:
    """Skip the test, or fail it where servers are required, if the server does not answer."""
    why = missing(kind)
    required = os.environ.get(REQUIRED) and (kind != "mysql" or os.environ.get("PAYENGINE_TEST_MYSQL"))
    if why and required:
        pytest.fail(f"{why}; {REQUIRED} is set", pytrace=False)
    if why:
        pytest.skip(why)


@contextmanager
def database(kind: str) -> Iterator[str]:
    """The URL of a new, empty database, dropped at the end of the block."""
    require(kind)
    name = f"payengine_test_{uuid.uuid4().hex[:12]}"
    after = " CHARACTER SET utf8mb4" if kind != "postgresql" else " ENCODING 'UTF8' TEMPLATE template0"
    _run(kind, f"CREATE DATABASE {name}{after}")
    try:
        yield server(kind).set(database=name).render_as_string(hide_password=False)
    finally:
        _run(kind, f"DROP DATABASE {name}" + (" WITH (FORCE)" if kind == "postgresql" else ""))


def _run(kind: str, statement: str) -> None:
    engine = create_engine(server(kind), isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(statement))
    finally:
        engine.dispose()
