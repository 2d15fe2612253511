"""Check that no code and no name of a reference table holds a hidden character."""

from __future__ import annotations

from batch.freeze.reference.rows import Rows
from batch.values.hidden import hidden_message, may_hide, rows_with_hidden
from payengine.errors import Problem


def characters_are_seen(rows: Rows) -> list[Problem]:
    """Check that codes and texts hold no control, bidirectional or invisible character."""
    problems = []
    for column in filter(may_hide, rows.table.columns):
        texts = rows.data[column.name].combine_chunks()
        wrong = rows_with_hidden(column, texts)
        found = {row: hidden_message(column, texts[row].as_py()) for row in wrong.tolist()}
        problems += rows.each(wrong, column.name, found.__getitem__)
    return problems
