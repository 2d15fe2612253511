"""Check of a period, by a freeze, by `payengine check`, before a publication.

Nothing here decides a figure: the room `findings` finds, this conducts it with snapshot, policy and ledger.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from batch.findings import published_note
from batch.findings.check import find, in_order
from batch.findings.finding import Finding
from batch.findings.gate import acceptances, refuse_stopping, rules_unread, stopping
from batch.findings.kinds import STALE, Rules
from batch.findings.material import gather
from batch.findings.notes import damaged_notes, read_notes, write_notes
from batch.findings.published import published_periods
from batch.findings.published_changes import of_publication, published_changes
from batch.ledger import Acceptance, Ledger, Published, RunRecord
from batch.snapshot.snapshot import Snapshot
from payengine.errors import Problem
from payengine.policy import Policy, stored_policy


@dataclass(frozen=True)
class Checked:
    """Check of a period: its snapshot, the run that was looked at, the findings.

    `run` is None where there is none. `noted` is what the freeze noted of its own moment; empty where there are no
    notes.
    """

    snapshot: Snapshot
    run: RunRecord | None
    findings: list[Finding]
    noted: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class BeforePublication:
    """Look at a run before it is published: what is implausible, and what stops it.

    `stopping` are the findings that stop it and that nobody accepted, `failing` the checks that do, by institution.
    `head` is that of the audit chain at which it was looked.
    """

    head: str
    findings: list[Finding]
    accepted: list[Acceptance]
    rules: Rules
    failing: list[Problem] = field(default_factory=list)

    @property
    def stopping(self) -> list[Finding]:
        return stopping(self.findings, self.accepted, self.rules)


@dataclass(frozen=True)
class PublishedChecked:
    """Outcome of a publication, with what it saw as implausible and what of it was accepted."""

    published: Published
    findings: list[Finding]
    accepted: list[Acceptance]


def note_freeze(
    frozen: Snapshot, snapshots: Path, ledger: Ledger, policy: Policy | None, reversals: Iterable[Finding], access: str
) -> None:
    """Note beside a new snapshot what its freeze found.

    What is implausible in it, and what it saw of the ledger and of published periods. Without a policy (one that cannot
    be read) the snapshot stands, and whoever computes it is told. `reversals` are those found while the source was
    read; `access` says who may read the notes.
    """
    if policy is not None:
        material = gather(frozen.period, policy, frozen, None, ledger, snapshots)
        write_notes(frozen, material, find(material), ledger.head(), access)
    changes = published_changes(frozen, snapshots, ledger, policy, list(reversals))
    published_note.write(frozen, changes, published_periods(ledger, snapshots), access)


def check_period(
    frozen: Snapshot, snapshots: Path, ledger: Ledger, policy: Policy, further: Sequence[Finding] = ()
) -> Checked:
    """Find what is implausible in a snapshot and its latest run, the published one first.

    `further` are findings made elsewhere, which are listed among the others.
    """
    ledger.require_whole()
    confirmed = ledger.confirmations().get(frozen.period)
    on_it = confirmed is not None and confirmed.snapshot == frozen.digest  # the current run gives the same on it
    runs = [
        record
        for record in ledger.runs(frozen.period)
        if record.snapshot == frozen.digest or (on_it and record.current)
    ]
    run = max(runs, key=lambda record: (record.current, record.staged_at), default=None)
    material = gather(frozen.period, policy, frozen, run, ledger, snapshots)
    changes = published_changes(frozen, snapshots, ledger, policy)
    found = in_order([*find(material), *changes, *damaged_notes(frozen), *further])
    return Checked(frozen, run, found, read_notes(frozen))


def check_run(
    frozen: Snapshot, run: RunRecord, snapshots: Path, ledger: Ledger, policy: Policy
) -> list[Finding]:  # fmt: skip
    """Find what is implausible in one run, whose snapshot this is."""
    material = gather(frozen.period, policy, frozen, run, ledger, snapshots)
    return in_order([*find(material), *damaged_notes(frozen)])


def publish_checked(
    record: RunRecord,
    frozen: Snapshot | None,
    snapshots: Path,
    ledger: Ledger,
    accept: Sequence[tuple[str, str]],
    accept_stale: str,
    today: Policy | None,
    *,
    where_found: bool = False,
) -> PublishedChecked:
    """Publish a staged run after the check of its period.

    `Workspace.publish_checked` describes what is accepted and refused. One that is current already is left as it is,
    and not checked again. `today` is the workspace's policy, None where it cannot be read: its rules for findings count
    beside those of the policy that the run was computed by, and so do its rules for steps.
    """
    if record.current:
        return PublishedChecked(ledger.publish(record.id), [], [])
    seen = before_publication(
        record, frozen, snapshots, ledger, accept, accept_stale, today, where_found=where_found
    )  # fmt: skip
    refuse_stopping(record.id, seen.findings, seen.accepted, seen.rules)
    steps = {} if today is None else today.steps
    published = ledger.publish(record.id, [one.as_json() for one in seen.findings], seen.accepted, seen.head, steps)
    return PublishedChecked(published, seen.findings, seen.accepted)


def before_publication(
    record: RunRecord,
    frozen: Snapshot | None,
    snapshots: Path,
    ledger: Ledger,
    accept: Sequence[tuple[str, str]],
    accept_stale: str,
    today: Policy | None,
    *,
    where_found: bool = False,
) -> BeforePublication:
    """Check a run's period as its publication does; writes nothing."""
    head = ledger.head()
    ledger.require_whole(record.id)
    policy = stored_policy(ledger.policy_text(record.policy))
    if frozen is not None:
        frozen.verify_values()  # what is looked at is what was frozen
    material = gather(record.period, policy, frozen, record, ledger, snapshots, today)
    findings = [*find(material), *([] if today is not None else [rules_unread(material.rules)])]
    if frozen is not None:
        findings += of_publication(frozen, snapshots, ledger, material.rules)
    findings = in_order(findings)
    given = [*accept, *([(STALE, accept_stale)] if accept_stale else [])]
    accepted = acceptances(given, findings, where_found=where_found)
    return BeforePublication(head, findings, accepted, material.rules)
