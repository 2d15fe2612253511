"""Docstrings open with a verb or a noun, in one short line clear without the file."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.paths import ROOT

FOLDERS = ("payengine", "formulas", "batch", "benchmarks", "tests")
OPENERS = re.compile(r"(What|Who|Whose|Whether|Of|Where|How|Which|Why)\b")
LONGEST = 89  # characters of a first line
FILES = [file for folder in FOLDERS for file in sorted((ROOT / folder).rglob("*.py"))]


def is_help(node: ast.AST) -> bool:
    """Tell whether a docstring is the help of a command, which users read."""
    decorators = [ast.unparse(each) for each in getattr(node, "decorator_list", [])]
    return any(each.startswith(("command(", "click.")) for each in decorators)


def first_lines(file: Path) -> Iterator[tuple[str, str]]:
    """Yield the first line of every docstring of a file, with the place it stands in."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and not is_help(node):
            text = ast.get_docstring(node)
            if text is not None:
                yield f"{file.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}", text.partition("\n")[0]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_first_lines_are_short_and_open_with_a_verb_or_a_noun(file: Path) -> None:
    assert ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))), "a module says what is in it"
    wrong = [
        f"{place}  {line}"
        for place, line in first_lines(file)
        if OPENERS.match(line) or len(line) > LONGEST or not line.endswith((".", "..."))
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    "file",
    [file for file in FILES if file.name == "__init__.py" and "tests" not in file.relative_to(ROOT).parts],
    ids=lambda file: file.parent.relative_to(ROOT).as_posix(),
)
def test_a_package_says_what_lives_in_it_and_what_it_may_import(file: Path) -> None:
    text = " ".join((ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or "").split())
    assert re.search(r"\bimport(s|ed)?\b", text)
