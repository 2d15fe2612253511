"""Needs of a policy in words: who must have a row, when, and what a missing one costs."""

from __future__ import annotations

from collections.abc import Sequence

from batch.input_words import CATEGORY_WORDS, CHOICE_WORDS, COLUMN_WORDS, FLAG_WORDS, TABLE_WORDS, label_of
from batch.inputs.period_tables import Window
from batch.needs.name_needs import NOT_GIVEN, REFUSED, NameNeed
from batch.needs.table_needs import (
    MUST_BE_THERE,
    NAMES_IN_IT,
    NOBODY_WITHOUT,
    PAYS,
    POLICY_SAYS,
    REPORTS,
    REQUIRED,
    TableNeed,
)
from payengine.periods import HALF_YEAR, MONTH, QUARTER
from payengine.suggest import listed
from payengine.texts import joined, language, say
from payengine.unit_words import unit_words

MOST_LINES = 6  # lines named for one missing row


def table_name(table: str) -> str:
    """Write a table as it is called in the language in use, with the name that a file bears."""
    return f"{label_of(TABLE_WORDS, table)} {table}" if language() == "zh" else table


def column_name(table: str, column: str) -> str:
    """Write a column as it is called in the language in use, with the name that a file bears."""
    return f"{label_of(COLUMN_WORDS[table], column)} {column}" if language() == "zh" else column


def code_word(code: str) -> str:
    """Write a code of a closed list or a flag; in Chinese by its word."""
    flag = {"True": "yes", "False": "no"}.get(code, code)
    return label_of({**CHOICE_WORDS, **FLAG_WORDS}, flag) if language() == "zh" else flag


def cell_words(tenures: Sequence[str]) -> str:
    """Write how the cells of the table `comparator` are named."""
    return say(
        "Cells of comparator: title|years of work|education, as engagement writes them; the years are one of: {names}",
        names=joined(tenures),
    )


def sort_words(sort: str) -> str:
    """Write the sort of a table."""
    return {
        REQUIRED: say("required"), PAYS: say("paid from"), REPORTS: say("only checked or reported"),
    }.get(sort, say("not read by this policy"))  # fmt: skip


def kind_words(kind: str) -> str:
    """Write how often rows of a kind of period are given."""
    words = {MONTH: say("every month"), QUARTER: say("every quarter"), HALF_YEAR: say("every half-year")}
    return words.get(kind, say("once a year"))


def when_words(need: NameNeed) -> str:
    """Write for which periods the rows are given."""
    kind = kind_words(need.period.kind)
    return {
        Window.LAST_YEAR: say("{often}, with that of the year before", often=kind),
        Window.WITHIN: say("of the shorter periods inside"),
        Window.INSIDE: say("{often}, or of the shorter periods inside", often=kind),
        Window.YEAR_SO_FAR: say("once, if something stood before the first run here"),
        Window.BEGUN: say("once, if something stood before the first run here"),
    }.get(need.window, kind)  # fmt: skip


def who_words(need: NameNeed) -> str:
    """Write who must have the row, or who may."""
    who = need.who
    by_row = {
        "contract": say("a row for each contract there is"), "adjustment": say("a row for each case there is"),
        "absence": say("a row for each absence there is"), "opening_balance": say("a row for each balance there is"),
        "second_distribution": say("a row for each person of the department"),
    }  # fmt: skip
    if need.table in by_row:
        return by_row[need.table]
    if who.holder == "run":
        return say("one row for the whole run")
    if who.holder == "any":
        return say("one institution of the run, whichever")
    if need.effect != REFUSED:
        return say("each institution that has any") if who.holder == "institution" else say("each person who has any")
    everybody = say("every institution") if who.holder == "institution" else say("every person")
    told = [
        say("{column}: {words}", column=_told_by(column), words=joined(map(code_word, words)))
        for column, words in who.only.items()
    ]
    if who.some:
        return joined([say("whoever it concerns"), *told])
    return say("{everybody} of {told}", everybody=everybody, told=joined(told)) if told else everybody


def category_word(category: str) -> str:
    """Write the word for a category of services that an input table may hold."""
    return label_of(CATEGORY_WORDS, category)


def _told_by(column: str) -> str:
    table = "institution" if column in ("kind", "public_class") else "engagement"
    return label_of(COLUMN_WORDS[table], column) if language() == "zh" else column


def effect_words(need: NameNeed) -> str:
    """Write what a missing row costs."""
    lines = line_words(need)
    if need.effect == REFUSED:
        return say("no row: the run is refused")
    if need.table == "absence":
        return say("no row: nobody was away")
    if need.table == "second_distribution":
        return say("no row of a department: it is not split yet, and nobody is paid of its pool")
    if not lines:
        return say("no row: counts as 0")
    if need.effect == NOT_GIVEN:
        return say("no row: not given is {lines}", lines=listed(lines, MOST_LINES))
    if need.pays and need.who.holder == "person" and need.window is Window.PERIOD:
        return say("no row: nobody gets {lines}", lines=listed(lines, MOST_LINES))
    return say("no row: counts as 0 in {lines}", lines=listed(lines, MOST_LINES))


def line_words(need: NameNeed | TableNeed) -> list[str]:
    """Write the lines that a need names; in Chinese by their labels."""
    return list(need.labels if language() == "zh" else need.lines)


def name_unit(need: NameNeed) -> str:
    """Write the unit of what is given under a name; '' where it is of the name's own."""
    if need.table == "appraisal":
        return say("score")
    of_its_own = need.table in ("staff", "calendar", "measure", "absence")
    return "" if of_its_own or not need.unit else unit_words(need.unit)


def table_words(needs: Sequence[TableNeed]) -> str:
    """Write why a table is needed, over all periods."""
    reasons = {reason for need in needs for reason in need.reasons}
    lines = list(dict.fromkeys(line for need in needs for line in line_words(need)))
    told = []
    if MUST_BE_THERE in reasons:
        told.append(say("absent: the freeze is refused"))
    if NOBODY_WITHOUT in reasons:
        told.append(say("no row of the period: the run is refused"))
    elif any(need.refuses_without_rows for need in needs):
        told.append(say("rows of other periods only: the run is refused"))
    if POLICY_SAYS in reasons:
        told.append(say("the policy demands it: absent, the run is refused"))
    elif NAMES_IN_IT in reasons:
        told.append(say("names in it must be given, see below"))
    if any(need.decides_records for need in needs):
        told.append(say("decides which records are paid, and to whom"))
    if lines:
        told.append(say("no row at all: nobody gets {lines}", lines=listed(lines, MOST_LINES)))
    return say("; ").join(told)
