"""Difference of two runs: pay, statements and work, by institution and by person.

Everything is reconciled: lines, persons, components and institutions each add up to the change of the whole, to the
fen, or there is no difference but an error.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from batch.result_tables import LABEL, RESULT_TABLES, ResultTable
from payengine.errors import IdentityBroken, Problem
from payengine.exact.amounts import decimal_text
from payengine.texts import say

if TYPE_CHECKING:
    from batch.results import Results

INPUTS = ("snapshot", "policy", "formulas", "engine", "holds")  # what a run is made of, besides its period
PERSON = ("institution", "staff")
WORK = ("services", "points_micro")


@dataclass(frozen=True)
class Difference:
    """Changes of pay, statements and work from one run to another, in the order of the keys.

    All tables but `work` end with before_fen, after_fen, change_fen (int64):
    `lines` (institution, staff, engagement_from, component, funding); `staff` (institution, staff): everyone of whom a
    line changed, with all that they are paid; `institutions` (institution) and `components` (component, funding):
    likewise; `statements` (institution, component, funding). `staff_work` (institution, staff; '' for the
    institution's own work) has these three of `services` and of `points_micro`, where one of both changed; `work`
    (institution) likewise, with all the work of an institution where anybody's changed. `before_fen` and `after_fen`
    are all pay of each run, `statements_before_fen` and `statements_after_fen` all statement lines. `inputs` names what
    the runs were not alike in.
    """

    inputs: tuple[str, ...]
    lines: pa.Table
    staff: pa.Table
    institutions: pa.Table
    components: pa.Table
    statements: pa.Table
    staff_work: pa.Table
    work: pa.Table
    before_fen: int
    after_fen: int
    statements_before_fen: int
    statements_after_fen: int

    @property
    def empty(self) -> bool:
        """True if every amount is the same."""
        return not len(self.lines) and not len(self.statements)

    @property
    def change_fen(self) -> int:
        """Change of all pay together, in fen."""
        return self.after_fen - self.before_fen

    @property
    def statement_change_fen(self) -> int:
        """Change of all statement lines together, in fen."""
        return self.statements_after_fen - self.statements_before_fen


@dataclass(frozen=True)
class ComponentChange:
    """Change of a component of one person from one source of funding, in fen."""

    component: str
    funding: str
    before_fen: int
    after_fen: int

    @property
    def change_fen(self) -> int:
        return self.after_fen - self.before_fen


@dataclass(frozen=True)
class PersonChange:
    """Change of a person's pay at one institution, with the components that changed, in fen."""

    institution: str
    staff: str
    before_fen: int
    after_fen: int
    components: tuple[ComponentChange, ...]

    @property
    def change_fen(self) -> int:
        return self.after_fen - self.before_fen


def difference(before: Results, after: Results) -> Difference:
    """Compare the results `after` with those `before`; `IdentityBroken` if they do not add up."""
    lines = _changed(before.pay_lines, after.pay_lines, list(RESULT_TABLES["pay_lines"].key))
    work = _work(before.workload, after.workload, PERSON)
    staff_work = work.filter(pc.or_(*(pc.not_equal(work[f"{column}_change"], 0) for column in WORK)))
    of_institutions = _work(before.workload, after.workload, PERSON[:1])
    found = Difference(
        inputs=tuple(name for name in INPUTS if _input(before, name) != _input(after, name)),
        lines=lines,
        staff=_totals(before.pay_lines, after.pay_lines, lines, list(PERSON)),
        institutions=_totals(before.pay_lines, after.pay_lines, lines, ["institution"]),
        components=_totals(before.pay_lines, after.pay_lines, lines, ["component", "funding"]),
        statements=_changed(before.statement_lines, after.statement_lines, list(RESULT_TABLES["statement_lines"].key)),
        staff_work=staff_work,
        work=of_institutions.filter(
            pc.is_in(of_institutions["institution"], value_set=pc.unique(staff_work["institution"]))
        ),
        before_fen=total(before.pay_lines, "amount_fen"),
        after_fen=total(after.pay_lines, "amount_fen"),
        statements_before_fen=total(before.statement_lines, "amount_fen"),
        statements_after_fen=total(after.statement_lines, "amount_fen"),
    )
    problems = list(_unreconciled(found, before, after))
    if problems:
        raise IdentityBroken(
            say("the difference of two runs does not add up"), problems,
            remedy=say("The runs stand as they are. Keep the ledger and report it."),
        )  # fmt: skip
    return found


def total(table: pa.Table, column: str) -> int:
    """Add up a column of a table; 0 where it has no rows."""
    return int(pc.sum(table[column]).as_py() or 0)


def largest_first(table: pa.Table, *keys: str) -> pa.Table:
    """Sort changes by their absolute size, the largest first, then by the keys' bytes."""
    sized = table.append_column("size", pc.abs_checked(table["change_fen"]))
    order = [("size", "descending"), *((key, "ascending") for key in keys)]
    return table.take(pc.sort_indices(sized, sort_keys=order))


def persons(found: Difference, first: int | None = None) -> list[PersonChange]:
    """List the persons whose pay changed, the largest change first, only the `first` if said.

    A person's components are sorted likewise.
    """
    chosen = largest_first(found.staff, *PERSON).slice(0, first)
    lines = found.lines
    if first is not None:  # a few of thousands
        lines = lines.filter(pc.is_in(_joined(lines, PERSON), value_set=pc.unique(_joined(chosen, PERSON))))
    own: dict[tuple[str, str], list[ComponentChange]] = {}
    keys = [*PERSON, "component", "funding"]
    summed = lines.group_by(keys, use_threads=False).aggregate([("before_fen", "sum"), ("after_fen", "sum")])
    for row in summed.sort_by([(key, "ascending") for key in keys]).to_pylist():
        one = ComponentChange(row["component"], row["funding"], row["before_fen_sum"], row["after_fen_sum"])
        own.setdefault((row["institution"], row["staff"]), []).append(one)
    return [
        PersonChange(
            row["institution"], row["staff"], row["before_fen"], row["after_fen"],
            tuple(sorted(own[row["institution"], row["staff"]], key=lambda one: -abs(one.change_fen))),
        )
        for row in chosen.to_pylist()
    ]  # fmt: skip


def changed_tables(before: Results, after: Results) -> tuple[str, ...]:
    """List the tables of results that differ, labels apart; empty for equal results.

    Institutions that were held count among them: a run says of them that they are neither paid nor settled.
    """
    found = ["holds"] if _input(before, "holds") != _input(after, "holds") else []
    return (*found, *(name for name, table in RESULT_TABLES.items() if not _same_rows(table, before, after)))


def _same_rows(described: ResultTable, before: Results, after: Results) -> bool:
    columns = [column.name for column in described.columns if column.kind != LABEL]
    order = [(name, "ascending") for name in described.key]
    one, other = (getattr(each, described.name).select(columns).sort_by(order) for each in (before, after))
    return bool(one.equals(other))


def _input(results: Results, name: str) -> object:
    if name == "holds":
        return dict(results.meta.holds)
    return getattr(results.meta, f"{name}_digest")


def _unreconciled(found: Difference, before: Results, after: Results) -> Iterator[Problem]:
    """List the tables of a difference whose changes do not add up to those of the whole."""
    whole = found.change_fen
    for name in ("lines", "staff", "institutions", "components"):
        yield from _unequal(name, total(getattr(found, name), "change_fen"), whole, 2)
    yield from _unequal("statements", total(found.statements, "change_fen"), found.statement_change_fen, 2)
    for column, scale in zip(WORK, (0, 6), strict=True):
        work = total(after.workload, column) - total(before.workload, column)
        for name in ("work", "staff_work"):
            yield from _unequal(name, total(getattr(found, name), f"{column}_change"), work, scale)
    of_persons = found.staff.group_by("institution", use_threads=False).aggregate([("change_fen", "sum")])
    summed = dict(zip(of_persons["institution"].to_pylist(), of_persons["change_fen_sum"].to_pylist(), strict=True))
    told = dict(zip(*(found.institutions[name].to_pylist() for name in ("institution", "change_fen")), strict=True))
    for institution in sorted({*summed, *told}):
        yield from _unequal(institution, summed.get(institution, 0), told.get(institution, 0), 2)


def _unequal(where: str, summed: int, whole: int, scale: int) -> Iterator[Problem]:
    if summed != whole:
        what = say("adds up to {sum}, and the whole changed by {whole}",
                   sum=decimal_text(summed, scale), whole=decimal_text(whole, scale))  # fmt: skip
        yield Problem(what, where)


def _changed(before: pa.Table, after: pa.Table, keys: list[str]) -> pa.Table:
    """Select the keys whose amount is not the same in both."""
    both = _beside(before, after, keys)
    return both.filter(pc.not_equal(both["before_fen"], both["after_fen"]))


def _totals(before: pa.Table, after: pa.Table, lines: pa.Table, keys: list[str]) -> pa.Table:
    """Sum by `keys` for whom a line changed, also where the changes cancel out."""
    both = _beside(before, after, keys)
    return both.filter(pc.is_in(_joined(both, keys), value_set=pc.unique(_joined(lines, keys))))


def _beside(before: pa.Table, after: pa.Table, keys: list[str]) -> pa.Table:
    """Join the amounts of both by `keys`, in byte order; a missing one is zero."""
    sides = []
    for table, own, other in ((before, "before_fen", "after_fen"), (after, "after_fen", "before_fen")):
        amounts = table.select(keys).append_column(own, table["amount_fen"])
        sides.append(
            amounts.append_column(other, pa.array([0] * len(table), pa.int64())).select(
                [*keys, "before_fen", "after_fen"]
            )
        )
    grouped = pa.concat_tables(sides).group_by(keys, use_threads=False)
    summed = grouped.aggregate([("before_fen", "sum"), ("after_fen", "sum")])
    both = summed.rename_columns([name.removesuffix("_sum") for name in summed.column_names])
    both = both.select([*keys, "before_fen", "after_fen"]).sort_by([(key, "ascending") for key in keys])
    return both.append_column("change_fen", pc.subtract_checked(both["after_fen"], both["before_fen"]))


def _work(before: pa.Table, after: pa.Table, keys: Sequence[str]) -> pa.Table:
    """Join the services and points of both by `keys`; a missing one is zero."""
    columns: dict[str, pa.ChunkedArray] = {}
    for column in WORK:
        old, new = (table.select(list(keys)).append_column("amount_fen", table[column]) for table in (before, after))
        both = _beside(old, new, list(keys))  # of all rows of both, so that they are the same rows for each column
        columns |= {key: both[key] for key in keys}
        columns |= {f"{column}_{name}": both[f"{name}_fen"] for name in ("before", "after", "change")}
    return pa.table(columns)


def _joined(table: pa.Table, keys: Sequence[str]) -> pa.ChunkedArray:
    return pc.binary_join_element_wise(*(table[key] for key in keys), "\x00")
