"""A kernel run compiled and without compiling: both must write and return the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from payengine.kernels.compile import Kernel, by_python

# Arguments whose content means nothing in the end, by the kernel and their place.
SCRATCH = {("sort_spread", 2), ("mark_equal", 1), ("apportion", 3)}


def _copied(argument: Any) -> Any:
    if isinstance(argument, tuple):
        return type(argument)(*(_copied(column) for column in argument))
    if not isinstance(argument, np.ndarray):
        return argument
    again = argument.copy()
    again.flags.writeable = argument.flags.writeable
    return again


def _arrays(argument: Any) -> list[Any]:
    columns = argument if isinstance(argument, tuple) else (argument,)
    return [column.tolist() for column in columns if isinstance(column, np.ndarray)]


def as_compiled(kernel: Kernel, *arguments: Any) -> Any:
    """Run the compiled kernel, whatever could do without it."""
    key = tuple(arguments[place].dtype.name for place in kernel._telling)
    return (kernel._variants.get(key) or kernel._build(key))(*arguments)


def in_both_ways(kernel: Kernel, *arguments: Any) -> Any:
    """Run the compiled kernel, and what does without it; what both write and return must agree."""
    other = [_copied(argument) for argument in arguments]
    otherwise = kernel.otherwise
    assert otherwise is not None
    found = by_python(kernel, tuple(other)) if otherwise is by_python else otherwise(*other)
    result = as_compiled(kernel, *arguments)
    if found is not NotImplemented:
        assert found == result, kernel.function.__name__
        # where a kernel stops early, what it has written so far means nothing
        if result != -1:
            for place, (one, two) in enumerate(zip(arguments, other, strict=True)):
                name = kernel.function.__name__
                assert (name, place) in SCRATCH or _arrays(one) == _arrays(two), name
    return result


@pytest.fixture(autouse=True)
def kernels_in_both_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run each kernel in both ways, where there are two."""

    def call(kernel: Kernel, *arguments: Any) -> Any:
        return (as_compiled if kernel.otherwise is None else in_both_ways)(kernel, *arguments)

    monkeypatch.setattr(Kernel, "__call__", call)
