"""Each test here runs kernels compiled and without compiling, and compares."""

from tests.support.both_ways import kernels_in_both_ways

__all__ = ["kernels_in_both_ways"]
