"""Causes of a revision: what differs from the input that a published run stands on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from batch.findings.policy_changes import changed_policy
from batch.findings.published import PublishedPeriod
from batch.findings.staleness import Staleness
from batch.snapshot.record_ids import RecordIds
from batch.snapshot.snapshot import Snapshot
from payengine.errors import IntegrityBroken
from payengine.periods import MONTH
from payengine.policy import Policy
from payengine.texts import joined, say

LATE, GONE, REVERSED, LIMITS, VALUES = (
    "late_records", "records_gone", "records_reversed", "limits", "record_values",
)  # fmt: skip
TABLES, BUILT_ON, POLICY, PROGRAM, HOLDS = "tables", "built_on", "policy", "program", "holds"
UNKNOWN = "unknown"
_RECORD_COLUMNS = ("hot", "records", "limited", "limited_records", "rejected")


@dataclass(frozen=True)
class Cause:
    """One cause: its kind, how many rows, values or periods, and the sentence about it."""

    kind: str
    count: int
    what: str

    def as_json(self) -> dict[str, Any]:
        """Describe the cause for --json."""
        return {"kind": self.kind, "count": self.count, "what": self.what}


def input_causes(one: PublishedPeriod, frozen: Snapshot) -> Iterator[Cause]:
    """Compare a new snapshot with the one on which a published period stands."""
    if one.snapshot is None:
        yield Cause(UNKNOWN, 1, say("what changed in its input is not known: {why}", why=one.fault))
        return
    then, now = one.snapshot.logical, frozen.logical
    if frozen.period.kind == MONTH:
        yield from _record_causes(one.snapshot, frozen)
    tables = sorted(name for name in {*then["tables"], *now["tables"]} if _of(then, name) != _of(now, name))
    if tables:
        yield Cause(TABLES, len(tables), say("other rows in {tables}", tables=joined(tables)))


def built_on(found: Staleness) -> Iterator[Cause]:
    """Name the periods of which other results are read now."""
    if found.revised:
        yield Cause(
            BUILT_ON, len(found.revised), say("built on {periods}, revised since", periods=joined(found.revised))
        )
    if found.added:
        yield Cause(
            BUILT_ON, len(found.added), say("lacks {periods}, published since", periods=joined(found.added))
        )  # fmt: skip


def policy_causes(policy: Policy, one: PublishedPeriod, text_of: Callable[[str], str]) -> Iterator[Cause]:
    """Name the values and rules of the policy that differ from those of a published period."""
    for finding in changed_policy(policy, [one], text_of):
        shown = joined(finding.first)
        yield Cause(
            POLICY,
            finding.count,
            say("{n} value(s) or rule(s) of the policy: {shown}", n=finding.count, shown=shown)
            if finding.first
            else finding.what,
        )


def program_causes(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Cause]:
    """Tell that another version of payengine computes.

    Both map `formulas` and `engine` to digests.
    """
    changed = [name for name in ("formulas", "engine") if before[name] != after[name]]
    if changed:
        yield Cause(PROGRAM, len(changed), say("computed by another version of payengine"))


def hold_causes(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Cause]:
    """Name the institutions that are held now and were not, and the other way round."""
    held, released = sorted({*after} - {*before}), sorted({*before} - {*after})
    if held:
        yield Cause(HOLDS, len(held), say("held now: {institutions}", institutions=joined(held)))
    if released:
        yield Cause(HOLDS, len(released), say("held no more: {institutions}", institutions=joined(released)))
    reasons = sorted(code for code in {*before} & {*after} if before[code] != after[code])
    if reasons:
        yield Cause(HOLDS, len(reasons), say("held for another reason: {institutions}", institutions=joined(reasons)))


def _record_causes(then: Snapshot, now: Snapshot) -> Iterator[Cause]:
    """Compare the service records: ids that came and went, rows reversed, other values."""
    found = []
    try:
        before, after = then.record_ids(), now.record_ids()
    except IntegrityBroken:  # what was published stands; its ids are not needed for a figure
        before = after = None
    if before is not None and after is not None:
        shared = int(before.shared(after).size)
        late, gone = _distinct(after) - shared, _distinct(before) - shared
        if late:
            found.append(Cause(LATE, late, say("{n} record(s) came late", n=f"{late:,}")))
        if gone:
            found.append(Cause(GONE, gone, say("{n} record(s) are no more in the source", n=f"{gone:,}")))
    more = _reversed(now) - _reversed(then)
    if more > 0:
        found.append(Cause(REVERSED, more, say("{n} row(s) more are reversed", n=f"{more:,}")))
    elif more < 0:
        found.append(Cause(REVERSED, -more, say("{n} row(s) fewer are reversed", n=f"{-more:,}")))
    counting = now.counts["counting_only"] - then.counts["counting_only"]
    if counting > 0:
        found.append(Cause(LIMITS, counting, say("{n} earlier row(s) more count for limits", n=f"{counting:,}")))
    elif counting < 0:
        found.append(Cause(LIMITS, -counting, say("{n} earlier row(s) fewer count for limits", n=f"{-counting:,}")))
    if not found and any(then.logical[name] != now.logical[name] for name in _RECORD_COLUMNS):
        found.append(Cause(VALUES, 1, say("rows of service_record have other values or count otherwise")))
    yield from found


def _reversed(snapshot: Snapshot) -> int:
    return int(snapshot.counts["rejected"].get("reversed", 0))


def _distinct(ids: RecordIds) -> int:
    return int(np.count_nonzero(np.diff(ids.hashes))) + 1 if ids.hashes.size else 0


def _of(logical: Mapping[str, Any], table: str) -> object:
    return logical["tables"].get(table)
