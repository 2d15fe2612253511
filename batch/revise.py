"""Revision of published periods: frozen and computed again in order of time.

Those that changed are published, those that did not are confirmed.

A late, reversed or corrected record, or a corrected value of the policy, changes the snapshot of its own period and,
through limits and the year to date, perhaps that of later ones. A dry run computes each period on the proposed results
of those before it, so that it gives the ids and figures that publishing gives.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from batch import failpoints
from batch.audit.difference import Difference, changed_tables, total
from batch.findings.kinds import KINDS
from batch.findings.published import published_periods
from batch.findings.revision_causes import (
    Cause,
    built_on,
    hold_causes,
    input_causes,
    policy_causes,
    program_causes,
)
from batch.findings.staleness import Staleness, staleness_of
from batch.ledger import Confirmation, Ledger, ProposedLedger, RunRecord
from batch.ledger.history import read_by
from batch.ledger.reasons import refuse_unreadable
from batch.reports.compliance import failures
from batch.run import Outcome, outdated, policy_text
from batch.snapshot.snapshot import Snapshot
from batch.source_texts import installed_sources
from payengine.errors import PayengineError, UsageError
from payengine.periods import Period
from payengine.policy import Policy
from payengine.suggest import hint
from payengine.texts import joined, say

if TYPE_CHECKING:
    from batch.check import PublishedChecked
    from batch.results import Results

# What became of a period: of a dry run "changed" and "equal", else "published" and "confirmed".
UNCHANGED, EQUAL, CHANGED, CONFIRMED, PUBLISHED, CLOSED = (
    "unchanged", "equal", "changed", "confirmed", "published", "closed",
)  # fmt: skip
REVISED = (CHANGED, PUBLISHED)  # states of periods with other results


@dataclass(frozen=True)
class Totals:
    """Sums of a run: pay and what institutions are paid, in fen."""

    pay_fen: int
    statements_fen: int

    @classmethod
    def of(cls, results: Results) -> Totals:
        """Add up a run's lines."""
        return cls(total(results.pay_lines, "amount_fen"), total(results.statement_lines, "amount_fen"))


@dataclass(frozen=True)
class RevisedPeriod:
    """A published period, and what freezing and running it again gave.

    `before` is its run as it was published, `revision` that of the period now (of a dry run: as it would be). `run` and
    `snapshot` are those computed now, '' for a closed period. `named` is False for one that follows because of others.
    `tables` are the tables of results that differ, `warnings` those that the published run had not. `stale` is what of
    its history was revised or added since.
    """

    period: Period
    state: str
    before: RunRecord
    revision: int
    named: bool
    run: str = ""
    snapshot: str = ""
    causes: tuple[Cause, ...] = ()
    old: Totals | None = None
    new: Totals | None = None
    difference: Difference | None = None
    tables: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    closed_on: date | None = None
    stale: Staleness | None = None
    published: PublishedChecked | None = None


@dataclass(frozen=True)
class Revision:
    """Outcome of a revision: its periods in order of time.

    `reason` is '' for a dry run. `unused` are the acceptances that met no finding, `head` the chain's head after it.
    """

    periods: tuple[RevisedPeriod, ...]
    reason: str
    head: str
    unused: tuple[str, ...] = ()

    @property
    def is_dry(self) -> bool:
        return not self.reason


@dataclass(frozen=True)
class Steps:
    """Steps of a workspace by which a period is revised.

    `freeze` reads the source with the history of a ledger, `run` computes and stages nothing, `publish` publishes a
    staged run after the check of its period.
    """

    freeze: Callable[[Period, Ledger], Snapshot]
    run: Callable[[Period, Ledger, str, Mapping[str, str]], Outcome]
    publish: Callable[[str], PublishedChecked]


@dataclass(frozen=True)
class Holds:
    """Institutions to hold, each with its reason, and to release: beside those held already."""

    hold: Mapping[str, str]
    release: Collection[str]

    def of(self, record: RunRecord) -> dict[str, str]:
        """Return the holds of a period's next revision."""
        return {code: why for code, why in {**record.holds, **self.hold}.items() if code not in self.release}

    def refuse_unheld(self, records: Sequence[RunRecord]) -> None:
        """Raise `UsageError` for an institution to release that is not held, or is to be."""
        held = {code for record in records for code in record.holds}
        for code in self.release:
            if code in self.hold:
                raise UsageError(say("institution {code} is to be held and released", code=code))
            if code not in held:
                raise UsageError(
                    say("institution {code} is held in none of these periods", code=code),
                    remedy=say("Held are: {names}", names=joined(sorted(held)) if held else say("none")),
                )


class Reviser:
    """Conductor of a revision."""

    def __init__(
        self, ledger: Ledger, snapshots: Path, policy: Policy, steps: Steps, holds: Holds, today: date,
        tell: Callable[[str, int, int], None],
    ) -> None:  # fmt: skip
        self._ledger = ledger
        self._snapshots = snapshots
        self._policy = policy
        self._steps = steps
        self._holds = holds
        self._today = today
        self._tell = tell

    def revise(self, named: Sequence[Period], reason: str) -> Revision:
        """Revise the published periods within those named, and later ones that read what changes.

        Without a `reason` nothing is published: a dry run. `UsageError` where nothing of a named period is published.
        Whatever stops a period stops the revision: the error says which, and what was published before it stands.
        """
        self._ledger.require_whole()
        records = sorted((record for record in self._ledger.runs() if record.current), key=_in_time)
        chosen = _chosen(records, named)
        self._holds.refuse_unheld([record for record in records if record.period in chosen])
        view = self._ledger if reason else ProposedLedger(self._ledger)
        done: list[RevisedPeriod] = []
        first = min(place for place, record in enumerate(records) if record.period in chosen)
        for record in records[first:]:
            try:
                found = self._period(record, record.period in chosen, view, reason, done)
            except PayengineError as error:
                raise _stopped(error, record.period, done, reason) from error
            if found is not None:
                done.append(found)
        return Revision(tuple(done), reason, self._ledger.head())

    def _period(
        self, record: RunRecord, named: bool, view: Ledger, reason: str, done: Sequence[RevisedPeriod]
    ) -> RevisedPeriod | None:  # fmt: skip
        """Freeze and run one period again; None for a later one that reads nothing that changed."""
        period = record.period
        stale = staleness_of(record, self._stored(record), view)
        if not named and not (_reads_changed(period, done) if stale is None else stale.is_stale):
            return None
        state = RevisedPeriod(period, UNCHANGED, record, record.revision or 1, named, stale=stale)
        closing = self._policy.closing
        if closing is not None and self._today > closing.last_day(period):
            return replace(state, state=CLOSED, closed_on=closing.last_day(period))
        self._tell(say("revising {period}", period=period), 0, 0)
        frozen = self._steps.freeze(period, view)
        holds = self._holds.of(record) if named else dict(record.holds)  # what is told is told of the named ones
        outcome = self._steps.run(period, view, frozen.digest, holds)
        confirmed = self._ledger.confirmations().get(period)
        before = self._ledger.results(record.id)
        state = replace(
            state,
            run=outcome.run,
            snapshot=frozen.digest,
            old=Totals.of(before),
            new=Totals.of(outcome.results),
            difference=outcome.difference,
            tables=changed_tables(before, outcome.results),
            warnings=_new_warnings(outcome, before, frozen, view),
        )
        if outcome.run == (record.id if confirmed is None else confirmed.run):
            return state
        state = replace(state, causes=tuple(self._causes(record, confirmed, frozen, outcome, stale)))
        if not state.tables:
            return self._equal(state, frozen, outcome, reason)
        if not reason:
            assert isinstance(view, ProposedLedger)
            return replace(state, state=CHANGED, revision=view.propose(outcome.results, reason).revision)
        self._ledger.stage(
            outcome.results,
            policy_text(self._policy),
            reason,
            computed_by=installed_sources(),
            steps=self._policy.steps,
        )
        failpoints.reached("revise: before publish")
        published = self._steps.publish(outcome.run)
        failpoints.reached("revise: after publish")
        made = published.published.publication
        return replace(state, state=PUBLISHED, revision=made.revision, published=published)

    def _equal(self, state: RevisedPeriod, frozen: Snapshot, outcome: Outcome, reason: str) -> RevisedPeriod:
        """Confirm a revision whose results are the same; a dry run only says so."""
        if not reason:
            return replace(state, state=EQUAL)
        made = self._ledger.current(state.period)
        assert made is not None  # it is published
        meta = outcome.results.meta
        publications = tuple(
            {name: each[name] for name in ("period", "revision", "run")}
            for each in frozen.logical["history"]["publications"]
        )
        confirmation = Confirmation(
            made, meta.run_id, meta.snapshot_digest, meta.policy_digest, meta.formulas_digest, meta.engine_digest,
            publications, reason,
        )  # fmt: skip
        self._ledger.confirm(confirmation, policy_text(self._policy))
        return replace(state, state=CONFIRMED)

    def _causes(
        self, record: RunRecord, confirmed: Confirmation | None, frozen: Snapshot, outcome: Outcome,
        stale: Staleness | None,
    ) -> list[Cause]:  # fmt: skip
        """List how what is computed now differs from what the published run stands on."""
        one = next(each for each in published_periods(self._ledger, self._snapshots) if each.period == record.period)
        meta = outcome.results.meta
        made_by = record if confirmed is None else confirmed
        return [
            *input_causes(one, frozen),
            *(() if stale is None else built_on(stale)),
            *policy_causes(self._policy, one, self._ledger.policy_text),
            *hold_causes(record.holds, meta.holds),
            *program_causes(
                {"formulas": made_by.formulas, "engine": made_by.engine},
                {"formulas": meta.formulas_digest, "engine": meta.engine_digest},
            ),
        ]

    def _stored(self, record: RunRecord) -> Snapshot | None:
        """Open the snapshot of a run; None where it is not here, damaged, or of another version."""
        return Snapshot.if_sound(self._snapshots, record.period, record.snapshot)


def _in_time(record: RunRecord) -> tuple[date, int]:
    """Order periods by their last day, of those that end together the shorter first."""
    return record.period.last_day, record.period.days


def _new_warnings(outcome: Outcome, before: Results, frozen: Snapshot, ledger: Ledger) -> tuple[str, ...]:
    """List a run's warnings that the published run had not.

    Nor those of periods that follow: the revision takes these in.
    """
    known = {*before.meta.warnings, *failures(before), *outdated(frozen, ledger)}
    return tuple(text for text in outcome.warnings if text not in known)


def _reads_changed(period: Period, done: Sequence[RevisedPeriod]) -> bool:
    """Tell if a period reads one that changed, where nobody can know on what it is built."""
    read = read_by(period)
    return any(one.state in REVISED and one.period in read for one in done)


def _chosen(records: Sequence[RunRecord], named: Sequence[Period]) -> set[Period]:
    """Find the published periods within those named; `UsageError` for one with none."""
    published = [record.period for record in records]
    for period in named:
        if not any(each.within(period) for each in published):
            raise UsageError(
                say("{period} is not published, so there is nothing to revise", period=period),
                remedy=say("payengine runs lists what is published."),
            )
    return {each for each in published if any(each.within(period) for period in named)}


def _stopped(
    error: PayengineError, period: Period, done: Sequence[RevisedPeriod], reason: str
) -> PayengineError:  # fmt: skip
    """Say at which period a revision stopped, and what of it stands."""
    stopped = copy.copy(error)
    stopped.what = say("the revision stopped at {period}: {what}", period=period, what=error.what)
    made = [str(one.period) for one in done if one.state in (PUBLISHED, CONFIRMED)]
    stands = say("Nothing was published.")
    if made:
        stands = say("Published or confirmed before it, and standing: {periods}.", periods=joined(made))
    if reason:
        stands += " " + say("The same command goes on from there.")
    stopped.remedy = " ".join(text for text in (stands, error.remedy) if text)
    return stopped


def unused_acceptances(
    given: Sequence[tuple[str, str]], accept_stale: str, periods: Sequence[RevisedPeriod]
) -> list[str]:  # fmt: skip
    """List acceptances that met no finding of what was published."""
    met = {
        f"{one.kind}:{one.subject}" if one.subject else one.kind
        for period in periods
        if period.published is not None
        for one in period.published.accepted
    }
    names = [name for name, _ in given] + (["stale"] if accept_stale else [])
    return [name for name in dict.fromkeys(names) if name not in met]


def known_kinds(accept: Sequence[tuple[str, str]]) -> None:
    """Raise `UsageError` for an acceptance of a kind of finding that there is not."""
    for name, _ in accept:
        kind = name.partition(":")[0]
        if kind not in KINDS:
            raise UsageError(
                say("there is no finding {name} to accept", name=name) + hint(kind, KINDS),
                remedy=say("payengine check lists them."),
            )


def require_reason(reason: str) -> str:
    """Return a reason for publishing, stripped; `UsageError` for an empty or unreadable one."""
    if not reason.strip():
        raise UsageError(say("a revision is published for a reason"), remedy=say('Write --publish "REASON".'))
    refuse_unreadable(reason)
    return reason.strip()
