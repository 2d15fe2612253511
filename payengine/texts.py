"""User texts in two languages.

The English text is the key; `texts/zh/*.toml` in each package gives the Chinese one. A package hands in its catalogue
where it is imported (`add_catalogue(__name__)` in its `__init__`), so that this one names none of those that build on
it; the files are read when the first Chinese text is asked for. A test proves that every text given to `say` has a
translation with the same fields.
"""

from __future__ import annotations

import locale
import os
import string
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

from payengine.characters import escaped

LANGUAGES = ("en", "zh")
LIST = ", "  # the template of a text that lists others: what stands between two of them
EITHER = "{en}"  # the template of a text that brings both languages along: what a policy or a table is called
_chosen: str | None = None
_spoken: ContextVar[str | None] = ContextVar("language", default=None)  # of one request of a server
_packages: dict[str, None] = {}  # those that handed in a catalogue, in that order
_words: list[Callable[[], Mapping[str, str]]] = []  # readers of Chinese words of codes


def use(language: str | None) -> None:
    """Choose the language of all texts from here on; None goes back to the environment's."""
    global _chosen
    if language is not None:
        _require_known(language)
    _chosen = language


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak a language inside the context, whatever others in this process speak meanwhile."""
    _require_known(language)
    before = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(before)


def _require_known(language: str) -> None:
    if language not in LANGUAGES:
        raise ValueError(f"language {language!r}: one of {', '.join(LANGUAGES)}")


def language() -> str:
    """Return the language in use.

    It is the one spoken here, the one chosen, PAYENGINE_LANG's, the locale's, or English.
    """
    return _spoken.get() or _chosen or _from_environment()


def unknown_language() -> str | None:
    """Return what PAYENGINE_LANG says if it names no language of payengine; None otherwise."""
    named = os.environ.get("PAYENGINE_LANG", "")
    return None if not named or named.lower().startswith(("en", "zh", "chinese")) else named


@cache
def _from_environment() -> str:
    candidates = [os.environ.get(name, "") for name in ("PAYENGINE_LANG", "LC_ALL", "LC_MESSAGES", "LANG")]
    named = next((value for value in candidates if value), None)
    if named is None:
        named = locale.getlocale()[0] or ""
    return "zh" if named.lower().startswith(("zh", "chinese")) else "en"


def add_catalogue(package: str) -> None:
    """Register a package's catalogue, its files `texts/zh/*.toml`; nothing is read yet."""
    if package not in _packages:
        _packages[package] = None
        chinese.cache_clear()


@cache
def chinese() -> dict[str, str]:
    """Read the Chinese catalogue of all packages that handed one in."""
    import tomllib
    from importlib import resources

    texts: dict[str, str] = {}
    for package in _packages:
        folder = resources.files(package).joinpath("texts", "zh")
        for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
            if file.name.endswith(".toml"):
                texts.update(tomllib.loads(file.read_text(encoding="utf-8")))
    return texts


def add_words(read: Callable[[], Mapping[str, str]]) -> None:
    """Register Chinese words of tables and columns; they are read when one is asked for."""
    if read not in _words:
        _words.append(read)
        words.cache_clear()


@cache
def words() -> dict[str, str]:
    """Read the Chinese words of codes that were registered."""
    return {code: word for read in _words for code, word in read().items()}


class Said(str):
    """Text of `say` with its template and fields, by which it can be said in another language."""

    __slots__ = ("fields", "template")
    fields: dict[str, object]
    template: str

    @classmethod
    def of(cls, template: str, fields: dict[str, object], language: str) -> Said:
        """Fill in a template in a language."""
        found = chinese().get(template, template) if language == "zh" else template
        if template == LIST:
            said = cls(found.join(map(str, fields.values())))
        else:
            said = cls(found.format(**fields) if fields else found)
        said.fields, said.template = fields, template
        return said


def say(text: str, /, **fields: object) -> str:
    """Write `text` in the language in use, its `{fields}` filled in."""
    return Said.of(text, fields, language())


def translated(text: str) -> str:
    """Give a text that no `say` has in the language in use; as it is without its Chinese."""
    return chinese().get(text, text) if language() == "zh" else text


def joined(texts: Iterable[str]) -> str:
    """Write texts one after another as a list in the language in use."""
    return Said.of(LIST, {str(number): text for number, text in enumerate(texts)}, language())


def either(en: str, zh: str) -> str:
    """Write a name that differs by language; a stored text says it again in either."""
    return Said.of(EITHER, {"en": en, "zh": zh}, language())


def word(code: str) -> str:
    """Write a table (`staff`) or a column of one (`staff.name`, in English `name`) by its word."""
    return either(code.rpartition(".")[2], words().get(code, code.rpartition(".")[2]))


def in_quotes(value: object) -> str:
    """Write what somebody typed, on one line, in the quotation marks of the language in use."""
    return either(repr(value), f"“{escaped(str(value))}”")


def word_and_code(code: str) -> str:
    """Write a table by its word with the name that a file or a database has for it."""
    return either(code, f"{words()[code]}（{code}）" if code in words() else code)


def labelled(label: str, code: str) -> str:
    """Write a name by its label and its code; the code alone where it has no label."""
    return code if label in ("", code) else say("{label} ({code})", label=label, code=code)


def by_label(label: str, code: str) -> str:
    """Write a name that no file need have: in Chinese the label alone."""
    return code if label in ("", code) else either(f"{label} ({code})", label)


def recipe(text: str) -> list[object] | None:
    """Give a text's template and fields as JSON, to be stored beside it; None if it has none."""
    if not isinstance(text, Said):
        return None
    return [text.template, {name: _kept(value) for name, value in text.fields.items()}]


def _kept(value: object) -> object:
    if isinstance(value, Said):
        return recipe(value)
    return value if isinstance(value, str | int) else str(value)


def said_again(text: str, kept: object) -> str:
    """Say a stored text in the language in use, by the recipe it was kept with.

    It stays as it is stored where the recipe gives another text, as that of another version may.
    """
    try:
        if language() == "en" and _is_plain(kept) and (cooked := _filled_in(kept, "en")) == text:
            return cooked  # as it stands, so no catalogue is read
        if any(_cooked(kept, stored) == text for stored in LANGUAGES):
            return _cooked(kept, language())
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError):
        pass
    return text


def _cooked(kept: Any, language: str) -> Said:
    """Fill in a kept template; `LookupError` for one that no catalogue knows."""
    if not _is_known(kept):
        raise LookupError(kept[0])
    return _filled_in(kept, language)


def _filled_in(kept: Any, language: str) -> Said:
    template, fields = kept
    cooked = {name: _filled_in(value, language) if isinstance(value, list) else value for name, value in fields.items()}
    if template == LIST:  # its fields are numbered; where they were kept, they were sorted as texts: 0, 1, 10, 2
        cooked = {str(place): cooked[str(place)] for place in range(len(cooked))}
    return Said.of(template, cooked, language)


def _is_known(kept: Any) -> bool:
    template, fields = kept
    return template in chinese() and all(_is_known(value) for value in fields.values() if isinstance(value, list))


def _is_plain(kept: Any) -> bool:
    """Tell if a kept template only puts its fields in.

    Whatever stands in a file may ask for more.
    """
    template, fields = kept
    asked = string.Formatter().parse(template)
    plain = all(name is None or (name in fields and not (form or conversion)) for _, name, form, conversion in asked)
    return plain and all(_is_plain(value) for value in fields.values() if isinstance(value, list))


def all_said_again(stored: Sequence[str], kept: object) -> list[str]:
    """Say stored texts again by a list of their recipes; as stored where there is none."""
    if not isinstance(kept, list) or len(kept) != len(stored):
        return list(stored)
    return [said_again(text, each) for text, each in zip(stored, kept, strict=True)]
