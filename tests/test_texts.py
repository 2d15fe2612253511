"""Every text a user can see exists in English and in Chinese, with the same fields."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from payengine import texts

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("payengine", "formulas", "batch")
CATALOGUES = [file for package in PACKAGES for file in sorted((ROOT / package / "texts" / "zh").glob("*.toml"))]
CHINESE = re.compile("[一-鿿]")


def says() -> Iterator[tuple[str, ast.Call]]:
    """Every call of `say` in the three packages with the place it stands in."""
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
    """A template made at run time cannot be looked up; only help texts, checked in test_cli.py, are given so."""
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


def test_the_language_is_chosen_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value, expected in (("PAYENGINE_LANG", "zh", "zh"), ("LC_ALL", "zh_CN.UTF-8", "zh"), ("LANG", "C", "en")):
        for variable in ("PAYENGINE_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
            monkeypatch.delenv(variable, raising=False)
        monkeypatch.setenv(name, value)
        texts._from_environment.cache_clear()
        texts.use(None)
        assert texts.language() == expected
    texts._from_environment.cache_clear()
