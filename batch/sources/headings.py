"""Headings and names of files and sheets, by the Chinese words of `batch.input_words`.

A heading is our name of a column or a word for it, or both on two lines. One column is meant by one heading only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache

from batch.input_tables import SOURCE_TABLES
from batch.input_words import COLUMN_WORDS, LAST_DAY_WORDS, TABLE_WORDS, names_by_word
from payengine.characters import escaped
from payengine.errors import Problem
from payengine.suggest import nearest
from payengine.texts import say

UNTIL = "until"
EXAMPLE_WORDS = ("例", "Example")
EXAMPLES = tuple(word + colon for word in EXAMPLE_WORDS for colon in ":：")  # begin the first cell of an example row
MOST_KEPT = 1 << 16  # headings whose meaning is kept
SHEET_WORD = "表"
PARTED = ("second_distribution",)  # tables whose parts come from several hands: their sheets are put together
_BEFORE_PART = "-_ (（·－—"  # between a table's word and what the part is of
LEAST_HEADINGS = 2  # that make a row one of headings
SILENT_ABOUT_LAST_DAY = ("止", "止期", "截止", "截止日期", "结束日期", "终止日期", "止日期", "失效日期")


@cache
def _tables_by_word() -> Mapping[str, str]:
    names = [table.name for table in SOURCE_TABLES]
    return {**names_by_word(TABLE_WORDS, names), **{name: name for name in names}}


def table_named(text: str) -> str:
    """Find the table that a file or a sheet is named after, in either language, or ''.

    A word may end in 表, as messages call the tables.
    """
    names, plain = _tables_by_word(), text.strip().casefold()
    return names.get(plain) or names.get(plain.removesuffix(SHEET_WORD), "")


def part_named(text: str) -> str:
    """Find the table that a sheet has a part of, by its name: 二次分配-全科, 二次分配 (2); '' for none."""
    plain = text.strip().casefold()
    words = (word for word, table in _tables_by_word().items() if table in PARTED and plain.startswith(word))
    word = max(words, key=len, default="")
    return _tables_by_word()[word] if word and plain[len(word)] in _BEFORE_PART else ""


def nearest_table(text: str) -> tuple[str, str]:
    """Find the name or word of a table that is most like a text, and the table.

    Both are '' if none is near.
    """
    names, plain = _tables_by_word(), text.strip().casefold()
    near = plain if plain in names else nearest(plain, names)
    return near, names.get(near, "")


@cache
def _columns_by_word(table: str) -> Mapping[str, str]:
    """Map the words for a table's columns to these."""
    words = COLUMN_WORDS.get(table, {})
    found = names_by_word(words, words)
    return {**found, **{word: UNTIL for word in LAST_DAY_WORDS if UNTIL in words}, **{name: name for name in words}}


def _lines(heading: str) -> list[str]:
    """Split a heading into what may be read: all of it, without line ends, and each line of it."""
    lines = [line for line in (each.strip() for each in heading.splitlines()) if line]
    return list(dict.fromkeys(["".join(lines), *lines]))


def column_of(table: str, heading: str) -> str:
    """Find the column of a table that a heading stands for; '' for none, or for several."""
    meant = _meant(table, heading)
    return meant[0] if len(meant) == 1 else ""


@lru_cache(maxsize=MOST_KEPT)  # asked several times of each
def _meant(table: str, heading: str) -> list[str]:
    columns = _columns_by_word(table)
    if "\n" not in heading and "\r" not in heading:  # nearly all
        plain = heading.strip()
        column = columns.get(plain) or columns.get(plain.casefold())
        return [column] if column else []
    found = (columns.get(line) or columns.get(line.casefold()) for line in _lines(heading))
    return list(dict.fromkeys(column for column in found if column))


def gives_last_day(heading: str) -> bool:
    """Tell if a heading of `until` says that its days are the last ones inside."""
    return not set(LAST_DAY_WORDS).isdisjoint(_lines(heading))


def with_words(table: str, spelled: Mapping[str, str], found: Sequence[str]) -> dict[str, str]:
    """Add to the spelling of a table's columns those that are spelled by a word.

    `spelled` has those that are found already, by our names or because the settings name them.
    """
    taken = set(spelled.values())
    words: dict[str, str] = {}
    for heading in found:
        column = "" if heading in taken else column_of(table, heading)
        if column and column not in spelled:
            words.setdefault(column, heading)
    return {**spelled, **words}


def heading_problems(
    table: str, found: Sequence[str], where: str, stated: Mapping[str, str] | None = None
) -> list[Problem]:
    """List columns with two headings, and headings that stand for two columns.

    `stated` are the headings that the settings name, by column: what these say is no matter of words.
    """
    settled = stated or {}
    found = [heading for heading in found if heading not in settled.values()]
    problems = []
    by_column: dict[str, list[str]] = {}
    for heading in found:
        meant = _meant(table, heading)
        if len(meant) > 1:
            what = say("the heading {heading} names two columns: {one} and {other}",
                       heading=flat(heading), one=meant[0], other=meant[1])  # fmt: skip
            problems.append(Problem(what, where, remedy=say("keep one line of it")))
        if meant and meant[0] not in settled:
            by_column.setdefault(meant[0], []).append(heading)
    for column, headings in by_column.items():
        if len(headings) > 1:
            what = say("the headings {one} and {other} are both for column {column}",
                       one=flat(headings[0]), other=flat(headings[1]), column=column)  # fmt: skip
            problems.append(Problem(what, where, remedy=say("take one of the columns out")))
    silent = [heading for heading in found if heading.strip() in SILENT_ABOUT_LAST_DAY]
    if silent and UNTIL in COLUMN_WORDS.get(table, {}) and UNTIL not in {*by_column, *settled}:
        what = say("the heading {heading} does not say whether its day is still inside", heading=silent[0])
        remedy = say("call it 止（含） for the last day inside, or 止（不含） for the first day after it")
        problems.append(Problem(what, where, remedy=remedy))
    return problems


def known_headings(table: str, cells: Iterable[object]) -> int:
    """Count the columns of a table that the cells of a row could be headings of."""
    return len({column for cell in cells if isinstance(cell, str) and (column := column_of(table, cell))})


def flat(heading: str) -> str:
    """Write a heading on one line, for a message."""
    return escaped(" ".join(heading.split()))
