"""Reversals: rows with `reverses` cancel the record they name or refund a part of it.

Batches hold whole groups: the rows of one record that is named (*originals*, rows without `reverses`) and all rows
that reverse it, originals first. Duplicates and contradictions already have their reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from batch.arrow_columns import numbers
from batch.freeze.records.eligibility import (
    BAD_QUANTITY,
    BAD_SHARE,
    ELIGIBLE,
    EMPTY,
    REVERSED,
    UNKNOWN_INSTITUTION,
    UNKNOWN_ITEM,
    UNKNOWN_STAFF,
)
from batch.freeze.records.originals import ResolvedOriginals, reject, resolve_originals
from batch.freeze.records.outputs import PayableRows, RecordOutputs
from batch.freeze.records.record_rules import UNKNOWN, RecordRules
from batch.freeze.records.row_schemas import IN_PERIOD
from batch.freeze.sorting.groups import begins, starts_of
from batch.snapshot.codes import ONE
from batch.snapshot.schemas import EXCESS, REFUND, REFUND_OF_BAD_SHARE
from payengine.kernels.arrays import Flags, Int64, UInt8
from payengine.kernels.compile import by_python, compiled

NONE = -1  # a refund that matches no row of its original
ENOUGH = 2**62  # a sum of refunds is not counted beyond this; no row is worth as much


@compiled(
    "void(readonly_int64, readonly_bool_, readonly_uint8, readonly_uint8, readonly_int64, bool_[::1], bool_[::1])",
    otherwise=by_python,
)
def describe_groups(
    starts: Any, reversing: Any, kind: Any, reason: Any, quantity: Any, in_period: Any, cancelled: Any
) -> None:
    """Flag groups whose original is dated in the period, and groups that a row cancels.

    Both flags are given for every row of the group; only a consistent row cancels.
    """
    for group in range(len(starts) - 1):
        dated, cancels = False, False
        for row in range(starts[group], starts[group + 1]):
            if not reversing[row]:
                dated = dated or kind[row] == IN_PERIOD
            elif reason[row] == ELIGIBLE and quantity[row] == EMPTY:
                cancels = True
        for row in range(starts[group], starts[group + 1]):
            in_period[row] = dated
            cancelled[row] = cancels


@compiled(
    "int64(readonly_int64, readonly_bool_, readonly_bool_, readonly_bool_, readonly_int64, readonly_int64, "
    "readonly_int64, readonly_int64, readonly_int64, readonly_int64, readonly_bool_, readonly_uint8, "
    "readonly_bool_, bool_, int64[::1], int64[::1], int64[::1], uint8[::1])",
    otherwise=by_python,
)
def match_refunds(
    starts: Any, reversing: Any, refund: Any, original: Any, staff: Any, institution: Any, item: Any, share: Any,
    resolved_starts: Any, resolved_share: Any, resolved_member: Any, resolved_reason: Any,
    in_period: Any, write: Any, source: Any, matched: Any, new_share: Any, reason: Any,
) -> Any:  # fmt: skip
    """Match refunds with the rows they refund; returns how many rows the refunds become.

    Each becomes (row, matched resolved row or NONE, share, reason so far). The resolved rows of batch row `r` are
    [resolved_starts[r], resolved_starts[r + 1]). Called twice: first to count, with `write` false.
    """
    to = 0
    for group in range(len(starts) - 1):
        for row in range(starts[group], starts[group + 1]):
            if not refund[row]:
                continue
            at = -1
            for candidate in range(starts[group], starts[group + 1]):
                if reversing[candidate]:
                    break  # originals stand first
                if (
                    original[candidate]
                    and staff[candidate] == staff[row]
                    and institution[candidate] == institution[row]
                    and item[candidate] == item[row]
                ):
                    at = candidate
                    break
            first, end = (resolved_starts[at], resolved_starts[at + 1]) if at >= 0 else (0, 0)
            expanded = first < end and resolved_member[first]
            any_paid, paid_row = False, NONE
            for resolved in range(first, end):
                if resolved_reason[resolved] == ELIGIBLE and not any_paid:
                    any_paid, paid_row = True, resolved
            empty = share[row] == EMPTY
            right_share = empty or (share[row] == ONE if expanded else 0 < share[row] <= ONE)
            if not in_period[row] or not any_paid or not right_share:
                # All of it is rejected: member by member where a right share lets it be expanded.
                if expanded and right_share:
                    for resolved in range(first, end):
                        if write:
                            source[to], matched[to], new_share[to], reason[to] = row, resolved, 0, REVERSED
                        to += 1
                else:
                    if write:
                        bad = in_period[row] and any_paid
                        source[to], matched[to], new_share[to] = row, paid_row if bad else NONE, 0
                        reason[to] = BAD_SHARE if bad else REVERSED
                    to += 1
                continue
            for resolved in range(first, end):
                if write:
                    source[to], matched[to] = row, resolved
                    reason[to] = ELIGIBLE if resolved_reason[resolved] == ELIGIBLE else REVERSED
                    new_share[to] = resolved_share[resolved] if empty or expanded else share[row]
                to += 1
    return to


@compiled(
    "void(readonly_int64, readonly_int64, readonly_int64, readonly_uint8, readonly_int64, readonly_int64, "
    "int64[::1], bool_[::1])",
    otherwise=by_python,
)
def find_excess(
    source: Any, matched: Any, share: Any, reason: Any, quantity: Any, worth: Any, refunded: Any, excess: Any
) -> None:
    """Flag refunds that together exceed the `worth` of their row.

    Compared is the sum of |quantity| x share.
    """
    for row in range(len(source)):
        if reason[row] == ELIGIBLE:
            before = refunded[matched[row]]
            refunded[matched[row]] = min(ENOUGH, before + min(ENOUGH, -quantity[source[row]] * share[row]))
    for row in range(len(source)):
        excess[row] = reason[row] == ELIGIBLE and refunded[matched[row]] > worth[matched[row]]


@dataclass(frozen=True)
class _Refunds:
    """Rows that refunds become; `matched` counts resolved rows."""

    source: Int64
    matched: Int64
    share: Int64
    reason: UInt8


def resolve_reversals(batch: pa.RecordBatch, outputs: RecordOutputs) -> None:
    """Resolve whole groups: originals, cancelling rows, refunds and the others."""
    reversing = numbers(batch, "reverses_hash") != 0
    kind, reason, quantity = numbers(batch, "kind"), numbers(batch, "reason"), numbers(batch, "quantity")
    starts = starts_of(begins(batch["key"]))
    in_period, cancelled = np.empty(batch.num_rows, bool), np.empty(batch.num_rows, bool)
    describe_groups(starts, reversing, kind, reason, quantity, in_period, cancelled)

    consistent = reason == ELIGIBLE
    standing = ~reversing & consistent & ~cancelled
    resolved = resolve_originals(batch, np.flatnonzero(standing), numbers(batch, "bad_share"), outputs)
    gone = np.flatnonzero(~reversing & ~standing)
    reject(batch, outputs, gone, numbers(batch, "staff")[gone], np.where(consistent, REVERSED, reason)[gone])

    listed = in_period | (kind == IN_PERIOD)
    refund = reversing & consistent & (quantity < 0) & (quantity != EMPTY) & listed
    matched = _match(batch, starts, (reversing, refund, ~reversing & consistent), resolved, in_period)
    outputs.expanded += matched.source.size - int(np.count_nonzero(refund))
    _write_refunds(batch, outputs, resolved, matched)

    rest = reversing & ~refund
    outputs.unlisted += int(np.count_nonzero(rest & ~listed))
    shown = np.flatnonzero(rest & listed)
    outputs.reject(batch, shown, numbers(batch, "staff")[shown], _without_effect(batch, outputs.rules)[shown])


def _without_effect(batch: pa.RecordBatch, rules: RecordRules) -> UInt8:
    """Give the reason of every reversing row that is no refund."""
    reason, quantity = numbers(batch, "reason"), numbers(batch, "quantity")
    positive = np.select(
        [
            numbers(batch, "institution") <= UNKNOWN,
            numbers(batch, "staff") <= UNKNOWN,
            numbers(batch, "item") <= UNKNOWN,
        ],
        [UNKNOWN_INSTITUTION, UNKNOWN_STAFF, UNKNOWN_ITEM],
        BAD_QUANTITY,
    )
    return np.where(reason != ELIGIBLE, reason, np.where(quantity >= 0, positive, REVERSED)).astype(np.uint8)


def _match(
    batch: pa.RecordBatch,
    starts: Int64,
    roles: tuple[Flags, Flags, Flags],
    resolved: ResolvedOriginals,
    in_period: Flags,
) -> _Refunds:
    resolved_starts = np.searchsorted(resolved.rows.source, np.arange(batch.num_rows + 1)).astype(np.int64)
    given = (
        starts, *roles, *(numbers(batch, name) for name in ("staff", "institution", "item", "share")),
        resolved_starts, resolved.rows.share, resolved.rows.member,
        resolved.eligibility.reason, in_period,
    )  # fmt: skip
    nothing = np.zeros(0, np.int64)
    rows = match_refunds(*given, False, nothing, nothing, nothing, np.zeros(0, np.uint8))
    source, to, share = (np.empty(rows, np.int64) for _ in range(3))
    refunds = _Refunds(source, to, share, np.empty(rows, np.uint8))
    match_refunds(*given, True, refunds.source, refunds.matched, refunds.share, refunds.reason)
    return refunds


def _write_refunds(
    batch: pa.RecordBatch, outputs: RecordOutputs, resolved: ResolvedOriginals, refunds: _Refunds
) -> None:
    """Send matched refunds on: kept, left to the run (limited items), or rejected."""
    quantity, staff = numbers(batch, "quantity"), numbers(batch, "staff")
    originals, eligibility = resolved.rows, resolved.eligibility
    worth = np.where(resolved.payable, quantity[originals.source], 0) * originals.share
    excess = np.empty(refunds.source.size, bool)
    refunded = np.zeros(originals.source.size, np.int64)
    find_excess(refunds.source, refunds.matched, refunds.share, refunds.reason, quantity, worth, refunded, excess)

    found = refunds.matched >= 0
    origin = np.zeros(found.size, np.int64)
    origin[found] = originals.source[refunds.matched[found]]
    limited = found & outputs.rules.coding.limited_items[np.maximum(numbers(batch, "item")[origin], 0)]
    reason = np.where(excess & ~limited, BAD_QUANTITY, refunds.reason).astype(np.uint8)
    as_member = found & (reason != BAD_SHARE)
    as_member[found] &= originals.member[refunds.matched[found]]
    whose = staff[refunds.source]
    whose[as_member] = originals.staff[refunds.matched[as_member]]

    # Of a limited service only run knows whether it is paid: its refunds all go there, the wrong ones too.
    priced = (reason == ELIGIBLE) | (limited & (reason == BAD_SHARE))
    at = refunds.matched[priced]
    refund = np.where(excess, EXCESS, np.where(reason == BAD_SHARE, REFUND_OF_BAD_SHARE, REFUND)).astype(np.uint8)
    outputs.keep(
        batch,
        PayableRows(
            refunds.source[priced], origin[priced], whose[priced], refunds.share[priced],
            eligibility.owner[at], eligibility.item_row[at], eligibility.difficulty_row[at], refund[priced],
        ),
    )  # fmt: skip
    outputs.reject(batch, refunds.source[~priced], whose[~priced], reason[~priced])
