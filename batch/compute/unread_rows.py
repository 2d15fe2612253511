"""Rows of the period that no rule reads, though others of their name or table are read.

A line of persons reads no task of the institution as a whole; a score of a person counts nowhere where only the
institution's is read; a measure may be read by no run at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from batch.arrow_columns import integers
from batch.compute.name_words import name_words
from batch.inputs.period_tables import BALANCES, axis_column
from batch.inputs.provider import InputProvider
from batch.inputs.readings import covered
from batch.report_names import HANDED_OVER
from payengine.exact import FEN
from payengine.exact.amounts import decimal_text
from payengine.graph import INSTITUTION, STAFF
from payengine.periods import MONTH, YEAR
from payengine.policy import Policy
from payengine.suggest import hint, listed
from payengine.texts import say, word

MEASURE, TASK = "measure", "directed_task"
KINDS = {BALANCES: YEAR, "appraisal": MONTH}  # in which rows of the other holder are told; tasks are in every kind
MOST_TOLD = 20  # rows named; the rest is counted
SCALES = {TASK: ("count", 0), "appraisal": ("score", 4), BALANCES: ("amount", FEN)}


def unread_holders(policy: Policy, data: InputProvider) -> Iterator[str]:
    """Yield a warning for each name that is read of one kind of holder and given of the other.

    The holder of a row is a person or the institution itself. Money of adjustments refuses the run instead
    (`batch.compute.unread_money`). Balances are the year's; scores of persons are the months', from which a settlement
    goes on.
    """
    for table, (column, scale) in SCALES.items():
        if data.roster.period.kind != KINDS.get(table, data.roster.period.kind):
            continue
        found = data.tables.table(table)
        number, keys = integers(found, column, np.int64), data.tables.coded(table, axis_column(table))
        of_persons = data.tables.are_of_persons(table)
        asked = data.readings.keys(table)
        unread = data.tables.rows(table, INSTITUTION) >= 0
        unread &= np.asarray([key in asked for key in keys.texts], bool)[keys.codes]
        if table != "appraisal":
            unread &= number != 0
        for readings in (data.readings, data.looks):
            unread &= ~covered(readings, table, keys, of_persons, number)
        found = found.take(np.flatnonzero(unread))
        columns = (found[name].to_pylist() for name in ("institution", "staff", axis_column(table), column))
        left: dict[tuple[str, bool], list[str]] = {}
        for institution, staff, key, given in zip(*columns, strict=True):
            text = decimal_text(int(given), scale, least=0)
            left.setdefault((key, staff != ""), []).append(" ".join(filter(None, (institution, staff, text))))
        for (key, of_person), rows in sorted(left.items()):
            if of_person:
                yield say(
                    "{table}: no formula of this policy reads {key} of persons, only of institutions: {rows}",
                    table=word(table), key=name_words(policy, table, key), rows=listed(rows, MOST_TOLD),
                )  # fmt: skip
            else:
                yield say(
                    "{table}: no formula of this policy reads {key} without a person, only of persons: {rows}",
                    table=word(table), key=name_words(policy, table, key), rows=listed(rows, MOST_TOLD),
                )  # fmt: skip


def tasks_of_others(data: InputProvider) -> Iterator[str]:
    """Yield a warning of tasks, paid to persons, of who is not engaged at that institution.

    Where the institution counts the tasks of everybody (days of who is seconded to it), they count there.
    """
    found, tasks = data.tables.table(TASK), data.tables.coded(TASK, axis_column(TASK))
    asked = {key for key in data.readings.keys(TASK) if not data.readings.counts_everybody(TASK, key)}
    lost = data.tables.are_of_persons(TASK) & (data.tables.rows(TASK, STAFF) < 0)
    lost &= (data.tables.rows(TASK, INSTITUTION) >= 0) & (integers(found, "count", np.int64) != 0)
    lost &= np.asarray([task in asked for task in tasks.texts], bool)[tasks.codes]
    found = found.take(np.flatnonzero(lost)).select(["institution", "staff", "task", "count"])
    rows = [" ".join(map(str, row.values())) for row in found.to_pylist()]
    if rows:
        yield say(
            "directed_task: no person is paid for tasks of who is not engaged there in {period}: {rows}",
            period=data.roster.period, rows=listed(rows, MOST_TOLD),
        )  # fmt: skip


def unread_names(
    policy: Policy, data: InputProvider, read_elsewhere: Callable[[], Mapping[str, set[str]]]
) -> Iterator[str]:
    """Yield measures and opening balances that no run reads, a warning a table."""
    for table in (MEASURE, BALANCES):
        known = data.readings.keys(table) | policy.ignored.get(table, frozenset())
        left = [name for name in data.tables.names(table) if name not in known]
        elsewhere = read_elsewhere().get(table, set()) if left else set()
        left = [name for name in left if name not in elsewhere and name.removesuffix(HANDED_OVER) not in policy.figures]
        if left:
            yield say("{table}: no rule of policy {policy} reads: {names}", table=word(table), policy=policy.code,
                      names=listed([_with_hint(policy, table, name, known | elsewhere) for name in left]))  # fmt: skip


def _with_hint(policy: Policy, table: str, name: str, read: set[str]) -> str:
    """Write a name with the one that is read and was perhaps meant.

    Measures are names of the policy: an unknown one refuses the run.
    """
    near = hint(name, read) if table == BALANCES else ""
    words = name_words(policy, table, name)
    return say("{name}{near}", name=words, near=near) if near else words
