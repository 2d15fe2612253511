"""Records of runs, publications and audit entries, as plain values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from payengine.periods import Period

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Publication:
    """A revision of a period: the run that was made visible, and the one before it.

    `reason`, `published_at` (UTC) and `published_by` say why, when and by whom.
    """

    period: Period
    revision: int
    run: str
    previous: str | None
    reason: str
    published_at: str
    published_by: str


@dataclass(frozen=True)
class Confirmation:
    """Confirmation that a published revision has the same results on a later input.

    `run` is the id of the run that gives them, which is not stored; `snapshot`, `policy`, `formulas` and `engine` are
    its digests; `publications` (each with period, revision, run) are those that the snapshot reads.
    """

    publication: Publication
    run: str
    snapshot: str
    policy: str
    formulas: str
    engine: str
    publications: tuple[Mapping[str, Any], ...]
    reason: str


@dataclass(frozen=True)
class RunRecord:
    """A run that stands in the ledger, published or not.

    `snapshot`, `policy` and `formulas` are digests; `holds` gives the reason per institution left out; `counts` are
    the row counts of the register; `digests` name the content of the stored tables. `staged_at` is UTC. `revises` and
    `reason` say what the run was computed to replace (None: it was the period's first). `revision` is the latest one
    that this run was published as (None: never), `current` whether that is the period's current one. `again` tells that
    it is to be published once more: what was corrected is taken back. `ahead` tells that it is meant to be a later
    revision than the current one, or that there is none.
    """

    id: str
    period: Period
    snapshot: str
    policy: str
    formulas: str
    engine: str
    holds: Mapping[str, str]
    counts: Mapping[str, Any]
    digests: Mapping[str, str]
    staged_at: str
    staged_by: str
    revises: str | None
    reason: str
    revision: int | None
    current: bool
    again: bool = False
    ahead: bool = False


@dataclass(frozen=True)
class Acceptance:
    """Acceptance of what was found implausible at a publication.

    `subject` is that of one finding, or '' for all of the kind. `accepted_at` (UTC) and `accepted_by` say when and by
    whom.
    """

    kind: str
    subject: str
    reason: str
    accepted_at: str = ""
    accepted_by: str = ""


@dataclass(frozen=True)
class Published:
    """Outcome of `publish`: the publication, and if it stood there already.

    `head` is the audit chain's head; `warnings` name the checks that it was published without.
    """

    publication: Publication
    already: bool
    head: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class History:
    """Results of the year's other periods that a period's run reads.

    They are those of current revisions, frozen into a snapshot, so that a run reads no ledger. A year of a large county
    has more lines than fit in memory: `rows` reads a table (of `HISTORY_TABLES`) whenever it is called, in the order of
    its columns, and raises `IntegrityBroken` where it is no longer what was published.

    `publications` are the revisions that it is read from, `held` the institutions that these left out, each with its
    reason; `missing` are the months without a revision.
    """

    rows: Callable[[str], Iterator[pa.RecordBatch]]
    publications: tuple[Publication, ...]
    missing: tuple[Period, ...]
    held: Mapping[Period, Mapping[str, str]] = field(default_factory=dict)

    @classmethod
    def of(
        cls, tables: Mapping[str, pa.Table], publications: tuple[Publication, ...], missing: tuple[Period, ...]
    ) -> History:
        """Make a history of tables in memory, in any order; one that is not named has no rows."""

        from batch.snapshot.schemas import HISTORY_TABLES

        def rows(name: str) -> Iterator[pa.RecordBatch]:
            schema = HISTORY_TABLES[name]
            yield from in_order(tables.get(name, schema.empty_table()), schema)

        return cls(rows, publications, missing)

    @property
    def lines(self) -> pa.Table:
        """Pay and statement lines (`schemas.HISTORY`); '' where a column does not apply."""
        from batch.snapshot.schemas import LINES

        return self._table(LINES)

    @property
    def work(self) -> pa.Table:
        """Paid services and points (`schemas.HISTORY_WORK`)."""
        from batch.snapshot.schemas import WORK

        return self._table(WORK)

    @property
    def figures(self) -> pa.Table:
        """Reported figures of institutions and of the whole run (`schemas.HISTORY_FIGURES`)."""
        from batch.snapshot.schemas import FIGURES

        return self._table(FIGURES)

    def _table(self, name: str) -> pa.Table:
        import pyarrow as pa

        from batch.snapshot.schemas import HISTORY_TABLES

        return pa.Table.from_batches(self.rows(name), HISTORY_TABLES[name])


def in_order(table: pa.Table, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """Read rows in the order of all their columns, one period after another."""
    import pyarrow.compute as pc

    for period in sorted(pc.unique(table["period"]).to_pylist()):
        rows = table.filter(pc.equal(table["period"], period)).select(schema.names).cast(schema)
        yield from rows.sort_by([(name, "ascending") for name in schema.names]).to_batches()


@dataclass(frozen=True)
class RunStep:
    """Step of a run before its publication, an objection to it, or the answer to one.

    `number` is that of its entry in the audit chain. `digest` is what was signed: the run, its results and what it
    replaces. `days` is how long an announcement stands, `answers` the number of the objection answered (0: none).
    """

    number: int
    run: str
    step: str
    digest: str
    days: int
    answers: int
    document: str
    reason: str
    made_at: str
    made_by: str


@dataclass(frozen=True)
class Accessed:
    """Run, person or institution that somebody looked at; '' where one does not apply."""

    period: str = ""
    run: str = ""
    institution: str = ""
    staff: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Access:
    """Entry of the log of accesses: who looked at what, when and how."""

    number: int
    accessed_at: str
    accessed_by: str
    action: str
    object: Accessed


@dataclass(frozen=True)
class AuditEntry:
    """One link of the audit chain.

    `hash` is SHA-256 over `previous` and `entry` (canonical JSON), in hex.
    """

    number: int
    entry: str
    previous: str
    hash: str
