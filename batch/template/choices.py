"""Choices of the template's columns.

Closed lists, flags, categories, and the names that a policy asks for.
"""

from __future__ import annotations

from dataclasses import dataclass

from batch.input_tables import BY_NAME, Column
from batch.input_words import CATEGORY_WORDS, CHOICE_WORDS, FLAG_WORDS, choice_cell, label_of
from batch.needs.needs import Needs
from batch.needs.words import effect_words, kind_words, name_unit, when_words, who_words
from payengine.texts import joined, language, say

FLAGS = ("yes", "no")


@dataclass(frozen=True)
class Choice:
    """Cell of a drop-down list, with what is to be known of it.

    `name` is what a file without words says.
    """

    cell: str
    name: str
    unit: str = ""
    who: str = ""
    when: str = ""
    without: str = ""


def choices_of(needs: Needs, table: str, column: Column) -> list[Choice]:
    """List what a column offers; none where anything may be written."""
    chinese = language() == "zh"
    if column.kind == "flag":
        return [Choice(label_of(FLAG_WORDS, flag) if chinese else flag, flag) for flag in FLAGS]
    if column.choices:
        return [Choice(label_of(CHOICE_WORDS, code) if chinese else code, code) for code in column.choices]
    if (table, column.name) == ("service_item", "category"):
        return [_category(needs, name, chinese) for name in needs.categories]
    if table == "engagement" and column.name in needs.distinguished:
        return [Choice(text, text) for text in needs.distinguished[column.name]]
    return _named(needs, table, column.name)


def _category(needs: Needs, name: str, chinese: bool) -> Choice:
    if chinese and name in CATEGORY_WORDS:
        return Choice(label_of(CATEGORY_WORDS, name), name)
    label = needs.policy.label("category", name) if name not in CATEGORY_WORDS else ""
    return Choice(choice_cell(name, label), name)


def _named(needs: Needs, table: str, column: str) -> list[Choice]:
    """List the names that the policy asks for, each once for all periods."""
    asked = [need for need in needs.of_table(table) if need.column == column]
    if column in ("day", "first_worked"):  # of these no name is asked
        return []
    found = []
    for name in dict.fromkeys(need.name for need in asked):
        of_name = [need for need in asked if need.name == name]
        texts = [
            [who_words(need) for need in of_name], [_when(need.period.kind, when_words(need)) for need in of_name],
            [effect_words(need) for need in of_name],
        ]  # fmt: skip
        who, when, without = (say("; ").join(dict.fromkeys(each)) for each in texts)
        found.append(Choice(choice_cell(name, of_name[0].label), name, name_unit(of_name[0]), who, when, without))
    return found


def _when(kind: str, when: str) -> str:
    often = kind_words(kind)
    return when if often in when else joined([often, when])


def cell_of(table: str, column: str, value: str, needs: Needs) -> str:
    """Write a plain value as its choice is written; as it stands where there is none."""
    for choice in choices_of(needs, table, BY_NAME[table].column(column)):
        if choice.name == value:
            return choice.cell
    return value
