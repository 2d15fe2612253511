"""Tests of the benchmarks: peers and judgements, and no times."""
