"""Published periods compared with what the source and the policy say today.

A freeze reads one month. What the source says of another that is published already (a record that came late, was
cancelled or dated anew), and what the policy says of it (a price that was dated back), nobody would see again: here it
is told. Nothing of it enters a snapshot's digest or a run's id; a note beside the snapshot keeps what its freeze saw.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from batch.findings import published_note
from batch.findings.finding import Finding
from batch.findings.kinds import PAID_BEFORE, Rules
from batch.findings.later_reversals import KINDS as OF_REVERSALS
from batch.findings.paid_before import paid_before
from batch.findings.policy_changes import KINDS as OF_POLICY
from batch.findings.policy_changes import changed_policy
from batch.findings.published import published_periods
from batch.findings.reference_rows import changed_period_rows, changed_reference
from batch.findings.row_counts import changed_limits, changed_rows, future_dates, implausible_years
from batch.findings.typed_periods import implausible_periods
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
    others = [one for one in published if one.period != frozen.period]
    if reversals is None:
        reversals = [finding for finding in published_note.read(frozen, published) if finding.kind in OF_REVERSALS]
    return [
        *implausible_years(frozen, [one.period for one in published]),
        *future_dates(frozen),
        *implausible_periods(frozen, published),
        *changed_rows(frozen, others),
        *paid_before(frozen, others),
        *reversals,
        *changed_limits(frozen, others),
        *changed_reference(frozen, others),
        *changed_period_rows(frozen, others),
        *(() if policy is None else changed_policy(policy, others, ledger.policy_text)),
    ]


def noted_changes(frozen: Snapshot | None, snapshots: Path, ledger: Ledger, policy: Policy | None) -> list[Finding]:
    """Read what a freeze noted, and compare today's policy again.

    It is the snapshot's freeze; without a snapshot the last one of all. Findings of periods that were revised since are
    left out.
    """
    published = published_periods(ledger, snapshots)
    noted = published_note.newest(snapshots, published) if frozen is None else published_note.read(frozen, published)
    if policy is None:
        return noted
    others = [one for one in published if frozen is None or one.period != frozen.period]
    values = changed_policy(policy, others, ledger.policy_text)
    return [*(finding for finding in noted if finding.kind not in OF_POLICY), *values]


def of_publication(frozen: Snapshot, snapshots: Path, ledger: Ledger, rules: Rules) -> list[Finding]:
    """Select what belongs to the publication of a run of this snapshot.

    Records that another month has paid already would be paid twice by it: they are looked for anew. The rest is about
    other periods, and stands in a publication only where the run's policy lets its kind stop it.
    """
    noted = noted_changes(frozen, snapshots, ledger, rules.policy)
    others = [one for one in published_periods(ledger, snapshots) if one.period != frozen.period]
    about_others = [one for one in noted if one.kind != PAID_BEFORE and rules.blocks(one.kind)]
    return [*paid_before(frozen, others), *about_others]
