"""Forms on which departments split their pools by hand: the pool, the people, the amounts.

A form is made from a stored run: its figures say what a pool holds, its snapshot who is engaged in the department in
the period and what was entered. Filled in, its rows are the table `second_distribution`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from batch.compute.hand_split import TABLE, split_lines
from batch.reports.split_workbook import FormRow, SplitForm
from payengine.errors import UsageError
from payengine.policy.pool_outputs import PARTS
from payengine.texts import say

if TYPE_CHECKING:
    import pyarrow as pa

    from batch.results import Results
    from batch.snapshot.snapshot import Snapshot
    from payengine.policy import Policy


def split_forms(results: Results, policy: Policy, snapshot: Snapshot) -> list[SplitForm]:
    """Make the forms of a run, by institution, department and line; pools of nothing have none.

    `UsageError` where the policy has no line that is split by hand.
    """
    lines = split_lines(policy, policy.formulas(results.meta.period.kind)[0])
    if not lines:
        raise UsageError(
            say("policy {code} has no line that a department splits by hand", code=policy.code),
            remedy=say('A line is split by hand where it says weights = "{weights}".', weights=f"{TABLE}[...]"),
        )
    snapshot.verify_tables("institution", "staff", "engagement", *([TABLE] if _has_splits(snapshot) else []))
    tables = {name: snapshot.table(name) for name in ("institution", "staff", "engagement")}
    names = {name: _names(tables[name]) for name in ("institution", "staff")}
    people = _people(tables["engagement"], results)
    known = _entered(snapshot, str(results.meta.period))
    forms = []
    for line in lines:
        for institution, department, fen in _pools(results, policy, line):
            rows = [
                FormRow(
                    of, staff, names["staff"].get(staff, ""), *known.get((institution, of, line, staff), (None, ""))
                )
                for of, staff in people.get(institution, ())
                if department is None or of == department
            ]
            called, label = names["institution"].get(institution, ""), policy.components[line].label
            forms.append(SplitForm(institution, called, department or "", line, label, fen, tuple(rows)))
    return sorted(forms, key=lambda form: (form.institution.encode(), form.department.encode(), form.component))


def _pools(results: Results, policy: Policy, line: str) -> Iterator[tuple[str, str | None, int]]:
    """Yield (institution, department or None, fen) of the pools above 0 that a line shares."""
    calculation = policy.components[line].calculation
    assert calculation is not None
    pool, _, part = calculation.pool.partition("[")
    name = f"{pool}{PARTS}[{part}" if part else pool
    for row in results.department_reports.to_pylist():
        if row["name"] == name and row["value"] > 0:
            yield row["institution"], row["department"], row["value"]
    for row in results.reports.to_pylist():
        if row["name"] == name and row["institution"] and row["value"] > 0:
            yield row["institution"], None, row["value"]


def _has_splits(snapshot: Snapshot) -> bool:
    return TABLE in snapshot.logical["tables"]


def _names(table: pa.Table) -> dict[str, str]:
    return dict(zip(table["code"].to_pylist(), table["name"].to_pylist(), strict=True))


def _people(engagements: pa.Table, results: Results) -> Mapping[str, Sequence[tuple[str, str]]]:
    """List (department, staff) of the period by institution, in the order of their bytes."""
    from payengine.periods import day_number

    first, end = (day_number(day) for day in (results.meta.period.first_day, results.meta.period.next_first_day))
    found: dict[str, set[tuple[str, str]]] = {}
    columns = (engagements[name].to_pylist() for name in ("institution", "department", "staff", "from", "until"))
    for institution, department, staff, start, until in zip(*columns, strict=True):
        if start < end and until > first:
            found.setdefault(institution, set()).add((department, staff))
    return {code: sorted(people, key=lambda one: (one[0].encode(), one[1].encode())) for code, people in found.items()}


def _entered(snapshot: Snapshot, period: str) -> Mapping[tuple[str, str, str, str], tuple[int, str]]:
    if not _has_splits(snapshot):
        return {}
    return {
        (row["institution"], row["department"], row["component"], row["staff"]): (row["amount"], row["signed_by"])
        for row in snapshot.table(TABLE).to_pylist()
        if row["period"] == period
    }
