"""Methods that do not keep their object.

An object that keeps the answers of its own method (`functools.cache`), or that hands the method to what it keeps,
stands in a circle. Python frees circles late, and those of a large run hold most of its memory.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar
from weakref import WeakMethod

Parameters = ParamSpec("Parameters")
Answer = TypeVar("Answer")


def weakly(method: Callable[Parameters, Answer]) -> Callable[Parameters, Answer]:
    """Call a bound method as long as its object is there; `ReferenceError` afterwards."""
    held = WeakMethod(method)

    def call(*given: Parameters.args, **named: Parameters.kwargs) -> Answer:
        found = held()
        if found is None:
            raise ReferenceError("the object of this method is gone")
        return found(*given, **named)

    return call
