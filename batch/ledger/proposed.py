"""Ledger as it would be if computed results were published: for reading only.

A revision of a month changes what later months read. So that its whole effect can be seen before anything is
published, proposed results stand here in the place of the current revisions, in memory, in the form in which the
stored ones are read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from batch.ledger.ledger import Ledger
from batch.ledger.records import Confirmation, Publication, RunRecord
from payengine.periods import Period

if TYPE_CHECKING:
    import pyarrow as pa

    from batch.results import Results


class ProposedLedger(Ledger):
    """Ledger with proposed revisions over those of another, whose database it reads."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(ledger._database, ledger.exists)
        self._records: dict[Period, RunRecord] = {}

    def propose(self, results: Results, reason: str) -> Publication:
        """Let a run's results stand for the next revision of its period."""
        from batch.ledger.history import Given

        meta = results.meta
        current = super().current(meta.period)
        made = Publication(
            period=meta.period,
            revision=self.next_revision(meta.period),
            run=meta.run_id,
            previous=None if current is None else current.run,
            reason=reason,
            published_at="",
            published_by="",
        )
        self._proposed[meta.period] = Given.of(ComputedRun(results), made)
        self._records[meta.period] = RunRecord(
            id=meta.run_id,
            period=meta.period,
            snapshot=meta.snapshot_digest,
            policy=meta.policy_digest,
            formulas=meta.formulas_digest,
            engine=meta.engine_digest,
            holds=dict(meta.holds),
            counts=dict(meta.counts),
            digests={},
            staged_at="",
            staged_by="",
            revises=made.previous,
            reason=reason,
            revision=made.revision,
            current=True,
        )
        return made

    def current(self, period: Period) -> Publication | None:
        """Find the proposed revision of a period, else the one in force, or None."""
        given = self._proposed.get(period)
        return super().current(period) if given is None else given.made

    def publications(self, period: Period | None = None) -> list[Publication]:
        """List all revisions (of a period), the proposed ones too, by period and revision."""
        more = [given.made for each, given in self._proposed.items() if period in (None, each)]
        return sorted([*super().publications(period), *more], key=lambda made: (str(made.period), made.revision))

    def runs(self, period: Period | None = None) -> list[RunRecord]:
        """List the runs (of a period); of a proposed revision only its own run is current."""
        more = [record for each, record in self._records.items() if period in (None, each)]
        proposed = {record.id for record in more}
        found = [
            replace(record, current=record.current and record.period not in self._records)
            for record in super().runs(period)
            if record.id not in proposed
        ]
        return sorted([*found, *more], key=lambda record: str(record.period))

    def confirmations(self) -> dict[Period, Confirmation]:
        """Find the confirmations of the current revisions that no proposal replaces."""
        return {each: one for each, one in super().confirmations().items() if each not in self._proposed}


class ComputedRun:
    """Results in memory, read as a stored run is."""

    def __init__(self, results: Results) -> None:
        from batch.ledger.results_mapping import header_of, tables_of

        self.header: dict[str, Any] = header_of(results)
        self._tables = tables_of(results)

    def batches(self, name: str) -> Iterator[pa.RecordBatch]:
        """Give a table's rows in the order of its key."""
        from batch.ledger.run_tables import batches_of

        return batches_of(self._tables[name])

    def table(self, name: str) -> pa.Table:
        """Give a whole table."""
        return self._tables[name]
