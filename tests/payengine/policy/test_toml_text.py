"""Text of TOML files: what is wrong is told by line and column, in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from payengine import texts
from payengine.policy.toml import exact
from payengine.policy.toml_text import TomlFault, toml_tables, toml_text


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    texts.use("en")
    yield
    texts.use(None)


def fault(text: str) -> TomlFault:
    with pytest.raises(TomlFault) as caught:
        toml_tables(text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "column", "sign", "plain"),
    [
        ("a = “x”\n", 5, "“", '"'),
        ("a = ＂x＂\n", 5, "＂", '"'),
        ("a = 「x」\n", 5, "「", '"'),
        ('a ＝ "x"\n', 3, "＝", "="),
        ('a = ["x"，"y"]\n', 9, "，", ","),
        ('a = ["，"、"y"]\n', 9, "、", ","),
        ("【a】\n", 1, "【", "["),
        ('a = ［"x"]\n', 5, "［", "["),
        ('a = "x" ＃ said\n', 9, "＃", "#"),
        ("a = “x", 5, "“", '"'),
        ('a = "60”\n', 8, "”", '"'),
        ('a = [{ value = "60”, source = "文“一”" }]\n', 19, "”", '"'),
    ],
)
def test_a_full_width_sign_is_named_with_what_to_write(text: str, column: int, sign: str, plain: str) -> None:
    for before, line in (("", 1), ('b = "全角，在引号里"\n\n', 3)):
        told = fault(before + text)
        assert told.what == f"line {line}, column {column}: {sign} is a full-width sign"
        assert told.remedy.startswith(f"write {plain} instead")


@pytest.mark.parametrize(
    ("text", "place", "why"),
    [
        ("a = b", "line 1, column 5", "no value that TOML knows"),
        ('x = 1\na "x"', "line 2, column 3", "an equals sign is missing behind a name"),
        ('a = "x" b = "y"', "line 1, column 9", "more stands on the line than one value"),
        ('a = "x\n"', "line 1, column 7", "a character that may not stand here"),
        ('a = "x', "the end of the file", "a quotation mark is not closed"),
        ("a = 'x", "the end of the file", "a quotation mark is not closed"),
        ("a = [1,", "the end of the file", "a value or a closing bracket is missing"),
        ("[a]\n[a]\n", "line 2, column 3", "this name or table stands twice"),
        ("a = 2026-02-30\n", "line 1, column 5", "no such date"),
        ('a = "C:\\q"\n', "line 1, column 10", "a backslash stands alone"),
    ],
)
def test_what_the_reader_gives_up_on_is_said_in_words(text: str, place: str, why: str) -> None:
    told = fault(text)
    assert told.what == f"{place}: {why}"
    texts.use("zh")
    assert not re.search("[A-Za-z]{2}", fault(text).what.replace("TOML", "")), fault(text).what


def test_a_full_width_sign_inside_quotes_is_a_text() -> None:
    assert toml_tables('a = "“，”"  # 注释，“任意”\n') == {"a": "“，”"}


def test_an_encoding_that_is_not_utf_8_is_named_by_its_line() -> None:
    content = 'a = "x"\r\nb = "县"\r\n'
    assert toml_text(content.encode("utf-8-sig")) == content.replace("\r\n", "\n")
    with pytest.raises(TomlFault, match="line 2 is not UTF-8 text; the file looks like GB18030") as caught:
        toml_text(content.encode("gb18030"))
    assert "UTF-8" in caught.value.remedy
    with pytest.raises(TomlFault, match=r"line 1 is not UTF-8 text$"):
        toml_text(b"\xff\xff\xff")


def test_a_file_whose_lines_end_in_cr_is_read() -> None:
    assert toml_tables(toml_text(b'a = "x"\rb = "y"\r')) == {"a": "x", "b": "y"}


def test_a_number_in_full_width_digits_is_told_in_plain_ones() -> None:
    with pytest.raises(ValueError, match=r"'６０．５' is written in full-width signs; write 60\.5"):
        exact("６０．５")
