"""Workspace of a county: the folder of its settings, policy, snapshots and ledger.

    from batch.workspace import Workspace

    county = Workspace("county")
    county.freeze("2026-10")
    outcome = county.run("2026-10")
    county.publish(outcome.run)
    county.results(outcome.run).frames()["pay_lines"]  # pandas: exact integers, and yuan beside them

Everything the command line does is done here; errors are those of `payengine.errors`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from batch.settings import HMAC, Settings, patient_key, policy_folders, read_settings
from payengine.errors import IdentityBroken, IntegrityBroken, PayengineError, Refused, Unavailable, UsageError
from payengine.periods import MONTH, Period
from payengine.texts import joined, say

if TYPE_CHECKING:
    import pyarrow as pa

    from batch.archive.writer import Archived
    from batch.audit.difference import Difference
    from batch.audit.replay import Replayed
    from batch.audit.run_difference import RunDifference, RunSide
    from batch.audit.verified import Verified
    from batch.check import BeforePublication, Checked, PublishedChecked
    from batch.cluster.cluster import Cluster
    from batch.explain.explanation import Explanation
    from batch.explain.paid_work import RecordRow
    from batch.explain.why import RunAsStored, Why
    from batch.findings.finding import Finding
    from batch.ledger import (
        Accessed,
        Activity,
        History,
        Ledger,
        PageLink,
        PaymentRecord,
        PaymentSheet,
        Published,
        RunRecord,
        RunStep,
        Standing,
        Wanted,
    )
    from batch.ledger.payment_sums import PaidTo
    from batch.pay import Paid
    from batch.payments.settling import Key
    from batch.payslips.run_payslips import RunPayslips
    from batch.proof.documents import ConsistencyProof, PayslipProof
    from batch.reports.held_places import HeldPlace
    from batch.reports.overview import Overview
    from batch.reports.register import Names, Register
    from batch.reports.sheets.material import SheetMaterial
    from batch.reports.split_workbook import SplitForm
    from batch.results import Meta, Results
    from batch.revise import Revision
    from batch.run import Outcome
    from batch.sheets import Book
    from batch.simulate import Ground, PreparedSimulation
    from batch.simulation.plan import Plan
    from batch.simulation.simulation import Simulation
    from batch.simulation.solution import Solution
    from batch.snapshot.snapshot import Snapshot
    from batch.status import YearStatus
    from payengine.errors import Problem
    from payengine.policy import Policy
    from payengine.policy.step_rule import StepRules

Stamp = tuple[tuple[str, int, int], ...]  # path, time of the last change, size of each file
Progress = Callable[[str, int, int], None]  # what is being done, how much of it, of how much (0: unknown)


@dataclass(frozen=True)
class RunList:
    """Runs in a ledger, what the audit chain says otherwise of it, and the chain's head.

    `changes` are the published periods that the source or the policy have changed since; not looked for where no run
    listed is published.
    """

    records: list[RunRecord]
    doubts: list[Problem]
    changes: list[Finding]
    head: str


class Workspace:
    """Workspace folder; its settings are read when it is opened."""

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder).absolute()
        self.settings: Settings = read_settings(self.folder)
        self._policies: dict[str, tuple[Stamp, Policy]] = {}  # by name, as long as no file of the workspace changes

    @property
    def snapshots(self) -> Path:
        return self.folder / "snapshots"

    def policy(self, name: str | None = None) -> Policy:
        """Load the workspace's policy, or another by name; `Refused` if it is wrong."""
        from batch.findings.kinds import refuse_unknown
        from payengine.policy import load_policy

        asked, own = name or self.settings.policy, self.folder / "policy"
        stamp = _stamp(own)
        if asked not in self._policies or self._policies[asked][0] != stamp:
            policy = load_policy(asked, policy_folders(self.folder), own / "institutions")
            refuse_unknown(policy)
            self._policies[asked] = stamp, policy
        return self._policies[asked][1]

    def ledger(self, create: bool = False, *, needed: bool = False) -> Ledger:
        """Open the ledger, a context manager.

        Without `create` one that is not there yet reads as empty. `Unavailable` where it is missing beside snapshots
        and is `needed`, or where one of these names what was published in it.
        """
        from batch.ledger import Ledger

        url, access = self.settings.ledger, self.settings.privacy.files
        frozen = self._frozen()
        published = any(map(_names_publications, frozen))
        if create and not published and not (needed and frozen):
            return Ledger.open(url, self.folder, create=True, access=access, secret=self._proof_secret)
        ledger = Ledger.open(url, self.folder, create=False)
        if not ledger.exists and (published or (needed and frozen)):
            ledger.close()
            periods = joined(sorted({str(snapshot.period) for snapshot in frozen}))
            remedy = say(
                "Restore it from a copy, or name the right one in payengine.toml. If nothing was run here yet: "
                "payengine month PERIOD."
            )
            if published:
                remedy = say(
                    "Restore it from a copy, or name the right one in payengine.toml: a snapshot names what was "
                    "published in it."
                )
            raise Unavailable(
                say("the ledger {url} is missing, and snapshots stand beside it ({periods})",
                    url=ledger.location, periods=periods),
                remedy=remedy,
            )  # fmt: skip
        if not create:
            return ledger
        ledger.close()
        return Ledger.open(url, self.folder, create=True, access=access, secret=self._proof_secret)

    def _proof_secret(self, make: bool = False) -> bytes:
        """Read the secret that salts payslips; with `make` one that is not there is made."""
        from batch.proof.secret import read_secret

        return read_secret(self.settings.proof_key, self.settings.privacy.files, make=make)

    def _frozen(self) -> list[Snapshot]:
        """List the snapshots that stand here and can be opened."""
        from batch.snapshot.snapshot import Snapshot

        found = []
        for manifest in sorted(self.snapshots.glob("[0-9]*/*/manifest.json")):
            with suppress(Refused, IntegrityBroken):
                found.append(Snapshot.open(manifest.parent))
        return found

    def freeze(
        self, period: str | Period, *, cluster: Cluster | None = None, progress: Progress | None = None
    ) -> Snapshot:
        """Read the source once and keep the period's input as a snapshot.

        `Refused` with every problem in the input, or where the policy has no formulas for such a period.

        A settlement takes in the results of its months, all of which must be published. The workers of a `cluster`
        read the parts of the records, where the source has parts, to the same snapshot.
        """
        from batch.check import note_freeze
        from batch.findings.later_reversals import LaterReversals
        from batch.findings.published import published_periods

        period = as_period(period)
        with self.ledger() as ledger:
            history = ledger.history(period)
            later = LaterReversals(published_periods(ledger, self.snapshots), period)
        frozen = self._freeze(period, history, reversing=later.take, cluster=cluster, progress=progress)
        with self.ledger() as ledger:
            note_freeze(
                frozen, self.snapshots, ledger, self._readable_policy(), later.findings(), self.settings.privacy.files
            )
        return frozen

    def _freeze(
        self, period: Period, history: History, *, newest: bool = True,
        reversing: Callable[[pa.RecordBatch], None] | None = None, cluster: Cluster | None = None,
        progress: Progress | None = None,
    ) -> Snapshot:  # fmt: skip
        """Read the source once, with this history of other periods; keeps no notes."""
        from batch.freeze import freeze_period
        from batch.sources import open_source

        if period.kind != MONTH:
            from batch.run import refuse_idle

            refuse_idle(self.policy(), period)
        # A settlement reads no patients.
        key = patient_key(self.settings.privacy, self.folder) if period.kind == MONTH else None
        workers = None
        if cluster is not None:
            from batch.cluster.part_workers import PartWorkers

            workers = PartWorkers(cluster, self.settings.privacy)
        with open_source(self.settings.source, self.folder) as source:
            return freeze_period(
                source,
                period,
                self.snapshots,
                patient_key=key,
                privacy=self.settings.privacy.patient,
                history=history,
                access=self.settings.privacy.files,
                reversing=reversing,
                first_period=self.settings.first_period,
                newest=newest,
                workers=workers,
                progress=progress,
            )

    def check(self, period: str | Period, *, snapshot: str = "", source: bool = False) -> Checked:
        """Find what is implausible in a period; nothing is refused by it.

        The snapshot is the newest, or the one whose digest begins with `snapshot`; with it goes its latest run, if
        there is one, the published one first. With `source` the whole source is read for records with rows in more than
        one month.
        """
        from batch.check import check_period
        from batch.snapshot.snapshot import find_snapshot

        period = as_period(period)
        frozen = find_snapshot(self.snapshots, period, snapshot)
        frozen.verify_values()
        split = self._split_records() if source else []
        with self.ledger() as ledger:
            return check_period(frozen, self.snapshots, ledger, self.policy(), split)

    def _split_records(self) -> list[Finding]:
        """Find records with rows in more than one month of the source as it is now."""
        from batch.findings.split_records import split_records
        from batch.sources import open_source

        with open_source(self.settings.source, self.folder) as opened:
            return split_records(opened)

    def published_changes(self, frozen: Snapshot | None = None) -> list[Finding]:
        """List the published periods that the source or the policy have changed since.

        As a snapshot's freeze saw the source (the last freeze, without one), and by the policy as it is now.
        """
        from batch.findings.published_changes import noted_changes

        with self.ledger() as ledger:
            return noted_changes(frozen, self.snapshots, ledger, self._readable_policy())

    def _readable_policy(self) -> Policy | None:
        """Load the policy; None where it is refused, which is told where it is needed."""
        try:
            return self.policy()
        except Refused:
            return None

    def unknown_names(self, snapshot: Snapshot) -> list[Problem]:
        """Find names in a snapshot that the policy neither knows nor ignores."""
        from batch.compute.input_names import unknown_in

        return unknown_in(snapshot, self.policy())

    def run(
        self,
        period: str | Period,
        *,
        snapshot: str = "",
        hold: Mapping[str, str] | None = None,
        revise: str = "",
        dry_run: bool = False,
        threads: int | None = None,
        cluster: Cluster | None = None,
        progress: Progress | None = None,
    ) -> Outcome:
        """Compute a period from a snapshot and stage it.

        The snapshot is the newest, or the one whose digest begins with `snapshot`.

        `hold` leaves institutions out, each with its reason. `revise` is the reason for replacing what is published.
        `dry_run` computes and compares, and writes nothing. A `cluster` prices in the place of this process's threads;
        the outcome is the same.
        """
        from batch.findings.published_changes import noted_changes
        from batch.run import run_period
        from batch.snapshot.snapshot import find_snapshot

        period = as_period(period)
        anew = self._ledger_anew(period)
        policy = self.policy()
        with self.ledger(create=not dry_run) as ledger:
            outcome = run_period(
                period,
                snapshots=self.snapshots,
                policy=policy,
                ledger=ledger,
                snapshot=snapshot,
                holds=dict(hold or {}),
                revise=revise,
                dry_run=dry_run,
                allow_empty=self.settings.allow_empty,
                threads=threads,
                price=None if cluster is None else cluster.price,
                progress=progress,
            )
            frozen = find_snapshot(self.snapshots, outcome.results.meta.period, outcome.snapshot)
            told = [finding.line for finding in noted_changes(frozen, self.snapshots, ledger, policy)]
        return replace(outcome, warnings=(*outcome.warnings, *anew, *told))

    def revise(
        self,
        *periods: str | Period,
        publish: str | None = None,
        hold: Mapping[str, str] | None = None,
        release: Sequence[str] = (),
        accept: Sequence[tuple[str, str]] = (),
        accept_stale: str = "",
        today: date | None = None,
        threads: int | None = None,
        progress: Progress | None = None,
    ) -> Revision:
        """Freeze published periods again, in order of time, and compute each on what is new.

        A period means all that is published within it; later periods that read what changes follow. With `publish`, a
        reason, those that changed are published, and those that are the same confirmed; without it nothing is
        published or staged: a dry run, which gives the ids and figures that publishing gives, and keeps its snapshots.
        Institutions that are held stay so but for those to `release`; `hold` adds others. `accept` and `accept_stale`
        as in `publish_checked`, wherever such a finding is met. `today` decides which periods the policy's closing
        leaves open. Whatever stops a period raises its error; what was published before it stands.
        """
        from batch.revise import Holds, Reviser, Steps, known_kinds, require_reason, unused_acceptances
        from batch.run import run_period

        def freeze(period: Period, ledger: Ledger) -> Snapshot:
            if reason:
                return self.freeze(period, progress=progress)
            return self._freeze(period, ledger.history(period), newest=False, progress=progress)

        def run(period: Period, ledger: Ledger, snapshot: str, holds: Mapping[str, str]) -> Outcome:
            return run_period(
                period, snapshots=self.snapshots, policy=policy, ledger=ledger, snapshot=snapshot, holds=holds,
                dry_run=True, allow_empty=self.settings.allow_empty, threads=threads, progress=progress,
            )  # fmt: skip

        def publish_run(run: str) -> PublishedChecked:
            return self.publish_checked(run, accept, accept_stale, where_found=True)

        named = [as_period(period) for period in periods]
        reason = "" if publish is None else require_reason(publish)
        known_kinds(accept)
        policy = self.policy()
        tell = progress or (lambda stage, done, total: None)
        holds = Holds(dict(hold or {}), tuple(release))
        steps = Steps(freeze, run, publish_run)
        day = today or date.today()  # noqa: DTZ011  # what is still open is a question of the local day
        with self.ledger(create=bool(reason), needed=True) as ledger:
            reviser = Reviser(ledger, self.snapshots, policy, steps, holds, day, tell)
            done = reviser.revise(named, reason)
        return replace(done, unused=tuple(unused_acceptances(accept, accept_stale, done.periods)) if reason else ())

    def _ledger_anew(self, period: Period) -> list[str]:
        """Tell that a run would begin a ledger although earlier periods were frozen here.

        The first snapshot of a year names no publication, so a ledger that was lost cannot be told from one that
        nobody has made yet: the office knows.
        """
        earlier = sorted({str(snapshot.period) for snapshot in self._frozen() if snapshot.period < period})
        if not earlier:
            return []
        with self.ledger() as ledger:
            if ledger.exists:
                return []
            return [
                say(
                    "no ledger {url} was there, and {periods} was frozen here before; if it was published, restore the "
                    "ledger: limits, year to date and carried pools begin anew without it",
                    url=ledger.location,
                    periods=joined(earlier),
                )
            ]

    def publish(self, run: str, accept: Sequence[tuple[str, str]] = (), accept_stale: str = "") -> Published:
        """Make a staged run the current revision of its period.

        `run` is its id, the beginning of it, or the period.

        `accept` and `accept_stale` as in `publish_checked`.
        """
        return self.publish_checked(run, accept, accept_stale).published

    def publish_checked(
        self, run: str, accept: Sequence[tuple[str, str]] = (), accept_stale: str = "", *, where_found: bool = False
    ) -> PublishedChecked:
        """Publish a staged run, after the check of its period.

        The policy that it was computed by decides, and of today's policy the rules for findings: the stricter of both.
        `accept` lists (KIND or KIND:SUBJECT, reason), `accept_stale` is the reason for publishing what is built on
        publications that were revised since. `Refused` with the findings that stop it and are not accepted. Findings
        and acceptances are kept with the publication. An acceptance of what was not found is refused, unless it is
        given for several periods, `where_found`.
        """
        from batch.check import publish_checked

        with self.ledger(create=True, needed=True) as ledger:
            record = ledger.run_to_publish(run)
            frozen = None if record.current else self._snapshot_of(record)
            today = None if record.current else self._readable_policy()
            return publish_checked(
                record, frozen, self.snapshots, ledger, accept, accept_stale, today, where_found=where_found
            )

    def before_publication(
        self, run: str, accept: Sequence[tuple[str, str]] = (), accept_stale: str = ""
    ) -> BeforePublication:
        """Check a staged run as its publication does; writes nothing.

        `run`, `accept` and `accept_stale` as in `publish_checked`.
        """
        from batch.check import before_publication

        with self.ledger(needed=True) as ledger:
            record = ledger.run_to_publish(run)
            frozen, today = self._snapshot_of(record), self._readable_policy()
            seen = before_publication(record, frozen, self.snapshots, ledger, accept, accept_stale, today)
            return replace(seen, failing=ledger.blocking(record.id))

    def since_last_period(self, outcome: Outcome) -> tuple[RunRecord, Difference] | None:
        """Compare a run's pay with the last published period of its kind; None without one."""
        from batch.audit.difference import difference

        period = outcome.results.meta.period
        with self.ledger() as ledger:
            earlier = [one for one in ledger.runs()
                       if one.current and one.period.kind == period.kind and one.period < period]  # fmt: skip
            if not earlier:
                return None
            last = max(earlier, key=lambda record: record.period)
            return last, difference(ledger.results(last.id), outcome.results)

    def name_of_staged(self, run: str, period: str | Period) -> str:
        """Name a staged run: the period, where that means it, else the id's beginning."""
        with self.ledger(needed=True) as ledger:
            waiting = [one for one in ledger.runs(as_period(period)) if one.ahead and not one.current]
        return str(period) if [one.id for one in waiting] == [run] else run[:12]

    def enter_step(self, run: str, step: str, *, days: int = 0, document: str = "", reason: str = "") -> RunStep:
        """Enter that a staged run is 'reviewed', 'announced' or 'approved', by this user.

        `run` is its id, the beginning of it, or the period: its one unpublished run. `Refused` where the step is out of
        order or may not be done by this user, or the run is published.
        """
        with self.ledger(create=True, needed=True) as ledger:
            return ledger.enter_step(run, step, self._step_rules(), days=days, document=document, reason=reason)

    def object_to(self, run: str, reason: str, *, document: str = "") -> RunStep:
        """Enter an objection to a staged run, which stops its publication until it is answered."""
        with self.ledger(create=True, needed=True) as ledger:
            return ledger.object_to(run, reason, document)

    def answer_objection(self, run: str, number: int, reason: str, *, document: str = "") -> RunStep:
        """Enter the answer to an objection to a staged run; `UsageError` unless it is open."""
        with self.ledger(create=True, needed=True) as ledger:
            return ledger.answer(run, number, reason, document)

    def steps(self, run: str) -> Standing:
        """Read how far a run has come on its way to publication, and what is to be done next.

        A period means its one unpublished run, else its current revision.
        """
        with self.ledger(needed=True) as ledger:
            return ledger.steps(run, self._step_rules())

    def _step_rules(self) -> StepRules:
        """Give the rules of today's policy; none where it cannot be read."""
        policy = self._readable_policy()
        return {} if policy is None else policy.steps

    def activity(self, wanted: Wanted) -> tuple[list[Activity], list[Problem]]:
        """List who did what and who looked at what, by time.

        And the links of the audit chain that do not hold.
        """
        with self.ledger(needed=True) as ledger:
            return ledger.activity(wanted)

    def log_access(self, action: str, *objects: Accessed) -> str:
        """Log that this user looked at or took out runs, persons or institutions.

        There is an entry for each. Returns '' or why it was not logged: a copy that may only be read, a ledger that is
        written at length. Whoever looks is told, and not stopped.
        """
        from batch.ledger import access_log

        return access_log.write(self.settings.ledger, self.folder, action, objects, self.settings.privacy.files)

    def make_link(self, link: PageLink) -> None:
        """Enter in the audit chain that a link to the pages is made."""
        with self.ledger(create=True, needed=True) as ledger:
            ledger.make_link(link)

    def revoke_link(self, named: str, reason: str = "", *, is_whole: bool = False) -> PageLink:
        """Enter in the audit chain that a link to the pages lets nobody in any more.

        `named` is its id, or the beginning of one that the chain knows; with `is_whole` the id of a link at hand, which
        an earlier version may have made.
        """
        with self.ledger(create=True, needed=True) as ledger:
            return ledger.revoke_link(named, reason, is_whole=is_whole)

    def links(self) -> list[PageLink]:
        """List the links to the pages that were made or revoked, in order."""
        with self.ledger(needed=True) as ledger:
            return ledger.links()

    def _snapshot_of(self, record: RunRecord) -> Snapshot | None:
        """Open the snapshot of a run; None if it is not here, or of another version."""
        from batch.snapshot.snapshot import Snapshot

        return Snapshot.if_here(self.snapshots, record.period, record.snapshot)

    def outdated(self, run: str) -> list[str]:
        """List what was published after the freeze of a run and would be part of it."""
        from batch.run import outdated

        with self.ledger() as ledger:
            record = ledger.run(run)
            try:
                frozen = self._snapshot_of(record)
            except IntegrityBroken as broken:  # what was published stands; that its input was changed is told
                return [broken.what]
            confirmed = ledger.confirmations().get(record.period) if record.current else None
            return [] if frozen is None else outdated(frozen, ledger, confirmed)

    def pay(
        self, period: str | Period, *, date: str = "", only: bool = False, dry_run: bool = False, accept_stale: str = ""
    ) -> Paid:
        """Draft the payment of a period and of every earlier one: what is due and not yet paid.

        `date` is the pay date (2026-10-25; today's unless given), `only` leaves earlier periods out, `dry_run` writes
        nothing. `accept_stale` is the reason for paying periods that are built on what was revised since; `Refused`
        without one.
        """
        from batch.pay import pay_day, pay_period

        period, day = as_period(period), pay_day(date)
        with self.ledger(create=not dry_run, needed=True) as ledger:
            return pay_period(
                period, snapshots=self.snapshots, policy=self.policy(), ledger=ledger, pay_date=day, only=only,
                dry_run=dry_run, accept_stale=accept_stale,
            )  # fmt: skip

    def payments(self) -> list[PaymentRecord]:
        """List the payments and the closings of carried balances, by number."""
        with self.ledger(needed=True) as ledger:
            return ledger.payments()

    def payment(self, number: int) -> PaymentSheet:
        """Read a payment with its lines and what it carries."""
        with self.ledger(needed=True) as ledger:
            return ledger.payment(number)

    def paid_to(self, institution: str = "", staff: str = "") -> list[PaidTo]:
        """Add up what payments that are not discarded pay an institution or a person."""
        with self.ledger(needed=True) as ledger:
            return ledger.paid_to(institution, staff)

    def outstanding(self) -> Mapping[Key, int]:
        """List what is due and not paid, in fen; negative: to be recovered."""
        with self.ledger(needed=True) as ledger:
            return ledger.outstanding()

    def advance_payment(self, number: int, action: str, reason: str = "") -> PaymentRecord:
        """Bring a payment to its next state: approved, exported, paid; or discarded, from a draft.

        `Refused` where the policy says that another person has to do this step.
        """
        from batch.ledger.reasons import written_reason

        with self.ledger(create=True, needed=True) as ledger:
            return ledger.advance_payment(
                number, action, written_reason(reason) if reason else "", self._payment_rules()
            )

    def next_payment_step(self, record: PaymentRecord) -> tuple[str, tuple[str, ...]]:
        """Tell the next step of a payment ('': none), and the users who may not do it."""
        from batch.ledger.payment_rules import next_step, of_both

        return next_step(record.state, record.steps, of_both(record.details, self._payment_rules()))

    def _payment_rules(self) -> StepRules:
        """Give today's rules for steps of payments; none where the policy cannot be read."""
        policy = self._readable_policy()
        return {} if policy is None else policy.payment_steps

    def return_payment(self, number: int, staff: str, institution: str | None, reason: str) -> PaymentRecord:
        """Record that what a payment paid a person ('': the institution) came back.

        It is outstanding again.
        """
        from batch.ledger.reasons import written_reason

        with self.ledger(create=True, needed=True) as ledger:
            return ledger.return_payment(number, staff, institution, written_reason(reason))

    def close_balance(self, staff: str, institution: str, reason: str) -> PaymentSheet:
        """Close by hand what a person is carried with at an institution; it is recovered no more."""
        from batch.ledger.reasons import written_reason

        with self.ledger(create=True, needed=True) as ledger:
            return ledger.close_balance(staff, institution, written_reason(reason))

    def payment_names(self, sheet: PaymentSheet) -> Names:
        """Read the names of a payment's institutions and people from the snapshots here."""
        return self.names_of_keys([*(line.key for line in sheet.lines), *sheet.carried])

    def names_of_keys(self, keys: Iterable[Key]) -> Names:
        """Read the names of institutions and people from the snapshots of amounts' periods."""
        from batch.reports.register import Names

        origins = sorted({key.period for key in keys})
        institutions: dict[str, str] = {}
        staff: dict[str, str] = {}
        with self.ledger(needed=True) as ledger:
            snapshots = {record.period: record.snapshot for record in ledger.runs() if record.current}
        for period in origins:
            names = self.names(period, snapshots[period])
            institutions |= names.institutions
            staff |= names.staff
        return Names(institutions, staff, *self._labels())

    def runs(self, period: str | Period | None = None) -> list[RunRecord]:
        """List the runs in the ledger, by period and time."""
        with self.ledger(needed=True) as ledger:
            return list(ledger.runs(None if period is None else as_period(period)))

    def run_list(self, period: str | Period | None = None) -> RunList:
        """List the runs in the ledger as `runs` does, with what whoever reads them must know.

        The ledger is opened once for all of it.
        """
        from batch.findings.published_changes import noted_changes

        with self.ledger(needed=True) as ledger:
            records = list(ledger.runs(None if period is None else as_period(period)))
            doubts = ledger.doubts(records)
            changes = []
            if any(record.current for record in records):
                changes = noted_changes(None, self.snapshots, ledger, self._readable_policy())
            return RunList(records, doubts, changes, ledger.head())

    def status(self, year: int | None = None, *, today: date | None = None) -> YearStatus:
        """Find where every period of a year stands, and what comes next.

        The year is the last one of which anything was frozen or run, unless it is given; `today` (the local day) is the
        last one of which a period may be the next to begin.
        """
        from batch.status import newest_year, year_status

        day = today or date.today()  # noqa: DTZ011  # what comes next is a question of the local day
        with self.ledger() as ledger:
            asked = newest_year(self.snapshots, ledger, day) if year is None else year
            return year_status(
                asked, self.snapshots, ledger, self._readable_policy(), day, self.settings.first_period
            )  # fmt: skip

    def doubts(self, listed: Sequence[RunRecord]) -> list[Problem]:
        """List what the audit chain says otherwise of runs' headers and of the publications."""
        with self.ledger(needed=True) as ledger:
            return ledger.doubts(listed)

    def results(self, run: str) -> Results:
        """Read a run's results from the ledger; `.frames()` gives pandas DataFrames."""
        with self.ledger(needed=True) as ledger:
            return ledger.results(run)

    def head(self) -> str:
        """Compute the head of the audit chain, to be noted elsewhere."""
        with self.ledger(needed=True) as ledger:
            return ledger.head()

    def prove(self, run: str, staff: str, institution: str | None = None, head: str = "") -> PayslipProof:
        """Prove one payslip of a published run under the audit chain's head.

        `run` is found as by `results`. `head` is an earlier one to prove it under (`batch.proof.heads`). `UsageError`
        where the person is at several institutions and none is named, or the run was not published under that head;
        `IntegrityBroken` if the ledger is not as it was published, or the secret is another one than at the
        publication.
        """
        from batch.proof.heads import read_tree_head
        from batch.proof.payslips import PayslipRows

        noted = read_tree_head(head) if head else None
        with self.ledger(needed=True) as ledger:
            found = ledger.results(run)
            ledger.require_whole(found.meta.run_id)
            names = self._names_if_here(found)
            places = self.places_of(found, staff, institution, names)
            if len(places) > 1:
                raise UsageError(
                    say("{staff} has {n} payslips in this run, at {places}",
                        staff=staff, n=len(places), places=joined(places)),
                    remedy=say("Name one with --institution."),
                )  # fmt: skip
            meta = found.meta
            rows = PayslipRows(meta.run_id, str(meta.period), meta.illustrative, found.tables())
            return ledger.payslip_proof(rows, places[0], staff, self._proof_secret(), noted)

    def prove_consistency(self, earlier: str, head: str = "") -> ConsistencyProof:
        """Prove that an earlier head stands in the audit chain's head, or in the later one `head`."""
        from batch.proof.heads import read_tree_head

        noted = read_tree_head(head) if head else None
        with self.ledger(needed=True) as ledger:
            ledger.require_whole()
            return ledger.consistency_proof(read_tree_head(earlier), noted)

    def _names_if_here(self, results: Results) -> Names:
        """Read the names of a run's snapshot, for messages only: none where they cannot be read."""
        from batch.reports.register import Names

        try:
            return self.names(results.meta.period, results.meta.snapshot_digest)
        except PayengineError:
            return Names()

    def verify(self, head: str = "", *, everything: bool = False, progress: Progress | None = None) -> Verified:
        """Compare the ledger with its audit chain, and add up again what is published.

        `head` is one noted earlier (`batch.proof.heads`). With `everything` also the runs that are no current revision
        are added up, and the snapshots that stand here are compared with their digests. `IntegrityBroken` with
        everything that differs, `IdentityBroken` for results that do not hold together.
        """
        from batch.audit.record_hashes import verify_record_hashes
        from batch.audit.verified import Verified
        from batch.proof.heads import ChainHash, read_head
        from batch.snapshot.snapshot import Snapshot

        tell = progress or (lambda stage, done, total: None)
        with self.ledger(needed=True) as ledger:
            tell(say("comparing the ledger with its chain"), 0, 0)
            ledger.verify(head)
            records = ledger.runs()
            added_up = [record for record in records if everything or record.current]
            for number, record in enumerate(added_up, 1):
                tell(say("adding up what is published"), number, len(added_up))
                self._add_up(ledger.results(record.id))
            chain, publications, ledger_head = ledger.audit(), ledger.publications(), ledger.head()
            noted = read_head(head) if head else ""
            noted = ledger.head_of(noted) if isinstance(noted, ChainHash) else str(noted)
        places = sorted(self.snapshots.glob("[0-9]*/*/manifest.json")) if everything else []
        here = {manifest.parent.name for manifest in places}
        missing = sorted({f"{one.period} {one.snapshot[:12]}" for one in records if one.snapshot not in here})
        for number, manifest in enumerate(places, 1):
            tell(say("comparing snapshots"), number, len(places))
            period = as_period(manifest.parent.parent.name)
            snapshot = Snapshot.stored(self.snapshots, period, manifest.parent.name)
            snapshot.verify()
            verify_record_hashes(snapshot)
        return Verified(
            ledger.location, ledger_head, len(chain), len(publications), len(records),
            len(added_up), len(places), tuple(missing) if everything else (), noted,
        )  # fmt: skip

    def _add_up(self, results: Results) -> None:
        """Raise `IdentityBroken` for stored results that do not hold together."""
        from batch.audit.invariants import check

        try:
            check(results, is_stored=True)
        except IdentityBroken as broken:
            raise IdentityBroken(
                broken.what, broken.problems,
                remedy=say("The rows are as they were stored, and were wrong then. Keep the ledger and report it."),
            ) from broken  # fmt: skip

    def explain(
        self, run: str | Period, *, staff: str = "", institution: str | None = None, component: str = "",
        threads: int | None = None,
    ) -> list[Explanation]:  # fmt: skip
        """Explain the pay of a person, or an institution's figures.

        The run (as `results` finds it) is computed again from its snapshot and its policy. `component` must be a
        figure of it. `IdentityBroken` where a figure is not the one that is stored.
        """
        from batch.explain.explanation import explain, require_figure
        from batch.reports.register import find_institution

        record, policy, stored = self._as_run(run)
        frozen = self._frozen_for(record)
        names = self.names(record.period, record.snapshot)
        if staff:
            places = self.places_of(stored, staff, institution, names)
        else:
            places = [find_institution(stored, institution or "", names.institutions)]
        found = explain(frozen, policy, stored, places, staff, threads)
        if component:
            require_figure(found, component)
        return found

    def payslips(
        self, run: str | Period, *, staff: str = "", institution: str | None = None, threads: int | None = None
    ) -> RunPayslips:
        """Find the payslips of a person, of an institution's staff, or of everybody in a run.

        The run is found as by `results`. They are made when they are asked for; `IdentityBroken` then, where a figure
        is not the one that is stored.
        """
        from batch.payslips.payslip import places_paid
        from batch.payslips.run_payslips import RunPayslips
        from batch.reports.register import find_institution

        record, policy, stored = self._as_run(run)
        frozen = self._frozen_for(record)
        names = self.names(record.period, record.snapshot)
        if staff:
            places = [(place, staff) for place in self.places_of(stored, staff, institution, names)]
        else:
            at = "" if institution is None else find_institution(stored, institution, names.institutions)
            places = places_paid(stored, at)
        if not places:
            raise UsageError(say("nobody is paid there in this run"))
        return RunPayslips(record, policy, stored, places, frozen, threads)

    def places_of(self, results: Results, staff: str, institution: str | None, names: Names) -> list[str]:
        """Find the institutions at which a person has lines in a run.

        `UsageError` if there is none: whose institution the run holds is told so, as far as the snapshot is here.
        """
        from batch.reports.register import find_staff, refuse_held
        from batch.snapshot.snapshot import Snapshot

        meta = results.meta
        try:
            return find_staff(results, staff, institution, names.staff)
        except UsageError:
            if meta.holds and (self.snapshots / str(meta.period) / meta.snapshot_digest).is_dir():
                tables = Snapshot.stored(self.snapshots, meta.period, meta.snapshot_digest)
                tables.verify_tables("engagement")
                refuse_held(meta.holds, tables.table("engagement"), staff, institution)
            raise

    def held_places(self, meta: Meta, staff: str) -> list[HeldPlace]:
        """List the held institutions at which a person is engaged, if the snapshot is here."""
        found = self._held_places(meta.period, meta.holds, meta.snapshot_digest)
        return [each for each in found if each.staff == staff]

    def _held_places(self, period: Period, holds: Mapping[str, str], digest: str) -> list[HeldPlace]:
        """List who is engaged at a held institution; none where the snapshot is not here."""
        from batch.reports.held_places import held_places
        from batch.snapshot.snapshot import Snapshot

        if not holds or not (self.snapshots / str(period) / digest).is_dir():
            return []
        tables = Snapshot.stored(self.snapshots, period, digest)
        tables.verify_tables("engagement")
        return held_places(period, holds, tables.table("engagement"))

    def held_in_payment(self, sheet: PaymentSheet) -> list[HeldPlace]:
        """List who has lines in a payment and is also engaged at a held institution.

        By the runs that the payment is made from, and as far as their snapshots are here.
        """
        people = {key.staff for key in (*(line.key for line in sheet.lines), *sheet.carried)}
        held = sheet.details.get("held") or {}
        if not held:
            return []
        runs = {each["period"]: each["run"] for each in sheet.details["publications"]}
        with self.ledger(needed=True) as ledger:
            records = [record for record in ledger.runs() if record.id in {runs[period] for period in held}]
        places = [self._held_places(record.period, record.holds, record.snapshot) for record in records]
        return [each for of_period in places for each in of_period if each.staff in people]

    def why(
        self, run: str | Period, *, staff: str = "", institution: str | None = None,
        against: str | Period | None = None, threads: int | None = None,
    ) -> Why:  # fmt: skip
        """Explain what changed the pay of a person or an institution since another run.

        `against` is that run (as `results` finds it): the last period of the kind that was published before, unless
        given; where it is the run itself, the run that this one replaced. `UsageError` where there is none,
        `IdentityBroken` where a figure is not the one that is stored.
        """
        from batch.explain.why import RunAsStored, StoredLines, why
        from payengine.policy import stored_policy

        with self.ledger(needed=True) as ledger:
            after = ledger.run(str(run))
            before = compared_run(ledger, after, None if against is None else str(against))
            texts = [ledger.policy_text(record.policy) for record in (before, after)]
            stored = [StoredLines(*ledger.lines(record.id)) for record in (before, after)]
        policies = [stored_policy(texts[0])]
        policies.append(policies[0] if texts[0] == texts[1] else stored_policy(texts[1]))
        sides = [
            RunAsStored(self._frozen_for(record), policy, lines, record.revision)
            for record, policy, lines in zip((before, after), policies, stored, strict=True)
        ]
        names = self.names(after.period, after.snapshot)
        places: set[str] = set()
        problems: list[UsageError] = []
        for side in reversed(sides):
            try:
                places.update(self._compared_places(side, staff, institution, names))
            except UsageError as error:
                problems.append(error)
        if not places:
            raise problems[0]
        return why(sides[0], sides[1], sorted(places, key=str.encode), staff, threads)

    def _compared_places(self, side: RunAsStored, staff: str, institution: str | None, names: Names) -> list[str]:
        """Find where a person is in a run, as `places_of` does, or the institution.

        The lines tell it mostly. Only where they do not name every place at which the person is engaged, and of a
        settlement, which also reports of those who left, all rows of the run are read.
        """
        import pyarrow.compute as pc

        from batch.reports.held_places import engaged_at
        from batch.reports.register import find_institution

        meta, lines = side.meta, side.results.pay_lines
        if staff and meta.period.kind == MONTH:
            paid_at = set(lines.filter(pc.equal(lines["staff"], staff))["institution"].unique().to_pylist())
            side.snapshot.verify_tables("engagement")
            engaged = engaged_at(meta.period, staff, side.snapshot.table("engagement")) - set(meta.holds)
            if institution is not None:
                paid_at, engaged = paid_at & {institution}, engaged & {institution}
            if paid_at and engaged <= paid_at:
                return sorted(paid_at)
        elif not staff and pc.any(pc.equal(lines["institution"], institution or "")).as_py():
            return [institution or ""]
        with self.ledger(needed=True) as ledger:
            results = ledger.results(meta.run_id)
        if staff:
            return self.places_of(results, staff, institution, names)
        return [find_institution(results, institution or "", names.institutions)]

    def explain_record(self, run: str | Period, record_id: str) -> tuple[RunRecord, list[RecordRow]]:
        """List what became of every row of a service record in a run (as `results` finds it).

        `UsageError` where the run's snapshot does not hold it.
        """
        from batch.explain.paid_work import rows_of_record

        record, _, _ = self._as_run(run)  # which says that the ledger is as it was written
        frozen = self._frozen_for(record)
        with frozen.verified():
            rows = rows_of_record(frozen, record_id, record.holds)
        if not rows:
            raise UsageError(
                say("the snapshot of {period} holds no record {record}", period=record.period, record=record_id),
                remedy=say("It holds the records dated in {period}, and those that limits need.", period=record.period),
            )
        return record, rows

    def diff(self, before: str | Period, after: str | Period) -> RunDifference:
        """Compare two runs: inputs, policy, formulas, and the effect on pay.

        They are named as in `results`, and may be of two periods of the same kind. A snapshot that is not here and a
        policy that cannot be read are told in the outcome. `IdentityBroken` where the effect does not add up.
        """
        from batch.audit.run_difference import compare

        with self.ledger(needed=True) as ledger:
            records = [ledger.run(str(one)) for one in (before, after)]
            if records[0].period.kind != records[1].period.kind:
                raise UsageError(
                    say("{one} and {other} are not the same kind of period",
                        one=records[0].period, other=records[1].period),
                    remedy=say("Compare a month with a month, a year with a year."),
                )  # fmt: skip
            sides = [self._run_side(ledger, record) for record in records]
        return compare(*sides)

    def _run_side(self, ledger: Ledger, record: RunRecord) -> RunSide:
        """Read a run with its snapshot and its policy, or why these are not at hand."""
        from batch.audit.policy_changes import RunPolicy
        from batch.audit.run_difference import RunSide
        from batch.compute.compute import parameters_read
        from payengine.policy import stored_policy

        snapshot, snapshot_fault = self._snapshot_of(record), ""
        if snapshot is None:
            snapshot_fault = say(
                "the snapshot {digest} of {period} is not here, or of another version of the program: tables and "
                "records are not compared",
                digest=record.snapshot[:12], period=record.period,
            )  # fmt: skip
        policy, policy_fault = None, ""
        try:
            loaded = stored_policy(ledger.policy_text(record.policy))
        except Refused as refused:
            why = refused.problems[0].what if refused.problems else refused.what
            policy_fault = say(
                "the policy of run {run} cannot be read any more, so that policies are not compared: {why}",
                run=record.id[:12], why=why,
            )  # fmt: skip
        else:
            try:
                read = parameters_read(loaded, record.period)
            except PayengineError:  # formulas that it names are no more: each of its values may have counted
                read = list(loaded.parameters)
            policy = RunPolicy(loaded, record.period, frozenset(read))
        return RunSide(
            ledger.results(record.id), record.revision, record.current, snapshot, snapshot_fault, policy, policy_fault
        )  # fmt: skip

    def names_of(self, found: RunDifference) -> Names:
        """Read the names of both runs' snapshots, as far as these are here."""
        from batch.reports.register import Names

        every = [self.names(one.snapshot.period, one.snapshot.digest)
                 for one in (found.before, found.after) if one.snapshot is not None]  # fmt: skip
        return Names(
            {code: name for one in every for code, name in one.institutions.items()},
            {code: name for one in every for code, name in one.staff.items()},
            *self._labels(),
        )

    def _as_run(self, run: str | Period) -> tuple[RunRecord, Policy, Results]:
        """Read a run with the policy that it was computed by, and its results."""
        from payengine.policy import stored_policy

        with self.ledger(needed=True) as ledger:
            record = ledger.run(str(run))
            return record, stored_policy(ledger.policy_text(record.policy)), ledger.results(record.id)

    def _frozen_for(self, record: RunRecord) -> Snapshot:
        """Open the snapshot of a run; `UsageError` where it is not here."""
        from batch.snapshot.snapshot import Snapshot

        if not (self.snapshots / str(record.period) / record.snapshot).is_dir():
            raise UsageError(
                say("the snapshot {digest} of {period} is not here", digest=record.snapshot, period=record.period),
                remedy=say("Bring its folder back to {folder}.", folder=self.snapshots / str(record.period)),
            )
        return Snapshot.stored(self.snapshots, record.period, record.snapshot)

    def simulate(
        self, period: str | Period, *, values: Sequence[str] = (), items: Sequence[str] = (),
        sweeps: Sequence[str] = (), item_sweeps: Sequence[str] = (), scenarios: Sequence[str | Path] = (),
        policy: str = "", beside: bool = False, snapshot: str = "", hold: Mapping[str, str] | None = None,
        threads: int | None = None, progress: Progress | None = None,
    ) -> Simulation:  # fmt: skip
        """Compute a period as if values, items' prices or the policy were others.

        Nothing is written. `values` are `NAME=VALUE` or `NAME[KEY=VALUE]=VALUE`, `items` `CODE=EQUIVALENTS`, `sweeps`
        and `item_sweeps` `NAME=FROM:TO:STEP`, `scenarios` files of scenarios. They stand beside the published figures
        with `beside`, else beside the period's own computation; `.frames()` gives pandas DataFrames. `UsageError` for
        what cannot be meant; raises as a run does for the period's own policy, and tells in a scenario's place what a
        run would refuse in it.
        """
        from batch.simulate import simulate_period
        from batch.simulation.scenario import Wishes

        files = [Path(file) for file in scenarios]
        wishes = Wishes(tuple(values), tuple(items), tuple(sweeps), tuple(item_sweeps), files, policy)
        with self._ground(period, snapshot, hold, threads, progress) as ground:
            return simulate_period(ground, wishes, beside)

    def prepare_simulation(self, period: str | Period, *, beside: bool = False) -> PreparedSimulation:
        """Price a period's records once, to be simulated by other values again and again.

        It stands beside the published figures with `beside`; raises as `simulate`.
        """
        from batch.simulate import prepare_simulation

        with self._ground(period, "", None, None, None) as ground:
            return prepare_simulation(ground, beside)

    def solve(
        self, period: str | Period, parameter: str, spend: str, *, target: str = "pay", institution: str = "",
        step: str = "", between: str = "", policy: str = "", snapshot: str = "",
        hold: Mapping[str, str] | None = None, threads: int | None = None, progress: Progress | None = None,
    ) -> tuple[Solution, str]:  # fmt: skip
        """Find the value that spends as much of a sum as can be, and the snapshot's digest.

        `target` is the figure that the sum is for: "pay", "statements", or any of the run's; of one `institution`, or
        of all. `step` is a multiple of the parameter's scale, `between` (`FROM:TO`) the range that is searched. Raises
        as `batch.simulation.solution.solve`.
        """
        from batch.simulate import solve_period

        with self._ground(period, snapshot, hold, threads, progress) as ground:
            return solve_period(
                ground, parameter, spend, target=target, institution=institution, step=step, between=between,
                policy=policy,
            )  # fmt: skip

    def plan(
        self, period: str | Period, policy: str, *, old: str = "", budget: str = "", snapshot: str = "",
        hold: Mapping[str, str] | None = None, threads: int | None = None, progress: Progress | None = None,
    ) -> tuple[Plan, str]:  # fmt: skip
        """Set a new policy beside the workspace's own; returns the snapshot's digest too.

        The old one may be another, `old`; the values of policies that are named may lack their approvals. The digest of
        the plan may be quoted by the approval. Raises as a run by the new policy does.
        """
        from batch.simulate import plan_period

        with self._ground(period, snapshot, hold, threads, progress, own=old) as ground:
            return plan_period(ground, policy, budget)

    @contextmanager
    def _ground(
        self, period: str | Period, snapshot: str, hold: Mapping[str, str] | None, threads: int | None,
        progress: Progress | None, own: str = "",
    ) -> Iterator[Ground]:  # fmt: skip
        """Open what a simulation reads, with the policy `own` in place of the workspace's."""
        from batch.simulate import Ground

        loaded: dict[str, Policy] = {}

        def policies(name: str) -> Policy:
            if name not in loaded:
                loaded[name] = self._unapproved(name or own) if name or own else self.policy()
            return loaded[name]

        with self.ledger() as ledger:
            yield Ground(
                as_period(period), self.snapshots, ledger, policies, self.settings.allow_empty, snapshot,
                dict(hold or {}), threads, progress,
            )  # fmt: skip

    def _unapproved(self, name: str) -> Policy:
        """Load a policy that is still to be decided; its values may lack their approvals."""
        from batch.findings.kinds import refuse_unknown
        from payengine.policy import load_policy

        own = self.folder / "policy"
        policy = load_policy(name, policy_folders(self.folder), own / "institutions", unapproved=True)
        refuse_unknown(policy)
        return policy

    def replay(self, run: str | Period, *, threads: int | None = None) -> Replayed:
        """Compute a run (as `results` finds it) again and compare every row.

        It reads the run's snapshot and the policy that the ledger keeps. What differs is in the outcome, and is raised
        by its `require_identical`. `UsageError` where the snapshot is not here, `IdentityBroken` where this program
        refuses to compute the run.
        """
        from batch.audit.replay import replay

        with self.ledger(needed=True) as ledger:
            record = ledger.run(str(run))
            frozen = self._frozen_for(record)
            policy, stored = ledger.policy_text(record.policy), ledger.results(record.id)
            kept = {one: ledger.sources(one) for one in (record.formulas, record.engine)}
            is_chained = bool(ledger.chain_of(record.id))
        return replay(frozen, policy, stored, record.digests, kept, is_chained, threads)

    def archive(
        self, run: str | Period, file: str | Path, *, without_records: bool = False, recipients: Sequence[str] = (),
    ) -> Archived:  # fmt: skip
        """Write a run (as `results` finds it) into one file.

        From it the run can be computed again elsewhere. The same run makes the same bytes, unless they are encrypted
        for `recipients` (public keys of age). A file that is there is replaced. `IntegrityBroken` where ledger or
        snapshot are not as they were written.
        """
        from batch.archive.contents import RunContents
        from batch.archive.writer import write_archive
        from batch.audit.replay import require_own_id

        with self.ledger(needed=True) as ledger:
            record = ledger.run(str(run))
            frozen = self._frozen_for(record)
            results = ledger.results(record.id)
            contents = RunContents(
                header=ledger.header(record.id),
                policy=ledger.policy_text(record.policy),
                sources={one: ledger.sources(one) for one in (record.formulas, record.engine)},
                chain=ledger.chain_of(record.id),
                results=results,
                snapshot=frozen.path,
            )
        require_own_id(results.meta)
        frozen.verify()
        return write_archive(
            contents, Path(file), without_records=without_records, recipients=recipients,
            access=self.settings.privacy.files,
        )  # fmt: skip

    def split_forms(self, run: str | Period) -> tuple[Meta, list[SplitForm]]:
        """Make the forms on which departments split a run's pools by hand."""
        from batch.split_forms import split_forms

        record, policy, results = self._as_run(run)
        return results.meta, split_forms(results, policy, self._frozen_for(record))

    def register(self, run: str) -> Register:
        """Make a run's register."""
        from batch.reports.register import register

        results = self.results(run)
        return register(results, self.names(results.meta.period, results.meta.snapshot_digest))

    @contextmanager
    def sheet_material(self, run: str | Period) -> Iterator[SheetMaterial]:
        """Gather the material of a run's sheets (run as in `results`) inside the context."""
        from batch.sheet_payments import with_payments
        from batch.sheets import material_of

        with self.ledger(needed=True) as ledger:
            record = ledger.run(str(run))
            names = self.names(record.period, record.snapshot)
            material = material_of(record, ledger.results(record.id), names, self.snapshots, ledger)
            yield with_payments(material, ledger, self._readable_policy(), self.names_of_keys)

    def write_workbook(self, run: str | Period, file: str | Path, sheets: Sequence[str] = ()) -> Book:
        """Write the sheets of a run (run as in `results`), all unless named, into an .xlsx file.

        One that is there is replaced. `UsageError` for a sheet that nobody knows, or where the run has none of those
        named; `Unavailable` where the file is open in another program.
        """
        from batch.reports.sheets.catalogue import chosen
        from batch.sheets import write_book

        wanted = chosen(sheets)
        with self.sheet_material(run) as material:
            return write_book(material, wanted, Path(file), self.settings.privacy.files)

    def overview(self, run: str | Period) -> tuple[RunRecord, Names, Overview]:
        """Make the overview of a run, beside the last published period of its kind."""
        from batch.reports.overview import overview

        with self.ledger(needed=True) as ledger:
            record = ledger.run(str(run))
            results = ledger.results(record.id)
            try:
                before = ledger.results(compared_run(ledger, record, None).id)
            except UsageError:  # nothing of its kind was published before
                before = None
        names = self.names(record.period, record.snapshot)
        return record, names, overview(results, names, self._roles(record), before)

    def _roles(self, record: RunRecord) -> dict[tuple[str, str], str]:
        """Read the roles of the latest engagements; none where the snapshot is not here."""
        from batch.snapshot.snapshot import Snapshot

        if not (self.snapshots / str(record.period) / record.snapshot).is_dir():
            return {}
        tables = Snapshot.stored(self.snapshots, record.period, record.snapshot)
        tables.verify_tables("engagement")
        columns = tables.table("engagement").select(["institution", "staff", "from", "role"])
        rows = sorted(columns.to_pylist(), key=lambda row: row["from"])
        return {(row["institution"], row["staff"]): row["role"] for row in rows}

    def names(self, period: str | Period, snapshot: str) -> Names:
        """Read the names of institutions and people from a snapshot.

        There are no names where it is not in this workspace; `IntegrityBroken` where they are not those frozen.
        """
        from batch.reports.register import Names
        from batch.snapshot.snapshot import Snapshot

        labels = self._labels()
        if not (self.snapshots / str(period) / snapshot).is_dir():
            return Names({}, {}, *labels)
        tables = Snapshot.stored(self.snapshots, as_period(period), snapshot)
        tables.verify_tables("institution", "staff")
        called = []
        for name in ("institution", "staff"):
            table = tables.table(name)
            called.append(dict(zip(table["code"].to_pylist(), table["name"].to_pylist(), strict=True)))
        return Names(called[0], called[1], *labels)

    def _labels(self) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """Read the policy's labels of funding and of components; none if it cannot be read."""
        try:
            policy = self.policy()
        except PayengineError:
            return {}, {}
        lines = {**policy.components, **policy.statements}
        return policy.names.get("funding", {}), {code: line.label for code, line in lines.items()}

    @classmethod
    def create(
        cls,
        folder: str | Path,
        policy: str,
        *,
        source: str = 'folder = "input"',
        patient: str = HMAC,
        own_layer: bool = True,
    ) -> Workspace:
        """Make a workspace whose county layer extends `policy`.

        The layer lists the values that the county must supply.

        `source` is the content of [source] in the settings; `patient` is "hmac" or "as given". Without `own_layer` the
        workspace uses `policy` as it is. `UsageError` if the folder is a workspace already, `Refused` if there is no
        such policy.
        """
        from batch.new_workspace import make_workspace

        make_workspace(Path(folder).absolute(), policy, source, patient, own_layer)
        return cls(folder)


def compared_run(ledger: Ledger, run: RunRecord, against: str | None) -> RunRecord:
    """Find the run that another is compared with.

    Without `against` the current revision of the last period of its kind that was published before; where `against` is
    the run itself, the run that it replaced. `UsageError` where there is none.
    """
    records = {record.id: record for record in ledger.runs()}
    if against is None:
        earlier = [one for one in records.values()
                   if one.current and one.period.kind == run.period.kind and one.period < run.period]  # fmt: skip
        if not earlier:
            raise UsageError(
                say("no period of its kind was published before {period}", period=run.period),
                remedy=say("Name what it is to be compared with: --against PERIOD or RUN."),
            )
        return max(earlier, key=lambda record: record.period)
    other = ledger.run(against)
    if other.id != run.id:
        return other
    replaced = [one.previous for one in ledger.publications(run.period) if one.run == run.id and one.previous]
    found = replaced[-1] if replaced else run.revises
    if not found:
        raise UsageError(
            say("{run} replaces no run, and it cannot be compared with itself", run=run.id[:12]),
            remedy=say("payengine runs lists the runs of every period: name one of them by its id."),
        )
    return records[found]


def _names_publications(snapshot: Snapshot) -> bool:
    """Tell if a snapshot took in what was published before it, as far as it can be read."""
    try:
        return bool(snapshot.logical["history"]["publications"])
    except (KeyError, TypeError):
        return False


def _stamp(folder: Path) -> Stamp:
    """Describe the policy files of a workspace: a change of any of them changes it."""
    found = []
    for file in sorted(folder.rglob("*.toml")):
        with suppress(OSError):  # what cannot be read is told by who loads it
            told = file.stat()
            found.append((str(file), told.st_mtime_ns, told.st_size))
    return tuple(found)


def as_period(period: str | Period) -> Period:
    """Return a period that is given as text or already read."""
    return period if isinstance(period, Period) else Period.parse(period)
