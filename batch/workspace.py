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

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from batch.reports.register import Names, Register, register
from batch.settings import HMAC, Settings, patient_key, policy_folders, read_settings
from payengine.errors import IdentityBroken, IntegrityBroken, PayengineError, Refused, Unavailable, UsageError
from payengine.periods import MONTH, Period
from payengine.texts import say

if TYPE_CHECKING:
    from batch.audit.verified import Verified
    from batch.check import Checked, PublishedChecked
    from batch.explain.explanation import Explanation
    from batch.explain.paid_work import RecordRow
    from batch.findings.finding import Finding
    from batch.ledger import Ledger, PaymentRecord, PaymentSheet, Published, RunRecord
    from batch.pay import Paid
    from batch.payments.settling import Key
    from batch.results import Results
    from batch.run import Outcome
    from batch.snapshot.snapshot import Snapshot
    from payengine.errors import Problem
    from payengine.policy import Policy

Stamp = tuple[tuple[str, int, int], ...]  # path, time of the last change, size of each file
Progress = Callable[[str, int, int], None]  # what is being done, how much of it, of how much (0: unknown)


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
            return Ledger.open(url, self.folder, create=True, access=access)
        ledger = Ledger.open(url, self.folder, create=False)
        if not ledger.exists and (published or (needed and frozen)):
            ledger.close()
            periods = ", ".join(sorted({str(snapshot.period) for snapshot in frozen}))
            remedy = say(
                "Restore it from a copy, or name the right one in payengine.toml. If nothing was run here yet: "
                "payengine run PERIOD."
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
        return Ledger.open(url, self.folder, create=True, access=access)

    def _frozen(self) -> list[Snapshot]:
        """List the snapshots that stand here and can be opened."""
        from batch.snapshot.snapshot import Snapshot

        found = []
        for manifest in sorted(self.snapshots.glob("[0-9]*/*/manifest.json")):
            with suppress(Refused, IntegrityBroken):
                found.append(Snapshot.open(manifest.parent))
        return found

    def freeze(self, period: str | Period, *, progress: Progress | None = None) -> Snapshot:
        """Read the source once and keep the period's input as a snapshot.

        `Refused` with every problem in the input, or where the policy has no formulas for such a period.

        A settlement takes in the results of its months, all of which must be published.
        """
        from batch.check import note_freeze
        from batch.findings.later_reversals import LaterReversals
        from batch.findings.published import published_periods
        from batch.freeze import freeze_period
        from batch.sources import open_source

        period = as_period(period)
        if period.kind != MONTH:
            from batch.run import refuse_idle

            refuse_idle(self.policy(), period)
        key = patient_key(self.settings) if period.kind == MONTH else None  # a settlement reads no patients
        with self.ledger() as ledger:
            history = ledger.history(period)
            later = LaterReversals(published_periods(ledger, self.snapshots), period)
        with open_source(self.settings.source, self.folder) as source:
            frozen = freeze_period(
                source,
                period,
                self.snapshots,
                patient_key=key,
                privacy=self.settings.privacy.patient,
                history=history,
                access=self.settings.privacy.files,
                reversing=later.take,
                progress=progress,
            )
        with self.ledger() as ledger:
            note_freeze(
                frozen, self.snapshots, ledger, self._readable_policy(), later.findings(), self.settings.privacy.files
            )
        return frozen

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
        progress: Progress | None = None,
    ) -> Outcome:
        """Compute a period from a snapshot and stage it.

        The snapshot is the newest, or the one whose digest begins with `snapshot`.

        `hold` leaves institutions out, each with its reason. `revise` is the reason for replacing what is published.
        `dry_run` computes and compares, and writes nothing.
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
                progress=progress,
            )
            frozen = find_snapshot(self.snapshots, outcome.results.meta.period, outcome.snapshot)
            told = [finding.line for finding in noted_changes(frozen, self.snapshots, ledger, policy)]
        return replace(outcome, warnings=(*outcome.warnings, *anew, *told))

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
                    periods=", ".join(earlier),
                )
            ]

    def publish(self, run: str, accept: Sequence[tuple[str, str]] = (), accept_stale: str = "") -> Published:
        """Make a staged run the current revision of its period.

        `run` is its id, the beginning of it, or the period.

        `accept` and `accept_stale` as in `publish_checked`.
        """
        return self.publish_checked(run, accept, accept_stale).published

    def publish_checked(
        self, run: str, accept: Sequence[tuple[str, str]] = (), accept_stale: str = ""
    ) -> PublishedChecked:
        """Publish a staged run, after the check of its period.

        The policy that it was computed by decides, and of today's policy the rules for findings: the stricter of both.
        `accept` lists (KIND or KIND:SUBJECT, reason), `accept_stale` is the reason for publishing what is built on
        publications that were revised since. `Refused` with the findings that stop it and are not accepted. Findings
        and acceptances are kept with the publication.
        """
        from batch.check import publish_checked

        with self.ledger(create=True, needed=True) as ledger:
            record = ledger.run_to_publish(run)
            frozen = None if record.current else self._snapshot_of(record)
            today = None if record.current else self._readable_policy()
            return publish_checked(record, frozen, self.snapshots, ledger, accept, accept_stale, today)

    def _snapshot_of(self, record: RunRecord) -> Snapshot | None:
        """Open the snapshot of a run; None if it is not here, or of another version."""
        from batch.snapshot.snapshot import Snapshot

        if not (self.snapshots / str(record.period) / record.snapshot).is_dir():
            return None
        try:
            return Snapshot.stored(self.snapshots, record.period, record.snapshot)
        except Refused:
            return None

    def outdated(self, run: str) -> list[str]:
        """List what was published after the freeze of a run and would be part of it."""
        from batch.run import outdated

        with self.ledger() as ledger:
            try:
                frozen = self._snapshot_of(ledger.run(run))
            except IntegrityBroken as broken:  # what was published stands; that its input was changed is told
                return [broken.what]
            return [] if frozen is None else outdated(frozen, ledger)

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

    def outstanding(self) -> Mapping[Key, int]:
        """List what is due and not paid, in fen; negative: to be recovered."""
        with self.ledger(needed=True) as ledger:
            return ledger.outstanding()

    def advance_payment(self, number: int, action: str, reason: str = "") -> PaymentRecord:
        """Bring a payment to its next state: approved, exported, paid; or discarded, from a draft."""
        from batch.pay import written_reason

        with self.ledger(create=True, needed=True) as ledger:
            return ledger.advance_payment(number, action, written_reason(reason) if reason else "")

    def return_payment(self, number: int, staff: str, institution: str | None, reason: str) -> PaymentRecord:
        """Record that what a payment paid a person ('': the institution) came back.

        It is outstanding again.
        """
        from batch.pay import written_reason

        with self.ledger(create=True, needed=True) as ledger:
            return ledger.return_payment(number, staff, institution, written_reason(reason))

    def close_balance(self, staff: str, institution: str, reason: str) -> PaymentSheet:
        """Close by hand what a person is carried with at an institution; it is recovered no more."""
        from batch.pay import written_reason

        with self.ledger(create=True, needed=True) as ledger:
            return ledger.close_balance(staff, institution, written_reason(reason))

    def payment_names(self, sheet: PaymentSheet) -> Names:
        """Read the names of a payment's institutions and people from the snapshots here."""
        origins = sorted({line.key.period for line in sheet.lines} | {key.period for key in sheet.carried})
        institutions: dict[str, str] = {}
        staff: dict[str, str] = {}
        with self.ledger(needed=True) as ledger:
            snapshots = {record.period: record.snapshot for record in ledger.runs() if record.current}
        for period in origins:
            names = self.names(period, snapshots[period])
            institutions |= names.institutions
            staff |= names.staff
        return Names(institutions, staff, self._funding_labels())

    def runs(self, period: str | Period | None = None) -> list[RunRecord]:
        """List the runs in the ledger, by period and time."""
        with self.ledger(needed=True) as ledger:
            return list(ledger.runs(None if period is None else as_period(period)))

    def doubts(self, listed: Sequence[RunRecord]) -> list[Problem]:
        """List what the audit chain says otherwise of runs' headers and of the publications."""
        with self.ledger(needed=True) as ledger:
            return ledger.doubts(listed)

    def results(self, run: str) -> Results:
        """Read a run's results from the ledger; `.frames()` gives pandas DataFrames."""
        with self.ledger(needed=True) as ledger:
            return ledger.results(run)

    def verify(self, head: str = "", *, everything: bool = False, progress: Progress | None = None) -> Verified:
        """Compare the ledger with its audit chain, and add up again what is published.

        `head` is a hash noted earlier. With `everything` also the runs that are no current revision are added up, and
        the snapshots that stand here are compared with their digests. `IntegrityBroken` with everything that differs,
        `IdentityBroken` for results that do not hold together.
        """
        from batch.audit.verified import Verified
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
        places = sorted(self.snapshots.glob("[0-9]*/*/manifest.json")) if everything else []
        here = {manifest.parent.name for manifest in places}
        missing = sorted({f"{one.period} {one.snapshot[:12]}" for one in records if one.snapshot not in here})
        for number, manifest in enumerate(places, 1):
            tell(say("comparing snapshots"), number, len(places))
            period = as_period(manifest.parent.parent.name)
            Snapshot.stored(self.snapshots, period, manifest.parent.name).verify()
        return Verified(
            ledger.location, ledger_head, len(chain), len(publications), len(records),
            len(added_up), len(places), tuple(missing) if everything else (),
        )  # fmt: skip

    def _add_up(self, results: Results) -> None:
        """Raise `IdentityBroken` for stored results that do not hold together."""
        from batch.audit.invariants import check

        try:
            check(results)
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
        from batch.reports.register import find_institution, find_staff

        record, policy, stored = self._as_run(run)
        frozen = self._frozen_for(record)
        names = self.names(record.period, record.snapshot)
        if staff:
            places = find_staff(stored, staff, institution, names.staff)
        else:
            places = [find_institution(stored, institution or "", names.institutions)]
        found = explain(frozen, policy, stored, places, staff, threads)
        if component:
            require_figure(found, component)
        return found

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

    def register(self, run: str) -> Register:
        """Make a run's register."""
        results = self.results(run)
        return register(results, self.names(results.meta.period, results.meta.snapshot_digest))

    def names(self, period: str | Period, snapshot: str) -> Names:
        """Read the names of institutions and people from a snapshot.

        There are no names where it is not in this workspace; `IntegrityBroken` where they are not those frozen.
        """
        from batch.snapshot.snapshot import Snapshot

        funding = self._funding_labels()
        if not (self.snapshots / str(period) / snapshot).is_dir():
            return Names(funding=funding)
        tables = Snapshot.stored(self.snapshots, as_period(period), snapshot)
        tables.verify_tables("institution", "staff")
        called = []
        for name in ("institution", "staff"):
            table = tables.table(name)
            called.append(dict(zip(table["code"].to_pylist(), table["name"].to_pylist(), strict=True)))
        return Names(called[0], called[1], funding)

    def _funding_labels(self) -> Mapping[str, str]:
        """Read the labels of sources of money from the policy; none if it cannot be read."""
        try:
            return self.policy().names.get("funding", {})
        except PayengineError:
            return {}

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
