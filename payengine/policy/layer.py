"""Entries of one policy file, which `merge.py` puts together; nothing is resolved here."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Any

from payengine.errors import Problem
from payengine.periods import KINDS
from payengine.policy.band_entries import read_bands
from payengine.policy.bands import Bands
from payengine.policy.calculation import Calculation
from payengine.policy.calculation_entries import CHOICES, calculates, ratio_of, read_calculation, whole_shares
from payengine.policy.charges import Charge, read_charge
from payengine.policy.closing import Closing
from payengine.policy.closing_entry import read_closing
from payengine.policy.declarations import COUNTED, PAID, Reasons, read_reasons
from payengine.policy.entries import first_of_month, interval, kind_of, read_unit, read_values
from payengine.policy.finding_rule import FindingRule
from payengine.policy.finding_rules import read_finding_rules
from payengine.policy.keys import KEYS, NAMED_BY, Where, where_of
from payengine.policy.known_income import KnownIncome
from payengine.policy.model import (
    ALL,
    ANY,
    AXES,
    EVERY,
    FIXED,
    ONE,
    RECEIVABLE,
    REFUSE,
    TOTAL,
    UNLESS_NOT_GIVEN,
    VARIABLE,
    DatedValue,
    Funding,
    Layer,
    Term,
)
from payengine.policy.signs import Signs, read_signs
from payengine.policy.step_rule import StepRule
from payengine.policy.step_rules import read_step_rules
from payengine.policy.toml import KeyPath, Section, one_of
from payengine.texts import in_quotes, joined, say

LEVELS = ("national", "region", "county", "institution")
DIRECTIONS = ("at_least", "at_most", "above", "below", "target")  # how a check compares
CHECK_LEVELS = ("institution", "consortium")
DELEGATES = ("institution",)
FIRST_SETTING = "first_setting"
CAUSES = ("major_project", "price_adjustment")  # for which health and finance may change a price


@dataclass(frozen=True)
class ParameterEntry:
    """A layer's entry of a parameter; None and '' where it says nothing."""

    label: str
    unit: str
    ask: str
    required: bool | None
    optional: bool | None
    approvals: tuple[str, ...]
    delegated_to: tuple[str, ...] | None
    per: str
    by: str
    minimum: int | None
    maximum: int | None
    sums_to: int | None
    ratio: bool | None
    banded_by: str
    year_before: str
    replaces: bool
    values: tuple[DatedValue, ...]
    kinds: tuple[str, ...]  # of each entry of `values` as it is written: a flag, a figure or ('') a number
    place: KeyPath


@dataclass(frozen=True)
class ComponentEntry:
    """A layer's entry of a component or statement; None where it says nothing."""

    label: str
    terms: tuple[Term, ...] | None
    input: str | None
    source: str
    place: KeyPath
    prorated: str | None = None
    calculation: Calculation | None = None
    charge: Charge | None = None


@dataclass(frozen=True)
class FigureEntry:
    """A layer's entry of a figure or a pool; an empty text where it says nothing."""

    label: str
    source: str
    calculation: Calculation
    is_pool: bool
    place: KeyPath


@dataclass(frozen=True)
class TotalEntry:
    """A layer's entry of a total; None where it says nothing."""

    label: str
    components: tuple[str, ...] | None
    earlier: tuple[str, ...] | None
    to_date: bool | None
    pay_class: str | None
    without: tuple[str, ...] | None
    charged_to: str
    place: KeyPath


@dataclass(frozen=True)
class CheckEntry:
    """A layer's entry of a check: the fields of `Check` that it gives."""

    fields: Mapping[str, Any]
    place: KeyPath


@dataclass(frozen=True)
class ContinuationEntry:
    """A [[continuation]] of `parameters` from `start`.

    Of those keyed by `keyed`, or (None) of all that ended that day.
    """

    parameters: tuple[str, ...]
    start: date
    until: date | None
    keyed: Where | None
    document: str
    day: date
    place: KeyPath


@dataclass
class LayerContent:
    """The entries of one layer's file."""

    layer: Layer
    extends: tuple[str, ...] = ()
    parameters: dict[str, ParameterEntry] = field(default_factory=dict)
    components: dict[str, ComponentEntry] = field(default_factory=dict)
    statements: dict[str, ComponentEntry] = field(default_factory=dict)
    totals: dict[str, TotalEntry] = field(default_factory=dict)
    known_income: dict[str, KnownIncome] = field(default_factory=dict)
    checks: dict[str, CheckEntry] = field(default_factory=dict)
    finding_rules: dict[str, FindingRule] = field(default_factory=dict)
    closing: Closing | None = None
    steps: dict[str, StepRule] = field(default_factory=dict)
    payment_steps: dict[str, StepRule] = field(default_factory=dict)
    figures: dict[str, FigureEntry] = field(default_factory=dict)
    bands: dict[str, Bands] = field(default_factory=dict)
    outputs: dict[str, tuple[str, ...]] = field(default_factory=dict)
    without: dict[str, tuple[str, ...]] = field(default_factory=dict)
    choices: dict[str, dict[str, str]] = field(default_factory=dict)
    names: dict[str, dict[str, str]] = field(default_factory=dict)
    dropped: dict[str, tuple[str, ...]] = field(default_factory=dict)  # by axis: names of earlier layers not in use
    ignored: dict[str, tuple[str, ...]] = field(default_factory=dict)
    required_tables: dict[str, tuple[str, ...]] = field(default_factory=dict)
    below_zero: dict[str, str] = field(default_factory=dict)
    signs: Signs = field(default_factory=dict)
    continuations: list[ContinuationEntry] = field(default_factory=list)
    counted_twice: Reasons = field(default_factory=dict)
    paid_twice: Reasons = field(default_factory=dict)


def read_layer(code: str, place: str, text: str, tables: Mapping[str, Any], problems: list[Problem]) -> LayerContent:
    """Read one policy file; everything wrong with it by itself is added to `problems`."""
    file = Section(tables, KeyPath(place, ()), problems)
    head = file.section("policy")
    if not file.has("policy"):
        file.problem(say("the table [policy] is missing"))
    elif head.text("code", required=True) not in ("", code):
        head.problem(say("the code is not the file's name {name}", name=in_quotes(code)), "code")
    level = head.text("level")
    if level:
        one_of(head, "level", level, LEVELS[:-1])
    illustrative = bool(head.flag("illustrative"))
    title = head.text("title", required=file.has("policy"))
    content = LayerContent(Layer(code, title, place, text, level, illustrative), head.texts("extends"))
    head.finish()
    _formulas(content, file.section("formulas"))
    _names(content, file.section("names"), file.section("ignored"))
    _required(content, file.section("requires"))
    content.below_zero = _below_zero(file.section("below_zero"))
    content.signs = read_signs(file.section("signs"))
    content.components = {name: _part(s, (FIXED, VARIABLE)) for name, s in file.section("components").named_sections()}
    content.statements = {name: _part(s, ()) for name, s in file.section("statements").named_sections()}
    content.totals = {name: _total(section) for name, section in file.section("totals").named_sections()}
    content.known_income = {
        name: _known_income(name, code, section) for name, section in file.section("known_income").named_sections()
    }
    content.checks = {name: _check(section) for name, section in file.section("checks").named_sections()}
    content.finding_rules = read_finding_rules(file)
    content.closing = read_closing(file)
    content.steps, content.payment_steps = read_step_rules(file)
    content.bands = {name: read_bands(name, section) for name, section in file.section("bands").named_sections()}
    for pool, key, extra in ((False, "figures", ("unit",)), (True, "pools", ("parts",))):
        for name, section in file.section(key).named_sections():
            if name in content.figures:
                section.problem(say("{name} is a figure and a pool", name=in_quotes(name)))
            content.figures[name] = _figure(section, pool, extra)
    content.parameters = {
        name: _parameter(section, content.layer) for name, section in file.section("parameters").named_sections()
    }
    content.counted_twice = read_reasons(file, COUNTED)
    content.paid_twice = read_reasons(file, PAID)
    content.continuations = [found for found in map(_continuation, file.sections("continuation")) if found is not None]
    file.finish()
    return content


def read_institution(
    code: str, place: str, text: str, tables: Mapping[str, Any], problems: list[Problem]
) -> LayerContent:
    """Read the layer of one institution: values of parameters, nothing else.

    Each holds for that institution only.
    """
    file = Section(tables, KeyPath(place, ()), problems)
    head = file.section("policy")
    institution = head.text("institution") or code
    illustrative = bool(head.flag("illustrative"))
    layer = Layer(
        f"institutions/{code}", head.text("title"), place, text, LEVELS[-1], illustrative, institution=institution
    )
    head.finish()
    content = LayerContent(layer)
    for name, section in file.section("parameters").named_sections():
        content.parameters[name] = _parameter(section, layer)
        for key in section.table:
            if key not in ("minimum", "maximum", "values"):
                section.problem(say("an institution gives values only"), key)
    for key in file.table:
        if key not in ("policy", "parameters"):
            file.take(key)
            file.problem(say("an institution sets only the [parameters] that are delegated to it"), key)
    file.finish()
    return content


def _formulas(content: LayerContent, formulas: Section) -> None:
    for kind, section in formulas.named_sections():
        if not one_of(formulas, kind, kind, KINDS):
            continue
        content.outputs[kind] = section.texts("outputs")
        content.without[kind] = section.texts("without")
        content.choices[kind] = {
            name: section.text(name, required=True) for name in section.table if name not in ("outputs", "without")
        }


def _names(content: LayerContent, names: Section, ignored: Section) -> None:
    for axis, section in names.named_sections():
        if one_of(names, axis, axis, AXES):
            content.dropped[axis] = section.texts("without")
            content.names[axis] = {name: section.text(name) for name in section.table if name != "without"}
    for axis in ignored.table:
        listed = ignored.texts(axis)
        if one_of(ignored, axis, axis, AXES):
            content.ignored[axis] = listed


def _required(content: LayerContent, requires: Section) -> None:
    for kind in requires.table:
        tables = requires.texts(kind)
        if one_of(requires, kind, kind, KINDS):
            content.required_tables[kind] = tables


def _below_zero(section: Section) -> dict[str, str]:
    """Read, by kind of period, what becomes of persons whose lines sum below zero."""
    found: dict[str, str] = {}
    for kind in section.table:
        chosen = section.text(kind, required=True)
        if one_of(section, kind, kind, KINDS) and one_of(section, kind, chosen, (REFUSE, RECEIVABLE)):
            found[kind] = chosen
    return found


def _part(section: Section, classes: tuple[str, ...]) -> ComponentEntry:
    """Read a component (`classes` are those it may have) or a statement (no classes)."""
    label, source = section.text("label"), section.text("source")
    charge = read_charge(section) if classes else None
    given = section.text("input") if classes else ""
    calculation = prorated = None
    if calculates(section):
        calculation = read_calculation(section)
        if given:
            section.problem(say("it is paid as given and calculated; choose one of the two"), "input")
    elif section.has("prorated"):
        prorated = section.text("prorated", required=True)
        if prorated:
            one_of(section, "prorated", prorated, CHOICES["prorated"])
    terms: tuple[Term, ...] | None = None
    if section.has("terms"):
        for key in ("class", "funding"):
            if section.has(key):
                section.take(key)
                section.problem(say("stands beside terms; write it in each of the terms"), key)
        dated = [_term(entry, classes, dated=True) for entry in section.sections("terms")]
        terms = _in_order(section, [term for term in dated if term is not None])
    elif section.has("funding") or section.has("class"):
        term = _term(section, classes, dated=False)
        terms = (term,) if term else ()
    section.finish()
    given_or_not = given if classes and section.has("input") else None
    return ComponentEntry(label, terms, given_or_not, source, section.place, prorated, calculation, charge)


def _figure(section: Section, is_pool: bool, extra: tuple[str, ...]) -> FigureEntry:
    """Read a figure or a pool; a later layer that names it again says all of it again."""
    label, source = section.text("label", required=True), section.text("source")
    calculation = read_calculation(section, *extra)
    section.finish()
    return FigureEntry(label, source, calculation, is_pool, section.place)


def _total(section: Section) -> TotalEntry:
    """Read a sum of components: a list of them, all of a class, or all."""

    def listed(key: str) -> tuple[str, ...] | None:
        return section.texts(key) if section.has(key) else None

    pay_class = section.text("class", required=True) if section.has("class") else None
    if pay_class:
        one_of(section, "class", pay_class, (FIXED, VARIABLE, ALL))
    charged_to = section.text("charged_to", required=section.has("charged_to"))
    if charged_to:
        one_of(section, "charged_to", charged_to, (TOTAL,))
        if section.has("components") or section.has("class"):
            section.problem(say("a total by charge lists no components and no class"), "charged_to")
    summed = TotalEntry(
        label=section.text("label"),
        components=listed("components"),
        earlier=listed("earlier"),
        to_date=section.flag("to_date"),
        pay_class=pay_class,
        without=listed("without"),
        charged_to=charged_to,
        place=section.place,
    )
    section.finish()
    return summed


def _known_income(name: str, layer: str, section: Section) -> KnownIncome:
    """Read known income; a later layer that names it again says all of it again."""
    label, key = section.text("label", required=True), section.text("input", required=True)
    income = KnownIncome(name, label, key, layer, section.text("source"))
    section.finish()
    return income


def _check(section: Section) -> CheckEntry:
    """Read a figure and its comparison; a later layer need not repeat what it keeps."""
    texts = (
        "label", "figure", "over", "tolerance", "when", "nothing", "needs", "report_with", "level", "source",
        "given_by",
    )  # fmt: skip
    given: dict[str, Any] = {key: section.text(key, required=True) for key in texts if section.has(key)}
    if section.has("unit"):
        given["unit"] = read_unit(section, required=True)
    given |= {key: section.texts(key) for key in ("kinds", "periods") if section.has(key)}
    given |= {"adds_up": section.flag("adds_up")} if section.has("adds_up") else {}
    given |= _blocks(section)
    for period in given.get("periods", ()):
        one_of(section, "periods", period, KINDS)
    if "level" in given:
        one_of(section, "level", given["level"], CHECK_LEVELS)
    if "given_by" in given:
        one_of(section, "given_by", given["given_by"], (EVERY, ANY))
    compared = [key for key in DIRECTIONS if section.has(key)]
    if len(compared) > 1:
        section.problem(say("compares in several ways ({ways}); choose one", ways=joined(compared)))
    for key in compared:
        given |= {"direction": key, "threshold": section.text(key, required=True)}
    if section.has("tolerance") != ("target" in compared):
        section.problem(say("a target has a tolerance, and nothing else has"), "tolerance")
    section.finish()
    return CheckEntry(given, section.place)


def _blocks(section: Section) -> dict[str, bool]:
    """Read if a check stops the publication: always, never, or unless it is not given."""
    if not section.has("blocks_publication"):
        return {}
    told = section.take("blocks_publication")
    if isinstance(told, bool) or told == UNLESS_NOT_GIVEN:
        return {"blocks_publication": bool(told), "may_be_not_given": told == UNLESS_NOT_GIVEN}
    section.problem(say('must be true, false or "{word}"', word=UNLESS_NOT_GIVEN), "blocks_publication")
    return {}


def _term(section: Section, classes: tuple[str, ...], dated: bool) -> Term | None:
    start = until = None
    if dated:
        start, until, _ = interval(section)
    pay_class = section.text("class", required=bool(classes)) if classes else ""
    if pay_class:
        one_of(section, "class", pay_class, classes)
    shares = _funding(section)
    if dated:
        section.finish()
        if start is None:
            return None
    return Term(start, until, shares, pay_class)


def _funding(section: Section) -> tuple[Funding, ...]:
    """Read `funding = "finance"`, or a list of sources with shares.

    Shares are a ratio: 0.6 and 0.4, or 3, 2 and 2.
    """
    given = section.take("funding")
    if given is None or isinstance(given, str):
        source = section.text("funding", required=True)
        return (Funding(source, ONE),) if source else ()
    ratios: list[tuple[str, Fraction]] = []
    for entry in section.sections("funding"):
        source, share = entry.text("source", required=True), ratio_of(entry, "share")
        entry.finish()
        ratios.append((source, share or Fraction(1)))
    if len({source for source, _ in ratios}) < len(ratios):
        section.problem(say("a source stands in it twice"), "funding")
    whole_shares(section, "funding", [share for _, share in ratios])
    unit = math.lcm(ONE, *(share.denominator for _, share in ratios))
    return tuple(Funding(source, int(share * unit)) for source, share in ratios)


def _in_order(section: Section, terms: list[Term]) -> tuple[Term, ...]:
    """Sort terms by start and end an open one at its successor.

    Gaps and overlaps are problems.
    """
    ordered = sorted(terms, key=lambda term: term.start or date.min)
    for position, (one, following) in enumerate(pairwise(list(ordered))):
        if one.until is None:
            ordered[position] = Term(one.start, following.start, one.funding, one.pay_class)
        elif following.start is not None and one.until != following.start:
            what = say("overlap") if following.start < one.until else say("leave a gap")
            section.problem(say("the terms {what} at {day}", what=what, day=min(one.until, following.start)), "terms")
    return tuple(ordered)


def _parameter(section: Section, layer: Layer) -> ParameterEntry:
    entries = list(section.sections("values"))
    declared = ParameterEntry(
        label=section.text("label"),
        unit=read_unit(section),
        ask=section.text("ask"),
        required=section.flag("required"),
        optional=section.flag("optional"),
        approvals=section.texts("approvals"),
        delegated_to=section.texts("delegated_to") if section.has("delegated_to") else None,
        per=section.text("per"),
        by=section.text("by"),
        minimum=section.number("minimum"),
        maximum=section.number("maximum"),
        sums_to=section.number("sums_to"),
        ratio=section.flag("ratio"),
        banded_by=section.text("banded_by"),
        year_before=section.text("year_before"),
        replaces=bool(section.flag("replaces")),
        values=tuple(value for entry in entries for value in read_values(entry, layer)),
        kinds=tuple(kind_of(entry) for entry in entries if entry.table.get("value") != ""),
        place=section.place,
    )
    for delegate in declared.delegated_to or ():
        one_of(section, "delegated_to", delegate, DELEGATES)
    for key, axis in (("per", declared.per), ("by", declared.by)):
        if axis in KEYS and axis not in NAMED_BY:
            section.problem(
                say("{axis} is no axis of names, but a key of values", axis=in_quotes(axis)), key,
                say("leave {key} out, and write where = {{ {axis} = ... }} in each value", key=key, axis=axis),
            )  # fmt: skip
        elif axis:
            one_of(section, key, axis, NAMED_BY)
    section.finish()
    return declared


def _continuation(section: Section) -> ContinuationEntry | None:
    parameters, document = section.texts("parameters"), section.text("document", required=True)
    if not parameters:
        section.problem(say("names no parameters"), "parameters")
    start, day = section.day("from", required=True), section.day("date", required=True)
    until = section.day("until", required=section.table.get("until") == "")
    given = section.section("where")
    keyed = where_of({key: given.text(key, required=True) for key in given.table}) if section.has("where") else None
    for key in given.table:
        one_of(given, key, key, KEYS)
    for key, end in (("from", start), ("until", until)):
        first_of_month(section, key, end)
    if start and until and until <= start:
        section.problem(say("ends on {day}, not after its start", day=until), "until")
        return None
    section.finish()
    return ContinuationEntry(parameters, start, until, keyed, document, day, section.place) if start and day else None
