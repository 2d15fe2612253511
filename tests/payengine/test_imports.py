"""The engine's modules import each other in one direction, but for the three value types that name each other."""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter

from tests.support.paths import ROOT

VALUES = "payengine.graph.values"
TRUE_CIRCLE = {f"{VALUES}.column", f"{VALUES}.flags", f"{VALUES}.aggregate"}
MODULES = {
    ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): file
    for file in sorted((ROOT / "payengine").rglob("*.py"))
}


def imports() -> dict[str, set[str]]:
    """The modules of the engine that each of its modules imports: at the top, in a function or for type checkers."""
    found: dict[str, set[str]] = {}
    for name, file in MODULES.items():
        found[name] = set()
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found[name] |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                inner = [f"{node.module}.{alias.name}" for alias in node.names]
                found[name] |= {module if module in MODULES else node.module for module in inner}
        found[name] &= MODULES.keys()
    return found


def test_the_one_circle_of_imports_is_the_one_explained_in_graph_values() -> None:
    found = imports()
    assert {name for name in TRUE_CIRCLE if found[name] & TRUE_CIRCLE} == TRUE_CIRCLE
    for name in TRUE_CIRCLE:
        found[name] -= TRUE_CIRCLE
    try:
        TopologicalSorter(found).prepare()
    except CycleError as error:
        raise AssertionError("a circle: " + " <- ".join(error.args[1])) from None


def test_folders_with_modules_are_packages() -> None:
    """What walks the packages would pass over a folder without `__init__.py` in silence."""
    files = [file for package in ("payengine", "formulas", "batch") for file in (ROOT / package).rglob("*.py")]
    assert not {file.parent for file in files if not (file.parent / "__init__.py").is_file()}


def test_a_package_exports_no_function_named_like_one_of_its_modules() -> None:
    """The function would hide the module: `from package import name` gives the one or the other by chance."""
    hidden = []
    for name, file in MODULES.items():
        if file.name == "__init__.py":
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ImportFrom):
                    exported = [f"{name}.{alias.asname or alias.name}" for alias in node.names]
                    hidden += [module for module in exported if module in MODULES and node.module != name]
    assert not hidden
