"""Hidden characters of a column: which rows hold one, and the message about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from batch.input_tables import Column
from batch.values.cells import buffers
from payengine.characters import RE2_PATTERN, code_point, escaped, hidden_places
from payengine.texts import say

NAMES = ("name", "approver")  # texts that name people and institutions: they may choose a glyph
FIRST_VISIBLE, DELETE = 0x20, 0x7F


def may_hide(column: Column) -> bool:
    """Tell if a column holds free text; flags, periods and choices have their own words."""
    return column.kind in ("code", "text") and not column.choices


def _is_name(column: Column) -> bool:
    return column.kind == "text" and column.name in NAMES


def rows_with_hidden(column: Column, texts: pa.Array) -> npt.NDArray[np.int64]:
    """List the rows whose text holds a control, bidirectional or invisible character.

    A column of printable ASCII, as most are, is only looked at byte by byte.
    """
    bounds, data = buffers(texts)
    used = data[bounds[0] : bounds[-1]]
    if len(used) == 0 or (int(used.min()) >= FIRST_VISIBLE and int(used.max()) < DELETE):
        return np.zeros(0, np.int64)
    suspects = np.flatnonzero(pc.match_substring_regex(texts, RE2_PATTERN).to_numpy(zero_copy_only=False))
    wrong = [row for row in suspects.tolist() if hidden_places(texts[row].as_py(), _is_name(column))]
    return np.array(wrong, np.int64)


def hidden_message(column: Column, text: str) -> str:
    """Say which hidden character a text holds, and where; a private text is not shown."""
    place = hidden_places(text, _is_name(column))[0]
    return say(
        "{value} holds the invisible character {code} at place {place}",
        value=say("the value") if column.private else escaped(text), code=code_point(text[place]), place=place + 1,
    )  # fmt: skip


@dataclass(frozen=True)
class HiddenCharacters:
    """Rows of one column of a batch that hold hidden characters, ascending."""

    column: Column
    rows: npt.NDArray[np.int64]
    texts: pa.Array

    def what(self, at: int) -> str:
        """Give the message for the `at`-th of the rows."""
        return hidden_message(self.column, self.texts[int(self.rows[at])].as_py())


def hidden_in(columns: Iterable[Column], batch: pa.RecordBatch) -> list[HiddenCharacters]:
    """Find the hidden characters in the columns of a typed batch."""
    found = []
    for column in filter(may_hide, columns):
        rows = rows_with_hidden(column, batch[column.name])
        if rows.size:
            found.append(HiddenCharacters(column, rows, batch[column.name]))
    return found
