"""Settings of an office's own names and codes: `[source.columns]` and `[source.values]`.

[source.columns.engagement]
staff = "员工号"

[source.values.engagement.employment]
"正式工" = "established"
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from typing import Any

from batch import input_tables as tables
from payengine.policy.toml import Section
from payengine.suggest import hint
from payengine.texts import in_quotes, joined, say, word

MAPPED_KINDS = ("text", "code", "flag")
FLAG_CODES = ("yes", "no")


def stated_columns(section: Section, queries: Container[str]) -> dict[str, dict[str, str]]:
    """Read `[source.columns]`: by table and our name of a column, the name in the source."""
    stated = {}
    for table, named in _by_table(section):
        if table.name in queries:
            section.problem(
                say("a query stands for {table}, which names its columns itself", table=word(table.name)), table.name,
                say("rename in the query: select 员工号 as staff"),
            )  # fmt: skip
            continue
        known = set(table.column_names)
        taken: dict[str, str] = {}
        for name, theirs in named.table.items():
            if name not in known:
                named.problem(_no_column(name, table), name)
            elif not isinstance(theirs, str):
                named.not_text(name)
            elif not theirs.strip():
                named.problem(say("names no column"), name)
            elif theirs in taken:
                what = say("{column} stands for {other} already", column=theirs, other=taken[theirs])
                named.problem(what, name, say("one column of the source is one column here"))
            else:
                taken[theirs] = name
        stated[table.name] = {name: theirs for theirs, name in taken.items()}
    return stated


def stated_values(section: Section) -> dict[str, dict[str, dict[str, str]]]:
    """Read `[source.values]`: by table and column, the office's codes with ours."""
    stated = {}
    for table, columns in _by_table(section):
        found = {}
        for name in columns.table:
            if name not in table.column_names:
                columns.problem(_no_column(name, table), name)
                continue
            column = table.column(name)
            if column.private or column.kind not in MAPPED_KINDS:
                columns.problem(
                    say("holds no codes"), name,
                    say("map the columns of kind code, text and flag, and none that names a patient"),
                )  # fmt: skip
                continue
            codes = _section(columns, name)
            found[name] = dict(_codes(codes, column))
        stated[table.name] = found
    return stated


def _codes(codes: Section, column: tables.Column) -> Iterator[tuple[str, str]]:
    """Yield the pairs of codes of a column, those that can be right."""
    choices = FLAG_CODES if column.kind == "flag" else column.choices
    for own, ours in codes.table.items():
        if not isinstance(ours, str):
            codes.not_text(own)
        elif ours != ours.strip():
            codes.problem(say("{code} begins or ends with a blank", code=in_quotes(ours)), own)
        elif not ours and not column.empty:
            codes.problem(say("{column} may not be empty", column=column.name), own)
        elif ours and choices and ours not in choices:
            what = say("{code} is none of {choices}", code=in_quotes(ours), choices=joined(choices))
            codes.problem(what + hint(ours, choices), own)
        else:
            yield own, ours


def _by_table(section: Section) -> Iterator[tuple[tables.Table, Section]]:
    """Yield the tables inside a section that are named after input tables."""
    for name in section.table:
        if name not in tables.SOURCE_BY_NAME:
            section.problem(say("is not an input table{near}", near=hint(name, tables.SOURCE_BY_NAME)), name)
        else:
            yield tables.SOURCE_BY_NAME[name], _section(section, name)


def _section(section: Section, name: str) -> Section:
    """Take the table under a name; something else there is a problem, and an empty table."""
    found: Any = section.take(name)
    if not isinstance(found, Mapping):
        section.problem(say("must be a table"), name)
        found = {}
    return type(section)(found, section.place.at(name), section.problems)


def _no_column(name: str, table: tables.Table) -> str:
    return say(
        "{table} has no column {column}{near}", table=word(table.name), column=name, near=hint(name, table.column_names)
    )
