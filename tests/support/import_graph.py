"""Imports between the modules of the three packages, read from their text: nothing is run."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Set
from functools import cache

from tests.support.paths import ROOT

PACKAGES = ("payengine", "formulas", "batch")
Graph = Mapping[str, Set[str]]


@cache
def modules() -> Mapping[str, bool]:
    """Every module by its dotted name, and whether it is a package."""
    found = {}
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            parts = file.relative_to(ROOT).with_suffix("").parts
            is_package = parts[-1] == "__init__"
            found[".".join(parts[:-1] if is_package else parts)] = is_package
    return found


@cache
def imports(for_types: bool = True) -> Graph:
    """The modules that each module names in an import, at its head or in a function.

    `from a.b import c` names `a.b.c` where that is a module, else `a.b`. Without `for_types` what stands under
    `if TYPE_CHECKING` is left out.
    """
    return {name: frozenset(_imported(name, for_types)) for name in modules()}


def source(name: str) -> str:
    """The text of a module."""
    place = ROOT / name.replace(".", "/")
    return (place / "__init__.py" if modules()[name] else place.with_suffix(".py")).read_text(encoding="utf-8")


def reached(starts: set[str]) -> set[str]:
    """The modules that these are made of when a program runs, themselves included.

    Importing `a.b.c` runs `a` and `a.b` first, so the packages above a module are reached with it.
    """
    graph = imports(for_types=False)
    found: set[str] = set()
    waiting = list(starts)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += graph[name]
            waiting += [".".join(name.split(".")[:end]) for end in range(1, name.count(".") + 1)]
    return found


def circles(graph: Graph) -> list[set[str]]:
    """Find the circles: sets of two or more modules that all lead to each other.

    They are Tarjan's strongly connected components.
    """
    number: dict[str, int] = {}
    lowest: dict[str, int] = {}
    path: list[str] = []
    found: list[set[str]] = []

    def visit(name: str) -> None:
        number[name] = lowest[name] = len(number)
        path.append(name)
        for other in graph[name]:
            if other not in number:
                visit(other)
            if other in path:
                lowest[name] = min(lowest[name], lowest[other])
        if lowest[name] == number[name]:
            circle = set(path[path.index(name) :])
            del path[path.index(name) :]
            if len(circle) > 1:
                found.append(circle)

    for name in graph:
        if name not in number:
            visit(name)
    return found


def _imported(name: str, for_types: bool) -> Iterator[str]:
    for node in _nodes(ast.parse(source(name)), for_types):
        if isinstance(node, ast.Import):
            yield from (module for alias in node.names if (module := _module(alias.name)))
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{name}: a relative import, which nobody can search for"
            for alias in node.names:
                module = _module(f"{node.module}.{alias.name}") or _module(str(node.module))
                if module:
                    yield module


def _nodes(tree: ast.AST, for_types: bool) -> Iterator[ast.AST]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING" and not for_types:
            for other in node.orelse:
                yield other
                yield from _nodes(other, for_types)
        else:
            yield node
            yield from _nodes(node, for_types)


def _module(dotted: str) -> str:
    """`dotted` if it is one of our modules, else ''."""
    return dotted if dotted in modules() else ""
