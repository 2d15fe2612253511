"""Material of sheets: a run's results with what stands around them.

Makers of sheets read this and nothing else. It is the same whatever sheets are asked for; what is costly to read is
read when the first sheet asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from batch.reports.register import Names
from batch.reports.selected_rows import only
from payengine.periods import MONTH
from payengine.texts import say

if TYPE_CHECKING:
    import pyarrow as pa

    from batch.findings.finding import Finding
    from batch.ledger import PaymentSheet, Publication, Standing
    from batch.payments.settling import Key
    from batch.results import Meta, Results
    from batch.snapshot.snapshot import Snapshot
    from payengine.periods import Period
    from payengine.policy import Policy


@dataclass(frozen=True)
class NoSheet:
    """Reason why a run has no such sheet, as a sentence for the user."""

    why: str


@dataclass(frozen=True)
class ItemLine:
    """Paid work of one item by an engagement; staff and first day are '' of own work.

    `services` are paid rows, refunds apart; `refunds` rows that take back. `quantity_e6` is quantity x share in
    millionths; `points_e14` the exact points in units of 10**-14.
    """

    institution: str
    staff: str
    engagement_from: str
    category: str
    item: str
    item_name: str
    equivalents_e4: int
    difficulty_e4: int
    services: int
    refunds: int
    quantity_e6: int
    points_e14: int


@dataclass(frozen=True)
class RejectedLine:
    """Row of a service record that is not paid; never its patient.

    `day` is a day number (as in `payengine.periods`); None where the run's snapshot is not here.
    """

    record_id: str
    staff: str
    institution: str
    item: str
    item_name: str
    day: int | None
    quantity_e2: int | None
    reason: str


@dataclass(frozen=True)
class Readers:
    """Functions that read what is costly, each at most once a workbook; of the whole run.

    published: the current revision of another period, None where that is not published; payments: of the run's period,
    not discarded, oldest first; findings: of the check, None where it cannot be made; items: paid work by item and
    rejected: rows not paid, of an institution ('' for all), in the order of institutions and staff; person_months: of
    a month's institutions, in ten-thousandths. The last three are None where the run's snapshot is not here.

    outstanding: what `pay` would pay of the period and those before it, None where it is not published; publications:
    of all periods; lines: the tables of pay and statements of a run, by its id; names: of the institutions and persons
    of amounts; standing: the run's steps before its publication; has_paid: if anything was ever paid from this ledger.
    """

    published: Callable[[Period], Results | None] = lambda period: None
    payments: Callable[[], Sequence[PaymentSheet]] = tuple
    findings: Callable[[], Sequence[Finding] | None] = lambda: None
    items: Callable[[str], Iterable[ItemLine] | None] = lambda institution: None
    rejected: Callable[[str], Iterable[RejectedLine] | None] = lambda institution: None
    person_months: Callable[[], Mapping[str, int] | None] = lambda: None
    outstanding: Callable[[], PaymentSheet | None] = lambda: None
    publications: Callable[[], Sequence[Publication]] = tuple
    lines: Callable[[str], Sequence[pa.Table]] = lambda run: ()
    names: Callable[[Iterable[Key]], Names] = lambda keys: Names()
    standing: Callable[[], Standing | None] = lambda: None
    has_paid: Callable[[], bool] = lambda: False


@dataclass(frozen=True)
class SheetMaterial:
    """Results of a run, its snapshot, the ledger around it.

    results: of the run, or of one institution of it (`institution` names it, '' means all; see `of`); names: of codes;
    revision: as which the run was published, None for a draft; is_current: it is the period's current revision.
    snapshot: what the run was computed from, None where it is not in this workspace. policy: by which it was computed,
    None where it cannot be read any more. earlier: the last published period of the same kind before this one, None
    for the first.
    """

    results: Results
    names: Names
    revision: int | None = None
    is_current: bool = False
    snapshot: Snapshot | None = None
    policy: Policy | None = None
    earlier: Period | None = None
    readers: Readers = field(default_factory=Readers)
    institution: str = ""
    _tables: dict[str, pa.Table] = field(default_factory=dict, repr=False, compare=False)

    @property
    def meta(self) -> Meta:
        return self.results.meta

    @property
    def is_draft(self) -> bool:
        return self.revision is None

    def table(self, name: str) -> pa.Table | None:
        """Read a reference table of the run's snapshot; None where it is not here.

        Of one institution's material: its rows alone, where the table has a column `institution`.
        """
        if self.snapshot is None:
            return None
        if name not in self._tables:
            self.snapshot.verify_tables(name)
            self._tables[name] = self.snapshot.table(name)
        table = self._tables[name]
        if self.institution and "institution" in table.column_names:
            return only(table, institution=self.institution)
        return table

    def published(self, period: Period) -> Results | None:
        """Read the current revision of another period; None where it is not published."""
        found = self.readers.published(period)
        return of_institution(found, self.institution) if found is not None and self.institution else found

    def payments(self) -> Sequence[PaymentSheet]:
        """Read the payments of the run's period that are not discarded, oldest first.

        Each has the lines of all periods and institutions that it pays.
        """
        return self.readers.payments()

    def findings(self) -> Sequence[Finding] | None:
        """Read what the check of the whole period finds; None where it cannot be made."""
        return self.readers.findings()

    def items(self) -> Iterable[ItemLine] | None:
        """Read paid work by item, institutions in order; None without the snapshot."""
        return self.readers.items(self.institution)

    def rejected(self) -> Iterable[RejectedLine] | None:
        """Read the rows that are not paid, institutions in order; None without the snapshot."""
        return self.readers.rejected(self.institution)

    def person_months(self) -> Mapping[str, int] | None:
        """Read institutions' person-months in ten-thousandths; None where not known."""
        return self.readers.person_months()

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """Labels of the run's components."""
        rows = self.results.components
        return dict(zip(rows["component"].to_pylist(), rows["label"].to_pylist(), strict=True))

    @cached_property
    def subtitle(self) -> str:
        """Period, policy and institution, as they stand under a sheet's title."""
        meta = self.meta
        policy = " ".join(dict.fromkeys(part for part in (meta.policy_code, meta.policy_title) if part))
        told = [say("Period: {period}", period=meta.period), say("Policy: {policy}", policy=policy) if policy else ""]
        if self.institution:
            told.append(say("Institution: {institution}", institution=self.named(self.institution)))
        return "    ".join(text for text in told if text)

    def named(self, institution: str) -> str:
        """Write an institution's name with its code."""
        name = self.names.institutions.get(institution, "")
        return f"{name} ({institution})" if name else institution

    def of(self, institution: str) -> SheetMaterial:
        """Take the material of one institution, without figures of the whole run."""
        return replace(self, results=of_institution(self.results, institution), institution=institution)


def of_institution(results: Results, institution: str) -> Results:
    """Take an institution's rows of results.

    Figures of the whole run are left out, but for what describes checks.
    """
    import pyarrow.compute as pc

    from batch.report_names import PREFIX

    kept = {}
    for name, table in results.tables().items():
        if "institution" not in table.column_names:
            continue
        own = pc.equal(table["institution"], institution)
        if name == "reports":
            own = pc.or_(own, pc.and_(pc.equal(table["level"], "consortium"), pc.starts_with(table["name"], PREFIX)))
        kept[name] = table.filter(own)
    holds = {code: why for code, why in results.meta.holds.items() if code == institution}
    return replace(results, meta=replace(results.meta, holds=holds), **kept)


def signatures() -> tuple[str, ...]:
    """Words of the usual signature line."""
    return (say("Prepared by"), say("Checked by"), say("Reviewed by"), say("Person in charge"))


def yuan_unit() -> str:
    """Unit of a sheet whose amounts are in yuan."""
    return say("Unit: yuan")


def without_records(material: SheetMaterial) -> NoSheet | None:
    """Give the reason why a settlement has no sheet of records; None for a month."""
    if material.meta.period.kind == MONTH:
        return None
    return NoSheet(say("a settlement reads no records: its months have this sheet"))
