"""Rows of payments: how they are read, written and digested.

A payment's digest covers its logical values: what it is, its lines, what it carries. Its entries in the audit chain
name it at every step.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import pyarrow as pa
from sqlalchemy import ColumnElement, Connection, Row, Table, and_, func, insert, select

from batch.content_digest import TableDigest, digest_of
from batch.ledger.payment_records import (
    CLOSED,
    DISCARDED,
    DRAFT,
    LAPSE,
    LAPSED,
    PAYMENT,
    RETURNED,
    PaymentRecord,
    PaymentStep,
)
from batch.ledger.schema import payment, payment_carried, payment_line, payment_step
from batch.payments.line import PaymentLine
from batch.payments.settling import Key, in_order
from payengine.errors import IntegrityBroken, Problem, UsageError
from payengine.periods import Period
from payengine.texts import say

BATCH_ROWS = 50_000
HEADER = ("number", "kind", "period", "scope", "pay_date", "reason", "details", "made_at", "made_by")
KEY = ("period", "institution", "staff", "component", "funding")
_TEXT, _WHOLE = pa.string(), pa.int64()
_KEY_FIELDS = [pa.field(name, _TEXT, nullable=False) for name in KEY]
_CARRIED = pa.schema([*_KEY_FIELDS, pa.field("amount_fen", _WHOLE, nullable=False)])
_LINES = pa.schema(
    [
        *_KEY_FIELDS,
        *(pa.field(name, _WHOLE, nullable=False) for name in ("revision", "previous_revision", "amount_fen")),
        pa.field("cause", _TEXT, nullable=False),
    ]
)
_STORED = ((payment_line, _LINES), (payment_carried, _CARRIED))


def is_effective(line: Table = payment_line) -> ColumnElement[bool]:
    """Make a condition on lines: not discarded, and the transfer did not come back."""
    step = payment_step.alias()
    came_back = select(step.c.payment).where(
        step.c.payment == line.c.payment, step.c.action == RETURNED, step.c.institution == line.c.institution,
        step.c.staff == line.c.staff,
    )  # fmt: skip
    return and_(not_discarded(line.c.payment), ~came_back.exists())


def not_discarded(number: ColumnElement[int]) -> ColumnElement[bool]:
    """Make a condition on a payment's number: it is not discarded."""
    step = payment_step.alias()
    return number.not_in(select(step.c.payment).where(step.c.action == DISCARDED))


def key_of(row: Any) -> Key:
    """Read the key of a stored row; `IntegrityBroken` where its period is none."""
    period = _period(row.period)
    if period is None:
        raise IntegrityBroken(
            say("a payment names a period that is none"),
            [Problem(say("is no period"), "payment_line", column=row.period)],
            remedy=say("Keep it as it is for examination, and restore a copy from before the change."),
        )
    return Key(period, row.institution, row.staff, row.component, row.funding)


@cache
def _period(text: str) -> Period | None:
    return Period.find(text)


def write(
    connection: Connection, header: Mapping[str, Any], lines: Sequence[PaymentLine], carried: Mapping[Key, int]
) -> str:
    """Write a payment and return its digest; `header` has the columns of `HEADER`."""
    number = header["number"]
    line_columns: list[Sequence[Any]] = [
        *_columns([line.key for line in lines]), [line.revision for line in lines],
        [line.previous_revision for line in lines], [line.amount_fen for line in lines], [line.cause for line in lines],
    ]  # fmt: skip
    rows = [_ordered(line_columns, _LINES), _ordered([*_columns(list(carried)), list(carried.values())], _CARRIED)]
    described = [_described(schema, [batch]) for (_, schema), batch in zip(_STORED, rows, strict=True)]
    digest = _digest(header, described)
    connection.execute(insert(payment).values({**header, "digest": digest}))
    for (table, _), batch in zip(_STORED, rows, strict=True):
        for begin in range(0, batch.num_rows, BATCH_ROWS):
            _insert(connection, table, number, batch.slice(begin, BATCH_ROWS))
    return digest


def _columns(keys: Sequence[Key]) -> list[Sequence[Any]]:
    """Give the columns of keys, in the order of `KEY`."""
    words = {period: str(period) for period in {key.period for key in keys}}
    return [[words[key.period] for key in keys], *([key[place] for key in keys] for place in range(1, len(KEY)))]


def _ordered(columns: Sequence[Sequence[Any]], schema: pa.Schema) -> pa.RecordBatch:
    """Make rows of columns, in the order of their keys' bytes, which is Arrow's order of texts."""
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.record_batch(arrays, schema=schema).sort_by([(name, "ascending") for name in KEY])


def _insert(connection: Connection, table: Table, number: int, batch: pa.RecordBatch) -> None:
    """Insert rows by the driver itself, which is faster than SQLAlchemy's parameters."""
    quote = connection.dialect.identifier_preparer.quote
    columns = ", ".join(map(quote, ("payment", *batch.schema.names)))
    mark = "?" if connection.dialect.name == "sqlite" else "%s"  # as the driver writes it
    marks = ", ".join([mark] * (batch.num_columns + 1))
    rows = zip([number] * batch.num_rows, *(column.to_pylist() for column in batch.columns), strict=True)
    connection.exec_driver_sql(f"INSERT INTO {quote(table.name)} ({columns}) VALUES ({marks})", list(rows))


def stored_digest(connection: Connection, header: Mapping[str, Any]) -> str:
    """Compute the digest of a payment as it stands; `header` is its row of `payment`."""
    number = header["number"]
    described = [_described(schema, _batches(connection, table, schema, number)) for table, schema in _STORED]
    return _digest(header, described)


def _digest(header: Mapping[str, Any], described: Sequence[Any]) -> str:
    lines, carried = described
    return digest_of({"payment": {name: header[name] for name in HEADER}, "lines": lines, "carried": carried})


def _described(schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> Any:
    digest = TableDigest(schema)
    for batch in batches:
        digest.update(batch)
    return digest.describe()


def _batches(connection: Connection, table: Table, schema: pa.Schema, number: int) -> Iterator[pa.RecordBatch]:
    query = select(*(table.c[name] for name in schema.names)).where(table.c.payment == number)
    query = query.order_by(*(table.c[name] for name in KEY))
    result = connection.execute(query, execution_options={"stream_results": True, "yield_per": BATCH_ROWS})
    for rows in result.partitions():
        arrays = [pa.array(column, field.type) for column, field in zip(zip(*rows, strict=True), schema, strict=True)]
        yield pa.record_batch(arrays, schema=schema)


def lines_of(connection: Connection, number: int) -> list[PaymentLine]:
    """Read the lines of a payment, in the order of persons and origins."""
    rows = connection.execute(select(payment_line).where(payment_line.c.payment == number))
    found = {
        (line := PaymentLine(key_of(row), row.revision, row.previous_revision, row.amount_fen, row.cause)).key: line
        for row in rows
    }
    return [found[key] for key in in_order(found)]


def carried_of(connection: Connection, number: int) -> dict[Key, int]:
    """Read what a payment carries, in the order of persons and origins."""
    rows = connection.execute(select(payment_carried).where(payment_carried.c.payment == number))
    found = {key_of(row): row.amount_fen for row in rows}
    return {key: found[key] for key in in_order(found)}


def header_of(connection: Connection, number: int) -> dict[str, Any]:
    """Read the row of a payment; `UsageError` if there is none of this number."""
    row = connection.execute(select(payment).where(payment.c.number == number)).mappings().one_or_none()
    if row is None:
        raise UsageError(
            say("there is no payment {number}", number=number), remedy=say("payengine payments lists them.")
        )
    return dict(row)


def steps_of(connection: Connection, number: int | None = None) -> dict[int, list[PaymentStep]]:
    """Read the steps of every payment (or of one), in order."""
    query = select(payment_step).order_by(payment_step.c.payment, payment_step.c.position)
    if number is not None:
        query = query.where(payment_step.c.payment == number)
    found: dict[int, list[PaymentStep]] = {}
    for row in connection.execute(query):
        step = PaymentStep(row.action, row.institution, row.staff, row.reason, row.made_at, row.made_by)
        found.setdefault(row.payment, []).append(step)
    return found


def state_of(steps: Sequence[PaymentStep]) -> str:
    """Tell the state that a payment's steps lead to; a transfer that came back changes it not."""
    return next((step.action for step in reversed(steps) if step.action != RETURNED), "")


def records(connection: Connection, number: int | None = None) -> list[PaymentRecord]:
    """List the payments (or one), by number."""
    query = select(payment).order_by(payment.c.number)
    if number is not None:
        query = query.where(payment.c.number == number)
    steps = steps_of(connection, number)
    sums = _sums(connection, number)
    carried_by = select(payment_carried.c.payment, func.sum(payment_carried.c.amount_fen))
    carried = {row[0]: int(row[1]) for row in connection.execute(carried_by.group_by(payment_carried.c.payment))}
    return [
        _record(row, steps.get(row.number, []), sums.get(row.number, {}), carried.get(row.number, 0))
        for row in connection.execute(query)
    ]


def _sums(connection: Connection, number: int | None) -> dict[int, dict[tuple[str, str], int]]:
    """Add up the lines of payments by institution and person."""
    line = payment_line.c
    query = select(line.payment, line.institution, line.staff, func.sum(line.amount_fen))
    if number is not None:
        query = query.where(line.payment == number)
    found: dict[int, dict[tuple[str, str], int]] = {}
    for of, institution, staff, total in connection.execute(query.group_by(line.payment, line.institution, line.staff)):
        found.setdefault(of, {})[institution, staff] = int(total)
    return found


def _record(
    row: Row[Any], steps: Sequence[PaymentStep], sums: Mapping[tuple[str, str], int], carried: int
) -> PaymentRecord:
    returned = {(step.institution, step.staff) for step in steps if step.action == RETURNED}
    return PaymentRecord(
        **{name: row._mapping[name] for name in HEADER if name != "details"},
        details=details_of(row.details),
        digest=row.digest,
        state=state_of(steps),
        steps=steps,
        persons=sum(1 for (_, staff), total in sums.items() if staff and total),
        institutions=sum(1 for (_, staff), total in sums.items() if not staff and total),
        paid_fen=sum(sums.values()),
        returned_fen=sum(total for place, total in sums.items() if place in returned),
        carried_fen=carried,
    )


def details_of(text: str) -> dict[str, Any]:
    """Read the details of a payment; empty where they are no JSON object, which `verify` tells."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def first_step(kind: str) -> str:
    """Tell the step with which a payment of a kind begins."""
    return {PAYMENT: DRAFT, LAPSE: LAPSED}.get(kind, CLOSED)
