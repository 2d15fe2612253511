"""Sources of input: databases by URL, folders of CSV or Parquet files.

with open_source(SourceSettings(url="sqlite:///his.sqlite"), base) as source:
    for batch in source.read("engagement", Binds.of(period)):
        ...
"""

from batch.sources.base import BATCH_ROWS, Binds, Place, Source
from batch.sources.open import open_source
from batch.sources.settings import SourceSettings

__all__ = ["BATCH_ROWS", "Binds", "Place", "Source", "SourceSettings", "open_source"]
