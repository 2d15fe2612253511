"""Compiled arithmetic: arrays in, arrays out; each module is one idea.

Here live the kernels and what compiles and keeps them (`compile`, `cache`). Callers import a module and call its
kernels; `payengine.exact` does so for formulas, `batch` for records. A kernel may import other kernels, NumPy and
`compile`: no table, no file, no rule, no text for users. Importing a kernel module is cheap: Numba is imported, and a
kernel compiled or loaded, when it is first called.
"""

from payengine.kernels.compile import WarmUp, compiled, inlined, warm_up

__all__ = ["WarmUp", "compiled", "inlined", "warm_up"]
