"""Characters that are not seen are one class, by category and property."""

from __future__ import annotations

import json
import unicodedata

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from payengine.characters import RE2_PATTERN, escaped, escaped_json, hidden_places, is_hidden

EVERY = [chr(code) for code in range(0x110000) if not 0xD800 <= code <= 0xDFFF]
NAME = "葛\U000e0100"  # with the selector of a glyph


def test_the_class_is_that_of_unicode() -> None:
    for character in EVERY:
        if unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp"):
            assert is_hidden(character)
        if unicodedata.category(character)[0] in "PSN" or unicodedata.category(character) in ("Lu", "Ll", "Zs", "Co"):
            assert not is_hidden(character), hex(ord(character))
    for code in (0x034F, 0x115F, 0x3164, 0xFFA0, 0xFE0F, 0xE0100, 0xE0FFF, 0x180B, 0x200B, 0x202E, 0x2066, 0x061C):
        assert is_hidden(chr(code))


def test_what_arrow_looks_for_is_the_same_class() -> None:
    """Arrow finds every hidden character; it may know some that this Python does not know yet."""
    found = pc.match_substring_regex(pa.array(EVERY), RE2_PATTERN).to_pylist()
    for character, matched in zip(EVERY, found, strict=True):
        assert matched or not is_hidden(character), hex(ord(character))
        assert not matched or is_hidden(character) or unicodedata.category(character) in ("Cn", "Mn"), hex(
            ord(character)
        )


def test_a_selector_of_a_glyph_is_seen_in_a_name_only() -> None:
    assert hidden_places(NAME, is_name=True) == []
    assert hidden_places(NAME) == [1]
    assert hidden_places("a\ufe0f", is_name=True) == [1], "it selects nothing after a letter"
    assert hidden_places("\U000e0100葛", is_name=True) == [0]


@pytest.mark.parametrize(
    ("text", "shown"),
    [("S1\u200b", "S1<U+200B>"), ("\x1b[2J", "<U+001B>[2J"), ("\u202eabc", "<U+202E>abc"), (NAME, NAME), ("王", "王")],
)
def test_hidden_characters_are_escaped(text: str, shown: str) -> None:
    assert escaped(text) == shown


def test_line_breaks_may_be_kept() -> None:
    assert escaped("a\nb\r", keep="\n") == "a\nb<U+000D>"


@pytest.mark.parametrize("text", ["S1\u200b", "\x7f\x85", "\U000e0001", NAME, "王\n李"])
def test_json_says_the_same_and_holds_nothing_hidden(text: str) -> None:
    written = escaped_json(json.dumps({"name": text}, ensure_ascii=False, indent=2))
    assert json.loads(written) == {"name": text}
    assert not [place for place in hidden_places(written, is_name=True) if written[place] != "\n"]
