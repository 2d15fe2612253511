"""Compilation of kernels: the one place that sets its options.

    @compiled("int64(readonly_{code}, readonly_int64, int64[::1])", code=("uint16", "int32"))
    def kernel(codes, table, out): ...

Types are Numba's, and `readonly_int64` and the like for arrays that are only read: Arrow's are read-only, and a plain
`int64[::1]` would refuse them. A name in braces stands for each of its choices, so that one text declares many
variants; the one that fits the arguments is compiled, or loaded from the cache, when it is first called. `inlined`
marks the small functions that kernels are made of.

Compiling a kernel takes as long as NumPy takes for some hundred thousand rows, and importing Numba to load one from the
cache a third of a second. `otherwise` names a function of the same arguments and the same result, without a kernel, or
that declines them by `NotImplemented`. It does the first rows of a process, whatever is in the cache, as long as Numba
is not imported (`ROWS_WITHOUT_NUMBA` of all kernels together), and more of them where the cache holds no compiled
variant (`ROWS_BEFORE` of each kernel). Rows are counted by the first argument, or by the one that `rows` names.

    @compiled("void(readonly_uint64, uint64[::1])", otherwise=mix_in_numpy)

`otherwise=by_python` lets Python itself run the kernel's function for a thousand rows and more, where it computes with
small numbers only. `by_rows` marks functions that are as slow, because Python does them row by row.

A kernel of many columns takes them in named tuples of its module, whose arrays are of exactly the types declared:

    @compiled("void(Intervals(readonly_int64, readonly_int32, readonly_int32), uint8[::1])")

Numba releases the interpreter in a kernel (`nogil`), divides as Python does, and never reorders arithmetic (`fastmath`
is off). Bounds are not checked at run time: a kernel checks every code against its table itself.
"""

from __future__ import annotations

import functools
import hashlib
import importlib
import importlib.util
import itertools
import re
import shutil
import string
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, TypeVar, cast

import numpy as np

from payengine.kernels import cache

OPTIONS: dict[str, Any] = {
    "nopython": True,
    "nogil": True,
    "boundscheck": False,
    "fastmath": False,
    "error_model": "python",
}
ONLY_INSIDE: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}  # a sixth of the time
MOST_BY_PYTHON = 65_536  # rows at once: those of a batch
ROWS_BEFORE = 2_000_000  # that NumPy does in a process before a kernel is compiled: some tenths of a second
ROWS_BY_PYTHON = 300_000  # that Python does: a second, as long as compiling takes
ROWS_WITHOUT_NUMBA = 60_000  # that Python does before Numba is imported: 0.2 s, of the 0.35 s that this takes
ROWS_BY_NUMPY = 10  # that NumPy does while Python does one
TUPLE = "tuple"
WIDTHS = ("bool_", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64")

IMPORT = re.compile(r"^from payengine\.kernels(\.compile import| import .*\bcompiled\b)", re.MULTILINE)

Way = TypeVar("Way", bound=Callable[..., Any])

_registry: list[Kernel] = []
_slow: set[Callable[..., Any]] = set()  # ways to do without a kernel that Python does row by row
_building = threading.RLock()
_cache_is_broken = False
_rows_left = ROWS_WITHOUT_NUMBA


class Inlined:
    """A function for use inside kernels, compiled with each of them.

    It is also callable by itself, for tests.
    """

    def __init__(self, function: Callable[..., Any], made: Callable[[], Callable[..., Any]] | None = None) -> None:
        functools.update_wrapper(self, function)
        self.function = cast(FunctionType, function)
        self._made = made

    @functools.cached_property
    def dispatcher(self) -> Any:
        import numba

        return numba.jit(**{**OPTIONS, **ONLY_INSIDE})(self._made() if self._made else self.function)

    @functools.cached_property
    def _alone(self) -> Any:
        import numba

        return numba.jit(**OPTIONS)(self._made() if self._made else self.function)

    @property
    def _numba_type_(self) -> Any:  # lets Numba see the dispatcher where a kernel names this object
        return self.dispatcher._numba_type_

    def __call__(self, *arguments: Any) -> Any:
        return self._alone(*arguments)


class Kernel:
    """A compiled function of one or several declared signatures."""

    def __init__(
        self, function: Callable[..., Any], signatures: tuple[str, ...], otherwise: Callable[..., Any] | None = None,
        rows: str = "",
    ) -> None:  # fmt: skip
        functools.update_wrapper(self, function)
        self.function = cast(FunctionType, function)
        self.signatures = signatures
        self.otherwise = otherwise
        self._counted = self.function.__code__.co_varnames.index(rows) if rows else 0
        self._is_slow = otherwise in _slow
        self._rows = 0  # done otherwise
        self._variants: dict[tuple[str, ...], Any] = {}
        self._by_letters: dict[tuple[str, ...], Any] = {}
        kinds = [_argument_kinds(signature) for signature in signatures]
        self._telling = [n for n in range(len(kinds[0])) if len({each[n] for each in kinds}) > 1]
        self._by_key = {
            tuple(each[n] for n in self._telling): text for each, text in zip(kinds, signatures, strict=True)
        }
        self._kinds = kinds[0]
        if len(self._by_key) < len(set(signatures)):
            raise ValueError(f"variants of {function.__name__} differ only inside a named tuple")
        _registry.append(self)

    def __call__(self, *arguments: Any) -> Any:
        letters = tuple([arguments[n].dtype.char for n in self._telling])  # a name would cost 3 microseconds each
        variant = self._by_letters.get(letters)
        if variant is None:
            key = tuple([arguments[n].dtype.name for n in self._telling])
            if (
                key not in self._variants and self.otherwise is not None
                and self._is_declared(key, arguments) and self._may_wait(key, arguments)
            ):  # fmt: skip
                done = by_python(self, arguments) if self.otherwise is by_python else self.otherwise(*arguments)
                if done is not NotImplemented:
                    return done
            variant = self._by_letters[letters] = self._build(key)
        return variant(*arguments)

    def _is_declared(self, key: tuple[str, ...], arguments: tuple[Any, ...]) -> bool:
        """Tell if these are columns of a declared variant.

        Compiled code refuses others, and so must what does without.
        """
        given = [argument.dtype.name if isinstance(argument, np.ndarray) else "" for argument in arguments]
        shared = (n for n in range(len(given)) if given[n] and n not in self._telling)
        return key in self._by_key and all(given[n] == self._kinds[n] for n in shared)

    def _may_wait(self, key: tuple[str, ...], arguments: tuple[Any, ...]) -> bool:
        """Tell if these rows are not yet worth importing Numba for, or compiling."""
        global _rows_left
        rows = _length(arguments[self._counted])
        self._rows += rows
        if "numba" not in sys.modules and (cost := rows if self._is_slow else rows // ROWS_BY_NUMPY) <= _rows_left:
            _rows_left -= cost
            return True
        most = ROWS_BY_PYTHON if self._is_slow else ROWS_BEFORE
        return self._rows <= most and not _is_kept(self.function, self._by_key[key])

    def _build(self, key: tuple[str, ...]) -> Any:
        signature = self._by_key.get(key)
        if signature is None:
            raise TypeError(f"{self.function.__name__} has no variant for columns of {', '.join(key)}")
        with _building:
            if key not in self._variants:
                self._variants[key] = _build(self.function, signature)
            return self._variants[key]

    def build_all(self) -> Iterator[Any]:
        """Compile or load every variant."""
        for key in self._by_key:
            yield self._build(key)


def compiled(
    signature: str, *, otherwise: Callable[..., Any] | None = None, rows: str = "", **choices: Iterable[str]
) -> Callable[[Callable[..., Any]], Kernel]:
    """Declare a kernel; `{name}` in the signature stands for each of `choices[name]`.

    `rows` names the argument whose length is the number of rows; the first, unless given.
    """
    names = list(dict.fromkeys(field for _, field, _, _ in string.Formatter().parse(signature) if field))
    every = itertools.product(*(tuple(choices[name]) for name in names))
    signatures = tuple(signature.format(**dict(zip(names, chosen, strict=True))) for chosen in every)
    return lambda function: Kernel(function, signatures, otherwise, rows)


def inlined(function: Callable[..., Any]) -> Inlined:
    """Declare a function that kernels call; it is compiled into each of them."""
    return Inlined(function)


def by_rows(function: Way) -> Way:
    """Mark what does a kernel's work row by row in Python."""
    _slow.add(function)
    return function


@by_rows
def by_python(kernel: Kernel, arguments: tuple[Any, ...]) -> Any:
    """Do what a kernel does, by Python on lists, and write what it wrote into the arrays."""
    if _length(arguments[0]) > MOST_BY_PYTHON:
        return NotImplemented
    lists = [_as_lists(argument) for argument in arguments]
    result = interpreted(kernel)(*lists)
    for argument, found in zip(arguments, lists, strict=True):
        _write_back(argument, found)
    return result


def _length(argument: Any) -> int:
    return len(argument[0] if isinstance(argument, tuple) else argument)


def _as_lists(argument: Any) -> Any:
    if isinstance(argument, tuple):
        return type(argument)(*(_as_lists(column) for column in argument))
    return argument.tolist() if isinstance(argument, np.ndarray) else argument


def _write_back(argument: Any, found: Any) -> None:
    if isinstance(argument, tuple):
        for column, values in zip(argument, found, strict=True):
            _write_back(column, values)
    elif isinstance(argument, np.ndarray) and argument.flags.writeable:
        argument[:] = found


def interpreted(function: Inlined | Kernel) -> Callable[..., Any]:
    """Give a kernel's function for Python itself to run.

    Those that it is made of are run by Python too. Only for one that reads bytes and computes with small numbers:
    Python's integers do not wrap as a kernel's do.
    """
    return _interpreted(function.function)


@functools.cache
def _interpreted(function: FunctionType) -> FunctionType:
    names = function.__globals__
    used = {name: value for name in function.__code__.co_names if isinstance(value := names.get(name), Inlined)}
    own = {**names, **{name: _interpreted(value.function) for name, value in used.items()}}
    return FunctionType(function.__code__, own, function.__name__)


def _argument_kinds(signature: str) -> list[str]:
    """List each argument's element type, "int64" for `int64[::1]`, or "tuple" for a tuple."""
    flat = re.sub(r"\b[A-Z]\w*\([^()]*\)(?!\()", TUPLE, signature)  # but for a tuple that is returned
    inside = flat[flat.rindex("(") + 1 : flat.rindex(")")]
    kinds = [kind.strip() for kind in re.sub(r"\[[^\]]*\]", "", inside).replace("readonly_", "").split(",")]
    return [kind if kind == TUPLE else np.dtype(kind).name for kind in kinds]


def _named_tuples(function: FunctionType, signature: str) -> dict[str, type[Any]]:
    """Find the named tuples that a signature uses, by their names in the kernel's module."""
    found = {name: function.__globals__.get(name) for name in re.findall(r"\b([A-Z]\w*)\(", signature)}
    return {name: kind for name, kind in found.items() if hasattr(kind, "_fields")}  # type: ignore[misc]


@functools.cache
def _types() -> dict[str, Any]:
    """Map the names that a signature may use to Numba's types."""
    from numba import types

    names = {name: getattr(types, name) for name in (*WIDTHS, "void", "UniTuple", "Tuple")}
    for name in WIDTHS:
        names[f"readonly_{name}"] = types.Array(getattr(types, name), 1, "C", readonly=True)
    return names


def _tuple_type(kind: type[Any]) -> Callable[..., Any]:
    """Give the function that makes Numba's type of a named tuple from the types of its fields."""
    from numba import types

    def of(*fields: Any) -> Any:
        return types.BaseTuple.from_types(fields, kind)  # type: ignore[no-untyped-call]

    return of


def _build(function: FunctionType, signature: str) -> Any:
    """Build one variant, from the cache if it can be.

    Whatever is wrong with the cache only costs the time to compile.
    """
    global _cache_is_broken
    import numba

    tuples = {name: _tuple_type(kind) for name, kind in _named_tuples(function, signature).items()}
    types = eval(signature, {"__builtins__": {}}, _types() | tuples)  # the text is ours: a decorator's argument
    place = _place(function, signature)
    if place is None:
        return numba.jit(types, **OPTIONS)(function)
    for _ in range(2):
        try:
            with cache.numba_cache_at(place):
                return numba.jit(types, cache=True, **OPTIONS)(function)
        except Exception:  # a damaged file, a full disk, no locator; a fault of the kernel itself shows again below
            shutil.rmtree(place, ignore_errors=True)
    variant = numba.jit(types, **OPTIONS)(function)
    _cache_is_broken = True
    return variant


def _place(function: FunctionType, signature: str) -> Path | None:
    """Find where a variant is kept in the cache, if there is one."""
    folder = None if _cache_is_broken else cache.cache_folder()
    return None if folder is None else folder / f"{function.__name__}-{_digest(function, signature)[:20]}"


@functools.cache
def _is_kept(function: FunctionType, signature: str) -> bool:
    """Tell if a compiled variant is in the cache.

    Asked once: looking takes longer than a few rows do.
    """
    place = _place(function, signature)
    return place is not None and any(place.rglob("*.nbc"))


def _digest(function: FunctionType, signature: str) -> str:
    """Digest everything that the compiled code of this variant depends on."""
    files: set[Path] = set()
    constants = {f"{name}{kind._fields}" for name, kind in _named_tuples(function, signature).items()}
    seen: set[str] = set()
    waiting = [function]
    while waiting:
        each = waiting.pop()
        files.add(Path(each.__code__.co_filename))
        for name in each.__code__.co_names:
            value = each.__globals__.get(name)
            known = f"{each.__module__}.{name}"
            if known in seen:
                continue
            seen.add(known)
            if isinstance(value, (Inlined, Kernel)):
                waiting.append(value.function)
            elif isinstance(value, np.ndarray):
                constants.add(f"{known}={value.dtype.str}{value.shape}{value.tobytes().hex()}")
            elif isinstance(value, (int, np.generic, tuple)):
                constants.add(f"{known}={value!r}")
            elif value is not None:  # a module or a class whose constants the kernel may read
                module = value if isinstance(value, ModuleType) else sys.modules.get(getattr(value, "__module__", ""))
                source = getattr(module, "__file__", None)
                if source:
                    files.add(Path(source))
    parts = [cache.environment_digest(), function.__qualname__, signature, repr(sorted(OPTIONS.items()))]
    parts += sorted(cache.file_digest(file) for file in files) + sorted(constants)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


@dataclass(frozen=True)
class WarmUp:
    """Result of `warm_up`; `folder` is None where nothing can be kept."""

    kernels: int
    variants: int
    loaded: int
    seconds: float
    folder: Path | None


def warm_up(*packages: str) -> WarmUp:
    """Compile, or load, every variant of every kernel in these packages or modules.

    `payengine` unless given.
    """
    start = time.perf_counter()
    for package in packages or ("payengine",):
        for name in _modules_with_kernels(package):
            importlib.import_module(name)
    variants = [variant for kernel in _registry for variant in kernel.build_all()]
    loaded = sum(bool(variant.stats.cache_hits) for variant in variants)
    folder = None if _cache_is_broken else cache.cache_folder()
    return WarmUp(len(_registry), len(variants), loaded, time.perf_counter() - start, folder)


def _modules_with_kernels(package: str) -> Iterator[str]:
    """Find the modules that import `compiled`, by their text, without importing others."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.submodule_search_locations is None:
        yield package
        return
    for root in map(Path, spec.submodule_search_locations):
        for file in sorted(root.rglob("*.py")):
            if IMPORT.search(file.read_text(encoding="utf-8")):
                yield ".".join((package, *file.relative_to(root).with_suffix("").parts)).removesuffix(".__init__")
