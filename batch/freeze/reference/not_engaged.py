"""Rows of persons at an institution where they are not engaged: nobody is paid by them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from payengine.exact import FEN
from payengine.exact.amounts import decimal_text
from payengine.periods import Period, day_number
from payengine.suggest import listed
from payengine.texts import say, word

PAID = ("pay_component", "adjustment")  # each amount is told by itself
BALANCES = "opening_balance"
MOST_TOLD = 20  # rows named of a table of scores or balances; the rest is counted


def rows_not_engaged(kept: Mapping[str, pa.Table], period: Period) -> Iterator[str]:
    """Warn of the period's rows of persons who are not engaged at that institution.

    Scores count in the period, balances in the year so far: whoever left in June has one rightly. Tasks may count
    for the institution where somebody is seconded, which a policy says: the run tells (`batch.compute.unread_rows`).
    """
    engagement = kept["engagement"]
    in_force = pc.and_(
        pc.greater(engagement["until"], day_number(period.first_day)),
        pc.less(engagement["from"], day_number(period.next_first_day)),
    )
    engaged = pairs(engagement.filter(in_force))
    for name in PAID:
        for row in _others(kept[name], str(period), engaged).select(_COLUMNS[name]).to_pylist():
            yield say(
                "{table}: {component} {amount} of {staff} is not paid: not engaged at {institution} in {period}",
                table=word(name), component=row["component"], amount=decimal_text(row["amount"], FEN),
                staff=row["staff"], institution=row["institution"], period=period,
            )  # fmt: skip
    scores = _told(kept, "appraisal", str(period), engaged, 4)
    if scores:
        yield say(
            "appraisal: scores of who is not engaged there in {period} count for nobody: {rows}",
            period=period, rows=listed(scores, MOST_TOLD),
        )  # fmt: skip
    begun = pc.less(engagement["from"], day_number(period.next_first_day))
    balances = _told(kept, BALANCES, "", pairs(engagement.filter(begun)), FEN)
    if balances:
        yield say(
            "opening_balance: balances of who is not engaged there in the year so far count for nobody: {rows}",
            rows=listed(balances, MOST_TOLD),
        )


_COLUMNS = {
    "pay_component": ["staff", "institution", "component", "amount"],
    "adjustment": ["staff", "institution", "component", "amount"],
    "appraisal": ["staff", "institution", "indicator", "score"],
    BALANCES: ["staff", "institution", "name", "amount"],
}


def _told(kept: Mapping[str, pa.Table], name: str, period: str, engaged: pa.Array, scale: int) -> list[str]:
    """Write each row as institution, person, name and number."""
    rows = _others(kept[name], period, engaged).select(_COLUMNS[name])
    columns = (column.to_pylist() for column in rows.columns)
    return [
        f"{institution} {staff} {key} {decimal_text(number, scale, least=FEN if scale == FEN else 0)}"
        for staff, institution, key, number in zip(*columns, strict=True)
    ]


def _others(data: pa.Table, period: str, engaged: pa.Array) -> pa.Table:
    """Select the rows of persons, of one period or of all, that stand for no engagement."""
    wanted = pc.not_equal(data["staff"], "")
    if period:
        wanted = pc.and_(wanted, pc.equal(data["period"], period))
    rows = data.filter(wanted)
    return rows.filter(pc.invert(pc.is_in(pairs(rows), value_set=engaged)))


def pairs(data: pa.Table) -> pa.Array:
    """Join person and institution of each row into one key."""
    return pc.binary_join_element_wise(data["staff"], data["institution"], "\n").combine_chunks()
