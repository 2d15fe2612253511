"""Findings in the amounts of a period's input: far from the others, or from their own past."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from batch.arrow_columns import Coded, integers
from batch.findings.finding import MOST_SHOWN, Finding
from batch.findings.kinds import AMOUNT_SIGN, COMPONENT_AMOUNT, INPUT_AMOUNT, KINDS, TWO_INSTITUTIONS
from batch.findings.material import Material
from payengine.exact.amounts import decimal_text, yuan
from payengine.kernels.arrays import Flags, Int64
from payengine.periods import Period
from payengine.policy import ONE
from payengine.texts import say

FEWEST_AMOUNTS = 5  # of a name, so that its median says something
MOST_PAST = 3  # last published periods with whose amounts one is compared
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


PAY = _Amounts("pay_component", "component", "amount", ("staff", "institution"), past_periods=3, is_low_told=True)
OTHERS = (
    _Amounts("directed_task", "task", "count", ("staff", "institution"), is_by_kind=True),
    _Amounts("adjustment", "component", "amount", ("staff", "institution", "case")),
    _Amounts("finance", "line", "amount", ("institution",), is_by_kind=True),
)


@dataclass(frozen=True)
class _Rows:
    """Rows of a table in the period, without those of 0, by distance from the usual."""

    rows: pa.Table
    values: Int64
    above: Flags  # of the median
    below: Flags
    moved: Flags  # from each of the own past
    turned: Flags  # of another sign than all of the own past

    @property
    def far(self) -> Flags:
        return np.asarray(self.above | self.below | self.moved, bool)


def input_amounts(material: Material) -> Iterator[Finding]:
    """Find amounts far beyond the others of their name, or beyond their own past."""
    yield from _of_pay(material)
    for amounts in OTHERS:
        yield from _of_table(material, amounts)


def _of_pay(material: Material) -> Iterator[Finding]:
    factor = material.rules.threshold(COMPONENT_AMOUNT)
    all_rows = _of_period(material.table(PAY.table), PAY, material.period)
    for component, chosen in _by_name(all_rows, PAY):
        found = _compared(material, PAY, chosen, factor)
        if found.far.any():
            middle = _median_low(found.values)
            first = _told(PAY, found)
            yield Finding(
                COMPONENT_AMOUNT, KINDS[COMPONENT_AMOUNT].severity, int(np.count_nonzero(found.far)),
                say(
                    "pay_component {component}: {n} amount(s) beyond {factor} times the median of {median}, below that "
                    "part of it, or as far from their own in the last published periods",
                    component=component, n=f"{np.count_nonzero(found.far):,}",
                    factor=decimal_text(factor, 4, least=0), median=yuan(middle),
                ),
                first, say("Look for a digit too many or too few, or fen where yuan belong."), component,
            )  # fmt: skip
        yield from _odd_signs(PAY, component, found, component)
        yield from _two_institutions(component, chosen.to_pylist())


def _of_table(material: Material, amounts: _Amounts) -> Iterator[Finding]:
    factor = material.rules.threshold(INPUT_AMOUNT)
    kinds: dict[str, str] = {}
    if amounts.is_by_kind:
        institutions = material.table("institution")
        kinds = dict(zip(institutions["code"].to_pylist(), institutions["kind"].to_pylist(), strict=True))
    for name, chosen in _by_name(_of_period(material.table(amounts.table), amounts, material.period), amounts):
        if amounts.is_by_kind:
            kind = np.array([kinds.get(code, "") for code in chosen["institution"].to_pylist()], object)
            pieces = [chosen.filter(pa.array(kind == each)) for each in sorted(set(kind.tolist()))]
        else:
            pieces = [chosen]
        found = [_compared(material, amounts, piece, factor) for piece in pieces]
        n = sum(int(np.count_nonzero(one.far)) for one in found)
        subject = f"{amounts.table} {name}"
        if n:
            first = [text for one in found for text in _told(amounts, one)]
            yield Finding(
                INPUT_AMOUNT, KINDS[INPUT_AMOUNT].severity, n,
                say(
                    "{table} {name}: {n} value(s) beyond {factor} times the median of the others, or as far from their "
                    "own in the last published periods",
                    table=amounts.table, name=name, n=f"{n:,}", factor=decimal_text(factor, 4, least=0),
                ),
                tuple(first[:MOST_SHOWN]), say("Look for a digit too many or too few, or fen where yuan belong."),
                subject,
            )  # fmt: skip
        if amounts.table == "finance":
            yield from _odd_signs(amounts, name, _compared(material, amounts, chosen, factor), subject)


def _of_period(table: pa.Table, amounts: _Amounts, period: Period) -> pa.Table:
    """Choose the rows of a period, or of a shorter one inside it, without those of 0."""
    wanted = [text for text in table["period"].unique().to_pylist() if Period.parse(text).within(period)]
    chosen = pc.and_(
        pc.is_in(table["period"], value_set=pa.array(wanted, pa.string())), pc.not_equal(table[amounts.value], 0)
    )
    return table.filter(chosen)


def _by_name(rows: pa.Table, amounts: _Amounts) -> Iterator[tuple[str, pa.Table]]:
    coded = Coded.of(rows[amounts.name])
    for name in sorted(coded.texts):
        chosen = coded.are(name)
        if chosen.any():
            yield name, rows.filter(pa.array(chosen))


def _compared(material: Material, amounts: _Amounts, rows: pa.Table, factor: int) -> _Rows:
    """Compare amounts of one name with their median, and each with its own past."""
    values = integers(rows, amounts.value, np.int64)
    size, middle = np.abs(values), _median_low(values)
    several = len(values) >= FEWEST_AMOUNTS
    above = (size > factor * middle // ONE) & several
    below = (size < -(-ONE * middle // factor)) & several
    moved, turned = np.ones(len(values), bool), np.ones(len(values), bool)
    as_before, known = np.zeros(len(values), bool), np.zeros(len(values), np.int64)
    keys = _keys(rows, amounts)
    for past in material.past[-MOST_PAST:]:
        table = past.table(amounts.table)
        if table is None:
            continue
        earlier = _of_period(table, amounts, past.period)
        place = pc.index_in(keys, value_set=_keys(earlier, amounts))
        there = place.is_valid().to_numpy(zero_copy_only=False)
        if not there.any():
            continue
        signed = integers(earlier, amounts.value, np.int64)[place.fill_null(0).to_numpy()]
        turned &= (np.sign(values) != np.sign(signed)) | ~there
        before = np.abs(signed)
        times = factor / ONE
        far = (size > before * times) | (size * times < before)
        moved &= far | ~there
        as_before |= there & ~far
        known += there
    moved &= known >= amounts.past_periods
    turned &= known > 0
    if amounts.is_low_told:
        below &= ~as_before  # what is small by itself
    else:
        below[:] = False
        above &= ~as_before
    return _Rows(rows, values, above, below, moved, turned)


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


def _odd_signs(amounts: _Amounts, name: str, found: _Rows, subject: str) -> Iterator[Finding]:
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
    told = {"table": amounts.table, "name": name, "n": f"{len(odd):,}", "all": f"{len(found.values):,}"}
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


def _two_institutions(component: str, rows: Sequence[dict[str, Any]]) -> Iterator[Finding]:
    places: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        places.setdefault((row["period"], row["staff"]), []).append(row["institution"])
    several = [f"{staff} {' + '.join(its)}" for (_, staff), its in sorted(places.items()) if len(set(its)) > 1]
    if several:
        yield Finding(
            TWO_INSTITUTIONS, KINDS[TWO_INSTITUTIONS].severity, len(several),
            say("pay_component {component}: {n} person(s) have it at two institutions",
                component=component, n=f"{len(several):,}"),
            tuple(several[:MOST_SHOWN]), say("Leave it at one of them, unless each pays a part."), component,
        )  # fmt: skip
