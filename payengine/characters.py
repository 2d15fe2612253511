"""Hidden characters: controls, bidirectional marks and invisible ones.

Two codes that look alike and differ in such a character are two persons to a program and one to a reader; a control
sequence rewrites a terminal. They are one class: the general categories Cc, Cf, Zl, Zp and Cs, and what the property
Default_Ignorable_Code_Point adds to them (Unicode 16.0, DerivedCoreProperties.txt). A variation selector after an
ideograph chooses the glyph of a rare name, so names may hold it.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

CATEGORIES = frozenset(("Cc", "Cf", "Zl", "Zp", "Cs"))
VARIATION_SELECTORS = ((0x180B, 0x180D), (0x180F, 0x180F), (0xFE00, 0xFE0F), (0xE0100, 0xE01EF))
# Default_Ignorable_Code_Point without category Cf and without variation selectors.
OTHER_IGNORABLE = (
    (0x034F, 0x034F), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x2065, 0x2065), (0x3164, 0x3164), (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFF8), (0xE0000, 0xE00FF), (0xE01F0, 0xE0FFF),
)  # fmt: skip
# The same class in RE2's syntax, for Arrow and DuckDB; it says which texts are to be looked at.
RE2_PATTERN = (
    r"[\p{Cc}\p{Cf}\p{Zl}\p{Zp}"
    + "".join(rf"\x{{{first:X}}}-\x{{{last:X}}}" for first, last in (*VARIATION_SELECTORS, *OTHER_IGNORABLE))
    + "]"
)
_PLAIN = re.compile(r"[\x20-\x7e]*")


@cache
def is_hidden(character: str) -> bool:
    """Tell if a character is a control, a bidirectional mark or invisible."""
    return unicodedata.category(character) in CATEGORIES or _within(character, (*VARIATION_SELECTORS, *OTHER_IGNORABLE))


@cache
def _selects_glyph(character: str) -> bool:
    return _within(character, VARIATION_SELECTORS)


@cache
def _is_ideograph(character: str) -> bool:
    return unicodedata.category(character) == "Lo" and "IDEOGRAPH" in unicodedata.name(character, "")


def _within(character: str, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= ord(character) <= last for first, last in ranges)


def hidden_places(text: str, is_name: bool = False) -> list[int]:
    """List the places (from 0) of hidden characters; a name may have selectors of a glyph."""
    if _PLAIN.fullmatch(text):
        return []
    return [
        place
        for place, character in enumerate(text)
        if is_hidden(character)
        and not (is_name and place and _selects_glyph(character) and _is_ideograph(text[place - 1]))
    ]


def code_point(character: str) -> str:
    """Write a character as Unicode does: U+200B."""
    return f"U+{ord(character):04X}"


def escaped(text: str, keep: str = "") -> str:
    """Write hidden characters as <U+200B>, all but those to keep and those that choose a glyph."""
    places = set(hidden_places(text, is_name=True))
    if not places:
        return text
    return "".join(
        f"<{code_point(character)}>" if place in places and character not in keep else character
        for place, character in enumerate(text)
    )


def escaped_json(text: str) -> str:
    r"""Write the hidden characters of a JSON text as \u200b; line breaks between its parts stay."""
    places = set(hidden_places(text, is_name=True))
    if not places:
        return text
    return "".join(
        _json_escape(character) if place in places and character != "\n" else character
        for place, character in enumerate(text)
    )


def _json_escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
