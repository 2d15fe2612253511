"""Notes on input tables and columns, from `notes.toml`, in the language in use."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources

from payengine.texts import LANGUAGES, language

SHARED = "shared"
ABOUT = "about"
LAST_DAY = "last_day"  # the note of an `until` that is given as the last day inside


@cache
def notes() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Read the notes: by table and column a text for each language."""
    import tomllib

    file = resources.files(__package__).joinpath("notes.toml")
    found = tomllib.loads(file.read_text(encoding="utf-8"))
    return {table: {column: tuple(texts) for column, texts in of.items()} for table, of in found.items()}


def note(table: str, column: str = ABOUT) -> str:
    """Give the note on a table or a column in the language in use."""
    texts = notes()[table].get(column) or notes()[SHARED][column]
    return texts[LANGUAGES.index(language())]
