"""Files, tables and views of a source that are no input table, with the nearest one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

from batch.input_tables import TABLES
from batch.sources import Source
from batch.sources.base import is_workbook_of, save_as_csv
from payengine.suggest import did_you_mean, listed, nearest
from payengine.texts import say

MOST_LISTED = 10  # names of which no table is near; a hospital's own database has hundreds


def unread_warnings(source: Source) -> Iterator[str]:
    """Warn of everything in a source that is not read.

    What is called nearly like a table has a line of its own: most likely it is meant to be that table.
    """
    tables = [table.name for table in TABLES]
    others = []
    for name in source.unread():
        called = PurePath(name).stem.casefold()
        near = called if called in tables else nearest(called, tables)
        if near:
            told = say("{name} is not read: it is no input table{near}", name=name, near=did_you_mean(near))
            advice = f"; {save_as_csv(name, near)}" if is_workbook_of(name, near) else ""
            yield told + advice
        else:
            others.append(name)
    if others:
        yield say("not read, being no input table: {names}", names=listed(others, MOST_LISTED))
