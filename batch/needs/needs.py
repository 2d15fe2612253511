"""Needs of a policy for some periods, put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from batch.compute.compute import graph_without_input
from batch.needs.name_needs import EFFECTS, NameNeed, name_needs, readers_of
from batch.needs.placeholders import with_placeholders
from batch.needs.policy_words import categories, distinguished
from batch.needs.table_needs import SORTS, UNREAD, TableNeed, table_needs
from batch.needs.value_needs import ValueNeed, value_needs
from payengine.periods import Period
from payengine.policy import Policy


@dataclass(frozen=True)
class Needs:
    """Input tables, names and values that a policy needs.

    `categories` are those of service items, `distinguished` the words of the table `engagement`, by column, by which
    values of the policy differ; `tenures` the bands of years that are part of a cell of the table `comparator`, where
    it is read.
    """

    policy: Policy
    periods: tuple[Period, ...]
    tables: tuple[TableNeed, ...]  # of every period in turn
    names: tuple[NameNeed, ...]
    values: tuple[ValueNeed, ...]
    categories: tuple[str, ...]
    distinguished: dict[str, list[str]] = field(default_factory=dict)
    tenures: tuple[str, ...] = ()

    def sort_of(self, table: str) -> str:
        """Return the strongest sort of a table over all periods."""
        return min((each.sort for each in self.tables if each.table == table), key=SORTS.index)

    def of_table(self, table: str) -> list[NameNeed]:
        """List the names of a table over all periods, those that refuse a run first."""
        found = [need for need in self.names if need.table == table]
        return sorted(found, key=lambda need: (self.periods.index(need.period), EFFECTS.index(need.effect)))


def needs_of(policy: Policy, periods: Sequence[Period]) -> Needs:
    """Find what a policy needs for periods of any kind.

    `Refused` where the policy itself is wrong. Periods of a kind in which the policy computes nothing need nothing.
    """
    tables: list[TableNeed] = []
    names: list[NameNeed] = []
    read: dict[Period, Sequence[str]] = {}
    words: dict[str, dict[str, None]] = {}
    for period in periods:
        graph = graph_without_input(policy, period)
        read[period] = graph.parameters_used
        certain = set(readers_of(graph, period, untried=False))
        filled = with_placeholders(policy, graph.parameters_used, period)
        if filled is not policy:
            graph = graph_without_input(filled, period, checked=False)  # placeholders break rules of values
        of_period = name_needs(filled, graph, period, certain)
        names += of_period
        tables += table_needs(policy, graph, period, of_period)
        for column, texts in distinguished(policy, graph).items():
            words.setdefault(column, {}).update(dict.fromkeys(texts))
    compares = any(each.table == "comparator" and each.sort != UNREAD for each in tables)
    return Needs(
        policy, tuple(periods), tuple(tables), tuple(names), tuple(value_needs(policy, read)),
        tuple(categories(policy)), {column: list(texts) for column, texts in words.items()},
        policy.known("tenure") if compares else (),
    )  # fmt: skip
