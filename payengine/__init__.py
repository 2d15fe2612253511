"""payengine: exact numbers, kernels, the formula graph, policies and periods. Knows no database and no region."""

__version__ = "0.1.0"
