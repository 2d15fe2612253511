"""Replay of a run: computed again, and compared row by row with what is stored.

Nothing is taken on trust: the snapshot's values are compared with their digests, the run's id is computed from what is
used, and every table is compared whole. What is only worded, labels and warnings, may be worded anew and is told apart.
Findings, the tables that a source may leave empty and checks of the input stop a run before it is made, never its
replay: what would be refused today is told (`Replayed.doubts`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from batch.compute.added_reports import tables_to_compare
from batch.compute.compute import compute
from batch.compute.run_id import engine_digest, formulas_digest, run_id
from batch.content_digest import canonical_json, text_digest
from batch.ledger.results_mapping import HELD_IN, digests_of
from batch.result_tables import LABEL, RESULT_TABLES, SCALED, ResultTable
from batch.results import Meta, Results
from batch.snapshot.snapshot import Snapshot
from batch.source_texts import Sources, installed_sources
from payengine.errors import IdentityBroken, IntegrityBroken, Problem, Refused, UsageError
from payengine.exact.amounts import decimal_text
from payengine.policy import stored_policy
from payengine.texts import joined, say

MOST_TOLD = 20
CHANGED, ADDED, REMOVED = "changed", "added", "removed"
FORMULAS, ENGINE = "formulas", "engine"
_HEADER = "run"  # where a difference of what the run tells of itself is said to be
_ORDERED = ("run_component", "run_report", "report_line", "department_line")  # number names in the policy's order


@dataclass(frozen=True)
class RowDifference:
    """Row that differs: its table, its key, its other columns as stored and as computed.

    None where the row is not there.
    """

    table: str
    key: Mapping[str, Any]
    stored: Mapping[str, Any] | None
    computed: Mapping[str, Any] | None


@dataclass(frozen=True)
class TableCompared:
    """Comparison of a table: rows stored, computed, differing; labels worded otherwise."""

    name: str
    stored: int
    computed: int
    differing: int = 0
    worded: int = 0


@dataclass(frozen=True)
class SourcesCompared:
    """Comparison of formulas, or of the engine, with what is installed.

    `kept` tells if the texts that made the run are at hand; then `files` gives what became of each that is not the
    same: `changed`, `added` since, `removed` since.
    """

    name: str
    stored: str
    installed: str
    kept: bool
    files: Mapping[str, str]

    @property
    def same(self) -> bool:
        return self.stored == self.installed


@dataclass(frozen=True)
class Replayed:
    """Outcome of a replay.

    `tables` compares every table, `differences` are the first rows that differ, `sources` the formulas and the engine.
    `worded` names the stored tables whose names or their order are not the same, though no figure differs. `doubts` are
    the problems for which this program would refuse such a run today, `added` the reports that it makes and the run's
    code did not.
    `policy_differs` tells that other code gives the policy another digest: its text is the one that the chain names.
    """

    meta: Meta
    tables: Sequence[TableCompared]
    differences: Sequence[RowDifference]
    sources: Sequence[SourcesCompared]
    worded: Sequence[str]
    warnings_differ: bool
    policy_differs: bool
    doubts: Sequence[Problem] = ()
    added: Sequence[str] = ()

    @property
    def differing(self) -> int:
        """Number of rows that differ, and of statements of the run about itself."""
        of_run = sum(one.table == _HEADER for one in self.differences)
        return of_run + sum(table.differing for table in self.tables)

    @property
    def same_code(self) -> bool:
        """True if formulas and engine are those that made the run."""
        return all(one.same for one in self.sources)

    def require_identical(self) -> None:
        """Raise `IdentityBroken` with the first differences and the changed source files."""
        if not self.differing:
            return
        remedy = say("Formulas and engine are those that made the run. Keep ledger and snapshot and report it.")
        if not self.same_code:
            remedy = say("The version of payengine that made the run computes what it stored: replay it with that one.")
        raise IdentityBroken(
            say("run {run} of {period} computed again is not what is stored: {n} difference(s)",
                run=self.meta.run_id[:12], period=self.meta.period, n=self.differing),
            [*self._first(), *self._files()],
            remedy=remedy,
        )  # fmt: skip

    def _first(self) -> Iterator[Problem]:
        """Tell the first differences of every table, so few that what follows is printed too."""
        found: dict[str, list[RowDifference]] = {}
        for one in self.differences:
            found.setdefault(one.table, []).append(one)
        counts = {table.name: table.differing for table in self.tables}
        most = max(2, MOST_TOLD // max(1, len(found)))
        for name, rows in found.items():
            yield from map(_told, rows[:most])
            left = counts.get(name, len(rows)) - len(rows[:most])
            if left:
                yield Problem(say("... and {n} more", n=f"{left:,}"), name)

    def _files(self) -> Iterator[Problem]:
        for one in self.sources:
            if not one.same and not one.kept:
                yield Problem(say("not those that made the run, whose texts were not kept"), one.name)
            for path, state in one.files.items():
                yield Problem(state_words(state), one.name, column=path)


def replay(
    snapshot: Snapshot, policy: str, stored: Results, digests: Mapping[str, str],
    kept: Mapping[str, Sources | None], is_chained: bool, threads: int | None = None,
) -> Replayed:  # fmt: skip
    """Compute a run again and compare it with what is stored.

    `policy` is the kept text of its policy, `digests` are those of its stored tables, `kept` the sources that made it
    by their digests; `is_chained` tells that the audit chain names the policy's text. `IntegrityBroken` where the
    snapshot is not what was frozen, or the run's id does not follow from its contents; `IdentityBroken` where this
    program refuses to compute it. What differs is no error here: see `require_identical`.
    """
    meta = stored.meta
    require_own_id(meta)
    doubts: list[Problem] = []
    try:
        with snapshot.verified():
            computed = compute(snapshot, stored_policy(policy), meta.holds, threads=threads, doubts=doubts)
    except (Refused, UsageError) as error:
        raise IdentityBroken(
            say("run {run} of {period} cannot be computed again: {why}",
                run=meta.run_id[:12], period=meta.period, why=error.what),
            error.problems,
            remedy=say("This payengine refuses what the run was made from: replay it with the version that made it."),
        ) from error  # fmt: skip
    return replace(compared(stored, computed, digests, kept, is_chained), doubts=tuple(doubts))


def require_own_id(meta: Meta) -> None:
    """Raise `IntegrityBroken` unless a run's id follows from what it says it was made from."""
    contents = {
        "period": str(meta.period), "holds": dict(meta.holds), "snapshot": meta.snapshot_digest,
        "policy": meta.policy_digest, "formulas": meta.formulas_digest, "engine": meta.engine_digest,
    }  # fmt: skip
    if run_id(contents) != meta.run_id:
        raise IntegrityBroken(
            say("the id of run {run} does not follow from what it was made from", run=meta.run_id[:12]),
            remedy=say("Keep it as it is for examination, and restore a copy from before the change."),
        )


def compared(
    stored: Results, computed: Results, digests: Mapping[str, str], kept: Mapping[str, Sources | None],
    is_chained: bool,
) -> Replayed:  # fmt: skip
    """Compare all tables and digests of results that were stored with those computed now."""
    sources = _compared_sources(stored.meta, kept)
    before, (after, added) = stored.tables(), tables_to_compare(stored, computed)
    same_code = all(one.same for one in sources)
    found: list[RowDifference] = list(_compared_meta(stored.meta, computed.meta, same_code, is_chained))
    tables = []
    for name, described in RESULT_TABLES.items():
        if HELD_IN[name] not in digests and not before[name].num_rows:
            continue  # the run is older than the table
        table, rows = compare_table(described, before[name], after[name])
        tables.append(table)
        found += rows
    told = digests_of(computed)
    other = [name for name in told if digests.get(name) not in (told[name], None)]
    if not found:  # rows are equal: only names and their order may give other digests
        strange = [name for name in other if name not in _ORDERED]
        found += [RowDifference(_HEADER, {"digest": name}, {"digest": digests[name]}, {"digest": told[name]})
                  for name in strange]  # fmt: skip
    worded = [name for name in other if name in _ORDERED] if not found else []
    return Replayed(
        stored.meta, tables, found, sources, worded,
        warnings_differ=list(stored.meta.warnings) != list(computed.meta.warnings),
        policy_differs=stored.meta.policy_digest != computed.meta.policy_digest, added=added,
    )  # fmt: skip


def compare_table(
    described: ResultTable, stored: pa.Table, computed: pa.Table
) -> tuple[TableCompared, list[RowDifference]]:
    """Compare a table row by row; returns the first rows that differ.

    Labels do not make a row another.
    """
    key = list(described.key)
    counted = TableCompared(described.name, stored.num_rows, computed.num_rows)
    columns = [column.name for column in described.columns if column.kind != LABEL]
    order = [(name, "ascending") for name in key]
    one, other = (table.combine_chunks().sort_by(order) for table in (stored, computed))
    if one.select(columns).equals(other.select(columns)):
        labels = [column.name for column in described.columns if column.kind == LABEL]
        worded = sum(pc.sum(pc.not_equal(one[name], other[name])).as_py() or 0 for name in labels)
        return TableCompared(described.name, one.num_rows, other.num_rows, 0, worded), []
    values = [name for name in columns if name not in key]
    sides = []
    for table, mark in ((one, "stored"), (other, "computed")):
        side = table.select([*key, *values]).rename_columns([*key, *(f"{mark} {name}" for name in values)])
        sides.append(side.append_column(mark, pa.repeat(pa.scalar(True), side.num_rows)))
    both = sides[0].join(sides[1], key, join_type="full outer")
    same = pc.fill_null(pc.and_(both["stored"], both["computed"]), False)
    for name in values:
        same = pc.and_(same, pc.fill_null(pc.equal(both[f"stored {name}"], both[f"computed {name}"]), False))
    differing = both.filter(pc.invert(same)).sort_by(order)
    if not differing.num_rows:  # a key stands twice, which no table of ours has
        counts = [{"rows": table.num_rows} for table in (one, other)]
        return _counted(counted, 1), [RowDifference(described.name, {}, *counts)]
    rows = [
        RowDifference(
            described.name,
            {name: row[name] for name in key},
            *(_side(row, mark, values) for mark in ("stored", "computed")),
        )
        for row in differing.slice(0, MOST_TOLD).to_pylist()
    ]
    return _counted(counted, differing.num_rows), rows


def _side(row: Mapping[str, Any], mark: str, values: Sequence[str]) -> dict[str, Any] | None:
    return {name: row[f"{mark} {name}"] for name in values} if row[mark] else None


def _counted(table: TableCompared, differing: int) -> TableCompared:
    return TableCompared(table.name, table.stored, table.computed, differing)


def _compared_meta(stored: Meta, computed: Meta, same_code: bool, is_chained: bool) -> Iterator[RowDifference]:
    """Compare what a run tells of itself: counts of records, empty tables, digests."""
    names = ["snapshot_digest", "illustrative", "empty_tables"]
    if same_code:
        names.append("run_id")
    if same_code or not is_chained:  # other code may state the same text otherwise: then the chain must name the text
        names.append("policy_digest")
    pairs = {name: (_plain(getattr(stored, name)), _plain(getattr(computed, name))) for name in names}
    for name in sorted({*stored.counts, *computed.counts}):
        pairs[f"counts.{name}"] = _plain(stored.counts.get(name)), _plain(computed.counts.get(name))
    for name, (one, other) in pairs.items():
        if one != other:
            yield RowDifference(_HEADER, {"column": name}, {name: one}, {name: other})


def _plain(value: object) -> object:
    """Make a value what a ledger's JSON gives back of it."""
    return json.loads(canonical_json(value))


def _compared_sources(meta: Meta, kept: Mapping[str, Sources | None]) -> list[SourcesCompared]:
    installed = installed_sources()
    found = []
    for name, stored, here in (
        (FORMULAS, meta.formulas_digest, formulas_digest()), (ENGINE, meta.engine_digest, engine_digest())
    ):  # fmt: skip
        texts = kept.get(stored)
        files = {} if texts is None or stored == here else _changed_files(texts, installed[here])
        found.append(SourcesCompared(name, stored, here, texts is not None, files))
    return found


def _changed_files(before: Sources, after: Sources) -> dict[str, str]:
    files = {}
    for path in sorted({*before, *after}):
        if path not in after:
            files[path] = REMOVED
        elif path not in before:
            files[path] = ADDED
        elif text_digest(before[path]) != text_digest(after[path]):
            files[path] = CHANGED
    return files


def state_words(state: str) -> str:
    """Say what became of a source file since the run."""
    return {
        CHANGED: say("changed since the run"), ADDED: say("added since the run"), REMOVED: say("removed since the run")
    }[state]  # fmt: skip


def _told(row: RowDifference) -> Problem:
    stored, computed = _values(row, row.stored), _values(row, row.computed)
    what = say("stored {stored}, computed {computed}", stored=stored, computed=computed)
    return Problem(what, row.table, column=" ".join(str(part) for part in row.key.values() if part not in ("", None)))


def _values(row: RowDifference, values: Mapping[str, Any] | None) -> str:
    """Write a row's values: money in yuan, points and figures with their decimals."""
    if values is None:
        return say("no such row")
    described = RESULT_TABLES.get(row.table)
    if described is None or "rows" in values:
        return joined(map(str, values.values()))
    told = []
    for name, value in values.items():
        column = described[name]
        if column.decimals is not None:
            value = decimal_text(value, column.decimals[1])
        elif column.kind == SCALED:
            value = decimal_text(value, values["scale"])
        if name not in ("scale", "unit") and value != "":
            told.append(str(value))
    return " ".join(told)
