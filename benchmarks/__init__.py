"""Measurements beside databases, data frames, OpenFisca-core and floors.

Both sides of a figure run in one process, interleaved; figures are medians with their minima, and their ratios.
`python -m benchmarks` prints the table (`--results` writes RESULTS.md), `python -m benchmarks growth` measures how time
and memory grow, `python -m benchmarks.against_base` compares this tree with an earlier commit, `pytest benchmarks` runs
measurements one by one. They import the product as a user would, and nothing of the product imports them;
`tests/benchmarks` proves what they judge by, and asserts no time.
"""
