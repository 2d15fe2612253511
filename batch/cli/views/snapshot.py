"""A snapshot as it is printed: records by outcome, tables, rejections, unknown names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batch.cli.session import SHORT
from batch.cli.views.heading import warnings
from batch.cli.views.mapped import mapped_json, mapped_parts
from batch.cli.views.rejections import reason_sheet
from batch.cli.views.tables import Sheet, figure, word
from batch.input_tables import FROM_SUMMARIES, REASONS, TABLES
from batch.needs.words import table_name
from batch.reports.register import reason_text
from batch.snapshot.table_rows import FILLED, HEADER_ONLY, NOT_OF_PERIOD
from payengine.periods import MONTH
from payengine.texts import either, joined, say
from payengine.texts import word as word_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from batch.snapshot.snapshot import Snapshot
    from payengine.errors import Problem


def snapshot_json(snapshot: Snapshot) -> dict[str, Any]:
    """Describe a snapshot as JSON: counts of records, rows of each table, warnings."""
    return {
        "period": str(snapshot.period), "snapshot": snapshot.digest, "path": str(snapshot.path),
        "records": snapshot.counts,
        "tables": {name: facts["rows"] for name, facts in snapshot.logical["tables"].items()},
        "table_rows": {name: rows.as_json() for name, rows in snapshot.table_rows.items()},
        "empty_tables": snapshot.absent_tables, "history": snapshot.logical["history"]["publications"],
        "record_months": None if (months := snapshot.record_months) is None else months.as_json(),
        "normalised": snapshot.normalised, "last_days": snapshot.last_days, "mapped": mapped_json(snapshot),
        "notes": snapshot.notes, "warnings": snapshot.warnings,
    }  # fmt: skip


def snapshot_parts(snapshot: Snapshot, brief: bool = False) -> list[RenderableType]:
    """Print records by outcome and tables; unless `brief` also rejections and warnings."""
    parts: list[RenderableType] = [
        say("Frozen {period}: snapshot {digest}", period=snapshot.period, digest=snapshot.digest[:SHORT]),
        say("  in {path}", path=snapshot.path),
        "",
        *(_record_parts(snapshot, brief) if snapshot.period.kind == MONTH else _history_parts(snapshot)),
    ]
    parts += ["", *(_kept_rows(snapshot) if brief else table_parts(snapshot))]
    if brief:
        return [*parts, *_notes(snapshot)]
    if snapshot.absent_tables:
        absent = joined(map(table_name, snapshot.absent_tables))
        parts.append(say("Tables that the source does not have (they count as empty): {tables}", tables=absent))
    return [
        *parts,
        *_normalised_parts(snapshot),
        *mapped_parts(snapshot),
        *_notes(snapshot),
        *warnings(snapshot.warnings),
    ]


def _normalised_parts(snapshot: Snapshot) -> list[RenderableType]:
    """Print how many values were written otherwise, by table and column."""
    rows = [
        [column_of(table, column), f"{count:,}"]
        for table, counts in snapshot.normalised.items()
        for column, count in counts.items()
    ]
    if not rows:
        return []
    heads = [word(say("Column"), key=True), figure(say("Values"))]
    return [
        "",
        say("Values written otherwise, each with one reading only (docs/input.md):"),
        Sheet(heads, rows, indent="  "),
    ]


def column_of(table: str, column: str) -> str:
    """Write a column as the clerk knows it, with its table."""
    return either(f"{table}.{column}", f"{word_of(table)}：{word_of(f'{table}.{column}')}")


def _notes(snapshot: Snapshot) -> list[RenderableType]:
    """Print how the source was read: ends given as last days, titles above headings, examples."""
    told = [
        say("{table}: until given as last day included: {n} value(s) converted", table=word_of(table), n=f"{count:,}")
        for table, count in snapshot.last_days.items()
    ]
    told += snapshot.notes
    return ["", say("How it was read:"), *(f"  {text}" for text in told)] if told else []


def _kept_rows(snapshot: Snapshot) -> list[RenderableType]:
    rows = {name: facts["rows"] for name, facts in snapshot.logical["tables"].items()}
    tables = [f"{word_of(name)} {count:,}" for name, count in rows.items() if count]
    return [say("Tables: {tables}", tables=joined(tables) or say("all empty"))]


def table_parts(snapshot: Snapshot) -> list[RenderableType]:
    """Print for each table the rows read, those of the period and those kept.

    A table without a row of the period says so in words: a header only, or rows of other periods.
    """
    counts = snapshot.table_rows
    if not counts:
        return _kept_rows(snapshot)
    remarks = {
        FILLED: "", HEADER_ONLY: say("a header and no row"),
        NOT_OF_PERIOD: say("none of {period}", period=snapshot.period),
    }  # fmt: skip
    rows = [
        [table_name(table.name), f"{one.read:,}", f"{one.of_period:,}", f"{one.used:,}", remarks[one.state]]
        for table in TABLES
        if (one := counts.get(table.name)) is not None
    ]
    heads = [
        word(say("Table"), key=True), figure(say("Rows read")), figure(say("Of this period")), figure(say("Used")),
        word(""),
    ]  # fmt: skip
    return [Sheet(heads, rows, indent="  ").without_empty()]


def _record_parts(snapshot: Snapshot, brief: bool) -> list[RenderableType]:
    """Print service records by outcome, the rejected ones by reason unless `brief`."""
    counts = snapshot.counts
    rejected, summaries = counts["rejected"], counts.get(FROM_SUMMARIES, 0)
    outcomes = [
        (say("rows read"), counts["read"]),
        (say("  dated in {period}", period=snapshot.period), counts["dated_in_period"]),
        (say("  of earlier months, counting for limits only"), counts["counting_only"]),
        (say("  of other months, reversing one of these"), counts["late_reversals"]),
        *([(say("made of summary rows (service_summary)"), summaries)] if summaries else []),
        (say("added by expanding teams"), counts["expanded"]),
        (say("kept"), counts["kept"]),
        (say("kept, of items with a limit: run decides"), counts["limited"]),
        (say("rejected"), sum(rejected.values())),
        (say("neither priced nor listed (of other months)"), counts["unlisted"]),
    ]
    rows = [[text, f"{count:,}"] for text, count in outcomes if count or not text.startswith(" ")]
    parts: list[RenderableType] = [
        Sheet([word(say("Service records"), key=True), figure(say("Rows"))], rows, indent="  "),
    ]
    reasons = [[reason, f"{rejected[reason]:,}", reason_text(reason)] for reason in REASONS if rejected.get(reason)]
    if reasons and not brief:
        parts += ["", reason_sheet(reasons)]
    return parts


def _history_parts(snapshot: Snapshot) -> list[RenderableType]:
    """Print the publications that a settlement adds up, and the year to date before them."""
    settled = [str(period) for period in snapshot.period.settled()]
    rows = [
        [each["period"], f"{each['revision']}", each["run"][:SHORT], "" if each["period"] in settled else say("before")]
        for each in snapshot.logical["history"]["publications"]
    ]
    heads = [word(say("Published"), key=True), figure(say("Revision")), word(say("Run")), word("")]
    return [say("No service records are read. Settled over:"), Sheet(heads, rows, indent="  ").without_empty()]


def unknown_parts(unknown: Sequence[Problem]) -> list[RenderableType]:
    """Print names of the input that the policy does not know; a run will refuse them."""
    if not unknown:
        return []
    return ["", say("Before it can be run:"), *(f"  {one.place}  {one.what}" for one in unknown)]
