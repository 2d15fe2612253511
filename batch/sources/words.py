"""Chinese words in the place of codes, and last days in the place of ends.

This is the one place where a folder's words are brought to the plain form: it stands behind whatever the settings state
of an office's own codes, and before the parser. A word has one reading in its column, so it is read; it is counted and
told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from batch import input_tables as tables
from batch.input_words import BETWEEN, CATEGORY_WORDS, CHOICE_WORDS, names_by_word

if TYPE_CHECKING:
    import pyarrow as pa

# Columns whose names the policy gives; in a workbook of ours they are chosen as "label | name".
NAMED_BY_POLICY = frozenset({
    ("pay_component", "component"), ("finance", "line"), ("appraisal", "indicator"), ("directed_task", "task"),
    ("measure", "name"), ("adjustment", "component"), ("comparator", "cell"), ("contract", "source"),
    ("opening_balance", "name"), ("second_distribution", "component"),
    ("service_item", "category"), ("license", "kind"), ("absence", "kind"),
})  # fmt: skip
CATEGORY = ("service_item", "category")


@cache
def codes_by_word(table: str, column: tables.Column) -> Mapping[str, str]:
    """Map the words that stand for codes of a column to these."""
    if (table, column.name) == CATEGORY:
        return names_by_word(CATEGORY_WORDS, CATEGORY_WORDS)
    return names_by_word(CHOICE_WORDS, column.choices)


@dataclass
class Words:
    """Words read so far: `counts` by table and column, `last_days` by table.

    `date_system` is that of day numbers in files, as the settings state it.
    """

    date_system: str
    counts: dict[str, Counter[str]] = field(default_factory=dict)
    last_days: Counter[str] = field(default_factory=Counter)

    def note(self, table: str, column: str, number: int) -> None:
        """Count values of a column that were written otherwise."""
        if number:
            self.counts.setdefault(table, Counter())[column] += number

    def read(self, table: tables.Table, batch: pa.RecordBatch, last_day: bool) -> pa.RecordBatch:
        """Replace the words in a batch by codes; with `last_day` its `until` becomes the day after.

        The batch has all columns of the table, in their order.
        """
        for at, column in enumerate(table.columns):
            words = codes_by_word(table.name, column)
            named = (table.name, column.name) in NAMED_BY_POLICY
            if words or named:
                read = self._codes(table.name, column, batch.column(at), words, named)
                batch = batch.set_column(at, column.name, read)
            elif last_day and column.kind == "until":
                batch = batch.set_column(at, column.name, self._ends(table.name, column, batch.column(at)))
        return batch

    def _codes(
        self, table: str, column: tables.Column, raw: pa.Array, words: Mapping[str, str], named: bool
    ) -> pa.Array:
        """Replace the words of a column, each distinct text once; other types than text have none."""
        import pyarrow as pa
        import pyarrow.compute as pc

        from batch.values.cells import as_text, is_text

        is_coded = pa.types.is_dictionary(raw.type)
        if not is_text(raw.type.value_type if is_coded else raw.type):
            return raw
        coded = raw if is_coded else as_text(raw).dictionary_encode()
        distinct = as_text(coded.dictionary)
        texts = [_decoded(text) for text in distinct.cast(pa.binary()).to_pylist()]
        codes = [_code(text, words, named) for text in texts]
        changed = [code is not None for code in codes]
        if not any(changed):
            return raw
        self.note(table, column.name, pc.sum(pa.array(changed).take(coded.indices)).as_py() or 0)
        plain = pc.if_else(pa.array(changed), pa.array(codes, pa.string()), distinct)
        return pa.DictionaryArray.from_arrays(coded.indices, plain)

    def _ends(self, table: str, column: tables.Column, raw: pa.Array) -> pa.Array:
        """Add a day to the days of a column; what is no day stays for the parser to tell.

        The last day that there is stays, too: no day follows it.
        """
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc

        from batch.values.cells import is_text
        from batch.values.parse import parse
        from batch.values.written_forms import Normalised
        from payengine.periods import OPEN, day_number

        normalised = Normalised(self.date_system)
        read, faults = parse(column, raw, normalised)
        normalised.count()
        self.note(table, column.name, normalised.counts.get(column.name, 0))
        days = read.to_numpy().copy()
        given = days != OPEN
        if faults is not None:
            given[faults.rows] = False
        self.last_days[table] += int(np.count_nonzero(given))
        days[given & (days < day_number(date.max))] += 1
        ends = pa.array(days, mask=~given).cast(pa.date32())
        if faults is None:
            return ends
        kept = raw.cast(pa.binary()).cast(pa.string()) if is_text(raw.type) else raw.cast(pa.string())
        return pc.if_else(pa.array(given), ends.cast(pa.string()), kept)


def _decoded(text: bytes) -> str:
    return text.decode("utf-8", "replace")


def _code(text: str, words: Mapping[str, str], named: bool) -> str | None:
    """Give the code that a text stands for; None where it stands for itself."""
    if named and BETWEEN in text:
        name = text.rpartition(BETWEEN)[2]
        return words.get(name, name)
    return words.get(text)
