"""PostgreSQL server of the measurements: databases of their own, made and dropped here."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.engine import URL, make_url

DEFAULT = "postgresql+psycopg://root@127.0.0.1:5432/postgres"
VARIABLE = "PAYENGINE_TEST_POSTGRESQL"  # as for the tests: the URL of a database in which databases may be made


def server() -> URL:
    """The URL under which the server is looked for."""
    return make_url(os.environ.get(VARIABLE) or DEFAULT)


def missing() -> str:
    """Tell why the server cannot be used; "" if it can."""
    try:
        import adbc_driver_postgresql  # noqa: F401
        import psycopg

        psycopg.connect(plain(server()), connect_timeout=5).close()
    except ImportError as error:
        return f"{error.name} is not installed"
    except psycopg.OperationalError as error:
        return str(error).strip().splitlines()[0]
    return ""


@contextmanager
def database() -> Iterator[URL]:
    """Give the URL of a new, empty database, dropped at the end of the block."""
    import psycopg

    name = f"payengine_benchmark_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(plain(server()), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0".encode())
    try:
        yield server().set(database=name)
    finally:
        with psycopg.connect(plain(server()), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def empty(url: URL) -> None:
    """Drop everything in a database of ours."""
    import psycopg

    with psycopg.connect(plain(url)) as connection:
        connection.execute(b"DROP SCHEMA public CASCADE")
        connection.execute(b"CREATE SCHEMA public")


def plain(url: URL) -> str:
    """Write a URL as PostgreSQL's own library takes it."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def written(url: URL) -> str:
    """Write a URL as a workspace's settings take it."""
    return url.render_as_string(hide_password=False)
