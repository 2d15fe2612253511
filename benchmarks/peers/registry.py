"""Peers by name, on data in memory and from files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks.peers import duckdb_peer, numpy_peer, pandas_peer, polars_peer
from benchmarks.peers.rows import IntegerRows, Work

IN_MEMORY: Mapping[str, Callable[[IntegerRows], Work]] = {
    "DuckDB": duckdb_peer.in_memory,
    "Polars": polars_peer.in_memory,
    "pandas": pandas_peer.in_memory,
    "NumPy": numpy_peer.in_memory,
}
FROM_FILES: Mapping[str, Callable[[Path, int], Work]] = {
    "DuckDB": duckdb_peer.from_files,
    "Polars": polars_peer.from_files,
    "pandas": pandas_peer.from_files,
    "NumPy": numpy_peer.from_files,
}
