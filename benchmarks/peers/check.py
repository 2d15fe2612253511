"""Comparison of a peer's cells with ours."""

from __future__ import annotations

import numpy as np

from benchmarks.peers.rows import Cells


def same(cells: Cells, services: np.ndarray, points_micro: np.ndarray) -> bool:
    """Check that a peer's cells, rounded half up to 6 decimals, are ours (owner x category)."""
    at, units = cells["cell"].to_numpy(), cells["units"].to_numpy()
    stated = np.sign(units) * ((np.abs(units) + 50_000_000) // 100_000_000)
    inside = (at >= 0) & (at < services.size)
    if np.unique(at).size < at.size or (cells["services"].to_numpy()[~inside] != 0).any() or stated[~inside].any():
        return False
    theirs_services, theirs_points = np.zeros(services.size, np.int64), np.zeros(points_micro.size, np.int64)
    theirs_services[at[inside]], theirs_points[at[inside]] = cells["services"].to_numpy()[inside], stated[inside]
    return bool((theirs_services == services.ravel()).all() and (theirs_points == points_micro.ravel()).all())
