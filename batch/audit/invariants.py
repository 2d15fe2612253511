"""Invariants of every run's results, checked before they may be stored.

Each identity compares two ways to the same figure: pay lines against the sums that the graph stated per institution,
shares against their pool, rows read against rows paid and rejected. Texts are compared by their codes where they have
some. One that does not hold is a fault of the program
or of its data, never of the user; nothing is stored then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from batch.input_tables import FROM_SUMMARIES, REASONS
from batch.report_names import PAYABLE, POOL, RECEIVABLE, RETAINED, SHARED
from batch.result_tables import RESULT_TABLES, SUMMARY_ROWS, SUMMARY_SERVICES
from payengine.errors import IdentityBroken, Problem
from payengine.policy.charges import BEFORE, CHARGED, LEFT
from payengine.texts import say

if TYPE_CHECKING:
    from batch.results import Results

FIXED, VARIABLE = "fixed", "variable"
MOST_TOLD = 20  # codes or rows told of one identity; the rest is counted


def check(results: Results, is_stored: bool = False) -> None:
    """Raise `IdentityBroken` with every identity that the results break.

    Stored results may be older than a report: where a run has none of them, nothing is compared with them.
    """
    problems = list(_well_formed(results))
    if not problems:  # sums of malformed tables would only repeat it
        for identity in (
            _components,
            _held,
            _institution_totals,
            _pools,
            _charges,
            _rows,
            _reasons,
            _own_work,
        ):
            problems += identity(results)
        problems += _receivables(results, is_stored)
    if problems:
        raise IdentityBroken(
            say(
                "the results of {period} do not hold together: {n} problem(s)",
                period=results.meta.period,
                n=len(problems),
            ),
            problems,
            remedy=say("Nothing was stored. This is a fault of payengine or of its files: please report it."),
        )


def _well_formed(results: Results) -> Iterator[Problem]:
    """Check that integers are integers, nothing is null, and keys are unique."""
    for name, table in results.coded_tables().items():
        described = RESULT_TABLES[name]
        key = described.key
        for column in (each.name for each in described.columns if each.is_integer):
            if not pa.types.is_integer(table.schema.field(column).type):
                yield Problem(
                    say("is {type}, not an integer", type=table.schema.field(column).type), name, column=column
                )
        nulls = [column for column in table.column_names if table[column].null_count]
        for column in nulls:
            yield Problem(say("holds empty values"), name, column=column)
        if nulls:
            continue
        counted = table.group_by(list(key), use_threads=False).aggregate([([], "count_all")])
        twice = counted.filter(pc.greater(counted["count_all"], 1)).select(list(key))
        yield from _told(
            name, say("stands more than once"), (" ".join(map(str, row.values())) for row in twice.to_pylist())
        )


def _components(results: Results) -> Iterator[Problem]:
    """Check that lines are of listed components, and pay components have a class."""
    kinds = {(row["kind"], row["component"]): row["pay_class"] for row in results.components.to_pylist()}
    for name, kind in (("pay_lines", "pay"), ("statement_lines", "statement")):
        used = results.coded(name)["component"].unique().to_pylist()
        unknown = sorted(component for component in used if (kind, component) not in kinds)
        yield from _told(name, say("a component that the policy does not list"), unknown)
    unclassed = sorted(
        name for (kind, name), known in kinds.items() if kind == "pay" and known not in (FIXED, VARIABLE)
    )
    yield from _told("components", say("is neither fixed nor variable"), unclassed)


def _held(results: Results) -> Iterator[Problem]:
    """Check that a held institution has no rows at all."""
    if not results.meta.holds:
        return
    held = pa.array(sorted(results.meta.holds), pa.string())
    for name, table in results.coded_tables().items():
        if not RESULT_TABLES[name].has("institution"):
            continue
        found = pc.unique(table["institution"].filter(pc.is_in(table["institution"], value_set=held)))
        yield from _told(name, say("has rows although it is held"), found.to_pylist())


def _institution_totals(results: Results) -> Iterator[Problem]:
    """Check that staff lines add up to the institution's stated sums, in all and by class."""
    classes = {row["component"]: row["pay_class"] for row in results.components.to_pylist() if row["kind"] == "pay"}
    lines = results.coded("pay_lines")
    stated = {
        "gross_pay": lines,
        "fixed_pay": _of(lines, "component", [name for name, known in classes.items() if known == FIXED]),
        "variable_pay": _of(lines, "component", [name for name, known in classes.items() if known == VARIABLE]),
        "statement_total": results.coded("statement_lines"),
    }
    for name, table in stated.items():
        reported = _report(results, "institution", name)
        if not reported and len(table):
            yield Problem(say("was not stated for any institution"), name)
        summed = _sums(table, "institution", "amount_fen")
        for institution in sorted({*reported, *summed}):
            if summed.get(institution, 0) != reported.get(institution, 0):
                yield Problem(
                    say(
                        "the lines add up to {lines} fen, stated are {stated} fen",
                        lines=summed.get(institution, 0), stated=reported.get(institution, 0),
                    ),
                    name, column=institution,
                )  # fmt: skip


def _pools(results: Results) -> Iterator[Problem]:
    """Check that a pool is what was shared out of it and what was retained."""
    for reports in (results.coded("reports"), results.coded("department_reports")):
        yield from _pools_of(reports)


def _pools_of(reports: pa.Table) -> Iterator[Problem]:
    names = reports["name"].unique().to_pylist()
    for pool in sorted(name for name in names if name.endswith(POOL)):
        stem = pool.removesuffix(POOL)
        amounts, shared, retained = (_of(reports, "name", [f"{stem}{part}"]) for part in (POOL, SHARED, RETAINED))
        held, gave, kept = (_by_place(table) for table in (amounts, shared, retained))
        for place in sorted({*held, *gave, *kept}):
            if held.get(place, 0) != gave.get(place, 0) + kept.get(place, 0):
                yield Problem(
                    say(
                        "{pool} fen were divided, {shared} fen shared out and {retained} fen retained",
                        pool=held.get(place, 0), shared=gave.get(place, 0), retained=kept.get(place, 0),
                    ),
                    stem, column=" ".join(part for part in place if part),
                )  # fmt: skip


def _charges(results: Results) -> Iterator[Problem]:
    """Check that a pool is what is charged to it and what is left for those who share it."""
    for name in results.coded("reports")["name"].unique().to_pylist():
        if not name.endswith(CHARGED):
            continue
        stem = name.removesuffix(CHARGED)
        charged, before, left = (_report(results, "institution", f"{stem}{part}") for part in (CHARGED, BEFORE, LEFT))
        own = _report(results, "institution", stem)
        whole, rest = (before, own) if before else (own, left)
        if not rest:
            continue  # reported by itself, beside no account of a pool
        wrong = [code for code in sorted({*whole, *charged, *rest})
                 if whole.get(code, 0) != charged.get(code, 0) + rest.get(code, 0)]  # fmt: skip
        yield from _told(stem, say("the pool is not what is charged to it and what is left"), wrong)


def _receivables(results: Results, is_stored: bool) -> Iterator[Problem]:
    """Check that whoever is below zero is listed, and that payable less receivable is all pay."""
    lines = results.coded("pay_lines")
    sums: dict[tuple[str, str], int] = {}
    below = _of(lines, "staff", lines.filter(pc.less(lines["amount_fen"], 0))["staff"].unique().to_pylist())
    columns = (below[name].to_pylist() for name in ("institution", "staff", "amount_fen"))
    for institution, staff, amount in zip(*columns, strict=True):
        sums[institution, staff] = sums.get((institution, staff), 0) + amount
    owing = {place: -amount for place, amount in sums.items() if amount < 0}
    if is_stored and not _of(results.coded("reports"), "name", [RECEIVABLE, PAYABLE]).num_rows:
        return  # made before there were these reports; its digests prove that none was taken out
    reports = _of(results.coded("reports"), "name", [RECEIVABLE])
    listed = _by_place(_of(reports, "level", ["staff"]))
    yield from _told(
        RECEIVABLE, say("the amount below 0 is not listed as it is"),
        (" ".join(place) for place in sorted({*owing, *listed}) if owing.get(place) != listed.get(place)),
    )  # fmt: skip
    received, payable = _report(results, "institution", RECEIVABLE), _report(results, "institution", PAYABLE)
    gross = _report(results, "institution", "gross_pay")
    told = sorted({*received, *payable, *(place[0] for place in owing)})
    wrong = [
        code for code in told
        if payable.get(code, 0) - received.get(code, 0) != gross.get(code, 0)
        or received.get(code, 0) != sum(amount for (place, _), amount in owing.items() if place == code)
    ]  # fmt: skip
    yield from _told(PAYABLE, say("payable less receivable is not what is paid in all"), wrong)


def _rows(results: Results) -> Iterator[Problem]:
    """Check that every row read is paid, rejected, or counted as what became of it."""
    counts = results.meta.counts
    paid = sum(_sums(results.coded("workload"), "institution", "services").values())
    paid -= counts.get(SUMMARY_SERVICES, 0) - counts.get(SUMMARY_ROWS, 0)  # a row of a summary counts many services
    if paid != counts["paid"]:
        yield Problem(say("{n} services in the workload, {paid} rows paid", n=paid, paid=counts["paid"]), "workload")
    rejected = len(results.rejections)
    of_freeze = sum(counts["rejected"].values()) - counts["held_rejected"]
    by_run = rejected - of_freeze
    priced = counts["kept"] + counts["limited"]
    decided = counts["paid"] + counts["refunds"] + counts["held"] + counts["counted_only"] + by_run
    if by_run < 0 or priced != decided:
        told = say(
            "{rows} rows were to be priced; they became {paid} paid, {refunds} refunds, {rejected} rejected,"
            " {held} held, {counted} counted only",
            rows=priced, paid=counts["paid"], refunds=counts["refunds"], rejected=by_run, held=counts["held"],
            counted=counts["counted_only"],
        )  # fmt: skip
        yield Problem(told, "service_record")
    read = counts["read"] + counts["expanded"] + counts.get(FROM_SUMMARIES, 0)
    frozen = counts["kept"] + counts["limited"] + sum(counts["rejected"].values()) + counts["unlisted"]
    if read != frozen:
        yield Problem(
            say("{read} rows were read, {frozen} are accounted for", read=read, frozen=frozen), "service_record"
        )


def _reasons(results: Results) -> Iterator[Problem]:
    """Check that rejections have a known reason and their copies count from 1.

    A hold leaves numbers out, but changes none.
    """
    used = results.rejections["reason"].unique().to_pylist()
    yield from _told("rejections", say("is not a reason"), sorted(reason for reason in used if reason not in REASONS))
    keyed = results.rejections.group_by(["record_id", "staff"], use_threads=False)
    copies = keyed.aggregate([("copy", "min"), ("copy", "max"), ([], "count_all")])
    wrong = pc.less(copies["copy_min"], 1)
    if not results.meta.holds:  # keys are unique, so from 1 to as many as there are is all of them
        wrong = pc.or_(pc.not_equal(copies["copy_min"], 1), pc.not_equal(copies["copy_max"], copies["count_all"]))
    found = (f"{row['record_id']} {row['staff']}" for row in copies.filter(wrong).to_pylist())
    yield from _told("rejections", say("its copies are not numbered from 1"), found)


def _own_work(results: Results) -> Iterator[Problem]:
    """Check that work without staff has no engagement, and all other work has one."""
    work = results.coded("workload")
    wrong = work.filter(pc.not_equal(pc.equal(work["staff"], ""), pc.equal(work["engagement_from"], "")))
    found = (f"{row['institution']} {row['staff']}" for row in wrong.select(["institution", "staff"]).to_pylist())
    yield from _told("workload", say("has staff without an engagement, or an engagement without staff"), found)


def _told(where: str, what: str, found: Iterable[str]) -> Iterator[Problem]:
    """Yield a problem for each of the first `MOST_TOLD` found, and one for the rest."""
    listed = list(found)
    for name in listed[:MOST_TOLD]:
        yield Problem(what, where, column=name)
    if len(listed) > MOST_TOLD:
        yield Problem(say("and {n} more", n=len(listed) - MOST_TOLD), where)


def _of(table: pa.Table, column: str, values: list[str]) -> pa.Table:
    return table.filter(pc.is_in(table[column], value_set=pa.array(values, pa.string())))


def _sums(table: pa.Table, key: str, column: str) -> dict[str, int]:
    """Sum exactly by `key`.

    Arrow's sums wrap in silence, so it adds up only what is proved to fit.
    """
    if not len(table):
        return {}
    bounds = pc.min_max(table[column]).as_py()
    if max(abs(bounds["min"]), abs(bounds["max"])) * len(table) < 2**63:
        summed = table.group_by([key], use_threads=False).aggregate([(column, "sum")])
        return dict(zip(summed[key].to_pylist(), summed[f"{column}_sum"].to_pylist(), strict=True))
    sums: dict[str, int] = {}
    for name, value in zip(table[key].to_pylist(), table[column].to_pylist(), strict=True):
        sums[name] = sums.get(name, 0) + value
    return sums


def _report(results: Results, level: str, name: str) -> dict[str, int]:
    """Read a reported amount of money by institution."""
    table = _of(_of(results.coded("reports"), "level", [level]), "name", [name])
    return dict(zip(table["institution"].to_pylist(), table["value"].to_pylist(), strict=True))


def _by_place(table: pa.Table) -> Mapping[tuple[Any, ...], int]:
    inside = "staff" if "staff" in table.column_names else "department"
    places = zip(table["institution"].to_pylist(), table[inside].to_pylist(), strict=True)
    return dict(zip(places, table["value"].to_pylist(), strict=True))
