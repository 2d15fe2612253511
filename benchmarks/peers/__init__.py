"""Peers: the same exact work in DuckDB, Polars, pandas and NumPy by their experts.

The work: decide the limits (the first `limit_count` services of a patient and item in the calendar period), look up
equivalents, category and difficulty, price what is paid, and sum services and points exactly per owner and category.

The peers get more than they would find at a source: codes are integers of the narrowest type already, the row of an
item or a difficulty that is in force is known, patients are numbered, the limit's period is a column, the services of
the limited items are numbered in order. All of them group by one integer, the cell: owner x categories + category.
DuckDB joins and counts cells in an array, the others take by position; Polars streams; NumPy counts by `bincount` in
two exact limbs, in blocks that fit its cache. Cells may come
in any order. DuckDB sums in 128 bits, pandas and Polars in 64, which this data just fits. Every result is checked equal
to ours, cell for cell, before anything is timed.

Peers import their libraries and nothing of the product: `benchmarks.integer_rows` reads the rows for them.
"""

from benchmarks.peers.check import same
from benchmarks.peers.duckdb_peer import PLAIN_SUMS
from benchmarks.peers.registry import FROM_FILES, IN_MEMORY
from benchmarks.peers.rows import Cells, IntegerRows

__all__ = ["FROM_FILES", "IN_MEMORY", "PLAIN_SUMS", "Cells", "IntegerRows", "same"]
