"""Findings in the amounts of a period's input: far from the others, or from their own past."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from batch.arrow_columns import Coded, integers
from batch.findings.finding import MOST_SHOWN, Finding
from batch.findings.kinds import AMOUNT_SIGN, COMPONENT_AMOUNT, INPUT_AMOUNT, KINDS, TWO_INSTITUTIONS
from batch.findings.material import Material
from payengine.exact import Exact
from payengine.exact.amounts import decimal_text, yuan
from payengine.kernels.arrays import Flags, Int64
from payengine.periods import Period
from payengine.policy import ONE, SCALE
from payengine.texts import say, word

FEWEST_AMOUNTS = 5  # of a name, so that its median says something
MOST_PAST = 3  # last published periods with whose amounts one is compared
TASKS_FLOOR = 50
MONEY_FLOOR = 1_000_00  # fen
_SEPARATOR = "\x1f"


@dataclass(frozen=True)
class _Amounts:
    """Amounts of a table, and from when on their own past says something of them.

    `past_periods` are so many published ones at least. `is_low_told`: one far below the median is told too. Where
    `is_by_kind`, institutions are compared with those of their kind: a county hospital has a hundred times a clinic's.
    """

    table: str
    name: str
    value: str
    keys: tuple[str, ...]
    past_periods: int = 1
    is_by_kind: bool = False
    is_low_told: bool = False
    floor: int = 0  # what it must be away at least, so that small counts are not told


PAY = _Amounts("pay_component", "component", "amount", ("staff", "institution"), past_periods=3, is_low_told=True)
OTHERS = (
    _Amounts("directed_task", "task", "count", ("staff", "institution"), is_by_kind=True, floor=TASKS_FLOOR),
    _Amounts("adjustment", "component", "amount", ("staff", "institution", "case"), floor=MONEY_FLOOR),
    _Amounts("finance", "line", "amount", ("institution",), is_by_kind=True, floor=MONEY_FLOOR),
)


@dataclass(frozen=True)
class _Rows:
    """Rows of a table in the period, without those of 0, by distance from the usual."""

    rows: pa.Table
    values: Int64
    far: Flags  # from the median of their name, or from each of their own past
    turned: Flags  # of another sign than all of the own past

    def by_name(self, amounts: _Amounts) -> Iterator[tuple[str, _Rows]]:
        """Split the rows by the name of what they are amounts of."""
        coded = Coded.of(self.rows[amounts.name])
        for name in sorted(coded.texts):
            chosen = coded.are(name)
            rows = self.rows.filter(pa.array(chosen))
            yield name, _Rows(rows, self.values[chosen], self.far[chosen], self.turned[chosen])


def input_amounts(material: Material) -> Iterator[Finding]:
    """Find amounts far beyond the others of their name, or beyond their own past."""
    yield from _of_pay(material)
    for amounts in OTHERS:
        yield from _of_table(material, amounts)


def _of_pay(material: Material) -> Iterator[Finding]:
    factor = material.rules.threshold(COMPONENT_AMOUNT)
    for component, found in _compared(material, PAY, factor).by_name(PAY):
        n = int(np.count_nonzero(found.far))
        if n:
            yield Finding(
                COMPONENT_AMOUNT, KINDS[COMPONENT_AMOUNT].severity, n,
                say(
                    "pay_component {component}: {n} amount(s) beyond {factor} times the median of {median}, below that "
                    "part of it, or as far from their own in the last published periods",
                    component=material.called(PAY.table, component), n=f"{n:,}",
                    factor=decimal_text(factor, 4, least=0),
                    median=yuan(_median_low(found.values)),
                ),
                _told(PAY, found), say("Look for a digit too many or too few, or fen where yuan belong."), component,
            )  # fmt: skip
        yield from _odd_signs(material, PAY, component, found, component)
        yield from _two_institutions(material, component, found.rows)


def _of_table(material: Material, amounts: _Amounts) -> Iterator[Finding]:
    factor = material.rules.threshold(INPUT_AMOUNT)
    for name, found in _compared(material, amounts, factor).by_name(amounts):
        n, subject = int(np.count_nonzero(found.far)), f"{amounts.table} {name}"
        if n:
            yield Finding(
                INPUT_AMOUNT, KINDS[INPUT_AMOUNT].severity, n,
                say(
                    "{table} {name}: {n} value(s) beyond {factor} times the median of the others, or as far from their "
                    "own in the last published periods",
                    table=word(amounts.table), name=material.called(amounts.table, name), n=f"{n:,}",
                    factor=decimal_text(factor, 4, least=0),
                ),
                _told(amounts, found), say("Look for a digit too many or too few, or fen where yuan belong."), subject,
            )  # fmt: skip
        if amounts.table == "finance":
            yield from _odd_signs(material, amounts, name, found, subject)


def _of_period(table: pa.Table, amounts: _Amounts, period: Period) -> pa.Table:
    """Choose the rows of a period, or of a shorter one inside it, without those of 0."""
    wanted = [text for text in table["period"].unique().to_pylist() if Period.parse(text).within(period)]
    chosen = pc.and_(
        pc.is_in(table["period"], value_set=pa.array(wanted, pa.string())), pc.not_equal(table[amounts.value], 0)
    )
    return table.filter(chosen)


def _compared(material: Material, amounts: _Amounts, factor: int) -> _Rows:
    """Compare each amount of a table with the median of its name, and with its own past."""
    rows = _of_period(material.table(amounts.table), amounts, material.period)
    values = integers(rows, amounts.value, np.int64)
    size, count = np.abs(values), len(values)
    above, below = np.zeros(count, bool), np.zeros(count, bool)
    for group in _groups(material, amounts, rows):
        if len(group) >= FEWEST_AMOUNTS:
            middle = _median_low(values[group])
            above[group] = (size[group] > factor * middle // ONE) & (size[group] - middle > amounts.floor)
            below[group] = size[group] < -(-ONE * middle // factor)
    times = Exact(np.array([factor], np.int64), SCALE)
    moved, turned = np.ones(count, bool), np.ones(count, bool)
    as_before, known = np.zeros(count, bool), np.zeros(count, np.int64)
    for there, signed in _own_past(material, amounts, rows):
        before = np.abs(signed)
        far = (Exact(size, 0) > Exact(before, 0) * times) | (Exact(size, 0) * times < Exact(before, 0))
        far &= np.abs(size - before) > amounts.floor
        moved &= far | ~there
        turned &= (np.sign(values) != np.sign(signed)) | ~there
        as_before |= there & ~far
        known += there
    if amounts.is_low_told:
        above |= below & ~as_before  # what is small by itself is no finding
    else:
        above &= ~as_before
    return _Rows(rows, values, above | (moved & (known >= amounts.past_periods)), turned & (known > 0))


def _groups(material: Material, amounts: _Amounts, rows: pa.Table) -> Iterator[Int64]:
    """List the places of the rows that are compared with each other."""
    codes = Coded.of(rows[amounts.name]).codes.astype(np.int64)
    if amounts.is_by_kind:
        institutions = material.table("institution")
        kind = institutions["kind"].take(pc.index_in(rows["institution"], value_set=institutions["code"]))
        kinds = Coded.of(kind)
        codes = codes * (len(kinds.dictionary) + 1) + kinds.codes
    for code in np.unique(codes).tolist():
        yield np.flatnonzero(codes == code)


def _own_past(material: Material, amounts: _Amounts, rows: pa.Table) -> Iterator[tuple[Flags, Int64]]:
    """Give the rows that the last published periods had too, and their values then.

    The values are 0 where there are none.
    """
    keys = _keys(rows, amounts)
    for past in material.past[-MOST_PAST:]:
        table = past.table(amounts.table)
        earlier = None if table is None else _of_period(table, amounts, past.period)
        if earlier is None or not earlier.num_rows:
            continue
        place = pc.index_in(keys, value_set=_keys(earlier, amounts))
        there = np.asarray(place.is_valid().to_numpy(zero_copy_only=False), bool)
        before = integers(earlier, amounts.value, np.int64)[place.fill_null(0).to_numpy()]
        yield there, np.where(there, before, 0)


def _keys(rows: pa.Table, amounts: _Amounts) -> pa.Array:
    columns = [rows[name].cast(pa.string()) for name in (amounts.name, *amounts.keys)]
    return pc.binary_join_element_wise(*columns, _SEPARATOR).combine_chunks()


def _median_low(values: Int64) -> int:
    """Give the median of the sizes; the lower one of two."""
    return int(np.sort(np.abs(values))[(len(values) - 1) // 2])


def _told(amounts: _Amounts, found: _Rows) -> tuple[str, ...]:
    chosen = np.flatnonzero(found.far)[:MOST_SHOWN]
    return tuple(_place(amounts, row) for row in found.rows.take(pa.array(chosen)).to_pylist())


def _place(amounts: _Amounts, row: dict[str, Any]) -> str:
    value = f"{row['count']:,}" if amounts.value == "count" else yuan(row["amount"])
    return " ".join((*(row[key] for key in amounts.keys if row[key]), value))


def _odd_signs(
    material: Material, amounts: _Amounts, name: str, found: _Rows, subject: str
) -> Iterator[Finding]:  # fmt: skip
    """Find amounts of another sign than most of their name.

    Where both signs are as many, the negative ones; where all have one sign, those that had the other one before.
    """
    below, above = np.flatnonzero(found.values < 0), np.flatnonzero(found.values > 0)
    odd = below if len(below) <= len(above) else above
    by_past = not len(odd)
    if by_past:
        odd = np.flatnonzero(found.turned)
    if not len(odd):
        return
    told = {
        "table": word(amounts.table), "name": material.called(amounts.table, name), "n": f"{len(odd):,}",
        "all": f"{len(found.values):,}",
    }  # fmt: skip
    what = (
        say("{table} {name}: {n} of {all} amount(s) have another sign than in the last published periods", **told)
        if by_past
        else say("{table} {name}: {n} negative amount(s) among {all}", **told)
        if odd is below
        else say("{table} {name}: {n} positive amount(s) among {all} that are negative", **told)
    )
    rows = found.rows.take(pa.array(odd[:MOST_SHOWN])).to_pylist()
    yield Finding(
        AMOUNT_SIGN, KINDS[AMOUNT_SIGN].severity, len(odd), what, tuple(_place(amounts, row) for row in rows),
        say("See whether the sign is meant: a deduction has a minus, pay has none."), subject,
    )  # fmt: skip


def _two_institutions(material: Material, component: str, rows: pa.Table) -> Iterator[Finding]:
    persons, distinct = (
        pc.count_distinct(pc.binary_join_element_wise(*(rows[name] for name in names), _SEPARATOR)).as_py()
        for names in (("period", "staff"), ("period", "staff", "institution"))
    )
    if persons == distinct:
        return
    places: dict[tuple[str, str], list[str]] = {}
    for row in rows.select(["period", "staff", "institution"]).to_pylist():
        places.setdefault((row["period"], row["staff"]), []).append(row["institution"])
    several = [f"{staff} {' + '.join(its)}" for (_, staff), its in sorted(places.items()) if len(set(its)) > 1]
    if several:
        yield Finding(
            TWO_INSTITUTIONS, KINDS[TWO_INSTITUTIONS].severity, len(several),
            say("pay_component {component}: {n} person(s) have it at two institutions",
                component=material.called(PAY.table, component), n=f"{len(several):,}"),
            tuple(several[:MOST_SHOWN]), say("Leave it at one of them, unless each pays a part."), component,
        )  # fmt: skip
