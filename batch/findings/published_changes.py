"""Published periods compared with what the source and the policy say today.

A freeze reads one month. What the source says of another that is published already (a record that came late, was
cancelled or dated anew), and what the policy says of it (a price that was dated back), nobody would see again: here it
is told. Nothing of it enters a snapshot's digest or a run's id; a note beside the snapshot keeps what its freeze saw.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from batch.findings import published_note
from batch.findings.finding import Finding, joined
from batch.findings.kinds import OF_REVERSALS, PAID_BEFORE, ROWS_NOT_COMPARED, Rules
from batch.findings.policy_changes import KINDS as OF_POLICY
from batch.findings.policy_changes import changed_policy
from batch.findings.published import PublishedPeriod, published_periods
from batch.snapshot.snapshot import Snapshot

if TYPE_CHECKING:
    from batch.ledger import Ledger
    from payengine.policy import Policy


def published_changes(
    frozen: Snapshot,
    snapshots: Path,
    ledger: Ledger,
    policy: Policy | None,
    reversals: Sequence[Finding] | None = None,
) -> list[Finding]:
    """Compare the published periods with what a freeze saw and with today's policy.

    The period of the snapshot itself is not compared: its own run says what differs. Without a policy (one that cannot
    be read) its values are not compared either. `reversals` are what `LaterReversals` found while the source was read;
    else they are taken from the snapshot's note.
    """
    published = published_periods(ledger, snapshots)
    others = _others(published, frozen)
    if reversals is None:
        note = published_note.read(frozen)
        reversals = [*_reversals(note, published), *note.gaps(others)]
    return _compared(frozen, published, ledger, policy, reversals)


def noted_changes(frozen: Snapshot | None, snapshots: Path, ledger: Ledger, policy: Policy | None) -> list[Finding]:
    """Read what a freeze noted, and compare today's policy again.

    It is the snapshot's freeze; without a snapshot the last one of all. Findings of periods that were revised since are
    left out; a note that is missing or damaged is told.
    """
    published = published_periods(ledger, snapshots)
    others = _others(published, frozen)
    note = published_note.newest(snapshots) if frozen is None else published_note.read(frozen)
    noted = [*note.standing(published), *note.gaps(others)]
    if policy is None:
        return noted
    values = changed_policy(policy, others, ledger.policy_text)
    return [*(finding for finding in noted if finding.kind not in OF_POLICY), *values]


def of_publication(frozen: Snapshot, snapshots: Path, ledger: Ledger, rules: Rules) -> list[Finding]:
    """Select what belongs to the publication of a run of this snapshot.

    Records that another month has paid already would be paid twice by it, and stand in it always. The rest is about
    other periods, and stands in a publication only where its kind may stop it. All is compared anew; only refunds and
    cancellations, which a snapshot does not hold, are the note's, and a month that the note does not cover is told.
    """
    published = published_periods(ledger, snapshots)
    note = published_note.read(frozen)
    reversals = [*_reversals(note, published), *note.uncovered(_others(published, frozen))]
    found = _compared(frozen, published, ledger, rules.policy, reversals)
    return [one for one in found if PAID_BEFORE in (one.kind, *one.unseen) or rules.stops(one)]


def _compared(
    frozen: Snapshot, published: Sequence[PublishedPeriod], ledger: Ledger, policy: Policy | None,
    reversals: Sequence[Finding],
) -> list[Finding]:  # fmt: skip
    from batch.findings.paid_before import paid_before
    from batch.findings.reference_rows import changed_period_rows, changed_reference
    from batch.findings.row_counts import changed_limits, changed_rows, future_dates, implausible_years
    from batch.findings.typed_periods import implausible_periods
    from batch.findings.uncompared import not_at_hand

    others = _others(published, frozen)
    found = [
        *implausible_years(frozen, [one.period for one in published]),
        *future_dates(frozen),
        *implausible_periods(frozen, published),
        *changed_rows(frozen, others),
        *not_at_hand(frozen, others),
        *paid_before(frozen, others),
        *reversals,
        *changed_limits(frozen, others),
        *changed_reference(frozen, others),
        *changed_period_rows(frozen, others),
        *(() if policy is None else changed_policy(policy, others, ledger.policy_text)),
    ]
    return joined(found)


def _reversals(note: published_note.Note, published: Sequence[PublishedPeriod]) -> list[Finding]:
    """List what a note says of refunds and cancellations.

    And the months in whose record ids its freeze could not search for them.
    """
    return [
        replace(one, unseen=OF_REVERSALS) if one.kind == ROWS_NOT_COMPARED else one
        for one in note.standing(published)
        if one.kind in OF_REVERSALS or (one.kind == ROWS_NOT_COMPARED and {*one.unseen} & {*OF_REVERSALS})
    ]


def _others(published: Sequence[PublishedPeriod], frozen: Snapshot | None) -> list[PublishedPeriod]:
    return [one for one in published if frozen is None or one.period != frozen.period]
