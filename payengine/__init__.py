"""payengine: exact numbers, kernels, the formula graph, policies and periods. Knows no database and no region."""

from payengine.texts import add_catalogue

__version__ = "0.1.0"

add_catalogue(__name__)
