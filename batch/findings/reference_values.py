"""Findings in the prices of reference tables that moved since the last published month."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from batch.arrow_columns import integers
from batch.findings.finding import MOST_SHOWN, Finding
from batch.findings.kinds import KINDS, REFERENCE_VALUE
from batch.findings.material import Material, Past
from batch.findings.uncompared import not_compared
from batch.input_tables import BY_NAME
from payengine.exact import Exact
from payengine.exact.amounts import decimal_text
from payengine.kernels.arrays import Flags, Int64
from payengine.periods import MONTH, day_number
from payengine.policy import ONE, SCALE
from payengine.texts import joined, say, word

LIMIT = "limit_count"
UNPRICED = "directed"  # the category that is paid by task: its equivalents are not read
# Columns that price work or pay; what stands in no row counts as 1 where `ABSENT` says so.
PRICES = (
    ("service_item", "equivalents"),
    ("service_item", LIMIT),
    ("difficulty", "coefficient"),
    ("engagement", "post_coefficient"),
)
ABSENT = {"difficulty": ONE}


@dataclass(frozen=True)
class _Pairs:
    """Values of the same keys before and now; a key that one of them lacks is null there."""

    keys: pa.Array
    before: pa.Table
    now: pa.Table


def reference_values(material: Material) -> Iterator[Finding]:
    """Compare prices and limits in force with those of the last published month."""
    last = next((past for past in reversed(material.past) if past.snapshot is not None), None)
    if last is None or material.period.kind != MONTH:
        return
    most = material.rules.threshold(REFERENCE_VALUE)
    damaged = [table for table in dict.fromkeys(table for table, _ in PRICES) if last.table(table) is None]
    if damaged:
        why = say("not what was frozen: {tables}", tables=joined(map(word, damaged)))
        yield not_compared(last.period, why, (REFERENCE_VALUE,))
    for table, column in PRICES:
        pairs = _pairs(material, last, table)
        moved = [] if pairs is None else _limits(pairs, most) if column == LIMIT else _moved(pairs, table, column, most)
        if moved:
            yield Finding(
                REFERENCE_VALUE, KINDS[REFERENCE_VALUE].severity, len(moved),
                say(
                    "{table}: {n} value(s) of {column} moved by more than {most}, began or ended since {period}",
                    table=word(table), n=f"{len(moved):,}", column=word(f"{table}.{column}"),
                    most=f"{decimal_text(most, 2, least=0)} %",
                    period=last.period,
                ),
                tuple(moved[:MOST_SHOWN]), say("See that the document says so, and the digits are right."),
                f"{table} {column}",
            )  # fmt: skip


def _pairs(material: Material, last: Past, name: str) -> _Pairs | None:
    """Pair the rows in force on the last days of both months.

    Of a table without a default only those of both.
    """
    old = last.table(name)
    if old is None:
        return None
    before, now = _in_force(old, last.period.last_day), _in_force(material.table(name), material.period.last_day)
    old_keys, new_keys = _keys(name, before), _keys(name, now)
    keys = new_keys.filter(pc.is_in(new_keys, value_set=old_keys))
    if name in ABSENT:
        keys = pc.unique(pa.concat_arrays([new_keys, old_keys]))
    return _Pairs(
        keys, before.take(pc.index_in(keys, value_set=old_keys)), now.take(pc.index_in(keys, value_set=new_keys))
    )


def _in_force(rows: pa.Table, on: date) -> pa.Table:
    day = day_number(on)
    chosen = (integers(rows, "from", np.int32) <= day) & (integers(rows, "until", np.int32) > day)
    return rows.filter(pa.array(chosen))


def _keys(name: str, rows: pa.Table) -> pa.Array:
    """Join the key columns of each row, as they are printed."""
    joined = pc.binary_join_element_wise(*(rows[key].cast(pa.string()) for key in BY_NAME[name].key), " ")
    return pc.utf8_trim_whitespace(joined.combine_chunks())


def _moved(pairs: _Pairs, table: str, column: str, most: int) -> list[str]:
    absent = ABSENT.get(table, 0)
    old, new = _values(pairs.before, column, absent), _values(pairs.now, column, absent)
    moved = _far(old, new, most)
    if table in ABSENT:
        moved |= (old != absent) & pairs.now[column].combine_chunks().is_null().to_numpy(zero_copy_only=False)
    if column == "equivalents":
        unpriced = pc.and_(pc.equal(pairs.before["category"], UNPRICED), pc.equal(pairs.now["category"], UNPRICED))
        moved &= ~np.asarray(unpriced.combine_chunks().to_numpy(zero_copy_only=False), bool)
    gone = pairs.now[column].combine_chunks().is_null().to_numpy(zero_copy_only=False)
    return [
        f"{pairs.keys[row].as_py()}: {_number(old[row])} -> {say('none') if gone[row] else _number(new[row])}"
        for row in np.flatnonzero(moved).tolist()
    ]


def _limits(pairs: _Pairs, most: int) -> list[str]:
    """Find limits that began, ended, hold for another time, or moved."""
    old, new = _values(pairs.before, LIMIT, -1), _values(pairs.now, LIMIT, -1)
    spans = [np.asarray(rows["limit_period"].combine_chunks().fill_null("").to_pylist(), object)
             for rows in (pairs.before, pairs.now)]  # fmt: skip
    both = (old >= 0) & (new >= 0)
    moved = ((old >= 0) != (new >= 0)) | (both & ((spans[0] != spans[1]) | _far(old, new, most)))
    return [
        f"{pairs.keys[row].as_py()}: {_limit(int(old[row]), spans[0][row])} -> {_limit(int(new[row]), spans[1][row])}"
        for row in np.flatnonzero(moved).tolist()
    ]


def _values(rows: pa.Table, column: str, absent: int) -> Int64:
    return np.asarray(rows[column].combine_chunks().fill_null(absent).to_numpy(zero_copy_only=False), np.int64)


def _far(old: Int64, new: Int64, most: int) -> Flags:
    return Exact(np.abs(new - old), 0) > Exact(np.abs(old), 0) * Exact(np.array([most], np.int64), SCALE)


def _number(value: int) -> str:
    return decimal_text(int(value), 4, least=0)


def _limit(count: int, span: str) -> str:
    return f"{count}/{span}" if count >= 0 else say("none")
