"""Masked names of a notice: nothing but the surname can be read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch.reports.sheets.masked_names import COMPOUND, MASK, masked, told_apart


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("孙平", "孙＊"),
        ("康曦明", "康＊＊"),
        ("欧阳娜", "欧阳＊"),
        ("欧阳娜娜", "欧阳＊＊"),
        ("欧阳", "欧＊"),
        ("王𬭎", "王＊"),
        ("李\ue000", "李＊"),
        ("阿依古丽·买买提", "阿＊＊＊·＊＊＊"),
        ("John Smith", "J＊＊＊ ＊＊＊＊＊"),
        ("Ngô", "N＊＊"),
        ("孙", "＊"),
        ("", "＊"),
        ("  孙平 ", "孙＊"),
    ],
)
def test_names(name: str, shown: str) -> None:
    assert masked(name) == shown


@given(st.text(min_size=1))
def test_no_letter_but_the_first_ones_is_shown(name: str) -> None:
    shown = masked(name)
    kept = [letter for letter in shown if letter != MASK and letter.isalnum()]
    assert len(kept) <= (2 if shown[:2] in COMPOUND else 1)


def test_compound_surnames_have_two_characters() -> None:
    assert all(len(each) == 2 for each in COMPOUND)
    assert {"欧阳", "司马", "上官", "歐陽"} <= COMPOUND


def test_those_who_look_the_same_are_told_apart() -> None:
    assert told_apart(["孙＊", "李＊", "孙＊"]) == ["孙＊（甲）", "李＊", "孙＊（乙）"]
    many = told_apart(["孙＊"] * 12)
    assert many[9:] == ["孙＊（癸）", "孙＊（11）", "孙＊（12）"]
    assert len(set(many)) == 12
