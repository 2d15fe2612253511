"""Material of the checks: snapshot, run, policy, and what the last periods published."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pyarrow as pa

from batch.findings.kinds import Rules
from batch.ledger import Confirmation, Ledger, Publication, RunRecord
from batch.ledger.monthly_sums import RunSums
from batch.snapshot.snapshot import Snapshot
from payengine.errors import IntegrityBroken, Refused, UsageError
from payengine.periods import MONTH, Period
from payengine.policy import Policy, stored_policy

MOST_PERIODS = 6  # published periods that a figure is compared with: half a year, so that a season does not stand out


@dataclass(frozen=True)
class Past:
    """One of the last published periods: rows of its tables, and its sums.

    There are no rows where its snapshot is not here. `run` is its current run. Before the period has a run of its own,
    which all sums would be compared with, `sums` are of services only.
    """

    period: Period
    rows: Mapping[str, int]
    sums: RunSums
    snapshot: Snapshot | None = None
    run: str = ""

    @cached_property
    def _tables(self) -> dict[str, pa.Table | None]:
        return {}

    def table(self, name: str) -> pa.Table | None:
        """Read a table of its snapshot, once; None where it is not here or is not what was frozen."""
        if name not in self._tables:
            self._tables[name] = None
            if self.snapshot is not None:
                with suppress(IntegrityBroken):
                    self.snapshot.verify_tables(name)
                    self._tables[name] = self.snapshot.table(name)
        return self._tables[name]


@dataclass(frozen=True)
class Material:
    """All that the checks look at.

    `sums` is None before there is a run, `snapshot` where it is not here. `past` are the last published periods of the
    same kind, the oldest first; `last_policy` that of the latest of them.
    """

    period: Period
    policy: Policy
    snapshot: Snapshot | None
    sums: RunSums | None = None  # of the run
    past: tuple[Past, ...] = ()
    last_policy: Policy | None = None
    # Published months of the year before the period, with their snapshots, as far as they are here.
    earlier: tuple[tuple[Period, Snapshot], ...] = ()
    lost: tuple[tuple[str, str, list[str]], ...] = ()  # of the run: `Ledger.lost_components` against `lately`
    publications: tuple[Publication, ...] = ()  # all current ones
    read_now: tuple[Publication, ...] = ()  # what a freeze of the period would read
    is_published: bool = False  # the run is the period's current one
    confirmed: Confirmation | None = None  # of the run, if it is the current one: the latest
    held: Mapping[str, str] = field(default_factory=dict)  # institutions that the run leaves out, with the reason
    today: Policy | None = None  # policy of the moment, whose rules for findings count beside those of `policy`

    @cached_property
    def rules(self) -> Rules:
        return Rules(self.policy, self.period.last_day, self.today)

    def called(self, table: str, name: str) -> str:
        """Write a name of a table as the clerk knows it: its label in the policy, with the code."""
        from batch.compute.name_words import name_words  # not before it is needed: a freeze imports nothing of a run

        return name_words(self.policy, table, name)

    @property
    def lately(self) -> tuple[Past, ...]:
        """Last two published periods, by which a person's components are known."""
        return self.past[-2:]

    @cached_property
    def _tables(self) -> dict[str, pa.Table]:
        return {}

    def table(self, name: str) -> pa.Table:
        """Read a table of the snapshot, once."""
        assert self.snapshot is not None
        if name not in self._tables:
            self._tables[name] = self.snapshot.table(name)
        return self._tables[name]


def gather(
    period: Period, policy: Policy, snapshot: Snapshot | None, run: RunRecord | None, ledger: Ledger, snapshots: Path,
    today: Policy | None = None,
) -> Material:  # fmt: skip
    """Gather the material of a period's checks from ledger and snapshots.

    `run` is of the snapshot; None if there is none yet. `today` is the policy of the moment beside the run's own.
    """
    current = {made.period: made for made in ledger.publications()}
    before = [made for each, made in sorted(current.items()) if each.kind == period.kind and each < period]
    latest = before[-MOST_PERIODS:]
    records = {record.id: record for record in ledger.runs()} if latest else {}
    last = records.get(latest[-1].run) if latest else None
    past = tuple(
        _past(made, records[made.run], ledger, snapshots, only_services=run is None)
        for made in latest if made.run in records
    )  # fmt: skip
    known = {one.period: one.snapshot for one in past}
    year = [made for made in before if period.kind == MONTH and made.period.year_start == period.year_start]
    opened = [
        (made.period, known[made.period] if made.period in known else _at_hand(made, records, snapshots))
        for made in year
    ]
    runs = [one.run for one in past[-2:]]
    return Material(
        period=period,
        policy=policy,
        snapshot=snapshot,
        sums=None if run is None else ledger.sums(run.id),
        past=past,
        earlier=tuple((month, snapshot) for month, snapshot in opened if snapshot is not None),
        lost=() if run is None or not runs else tuple(ledger.lost_components(run.id, runs)),
        last_policy=None if last is None else _policy_of(last, ledger),
        publications=tuple(current.values()),
        read_now=tuple(ledger.publications_read(period)),
        is_published=run is not None and run.current,
        confirmed=ledger.confirmations().get(period) if run is not None and run.current else None,
        held={} if run is None else run.holds,
        today=today,
    )


def _past(
    made: Publication, record: RunRecord, ledger: Ledger, snapshots: Path, *, only_services: bool
) -> Past:  # fmt: skip
    snapshot = _at_hand(made, {record.id: record}, snapshots)
    noted = {} if snapshot is None else snapshot.table_rows
    rows = {name: counts.of_period for name, counts in noted.items()}
    return Past(made.period, rows, ledger.sums(record.id, only_services=only_services), snapshot, record.id)


def _at_hand(made: Publication, records: Mapping[str, RunRecord], snapshots: Path) -> Snapshot | None:
    """Open a publication's snapshot; None where it is missing, damaged or unreadable."""
    record = records.get(made.run)
    return None if record is None else Snapshot.if_sound(snapshots, made.period, record.snapshot)


def _policy_of(record: RunRecord, ledger: Ledger) -> Policy | None:
    """Load the policy that a run was made by; None where this program reads its text no more."""
    try:
        return stored_policy(ledger.policy_text(record.policy))
    except (Refused, UsageError, ValueError, KeyError, TypeError, AttributeError):
        return None
