"""Inputs in an explanation: by their words in Chinese, with the code that is typed."""

from __future__ import annotations

import re

import pytest

from batch.cli.views.why_words import input_words
from batch.inputs.catalogue import BY_NAME
from payengine.texts import speaking

CHINESE = re.compile("[一-鿿]")
SHOWN = (  # those that the shipped rules read at institutions of a month
    "institution", "institution_kind", "institution_directed_task", "institution_directed_task_within",
    "institution_adjustment", "staff_opening_balance", "finance_last_year", "second_distribution",
)  # fmt: skip


@pytest.mark.parametrize("name", SHOWN)
def test_an_input_is_told_in_chinese_words(name: str) -> None:
    assert name in BY_NAME
    with speaking("zh"):
        assert CHINESE.search(input_words(name)), input_words(name)
