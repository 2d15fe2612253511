"""The engine: exact numbers, kernels, the formula graph, policies and periods.

Here lives what any payroll needs and no region decides: `errors`, `texts`, `suggest` and `periods` for everybody,
`kernels` below `exact`, and `exact` below `graph` and `policy`, which do not import each other. From outside this
package only the standard library, NumPy and Numba may be imported: no table format, no database, no source of input,
neither `formulas` nor `batch`. A package that builds on the engine hands in its Chinese texts (`texts.add_catalogue`).
"""

from payengine.texts import add_catalogue

__version__ = "0.1.0"

add_catalogue(__name__)
