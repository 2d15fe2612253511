"""Service records of some owners of work: those paid, with their points, and those not.

Points are as exact as they are priced: quantity x share x equivalents x difficulty. Their sum by category, stated at 6
decimals, is what the pay was computed from.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from batch.input_tables import REASONS
from batch.pricing.limits import NOT_LISTED, PAID, decide
from batch.snapshot.codes import Coding
from batch.snapshot.snapshot import Snapshot
from payengine.kernels.arrays import Int64
from payengine.periods import from_day_number

HELD = "held"  # a row of an institution that the run left out
COUNTS_ONLY = "counting_only"  # a row of an earlier month: it counts in the limits and is not paid now
AMOUNT_SCALE = 6  # of quantity x share: two decimals and four
FACTOR_SCALE = 4  # of equivalents and of difficulty


@dataclass(frozen=True)
class RecordRow:
    """One row of a service record: whose it is, what it is worth, or why it is not paid.

    `reason` is '' for a row that is paid, `COUNTS_ONLY`, `HELD`, or one of `batch.input_tables.REASONS`; a row that is
    not paid has no points. `quantity` is in hundredths, `share` in ten-thousandths, `equivalents` and `difficulty` too;
    None where the row does not give it or nothing was priced.
    """

    record: str
    institution: str
    staff: str
    engaged_from: int | None
    day: date | None
    item: str
    item_name: str
    category: str
    quantity: int | None
    share: int | None
    equivalents: int | None
    difficulty: int | None
    points: Fraction
    reverses: str = ""
    reason: str = ""
    services: int = 1  # a row of a summary stands for several


@dataclass(frozen=True)
class ItemWork:
    """Work of one item by a person or an institution: services, quantity x share, points.

    Services are rows, a summary's row as many as it counts. Refunds are rows too, and take away.
    """

    engaged_from: int | None
    category: str
    item: str
    item_name: str
    equivalents: int
    difficulty: int
    rows: int
    refunds: int
    amount: Fraction
    points: Fraction


def rows_of(snapshot: Snapshot, owners: Int64) -> list[RecordRow]:
    """List the rows of some owners (see `Coding`) that the run priced or refused.

    By day and record id.
    """
    listed = [*_hot(snapshot, owners), *_limited(snapshot, owners)]
    summaries = snapshot.summaries()
    if summaries is not None:
        counted = dict(zip(summaries["record_id"].to_pylist(), summaries["services"].to_pylist(), strict=True))
        listed = [replace(row, services=counted.get(row.record, 1)) for row in listed]
    return sorted(listed, key=_order)


def summary_services(snapshot: Snapshot) -> dict[tuple[int, int], int]:
    """Map owner and item row of each summary row to the services that it counts beyond the row itself.

    A month has one such row of an owner and item, and no other row of them (see `batch.freeze.records.summaries`).
    """
    table = snapshot.summaries()
    if table is None:
        return {}
    owners, items, services = (table[name].to_pylist() for name in ("engagement", "item_row", "services"))
    return {(owner, item): count - 1 for owner, item, count in zip(owners, items, services, strict=True)}


def rejected_of(snapshot: Snapshot, institution: str, staff: str) -> list[RecordRow]:
    """List the rows of a person at an institution that the freeze rejected."""
    return list(_rejected(snapshot, institution=institution, staff=staff))


def rows_of_record(snapshot: Snapshot, record: str, holds: Collection[str] = ()) -> list[RecordRow]:
    """List every row of one record, whoever it names; those of institutions in `holds` as held."""
    found = [*_hot(snapshot, None, record), *_limited(snapshot, None, record)]
    found += _rejected(snapshot, record_id=record)
    told = [replace(row, reason=HELD, points=Fraction(0)) if row.institution in holds else row for row in found]
    return sorted(told, key=_order)


def by_item(rows: Iterable[RecordRow]) -> list[ItemWork]:
    """Add up paid rows by engagement, item, its equivalents and the difficulty."""
    found: dict[tuple[Any, ...], ItemWork] = {}
    for row in rows:
        if row.reason:
            continue
        refund = int((row.quantity or 0) < 0)
        one = ItemWork(
            row.engaged_from, row.category, row.item, row.item_name, row.equivalents or 0, row.difficulty or 0,
            0 if refund else row.services, refund,
            Fraction((row.quantity or 0) * (row.share or 0), 10**AMOUNT_SCALE), row.points,
        )  # fmt: skip
        key = (one.engaged_from or 0, one.category, one.item, one.equivalents, one.difficulty)
        found[key] = _added(found[key], one) if key in found else one
    return [found[key] for key in sorted(found)]


def _added(one: ItemWork, other: ItemWork) -> ItemWork:
    return replace(
        one, rows=one.rows + other.rows, refunds=one.refunds + other.refunds, amount=one.amount + other.amount,
        points=one.points + other.points,
    )  # fmt: skip


def _order(row: RecordRow) -> tuple[Any, ...]:
    return (row.day or date.min, row.record.encode(), row.institution.encode(), row.staff.encode(), row.reason)


def _hot(snapshot: Snapshot, owners: Int64 | None, record: str = "") -> Iterator[RecordRow]:
    """Read rows of items without a limit: all are paid."""
    for part, beside in zip(snapshot.hot_parts(), snapshot.records_parts(), strict=True):
        with part.open() as reader, pq.ParquetFile(beside, pre_buffer=False) as records:
            for number in range(reader.num_record_batches):
                batch = reader.get_batch(number)
                if owners is None:
                    ids = records.read_row_group(number, columns=["record_id"])["record_id"]
                    rows = np.flatnonzero(np.asarray(pc.equal(ids, record)))
                else:
                    rows = np.flatnonzero(np.isin(batch.column("engagement").to_numpy(), owners))
                if rows.size:
                    texts = records.read_row_group(number).take(pa.array(rows)).to_pylist()
                    yield from _priced(snapshot.coding, batch.take(pa.array(rows)).to_pylist(), texts, None)


def _limited(snapshot: Snapshot, owners: Int64 | None, record: str = "") -> Iterator[RecordRow]:
    """Read rows of limited items with what the run decided of them."""
    for part, beside in zip(snapshot.limited_parts(), snapshot.limited_records_parts(), strict=True):
        decisions = decide(part, snapshot.coding)
        texts = pq.read_table(beside)
        if owners is None:
            chosen = np.asarray(pc.equal(texts["record_id"], record))
        else:
            chosen = np.isin(decisions.columns["engagement"], owners) & (decisions.outcome != NOT_LISTED)
        rows = np.flatnonzero(chosen)
        names = ("engagement", "item_row", "difficulty_row", "amount")
        priced = [{name: int(decisions.columns[name][row]) for name in names} for row in rows.tolist()]
        outcomes = [int(decisions.outcome[row]) for row in rows.tolist()]
        yield from _priced(snapshot.coding, priced, texts.take(pa.array(rows)).to_pylist(), outcomes)


def _priced(
    coding: Coding, priced: list[dict[str, Any]], texts: list[dict[str, Any]], outcomes: list[int] | None
) -> Iterator[RecordRow]:
    for number, (row, text) in enumerate(zip(priced, texts, strict=True)):
        outcome = PAID if outcomes is None else outcomes[number]
        reason = "" if outcome == PAID else COUNTS_ONLY if outcome == NOT_LISTED else REASONS[outcome]
        owner, item_row, difficulty_row = row["engagement"], row["item_row"], row["difficulty_row"]
        equivalents = int(coding.priced_equivalents[item_row])
        difficulty = int(coding.coefficient[difficulty_row])
        points = Fraction(row["amount"] * equivalents * difficulty, 10 ** (AMOUNT_SCALE + 2 * FACTOR_SCALE))
        item = coding.item_rows.slice(item_row, 1).select(["code", "name", "category"]).to_pylist()[0]
        is_person = owner < coding.engagements.num_rows
        yield RecordRow(
            record=text["record_id"],
            institution=coding.institutions.values[int(coding.institution_of_owner[owner])].as_py(),
            staff=coding.staff.values[int(coding.staff_of_owner[owner])].as_py() if is_person else "",
            engaged_from=int(coding.engagement_from[owner]) if is_person else None,
            day=from_day_number(text["service_date"]),
            item=item["code"], item_name=item["name"], category=item["category"],
            quantity=text["quantity"], share=text["share"], equivalents=equivalents, difficulty=difficulty,
            points=Fraction(0) if reason else points, reverses=text["reverses"], reason=reason,
        )  # fmt: skip


def _rejected(snapshot: Snapshot, **wanted: str) -> Iterator[RecordRow]:
    """Read the rows that the freeze rejected and that have these texts in their columns."""
    coding = snapshot.coding
    names = dict(zip(coding.item_rows["code"].to_pylist(), coding.item_rows["name"].to_pylist(), strict=True))
    for batch in snapshot.rejected():
        rows = batch
        for column, text in wanted.items():
            rows = rows.filter(pc.equal(rows[column], text))
        for row in rows.to_pylist():
            yield RecordRow(
                row["record_id"], row["institution"], row["staff"], None, from_day_number(row["service_date"]),
                row["item"], names.get(row["item"], ""), "", row["quantity"], row["share"], None, None, Fraction(0),
                row["reverses"], row["reason"],
            )  # fmt: skip
