"""Files, tables and columns of a source that are not read, with the nearest that would be."""

from __future__ import annotations

from collections.abc import Iterator

from batch.input_tables import SOURCE_TABLES
from batch.sources import Source, nearest_table
from batch.sources.base import is_workbook_of, save_as_xlsx
from payengine.suggest import did_you_mean, listed, nearest
from payengine.texts import say

MOST_LISTED = 10  # names of which no table is near; a hospital's own database has hundreds


def unread_warnings(source: Source) -> Iterator[str]:
    """Warn of everything in a source that is not read.

    What is called nearly like a table has a line of its own: most likely it is meant to be that table.
    """
    others = []
    for name in source.unread():
        near, table = nearest_table(source.called(name))
        if near:
            shown = near if near == table else say("{code} ({label})", code=table, label=near)
            told = say("{name} is not read: it is no input table{near}", name=name, near=did_you_mean(shown))
            if is_workbook_of(name, table):
                told = say("{what}; {remedy}", what=told, remedy=save_as_xlsx(name))
            yield told
        else:
            others.append(name)
    yield from _misspelt_columns(source)
    if others:
        yield say("not read, being no input table: {names}", names=listed(others, MOST_LISTED))


def _misspelt_columns(source: Source) -> Iterator[str]:
    """Warn of columns called nearly like an optional column that the table lacks.

    A missing required column refuses the freeze; of an optional one the default would stand in every row.
    """
    present = source.present()
    for table in SOURCE_TABLES:
        if table.name not in present or not any(column.optional for column in table.columns):
            continue
        found = source.columns(table.name)
        spelled = source.spelled_columns(table.name, found)
        absent = [column.name for column in table.columns if column.optional and column.name not in spelled]
        for name in found:
            near = "" if name in spelled.values() else nearest(name, absent)
            if near:
                yield say(
                    "{where}: column {column} is not read{near}",
                    where=source.where(table.name), column=name, near=did_you_mean(near),
                )  # fmt: skip
