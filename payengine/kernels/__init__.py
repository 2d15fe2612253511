"""Compiled arithmetic: arrays in, arrays out; no tables, no files, no rules. Each module is one idea.

Importing a kernel module is cheap: Numba is imported, and a kernel compiled or loaded, when it is first called.
"""

from payengine.kernels.compile import WarmUp, compiled, inlined, warm_up

__all__ = ["WarmUp", "compiled", "inlined", "warm_up"]
