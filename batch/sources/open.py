"""Choice of the reader for a source: by the kind of its URL, or for a folder's files."""

from __future__ import annotations

from pathlib import Path

from batch.sources.base import Source
from batch.sources.column_names import ColumnNames
from batch.sources.settings import SourceSettings
from batch.sources.value_map import ValueMap
from payengine.errors import UsageError
from payengine.texts import say


def open_source(settings: SourceSettings, base: Path) -> Source:
    """Open a source; relative paths in `settings` start at `base`, the workspace's folder.

    `Unavailable` if a database or a folder cannot be reached, `UsageError` if the settings make no sense.
    """
    source: Source
    if settings.folder:
        from batch.sources.folder import FolderSource

        source = FolderSource(base / settings.folder, settings.encoding)
    elif settings.workbook:
        from batch.sources.folder import FolderSource

        path = base / settings.workbook
        source = FolderSource(path.parent, settings.encoding, path.name)
    else:
        source = _open_database(settings, base)
    source.date_system = settings.date_system
    source.column_names = ColumnNames(settings.columns)
    source.value_map = ValueMap(settings.values)
    return source


def _open_database(settings: SourceSettings, base: Path) -> Source:
    """Open the database of a URL with the fastest exact reader there is for it."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(settings.url)
    except (ArgumentError, ValueError):  # whose words could quote a password
        raise UsageError(
            say("the source's url is not a database URL"),
            remedy=say(
                "write it as sqlite:///file, duckdb:///file, postgresql+psycopg://host/name or mysql+pymysql://host/name"
            ),
        ) from None
    if url.username is not None and settings.url.count("@") > 1:  # what follows the first may be part of a password
        raise UsageError(
            say("the source's url has more than one @"),
            remedy=say(
                "Write special characters of user, password and options by code: "
                "@ as %40, / as %2F, : as %3A, % as %25."
            ),
        )
    kind, _, driver = url.drivername.partition("+")
    if kind == "sqlite" and driver in ("", "pysqlite"):
        from batch.sources.sqlite import SQLiteSource

        return SQLiteSource(url, settings.queries, base)
    if kind == "duckdb":
        from batch.sources.duckdb_file import DuckDBSource

        return DuckDBSource(url, settings.queries, base)
    if kind in ("postgresql", "postgres"):
        from batch.sources.postgresql import PostgreSQLSource

        return PostgreSQLSource(url, settings.queries)
    if kind in ("mysql", "mariadb") and driver in ("", "pymysql"):
        from batch.sources.mariadb import MariaDBSource

        return MariaDBSource(url, settings.queries)
    from batch.sources.any_database import OtherSource

    return OtherSource(url, settings.queries)
