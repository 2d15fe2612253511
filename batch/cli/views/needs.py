"""Needs of a policy as they are printed.

Tables by sort, names by table, missing values by who agrees to them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from batch.cli.views.blocks import Blocks, Line
from batch.cli.views.code_words import coded
from batch.cli.views.paragraphs import Paragraphs
from batch.needs.needs import Needs
from batch.needs.table_needs import SORTS, UNREAD
from batch.needs.words import (
    category_word,
    cell_words,
    column_name,
    effect_words,
    kind_words,
    name_unit,
    sort_words,
    table_name,
    table_words,
    when_words,
    who_words,
)
from payengine.texts import joined, say

if TYPE_CHECKING:
    from rich.console import RenderableType

    from batch.needs.name_needs import NameNeed
    from batch.needs.value_needs import ValueNeed


def needs_json(needs: Needs) -> dict[str, Any]:
    """Describe what a policy needs as JSON, with a sentence beside each code."""
    return {
        "policy": needs.policy.code,
        "title": needs.policy.title,
        "periods": [str(period) for period in needs.periods],
        "tables": [
            {
                "table": each.table, "period": str(each.period), "sort": each.sort, "reasons": list(each.reasons),
                "refuses_without_rows": each.refuses_without_rows, "lines": list(each.lines),
                "decides_records": each.decides_records, "text": table_words([each]),
            }
            for each in needs.tables
        ],
        "names": [_name_json(each) for each in needs.names],
        "categories": list(needs.categories),
        "distinguished": needs.distinguished,
        "tenures": list(needs.tenures),
        "values": [_value_json(each) for each in needs.values],
    }  # fmt: skip


def _name_json(need: NameNeed) -> dict[str, Any]:
    return {
        "table": need.table, "column": need.column, "name": need.name, "label": need.label, "unit": need.unit,
        "period": str(need.period), "kind": need.period.kind, "rows_of": need.window.name.lower(),
        "who": {
            "holder": need.who.holder, "only": {column: list(words) for column, words in need.who.only.items()},
            "some": need.who.some, "text": who_words(need),
        },
        "when": when_words(need), "pays": need.pays, "certain": need.certain,
        "without": {"effect": need.effect, "lines": list(need.lines), "text": effect_words(need)},
    }  # fmt: skip


def _value_json(need: ValueNeed) -> dict[str, Any]:
    parameter = need.parameter
    return {
        "parameter": parameter.name, "label": parameter.label, "unit": parameter.unit,
        "where": [dict(each.where) for each in need.supplies if each.where], "approvals": list(parameter.approvals),
        "delegated_to": list(parameter.delegated_to), "read": need.is_read,
        "periods": [str(period) for period in need.periods], "text": need.text,
    }  # fmt: skip


def needs_parts(needs: Needs) -> list[RenderableType]:
    """Print what a policy needs."""
    policy, periods = needs.policy, joined(map(str, needs.periods))
    parts: list[RenderableType] = [
        say("What policy {policy} ({title}) needs for {periods}:", policy=policy.code, title=policy.title,
            periods=periods),
        "", say("Input tables:"), Blocks(_tables(needs)),
    ]  # fmt: skip
    if needs.names:
        parts += ["", say("Names in the tables, and what a missing row costs:"), Blocks(_names(needs))]
    if needs.distinguished:
        words = [Line(joined(texts), column_name("engagement", key), 1) for key, texts in needs.distinguished.items()]
        parts += ["", say("Words of engagement by which the policy's values differ, to be written like this:")]
        parts.append(Blocks(words))
    if needs.tenures:
        parts += ["", Paragraphs([("", cell_words(needs.tenures))])]
    parts += ["", say("Categories of service items: {names}", names=joined(map(_category, needs.categories)))]
    return [*parts, "", *value_parts(needs.values)]


def _tables(needs: Needs) -> list[Line]:
    lines: list[Line] = []
    for sort in SORTS:
        tables = [each for each in dict.fromkeys(one.table for one in needs.tables) if needs.sort_of(each) == sort]
        if not tables:
            continue
        lines.append(Line(sort_words(sort), depth=1, bold=True))
        if sort == UNREAD:
            lines.append(Line(joined(map(table_name, tables)), depth=2))
            continue
        for table in tables:
            of_table = [each for each in needs.tables if each.table == table]
            text = table_words([each for each in of_table if each.sort == sort] or of_table)
            lines.append(Line(text or say("given or not, the run goes on"), table_name(table), 2))
    return lines


def _category(category: str) -> str:
    """Write a category by the word that an input table may hold."""
    return coded(category_word(category), category)


def _names(needs: Needs) -> list[Line]:
    lines: list[Line] = []
    for table in dict.fromkeys(need.table for need in needs.names):
        of_table = needs.of_table(table)
        lines.append(Line("", depth=0))
        lines.append(Line(_heading(of_table), table_name(table), 0, bold=True))
        for period in needs.periods:
            of_period = [need for need in of_table if need.period == period]
            if of_period:
                lines.append(Line(say("{often}, for the run of {period}:", often=kind_words(period.kind),
                                      period=period), depth=1))  # fmt: skip
            for need in of_period:
                lines += [Line(_sentence(need), need.name, 2)]
    return lines[1:]


def _heading(needs: Sequence[NameNeed]) -> str:
    columns = dict.fromkeys(column_name(need.table, need.column) for need in needs)
    return say("column {columns}", columns=joined(columns))


def _sentence(need: NameNeed) -> str:
    when = when_words(need)
    told = [
        need.label, name_unit(need), who_words(need), "" if when == kind_words(need.period.kind) else when,
        effect_words(need), "" if need.certain else say("asked for or not by values that are missing"),
    ]  # fmt: skip
    return say("; ").join(filter(None, told))


def value_parts(values: Sequence[ValueNeed]) -> list[RenderableType]:
    """Print the values that a policy lacks, by the bodies that must agree to them."""
    if not values:
        return [say("The policy lacks no value.")]
    parts: list[RenderableType] = [say("Values that the policy lacks ({n}):", n=len(values))]
    lines: list[Line] = []
    for approvals in dict.fromkeys(need.parameter.approvals for need in values):
        lines.append(Line(approval_words(approvals), depth=1, bold=True))
        for need in values:
            if need.parameter.approvals == approvals:
                unread = "" if need.is_read else say("No formula reads it yet.")
                lines.append(Line(" ".join(filter(None, [need.text, unread])), need.parameter.name, 2))
    return [*parts, Blocks(lines)]


def approval_words(approvals: Sequence[str]) -> str:
    """Write who decides a value."""
    from payengine.policy.bodies import body_words

    if not approvals:
        return say("decided by the county")
    return say("agreed to by {bodies}, each in writing", bodies=joined(map(body_words, approvals)))
