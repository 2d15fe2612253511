"""Dated entries of a policy file: values, with their keys, approvals and ends."""

from __future__ import annotations

import re
from datetime import date

from payengine.policy.keys import AXIS_KEYS, CLOSED, KEYS, Where, where_of
from payengine.policy.model import FIGURE, FLAG, ONE, Approval, DatedValue, Layer
from payengine.policy.plan_digest import PlanDigest
from payengine.policy.toml import Section, one_of
from payengine.texts import in_quotes, joined, say
from payengine.unit_words import unit_problem

FIGURE_NAME = re.compile(r"[a-z][a-z0-9_]*(\[[^\[\]\s]+\])?", re.ASCII)  # surplus, finance[medical_income]
_FRACTION = re.compile(r"(\d{1,6})/([1-9]\d{0,5})", re.ASCII)  # 1/3


def read_unit(section: Section, required: bool = False) -> str:
    """Take a unit; one with a word that is not a unit's is a problem, with the words there are."""
    unit = section.text("unit", required=required)
    what, remedy = unit_problem(unit) if unit else ("", "")
    if what:
        section.problem(what, "unit", remedy)
    return unit


def first_of_month(section: Section, key: str, day: date | None) -> None:
    """Report a `day` in mid-month."""
    if day is not None and day.day != 1:
        section.problem(
            say("{day} is not the first of a month: what formulas read changes on the first of a month only", day=day),
            key,
        )


def interval(section: Section) -> tuple[date | None, date | None, str]:
    """Read `from`, and either `until` or `continues`, the reason for having no end."""
    start = section.day("from", required=True)
    until = section.day("until", required=section.table.get("until") == "")
    continues = section.text("continues", required=section.has("continues"))
    for key, day in (("from", start), ("until", until)):
        first_of_month(section, key, day)
    if start and until and until <= start:
        section.problem(say("ends on {day}, not after its start", day=until), "until")
        until = None
    elif section.has("until") and section.has("continues"):
        section.problem(say("has an end and a reason for having none; give one of the two"), "continues")
    elif not section.has("until") and not section.has("continues"):
        section.problem(
            say("has no end"),
            remedy=say('give until = DATE, or continues = "why it goes on until it is replaced"'),
        )
    return start, until, continues


def _where(section: Section, layer: Layer) -> list[Where]:
    """Read the keys of a value; a list of values for a key means each of them."""
    given = section.section("where")
    spread: list[dict[str, str]] = [{}]
    for key in given.table:
        if given.table[key] == "":
            given.text(key, required=True)
            continue
        values = given.texts(key)
        if not one_of(given, key, key, KEYS):
            continue
        if layer.institution and key == "kind":
            given.problem(say("an institution has one kind; leave it out"), key)
            continue
        for value in values:
            if key in CLOSED:
                one_of(given, key, value, CLOSED[key])
        if not values:
            given.problem(say("is empty"), key)
        spread = [{**keys, key: value} for keys in spread for value in values]
    if layer.institution:
        for keys in spread:
            if keys.setdefault("institution", layer.institution) != layer.institution:
                given.problem(
                    say("is not {code}, whose layer this is", code=in_quotes(layer.institution)), "institution"
                )
    axes = [key for key in given.table if key in AXIS_KEYS]
    if len(axes) > 1:
        given.problem(say("at most one of these can key a parameter: {keys}", keys=joined(axes)))
    return [where_of(keys) for keys in spread]


def _approvals(section: Section) -> tuple[Approval, ...]:
    approvals = []
    for entry in section.sections("approvals"):
        body, document = entry.text("body", required=True), entry.text("document", required=True)
        day, plan = entry.day("date", required=True), entry.text("plan", required=entry.has("plan"))
        if plan and PlanDigest.read(plan) is None:
            entry.problem(
                say("{text} is no digest of a plan", text=in_quotes(plan)),
                "plan",
                say("quote what payengine plan printed: PERIOD:NEW:OLD"),
            )
        entry.finish()
        if body and document and day:
            approvals.append(Approval(body, document, day, plan))
    return tuple(approvals)


def kind_of(section: Section) -> str:
    """Classify a value as written: a flag, the name of a figure, or else ('') a number.

    What it should be, only the merged policy knows: a layer need not repeat a parameter's unit.
    """
    found = section.table.get("value")
    if isinstance(found, bool):
        return FLAG
    return FIGURE if isinstance(found, str) and FIGURE_NAME.fullmatch(found) else ""


def _basis(section: Section, illustrative: bool) -> tuple[str, str, str]:
    """Read `quote`, or else `reading` with its `alternative`.

    These are the document's words, or what was read into them.
    """
    quote, reading, alternative = (
        section.text(key, required=section.has(key)) for key in ("quote", "reading", "alternative")
    )
    if quote and reading:
        section.problem(say("is quoted and read into the text; give one of the two"), "reading")
    elif illustrative and (quote or reading):
        section.problem(say("is invented, so no document says it"), "quote" if quote else "reading")
    if bool(reading) != bool(alternative):
        section.problem(
            say("a reading and the other one that the text allows belong together"),
            "reading" if reading else "alternative",
            remedy=say('give reading = "what was read into the text" and alternative = "how else it can be read"'),
        )
    return quote, reading, alternative


def read_values(section: Section, layer: Layer) -> list[DatedValue]:
    start, until, continues = interval(section)
    lapses = section.text("lapses", required=section.has("lapses"))
    if lapses and continues:
        section.problem(say("has no end, so it cannot lapse"), "lapses")
    wheres = _where(section, layer)
    kind, given = kind_of(section), section.take("value")
    over = 1
    if isinstance(given, str) and (fraction := _FRACTION.fullmatch(given)):
        number: int | None = int(fraction[1]) * ONE
        over = int(fraction[2])
    else:
        number = int(given) if kind == FLAG else 0 if kind == FIGURE else section.number("value", required=True)
    figure = given if kind == FIGURE else ""
    source = section.text("source", required=True)
    illustrative = bool(section.flag("illustrative")) or layer.illustrative
    approvals, cause = _approvals(section), section.text("cause")
    quote, reading, alternative = _basis(section, illustrative)
    section.finish()
    if start is None or number is None:
        return []
    return [
        DatedValue(
            start,
            until,
            where,
            number,
            source,
            layer.code,
            illustrative,
            approvals,
            cause,
            continues,
            lapses,
            figure=figure,
            quote=quote,
            reading=reading,
            alternative=alternative,
            over=over,
        )
        for where in wheres
    ]
