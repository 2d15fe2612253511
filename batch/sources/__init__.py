"""Sources of input: databases by URL, folders of CSV or Parquet files.

with open_source(SourceSettings(url="sqlite:///his.sqlite"), base) as source:
    for batch in source.read("engagement", Binds.of(period)):
        ...

`base` says what every source can do, `open` chooses a reader; the other files read one kind of source each, and are
imported only when they are needed, so that no driver must be installed for a source that is not used. The rest of
`batch` imports the names below and no reader. This room may import `batch.input_tables`; it converts and checks no
value, and knows nothing of snapshots.
"""

from batch.sources.base import BATCH_ROWS, Binds, Place, Source
from batch.sources.open import open_source
from batch.sources.settings import SourceSettings

__all__ = ["BATCH_ROWS", "Binds", "Place", "Source", "SourceSettings", "open_source"]
