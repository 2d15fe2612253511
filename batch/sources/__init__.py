"""Sources of input: databases by URL, folders of CSV files, Parquet files and workbooks.

with open_source(SourceSettings(url="sqlite:///his.sqlite"), base) as source:
    for batch in source.read("engagement", Binds.of(period)):
        ...

`base` says what every source can do, `open` chooses a reader; the other files read one kind of source each, and are
imported only when they are needed, so that no driver must be installed for a source that is not used. The rest of
`batch` imports the names below and no reader. This room checks no value and knows nothing of snapshots; it converts
only what stands in a folder in words (`words`) and in the cells of a sheet (`workbook_cells`).
"""

from batch.sources.base import BATCH_ROWS, Binds, Place, Source
from batch.sources.headings import nearest_table
from batch.sources.open import open_source
from batch.sources.settings import SourceSettings

__all__ = ["BATCH_ROWS", "Binds", "Place", "Source", "SourceSettings", "nearest_table", "open_source"]
