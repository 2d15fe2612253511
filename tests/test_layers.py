"""batch -> formulas -> payengine, never the other way, and nothing of a region in code."""

import ast
import re
from pathlib import Path

import pytest

from batch.compute.run_id import COMPUTING
from tests.support.paths import ROOT

ALLOWED = {
    "payengine": {"payengine"},
    "formulas": {"formulas", "payengine"},
    "batch": {"batch", "formulas", "payengine"},
}
REGIONS = re.compile(
    r"shengzhou|xining|yangzhou|guangan|shangyi|henan|yunnan|feixi|wuhu|xinyang|huadu|gansu|yixian|sichuan|guangdong",
    re.IGNORECASE,
)
# What `batch.compute.compute` imports and what decides no figure: how bytes are hashed, how files are read, what is
# refused.
NO_FIGURES = {"content_digest.py", "snapshot/schemas.py", "snapshot/snapshot.py", "compute/input_names.py"}
FILES = [file for package in ALLOWED for file in sorted((ROOT / package).rglob("*.py"))]


def imported(tree: ast.AST) -> set[str]:
    """Top-level packages that a module imports."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_imports_go_one_way(file: Path) -> None:
    package = file.relative_to(ROOT).parts[0]
    ours = imported(ast.parse(file.read_text(encoding="utf-8"))) & {*ALLOWED, "tests", "benchmarks"}
    assert ours <= ALLOWED[package]


def modules_of_batch(name: str, found: set[str]) -> set[str]:
    """A module of batch and those that it is made of, but for what only type checkers import."""
    if name not in found:
        found.add(name)
        tree = ast.parse((ROOT / "batch" / name).read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
                node.body = [ast.Pass()]
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("batch."):
                modules_of_batch(f"{node.module.removeprefix('batch.').replace('.', '/')}.py", found)
    return found


def test_a_runs_name_covers_every_module_that_decides_a_figure() -> None:
    assert modules_of_batch("compute/compute.py", set()) == {*COMPUTING, *NO_FIGURES}


def code_without_sources(tree: ast.AST) -> str:
    """Names and texts of the code, but for docstrings and for what names the document of a rule."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            node.keywords = [keyword for keyword in node.keywords if keyword.arg != "source"]
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            node.body = [each for each in node.body if not (_is_docstring(each) or _names_a_source(each))] or [
                ast.Pass()
            ]
    return ast.unparse(tree)


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _names_a_source(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and all(
        isinstance(target, ast.Name) and target.id.startswith(("SOURCE", "CLAUSE")) for target in node.targets
    )


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_no_region_stands_in_code(file: Path) -> None:
    """Where a region chooses an approach, it chooses in its policy file."""
    assert not REGIONS.search(code_without_sources(ast.parse(file.read_text(encoding="utf-8"))))


def test_every_package_is_named_in_the_build() -> None:
    """setuptools builds only the packages that pyproject.toml lists by name."""
    import tomllib

    listed = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["packages"]
    found = {
        file.parent.relative_to(ROOT).as_posix().replace("/", ".")
        for package in ALLOWED
        for file in (ROOT / package).rglob("*.py")
    }
    assert set(listed) == found
