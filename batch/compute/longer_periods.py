"""Rows of a longer period that no run reads, though this run reads others of their name."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from batch.compute.name_words import name_words
from batch.input_tables import BY_NAME as TABLES
from batch.inputs.catalogue import BY_NAME
from batch.inputs.period_tables import RowSelection, Window
from batch.inputs.provider import InputProvider
from batch.snapshot.snapshot import Snapshot
from payengine.graph import Graph
from payengine.periods import KINDS, YEAR, Period
from payengine.policy import Policy
from payengine.texts import say, word


def unread_longer_rows(
    snapshot: Snapshot, policy: Policy, data: InputProvider, graph_of: Callable[[Period], Graph]
) -> Iterator[str]:
    """Yield a warning for each name whose rows of a longer period nothing reads.

    What is not pay is left to the run of that kind of period, where the policy has one: it tells what it does not read.
    """
    period = snapshot.period
    rows = [row for row in snapshot.longer_rows if row[1] in data.readings.keys(row[0])]
    rows = [row for row in rows if TABLES[row[0]].is_paid or not policy.formulas(Period.parse(row[2]).kind)[0]]
    if not rows:
        return
    year = Period(period.year_start, YEAR)
    around = [each for kind in KINDS for each in ([year] if kind == YEAR else year.inner(kind)) if period.within(each)]
    read: set[tuple[str, str, str]] = set()
    for run in (each for each in around if policy.formulas(each.kind)[0]):
        for name, keys in graph_of(run).keys_tried(run).items():
            entry = BY_NAME[name]
            if isinstance(entry.source, RowSelection):
                window = Window.PERIOD if entry.source.window is Window.LAST_YEAR else entry.source.window
                read |= {
                    (entry.table, key, text)
                    for table, key, text, _ in rows
                    if table == entry.table and key in keys and window.holds(Period.parse(text), run)
                }
    for table, name, text, count in rows:
        if (table, name, text) not in read:
            yield say(
                "{table}: no run of this policy reads {name} of {longer} ({n} row(s)); is {period} meant?",
                table=word(table), name=name_words(policy, table, name), longer=text, n=f"{count:,}", period=period,
            )  # fmt: skip
