"""Life of a run: compute a snapshot, verify, compare with what is published, stage."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath

from batch.audit.difference import Difference, difference
from batch.audit.invariants import check
from batch.compute.compute import PreparedRun, Price, compute
from batch.compute.empty_tables import of_other_periods, refusals
from batch.compute.opening_balances import PublishedBalances
from batch.content_digest import canonical_json
from batch.findings.staleness import staleness
from batch.input_tables import BY_NAME, RECORD
from batch.ledger import Confirmation, Ledger, Publication
from batch.ledger.reasons import refuse_unreadable
from batch.reports.compliance import failures
from batch.results import Results
from batch.snapshot.snapshot import Snapshot, find_snapshot
from batch.snapshot.table_rows import TableRows, rows_of_period
from batch.source_texts import installed_sources
from payengine.errors import Refused, UsageError
from payengine.periods import MONTH, Period
from payengine.policy import Policy
from payengine.texts import joined, say

Progress = Callable[[str, int, int], None]

DRY_RUN = "dry run"  # beside what `Ledger.stage` gives: "staged", "already staged", "already published"


@dataclass(frozen=True)
class Outcome:
    """Outcome of a run.

    `state` is "dry run", "staged", "already staged" or "already published". `published` is this very run's
    publication, if it is the period's current one; else `replaces` is the current one that it would replace, and
    `difference` what would change. `revision` is the one that it is, or would be, published as. `warnings` are the
    results', the checks that fail, and those that the ledger gives reason for.
    """

    results: Results
    state: str
    revision: int
    published: Publication | None
    replaces: Publication | None
    difference: Difference | None
    warnings: tuple[str, ...]

    @property
    def run(self) -> str:
        """Id of the run."""
        return self.results.meta.run_id

    @property
    def snapshot(self) -> str:
        """Digest of the snapshot."""
        return self.results.meta.snapshot_digest


def run_period(
    period: Period,
    *,
    snapshots: Path,
    policy: Policy,
    ledger: Ledger,
    snapshot: str = "",
    holds: Mapping[str, str] | None = None,
    revise: str = "",
    dry_run: bool = False,
    allow_empty: Collection[str] = (),
    threads: int | None = None,
    price: Price | None = None,
    progress: Progress | None = None,
) -> Outcome:
    """Compute a period, verify it and stage it in the ledger; a dry run writes nothing.

    `snapshot` is the beginning of a digest, or '' for the newest freeze of the period; `holds` gives the reason for
    each institution left out; `revise` the reason for replacing what is published; `allow_empty` names the tables that
    may give the period no row; `price` prices elsewhere than in threads of this process. Raises `Refused` for policy,
    graph, names or such a table, `IdentityBroken` for results that do not hold together, `IntegrityBroken` for a
    snapshot that is not what was frozen, `Conflict` for a published period without a reason to revise it.
    """
    tell = progress or _silent
    holds = _reasoned(holds or {})
    refuse_unreadable(revise)
    refuse_idle(policy, period)
    ledger.require_whole()
    frozen = find_snapshot(snapshots, period, snapshot)
    tell(say("computing"), 0, 0)
    told: list[str] = []
    accept = acceptance(snapshots, ledger, allow_empty, told)
    results = _computed(frozen, policy, holds, threads, price, accept)
    check(results)
    tell(say("comparing"), 0, 0)
    current = ledger.current(period)
    own = current is not None and current.run == results.meta.run_id
    replaces = None if own else current
    confirmed = ledger.confirmations().get(period) if own else None
    state = DRY_RUN
    if not dry_run:
        tell(say("storing"), 0, 0)
        state = ledger.stage(results, policy_text(policy), revise, computed_by=installed_sources(), steps=policy.steps)
    return Outcome(
        results=results,
        state=state,
        revision=(current.revision if own else current.revision + 1) if current is not None else 1,
        published=current if own else None,
        replaces=replaces,
        difference=None if replaces is None else difference(ledger.results(replaces.run), results),
        warnings=(*results.warnings, *told, *failures(results), *outdated(frozen, ledger, confirmed)),
    )


def refuse_idle(policy: Policy, period: Period) -> None:
    """Raise `Refused` where the policy runs nothing in this kind of period."""
    if not policy.formulas(period.kind)[0]:
        raise Refused(
            say("policy {policy} has no formulas for the period {period}", policy=policy.code, period=period),
            remedy=say("It lists them under [formulas.{kind}].", kind=period.kind),
        )


def acceptance(
    snapshots: Path, ledger: Ledger, allow_empty: Collection[str], told: list[str]
) -> Callable[[PreparedRun], None]:
    """Make what a prepared run must pass before it is computed; warnings are added to `told`.

    It raises `Refused` for tables that are likely of another period, and for opening balances that do not fit.
    """

    def accept(run: PreparedRun) -> None:
        _refuse_empty(run, snapshots, ledger, allow_empty)
        told.extend(_compared_balances(run, snapshots, ledger))

    return accept


def _refuse_empty(run: PreparedRun, snapshots: Path, ledger: Ledger, allowed: Collection[str]) -> None:
    """Raise `Refused` for tables paid from that are likely of another period."""
    last, before = _last_month(run.period, snapshots, ledger)
    problems = [problem for problem in refusals(run.snapshot, run.graph, before, last) if problem.where not in allowed]
    if problems:
        problems += of_other_periods(run.snapshot, run.graph)
        raise Refused(
            say("run of {period} refused: {n} table(s) give it no row", period=run.period, n=len(problems)), problems
        )


def _compared_balances(run: PreparedRun, snapshots: Path, ledger: Ledger) -> list[str]:
    """Compare the opening balances with those of the published periods.

    Raises `Refused` for rows that these periods did not read; returns warnings of what cannot be known.
    """
    known = {record.id: record for record in ledger.runs()}
    published = []
    for made in run.snapshot.logical.get("history", {}).get("publications", ()):
        period, record = Period.parse(made["period"]), known.get(made["run"])
        if period.year_start == run.period.year_start:
            frozen = None if record is None else Snapshot.if_here(snapshots, period, record.snapshot)
            holds = {} if record is None else record.holds
            published.append(PublishedBalances.of(period, frozen, holds))
    problems, told = run.balances.compared(published)
    if problems:
        raise Refused(say("run of {period} refused: {n} problem(s)", period=run.period, n=len(problems)), problems)
    return told


def _last_month(period: Period, snapshots: Path, ledger: Ledger) -> tuple[Period | None, dict[str, TableRows]]:
    """Count the rows of each table that the last published month was computed from.

    Nothing where there is none, or its snapshot is not in this workspace.
    """
    if period.kind != MONTH:
        return None, {}
    earlier = [made for made in ledger.publications() if made.period.kind == MONTH and made.period < period]
    if not earlier:
        return None, {}
    last = max(earlier, key=lambda made: (made.period.first_day, made.revision))
    digest = ledger.run(last.run).snapshot
    if not (snapshots / str(last.period) / digest).is_dir():
        return last.period, {}
    frozen = Snapshot.stored(snapshots, last.period, digest)
    counts = {name: rows_of_period(BY_NAME[name], frozen.table(name), last.period) for name in frozen.logical["tables"]}
    counts[RECORD.name] = frozen.counts["dated_in_period"]
    return last.period, {name: TableRows(count, count, count) for name, count in counts.items()}


def _computed(
    frozen: Snapshot,
    policy: Policy,
    holds: Mapping[str, str],
    threads: int | None,
    price: Price | None,
    accept: Callable[[PreparedRun], None],
) -> Results:
    """Compute the results of what was frozen.

    `accept` raises for input that is not to be computed.
    """
    with frozen.verified(parts_by_hash=price is not None):
        return compute(frozen, policy, holds, threads=threads, accept=accept, price=price)


def policy_text(policy: Policy) -> str:
    """Join all files of a policy in one text, from which a later replay can load it.

    They stand in the order of their layers.
    """
    layers = [
        {"file": PurePath(layer.place).name, "institution": layer.institution, "text": layer.text}
        for layer in policy.layers
    ]
    return canonical_json({"code": policy.code, "layers": layers}).decode()


def _reasoned(holds: Mapping[str, str]) -> dict[str, str]:
    """Strip the reasons of holds and check that each has one: a run's id covers them."""
    for institution, reason in holds.items():
        if not reason.strip():
            raise UsageError(
                say("institution {code} is held without a reason", code=institution),
                remedy=say('Write --hold {code} "REASON".', code=institution),
            )
        refuse_unreadable(reason)
    return {institution: reason.strip() for institution, reason in holds.items()}


def outdated(frozen: Snapshot, ledger: Ledger, confirmed: Confirmation | None = None) -> list[str]:
    """List what was published after the snapshot read the year's other periods.

    Later periods that must follow by a revision are told too. `confirmed` is the confirmation of its run, if that is
    the current one.

    The snapshot is what it is, and the run is exact for it; but the year to date (and a settlement's months) that it
    holds are no longer those that are published.
    """
    found = staleness(frozen, ledger.publications_read(frozen.period), ledger.publications(), confirmed)
    told = []
    for month in sorted({*found.added, *found.revised}):
        if month in found.added:
            told.append(
                say(
                    "{month} was published after this snapshot was frozen; to take it in: payengine month {period}",
                    month=month,
                    period=frozen.period,
                )
            )
        else:
            told.append(
                say(
                    "{month} was revised after this snapshot was frozen; to take it in: payengine month {period}",
                    month=month,
                    period=frozen.period,
                )
            )
    if found.later:
        told.append(
            say(
                "{months} is published already: its year to date has to take this in by a revision",
                months=joined(found.later),
            )
        )
    return told


def _silent(_stage: str, _done: int, _total: int) -> None:
    """Ignore progress that nobody watches."""
