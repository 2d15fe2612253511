"""Measurements beside DuckDB, Polars, pandas and the floors of the hardware.

Both sides of a figure run in one process, interleaved; figures are medians and their ratios. `python -m benchmarks`
prints the table, `pytest benchmarks` runs them one by one. Measurements import the product as a user would, and nothing
of the product or its tests imports them.
"""
