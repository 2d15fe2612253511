"""Measurements: two sides in one process, interleaved, medians, as ratios. `python -m benchmarks` prints the table."""
