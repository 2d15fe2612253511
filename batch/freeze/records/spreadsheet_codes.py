"""Codes of records that a spreadsheet cut to 15 digits.

A record or a patient is only ever compared with others, so a cut code shows in no other check: two patients become one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from batch.arrow_columns import text_buffers
from batch.input_tables import RECORD
from batch.values.texts import LONGEST_WHOLE
from payengine.errors import Problem
from payengine.kernels.compile import compiled
from payengine.texts import say

LEAST_ZEROS = 6  # from so many zeros in different codes on, chance is ruled out
MOST_KEPT = 1_000
ZERO, NINE = tuple(b"09")
NOT_LONG, CUT, WHOLE = range(3)
CODES = tuple(column.name for column in RECORD.columns if column.kind in ("code", "text"))


def find_cut_by_python(offsets: Any, data: Any, found: Any) -> Any:
    """Mark cut codes as the kernel does.

    Most columns have no code so long, or soon one that is whole.
    """
    found[:] = NOT_LONG
    cut = 0
    for row in np.flatnonzero(np.diff(offsets) > LONGEST_WHOLE).tolist():
        code = data[offsets[row] : offsets[row + 1]].tobytes()
        if code.isdigit():
            found[row] = WHOLE if code[LONGEST_WHOLE:].strip(b"0") else CUT
            if found[row] == WHOLE:
                return -1
            cut += 1
    return cut


@compiled("int64(readonly_int32, readonly_uint8, uint8[::1])", otherwise=find_cut_by_python)
def find_cut(offsets: Any, data: Any, found: Any) -> Any:
    """Mark codes of more than 15 digits as CUT or WHOLE; returns how many are CUT.

    CUT are those with nothing but zeros after the 15th digit. Stops at the first that is WHOLE, and returns -1: no
    spreadsheet cut the column.
    """
    cut = 0
    for row in range(found.size):
        begin, end = offsets[row], offsets[row + 1]
        found[row] = NOT_LONG
        if end - begin > LONGEST_WHOLE:
            kind = CUT
            for at in range(begin, end):
                if not ZERO <= data[at] <= NINE:
                    kind = NOT_LONG
                    break
                if at - begin >= LONGEST_WHOLE and data[at] != ZERO:
                    kind = WHOLE
            found[row] = kind
            if kind == WHOLE:
                return -1
            cut += kind == CUT
    return cut


@dataclass
class CutCodes:
    """Columns in which every code of more than 15 digits ends in zeros, so far."""

    _cut: dict[str, set[str]] = field(default_factory=lambda: {name: set() for name in CODES})

    def note(self, rows: pa.RecordBatch) -> None:
        """Look at the codes of rows that are read."""
        for name in list(self._cut):
            offsets, data = text_buffers(rows[name])
            found = np.empty(rows.num_rows, np.uint8)
            cut = find_cut(offsets, data, found)
            if cut < 0:
                del self._cut[name]
            elif cut and len(self._cut[name]) < MOST_KEPT:
                self._cut[name].update(rows[name].filter(pa.array(found == CUT)).unique().to_pylist())

    def add(self, others: CutCodes) -> None:
        """Take in what was found in other rows: a whole code in any of them clears its column."""
        for name in list(self._cut):
            if name not in others._cut:
                del self._cut[name]
            else:
                self._cut[name] |= others._cut[name]

    def problems(self, where: str) -> list[Problem]:
        """Tell the columns that a spreadsheet cut; no code is shown, as it may be a patient's."""
        what = say("all codes longer than 15 digits have zeros after the 15th: a spreadsheet cut them")
        remedy = say("export the column as text")
        return [
            Problem(what, where, column=name, table=RECORD.name, remedy=remedy)
            for name, codes in self._cut.items()
            if sum(len(code) - LONGEST_WHOLE for code in codes) >= LEAST_ZEROS
        ]
