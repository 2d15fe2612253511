"""Sentences of formulas: each says in English and in Chinese what it computes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import formulas
from batch.compute.compute import _categories, _graph
from batch.input_tables import CATEGORIES
from batch.ledger.migrations.migrate import MIGRATIONS
from batch.ledger.migrations.steps import Migration
from payengine import texts
from payengine.graph import Formula, Rules
from payengine.periods import Period
from payengine.policy import load_policy

CHINESE = re.compile("[一-鿿]")
SHIPPED = sorted(Rules.of_package(formulas), key=lambda one: one.name)
POLICIES = sorted(Path(str(file)).stem for file in formulas.POLICIES.iterdir() if file.name.endswith(".toml"))


@pytest.fixture(autouse=True)
def language_as_before() -> Iterator[None]:
    yield
    texts.use(None)


def sentences(formula: Formula) -> dict[str, str]:
    found = {}
    for language in texts.LANGUAGES:
        texts.use(language)
        found[language] = formula.sentence
    return found


@pytest.mark.parametrize("formula", SHIPPED, ids=lambda one: f"{one.gives}-{one.name}")
def test_a_formula_has_its_label_and_its_sentence_in_both_languages(formula: Formula) -> None:
    assert CHINESE.search(formula.label), "a payslip prints the label"
    said = sentences(formula)
    assert re.fullmatch(r"[^一-鿿]*\w[^一-鿿]*\.", said["en"], re.DOTALL)
    assert re.fullmatch(r".*[一-鿿].*。", said["zh"])
    assert set(re.findall("`[^`]+`", said["en"])) == set(re.findall("`[^`]+`", said["zh"])), "names of files stay"


def test_no_chinese_sentence_is_left_of_a_formula_that_is_gone() -> None:
    known = {formula.note.split("\n\n")[0].replace("\n", " ") for formula in SHIPPED}
    for file in sorted((Path(formulas.__file__).parent / "texts" / "zh").glob("sentences_*.toml")):
        kept = re.findall(r'^"((?:[^"\\]|\\.)+)" = ', file.read_text(encoding="utf-8"), re.MULTILINE)
        assert kept
        assert [text for text in kept if text.replace('\\"', '"') not in known] == []


@pytest.mark.parametrize("kind", ["2026-10", "2026"])
def test_formulas_that_a_policy_makes_have_their_sentences(kind: str) -> None:
    seen = 0
    lacking = set()
    for name in POLICIES:
        policy = load_policy(name, [formulas.POLICIES])
        if not policy.formulas(Period.parse(kind).kind)[0]:
            continue
        graph = _graph(policy, Period.parse(kind), _categories(CATEGORIES, policy), None)
        made = [one for one in graph.order if not one.function.__module__.startswith("formulas.")]
        seen += len(made)
        lacking |= {one.note for one in made if one.note and not CHINESE.search(sentences(one)["zh"])}
    assert seen > 100
    assert not lacking


@pytest.mark.parametrize("migration", MIGRATIONS, ids=lambda one: str(one.number))
def test_what_a_migration_is_about_has_its_chinese(migration: Migration) -> None:
    """The log prints it of every ledger."""
    assert CHINESE.search(texts.chinese()[migration.about])
