"""Trials of the formulas without named rows: who would stop a run for want of which row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from batch.inputs.catalogue import BY_NAME
from batch.needs.sample_rows import OF_COLUMNS, SampleCounty, SampleRows
from payengine.graph import Graph
from payengine.periods import Period
from payengine.policy import Policy

NUMBERS = (1, 0, 100_000)  # tried one after another, so that several ways through a formula are taken
Key = tuple[str, str]  # an input and a name of it


@dataclass(frozen=True)
class Found:
    """Outcome of the trials: rows that a run would be refused for, by input and name.

    `refusing` are the figures whose formulas refuse where nobody has a row.
    """

    rows: Mapping[Key, set[int]]
    not_given: set[Key]
    refusing: set[str]
    county: SampleCounty


def tried_without_rows(policy: Policy, graph: Graph, period: Period) -> Found:
    """Try the formulas without named rows.

    All tables are tried empty at once, then each alone, so that no missing row hides another.
    """
    county = SampleCounty(policy)
    tables = sorted({BY_NAME[name].table for name in graph.inputs_used if BY_NAME[name].given or name in OF_COLUMNS})
    rows: dict[Key, set[int]] = defaultdict(set)
    refusing: set[str] = set()
    not_given: set[Key] = set()
    for number in NUMBERS:
        whole = graph.trial_on(SampleRows(county, period, graph.known, number, ()), period)
        for lacking in (None, *([table] for table in tables)):
            trial = graph.trial_on(SampleRows(county, period, graph.known, number, lacking), period)
            refusing |= trial.refusing - whole.refusing
            not_given |= trial.not_given
            for key, missing in trial.missing.items():
                rows[key] |= missing
    return Found(rows, not_given, refusing, county)
