"""User texts: each exists in English and in Chinese, with the same fields."""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Any

import click
import pytest

import batch
import formulas
from batch.cli.root import root
from payengine import texts
from tests.support.paths import ROOT

PACKAGES = ("payengine", formulas.__name__, batch.__name__)  # each may use the texts of those before it
CATALOGUES = [file for package in PACKAGES for file in sorted((ROOT / package / "texts" / "zh").glob("*.toml"))]
CHINESE = re.compile("[一-鿿]")


def says() -> Iterator[tuple[str, ast.Call]]:
    """Find every call of `say` in the three packages, with the place it stands in."""
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say":
                    yield f"{file.relative_to(ROOT)}:{node.lineno}", node


def templates() -> dict[str, tuple[str, ast.Call]]:
    return {
        call.args[0].value: (place, call)
        for place, call in says()
        if isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str)
    }


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def test_every_template_has_a_chinese_translation() -> None:
    missing = [f"{place}  {text!r}" for text, (place, _) in templates().items() if text not in texts.chinese()]
    assert not missing, "no Chinese for:\n" + "\n".join(missing)


def test_translations_have_the_fields_of_their_templates() -> None:
    catalogue = texts.chinese()
    wrong = [
        f"{place}  {text!r}: {sorted(fields(text))} but {sorted(fields(catalogue[text]))}"
        for text, (place, _) in templates().items()
        if text in catalogue and fields(text) != fields(catalogue[text])
    ]
    assert not wrong, "\n".join(wrong)


def test_calls_fill_every_field_of_their_template() -> None:
    wrong = [
        f"{place}  {text!r} is given {sorted(str(word.arg) for word in call.keywords)}"
        for text, (place, call) in templates().items()
        if fields(text) != {word.arg for word in call.keywords} and None not in {word.arg for word in call.keywords}
    ]
    assert not wrong, "\n".join(wrong)


def test_templates_are_literals() -> None:
    """Templates are literals: one built at run time cannot be looked up.

    Only help texts are passed on as values; `tests/batch/cli/test_shell.py` checks them.
    """
    allowed = {"batch/cli/bilingual_click.py"}
    wrong = [
        place
        for place, call in says()
        if not isinstance(call.args[0], ast.Constant) and place.replace("\\", "/").split(":")[0] not in allowed
    ]
    assert not wrong


@pytest.mark.parametrize("file", CATALOGUES, ids=lambda file: f"{file.parts[-4]}-{file.stem}")
def test_translations_are_chinese(file: Path) -> None:
    catalogue = tomllib.loads(file.read_text(encoding="utf-8"))
    # A template may consist of fields and signs only; then there is nothing to translate.
    plain = [
        text
        for text, chinese in catalogue.items()
        if not CHINESE.search(chinese) and re.search("[A-Za-z]{3}", re.sub(r"\{.*?\}", "", text))
    ]
    assert not plain


def test_one_text_is_not_translated_in_two_ways() -> None:
    seen: dict[str, tuple[str, Path]] = {}
    for file in CATALOGUES:
        for text, chinese in tomllib.loads(file.read_text(encoding="utf-8")).items():
            earlier, where = seen.setdefault(text, (chinese, file))
            assert earlier == chinese, f"{text!r} is translated in two ways: {where} and {file}"


def catalogue_of(package: str) -> dict[str, str]:
    files = sorted((ROOT / package / "texts" / "zh").glob("*.toml"))
    return {
        text: chinese for file in files for text, chinese in tomllib.loads(file.read_text(encoding="utf-8")).items()
    }


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_translates_its_own_texts(package: str) -> None:
    """A package used alone speaks Chinese without the packages that build on it."""
    below = PACKAGES[: PACKAGES.index(package) + 1]
    known = {text for each in below for text in catalogue_of(each)}
    missing = [
        f"{place}  {call.args[0].value!r}"
        for place, call in says()
        if Path(place).parts[0] == package
        and isinstance(call.args[0], ast.Constant)
        and call.args[0].value not in known
    ]
    assert not missing, "\n".join(missing)


def in_a_process(code: str, **environment: str) -> Any:
    """Run code in a Python process of its own and return the JSON that it prints last."""
    known = {name: value for name, value in os.environ.items() if name not in ("PAYENGINE_LANG", "LC_ALL", "LANG")}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT, env={**known, **environment}, capture_output=True, encoding="utf-8", timeout=60, check=True,
    )  # fmt: skip
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize(
    ("imported", "packages"),
    [
        ("payengine.periods", ["payengine"]),
        ("payengine.texts", ["payengine"]),
        ("formulas", ["payengine", "formulas"]),
        ("batch.values.parse", ["payengine", "batch"]),
        ("batch.compute.compute", ["payengine", "formulas", "batch"]),
    ],
)
def test_packages_hand_in_their_catalogue_however_they_are_imported(imported: str, packages: list[str]) -> None:
    code = f"import json, {imported}; from payengine import texts; print(json.dumps(texts.chinese()))"
    expected: dict[str, str] = {}
    for package in packages:
        expected.update(catalogue_of(package))
    if imported == "batch.compute.compute":  # the rules are imported when a policy is computed
        code = code.replace("print", "batch.compute.compute.shipped_rules(); print")
    assert in_a_process(code) == expected


def test_a_catalogue_handed_in_later_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "county_rules"
    (package / "texts" / "zh").mkdir(parents=True)
    (package / "__init__.py").write_text("from payengine import texts\n\ntexts.add_catalogue(__name__)\n")
    (package / "texts" / "zh" / "own.toml").write_text('"a county\'s text {n}" = "本县文字 {n}"', encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(texts, "_packages", dict(texts._packages))
    texts.use("zh")
    assert texts.say("nothing") == "无"
    try:
        importlib.import_module("county_rules")
        assert texts.say("a county's text {n}", n=1) == "本县文字 1"
    finally:
        texts.use(None)
        sys.modules.pop("county_rules", None)
        texts.chinese.cache_clear()


@pytest.mark.parametrize(("language", "read"), [("en", 0), ("zh", 1)])
def test_an_english_start_reads_no_catalogue(language: str, read: int) -> None:
    code = (
        "import batch.cli, sys\n"
        "from payengine import texts\n"
        "sys.argv = ['payengine', '--help']\n"
        "try:\n    batch.cli.main()\n"
        "except SystemExit:\n    pass\n"
        "print(texts.chinese.cache_info().misses)"
    )
    assert in_a_process(code, PAYENGINE_LANG=language, PYTHONUTF8="1") == read


def test_the_language_is_chosen_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value, expected in (("PAYENGINE_LANG", "zh", "zh"), ("LC_ALL", "zh_CN.UTF-8", "zh"), ("LANG", "C", "en")):
        for variable in ("PAYENGINE_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
            monkeypatch.delenv(variable, raising=False)
        monkeypatch.setenv(name, value)
        texts._from_environment.cache_clear()
        texts.use(None)
        assert texts.language() == expected
    texts._from_environment.cache_clear()


def test_what_was_typed_stays_on_one_line() -> None:
    """Line breaks in a cell of a workbook are no lines of a message."""
    typed = "甲\n乙\u200b\u2028\x1b[2J"
    said = {}
    for language in texts.LANGUAGES:
        with texts.speaking(language):
            said[language] = str(texts.in_quotes(typed))
    assert said == {"en": repr(typed), "zh": "“甲<U+000A>乙<U+200B><U+2028><U+001B>[2J”"}
    assert all(len(text.splitlines()) == 1 for text in said.values())


def test_every_translation_is_of_a_text_that_is_said() -> None:
    """A translation of what nothing says any more would be kept in step for nobody."""
    said = set(_helps(root))
    for package in PACKAGES:
        for file in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    said |= {node.value, *_paragraphs(node.value)}
    assert not sorted(text for package in PACKAGES for text in catalogue_of(package) if text not in said)


def _helps(command: click.Command) -> Iterator[str]:
    """Find the helps of a command's options and of all commands below it."""
    for parameter in command.params:
        yield getattr(parameter, "help", None) or ""
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from _helps(below)


def _paragraphs(text: str) -> Iterator[str]:
    """Cut a docstring as help and sentences do: its first line, and each paragraph as one line."""
    clean = inspect.cleandoc(text)
    yield clean.partition("\n")[0]
    for paragraph in clean.split("\n\n"):
        yield " ".join(paragraph.split())
