"""Codes in words: every code of an enumeration that a person reads has a Chinese text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

import pytest

from batch.cli.views import code_words
from batch.cli.views.policy_contents import calculation_key, calculation_word
from batch.input_tables import CATEGORIES, KINDS_OF_INSTITUTION, REASONS
from batch.report_names import NO_UNIT
from batch.reports.compliance import RESULTS
from batch.reports.compliance_words import kinds_text, result_text
from batch.reports.register import reason_text
from payengine import texts
from payengine.graph import Level
from payengine.periods import KINDS
from payengine.policy import load_policy
from payengine.policy.calculation import Calculation
from payengine.policy.calculation_entries import CHOICES, LEVELS, ROUNDINGS
from payengine.policy.keys import CLOSED
from payengine.policy.keys import KEYS as WHERE_KEYS
from payengine.policy.layer import LEVELS as LAYER_LEVELS
from payengine.unit_words import amount_words, thing_words, unit_words

CHINESE = re.compile("[一-鿿]")


@pytest.fixture(autouse=True)
def _language() -> Iterator[None]:
    texts.use("zh")
    yield
    texts.use(None)


def shipped_units() -> set[str]:
    import formulas

    return {one.unit for one in load_policy("xining-example", [formulas.POLICIES]).parameters.values()}


def shipped_funding() -> Iterable[str]:
    import formulas

    return load_policy("national", [formulas.POLICIES]).known("funding")


ENUMERATIONS: list[tuple[str, Callable[[str], str], Iterable[str]]] = [
    ("levels of figures", code_words.level_words, LEVELS),
    ("levels of layers", code_words.layer_words, LAYER_LEVELS),
    ("kinds of period", code_words.period_kind, KINDS),
    ("bases of values", code_words.basis_words, ("text", "reading", "illustrative")),
    ("charges", code_words.charge_words, ("total", "outside")),
    ("funding", code_words.funding_words, shipped_funding()),
    ("categories", code_words.category_words, CATEGORIES),
    ("reasons", code_words.reason_words, REASONS),
    ("reasons in full", reason_text, REASONS),
    ("results of checks", result_text, RESULTS.values()),
    ("kinds of institution", lambda kind: kinds_text([kind]), KINDS_OF_INSTITUTION),
    ("closed lists", code_words.closed_words, [code for codes in CLOSED.values() for code in codes]),
    ("keys of values", code_words.key_words, [*WHERE_KEYS, "director"]),
    ("keys of calculations", calculation_key, list(vars(Calculation()))),
    (
        "words of calculations", calculation_word,
        [word for key, words in CHOICES.items() if key != "level" for word in words if word not in ROUNDINGS[:-1]],
    ),
    ("amounts of units", unit_words, amount_words()),
    ("units per something", lambda thing: unit_words(f"yuan per {thing}"), thing_words()),
    ("units of shipped policies", unit_words, shipped_units()),
]  # fmt: skip


@pytest.mark.parametrize(("write", "codes"), [one[1:] for one in ENUMERATIONS], ids=[one[0] for one in ENUMERATIONS])
def test_every_code_has_a_chinese_text(write: Callable[[str], str], codes: Iterable[str]) -> None:
    lacking = [code for code in codes if not CHINESE.search(write(code))]
    assert not lacking


def test_every_thing_after_per_has_words_of_its_own() -> None:
    assert not [thing for thing, words in thing_words().items() if not CHINESE.search(words)]


def test_levels_have_the_words_of_the_glossary() -> None:
    assert [str(level) for level in Level] == ["聘用", "人员", "科室", "机构", "医共体"]
    texts.use("en")
    assert [str(level) for level in Level] == ["engagement", "staff", "department", "institution", "consortium"]


def test_a_code_that_is_typed_stands_in_brackets() -> None:
    assert code_words.funding_words("fiscal") == "财政补助（fiscal）"
    assert code_words.funding_words("county", {"county": "县级"}) == "县级（county）"
    assert code_words.selection_words("kind = village_clinic / cdc, director = no, title = 医师") == (
        "机构类别（kind） = 村卫生室（village_clinic） / 疾控中心（cdc）, 负责人（director） = 否, 职称（title） = 医师"
    )
    texts.use("en")
    assert code_words.funding_words("fiscal") == "fiscal"
    assert code_words.selection_words("kind = cdc, director = no") == "kind = cdc, director = no"
    assert code_words.unit_text(NO_UNIT) == ""
