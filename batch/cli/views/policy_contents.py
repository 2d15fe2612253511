"""Calculations and values of a policy as they are printed: label and content in one place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from batch.cli.views.blocks import Blocks, Line
from batch.cli.views.code_words import (
    basis_words,
    charge_words,
    coded,
    funding_words,
    level_words,
    selection_words,
    unit_text,
)
from payengine.exact.amounts import decimal_text
from payengine.texts import joined, labelled, say


def calculations(made: Sequence[Mapping[str, Any]]) -> Blocks:
    """Print what the policy calculates itself, a line for each key of a calculation."""
    lines: list[Line] = []
    for each in made:
        lines.append(Line(each["label"], each["name"], depth=1))
        lines += [
            Line(key_text(key, text), coded(calculation_key(key), key), depth=3)
            for key, text in each["calculation"].items()
        ]
    return Blocks(lines)


def components(made: Sequence[Mapping[str, Any]], funding: Mapping[str, str]) -> Blocks:
    """Print components and statements with class, sources of funding and charge."""
    kinds = {"pay": say("pay"), "statement": say("statement")}
    classes = {"fixed": say("fixed"), "variable": say("variable")}
    lines: list[Line] = []
    for each in made:
        what = joined(filter(None, (kinds[each["kind"]], classes.get(each["pay_class"], ""))))
        lines.append(Line(labelled(each["label"], what), each["component"], depth=1))
        paid = joined(f"{funding_words(one['source'], funding)} {_share_text(one['share'])}" for one in each["funding"])
        charged = ": ".join(filter(None, (charge_words(each["charged_to"]), each["outside_by"])))
        lines += [
            Line(text, label, depth=3)
            for label, text in ((say("Funded by"), paid), (say("Charged to"), charged))
            if text
        ]
    return Blocks(lines)


def _share_text(share: str) -> str:
    """Write a share as a percentage where that is exact to 2 decimals, else as a ratio."""
    percent = Fraction(share) * 10_000
    return f"{decimal_text(int(percent), 2, least=0)} %" if percent.denominator == 1 else share


def calculation_key(key: str) -> str:
    """Write a key of a calculation in words."""
    return {
        "add": say("add"), "subtract": say("subtract"), "total_of": say("total of"), "mean_of": say("mean of"),
        "per": say("per"), "best": say("of the best"), "otherwise": say("otherwise"), "slices_of": say("slices of"),
        "slices": say("slices"), "memory": say("memory"), "pool": say("share of the pool"),
        "weights": say("by weights"), "cut": say("cut goes to"), "divides": say("divides"), "by": say("by"),
        "times": say("times"), "over": say("divided by"), "prorated": say("prorated by"),
        "at_least": say("at least"), "at_most": say("at most"), "among": say("among"), "outside": say("all but"),
        "level": say("level"), "unit": say("unit"), "round": say("decimals"), "parts": say("parts"),
        "unclaimed": say("what nobody takes"),
    }[key]  # fmt: skip


def calculation_word(word: str) -> str:
    """Write a word that a calculation chooses among in words; other texts as they stand."""
    return {
        "head": say("head on the last day"), "person": say("person"), "person_month": say("person-month"),
        "year": say("year to date"), "others": say("the others"), "pool": say("the pool"),
        "days_engaged": say("days engaged"), "days_present": say("days present"),
        "person_months": say("person-months"), "unrounded": say("unrounded"), "reported": say("reported only"),
        "carried": say("carried to later months"),
    }.get(word, word)  # fmt: skip


def key_text(key: str, text: str) -> str:
    """Write what a key of a calculation says, codes in words; names of figures stay."""
    if key == "level":
        return coded(level_words(text), text)
    if key == "unit":
        return unit_text(text)
    if key in ("among", "outside"):
        return selection_words(text)
    if key in ("per", "memory", "cut", "prorated", "round", "unclaimed"):
        return coded(calculation_word(text), text)
    return text


def values_in_force(values: Sequence[Mapping[str, Any]]) -> Blocks:
    """Print the values in force: each parameter with its label and unit, its values below.

    Values of the same dates, source and note stand below these.
    """
    lines: list[Line] = []
    for name in dict.fromkeys(each["parameter"] for each in values):
        own = [each for each in values if each["parameter"] == name]
        lines.append(Line(labelled(own[0]["label"], unit_text(own[0]["unit"])), name, depth=1))
        for term in dict.fromkeys(_term(each) for each in own):
            lines += [
                Line(selection_words(each["where"]), each["value"], depth=3) for each in own if _term(each) == term
            ]
            lines += [Line(text, depth=5) for text in _term_texts(term)]
    return Blocks(lines)


_TERM = ("from", "until", "source", "basis", "note")


def _term(value: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(value[key] or "" for key in _TERM)


def _term_texts(term: tuple[str, ...]) -> Iterator[str]:
    start, until, source, basis, note = term
    when = say("from {start} until {until}", start=start, until=until) if until else say("from {start}", start=start)
    said = (source, basis_words(basis)) if source != basis else (basis_words(basis),)
    yield say("; ").join(filter(None, (when, *said, note)))
