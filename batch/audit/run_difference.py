"""Difference of two runs: inputs, policy, formulas and engine, and the effect on pay.

What cannot be compared (a snapshot that is not here, a policy that cannot be read) is told in words, and the rest is
compared all the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from batch.audit.difference import Difference, difference
from batch.audit.policy_changes import PolicyChanges, RunPolicy, policy_changes
from batch.audit.record_changes import MOST_LISTED, RecordChanges, record_changes
from batch.audit.table_changes import TableChange, table_changes
from batch.input_tables import REASONS
from batch.snapshot.snapshot import Snapshot

if TYPE_CHECKING:
    from batch.results import Results


@dataclass(frozen=True)
class RunSide:
    """One of the two runs: its results, and its snapshot and policy where they are at hand.

    `revision` is the one that it was published as last (None: never), `current` if that is in force. The faults say
    why snapshot or policy are not at hand.
    """

    results: Results
    revision: int | None
    current: bool
    snapshot: Snapshot | None
    snapshot_fault: str
    policy: RunPolicy | None
    policy_fault: str

    def as_json(self) -> dict[str, Any]:
        meta = self.results.meta
        return {
            "run": meta.run_id, "period": str(meta.period), "revision": self.revision, "current": self.current,
            "snapshot": meta.snapshot_digest, "policy": meta.policy_digest, "formulas": meta.formulas_digest,
            "engine": meta.engine_digest, "holds": dict(meta.holds), "policy_code": meta.policy_code,
            "policy_title": meta.policy_title, "illustrative": meta.illustrative,
        }  # fmt: skip


@dataclass(frozen=True)
class RejectionChange:
    """Row of a record that one run rejects otherwise than the other; '' where it does not."""

    record: str
    staff: str
    institution: str
    before: str
    after: str


@dataclass(frozen=True)
class RunDifference:
    """Everything in which two runs differ, as far as it can be compared.

    `tables` and `records` are None where a snapshot is not at hand, `policy` where a policy is not; `faults` say why.
    `reasons` are the rows rejected by both, by reason; `rejections` lists those that differ if they are few.
    `publications` are the months' revisions that the snapshots took in, by period, where they differ.
    """

    before: RunSide
    after: RunSide
    tables: Sequence[TableChange] | None
    records: RecordChanges | None
    publications: Mapping[str, tuple[str, str]]
    reasons: Mapping[str, tuple[int, int]]
    rejections: Sequence[RejectionChange]
    policy: PolicyChanges | None
    effect: Difference

    @property
    def faults(self) -> tuple[str, ...]:
        """Reasons why something is not compared, each once."""
        sides = (self.before, self.after)
        told = [one.snapshot_fault for one in sides] if self.tables is None else []
        told += [one.policy_fault for one in sides] if self.policy is None else []
        return tuple(dict.fromkeys(filter(None, told)))

    @property
    def is_of_two_periods(self) -> bool:
        return self.before.results.meta.period != self.after.results.meta.period

    @property
    def holds(self) -> Mapping[str, tuple[str, str]]:
        """Institutions that are not held alike, with the reasons of both runs."""
        old, new = (one.results.meta.holds for one in (self.before, self.after))
        return {
            code: (old.get(code, ""), new.get(code, ""))
            for code in sorted({*old, *new})
            if old.get(code, "") != new.get(code, "")
        }


def compare(before: RunSide, after: RunSide) -> RunDifference:
    """Compare two runs of the same kind of period.

    `IdentityBroken` if the effect does not add up. `IntegrityBroken` for a snapshot that is not what was frozen.
    """
    tables: Sequence[TableChange] | None = None
    records: RecordChanges | None = None
    publications: Mapping[str, tuple[str, str]] = {}
    old, new = before.results.meta, after.results.meta
    if old.snapshot_digest == new.snapshot_digest:
        tables, records = [], RecordChanges()
    elif before.snapshot is not None and after.snapshot is not None:
        for snapshot in (before.snapshot, after.snapshot):
            snapshot.verify_values()
        tables = table_changes(before.snapshot, after.snapshot)
        records = record_changes(before.snapshot, after.snapshot)
        publications = _publications(before.snapshot, after.snapshot)
    policy = None
    if old.policy_digest == new.policy_digest:
        policy = PolicyChanges()
    elif before.policy is not None and after.policy is not None:
        policy = policy_changes(before.policy, after.policy)
    reasons, rejections = _rejections(before.results.rejections, after.results.rejections, old.period != new.period)
    return RunDifference(
        before, after, tables, records, publications, reasons, rejections, policy,
        difference(before.results, after.results),
    )  # fmt: skip


def _publications(before: Snapshot, after: Snapshot) -> dict[str, tuple[str, str]]:
    """List the periods of which the snapshots took in other runs, with both revisions."""
    sides = [
        {one["period"]: f"{one['revision']} ({one['run'][:12]})" for one in snapshot.logical["history"]["publications"]}
        for snapshot in (before, after)
    ]
    names = sorted({*sides[0], *sides[1]})
    return {
        name: (sides[0].get(name, ""), sides[1].get(name, ""))
        for name in names
        if sides[0].get(name, "") != sides[1].get(name, "")
    }


def _rejections(
    before: pa.Table, after: pa.Table, are_of_two_periods: bool
) -> tuple[dict[str, tuple[int, int]], list[RejectionChange]]:
    """Count the rejected rows by reason on both sides; list those that differ, if they are few.

    Two periods have other records, of which none is listed.
    """
    counts = [_counted(table) for table in (before, after)]
    reasons = {reason: (counts[0][reason], counts[1][reason]) for reason in REASONS if any(c[reason] for c in counts)}
    keys = [
        pc.binary_join_element_wise(*(table[name] for name in ("record_id", "staff", "reason")), "\x00")
        for table in (before, after)
    ]
    differing = [
        table.filter(pc.invert(pc.is_in(own, value_set=pc.unique(other))))
        for table, own, other in ((before, keys[0], keys[1]), (after, keys[1], keys[0]))
    ]
    if are_of_two_periods or sum(map(len, differing)) > MOST_LISTED:
        return reasons, []
    found: dict[tuple[str, str, str], list[str]] = {}
    for side, table in enumerate(differing):
        for row in table.to_pylist():
            found.setdefault((row["record_id"], row["staff"], row["institution"]), ["", ""])[side] = row["reason"]
    return reasons, [RejectionChange(*key, *pair) for key, pair in sorted(found.items())]


def _counted(table: pa.Table) -> Counter[str]:
    values = table["reason"].combine_chunks().value_counts().to_pylist()
    return Counter({each["values"]: each["counts"] for each in values})
