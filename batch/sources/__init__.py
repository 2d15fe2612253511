"""Sources of input: databases by URL, folders of CSV or Parquet files.

with open_source(SourceSettings(url="sqlite:///his.sqlite"), base) as source:
    for batch in source.read("engagement", Binds.of(period)):
        ...
"""

from __future__ import annotations

from pathlib import Path

from batch.sources.base import BATCH_ROWS, Binds, Place, Source
from batch.sources.settings import SourceSettings

__all__ = ["BATCH_ROWS", "Binds", "Place", "Source", "SourceSettings", "open_source"]


def open_source(settings: SourceSettings, base: Path) -> Source:
    """Open a source; relative paths in `settings` start at `base`, the workspace's folder.

    `Unavailable` if a database or a folder cannot be reached, `UsageError` if the settings make no sense.
    """
    if settings.folder:
        from batch.sources.folder import FolderSource

        return FolderSource(base / settings.folder, settings.encoding)
    from batch.sources.databases import open_database

    return open_database(settings, base)
