"""The ledger: runs staged, runs published, and the record of publications."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from batch.content_digest import texts_digest
from batch.file_access import PRIVATE
from batch.ledger import activity, audit, confirmations, page_links, revisions, run_list, run_steps
from batch.ledger.activity import Activity, Wanted
from batch.ledger.column_types import is_storable
from batch.ledger.connect import PATIENCE, Database, connect
from batch.ledger.migrations import migrate
from batch.ledger.page_links import PageLink, Revoked
from batch.ledger.payment_records import PaymentRecord, PaymentSheet, PaymentSums
from batch.ledger.records import (
    Acceptance,
    AuditEntry,
    Confirmation,
    History,
    Publication,
    Published,
    RunRecord,
    RunStep,
)
from batch.ledger.schema import policy_text
from batch.ledger.stored_run import HEADER, StoredRun, entry_of
from batch.payments.recovery_limit import RecoveryLimit
from batch.payments.settling import Key, in_order
from batch.proof import entries
from batch.proof.heads import ChainHash, Head, read_head
from payengine.errors import IntegrityBroken, Problem, UsageError
from payengine.periods import Period
from payengine.policy.step_rule import NO_RULES, StepRules
from payengine.texts import in_quotes, say

if TYPE_CHECKING:
    import pyarrow as pa

    from batch.ledger.history import Given
    from batch.ledger.monthly_sums import RunSums
    from batch.ledger.payment_sums import PaidTo
    from batch.ledger.payslip_tree import Secret
    from batch.proof.documents import ConsistencyProof, PayslipProof
    from batch.proof.payslips import PayslipRows
    from batch.results import Meta, Results

SHORTEST_PREFIX = 4  # hexadecimal digits by which a run may be named


class Ledger:
    """A ledger database, opened; use it as a context manager, or close it."""

    def __init__(self, database: Database, exists: bool, secret: Secret | None = None) -> None:
        self._database = database
        self._exists = exists
        self._proposed: dict[Period, Given] = {}  # of `ProposedLedger`
        self._secret = secret

    @classmethod
    def open(
        cls, url: str, base: Path | None = None, *, create: bool = True, patience: float = PATIENCE,
        access: str = PRIVATE, secret: Secret | None = None,
    ) -> Ledger:  # fmt: skip
        """Open the ledger at an SQLAlchemy URL; a relative SQLite path is meant from `base`.

        With `create` the tables are made, or brought to this program's version. Without it nothing is ever written,
        and a ledger that is not there yet reads as an empty one. `patience` is how many seconds a writer waits for
        another, `access` says who may use a new SQLite file (`batch.file_access`), `secret` gives what salts the
        payslips of publications. `UsageError` for a URL that cannot hold a ledger; `Unavailable` if it cannot be
        reached, or was written by a newer program.
        """
        database = connect(url, base or Path(), create=create, patience=patience, access=access)
        if create:
            if database.file is not None and not database.file.parent.is_dir():
                raise UsageError(
                    say("the folder {folder} of the ledger is not there", folder=database.file.parent),
                    remedy=say("Make the folder, or name another one in payengine.toml."),
                )
            migrate.migrate(database)
            return cls(database, True, secret)
        version = migrate.version_of(database)
        migrate.refuse_other(database, version)
        return cls(database, version > 0, secret)

    @property
    def exists(self) -> bool:
        """True if there is a ledger; one that is not there yet reads as empty."""
        return self._exists

    @property
    def location(self) -> str:
        """The ledger's URL, without a password."""
        return self._database.location

    def close(self) -> None:
        self._database.engine.dispose()
        self._database.bulk.dispose()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # --- writing ---------------------------------------------------------------------------------------------------

    def stage(
        self, results: Results, policy: str, revise: str = "", *,
        computed_by: Mapping[str, Mapping[str, str]] | None = None, steps: StepRules = NO_RULES,
    ) -> str:  # fmt: skip
        """Write a run's results, whole or not at all.

        Returns 'staged', 'already staged' or 'already published'. `policy` is the policy's text, kept for a later
        replay; `revise` the reason for replacing the period's current run; `computed_by` gives the texts of the
        sources by digest and path, kept for whoever examines the run later; `steps` the policy's rules for what is done
        before a publication, which hold for this run from now on. `Conflict` if there is one and no reason;
        `IntegrityBroken` if the run stands here with other rows.
        """
        from batch.ledger import staging
        from batch.ledger.results_mapping import header_of, tables_of

        return staging.stage(self._database, header_of(results), tables_of(results), policy, revise, computed_by, steps)

    def publish(
        self,
        run_id: str,
        findings: Sequence[Mapping[str, Any]] = (),
        accepted: Sequence[Acceptance] = (),
        seen: str | None = None,
        steps: StepRules = NO_RULES,
    ) -> Published:
        """Make a staged run (see `run_to_publish`) the current revision of its period.

        `findings` (as `Finding.as_json` gives them) and what of them is `accepted` are kept beside the publication.
        `Conflict` if the period has a current run that this one was not made to replace, or if `seen`, the chain's
        head when they were found, is its head no more. `Refused` where steps are not done that the policy demanded at
        the staging, or that `steps` demand, the rules of today.
        """
        from batch.ledger import publishing

        return publishing.publish(
            self._database, self.run_to_publish(run_id).id, findings, accepted, seen, self._secret, steps
        )

    def confirm(self, confirmed: Confirmation, policy: str) -> bool:
        """Enter in the audit chain that a current revision has the same results on a later input.

        False where that stands there already. `policy` is the text of the policy that it was computed by. `Conflict`
        if the revision, or one that the confirming run is built on, is current no more.
        """
        from batch.ledger import confirming

        return confirming.confirm(self._database, confirmed, policy)

    def enter_step(
        self, run: str, step: str, today: StepRules, *, days: int = 0, document: str = "", reason: str = ""
    ) -> RunStep:
        """Enter that a run (see `run_to_publish`) is reviewed, announced or approved, by this user.

        `today` are the rules of the workspace's policy. `Refused` where it is out of order or by the wrong person, or
        the run is published.
        """
        run_id = self.run_to_publish(run).id
        return run_steps.add(self._database, run_id, step, today, days=days, document=document, reason=reason)

    def object_to(self, run: str, reason: str, document: str = "") -> RunStep:
        """Enter an objection to a run (see `run_to_publish`), which stops its publication."""
        return run_steps.object_to(self._database, self.run_to_publish(run).id, reason, document)

    def answer(self, run: str, number: int, reason: str, document: str = "") -> RunStep:
        """Enter the answer to an objection to a run; `UsageError` unless it is open."""
        return run_steps.answer(self._database, self.run_to_publish(run).id, number, reason, document)

    def pay(
        self, period: Period, pay_date: date, limit: RecoveryLimit, *, only: bool = False, reason: str = "",
        seen: str | None = None, steps: StepRules = NO_RULES,
    ) -> PaymentSheet:  # fmt: skip
        """Draft a payment: what is due of a period and every earlier one, and not yet paid.

        `only` leaves earlier periods out.

        It counts as paid from now on. The sheet has no record where there was nothing to pay or to carry anew.
        `Conflict` if `seen`, the chain's head when its periods were found not to be stale, is its head no more.
        `steps` are the policy's rules for the payment's further steps, which it keeps.
        """
        from batch.ledger import payment_drafts

        return payment_drafts.draft(
            self._database, period, pay_date, limit, only=only, reason=reason, seen=seen, steps=steps
        )

    def advance_payment(self, number: int, action: str, reason: str = "", today: StepRules = NO_RULES) -> PaymentRecord:
        """Approve, export, mark as paid, or discard a payment.

        `Conflict` where it is not in the state before, `Refused` where this user may not do it by the rules that the
        payment was drafted under, or by those of `today`.
        """
        from batch.ledger import payment_steps

        return payment_steps.advance(self._database, number, action, reason, today)

    def return_payment(self, number: int, staff: str, institution: str | None, reason: str) -> PaymentRecord:
        """Record that what a payment paid a person ('': the institution) came back.

        It is outstanding again.
        """
        from batch.ledger import payment_steps

        return payment_steps.give_back(self._database, number, staff, institution, reason)

    def close_balance(self, staff: str, institution: str, reason: str) -> PaymentSheet:
        """Close by hand what a person is carried with at an institution."""
        from batch.ledger import payment_closings

        return payment_closings.close(self._database, staff, institution, reason)

    def make_link(self, made: PageLink) -> None:
        """Enter that a link to the pages is made."""
        page_links.make(self._database, made)

    def revoke_link(self, named: str, reason: str, *, is_whole: bool = False) -> PageLink:
        """Enter that a link to the pages lets nobody in any more.

        `named` is its id or the beginning of one; with `is_whole` the id of a link at hand. `UsageError` for one that
        is not known, or was revoked before.
        """
        return page_links.revoke(self._database, named, is_whole, reason)

    # --- reading ---------------------------------------------------------------------------------------------------

    def links(self) -> list[PageLink]:
        """List the links to the pages that were made or revoked, in order."""
        return list(page_links.links(self.audit()).values())

    def revoked_links(self, before: Revoked) -> Revoked:
        """Read the links that are revoked, beginning where the chain was read before."""
        with self._reading() as connection:
            return before if connection is None else page_links.revoked(connection, before)

    def current(self, period: Period) -> Publication | None:
        """Find the revision of a period that is in force, or None."""
        with self._reading() as connection:
            return None if connection is None else revisions.current(connection, period)

    def publications(self, period: Period | None = None) -> list[Publication]:
        """List all revisions (of a period), by period and revision."""
        with self._reading() as connection:
            return [] if connection is None else revisions.publications(connection, period)

    def confirmations(self) -> dict[Period, Confirmation]:
        """Find the latest confirmation of each current revision, by period; most have none."""
        with self._reading() as connection:
            if connection is None:
                return {}
            return confirmations.latest(audit.entries(connection), revisions.publications(connection))

    def next_revision(self, period: Period) -> int:
        """Number the revision that a publication of a period would be now."""
        with self._reading() as connection:
            return 1 if connection is None else revisions.next_revision(connection, period)

    def runs(self, period: Period | None = None) -> list[RunRecord]:
        """List the runs (of a period), by period and the time at which they were staged."""
        with self._reading() as connection:
            return [] if connection is None else run_list.records(connection, period)

    def doubts(self, listed: Sequence[RunRecord]) -> list[Problem]:
        """List what the audit chain says otherwise of the headers of runs, and of the publications."""
        with self._reading() as connection:
            return [] if connection is None else list(run_list.doubts(connection, listed))

    def run(self, run: str) -> RunRecord:
        """Find the run whose id begins with `run`, or the current revision of the period `run`.

        Of a period that is not published its one staged run is meant. A period wins over ids that begin like it;
        `2026-10@1` is its first revision. `UsageError` unless there is exactly one.
        """
        of_period, at, number = run.partition("@")
        if at:
            return self._revision(run, of_period, number)
        period = Period.find(run)
        if period is not None:
            found = self.runs(period)
            if current := [record for record in found if record.current]:
                return current[0]
            if found:
                return _only(found, say("{period} is not published, and has {n} runs", period=period, n=len(found)))
            raise UsageError(
                say("{period} is not published", period=period),
                remedy=say("payengine runs lists the runs of every period: name one of them by its id."),
            )
        if not re.fullmatch(f"[0-9a-f]{{{SHORTEST_PREFIX},64}}", run):
            raise UsageError(
                say("{run} is not a run's id, and no period", run=in_quotes(run)),
                remedy=say(
                    "Write at least {n} of its hexadecimal digits; payengine runs lists them.", n=SHORTEST_PREFIX
                ),
            )
        found = [record for record in self.runs() if record.id.startswith(run)]
        if not found:
            raise UsageError(
                say("there is no run {run} in the ledger {url}", run=run, url=self.location),
                remedy=say("payengine runs lists them."),
            )
        return _only(found, say("{n} runs begin with {run}", n=len(found), run=run))

    def _revision(self, named: str, period: str, number: str) -> RunRecord:
        """Find the run of a revision of a period."""
        found = Period.find(period)
        made = [] if found is None else [one for one in self.publications(found) if str(one.revision) == number]
        if not made:
            raise UsageError(
                say("there is no revision {named}", named=named),
                remedy=say("Write PERIOD@NUMBER, such as 2026-10@1; payengine runs lists the revisions."),
            )
        return next(record for record in self.runs(found) if record.id == made[0].run)

    def run_to_publish(self, run: str) -> RunRecord:
        """Find the run to publish: by its id, or the one run of a period that waits for it.

        It is one that was staged to be later than what is published, as long as there is any. `UsageError` where there
        is none, or more than one.
        """
        period = Period.find(run)
        if period is None:
            return self.run(run)
        found = [record for record in self.runs(period) if record.revision is None or record.again]
        if not found:
            raise UsageError(
                say("{period} has no run that is not published", period=period),
                remedy=say("Compute one: payengine month {period}.", period=period),
            )
        found = [record for record in found if record.ahead] or found
        return _only(found, say("{period} has {n} runs that are not published", period=period, n=len(found)))

    def lines(self, run_id: str) -> tuple[Meta, pa.Table, pa.Table]:
        """Read what a run says of itself, its pay lines and its statement lines, and no other rows.

        `IntegrityBroken` if header, these rows or the policy are not those that were staged.
        """
        from batch.ledger.results_mapping import LINES, as_results, meta_of

        record = self.run(run_id)
        with self._reading() as connection:
            assert connection is not None  # the run was found
            stored = StoredRun(connection, record.id)
            return meta_of(stored.header), *(as_results(name, stored.table(name)) for name in LINES)

    def results(self, run_id: str) -> Results:
        """Read a run's results from its stored rows.

        `IntegrityBroken` if header, rows or policy are not those that were staged.
        """
        from batch.ledger.results_mapping import results_of
        from batch.ledger.run_tables import RUN_TABLES

        record = self.run(run_id)
        with self._reading() as connection:
            assert connection is not None  # the run was found
            stored = StoredRun(connection, record.id)
            return results_of(stored.header, {name: stored.table(name) for name in RUN_TABLES})

    def policy_text(self, digest: str) -> str:
        """Read the text of a policy by its digest; `UsageError` if no run used it."""
        with self._reading() as connection:
            query = select(policy_text.c.text).where(policy_text.c.digest == digest)
            text = None if connection is None else connection.execute(query).scalar_one_or_none()
        if text is None:
            raise UsageError(
                say("no run in the ledger {url} used the policy {digest}", url=self.location, digest=digest)
            )
        return str(text)

    def sources(self, digest: str) -> dict[str, str] | None:
        """Read the texts of formulas or engine by the digest that runs name.

        None where they were not kept. `IntegrityBroken` if a text is not the one that was kept.
        """
        from batch.ledger import sources

        with self._reading() as connection:
            found = None if connection is None else sources.read(connection, digest)
        if found is not None and texts_digest(found) != digest:
            raise IntegrityBroken(
                say("the sources {digest} are not stored as they were", digest=digest[:12]),
                remedy=say("Keep it as it is for examination, and restore a copy from before the change."),
            )
        return found

    def header(self, run_id: str) -> dict[str, str]:
        """Read the columns of a run's header that the audit chain covers.

        `IntegrityBroken` if they were changed.
        """
        with self._reading() as connection:
            assert connection is not None  # the run was found
            stored = StoredRun(connection, run_id).header
            return {name: str(stored[name]) for name in HEADER}

    def history(self, period: Period) -> History:
        """Find the results of the year's earlier periods; for a settlement its own months too.

        Their rows are read when they are asked for, also after the ledger was closed. `IntegrityBroken` if the chain
        does not match the publications or a run's header, and then if the rows are not those published.
        """
        from batch.ledger.history import history

        with self._reading() as connection:
            if connection is not None:
                revisions.require_whole(connection, self._database, writing=False)
            return history(self._reading, connection, period, dict(self._proposed))

    def publications_read(self, period: Period) -> list[Publication]:
        """List the revisions that a freeze of `period` would read now."""
        from batch.ledger.history import publications_read

        with self._reading() as connection:
            return publications_read(connection, period, self._proposed)

    def findings(self, made: Publication) -> tuple[list[dict[str, Any]], list[Acceptance]]:
        """Read what a publication saw as implausible, and what of it was accepted."""
        from batch.ledger import publication_findings

        with self._reading() as connection:
            return ([], []) if connection is None else publication_findings.read(connection, made)

    def steps(self, run: str, today: StepRules) -> run_steps.Standing:
        """Read how far a run has come on its way to publication.

        A period means its one unpublished run, else its current revision.
        """
        period = Period.find(run)
        unpublished = period is not None and any(record.ahead and not record.current for record in self.runs(period))
        record = self.run_to_publish(run) if unpublished else self.run(run)
        with self._reading() as connection:
            assert connection is not None  # the run was found
            return run_steps.standing(connection, record.id, today)

    def blocking(self, run_id: str) -> list[Problem]:
        """List the checks that stop a run's publication, by institution."""
        from batch.ledger import blocking

        with self._reading() as connection:
            return [] if connection is None else list(blocking.blocking(connection, run_id))

    def activity(self, wanted: Wanted) -> tuple[list[Activity], list[Problem]]:
        """List who did what, from the audit chain and the log of accesses, by time.

        And the links of the chain that do not hold.
        """
        with self._reading() as connection:
            if connection is None:
                return [], []
            return activity.activities(connection, wanted), list(audit.broken(audit.entries(connection)))

    def sums(self, run_id: str, *, only_services: bool = False) -> RunSums:
        """Add up a run's money, services and points by institution, person and component.

        With `only_services` these alone: money and points are empty.
        """
        from batch.ledger import monthly_sums

        with self._reading() as connection:
            assert connection is not None  # the run was found
            return (monthly_sums.services if only_services else monthly_sums.sums)(connection, run_id)

    def lost_components(self, run_id: str, earlier: Sequence[str]) -> list[tuple[str, str, list[str]]]:
        """List who has a component in each of the earlier runs and none in this one."""
        from batch.ledger import monthly_sums

        with self._reading() as connection:
            return [] if connection is None else monthly_sums.lost_components(connection, run_id, earlier)

    def payment_origins(self, period: Period, *, only: bool = False) -> set[Period]:
        """Collect the periods of which a payment of a period would pay or carry something now."""
        from batch.ledger import payment_drafts

        with self._reading() as connection:
            if connection is None:
                raise UsageError(
                    say("{period} is not published", period=period),
                    remedy=say("Publish it first; payengine runs lists the runs of every period."),
                )
            return payment_drafts.origins(connection, period, only=only)

    def payment_sheet(
        self, period: Period, limit: RecoveryLimit, *, only: bool = False, steps: StepRules = NO_RULES
    ) -> PaymentSheet:
        """Compute what a payment of a period would pay now."""
        from batch.ledger import payment_drafts

        with self._reading() as connection:
            if connection is None:
                raise UsageError(
                    say("{period} is not published", period=period),
                    remedy=say("Publish it first; payengine runs lists the runs of every period."),
                )
            return payment_drafts.sheet(connection, self._database, period, limit, only=only, steps=steps)

    def payments(self) -> list[PaymentRecord]:
        """List the payments and closings, by number."""
        from batch.ledger import payment_chain, payment_rows

        with self._reading() as connection:
            if connection is None:
                return []
            payment_chain.require_whole(connection, self._database)
            return payment_rows.records(connection)

    def payment(self, number: int) -> PaymentSheet:
        """Read a payment with its lines; `IntegrityBroken` if they are not those that were written."""
        from batch.ledger import payment_chain, payment_rows

        with self._reading() as connection:
            if connection is None:
                raise UsageError(
                    say("there is no payment {number}", number=number), remedy=say("payengine payments lists them.")
                )
            payment_chain.require_whole(connection, self._database)
            payment_chain.require_digest(connection, payment_rows.header_of(connection, number))
            record = payment_rows.records(connection, number)[0]
            lines, carried = payment_rows.lines_of(connection, number), payment_rows.carried_of(connection, number)
            return PaymentSheet(record, lines, carried, record.details)

    def outstanding(self) -> dict[Key, int]:
        """List what is due and not paid, in fen; negative: to be recovered."""
        from batch.ledger import payment_balances

        with self._reading() as connection:
            if connection is None:
                return {}
            found = payment_balances.outstanding(connection, payment_balances.scope_of(connection, None))
            return {key: found[key] for key in in_order(found)}

    def payment_sums(self) -> dict[Period, PaymentSums]:
        """Add up by published period what payments paid of it and what is left."""
        from batch.ledger import payment_balances, payment_sums

        with self._reading() as connection:
            if connection is None:
                return {}
            return payment_sums.payment_sums(connection, payment_balances.scope_of(connection, None))

    def paid_to(self, institution: str = "", staff: str = "") -> list[PaidTo]:
        """Add up what payments that are not discarded pay an institution or a person."""
        from batch.ledger import payment_chain, payment_sums

        with self._reading() as connection:
            if connection is None or not (is_storable(institution) and is_storable(staff)):
                return []
            payment_chain.require_whole(connection, self._database)
            return payment_sums.paid_to(connection, institution, staff)

    def audit(self) -> list[AuditEntry]:
        """Read the audit chain, in order."""
        with self._reading() as connection:
            return [] if connection is None else audit.entries(connection)

    def chain_of(self, run_id: str) -> list[AuditEntry]:
        """Read the audit chain up to the latest entry that states a run's digests.

        It is empty for a run that an earlier version staged and nobody published. `IntegrityBroken` where it does not
        hold together.
        """
        chain = self.audit()
        problems = list(audit.broken(chain))
        if problems:
            raise IntegrityBroken(
                say("the audit chain of the ledger {url} does not hold together", url=self.location), problems,
                remedy=say("Keep it as it is for examination, and restore a copy from before the change."),
            )  # fmt: skip
        last = entry_of(run_id, chain)
        return [] if last is None else chain[: last.number]

    def require_whole(self, run_id: str = "") -> None:
        """Raise `IntegrityBroken` for a ledger on which nothing may be built.

        Its chain, its publications and the published runs must agree, and so must the header of a run, if it is named.
        """
        with self._reading() as connection:
            if connection is not None:
                revisions.require_whole(connection, self._database, writing=False)
                if run_id:
                    StoredRun(connection, run_id)

    def head(self) -> str:
        """Compute the head of the audit chain: the number of entries and the root of their tree.

        Noted elsewhere, it proves what was published before.
        """
        return str(entries.head(self.audit()))

    def head_of(self, noted: ChainHash) -> str:
        """Write a head that an earlier version printed as today's; '' if it is none of this chain."""
        chain = self.audit()
        sizes = [link.number for link in chain if link.hash == noted.hash]
        return str(entries.head(chain[: sizes[0]])) if sizes else ""

    def payslip_proof(
        self, rows: PayslipRows, institution: str, staff: str, secret: bytes, noted: Head | None = None
    ) -> PayslipProof:
        """Prove a payslip of a run under the chain's head, or under an earlier one.

        `proving.payslip_proof` says what is refused.
        """
        from batch.ledger import proving

        with self._reading() as connection:
            assert connection is not None  # the rows are of it
            return proving.payslip_proof(connection, rows, institution, staff, secret, noted)

    def consistency_proof(self, earlier: Head, noted: Head | None = None) -> ConsistencyProof:
        """Prove that an earlier head stands in the chain's head, or in another that is given."""
        from batch.ledger import proving

        with self._reading() as connection:
            if connection is None:
                raise UsageError(say("there is no ledger {url} yet", url=self.location))
            return proving.consistency_proof(connection, earlier, noted)

    def verify(self, head: str = "") -> None:
        """Recompute the audit chain and the digests of everything published.

        `IntegrityBroken` lists what differs. `head` was noted earlier (see `batch.proof.heads.read_head`): the chain
        must still begin with it.
        """
        from batch.ledger import verifying

        noted = read_head(head) if head else None
        with self._reading() as connection:
            problems = [] if connection is None else list(verifying.broken(connection, noted))
        if problems:
            raise IntegrityBroken(
                say("the ledger {url} is not as it was published: {n} problem(s)", url=self.location, n=len(problems)),
                problems,
                remedy=say("Keep it as it is for examination, and restore a copy from before the change."),
            )

    @contextmanager
    def _reading(self) -> Iterator[Connection | None]:
        """Open a connection that reads, or None for a ledger that does not exist yet."""
        if not self._exists:
            yield None
            return
        with self._database.reading() as connection:
            yield connection


def _only(found: Sequence[RunRecord], several: str) -> RunRecord:
    """Return the one run; `UsageError` that lists them where there are several."""
    if len(found) > 1:
        raise UsageError(
            several,
            [Problem(f"{record.id[:16]}  {record.period}  {record.staged_at}") for record in found],
            remedy=say("Name one by its id, with as many digits as tell it apart."),
        )
    return found[0]
