"""External sorting: spools on disk, DuckDB as the sorter, groups of sorted rows.

Only `batch.freeze` imports from here. This package may import batch sizes from `batch.snapshot` and small tools; it
must know neither the columns that it sorts nor any rule about them.
"""
