"""Vocabulary of units: the words that a policy may write, in both languages.

A unit is an amount, alone or per one thing or two: `yuan`, `yuan per head and year`. A word that is not known is
refused, because a misspelt one would pass for a plain number, and nothing would check the amounts any more.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from payengine.suggest import question
from payengine.texts import in_quotes, joined, language, say

YUAN_WORDS = ("yuan", "元")
POINT_WORDS = ("points", "point", "equivalents", "equivalent", "当量", "分")
FLAG, FIGURE = "flag", "figure"
_PER, _AND = " per ", " and "


def amount_words() -> Mapping[str, str]:
    """Return the words that a unit may begin with, each in the language in use."""
    return {
        "yuan": say("yuan"), "元": say("yuan"), "points": say("points"), "point": say("points"),
        "equivalents": say("points"), "equivalent": say("points"), "当量": say("points"), "分": say("points"),
        "ratio": say("ratio"), "count": say("count"), "score": say("score"), "persons": say("persons"),
        "days": say("days"), "months": say("months"), "person-months": say("person-months"), "hours": say("hours"),
        "shifts": say("shifts"), "services": say("services"), "visits": say("visits"), "beds": say("beds"),
        "households": say("households"), "residents": say("residents"),
        FLAG: say("true or false"), FIGURE: say("the name of a figure"),
    }  # fmt: skip


def thing_words() -> Mapping[str, str]:
    """Return the words that may follow `per`, each in the language in use."""
    return {
        **dict.fromkeys(POINT_WORDS, say("per equivalent")), "yuan": say("yuan"), "元": say("yuan"),
        "task": say("per task"), "person": say("per person"), "head": say("per head"), "month": say("per month"),
        "year": say("per year"), "quarter": say("per quarter"), "half-year": say("per half-year"),
        "week": say("per week"), "day": say("per day"), "hour": say("per hour"), "shift": say("per shift"),
        "person-month": say("per person-month"), "score": say("per score"), "registration": say("per registration"),
        "resident": say("per resident"), "household": say("per household"), "service": say("per service"),
        "visit": say("per visit"), "case": say("per case"), "time": say("per time"), "item": say("per item"),
        "patient": say("per patient"), "bed": say("per bed"), "operation": say("per operation"),
        "discharge": say("per discharge"), "prescription": say("per prescription"), "contract": say("per contract"),
        "package": say("per package"), "team": say("per team"), "village": say("per village"),
        "department": say("per department"), "institution": say("per institution"), "kilometre": say("per kilometre"),
    }  # fmt: skip


def words_of(unit: str) -> tuple[str, tuple[str, ...]]:
    """Split a unit as it is written into its amount and what that is per."""
    amount, per, below = unit.partition(_PER)
    return amount.strip(), tuple(part.strip() for part in below.split(_AND)) if per else ()


def unit_problem(unit: str) -> tuple[str, str]:
    """Find a word of a unit that is not known: (what is wrong, what to do).

    Two empty texts where all are known.
    """
    amount, things = words_of(unit)
    for word, known in ((amount, amount_words()), *((thing, thing_words()) for thing in things)):
        if word not in known:
            what = say("{word} in the unit {unit} is not a word of units", word=in_quotes(word), unit=in_quotes(unit))
            if word is amount and (inside := _per_misspelt(unit)):
                return what, inside
            near = question(word, known)
            listed = (
                say("A unit begins with one of: {words}", words=joined(known)) if word is amount
                else say("After per stands one of: {words}", words=joined(known))
            )  # fmt: skip
            return what, " ".join(filter(None, (near, listed)))
    return "", ""


def _per_misspelt(unit: str) -> str:
    """Write the hint for a unit with another sign for `per`: `yuan/shift`, `yuan pre shift`."""
    parts = re.split(r"[\s/]+", unit.strip())
    if len(parts) > 1 and parts[0] in amount_words() and parts[-1] in thing_words():
        return say('Write "{unit}".', unit=f"{parts[0]}{_PER}{parts[-1]}")
    return ""


def unit_words(unit: str) -> str:
    """Write a unit in words of the language in use; a word that is not known as it stands."""
    amount, things = words_of(unit)
    if not things:
        return amount_words().get(amount, unit)
    if language() == "en":
        return unit
    known = thing_words()
    below = "·".join(known.get(thing, thing) for thing in things)
    return f"{amount_words().get(amount, amount)}/{below}"
