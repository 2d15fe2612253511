"""Names in the input that the policy neither knows nor ignores: what was given is not passed over in silence.

Freeze tells them, because the input stands before the policy; run refuses them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import pyarrow.compute as pc

from batch.input_tables import CATEGORIES
from batch.inputs.period_tables import KEYS, NAMED
from batch.snapshot.snapshot import Snapshot
from payengine.errors import Problem
from payengine.policy import Policy
from payengine.policy.keys import NAMED_BY


def unknown_names(
    policy: Policy, names: Callable[[str], Iterable[str]], categories: Iterable[str]
) -> Iterator[Problem]:
    """`names` gives those that stand in a table, `categories` are those of the service items."""
    for table in NAMED:
        for problem in policy.unknown_names(NAMED_BY.get(KEYS[table], KEYS[table]), list(names(table))):
            yield Problem(problem.what, table, remedy=problem.remedy)
    known = {*policy.known("category"), *CATEGORIES}
    for problem in policy.unknown_names("category", [name for name in categories if name not in known]):
        yield Problem(problem.what, "service_item", remedy=problem.remedy)


def unknown_in(snapshot: Snapshot, policy: Policy) -> list[Problem]:
    """Those of a snapshot, in any of its institutions."""

    def names(table: str) -> list[str]:
        found = pc.unique(snapshot.table(table)[KEYS[table]]).to_pylist()
        return sorted(found, key=str.encode)

    return list(unknown_names(policy, names, snapshot.coding.categories.values.to_pylist()))
