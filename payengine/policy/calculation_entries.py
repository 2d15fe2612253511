"""Reader of the calculations of a policy file; what contradicts itself is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from payengine.policy.calculation import Calculation, Selection, Slice
from payengine.policy.entries import FIGURE_NAME, read_unit
from payengine.policy.keys import CLOSED, INSTITUTION_KEYS, PERSON_KEYS
from payengine.policy.toml import Section, one_of
from payengine.texts import in_quotes, say

LEVELS = ("engagement", "staff", "department", "institution", "consortium")
BASES = ("total_of", "mean_of", "slices_of", "pool", "divides")
PERSON_MONTH = "person_month"
ROUNDINGS = ("0", "1", "2", "3", "4", "5", "6", "unrounded")
DIRECTOR = "director"
# What may be chosen under a key, by the word that says it.
CHOICES = {
    "per": ("head", "person", PERSON_MONTH),
    "memory": ("year",),
    "cut": ("others", "pool"),
    "prorated": ("days_engaged", "days_present", "person_months"),
    "level": LEVELS,
    "round": ROUNDINGS,
    "unclaimed": ("reported", "carried", "others"),
}
# A key that means something only beside another one.
BESIDE = {
    "per": "mean_of", "best": "mean_of", "otherwise": "mean_of", "slices": "slices_of", "memory": "slices_of",
    "weights": "pool", "cut": "at_most", "by": "divides",
}  # fmt: skip
NEEDS = {"mean_of": "per", "slices_of": "slices", "pool": "weights", "divides": "by"}
UNUSED_IN_DIVIDED = ("times", "over", "prorated", "at_least", "at_most", "among", "outside")
# The keys of every calculation; `unit` is a figure's, `parts` and `unclaimed` are a pool's.
KEYS = (
    "add", "subtract", *BASES, *BESIDE, "times", "over", "prorated", "at_least", "at_most", "among", "outside",
    "level", "round",
)  # fmt: skip
NUMBER = re.compile(r"\d{1,9}(\.\d{1,6})?|\d{1,6}/[1-9]\d{0,5}", re.ASCII)  # 3, 21.75, 1/3


def is_number(text: str) -> bool:
    """Tell if an operand is a number, not a name."""
    return NUMBER.fullmatch(text) is not None


def calculates(section: Section) -> bool:
    """Tell if a component or a statement says how it is calculated."""
    return any(section.has(key) for key in KEYS if key != "prorated")


def read_calculation(section: Section, *extra: str) -> Calculation:
    """Read the keys of a calculation, and the `extra` ones; problems are added."""
    said: dict[str, Any] = {key: _listed(section, key) for key in ("add", "subtract", "times", "over")}
    said |= {key: _one(section, key) for key in (*BASES, "best", "otherwise", "weights", "by", "at_least", "at_most")}
    said |= {key: _choice(section, key) for key in ("per", "memory", "cut", "prorated", "level", "round")}
    said |= {key: _selection(section, key) for key in ("among", "outside")}
    said["slices"] = tuple(_slices(section))
    if "unit" in extra:
        said["unit"] = read_unit(section, required=True)
    if "parts" in extra:
        said["parts"] = read_ratios(section, "parts")
        said["unclaimed"] = _choice(section, "unclaimed")
    found = Calculation(**said)
    for what, key in _contradictions(section, found):
        section.problem(what, key)
    return found


def _contradictions(section: Section, found: Calculation) -> Iterator[tuple[str, str]]:
    """Yield what cannot be said together: (what is wrong, the key)."""
    bases = [key for key in BASES if getattr(found, key)]
    if found.add or found.subtract:
        bases = ["add" if found.add else "subtract", *bases]
    for key in bases[1:]:
        yield say("{one} and {other} are two bases of one calculation; choose one", one=bases[0], other=key), key
    for key, other in BESIDE.items():
        if section.has(key) and not getattr(found, other):
            yield say("{key} says something only beside {other}", key=key, other=other), key
    if found.cut and not found.pool:
        yield say("{key} says something only beside {other}", key="cut", other="pool"), "cut"
    if is_number(found.best) and (Fraction(found.best).denominator != 1 or Fraction(found.best) < 1):
        yield say("best is a whole number of persons, 1 or more"), "best"
    if any(is_number(text) and Fraction(text) == 0 for text in found.over):
        yield say("nothing is divided by 0"), "over"
    for key, other in NEEDS.items():
        if getattr(found, key) and not getattr(found, other):
            yield say("{key} needs {other} beside it", key=key, other=other), key
    if not bases and not found.times:
        yield say("it says neither a base nor times, so there is nothing to compute"), ""
    texts = [*found.operands()]
    whose = found.prorated or found.among or found.outside  # these tell whose number it is
    if texts and not (found.pool or found.divides or whose) and all(map(is_number, texts)):
        key = bases[0] if bases else "times"
        yield say("it names numbers only, which are of nobody; name a figure, an input or head beside them"), key
    if found.pool and (found.times or found.over or found.prorated):
        yield say("a share of a pool is not multiplied: put that into the weights"), "pool"
    if found.divides and not section.has("unclaimed") and found.level not in ("department", "institution"):
        yield say("a pool that divides another one is of level department or institution"), "level"
    for key in UNUSED_IN_DIVIDED if found.divides else ():
        if section.has(key):
            yield say("a pool that divides another one gets its share by {by} and nothing else", by="`by`"), key
    if found.among and found.outside and set(found.among) & set(found.outside):
        yield say("among and outside name the same, so nobody is left"), "outside"


def _listed(section: Section, key: str) -> tuple[str, ...]:
    """Take a list of operands; one by itself is a list of one."""
    given = section.take(key)
    entries = [given] if isinstance(given, str) else given or []
    if not isinstance(entries, list) or not all(isinstance(entry, str) and entry for entry in entries):
        section.problem(say("must be a list of texts in quotes"), key)
        return ()
    return tuple(entry for entry in entries if _operand(section, key, entry))


def _one(section: Section, key: str) -> str:
    text = section.text(key, required=section.has(key))
    return text if text and _operand(section, key, text) else ""


def _operand(section: Section, key: str, text: str) -> bool:
    if is_number(text) or FIGURE_NAME.fullmatch(text):
        return True
    if text.startswith("-") and is_number(text[1:]):
        section.problem(
            say("{text} is below 0: a number that is written here is 0 or more", text=in_quotes(text)), key,
            say("give what is below 0 as a parameter, and name it"),
        )  # fmt: skip
        return False
    section.problem(
        say("{text} is neither a name nor a number", text=in_quotes(text)), key,
        say('write a figure, an input as finance[line], a parameter, or a number such as "21.75"'),
    )  # fmt: skip
    return False


def _choice(section: Section, key: str) -> str:
    text = section.text(key, required=section.has(key))
    return text if not text or one_of(section, key, text, CHOICES[key]) else ""


def _slices(section: Section) -> Iterator[Slice]:
    for entry in section.sections("slices"):
        start, rate = entry.text("from", required=True), entry.text("rate", required=True)
        entry.finish()
        if start and rate and _operand(entry, "from", start) and _operand(entry, "rate", rate):
            yield Slice(start, rate)


def _selection(section: Section, key: str) -> Selection:
    """Read whom a calculation takes: { title = ["医师", "护士"], director = false }."""
    given = section.section(key)
    selection: list[tuple[str, tuple[str, ...]]] = []
    for name in given.table:
        if name == DIRECTOR:
            flag = given.flag(name)
            selection.append((name, ("yes" if flag else "no",)))
        elif one_of(given, name, name, (*PERSON_KEYS, *INSTITUTION_KEYS, DIRECTOR)):
            values = given.texts(name)
            for value in values:
                if name in CLOSED:
                    one_of(given, name, value, CLOSED[name])
            if not values:
                given.problem(say("is empty"), name)
            selection.append((name, values))
        else:
            given.take(name)
    if section.has(key) and not given.table:
        section.problem(say("is empty"), key)
    return tuple(sorted(selection))


def read_ratios(section: Section, key: str) -> tuple[tuple[str, Fraction], ...]:
    """Read positive ratios by name: { workload = "6", quality = "3" } need not sum to 1."""
    given = section.section(key)
    ratios = []
    for name in given.table:
        ratio = ratio_of(given, name)
        if ratio is not None:
            ratios.append((name, ratio))
    whole_shares(section, key, [ratio for _, ratio in ratios])
    return tuple(ratios)


def whole_shares(section: Section, key: str, ratios: Sequence[Fraction]) -> None:
    """Report shares that are all below 1 and do not sum to 1: a ratio is not written like that."""
    if ratios and max(ratios) < 1 and sum(ratios) != 1:
        section.problem(
            say("shares below 1 sum to 1, and these do not"), key,
            say('correct them, or write a ratio: "6" and "3"'),
        )  # fmt: skip


def ratio_of(section: Section, key: str) -> Fraction | None:
    """Take a ratio in quotes: "3", "1.2" or "1/3", above 0; None where it is none."""
    text = section.text(key, required=True)
    if not text:
        return None
    if not is_number(text) or not Fraction(text):
        section.problem(say("{text} is no ratio above 0", text=in_quotes(text)), key, say('write "3", "1.2" or "1/3"'))
        return None
    return Fraction(text)
