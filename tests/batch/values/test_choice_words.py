"""Codes of closed lists are listed in Chinese with the words that people know them by."""

from __future__ import annotations

import pytest

from batch.values.choice_words import named


def test_codes_stand_by_their_words_in_chinese_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("payengine.texts._chosen", "zh")
    assert named(["cdc", "village_clinic", "1"]) == "疾控中心、村卫生室、1"
    monkeypatch.setattr("payengine.texts._chosen", "en")
    assert named(["cdc", "1"]) == "cdc, 1"
