"""Characters that the fonts at hand can print.

A name with another one is refused, never printed as a box.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from payengine.errors import Problem, Refused, UsageError
from payengine.system_errors import in_words
from payengine.texts import joined, say

FONTS = Path(__file__).parent / "fonts"
ENDINGS = (".otf", ".ttf", ".otc", ".ttc")
UNPRINTED = frozenset("\n\r\t")


def font_files(folders: Sequence[Path]) -> list[Path]:
    """List the font files of the shipped folder and of others.

    `UsageError` for a folder without any.
    """
    found = []
    for folder in (FONTS, *folders):
        here = sorted(file for file in folder.rglob("*") if file.suffix.lower() in ENDINGS) if folder.is_dir() else []
        if not here:
            raise UsageError(
                say("{folder} holds no font (.otf, .ttf, .ttc)", folder=folder),
                remedy=say("Name a folder with a font, such as that of Noto Sans CJK, with --font-dir."),
            )
        found += here
    return found


def printable(files: Iterable[Path]) -> frozenset[int]:
    """Collect the code points that some fonts have glyphs for."""
    from fontTools.ttLib import TTCollection, TTFont, TTLibError

    found: set[int] = set()
    for file in files:
        try:
            with file.open("rb") as content:
                collection = content.read(4) == b"ttcf"
                content.seek(0)
                fonts = TTCollection(content, lazy=True).fonts if collection else [TTFont(content, lazy=True)]
                for font in fonts:
                    found.update(font.getBestCmap() or ())
        except (TTLibError, OSError) as error:
            raise UsageError(say("{file} cannot be read as a font: {why}", file=file, why=in_words(error))) from error
    return frozenset(found)


def unprintable(whose: str, page: Mapping[str, Any], known: frozenset[int]) -> list[Problem]:
    """List the one problem of a page with characters that no font has.

    Nothing for any other page.
    """
    unknown = sorted({char for text in _texts(page) for char in text if ord(char) not in known} - UNPRINTED)
    if not unknown:
        return []
    told = joined(f"{char} (U+{ord(char):04X})" for char in unknown)
    return [Problem(say("no font at hand has {characters}", characters=told), column=whose)]


def refuse_unprintable(problems: Sequence[Problem]) -> None:
    """Raise `Refused` if there is a page that cannot be printed."""
    if problems:
        raise Refused(
            say("nothing was printed: {n} page(s) have a character without a glyph", n=len(problems)), problems,
            remedy=say("Name a folder with a font that has them, such as that of Noto Sans CJK, with --font-dir."),
        )  # fmt: skip


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)
